"""The grid of a variational analysis: cells, their sizes, and how observations see them.

Distances are in the units of the correlation lengths (kilometres, years), so that nothing
further down knows of the sphere: a step eastward is simply shorter in the north. Only sea cells
are unknowns; a face between sea and land has no flux, because it does not exist.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

EARTH_RADIUS_KM = 6371.0

# An observation counts if at least so much of its interpolation lies in the sea.
_LEAST_SEA = 0.5
# Where a coordinate that is on the edge but for rounding still belongs to the grid, in cells.
_ROUNDING = 1e-9

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """A regular grid in any number of dimensions, the slowest first.

    Attributes
    ----------
    axes
        Coordinates along each dimension: at least two, increasing, evenly spaced.
    steps
        Distance from a cell to the next along each dimension, broadcast to the whole grid.
    sea
        Where there are unknowns.
    """

    axes: tuple[Floats, ...]
    steps: tuple[Floats, ...]
    sea: Bools

    @property
    def size(self) -> int:
        """The number of sea cells."""
        return int(self.sea.sum())

    @property
    def volume(self) -> Floats:
        """Length, area or volume of each cell."""
        whole: Floats = np.broadcast_to(np.prod(np.broadcast_arrays(*self.steps), axis=0),
                                        self.sea.shape)  # fmt: skip
        return whole

    @property
    def numbers(self) -> Integers:
        """The number of each sea cell among the unknowns; -1 on land."""
        numbers = np.full(self.sea.shape, -1, dtype=np.int64)
        numbers[self.sea] = np.arange(self.size)
        return numbers

    def on_map(self, unknowns: Floats, fill: float = np.nan) -> Floats:
        """A value for each sea cell as an array of the grid's shape."""
        whole = np.full(self.sea.shape, fill)
        whole[self.sea] = unknowns
        return whole


def sphere_grid(latitude: Floats, longitude: Floats, sea: Bools) -> Grid:
    """Latitude and longitude in degrees, with distances in kilometres."""
    radian_km = np.pi / 180 * EARTH_RADIUS_KM
    north = np.full(sea.shape, radian_km * (latitude[1] - latitude[0]))
    east = radian_km * (longitude[1] - longitude[0]) * np.cos(np.deg2rad(latitude))
    return Grid((latitude, longitude), (north, np.broadcast_to(east[:, None], sea.shape)), sea)


def with_time(grid: Grid, years: Floats) -> Grid:
    """The same cells at each of several times, which come first."""
    shape = (len(years), *grid.sea.shape)
    return Grid(
        (years, *grid.axes),
        (np.full(shape, years[1] - years[0]), *(np.broadcast_to(s, shape) for s in grid.steps)),
        np.broadcast_to(grid.sea, shape),
    )


@dataclass(frozen=True)
class Faces:
    """The faces between neighbours along one dimension that are both in the sea."""

    difference: sparse.csr_array  # (faces, cells): the derivative across each
    volume: Floats
    before: Integers
    after: Integers


def faces(grid: Grid, dimension: int) -> Faces:
    """The faces across a dimension, with the mean size of their two cells."""
    here = (slice(None),) * dimension
    before, after = (*here, slice(None, -1)), (*here, slice(1, None))
    numbers = grid.numbers
    between = (numbers[before] >= 0) & (numbers[after] >= 0)
    step, volume = grid.steps[dimension], grid.volume
    distance = ((step[before] + step[after]) / 2)[between]
    first, second = numbers[before][between], numbers[after][between]
    rows = np.arange(len(first))
    difference = sparse.csr_array(
        (
            np.concatenate([-1 / distance, 1 / distance]),
            (np.concatenate([rows, rows]), np.concatenate([first, second])),
        ),
        shape=(len(first), grid.size),
    )
    return Faces(difference, ((volume[before] + volume[after]) / 2)[between], first, second)


def interpolation(grid: Grid, positions: tuple[Floats, ...]) -> tuple[sparse.csr_array, Bools]:
    """Linear interpolation from sea cells to positions, and which positions have one.

    Beside a coast the cells of land are left out and the others count for more. A position
    outside the grid, or more on land than in the sea, has no row.
    """
    shape = grid.sea.shape
    inside = np.ones(len(positions[0]), dtype=bool)
    corners, shares = [], []
    for axis, position in zip(grid.axes, positions, strict=True):
        place = (position - axis[0]) / (axis[1] - axis[0])
        inside &= (place >= -_ROUNDING) & (place <= len(axis) - 1 + _ROUNDING)
        place = np.clip(np.where(inside, place, 0.0), 0, len(axis) - 1)
        corner = np.minimum(place.astype(np.int64), len(axis) - 2)
        corners.append(corner)
        shares.append(place - corner)
    numbers = grid.numbers
    cells, weights = [], []
    for offsets in product((0, 1), repeat=len(shape)):
        at = tuple(corner + offset for corner, offset in zip(corners, offsets, strict=True))
        share = np.prod(
            [s if offset else 1 - s for s, offset in zip(shares, offsets, strict=True)], axis=0
        )
        cells.append(numbers[at])
        weights.append(np.where(cells[-1] >= 0, share, 0.0))
    cell, weight = np.stack(cells, axis=1), np.stack(weights, axis=1)
    in_sea = weight.sum(axis=1)
    used = inside & (in_sea >= _LEAST_SEA)
    cell, weight = cell[used], weight[used] / in_sea[used, None]
    row = np.broadcast_to(np.arange(len(cell))[:, None], cell.shape)
    kept = weight > 0
    matrix = sparse.csr_array((weight[kept], (row[kept], cell[kept])), shape=(len(cell), grid.size))
    return matrix, used


def cell_counts(grid: Grid, positions: tuple[Floats, ...]) -> NDArray[np.int32]:
    """How many of the positions lie nearest to each cell; all must be inside the grid."""
    at = tuple(
        np.clip(np.rint((p - axis[0]) / (axis[1] - axis[0])).astype(np.int64), 0, len(axis) - 1)
        for axis, p in zip(grid.axes, positions, strict=True)
    )
    counts = np.zeros(grid.sea.shape, dtype=np.int32)
    np.add.at(counts, at, 1)
    return counts
