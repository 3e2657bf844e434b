"""The areal grid of fishery statistics (CWP): codes of cells, and where the cells lie.

A code is one digit for the size, one for the quadrant of the globe, two for the latitude and
three for the longitude of the corner nearest to 0°N 0°E: 6230130 is five degrees wide, south
and east, from 30°S 130°E away from the origin. So the cells of every size begin at the equator
and at Greenwich, north and south are mirror images, and the last row of the sizes that do not
divide 90 ends at the pole.

The sizes below one degree (digits 1 to 4) need more digits than these and do not occur in the
tuna atlas: they are not read, and count among the irregular areas.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bluecloud_routines.errors import ParameterError, ValuesError

SIZES = {5: 1.0, 6: 5.0, 7: 10.0, 8: 20.0, 9: 30.0}
DIGITS = {size: digit for digit, size in SIZES.items()}
REFERENCE = "CWP Handbook of Fishery Statistical Standards, areal grid system (FAO)"

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def cwp_codes(latitude: ArrayLike, longitude: ArrayLike, *, resolution: float) -> Integers:
    """The code of the cell that each point lies in.

    Parameters
    ----------
    latitude, longitude
        Degrees north, -90 to 90, and degrees east, -180 to 360. A point on an edge belongs to
        the cell north and east of it; the north pole belongs to the row below it.
    resolution
        Width of a cell in degrees: 1, 5, 10, 20 or 30.

    Raises
    ------
    ParameterError
        If no size of the grid is that wide.
    ValuesError
        If a point is missing or not on the earth.
    """
    if resolution not in DIGITS:
        raise ParameterError(f"resolution is {resolution:g}: the grid has {sorted(DIGITS)} degrees")
    lat, lon = np.broadcast_arrays(np.asarray(latitude, float), np.asarray(longitude, float))
    wrong = ~((np.abs(lat) <= 90) & (lon >= -180) & (lon <= 360))
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        raise ValuesError(
            f"{lat[at]}, {lon[at]} is no point on the earth: latitude is -90 to 90 degrees, "
            "longitude -180 to 360"
        )
    lon = np.where(lon >= 180, lon - 360, lon)
    row = np.minimum(np.floor(lat / resolution), np.ceil(90 / resolution) - 1)
    column = np.floor(lon / resolution)
    # The corner nearest to the origin: of the southern rows the northern edge, and so on.
    corner_lat = np.where(row < 0, -row - 1, row) * resolution
    corner_lon = np.where(column < 0, -column - 1, column) * resolution
    quadrant = np.where(row >= 0, np.where(column >= 0, 1, 4), np.where(column >= 0, 2, 3))
    codes = DIGITS[resolution] * 1_000_000 + quadrant * 100_000 + corner_lat * 1000 + corner_lon
    numbers: Integers = codes.astype(np.int64)
    return numbers


def cwp_boxes(codes: ArrayLike | Sequence[object] | pd.Series) -> pd.DataFrame:
    """Where the cells of some codes lie.

    Parameters
    ----------
    codes
        Codes as whole numbers or text.

    Returns
    -------
    pandas.DataFrame
        In the order of the codes: ``code``, ``size`` and ``south``, ``north``, ``west``,
        ``east`` in degrees. Rows of 20 degrees that begin at 80 end at the pole.

    Raises
    ------
    ValuesError
        If one is no code of the grid.
    """
    numbers = as_numbers(codes)
    size, south, west = corners(numbers)
    if (size == 0).any():
        wrong = pd.Series(codes).iloc[int(np.argmax(size == 0))]
        raise ValuesError(
            f"'{wrong}' is no code of the CWP grid: 7 digits, first {sorted(SIZES)}, then the "
            "quadrant 1 to 4, latitude and longitude of a corner that a cell of the size has"
        )
    return pd.DataFrame(
        {
            "code": numbers,
            "size": size,
            "south": np.maximum(south, -90.0),
            "north": np.minimum(south + size, 90.0),
            "west": west,
            "east": west + size,
        }
    )


def as_numbers(codes: ArrayLike | Sequence[object] | pd.Series) -> NDArray[np.integer]:
    """Codes as whole numbers; 0 for what cannot be one, such as the name of an area."""
    series = codes if isinstance(codes, pd.Series) else pd.Series(codes)
    if isinstance(series.dtype, pd.CategoricalDtype):
        categories = as_numbers(pd.Series(series.cat.categories))
        return np.append(categories, 0)[series.cat.codes]
    if series.dtype.kind in "iu":
        return series.to_numpy()
    if series.dtype.kind != "f":
        # One reading for each distinct text: a table repeats its areas.
        positions, uniques = pd.factorize(series)
        text = pd.Series(uniques, dtype=object).astype(str).str.strip()
        seven = text.str.fullmatch(r"\d{7}").to_numpy(bool)
        numbers = np.where(seven, text, "0").astype(np.int64)
        return np.append(numbers, 0)[positions]
    floats = series.to_numpy(np.float64)
    whole = np.isfinite(floats) & (floats == np.floor(floats))
    return np.where(whole, floats, 0).astype(np.int64)


def corners(numbers: NDArray[np.integer]) -> tuple[Floats, Floats, Floats]:
    """Size, southern and western edge of each code, in degrees; size 0 for what is no code.

    Southern edges are not cut at the pole: -100 is where the last row of 20 degrees begins.
    """
    lookup = all_codes()
    place = np.searchsorted(lookup[0], numbers)
    place = np.minimum(place, len(lookup[0]) - 1)
    found = lookup[0][place] == numbers
    size, south, west = (np.where(found, column[place], 0.0) for column in lookup[1:])
    return size, south, west


@cache
def all_codes() -> tuple[Integers, Floats, Floats, Floats]:
    """All codes of the grid in order, with size, southern and western edge in degrees."""
    parts = []
    for digit, size in SIZES.items():
        rows, columns = int(np.ceil(90 / size)), int(180 / size)
        for quadrant, (up, right) in {1: (1, 1), 2: (0, 1), 3: (0, 0), 4: (1, 0)}.items():
            lat, lon = (
                axis.ravel()
                for axis in np.meshgrid(
                    size * np.arange(rows), size * np.arange(columns), indexing="ij"
                )
            )
            code = digit * 1_000_000 + quadrant * 100_000 + lat * 1000 + lon
            south = lat if up else -lat - size
            west = lon if right else -lon - size
            parts.append(np.stack([code, np.full(code.size, size), south, west]))
    table = np.concatenate(parts, axis=1)
    table = table[:, np.argsort(table[0])]
    return table[0].astype(np.int64), table[1], table[2], table[3]
