"""Water that is parted into basins, and the shape and the radar signal of each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from bluecloud_routines.aquaculture._grid import Grid
from bluecloud_routines.errors import ParameterError

M2_A_HECTARE = 10_000.0
_CROSS = ndimage.generate_binary_structure(2, 1)


@dataclass(frozen=True)
class PondRules:
    """Which basins are taken for ponds. The defaults are examples, to be set for each coast.

    Attributes
    ----------
    min_area_ha, max_area_ha
        Of the cells of a basin; 0 or more, the first below the second.
    min_compactness
        Of 4 pi area / perimeter squared, which is 1 for a circle and 0.79 for a square; 0 to 1.
    min_rectangularity
        Part of the narrowest rectangle around it that a basin fills; 0 to 1.
    neck_m
        Water that is narrower than this does not join two basins; 0 or more. It parts ponds
        whose dyke the image does not show everywhere.
    max_backscatter_db, max_deviation_db
        Median and standard deviation in time of the mean backscatter of a basin. Ponds are dark
        and stay so; rice is dark only while it is under water.
    max_elevation_m
        Of the cells that are looked at, where an elevation is given.
    """

    min_area_ha: float = 0.05
    max_area_ha: float = 10.0
    min_compactness: float = 0.3
    min_rectangularity: float = 0.6
    neck_m: float = 25.0
    max_backscatter_db: float = -15.0
    max_deviation_db: float = 2.0
    max_elevation_m: float = 10.0

    def __post_init__(self) -> None:
        if not 0 <= self.min_area_ha < self.max_area_ha:
            raise ParameterError(
                f"min_area_ha is {self.min_area_ha} and max_area_ha {self.max_area_ha}: 0 or "
                "more, and the first below the second"
            )
        for name in ("min_compactness", "min_rectangularity"):
            if not 0 <= getattr(self, name) <= 1:
                raise ParameterError(f"{name} is {getattr(self, name)}: 0 to 1")
        for name in ("neck_m", "max_deviation_db"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ParameterError(f"{name} is {getattr(self, name)}: 0 or more")


def basins_of(water: NDArray[np.bool_], grid: Grid, neck_m: float) -> NDArray[np.int32]:
    """Number of the basin of each cell of water, 0 elsewhere.

    Basins are what is left when a strip of half the neck is taken from all banks; the strip is
    then given back, cell by cell, to the basin next to it. Water that is nowhere as wide as the
    neck stays in one piece.
    """
    whole, _ = ndimage.label(water, structure=_CROSS)
    if not neck_m:
        return np.asarray(whole, dtype=np.int32)
    distance = ndimage.distance_transform_edt(water, sampling=grid.cell_m)
    # Distances are between centres: the bank itself is half a cell nearer.
    core, number = ndimage.label(distance - max(grid.cell_m) / 2 > neck_m / 2, structure=_CROSS)
    basins = np.asarray(core, dtype=np.int32)
    slim = water & ~np.isin(whole, np.unique(whole[basins > 0]))
    basins[slim] = whole[slim] + number
    while True:
        grown = ndimage.grey_dilation(basins, footprint=_CROSS)
        fresh = water & (basins == 0) & (grown > 0)
        if not fresh.any():
            break
        basins[fresh] = grown[fresh]
    return basins


def shapes_of(basins: NDArray[np.int32], grid: Grid) -> pd.DataFrame:
    """Area and shape of each basin, in order of their numbers, which the index holds."""
    rows = []
    for label, where in enumerate(ndimage.find_objects(basins), start=1):
        if where is None:
            continue
        outline = _outline(basins[where] == label, where, grid)
        smooth = outline.simplify(max(grid.cell_m))  # the cells' steps are not the bank's length
        around = shapely.oriented_envelope(outline)
        rows.append(
            {
                "label": label,
                "area_ha": outline.area / M2_A_HECTARE,
                "perimeter_m": smooth.length,
                "compactness": min(4 * np.pi * outline.area / max(smooth.length, 1e-9) ** 2, 1.0),
                "rectangularity": min(outline.area / around.area, 1.0),
                "geometry": outline,
            }
        )
    columns = ["label", "area_ha", "perimeter_m", "compactness", "rectangularity", "geometry"]
    return pd.DataFrame(rows, columns=columns).set_index("label")


def _outline(cells: NDArray[np.bool_], where: tuple[slice, slice], grid: Grid) -> shapely.Geometry:
    """The cells as one shape: runs along the rows are put together first, being few."""
    height, width = grid.cell_m
    padded = np.pad(cells, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    row, first = np.nonzero(change == 1)
    _, stop = np.nonzero(change == -1)
    y = grid.y[where[0]][row]
    x = grid.x[where[1]]
    one, other = x[first], x[stop - 1]
    west, east = np.minimum(one, other), np.maximum(one, other)
    strips = shapely.box(west - width / 2, y - height / 2, east + width / 2, y + height / 2)
    return shapely.union_all(strips)


def has_right_shape(shapes: pd.DataFrame, rules: PondRules) -> NDArray[np.bool_]:
    """Whether each basin is of the size and the shape of a pond."""
    right = shapes["area_ha"].between(rules.min_area_ha, rules.max_area_ha)
    right &= shapes["compactness"] >= rules.min_compactness
    right &= shapes["rectangularity"] >= rules.min_rectangularity
    found: NDArray[np.bool_] = right.to_numpy(dtype=bool)
    return found
