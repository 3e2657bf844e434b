"""When a schedule is due: cron's five fields, in a time zone's own hours.

An hour that a zone skips in spring is due as soon as it is over, and one that it has twice in
autumn is due once, as Debian's cron has it; CronSim, which is asked, does so.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from ..errors import NotAsked

LEAST = timedelta(minutes=5)  # from one time to the next
_COUNTED = 1000
# A day has at most 288 times that are far enough apart: whatever is nearer is among these.
_LOOKED_AT = 290


def check_times(cron: str, zone: str, now: datetime) -> None:
    """Refuse what is never due, or more often than it may be.

    Raises
    ------
    NotAsked
        If the expression or the zone is none, with what is allowed.
    """
    if zone not in available_timezones():
        raise NotAsked(f"timezone = {zone[:60]!r}: it is a name of IANA's, such as Europe/Oslo")
    if len(cron.split()) != 5:
        raise NotAsked(
            f"cron = {cron[:60]!r}: it has five fields, minute, hour, day of the month, month and "
            "day of the week, such as '0 6 * * 1' for Mondays at six"
        )
    try:
        # In UTC: where clocks are put forward, times of two hours fall together, once.
        following = list(islice(CronSim(cron, now.astimezone(UTC)), _LOOKED_AT))
    except CronSimError as error:
        raise NotAsked(f"cron = {cron[:60]!r}: {error}") from None
    if not following:
        raise NotAsked(f"cron = {cron[:60]!r}: such a time does not come")
    if any(later - one < LEAST for one, later in pairwise(following)):
        minutes = LEAST.seconds // 60
        raise NotAsked(f"cron = {cron[:60]!r}: runs may follow one another after {minutes} minutes")


def next_time(cron: str, zone: str, after: datetime) -> datetime:
    """The first time it is due after a moment, in UTC."""
    return next(CronSim(cron, after.astimezone(ZoneInfo(zone)))).astimezone(UTC)


def missed_times(cron: str, zone: str, due: datetime, now: datetime) -> int:
    """How many times later than ``due`` have passed already, counted to a thousand."""
    times = CronSim(cron, due.astimezone(ZoneInfo(zone)))
    for number, time in enumerate(times):
        if time > now or number == _COUNTED:
            return number
    return 0
