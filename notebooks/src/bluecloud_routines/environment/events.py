"""The table of events: one row for each heatwave or cold spell of each cell."""

import json
from collections.abc import Hashable, Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from dask.array.core import normalize_chunks
from dask.base import compute
from dask.delayed import delayed
from numpy.typing import NDArray

from bluecloud_routines._time import day_of_leap_year, with_dates
from bluecloud_routines.environment._climatology import Floats, Integers
from bluecloud_routines.environment._detection import Values
from bluecloud_routines.environment._runs import Runs, runs_of
from bluecloud_routines.errors import ParameterError

_NEEDED = ("category", "sst", "climatology", "threshold")


def heatwave_events(result: xr.Dataset) -> pd.DataFrame:
    """One row an event, in order of cell and time, from what :func:`marine_heatwaves` gave.

    A table holds values, so dask arrays are computed here, block by block and together.

    Parameters
    ----------
    result
        The dataset as :func:`marine_heatwaves` gave it, or read back from NetCDF.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``end`` (last day, included) and ``peak`` (first day of the largest
        departure) as dates; ``duration_days``; ``intensity_max`` and ``intensity_mean``
        (departure from the climatology, degree_Celsius; negative for cold spells),
        ``intensity_cumulative`` (degree_Celsius days); ``category`` (1 Moderate, 2 Strong,
        3 Severe, 4 Extreme). Then the cell's coordinates, and of Oliver's further columns:
        ``intensity_std``; the intensities relative to the threshold (``..._threshold``) and
        as temperature (``..._absolute``); ``rate_onset`` and ``rate_decline``
        (degree_Celsius a day); ``days_moderate`` to ``days_extreme``, which leave out the
        days of joined gaps that are below the threshold.

    Raises
    ------
    ParameterError
        If the dataset lacks one of the variables or the parameters it was made with.
    """
    absent = [name for name in _NEEDED if name not in result]
    if absent or "parameters" not in result.attrs:
        raise ParameterError(
            f"the dataset has no {absent or 'attribute parameters'}: what marine_heatwaves gave "
            f"is needed, with {list(_NEEDED)}"
        )
    sign = -1 if json.loads(result.attrs["parameters"])["cold"] else 1
    category, times = with_dates(result["category"])
    cells = [dim for dim in category.dims if dim != "time"]
    day = day_of_leap_year(times) - 1
    arrays = [
        result[name].transpose(*cells, "time" if name in ("category", "sst") else "doy")
        for name in _NEEDED
    ]
    tables = compute(  # type: ignore[no-untyped-call]
        *(
            delayed(_table)(*(array[part].data for array in arrays), day, sign, origin)
            for part, origin in _blocks(arrays[0], cells)
        )
    )
    columns = {name: np.concatenate([t[name] for t in tables]) for name in tables[0]}
    at = [columns.pop(f"at {n}") for n in range(len(cells))]
    for name in ("start", "end", "peak"):
        columns[name] = times.normalize().to_numpy()[columns[name]]
    leading = {name: columns.pop(name) for name in list(columns)[:8]}
    places = _coordinates(category, cells, at)
    order = np.lexsort((leading["start"],))
    if cells:
        flat = np.ravel_multi_index(at, [category.sizes[dim] for dim in cells])
        order = np.lexsort((leading["start"], flat))
    ordered = {name: values[order] for name, values in {**leading, **places, **columns}.items()}
    return pd.DataFrame(ordered, copy=False)  # pandas would gather the columns in one more copy


def on_every_day(result: xr.Dataset) -> xr.Dataset:
    """Climatology and threshold laid along time, beside temperature and category: for figures."""
    _, times = with_dates(result["category"])
    doy = xr.DataArray(day_of_leap_year(times), dims="time")
    seasonal = result[["climatology", "threshold"]].sel(doy=doy).drop_vars("doy")
    return result[["sst", "category"]].assign(seasonal.data_vars)


def _blocks(
    array: xr.DataArray, cells: list[Hashable]
) -> Iterator[tuple[dict[Hashable, slice], tuple[int, ...]]]:
    """The parts that dask has cut the cells into; where there is no dask, some to share out."""
    in_rows = ("auto", *[-1] * len(cells))
    chunks = array.chunks or normalize_chunks(  # type: ignore[no-untyped-call]
        in_rows, array.shape, limit="16MiB", dtype=array.dtype
    )
    edges = ([0, *np.cumsum(sizes).tolist()] for sizes in chunks[: len(cells)])
    for part in product(*(pairwise(e) for e in edges)):
        yield (
            {dim: slice(*ends) for dim, ends in zip(cells, part, strict=True)},
            tuple(first for first, _ in part),
        )


def _coordinates(
    array: xr.DataArray, cells: list[Hashable], at: list[Integers]
) -> dict[str, NDArray[Any]]:
    """Where each event is: each coordinate of its cell, or the position where there is none."""
    places = {str(dim): at[n] for n, dim in enumerate(cells) if dim not in array.coords}
    for name, coordinate in array.coords.items():
        if coordinate.dims and set(coordinate.dims) <= set(cells):
            positions = tuple(at[cells.index(dim)] for dim in coordinate.dims)
            places[str(name)] = coordinate.values[positions]
    return places


def _table(
    category: Values,
    sst: Values,
    climatology: Floats,
    threshold: Floats,
    day: Integers,
    sign: int,
    origin: tuple[int, ...],
) -> dict[str, NDArray[Any]]:
    """Columns of the events of one block of (cells, time) or (cells, day of year) arrays."""
    shape = category.shape[:-1]
    category, sst = (a.reshape(-1, a.shape[-1]) for a in (category, sst))
    mean, limit = (a.reshape(-1, a.shape[-1]) for a in (climatology, threshold))
    runs = runs_of(category > 0)
    cell, time = runs.days()
    temperature = sst[cell, time].astype(np.float64)
    departure = temperature - mean[cell, day[time]]
    beyond = temperature - limit[cell, day[time]]
    peak = _first(departure * sign, runs)
    multiple = np.floor(departure / (departure - beyond))
    columns: dict[str, NDArray[Any]] = {
        "start": runs.start,
        "end": runs.stop - 1,
        "peak": runs.start + peak,
        "duration_days": runs.length,
        "intensity_max": departure[runs.offset + peak],
        "intensity_mean": _sum(departure, runs) / runs.length,
        "intensity_cumulative": _sum(departure, runs),
        "category": _largest(category[cell, time], runs).astype(np.int64),
        "intensity_std": _deviation(departure, runs),
        "intensity_max_threshold": beyond[runs.offset + peak],
        "intensity_mean_threshold": _sum(beyond, runs) / runs.length,
        "intensity_cumulative_threshold": _sum(beyond, runs),
        "intensity_max_absolute": temperature[runs.offset + peak],
        "intensity_mean_absolute": _sum(temperature, runs) / runs.length,
    }
    columns["rate_onset"], columns["rate_decline"] = _rates(sst, mean, day, runs, departure, peak)
    for number, name in enumerate(("moderate", "strong", "severe"), start=1):
        columns[f"days_{name}"] = _sum(multiple == number, runs).astype(np.int64)
    columns["days_extreme"] = _sum(multiple >= 4, runs).astype(np.int64)
    place = np.unravel_index(runs.cell, shape) if shape else ()
    for n, (first, position) in enumerate(zip(origin, place, strict=True)):
        columns[f"at {n}"] = position + first
    return columns


def _rates(
    sst: Values,
    mean: Floats,
    day: Integers,
    runs: Runs,
    departure: Floats,
    peak: Integers,
) -> tuple[Floats, Floats]:
    """Warming to the peak and cooling from it, per day, after Oliver.

    An event begins half a day before its first day, between it and the day before; where that
    day is not known it begins on its first day. The end likewise.
    """
    top = departure[runs.offset + peak]
    rates = []
    for edge, outside, steps in (
        (runs.offset, runs.start - 1, peak),
        (runs.offset + runs.length - 1, runs.stop, runs.length - 1 - peak),
    ):
        inside = np.clip(outside, 0, sst.shape[1] - 1)
        beside = sst[runs.cell, inside] - mean[runs.cell, day[inside]]
        known = (inside == outside) & ~np.isnan(beside)
        base = np.where(known, 0.5 * (departure[edge] + beside), departure[edge])
        rates.append((top - base) / np.where(known, steps + 0.5, np.maximum(steps, 1)))
    return rates[0], rates[1]


def _sum(values: Values | NDArray[np.bool_], runs: Runs) -> Floats:
    if not runs.offset.size:
        return np.empty(0)
    return np.add.reduceat(values.astype(np.float64), runs.offset)


def _largest(values: Values, runs: Runs) -> Values:
    return np.maximum.reduceat(values, runs.offset) if runs.offset.size else values[:0]


def _first(values: Floats, runs: Runs) -> Integers:
    """Position in each run of its largest value, the first of equals."""
    is_largest = values == np.repeat(_largest(values, runs), runs.length)
    position = np.where(is_largest, np.arange(values.size), values.size)
    if not runs.offset.size:
        return np.empty(0, dtype=np.int64)
    found: Integers = np.minimum.reduceat(position, runs.offset) - runs.offset
    return found


def _deviation(values: Floats, runs: Runs) -> Floats:
    mean = np.repeat(_sum(values, runs) / runs.length, runs.length)
    return np.sqrt(_sum((values - mean) ** 2, runs) / runs.length)
