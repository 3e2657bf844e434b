"""Cells that stay bright, put together to objects of a size and a shape."""

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from bluecloud_routines.aquaculture._grid import Grid
from bluecloud_routines.errors import ParameterError


@dataclass(frozen=True)
class Shapes:
    """Which groups of cells are taken for cages.

    Attributes
    ----------
    merge_m
        Cells this close are one object, 0 or more: cages of one farm, mostly.
    min_area_m2, max_area_m2
        Of the cells of an object.
    max_length_m
        Of the long side of the narrowest rectangle around it.
    """

    merge_m: float = 40.0
    min_area_m2: float = 200.0
    max_area_m2: float = 250_000.0
    max_length_m: float = 2_000.0

    def __post_init__(self) -> None:
        if not 0 <= self.merge_m < np.inf:
            raise ParameterError(f"merge_m is {self.merge_m}: 0 or more, in metres")
        if not 0 <= self.min_area_m2 < self.max_area_m2:
            raise ParameterError(
                f"min_area_m2 is {self.min_area_m2} and max_area_m2 {self.max_area_m2}: 0 or "
                "more, and the first below the second"
            )
        if not self.max_length_m > 0:
            raise ParameterError(f"max_length_m is {self.max_length_m}: above 0, in metres")


class Found(NamedTuple):
    """Of each cell, over all scenes."""

    tested: NDArray[np.int32]
    detected: NDArray[np.int32]
    ratio: NDArray[np.float64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]


def objects_of(
    kept: NDArray[np.bool_],
    found: Found,
    grid: Grid,
    times: pd.DatetimeIndex,
    shapes: Shapes,
) -> tuple[NDArray[np.int32], gpd.GeoDataFrame]:
    """The number of the object of each cell, and the objects."""
    labels = _merged(kept, grid, shapes.merge_m)
    cells = np.bincount(labels.ravel())
    area = cells * grid.cell_area_m2
    right = (area >= shapes.min_area_m2) & (area <= shapes.max_area_m2)
    right[0] = False
    candidates = np.flatnonzero(right)
    outlines = [_outline(labels, int(n), grid) for n in candidates]
    sides = [_sides(outline) for outline in outlines]
    chosen = [n for n, (length, _) in enumerate(sides) if length <= shapes.max_length_m]
    ids = candidates[chosen]
    renumbered = np.zeros(len(cells), dtype=np.int32)
    renumbered[ids] = np.arange(1, len(ids) + 1)
    number = renumbered[labels]

    def each(function: str, values: NDArray[np.generic]) -> NDArray[np.float64]:
        ask = getattr(ndimage, function)
        return np.asarray(ask(values, number, np.arange(1, len(ids) + 1)), dtype=np.float64)

    share = found.detected / np.maximum(found.tested, 1)
    geometry = gpd.GeoSeries([outlines[n] for n in chosen], crs=grid.crs)
    centre = geometry.centroid.to_crs("EPSG:4326")
    table = {
        "object": np.arange(1, len(ids) + 1),
        "area_m2": area[ids],
        "length_m": [sides[n][0] for n in chosen],
        "width_m": [sides[n][1] for n in chosen],
        "contrast_db": 10 * np.log10(each("sum", found.ratio) / each("sum", found.detected)),
        "persistence": each("maximum", share),
        "first_date": times.to_numpy()[each("minimum", found.first).astype(int)],
        "last_date": times.to_numpy()[each("maximum", found.last).astype(int)],
        "scenes": each("maximum", found.tested).astype(int),
        "longitude": centre.x.to_numpy(),
        "latitude": centre.y.to_numpy(),
    }
    return number, gpd.GeoDataFrame(table, geometry=geometry.to_numpy(), crs=grid.crs)


def _merged(kept: NDArray[np.bool_], grid: Grid, merge_m: float) -> NDArray[np.int32]:
    """Numbers of groups of cells that touch, or whose centres lie within a distance."""
    touching = np.ones((3, 3), dtype=bool)
    # Cells that grow by half of what may lie between them touch; one cell of it they touch anyway.
    grown = max(merge_m - max(grid.cell_m), 0.0) / 2
    wide = kept
    if grown and kept.any():
        wide = ndimage.distance_transform_edt(~kept, sampling=grid.cell_m) <= grown
    joined, _ = ndimage.label(wide, structure=touching)
    return np.where(kept, joined, 0).astype(np.int32)


def _outline(labels: NDArray[np.int32], number: int, grid: Grid) -> shapely.Geometry:
    """The cells of an object as one shape."""
    row, column = np.nonzero(labels == number)
    height, width = grid.cell_m
    x, y = grid.x[column], grid.y[row]
    cells = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return shapely.union_all(cells)


def _sides(outline: shapely.Geometry) -> tuple[float, float]:
    """Length and width of the narrowest rectangle around a shape."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(outline))
    sides = np.hypot(*np.diff(corners[:3], axis=0).T)
    return float(sides.max()), float(sides.min())
