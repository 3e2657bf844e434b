"""Starts units, and says when an engine will never start one.

An engine that is away is waited for, however long. One that answers and refuses is asked again a
few times after growing pauses, since what it lacks may come back: a network, room, a process. How
often it refused is in the record, so that a service that is started again asks no more often; the
pauses are this service's own. What can never be, a mount or a setting that is none, is not asked
again.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping

from bluecloud_runner.folders import REQUEST_NAME, Cause, Request, RunFolder
from bluecloud_runner.seal import KEYS

from ..errors import NotThere
from .engines import Engine, EngineAway, ImageMissing, Refused, Unit
from .store import Runs, attempts, record_events

log = logging.getLogger(__name__)

MOST_REFUSALS = 5
_MOST_WORDS = 1000


class Starting:
    """Starts the units of a deployment.

    Parameters
    ----------
    told
        What every unit is told besides, by what is asked for and the unit's name.
    boot
        The machine's boot, noted with each start.
    pause_s
        After the first refusal; twice as long after each further one.
    """

    def __init__(
        self,
        runs: Runs,
        engine: Engine,
        *,
        told: Callable[[Request, str], Mapping[str, str]],
        boot: str,
        pause_s: float = 1.0,
    ) -> None:
        self._runs = runs
        self._engine = engine
        self._told = told
        self._boot = boot
        self._pause_s = pause_s
        self._not_before: dict[str, float] = {}

    def start(self, name: str, runs: Mapping[str, RunFolder]) -> Cause | None:
        """Start a unit; why it never will be, or None where it was, or is to be asked for again.

        It is safe to do again, for a service that was killed before it noted it.
        """
        if time.monotonic() < self._not_before.get(name, 0.0):
            return None
        unit = self._unit(name, runs)
        try:
            self._engine.start(unit)
        except ImageMissing as error:
            return Cause(
                kind="image-missing",
                words=f"The laboratory's image is gone: {error}.",
                next_step="Submit it again, with the laboratory's present release.",
            )
        except EngineAway as error:
            log.warning("unit %s is not started yet: %s", name, error)
            return None
        except Refused as error:
            return self._refused(name, runs, str(error), for_good=error.for_good)
        except OSError as error:
            return self._refused(name, runs, str(error))
        self._not_before.pop(name, None)
        asked_by = self._asked_by(runs)
        for run in runs.values():
            last = attempts(run)[-1]
            told = {"attempt": last.number, "unit": name, "boot": self._boot, "request": asked_by}
            self._runs.note(run, "started", **told)
        about = {"unit": name, "runs": list(runs), "request": asked_by}
        log.info("unit %s is started, asked for by request %s", name, asked_by or "-", extra=about)
        return None

    def _unit(self, name: str, runs: Mapping[str, RunFolder]) -> Unit:
        request = next(iter(runs.values())).request()
        keys = {
            run: {"attempt": last.number, "key": last.key}
            for run, folder in runs.items()
            for last in attempts(folder)[-1:]
        }
        slots = max(1, int(request.limits.cpus))
        asked_by = self._asked_by(runs)
        return Unit(
            name=name,
            person=request.person,
            laboratory=request.laboratory,
            image=request.image,
            limits=request.limits,
            runs=runs,
            slots=slots,
            environment={
                **self._told(request, name),
                "BLUECLOUD_LAB": request.laboratory,
                "BLUECLOUD_RELEASE": request.version,
                "BLUECLOUD_UNIT_SLOTS": str(slots),
                REQUEST_NAME: asked_by,
                KEYS: json.dumps(keys),
            },
        )

    def _asked_by(self, runs: Mapping[str, RunFolder]) -> str:
        """The name of the request that submitted them."""
        try:
            return self._runs.submission(next(iter(runs.values())).path.parent).request
        except NotThere:
            return ""

    def _refused(
        self, name: str, runs: Mapping[str, RunFolder], words: str, *, for_good: bool = False
    ) -> Cause | None:
        words = words[:_MOST_WORDS]
        log.warning("unit %s is refused by its engine: %s", name, words)
        times = 0
        for run in runs.values():
            number = attempts(run)[-1].number
            self._runs.note(run, "refused", attempt=number, unit=name, words=words)
            noted = [(event["kind"], event.get("attempt")) for event in record_events(run)]
            times = max(times, noted.count(("refused", number)))
        if not for_good and times < MOST_REFUSALS:
            self._not_before[name] = time.monotonic() + self._pause_s * 2 ** (times - 1)
            return None
        self._not_before.pop(name, None)
        return Cause(
            kind="engine-refused",
            words=f"Its engine does not start it: {words}",
            next_step="Tell the lab manager what it says, and run it again once that is mended.",
            details={"times": times},
        )
