"""Where and when, as people ask for it: boxes that may cross the antimeridian, and periods.

A box is west, south, east, north in degrees, borders included. Its west may lie east of its
east: it then goes over the antimeridian, as 170, -20, -170, 20 does. Longitudes from -180 to
360 are taken, so that both usual ways of counting work.

A period is ``"2015/2020"`` or a pair of dates; ``".."`` or None leaves a side open, and both of
them no period at all. A date may be a year, a month, a day or a moment, in UTC unless it says
otherwise, and the last one is included whole: ``"2015/2020"`` ends with 2020.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_LEAST_WMO, _GREATEST_WMO = 1000, 9_999_999
_A_YEAR = re.compile(r"^\d{4}$")
_A_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_A_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def whole_number(value: object) -> int:
    """Take an integer, NumPy's too, or its digits as text; nothing else that Python would take.

    Raises
    ------
    ValueError
        For all else.
    """
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    try:
        if not isinstance(value, bool):
            return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        pass
    raise ValueError("must be a whole number")


def _several(value: object) -> tuple[int, ...]:
    """One whole number or several, each once."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return (whole_number(value),)
    numbers = tuple(dict.fromkeys(whole_number(each) for each in value))
    if not numbers:
        raise ValueError("must not be an empty list: leave the parameter out to mean all")
    return numbers


def _platforms(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    numbers = _several(value)
    wrong = [number for number in numbers if not _LEAST_WMO <= number <= _GREATEST_WMO]
    if wrong:
        raise ValueError(f"must be WMO numbers of 4 to 7 digits, and {wrong[0]} is none")
    return numbers


def _cycles(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    numbers = _several(value)
    if min(numbers) < 0 or max(numbers) > 9999:
        raise ValueError("must be cycle numbers from 0 to 9999")
    return numbers


def _box(value: object) -> tuple[float, float, float, float] | None:
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ValueError("must be west, south, east, north in degrees")
    numbers = [_number(each) for each in value]
    if len(numbers) != 4:
        raise ValueError(f"must be west, south, east, north: four numbers, not {len(numbers)}")
    west, south, east, north = numbers
    if not (-180 <= west <= 360 and -180 <= east <= 360):
        raise ValueError("must have longitudes from -180 to 360")
    if not (-90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError("must have latitudes from -90 to 90")
    if south > north:
        raise ValueError(f"is west, south, east, north: south {south:g} is above north {north:g}")
    if east - west > 360:
        raise ValueError("must not go round the Earth more than once")
    return west, south, east, north


def _number(value: object) -> float:
    if isinstance(value, bool | str):
        raise ValueError("must hold numbers")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError("must hold numbers") from None


def _period(value: object) -> tuple[datetime | None, datetime | None] | None:
    """First moment included and first moment after, in UTC without saying so."""
    if value is None:
        return None
    if isinstance(value, str):
        sides: Sequence[object] = value.split("/") if "/" in value else (value, value)
    elif hasattr(value, "__iter__"):
        sides = list(value)
    else:
        raise ValueError("must be text as 2015/2020, or a first and a last date")
    if len(sides) != 2:
        raise ValueError(f"must have a first and a last date, and has {len(sides)}")
    first, last = (None if side in (None, "..", "") else _moments(side) for side in sides)
    if first and last and first[0] >= last[1]:
        raise ValueError(f"begins ({first[0]}) after it ends ({last[1]})")
    if not first and not last:
        return None
    return (first[0] if first else None), (last[1] if last else None)


def _moments(value: object) -> tuple[datetime, datetime]:
    """The first moment of a year, month, day or second, and the first after it."""
    text = value if isinstance(value, str) else str(value).replace(" ", "T")
    text = text.strip()
    try:
        if _A_YEAR.match(text):
            return datetime(int(text), 1, 1), datetime(int(text) + 1, 1, 1)
        if month := _A_MONTH.match(text):
            first = datetime(int(month[1]), int(month[2]), 1)
            return first, (first + timedelta(days=31)).replace(day=1)
        moment = datetime.fromisoformat(_no_finer_than_microseconds(text))
    except (ValueError, OverflowError):
        raise ValueError(f"has {text!r}, which is no date as 2015, 2015-06 or 2015-06-30") from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    step = timedelta(days=1) if _A_DAY.match(text) else timedelta(seconds=1)
    try:
        return moment, moment + step
    except OverflowError:
        raise ValueError(f"has {text!r}, after which there is no time") from None


def _no_finer_than_microseconds(text: str) -> str:
    """NumPy and pandas write nanoseconds, which Python's dates do not take."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def _iso(period: tuple[datetime | None, datetime | None] | None) -> list[str] | None:
    """Give the period as it would be asked again: its last second, not the first after it."""
    if period is None:
        return None
    first, after = period
    last = after - timedelta(seconds=1) if after else None
    return [side.isoformat() if side else ".." for side in (first, last)]


_NUMBERS = {"type": "array", "items": {"type": "integer"}}
Platforms: TypeAlias = Annotated[
    tuple[int, ...] | None,
    BeforeValidator(_platforms),
    WithJsonSchema({**_NUMBERS, "title": "WMO numbers of floats"}),
]
Cycles: TypeAlias = Annotated[
    tuple[int, ...] | None,
    BeforeValidator(_cycles),
    WithJsonSchema({**_NUMBERS, "title": "Cycle numbers"}),
]
Box: TypeAlias = Annotated[
    tuple[float, float, float, float] | None,
    BeforeValidator(_box),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 4,
            "maxItems": 4,
            "title": "West, south, east, north in degrees",
        }
    ),
]
Period: TypeAlias = Annotated[
    tuple[datetime | None, datetime | None] | None,
    BeforeValidator(_period),
    PlainSerializer(_iso),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 2,
            "maxItems": 2,
            "title": "First and last date, included",
        }
    ),
]


class Asked(BaseModel):
    """The base of what a reader can be asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def inside(
    box: tuple[float, float, float, float],
    longitude: npt.NDArray[np.floating],
    latitude: npt.NDArray[np.floating],
) -> npt.NDArray[np.bool_]:
    """Whether each position lies in the box; one that is not known does not."""
    west, south, east, north = box
    # Not (east - west) % 360 alone: a box all round would come out as one meridian.
    width = 360.0 if east - west == 360 else (east - west) % 360
    eastward: npt.NDArray[np.bool_] = (longitude - west) % 360 <= width
    return eastward & (latitude >= south) & (latitude <= north)


def during(
    period: tuple[datetime | None, datetime | None], time: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.bool_]:
    """Whether each moment lies in the period; one that is not known does not."""
    import numpy as np

    first, after = period
    within: npt.NDArray[np.bool_] = ~np.isnat(time)
    # Microseconds, as a date has them: in nanoseconds there is no year 1677.
    moments = time.astype("datetime64[us]")
    if first is not None:
        within &= moments >= np.datetime64(first, "us")
    if after is not None:
        within &= moments < np.datetime64(after, "us")
    return within
