"""Runs that are submitted again and again, by a cron expression in a time zone.

::

    from bluecloud import schedules

    schedules.add("marine_heatwaves", "0 6 * * 1", timezone="Europe/Oslo")  # Mondays at six
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from . import runs
from .service import Service


@dataclass(frozen=True)
class Schedule:
    """A schedule as the service last told it.

    Attributes
    ----------
    due
        When it is due next.
    last_due, last_submission, last_fault
        When it was due last, and the submit that this became, or why it became none.
    parameters, sweep
        What is submitted each time but for the notebook's defaults; see `runs.submit`.
    missed
        How many more times had passed while the service was away, when it was due last.
    """

    id: str
    laboratory: str
    notebook: str
    title: str
    cron: str
    timezone: str
    made: datetime
    due: datetime
    last_due: datetime | None
    last_submission: str
    last_fault: str
    missed: int
    parameters: Mapping[str, Any]
    sweep: Mapping[str, list[Any]] | list[Mapping[str, Any]] | None

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Schedule:
        """A schedule as the service tells it."""
        known = {name: said[name] for name in cls.__dataclass_fields__}
        times = {
            name: datetime.fromisoformat(said[name]) if said[name] else None
            for name in ("made", "due", "last_due")
        }
        return cls(**{**known, **times})


def add(
    notebook: str | Path,
    cron: str,
    *,
    timezone: str = "UTC",
    service: Service | None = None,
    **submit: Any,
) -> Schedule:
    """Have a run, or a sweep, submitted again and again.

    Parameters
    ----------
    notebook
        As of `runs.submit`; kept as it is now.
    cron
        Five fields: minute, hour, day of the month, month, day of the week.
    timezone
        In whose hours, by its name in the IANA database.
    submit
        What else `runs.submit` takes: ``parameters``, ``sweep``, ``size``, ``title`` and so on.

    Raises
    ------
    FileNotFoundError, ServiceError
        As `runs.submit` does; or if there is no such time or zone.
    """
    asked = service or Service()
    body = {"submit": runs.asked_of(notebook, **submit), "cron": cron, "timezone": timezone}
    return Schedule.told(asked.ask("POST", "/schedules", json=body))


def mine(service: Service | None = None) -> list[Schedule]:
    """The person's schedules, the next due first."""
    return [Schedule.told(said) for said in (service or Service()).ask("GET", "/schedules")]


def remove(schedule: str, service: Service | None = None) -> None:
    """Remove a schedule; what it submitted stays."""
    (service or Service()).ask("DELETE", f"/schedules/{quote(schedule, safe='')}")
