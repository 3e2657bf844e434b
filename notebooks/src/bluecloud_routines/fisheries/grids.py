"""Grids of one to thirty degrees, and how the catch of an area is shared among their cells.

All grids begin at the equator and at Greenwich, as the cells of the statistics do. A cell that
lies within one cell of the grid goes there whole. One that does not, because it is wider or
because the widths do not divide, is shared among the cells that it covers: in equal parts of
latitude and longitude, or in parts of equal area on the sphere.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.fisheries.cwp import all_codes, as_numbers, cwp_boxes

RESOLUTIONS = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
Downgrade = Literal["equal", "area", "drop"]

IRREGULAR = -1  # an area that is no cell
TOO_WIDE = -2  # a cell that no single cell of the grid holds

# Codes have seven digits and begin with 5 to 9.
_FIRST, _LAST = 5_000_000, 9_999_999

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """The cells of one width, in rows from south to north and columns from west to east."""

    resolution: float

    def __post_init__(self) -> None:
        if self.resolution not in RESOLUTIONS:
            allowed = ", ".join(f"{each:g}" for each in RESOLUTIONS)
            raise ParameterError(f"resolution is {self.resolution:g} degrees: one of {allowed}")

    @property
    def rows(self) -> int:
        """Number of rows; the outermost may be cut by the poles."""
        return 2 * int(np.ceil(90 / self.resolution))

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(360 / self.resolution)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def south(self) -> float:
        """Where the first row begins, which may be beyond the pole."""
        return -self.rows / 2 * self.resolution

    def latitude_bounds(self) -> Floats:
        """Southern and northern edge of each row, degrees north."""
        edges = self.south + self.resolution * np.arange(self.rows + 1)
        return np.clip(np.stack([edges[:-1], edges[1:]], axis=1), -90, 90)

    def longitude_bounds(self) -> Floats:
        """Western and eastern edge of each column, degrees east."""
        edges = -180 + self.resolution * np.arange(self.columns + 1)
        return np.stack([edges[:-1], edges[1:]], axis=1)


@cache
def _places(resolution: float) -> NDArray[np.int32]:
    """The cell of a grid that each code lies in, by the code less 4,999,999.

    The first and the last are of numbers that are no codes.
    """
    grid = Grid(resolution)
    codes, size, south, west = all_codes()
    row = np.floor((south - grid.south) / resolution)
    column = np.floor((west + 180) / resolution)
    within = (
        (np.minimum(south + size, 90) <= grid.south + (row + 1) * resolution)
        & (np.maximum(south, -90) >= grid.south + row * resolution)
        & (west + size <= -180 + (column + 1) * resolution)
    )
    table = np.full(_LAST - _FIRST + 3, IRREGULAR, dtype=np.int32)
    table[codes - _FIRST + 1] = np.where(within, row * grid.columns + column, TOO_WIDE)
    return table


def place(numbers: NDArray[np.integer], grid: Grid) -> NDArray[np.int32]:
    """The cell that each code lies in, `TOO_WIDE` or `IRREGULAR`."""
    return _places(grid.resolution).take(numbers - (_FIRST - 1), mode="clip")


def shares(number: int, grid: Grid, downgrade: Downgrade) -> tuple[NDArray[np.int64], Floats]:
    """The cells that a code's cell covers, and which part of it lies in each."""
    box = cwp_boxes([number]).iloc[0]
    low, high = grid.latitude_bounds().T
    south, north = np.maximum(low, box["south"]), np.minimum(high, box["north"])
    rows = np.flatnonzero(north > south)
    if downgrade == "area":
        heights = np.sin(np.radians(north[rows])) - np.sin(np.radians(south[rows]))
    else:
        heights = north[rows] - south[rows]
    low, high = grid.longitude_bounds().T
    widths = np.minimum(high, box["east"]) - np.maximum(low, box["west"])
    columns = np.flatnonzero(widths > 0)
    parts = np.outer(heights / heights.sum(), widths[columns] / widths[columns].sum())
    cells = rows[:, None] * grid.columns + columns
    return cells.ravel(), parts.ravel()


def check_downgrade(downgrade: str) -> None:
    """Refuse another word than the three.

    Raises
    ------
    ParameterError
        If so.
    """
    if downgrade not in get_args(Downgrade):
        raise ParameterError(f"downgrade is {downgrade!r}: one of {', '.join(get_args(Downgrade))}")


def irregular_shares(
    areas: pd.DataFrame, grid: Grid, downgrade: Downgrade
) -> dict[str, tuple[NDArray[np.int64], Floats]]:
    """For each irregular area the cells of the grid that it covers, and its part in each.

    Parameters
    ----------
    areas
        ``area``, the name, and ``code``, one row for each cell of the statistics' grid that
        the area consists of; ``share``, where given, says which part of its catch is there.

    Raises
    ------
    ValuesError
        If a column is absent, a code is none, or shares are negative or sum to nothing.
    """
    for name in ("area", "code"):
        if name not in areas.columns:
            raise ValuesError(f"areas has no column {name!r}: 'area' and 'code' are needed")
    boxes = cwp_boxes(areas["code"])
    if "share" in areas.columns:
        weights = areas["share"].to_numpy(np.float64)
    elif downgrade == "area":
        sines = np.sin(np.radians(boxes[["north", "south"]].to_numpy()))
        weights = (sines[:, 0] - sines[:, 1]) * (boxes["east"] - boxes["west"]).to_numpy()
    else:
        weights = ((boxes["north"] - boxes["south"]) * (boxes["east"] - boxes["west"])).to_numpy()
    found: dict[str, tuple[NDArray[np.int64], Floats]] = {}
    names, numbers = areas["area"].astype(str).to_numpy(), as_numbers(areas["code"])
    for name in pd.unique(names):
        own = names == name
        total = weights[own].sum()
        if not (weights[own] >= 0).all() or not total > 0:
            raise ValuesError(f"the shares of area {name!r} are negative or sum to nothing")
        cells: list[NDArray[np.int64]] = []
        parts: list[Floats] = []
        for number, weight in zip(numbers[own], weights[own] / total, strict=True):
            covered, part = shares(int(number), grid, downgrade)
            cells.append(covered)
            parts.append(weight * part)
        found[name] = np.concatenate(cells), np.concatenate(parts)
    return found
