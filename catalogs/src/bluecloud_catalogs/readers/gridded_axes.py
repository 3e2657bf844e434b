"""Which places of a grid's axes a request means.

Borders are included. Longitudes go round: a box over the antimeridian takes the columns at
either side of it, in the order in which one sails, with longitudes that go on beyond 180. A
box that lies between two columns, rows or levels means the nearest one: who asks for a point
wants its value. What lies outside of a grid is nothing, and not its border; only the level
nearest the surface, which lies a metre below it in most models, stands for the surface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from .asked import during

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt

    Places: TypeAlias = npt.NDArray[np.intp]
    Values: TypeAlias = npt.NDArray[np.floating]

_DEEPEST_M = 12_000.0


def _depths(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        raise ValueError("must be the shallower and the deeper in metres, positive down")
    numbers = list(value)
    if any(isinstance(each, bool | str) for each in numbers) or len(numbers) != 2:
        raise ValueError("must be two numbers, the shallower and the deeper in metres")
    try:
        shallow, deep = (float(each) for each in numbers)
    except (TypeError, ValueError):
        raise ValueError("must hold numbers") from None
    if not (0 <= shallow <= _DEEPEST_M and 0 <= deep <= _DEEPEST_M):
        raise ValueError(f"must be metres below the surface, from 0 to {_DEEPEST_M:g}")
    if shallow > deep:
        raise ValueError(f"begins with the shallower: {shallow:g} is below {deep:g}")
    return shallow, deep


Depths: TypeAlias = Annotated[
    tuple[float, float] | None,
    BeforeValidator(_depths),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "title": "Shallower and deeper in metres below the surface",
        }
    ),
]


def columns(west: float, east: float, longitude: Values) -> tuple[Places, Values]:
    """The columns between two meridians, west first, and the longitudes they then have.

    Parameters
    ----------
    west, east
        In degrees; west may lie east of east, over the antimeridian.
    longitude
        Of the columns, ascending, in whichever way of counting.
    """
    import numpy as np

    if east - west == 360:
        return np.arange(longitude.size), longitude
    width = (east - west) % 360
    eastward = (longitude - west) % 360
    places = np.flatnonzero(eastward <= width)
    if not places.size:
        places = _nearest_column(west + width / 2, longitude)
    first = (west + 180) % 360 - 180
    counted = longitude[places]
    # Only what was passed over the antimeridian is counted on; the rest keeps its own bits.
    if first + width > 180:
        counted = np.where(counted < first, counted + 360, counted)
    order = np.argsort(counted, kind="stable")
    return places[order], counted[order]


def _nearest_column(middle: float, longitude: Values) -> Places:
    """The column nearest a meridian that the grid has on both sides, or none."""
    import numpy as np

    if longitude.size == 0:
        return np.arange(0)
    apart = np.abs((longitude - middle + 180) % 360 - 180)
    step = float(np.median(np.diff(longitude))) if longitude.size > 1 else 0.0
    nearest = int(np.argmin(apart))
    return np.array([nearest]) if apart[nearest] <= step / 2 + 1e-6 else np.arange(0)


def between(low: float, high: float, values: Values) -> Places:
    """The places from the low to the high value; the nearest one if they lie between two."""
    import numpy as np

    places = np.flatnonzero((values >= low) & (values <= high))
    if places.size or not values.size:
        return places
    middle = (low + high) / 2
    if values.min() <= middle <= values.max():
        return np.array([int(np.argmin(np.abs(values - middle)))])
    return places


def levels(shallow: float, deep: float, depth: Values) -> Places:
    """The levels from the shallower to the deeper, in metres, positive down."""
    import numpy as np

    places = between(shallow, deep, depth)
    if not places.size and depth.size and deep < depth.min():
        return np.array([int(np.argmin(depth))])
    return places


def steps(
    period: tuple[datetime | None, datetime | None], time: npt.NDArray[np.datetime64]
) -> Places:
    """The steps in a period; none for a period between two, which knows of neither."""
    import numpy as np

    return np.flatnonzero(during(period, time))
