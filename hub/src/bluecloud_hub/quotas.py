"""How much a home may hold, how much it holds, and since when that is too much.

The quota is a soft one: what is written is never refused, since a file that is cut off is lost.
Whoever holds more is told so, on the home page and in the panel; after days of grace no runs are
taken. The service measures and writes a file a home in ``BLUECLOUD_STATE/quotas``; the hub reads
it, since it does not know the service's database.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bluecloud_hub.homes import folder_name
from bluecloud_hub.settings import Settings

_DAY_S = 86400.0
_UNITS = {"M": 10**6, "G": 10**9, "T": 10**12}


@dataclass(frozen=True)
class Quota:
    """Bytes that a home should hold at most, and for how many seconds it may hold more."""

    bytes: int
    grace_s: float


class Held(BaseModel):
    """What a home was found to hold.

    Attributes
    ----------
    bytes
        What its files take on the disk; one with several names counts once.
    measured
        When, in seconds since 1970.
    over_since
        When it was first found to hold more than the quota; None where it does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int = Field(ge=0)
    measured: float
    over_since: float | None = None


def quota_of(settings: Settings) -> Quota | None:
    """What the deployment's settings allow a home; None where that is all that the disk has."""
    if settings.home_quota is None:
        return None
    size = int(settings.home_quota[:-1]) * _UNITS[settings.home_quota[-1]]
    return Quota(size, settings.home_grace_days * _DAY_S)


def held(state: Path, person: str) -> Held | None:
    """What a person's home was last found to hold; None where nobody looked yet."""
    return held_in(state, folder_name(person))


def held_in(state: Path, folder: str) -> Held | None:
    """What the home in a folder, by its name, was last found to hold; else None."""
    try:
        return Held.model_validate_json(_path(state, folder).read_bytes())
    except (OSError, ValidationError):  # a laboratory opens without it
        return None


def keep(state: Path, folder: str, found: int, quota: Quota, *, now: float | None = None) -> Held:
    """Keep what the home in a folder holds now, whole, and since when that is too much."""
    moment = time.time() if now is None else now
    before = held_in(state, folder)
    since = before.over_since if before else None
    told = Held(
        bytes=found,
        measured=moment,
        over_since=(moment if since is None else since) if found > quota.bytes else None,
    )
    path = _path(state, folder)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        try:
            draft.write(told.model_dump_json())
            draft.flush()
        except OSError:  # without room: what was known before stays
            Path(draft.name).unlink()
            raise
    Path(draft.name).replace(path)
    return told


def forget_all_but(state: Path, folders: Collection[str]) -> None:
    """Forget what homes held that are no longer there."""
    for path in (state / "quotas").glob("*.json"):
        if path.stem not in folders:
            path.unlink(missing_ok=True)


def beyond(state: Path, quota: Quota | None) -> list[tuple[str, Held]]:
    """The homes that hold more than the quota, by their folders' names; the largest first."""
    if quota is None:
        return []
    folders = [path.stem for path in (state / "quotas").glob("*.json")]
    found = [(folder, told) for folder in folders if (told := held_in(state, folder))]
    over = [each for each in found if each[1].bytes > quota.bytes]
    return sorted(over, key=lambda each: (-each[1].bytes, each[0]))


def is_enforced(found: Held | None, quota: Quota | None, *, now: float | None = None) -> bool:
    """Whether it holds too much for longer than is allowed."""
    if quota is None or found is None or found.over_since is None or found.bytes <= quota.bytes:
        return False
    return (time.time() if now is None else now) >= found.over_since + quota.grace_s


def words(found: Held | None, quota: Quota | None, *, now: float | None = None) -> str:
    """What the person is told of it, in sentences; empty where there is nothing to say."""
    if quota is None or found is None or found.over_since is None or found.bytes <= quota.bytes:
        return ""
    much = f"Your home holds {_gb(found.bytes)}, and should hold {_gb(quota.bytes)} at most"
    if is_enforced(found, quota, now=now):
        since = datetime.fromtimestamp(found.over_since, UTC).date()
        return f"{much}. It has held more since {since}: no runs are taken until it holds less."
    until = datetime.fromtimestamp(found.over_since + quota.grace_s, UTC).strftime("%Y-%m-%d %H:%M")
    return f"{much}. If it still holds more after {until} UTC, no runs are taken until it does not."


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.0f} MB"


def _path(state: Path, folder: str) -> Path:
    return state / "quotas" / f"{folder}.json"
