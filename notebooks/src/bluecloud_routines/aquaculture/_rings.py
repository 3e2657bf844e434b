"""What lies in the ring around each cell of an image: how much, how many, in which order.

A ring is a square window without a smaller square, the guard, in its middle, cut where the image
ends; missing cells count for nothing. Sums come from running sums over a band of rows that stays
in the processor's cache, in double precision, begun anew with each band so that no rounding is
carried far.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Values = NDArray[np.floating]

_BAND = 64
_GATHERED = 250_000  # values of rings that are put in order at once: a megabyte


class Ring(NamedTuple):
    """Half widths: a window of 2 ``outer`` + 1 cells without one of 2 ``inner`` + 1."""

    outer: int
    inner: int

    @property
    def cells(self) -> int:
        """How many cells are in a whole ring."""
        return (2 * self.outer + 1) ** 2 - (2 * self.inner + 1) ** 2

    def thinned(self, every: int) -> tuple[Integers, Integers]:
        """Rows and columns, from the middle, of every so manieth cell in each direction."""
        reach = self.outer // every * every
        row, column = np.mgrid[-reach : reach + 1 : every, -reach : reach + 1 : every]
        beyond = np.maximum(np.abs(row), np.abs(column)) > self.inner
        return row[beyond].astype(np.int64), column[beyond].astype(np.int64)


class Band(NamedTuple):
    """Some rows of an image with what is around them.

    Attributes
    ----------
    rows
        Which rows of the image.
    around
        The same with as many rows above and below as the ring needs and the image has.
    missing
        Which of ``around`` are missing; None where none is.
    """

    rows: slice
    around: slice
    values: Floats
    missing: NDArray[np.bool_] | None


def bands(height: int) -> list[slice]:
    """The rows of each band of an image."""
    return [slice(first, min(first + _BAND, height)) for first in range(0, height, _BAND)]


def band_of(image: Values, rows: slice, ring: Ring) -> Band:
    """Some rows of an image with those around; missing values as zero."""
    around = slice(max(rows.start - ring.outer, 0), min(rows.stop + ring.outer, len(image)))
    values = image[around].astype(np.float64)
    missing = np.isnan(values)
    if not missing.any():
        return Band(rows, around, values, None)
    values[missing] = 0.0
    return Band(rows, around, values, missing)


def ring_sum(values: Floats, band: Band, ring: Ring) -> Floats:
    """The sum over the ring of each cell of the band; ``values`` are as ``band.values``."""
    below = np.empty((len(values) + 1, values.shape[1]))
    below[0] = 0.0
    for row, line in enumerate(values):
        np.add(below[row], line, out=below[row + 1])
    return _box(below, band, ring.outer) - _box(below, band, ring.inner)


def ring_count(band: Band, ring: Ring) -> Floats:
    """How many cells of each ring are not missing; one row where all rows are alike."""
    if band.missing is not None:
        present = (~band.missing).astype(np.float64)
        return np.rint(ring_sum(present, band, ring))
    height, width = band.values.shape
    offset = band.rows.start - band.around.start
    rows = np.arange(band.rows.stop - band.rows.start) + offset
    outer, inner = (_within(rows, half, height) for half in ring)
    if (outer == outer[0]).all() and (inner == inner[0]).all():
        outer, inner = outer[:1], inner[:1]
    columns = np.arange(width)
    count = outer[:, None] * _within(columns, ring.outer, width)[None, :]
    count -= inner[:, None] * _within(columns, ring.inner, width)[None, :]
    return count.astype(np.float64)


def ring_order(band: Band, ring: Ring, *, every: int, part: float) -> tuple[Floats, Floats]:
    """The value in whose part the ring's cells lie below it, and how many cells the ring has.

    Of the ring, every so manieth cell in each direction is taken. The rank is the part of the
    cells that are there, rounded up; where there is none, the value is infinite.
    """
    rows, columns = ring.thinned(every)
    outer = ring.outer
    outside = np.pad(band.values.astype(np.float32), outer, constant_values=np.inf)
    if band.missing is not None:
        outside[np.pad(band.missing, outer)] = np.inf
    width = outside.shape[1]
    around = rows * width + columns
    flat = outside.ravel()
    height = band.rows.stop - band.rows.start
    offset = band.rows.start - band.around.start + outer
    value = np.empty((height, band.values.shape[1]))
    count = np.empty_like(value)
    for row in range(height):
        centre = (row + offset) * width + outer + np.arange(value.shape[1])
        for first in range(0, len(centre), max(_GATHERED // len(around), 1)):
            at = slice(first, first + max(_GATHERED // len(around), 1))
            value[row, at], count[row, at] = _ordered(flat[centre[at, None] + around], part)
    return value, count


def _ordered(cells: NDArray[np.float32], part: float) -> tuple[Values, NDArray[np.int64]]:
    """The value of a rank in each line, and how many values the line has."""
    count = np.count_nonzero(cells < np.inf, axis=1)
    value = np.empty(len(cells), dtype=np.float32)
    whole = count == cells.shape[1]
    rank = np.maximum(np.ceil(part * count).astype(np.int64) - 1, 0)
    if whole.any():
        at = int(rank[whole][0])
        lines = cells if whole.all() else cells[whole]
        value[whole] = np.partition(lines, at, axis=1)[:, at]
    if not whole.all():
        ordered = np.sort(cells[~whole], axis=1)
        value[~whole] = np.take_along_axis(ordered, rank[~whole, None], axis=1)[:, 0]
    return value, count


def _box(below: Floats, band: Band, half: int) -> Floats:
    """Sum of each square of the band, from sums of all rows above."""
    height, width = below.shape[0] - 1, below.shape[1]
    first = np.arange(band.rows.start, band.rows.stop) - band.around.start
    upper = np.minimum(first + half + 1, height)
    lower = np.maximum(first - half, 0)
    # Zeros before the first column and the total after the last: the image's edges.
    along = np.empty((len(first), width + 2 * half + 1))
    along[:, : half + 1] = 0.0
    inner = along[:, half + 1 : half + 1 + width]
    for row, (high, low) in enumerate(zip(upper, lower, strict=True)):
        np.subtract(below[high], below[low], out=inner[row])
        np.add.accumulate(inner[row], out=inner[row])
    along[:, half + 1 + width :] = along[:, [half + width]]
    return along[:, 2 * half + 1 :] - along[:, :width]


def _within(positions: NDArray[np.int64], half: int, size: int) -> NDArray[np.int64]:
    upper = np.minimum(positions + half + 1, size)
    return upper - np.maximum(positions - half, 0)
