"""Submits what is due, as its person, once for each time; only where the runs are kept.

While a clock is wrong and far ahead, everything is due, and due next long after the clock is right
again. So what is noted is held against the clock at the beginning, and whenever it was put back.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bluecloud_hub import tracing

from ..errors import NotNow, ServiceError
from ..identity import Person
from ..runs.service import RunService
from ..runs.wire import Submit
from .store import Schedule, Schedules
from .times import missed_times, next_time

log = logging.getLogger(__name__)

LOOK_S = 2.0
# What clocks do twice a year, and small corrections, bring nothing forward.
_FAR = timedelta(days=1)


class Timekeeper:
    """Looks for schedules that are due.

    Parameters
    ----------
    person
        Gives whoever a name is, with the groups they are in now.
    keeps
        Whether this service holds the runs; another one sees to the schedules otherwise.
    """

    def __init__(
        self,
        schedules: Schedules,
        runs: RunService,
        *,
        person: Callable[[str], Person],
        keeps: Callable[[], bool],
    ) -> None:
        self._schedules = schedules
        self._runs = runs
        self._person = person
        self._keeps = keeps
        self._last: datetime | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="timekeeper", daemon=True)

    def begin(self) -> None:
        """Begin to look."""
        self._thread.start()

    def end(self) -> None:
        """End it; what is due then is submitted by whoever begins next."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                if self._keeps():
                    self.turn(datetime.now(UTC))
            except Exception:
                log.exception("the schedules could not be looked at; tried again")

    def turn(self, now: datetime) -> None:
        """Submit what is due at a moment."""
        if self._last is None or now < self._last:
            self._bring_forward(now)
        self._last = now
        for schedule in self._schedules.due(now):
            submission = fault = ""
            tracing.begin()
            try:
                submission = self._submit(schedule)
            except NotNow as error:
                log.warning("schedule %s waits: %s", schedule.id, error)
                continue
            except ServiceError as error:
                fault = str(error)
                log.warning("schedule %s submits nothing: %s", schedule.id, error)
            except Exception:
                # The disk, the database, or what this one is: the others are due all the same.
                log.exception("schedule %s could not be submitted; tried again", schedule.id)
                continue
            self._schedules.was_due(
                schedule,
                next_due=next_time(schedule.cron, schedule.timezone, now),
                missed=missed_times(schedule.cron, schedule.timezone, schedule.due, now),
                submission=submission,
                fault=fault,
            )

    def _bring_forward(self, now: datetime) -> None:
        for schedule in self._schedules.all():
            due = next_time(schedule.cron, schedule.timezone, now)
            if schedule.due - due > _FAR:
                log.warning("schedule %s was due only on %s", schedule.id, schedule.due)
                self._schedules.bring_forward(schedule, due)

    def _submit(self, schedule: Schedule) -> str:
        # By this key a service that was killed before it noted the submit makes no second one.
        key = f"schedule {schedule.id} {schedule.due.isoformat()}"
        asked = Submit.model_validate_json(schedule.asked).model_copy(update={"key": key})
        return self._runs.submit(self._person(schedule.person), asked).submission
