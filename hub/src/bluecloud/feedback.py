"""Write to the managers of a laboratory, and see what they answer.

::

    from bluecloud import feedback

    feedback.send("The map has no coast.", notebook="marine_heatwaves.ipynb")
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from .service import Service, ServiceError

State = Literal["open", "answered", "closed"]


@dataclass(frozen=True)
class Words:
    """What somebody wrote, and whether as a manager."""

    author: str
    is_manager: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """A thread as the service last told it.

    Attributes
    ----------
    version, notebook, run
        What it is about; empty where nobody said.
    state
        ``open``, ``answered`` or ``closed``.
    news
        Whether a manager wrote what its person has not looked at.
    """

    id: str
    laboratory: str
    person: str
    version: str
    notebook: str
    run: str
    state: State
    made: datetime
    changed: datetime
    news: bool
    words: tuple[Words, ...]

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Thread:
        """A thread as the service tells it."""
        known = {name: said[name] for name in cls.__dataclass_fields__}
        known["made"], known["changed"] = map(
            datetime.fromisoformat, (said["made"], said["changed"])
        )
        known["words"] = tuple(
            Words(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in said["words"]
        )
        return cls(**known)


def send(
    text: str,
    *,
    laboratory: str | None = None,
    notebook: str = "",
    run: str = "",
    service: Service | None = None,
) -> Thread:
    """Begin a thread.

    Parameters
    ----------
    text
        At most 4,000 characters; what they are about is sent along.
    laboratory
        To whose managers; this one's where none is named.
    notebook, run
        The name of a notebook's file, and of a run of one's own.

    Raises
    ------
    ServiceError
        If it is refused, with the reason.
    """
    here = os.environ.get("BLUECLOUD_LAB", "")
    slug = laboratory or here
    if not slug:
        raise ServiceError("laboratory: name one, since this is no laboratory")
    version = os.environ.get("BLUECLOUD_RELEASE", "") if slug == here else ""
    body = {"text": text, "notebook": notebook, "run": run, "version": version}
    path = f"/laboratories/{quote(slug, safe='')}/feedback"
    return Thread.told((service or Service()).ask("POST", path, json=body))


def mine(service: Service | None = None) -> list[Thread]:
    """The person's threads, the last changed first."""
    return [Thread.told(said) for said in (service or Service()).ask("GET", "/feedback")]


def news(service: Service | None = None) -> int:
    """How many of the person's threads have an answer that they have not looked at."""
    return int((service or Service()).ask("GET", "/feedback/news")["answered"])


def to_managers(
    laboratory: str, *, state: State | None = None, service: Service | None = None
) -> list[Thread]:
    """What people wrote to a laboratory's managers, for one of them."""
    path = f"/laboratories/{quote(laboratory, safe='')}/feedback"
    params = {"state": state} if state else {}
    return [Thread.told(said) for said in (service or Service()).ask("GET", path, params=params)]


def write(thread: str, text: str, service: Service | None = None) -> Thread:
    """Write to a thread, which opens it again."""
    path = f"/feedback/{quote(thread, safe='')}/words"
    return Thread.told((service or Service()).ask("POST", path, json={"text": text}))


def close(thread: str, service: Service | None = None) -> Thread:
    """Close a thread."""
    path = f"/feedback/{quote(thread, safe='')}/close"
    return Thread.told((service or Service()).ask("POST", path))


def remove(thread: str, service: Service | None = None) -> None:
    """Take a thread of one's own away, with all that was written."""
    (service or Service()).ask("DELETE", f"/feedback/{quote(thread, safe='')}")
