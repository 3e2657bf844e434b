"""Ponds along a coast: water between dykes that stays water.

Images of several dates say where there is mostly water, and dykes part it into basins, whose size
and shape tell ponds from rivers, lagoons and the sea. Flooded rice has the same size and shape and,
when it rains, the same colour; radar sees through the clouds, and so whether a basin is dark all
year, as a pond, or only while it is flooded. The radar is judged by the mean over a basin, in which
speckle cancels, and not cell by cell.
"""

import json
from dataclasses import asdict
from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from bluecloud_routines._time import with_dates
from bluecloud_routines.aquaculture import otsu, water_index
from bluecloud_routines.aquaculture._basins import (
    M2_A_HECTARE,
    PondRules,
    basins_of,
    has_right_shape,
    shapes_of,
)
from bluecloud_routines.aquaculture._grid import Grid, grid_of, raster_on
from bluecloud_routines.aquaculture._sigma0 import linear_power
from bluecloud_routines.errors import ParameterError, TimeAxisError, ValuesError

LAND, POND, SEASONAL, OTHER, UNKNOWN = range(5)
KINDS = ("land", "pond", "seasonal_water", "other_water", "not_seen")


class PondMap(NamedTuple):
    """Basins as objects, and what each cell is."""

    basins: gpd.GeoDataFrame
    raster: xr.Dataset


def pond_mapping(
    optical: xr.Dataset,
    radar: xr.DataArray | None = None,
    *,
    index: water_index.Index = "mndwi",
    threshold: float | Literal["otsu"] = "otsu",
    min_dates: int = 1,
    elevation_m: xr.DataArray | None = None,
    rules: PondRules | None = None,
    crs: str | None = None,
) -> PondMap:
    """Map ponds from optical scenes and, to part them from rice, radar scenes.

    Parameters
    ----------
    optical
        Reflectance on ``time``, ``y`` and ``x`` in metres, with the bands that ``index`` needs
        (see :func:`water_index`); NaN under clouds. With dask, the median of the dates is taken
        block by block.
    radar
        Backscatter, VV by preference, calibrated (units ``1`` or ``dB``), on the same ``y`` and
        ``x`` and a ``time`` of its own that covers a year or more. With dask, a scene at a time
        is held. Without it every basin of the right shape is a pond.
    index
        Water index; its median over the dates is what is parted.
    threshold
        Where water begins: ``otsu``, or a value of the index.
    min_dates
        A cell is judged if it was seen on this many dates, 1 or more.
    elevation_m
        On the same ``y`` and ``x``: cells above ``rules.max_elevation_m`` are land.
    rules
        Which basins are ponds; see :class:`PondRules`.
    crs
        The grid's reference system, where its grid mapping does not say.

    Returns
    -------
    PondMap
        ``basins``: one row for each of at least the smallest area, with ``basin`` (its number),
        ``kind`` (``pond``, ``seasonal_water``, ``other_water``), ``area_ha``, ``perimeter_m``,
        ``compactness``, ``rectangularity``, ``backscatter_db`` and ``deviation_db`` (median and
        standard deviation in time; NaN without radar), ``longitude``, ``latitude`` and the
        outline of its cells. ``raster``: on ``y`` and ``x``, ``water_index`` (median),
        ``date_count``, ``cover`` (flags: land, pond, seasonal water, other water, not seen) and
        ``basin``.

    Raises
    ------
    ParameterError
        If an option is outside its range, or the reference system is unknown or not in metres.
    UnitsError
        If reflectance or backscatter is in other units.
    TimeAxisError
        If a time is absent, unsorted or repeated, or there is only one radar scene.
    ValuesError
        If a band is absent, there is no value, nothing to part, or the grids differ.

    References
    ----------
    Otsu (1979), https://doi.org/10.1109/TSMC.1979.4310076; and that of the index.
    """
    rules = rules or PondRules()
    if min_dates < 1:
        raise ParameterError(f"min_dates is {min_dates}: 1 or more")
    scenes, _ = with_dates(water_index.water_index(optical, index=index))
    grid = grid_of(optical, crs)
    median, dates = _typical(scenes)
    seen = dates >= min_dates
    median = np.where(seen, median, np.nan)
    limit = otsu.otsu_threshold(median) if threshold == "otsu" else float(threshold)
    if not np.isfinite(limit):
        raise ParameterError(f"threshold is {threshold}: 'otsu' or a finite number")
    water = median > limit
    if elevation_m is not None:
        water &= ~(_plain(elevation_m, scenes, "elevation_m") > rules.max_elevation_m)
    labels = basins_of(water, grid, rules.neck_m)
    shapes = shapes_of(labels, grid)
    shapes = shapes.join(_signals(radar, scenes, labels, shapes.index.to_numpy()))
    shapes["kind"] = _kinds(shapes, rules)
    kept = shapes["area_ha"] >= rules.min_area_ha
    number = np.zeros(int(labels.max()) + 1, dtype=np.int32)
    number[shapes.index[kept]] = np.arange(1, int(kept.sum()) + 1)
    code = np.full(len(number), LAND, dtype=np.int8)
    code[shapes.index] = shapes["kind"].map({name: n for n, name in enumerate(KINDS)})
    cover = np.where(seen, code[labels], UNKNOWN).astype(np.int8)
    used: dict[str, object] = {"index": index, "threshold": limit, "min_dates": min_dates}
    told = {
        "references": f"{water_index.REFERENCES[index]}; {otsu.REFERENCE}",
        "parameters": json.dumps({**used, **asdict(rules), "radar": radar is not None}),
    }
    basins = _table(shapes[kept], grid)
    basins.attrs = {**optical.attrs, **told}
    raster = _raster(median, dates, cover, number[labels], grid)
    return PondMap(basins, raster.assign_attrs(told))


def _typical(scenes: xr.DataArray) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The median of the dates and their number, held as two images."""
    if scenes.chunks:
        scenes = scenes.chunk({"time": -1})
    pair = xr.Dataset({"median": scenes.median("time"), "dates": scenes.notnull().sum("time")})
    plain = pair.transpose("y", "x").compute()
    return plain["median"].to_numpy(), plain["dates"].to_numpy().astype(np.int32)


def _plain(layer: xr.DataArray, like: xr.DataArray, name: str) -> NDArray[np.float64]:
    sizes = {dim: like.sizes[dim] for dim in ("y", "x")}
    if {dim: layer.sizes.get(dim) for dim in ("y", "x")} != sizes:
        raise ValuesError(f"{name} has the sizes {dict(layer.sizes)}: {sizes} are needed")
    for dim in ("y", "x"):
        near = 1e-3 * abs(float(like[dim][1] - like[dim][0]))
        if dim in layer.coords and not np.allclose(layer[dim], like[dim], rtol=0, atol=near):
            raise ValuesError(f"{name} is on another grid: its {dim} differs; resample it")
    found: NDArray[np.float64] = layer.transpose("y", "x").to_numpy().astype(np.float64)
    return found


def _signals(
    radar: xr.DataArray | None,
    like: xr.DataArray,
    labels: NDArray[np.int32],
    numbers: NDArray[np.int64],
) -> pd.DataFrame:
    """Median and deviation in time, in dB, of the mean backscatter of each basin."""
    names = ["backscatter_db", "deviation_db"]
    if radar is None:
        return pd.DataFrame(np.nan, index=numbers, columns=names)
    radar, times = with_dates(radar)
    if len(times) < 2:
        raise TimeAxisError("there is one radar scene: a year of them is needed to see seasons")
    power = linear_power(radar)
    inner = _inner(labels)
    series = np.empty((len(times), len(numbers)))
    for n in range(len(times)):
        image = _plain(power.isel(time=n, drop=True), like, "radar")
        inside = np.where(np.isnan(image), 0, inner)
        most = int(labels.max()) + 1
        total = np.bincount(inside.ravel(), np.nan_to_num(image).ravel(), most)
        count = np.bincount(inside.ravel(), minlength=most)
        with np.errstate(invalid="ignore", divide="ignore"):
            series[n] = 10 * np.log10(total[numbers] / count[numbers])
    known = pd.DataFrame(series, columns=numbers)
    return pd.DataFrame({names[0]: known.median(), names[1]: known.std(ddof=1)})


def _inner(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """The basins without the cells at their bank, partly dyke; whole where that is all."""
    cross = ndimage.generate_binary_structure(2, 1)
    low = ndimage.grey_erosion(labels, footprint=cross)
    inner = np.where(low == ndimage.grey_dilation(labels, footprint=cross), labels, 0)
    small = ~np.isin(labels, np.unique(inner))
    found: NDArray[np.int32] = np.where(small, labels, inner).astype(np.int32)
    return found


def _kinds(shapes: pd.DataFrame, rules: PondRules) -> pd.Series:
    """What each basin is; a basin that no radar has seen is judged by its shape."""
    changing = (shapes["backscatter_db"] > rules.max_backscatter_db) | (
        shapes["deviation_db"] > rules.max_deviation_db
    )
    kind = np.where(has_right_shape(shapes, rules), KINDS[POND], KINDS[OTHER])
    kind = np.where(changing, KINDS[SEASONAL], kind)
    small = shapes["area_ha"] < rules.min_area_ha
    return pd.Series(np.where(small, KINDS[OTHER], kind), index=shapes.index, dtype=object)


def _table(shapes: pd.DataFrame, grid: Grid) -> gpd.GeoDataFrame:
    outlines = gpd.GeoSeries(shapes["geometry"].to_numpy(), crs=grid.crs)
    centre = outlines.centroid.to_crs("EPSG:4326")
    columns = ["area_ha", "perimeter_m", "compactness", "rectangularity"]
    table = {
        "basin": np.arange(1, len(shapes) + 1),
        "kind": shapes["kind"].to_numpy(),
        **{name: shapes[name].to_numpy(np.float64) for name in columns},
        "backscatter_db": shapes["backscatter_db"].to_numpy(np.float64),
        "deviation_db": shapes["deviation_db"].to_numpy(np.float64),
        "longitude": centre.x.to_numpy(),
        "latitude": centre.y.to_numpy(),
    }
    return gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=grid.crs)


def class_areas_ha(cover: xr.DataArray) -> dict[str, float]:
    """Area of each class of a map of :func:`pond_mapping` that has cells, hectares."""
    grid = grid_of(cover)
    number = np.bincount(cover.to_numpy().ravel(), minlength=len(KINDS))
    return {
        name: float(n) * grid.cell_area_m2 / M2_A_HECTARE
        for name, n in zip(KINDS, number, strict=True)
        if n
    }


def _raster(
    typical: NDArray[np.float64],
    dates: NDArray[np.int32],
    cover: NDArray[np.int8],
    basin: NDArray[np.int32],
    grid: Grid,
) -> xr.Dataset:
    flags = {
        "flag_values": np.arange(len(KINDS), dtype=np.int8),
        "flag_meanings": " ".join(KINDS),
        "ancillary_variables": "date_count",
    }
    median = {"long_name": "median water index of the dates", "units": "1"}
    count = {"long_name": "number of dates on which the cell was seen", "units": "1"}
    number = {"long_name": "number of the basin in the table, 0 for none", "units": "1"}
    return raster_on(
        grid,
        {
            "water_index": (typical.astype(np.float32), median),
            "date_count": (dates, count),
            "cover": (cover, {"long_name": "cover", **flags}),
            "basin": (basin, number),
        },
    )
