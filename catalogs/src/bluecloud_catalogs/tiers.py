"""Which tier answers: the provider, its last good answer, or a sample - and never in silence.

``BLUECLOUD_TIERS`` lists the tiers that may be used, best first. Only a provider that gives
no proper answer, or wants a login or its terms accepted, sends a request down to the next one,
with a warning. "There is no such
thing" is an answer. So is an empty result, but only from the provider or from what it once
said: a sample that holds nothing of what was asked knows nothing of the sea, and the reason
why the provider could not be asked is raised instead.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

from pydantic import BaseModel

from .declarations import Tier
from .errors import (
    CredentialRequired,
    DataError,
    LicenceNotAccepted,
    MalformedAnswer,
    NotFound,
    RequestRefused,
    SourceError,
    SourceUnavailable,
    TierError,
)
from .places import place_of
from .provenance import stamp
from .snapshots import Snapshots
from .tree import Entry

if TYPE_CHECKING:
    from .places import Place
    from .readers.base import Data, Reading

_DEFAULT = "live,snapshot,sample"
_LONG = re.compile(r"(https?://[^\s?]*\?\S{60})\S+(?=: |; |$)")  # a query that nobody reads


class TierWarning(UserWarning):
    """What was read does not come from the provider, or may not the next time."""


def policy() -> tuple[Tier, ...]:
    """The tiers that may be used, best first: ``BLUECLOUD_TIERS``, by default all three.

    Raises
    ------
    TierError
        If it names what is no tier, or nothing.
    """
    told = os.environ.get("BLUECLOUD_TIERS") or _DEFAULT
    words = [word.strip() for word in told.split(",") if word.strip()]
    unknown = [word for word in words if word not in get_args(Tier)]
    if unknown or not words:
        raise TierError(f"BLUECLOUD_TIERS={told}: it lists some of {_DEFAULT}, and nothing else")
    return cast("tuple[Tier, ...]", tuple(dict.fromkeys(words)))


def read(entry: Entry, request: BaseModel, *, lazy: bool) -> Data:
    """Read an entry from the best tier that answers, stamped with which that was.

    Raises
    ------
    TierError
        If the policy and the entry have no tier in common.
    SourceError
        If no tier answered: the first failure, with what the others said.
    """
    # A person's own file is no provider, which the policy is about; a product is none either.
    allowed = entry.tiers if entry.is_here else policy()
    faults: list[tuple[Tier, SourceError]] = []
    for tier in (tier for tier in allowed if tier in entry.tiers):
        try:
            reading = _read_from(tier, entry, request, lazy=lazy)
        except NotFound as answer:
            if not faults:
                raise
            faults.append((tier, answer))
            continue
        except RequestRefused as answer:
            raise RequestRefused(f"{entry.name}: {tier}: {answer}") from answer
        except (
            SourceUnavailable,
            MalformedAnswer,
            CredentialRequired,
            LicenceNotAccepted,
        ) as fault:
            faults.append((tier, fault))
            continue
        if reading is None:
            continue
        if faults and tier == "sample" and reading.count == 0:
            faults.append((tier, NotFound("the sample holds nothing of what was asked for")))
            continue
        if faults:
            warnings.warn(
                f"{_consequence(entry, tier, faults[0][1])}\n"
                f"{entry.name}: read from its {tier}, because {_told(faults)}",
                TierWarning,
                stacklevel=_levels_to_the_caller(),
            )
        return stamp(entry, request, tier, reading)
    raise _nothing_read(entry, allowed, faults)


def _levels_to_the_caller() -> int:
    """How far up the stack who called this package is: the line that a warning is about."""
    package = str(Path(__file__).parent)
    frame, levels = sys._getframe(1), 1
    while frame.f_back and frame.f_code.co_filename.startswith(package):
        frame, levels = frame.f_back, levels + 1
    return levels


def _read_from(tier: Tier, entry: Entry, request: BaseModel, *, lazy: bool) -> Reading | None:
    place = place_of(entry, tier)
    if place is None:
        return None
    reading = read_from(place, entry, request, lazy=lazy)
    try:
        place.keep(reading.files)
    except OSError as error:  # what was read is good, whether or not it can be kept
        warnings.warn(f"BLUECLOUD_SNAPSHOTS: nothing is kept: {error}", TierWarning, stacklevel=4)
    return reading


def read_from(place: Place, entry: Entry, request: BaseModel, *, lazy: bool) -> Reading:
    """Read an entry from one place, by its reader.

    Providers break their protocols in more ways than a reader can foresee. What it stumbles over is
    an answer that is not as promised, so that another tier is asked. Our own samples are as they
    should be: there it is the reader's mistake, and is shown as such.

    Raises
    ------
    SourceError
        As the place and the reader have it.
    MalformedAnswer
        If the reader could not make sense of what a provider answered.
    """
    options = entry.reader.options.model_validate(entry.declaration.options)
    try:
        return entry.reader.read(place, options, request, lazy=lazy)
    except (DataError, OSError, MemoryError):
        raise
    except Exception as error:
        if place.tier == "sample":
            raise
        raise MalformedAnswer(
            f"the answer is not as its protocol promises: {type(error).__name__}: {error}"
        ) from error


def _nothing_read(
    entry: Entry, allowed: tuple[Tier, ...], faults: list[tuple[Tier, SourceError]]
) -> Exception:
    if not faults:
        return TierError(
            f"{entry.name} can be read from {', '.join(entry.tiers)}; "
            f"BLUECLOUD_TIERS allows {', '.join(allowed)}"
            + ("; and BLUECLOUD_SNAPSHOTS names no folder" if "snapshot" in allowed else "")
        )
    kind = type(faults[0][1])
    offered = [
        tier
        for tier in entry.tiers
        if tier not in allowed and (tier != "snapshot" or Snapshots.from_environment())
    ]
    offer = f"; BLUECLOUD_TIERS would have to allow {', '.join(offered)}" if offered else ""
    error = kind(f"{entry.name}: {_told(faults)}{offer}")
    error.__cause__ = faults[0][1]
    return error


def _consequence(entry: Entry, tier: Tier, fault: SourceError) -> str:
    """What it means for a person that the best tier did not answer."""
    sample = entry.declaration.sample
    if tier == "sample" and sample and sample.synthetic:
        what = "These are SYNTHETIC data, not observations"
    elif tier == "sample":
        what = "This is the small sample, not all that the source has"
    elif tier == "snapshot":
        what = "This is the source's last good answer, kept earlier"
    else:
        what = f"This is read from {tier}"
    if isinstance(fault, SourceUnavailable):
        return f"{what}: the source could not be reached (no internet?)."
    if isinstance(fault, CredentialRequired):
        return f"{what}: the source wants a login."
    if isinstance(fault, LicenceNotAccepted):
        return f"{what}: the source wants its terms accepted by you."
    return f"{what}: the source gave no proper answer."


def _told(faults: list[tuple[Tier, SourceError]]) -> str:
    """What each tier gave instead. Long queries are cut: the cause has them whole."""
    return _LONG.sub(r"\1…", "; ".join(f"{tier}: {fault}" for tier, fault in faults))
