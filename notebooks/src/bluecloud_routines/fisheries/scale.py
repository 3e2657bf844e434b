"""The catch of fisheries on a grid of any width: the question of scale.

Catches are reported by cells of one and of five degrees, and by areas that are no cells. To
draw them on one grid, fine cells are put together and wide ones shared out; nothing is lost
unless it is asked to be, and what is lost is said. Sums over a table of millions of rows are
formed in an array of all strata, not by grouping rows.
"""

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import NamedTuple

import dask.array as da
import numpy as np
import pandas as pd
import xarray as xr
from dask.delayed import delayed
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries._columns import Floats
from bluecloud_routines.fisheries._placing import (
    LOSSES,
    CatchTable,
    Options,
    Rows,
    Strata,
    all_lost,
)
from bluecloud_routines.fisheries.cwp import REFERENCE
from bluecloud_routines.fisheries.grids import Downgrade

_THREADS = 2  # more would wait for memory
_UNITS = {"t": "t", "no": "1"}
_TEXTS = {
    "species": "species, ASFIS three-letter code",
    "gear": "fishing gear, ISSCFG code",
    "fishing_fleet": "fishing fleet",
    "fishing_mode": "fishing mode, such as free schools or schools around floating objects",
    "source_authority": "organisation that published the catch",
}


class _Placed(NamedTuple):
    """Where the rows of a block belong among all sums, and what was left out of it."""

    keys: NDArray[np.int64]
    amounts: Floats
    losses: dict[str, float]
    as_given: bool = False


def catch_at_scale(
    catch: pd.DataFrame,
    *,
    resolution: float = 5.0,
    downgrade: Downgrade = "equal",
    period: str = "month",
    unit: str = "t",
    by: Sequence[str] = ("species", "gear"),
    areas: pd.DataFrame | None = None,
    periods_per_chunk: int = 0,
) -> xr.Dataset:
    """The catch on a grid, summed over everything that is no dimension of it.

    Parameters
    ----------
    catch
        One row a report: ``area`` (CWP code, or the name of an irregular area), ``time``,
        ``catch`` and the columns of ``by``; ``time_end`` where rows cover more than a day;
        ``unit``, ``t`` or ``no`` (or the table's attribute ``units``).
    resolution
        Width of a cell: 1, 2.5, 5, 10, 20 or 30 degrees.
    downgrade
        What becomes of a reported cell that no single cell of the grid holds: ``equal`` shares
        it out by degrees, ``area`` by area on the sphere, ``drop`` leaves it out. A row longer
        than a period is shared equally among its periods, or left out.
    period
        ``month``, ``quarter``, ``year``, or ``all`` for one sum.
    unit
        ``t`` or ``no``; rows in the other are left out: they do not add up.
    by
        Columns of names that become dimensions.
    areas
        Of which cells irregular areas consist: ``area``, ``code`` and, if known, ``share``
        (see :func:`irregular_shares`). Without it their catch counts as lost.
    periods_per_chunk
        Above 0 the result is lazy (dask) in chunks of so many periods: for grids larger than
        memory. 0 computes it at once.

    Returns
    -------
    xarray.Dataset
        ``catch`` (time, the columns of ``by``, lat, lon) in tonnes, or a number of fish, 0
        where nothing was reported; ``catch_lost`` (loss), by reason; bounds of the cells and
        periods. Their sum is the reported catch, the attribute ``reported``.

    Raises
    ------
    ParameterError
        If an option is none of those named.
    UnitsError
        If the table does not say its units, or has none in ``unit``.
    TimeAxisError
        If a time is missing, no date, or after its end.
    ValuesError
        If a column is absent, the table empty, or a catch missing, infinite or negative.

    References
    ----------
    CWP Handbook of Fishery Statistical Standards, areal grid system (FAO)
    """
    if periods_per_chunk < 0:
        raise ParameterError(f"periods_per_chunk is {periods_per_chunk}: 0 or more")
    table = CatchTable(catch, Options(resolution, downgrade, period, unit, tuple(by)), areas)
    sums: Floats | da.Array
    if periods_per_chunk:
        sums, losses = _lazy_sums(table, periods_per_chunk)
    else:
        sums, losses = _sums(table)
    result = xr.Dataset(
        {"catch": ((*by, "lat", "lon", "time"), sums)}, coords=_coordinates(table.strata)
    ).transpose("time", *by, "lat", "lon", ...)
    return _described(result, table, losses)


def catch_rows_at_scale(
    catch: pd.DataFrame,
    *,
    resolution: float = 5.0,
    downgrade: Downgrade = "equal",
    period: str = "month",
    unit: str = "t",
    by: Sequence[str] = ("species", "gear"),
    areas: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The same sums as :func:`catch_at_scale`, as a table of the cells with a catch.

    For many strata on a fine grid, where most cells are empty. The options are the same.

    Returns
    -------
    pandas.DataFrame
        ``time`` (first day of the period), the columns of ``by``, ``lat`` and ``lon`` (middle
        of the cell, degrees) and ``catch``, ordered by them.
    """
    checked = CatchTable(catch, Options(resolution, downgrade, period, unit, tuple(by)), areas)
    rows, _ = checked.placed()
    strata = checked.strata
    keys, inverse = np.unique(strata.keys(rows), return_inverse=True)
    sums = np.bincount(inverse, weights=rows.amounts, minlength=len(keys))
    *names, cells, times = np.unravel_index(keys, strata.sizes)
    coordinates = _coordinates(strata)
    row, column = np.divmod(cells, strata.grid.columns)
    table = pd.DataFrame({"time": coordinates["time"].to_numpy()[times]})
    for position, (name, known) in zip(names, strata.names.items(), strict=True):
        table[name] = np.array(known)[position]
    table["lat"] = coordinates["lat"].to_numpy()[row]
    table["lon"] = coordinates["lon"].to_numpy()[column]
    table["catch"] = sums
    table = table[table["catch"] > 0].sort_values([*table.columns[:-1]], ignore_index=True)
    table.attrs["units"] = unit
    return table


def _sums(table: CatchTable) -> tuple[Floats, dict[str, float]]:
    """The sums over all rows, and what is in none of them."""
    strata = table.strata
    keys: NDArray[np.int64] = np.empty(len(table.amounts), dtype=np.int64)

    def place(part: slice) -> _Placed:
        block = table.block(part)
        found = strata.keys(block.rows)
        if not block.as_given:
            return _Placed(found, block.rows.amounts, block.losses)
        keys[part] = found  # the block's own memory is the next one's, still in the cache
        return _Placed(keys[part], table.amounts[part], block.losses, as_given=True)

    # numpy lets go of the interpreter: blocks are placed side by side.
    with ThreadPoolExecutor(max_workers=_THREADS) as threads:
        placed = list(threads.map(place, table.parts))
    amounts = table.amounts
    if not all(block.as_given for block in placed):
        keys = np.concatenate([block.keys for block in placed])
        amounts = np.concatenate([block.amounts for block in placed])
    sums = np.bincount(keys, weights=amounts, minlength=math.prod(strata.sizes))
    losses = all_lost(block.losses for block in placed)
    return sums.astype(np.float64, copy=False).reshape(strata.shape), losses


def _lazy_sums(table: CatchTable, periods_per_chunk: int) -> tuple[da.Array, dict[str, float]]:
    """The same in chunks of periods, each from its own rows when it is asked for."""
    rows, losses = table.placed()
    rows = rows.taken(np.argsort(rows.times, kind="stable"))
    index = table.strata.index
    size = table.strata.sizes[-1]
    starts = range(0, size, periods_per_chunk)
    edges = np.searchsorted(rows.times, [*starts, size])
    block_sums = delayed(_block_sums, pure=False, traverse=False)
    chunks = []
    for start, low, high in zip(starts, edges[:-1], edges[1:], strict=True):
        own = rows.taken(np.arange(low, high))
        own = replace(own, times=own.times - start)
        some = None if index is None else index[start : start + periods_per_chunk]
        strata = replace(table.strata, index=some)
        lazy = da.from_delayed(  # type: ignore[no-untyped-call]
            block_sums(strata, own), strata.shape, dtype=np.float64
        )
        chunks.append(lazy)
    joined: da.Array = da.concatenate(chunks, axis=-1)  # type: ignore[no-untyped-call]
    return joined, losses


def _block_sums(strata: Strata, rows: Rows) -> Floats:
    size = math.prod(strata.sizes)
    sums = np.bincount(strata.keys(rows), weights=rows.amounts, minlength=size)
    return sums.astype(np.float64, copy=False).reshape(strata.shape)


def _coordinates(strata: Strata) -> dict[str, xr.Variable]:
    """Cells, periods and names, each with what CF wants to know of it."""
    lat, lon = strata.grid.latitude_bounds(), strata.grid.longitude_bounds()
    if strata.index is None:
        first, last = strata.bounds
        times = np.array([[first, last + pd.Timedelta(days=1)]], dtype="datetime64[ns]")
    else:
        begin, end = strata.index.to_timestamp(), (strata.index + 1).to_timestamp()
        times = np.stack([begin, end], axis=1).astype("datetime64[ns]")
    where = {
        "lat": (lat, {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}),
        "lon": (lon, {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}),
    }
    coordinates = {
        name: xr.Variable(name, bounds.mean(axis=1), {**attrs, "bounds": f"{name}_bnds"})
        for name, (bounds, attrs) in where.items()
    }
    about = {"standard_name": "time", "axis": "T", "bounds": "time_bnds"}
    coordinates["time"] = xr.Variable("time", times[:, 0], about)
    for name, known in strata.names.items():
        text = {"long_name": _TEXTS.get(name, name.replace("_", " "))}
        coordinates[name] = xr.Variable(name, np.array(known), text)
    for name, bounds in (("lat", lat), ("lon", lon), ("time", times)):
        coordinates[f"{name}_bnds"] = xr.Variable((name, "bnds"), bounds)
    return coordinates


def _described(result: xr.Dataset, table: CatchTable, losses: dict[str, float]) -> xr.Dataset:
    options = table.options
    units = _UNITS[options.unit]
    result["catch"].attrs = {
        "long_name": "catch" if options.unit == "t" else "catch, number of fish",
        "units": units,
        "cell_methods": "time: lat: lon: sum",
        "comment": "0 where nothing was reported; retained catch of fisheries, no survey",
    }
    result["catch_lost"] = xr.Variable(
        "loss",
        np.array([losses[name] for name in LOSSES]),
        {"long_name": "reported catch that is in no cell, by reason", "units": units},
    )
    result = result.assign_coords(
        loss=xr.Variable("loss", np.array(LOSSES), {"long_name": "why catch is in no cell"})
    )
    result.attrs = {
        "title": f"Catch by cells of {options.resolution:g} degrees",
        "references": REFERENCE,
        "reported": table.reported,
        "rows_in_other_units": table.other_units,
        "parameters": json.dumps(asdict(options)),
    }
    return result
