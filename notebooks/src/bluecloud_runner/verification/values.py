"""Whether two sets of values are the same, and what of a text is only when it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bluecloud_runner.verification.report import Finding, Tolerance

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})[T _]\d{2}(?::?\d{2}){1,2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?"
    r"|(?P<year>\d{4})(?P<month>\d{2})(?P<date>\d{2})T\d{4,6}Z?"
)
_RUN = re.compile(r"\b[0-9a-f]{20}-\d{4}\b")


def lasting(text: str, tolerance: Tolerance) -> str:
    """A text without names of runs, and without moments of the days on which they were made.

    Moments of other days are what the text is about.
    """

    def without(moment: re.Match[str]) -> str:
        day = moment["day"] or f"{moment['year']}-{moment['month']}-{moment['date']}"
        return "<moment>" if day in tolerance.days else moment[0]

    return _RUN.sub("<run>", _MOMENT.sub(without, text))


def compare(
    old: NDArray[np.generic], new: NDArray[np.generic], names: Sequence[str], tolerance: Tolerance
) -> Finding:
    """Two arrays of a shape; ``names`` are those of its dimensions."""
    if old.dtype.kind in "fc" and new.dtype.kind in "fciu":
        return _numbers(old, new, names, tolerance)
    if old.dtype.kind in "OSU":
        old, new = _texts(old, tolerance), _texts(new, tolerance)
    unlike = np.asarray(old != new)
    if not unlike.any():
        return Finding(status="same")
    place = np.unravel_index(int(np.argmax(unlike)), old.shape)
    return _different(old, new, unlike, place, names)


def _numbers(
    old: NDArray[np.generic], new: NDArray[np.generic], names: Sequence[str], tolerance: Tolerance
) -> Finding:
    first, second = np.asarray(old), np.asarray(new)
    equal = (first == second) | (np.isnan(first) & np.isnan(second))
    if equal.all():
        return Finding(status="same")
    with np.errstate(all="ignore"):
        wide = np.complex128 if "c" in first.dtype.kind + second.dtype.kind else np.float64
        apart = np.abs(second.astype(wide) - first)
        size = np.abs(first)
        near = equal | (
            np.isfinite(apart) & (apart <= tolerance.absolute + tolerance.relative * size)
        )
        share = np.where(equal, 0.0, np.where(size > 0, apart / size, np.inf))
    share = np.where(np.isnan(share), np.inf, share)
    if near.all():
        biggest = float(np.max(np.where(np.isinf(share), 0.0, share)))
        return Finding(
            status="within-tolerance",
            words=f"{int((~equal).sum())} of {first.size} values are apart, by at most "
            f"{float(apart[~equal].max()):.3g} (a share of {biggest:.3g}); "
            f"allowed: {tolerance.absolute:g} + {tolerance.relative:g} of the value",
        )
    # Of those that are too far apart the farthest, in relation to its size.
    rank = np.where(near, -1.0, share)
    place = np.unravel_index(int(np.argmax(rank)), first.shape)
    return _different(first, second, ~near, place, names)


def _different(
    old: NDArray[np.generic],
    new: NDArray[np.generic],
    unlike: NDArray[np.generic],
    place: tuple[np.intp, ...],
    names: Sequence[str],
) -> Finding:
    index = ", ".join(f"{name}={int(at)}" for name, at in zip(names, place, strict=True))
    was, now = _shown(old[place]), _shown(new[place])
    return Finding(
        status="different",
        words=f"{int(unlike.sum())} of {old.size} values are different: {was}, and now {now}",
        where=f"[{index}]" if index else "",
    )


def _texts(values: NDArray[np.generic], tolerance: Tolerance) -> NDArray[np.generic]:
    flat = [lasting(_text(value), tolerance) for value in values.ravel().tolist()]
    return np.array(flat, dtype=object).reshape(values.shape)


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _shown(value: object) -> str:
    shown = value.item() if isinstance(value, np.generic) else value
    text = repr(shown) if isinstance(shown, str) else str(shown)
    return text if len(text) <= 60 else f"{text[:57]}..."
