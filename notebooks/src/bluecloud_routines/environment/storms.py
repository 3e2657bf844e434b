"""How severe storms are: the storm severity index (Klawa & Ulbrich 2003, Leckebusch et al. 2008).

A wind counts by how far it is above what is rare at its place, the 98th percentile of the stormy
season, cubed, and over the area that it hits. Buildings and trees are made for their place, so
that the same wind does more harm where it is seldom.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._time import ordered_years, with_dates
from bluecloud_routines.environment._quantities import WIND
from bluecloud_routines.environment.areas import cell_area
from bluecloud_routines.environment.cells import coordinate_of
from bluecloud_routines.errors import BaselineError, ParameterError, TimeAxisError, ValuesError

Floats = NDArray[np.float64]

REFERENCES = (
    "Klawa & Ulbrich (2003, https://doi.org/10.5194/nhess-3-725-2003); "
    "Leckebusch et al. (2008, https://doi.org/10.1127/0941-2948/2008/0323)"
)
STORMY = (10, 11, 12, 1, 2, 3)


def storm_severity(
    wind: xr.DataArray,
    *,
    percentile: float = 98.0,
    months: Sequence[int] = STORMY,
    baseline: tuple[int, int] | None = None,
    min_threshold: float = 9.0,
    power: float = 3.0,
    where: xr.DataArray | None = None,
) -> xr.Dataset:
    """The severity of each time and of each place.

    Parameters
    ----------
    wind
        Speed or gust, m s-1, on ``time``, latitude and longitude, a regular grid. NaN is no wind;
        dask stays lazy.
    percentile
        Of the wind in the months, which is the threshold of each cell, 50 to 99.9.
    months, baseline
        The stormy season, and the first and last year that the threshold is taken of; all by
        default. All times are rated.
    min_threshold
        A lower threshold is raised to it, in m s-1; 0 leaves all.
    power
        Of the excess, above 0: 3.
    where
        Cells that count, such as land or sea; on latitude and longitude.

    Returns
    -------
    xarray.Dataset
        ``severity`` (km2) and ``stormy_area`` (km2) on time, ``severity_map`` (1), the sum over
        all times, ``threshold`` (m s-1), and ``cell_area``.

    Raises
    ------
    ParameterError
        If an option is out of range.
    UnitsError, ValuesError
        If the wind has no units, others, or impossible values.
    TimeAxisError, BaselineError
        If time is absent or unsorted; or the baseline has no time in the months.
    """
    if not 50 <= percentile <= 99.9:
        raise ParameterError(f"percentile is {percentile}: 50 to 99.9")
    if not 0 < power <= 10 or not min_threshold >= 0:
        raise ParameterError(
            f"power is {power}, min_threshold {min_threshold}: above 0 to 10, and not below 0"
        )
    if not months or not set(months) <= set(range(1, 13)):
        raise ParameterError(f"months are {list(months)}: some of 1 to 12")
    speed = WIND.read(wind)
    speed, times = with_dates(speed.assign_coords(wind.coords))
    area = cell_area(wind)
    cells = area.dims
    if where is not None:
        speed = speed.where(where)
    within = np.isin(times.month, list(months))
    if baseline is not None:
        first, last = ordered_years(baseline)
        within &= (times.year >= first) & (times.year <= last)
    if not within.any():
        raise BaselineError(
            f"no time of {times[0]:%Y-%m} to {times[-1]:%Y-%m} is in the months {list(months)}"
            + (f" of {baseline[0]}-{baseline[1]}" if baseline else "")
        )
    rare = _percentile(speed.isel(time=within), percentile).clip(min=min_threshold)
    excess = _excess(speed, rare, power)
    result = xr.Dataset(
        {
            "severity": xr.dot(excess, area, dim=cells),
            "stormy_area": xr.dot((excess > 0).astype(np.float64), area, dim=cells),
            "severity_map": excess.sum("time").where(rare.notnull()),
            "threshold": rare,
            "cell_area": area,
        }
    ).transpose(*wind.dims, missing_dims="ignore")
    rarity = f"{percentile:g}th percentile of the wind, at least {min_threshold:g}"
    about = {
        "severity": ("storm severity index", "km2"),
        "stormy_area": ("area above the threshold", "km2"),
        "severity_map": ("sum of the excess over all times", "1"),
        "threshold": (rarity, "m s-1"),
    }
    for name, (words, units) in about.items():
        result[name].attrs = {"long_name": words, "units": units}
    return result.assign_attrs(references=REFERENCES, power=power)


def storm_events(
    wind: xr.DataArray, severity: xr.Dataset, *, window_hours: float = 72.0, most: int = 20
) -> pd.DataFrame:
    """The severest storms, a row each, the severest first.

    The time of the greatest severity is a storm's peak; the storm is the window about it, and the
    next is sought in what is left. Its severity is that of its footprint, each cell's greatest wind
    in the window (Priestley et al. 2018).

    Parameters
    ----------
    wind
        As given to :func:`storm_severity`, which made ``severity``.
    window_hours
        Length of the window, above 0.
    most
        So many are sought, 1 or more.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``peak`` and ``end``, ``severity`` (km2) and ``area`` (km2) of the footprint,
        ``max_wind`` (m s-1), and ``latitude`` and ``longitude`` where it blew.

    Raises
    ------
    ParameterError
        If an option is out of range.
    TimeAxisError
        If the times of both differ.
    """
    if not window_hours > 0 or most < 1:
        raise ParameterError(f"window_hours is {window_hours}, most {most}: above 0, and 1 or more")
    power = float(severity.attrs.get("power", 3.0))
    if "time" not in wind.dims or not severity.indexes["time"].equals(wind.indexes["time"]):
        raise TimeAxisError("the wind's times are not those of the severity")
    speed = WIND.read(wind).assign_coords(wind.coords)
    times, left = severity.indexes["time"], severity["severity"].values.copy()
    half = pd.Timedelta(hours=window_hours / 2)
    latitude, longitude = (coordinate_of(wind, name) for name in ("latitude", "longitude"))
    rows: list[dict[str, Any]] = []
    while len(rows) < most and left.max(initial=0.0) > 0:
        peak = times[int(left.argmax())]
        window = (times >= peak - half) & (times <= peak + half)
        footprint = speed.isel(time=np.flatnonzero(window & (left > 0))).max("time")
        excess = _excess(footprint, severity["threshold"], power)
        strongest = footprint.where(excess > 0)
        at = strongest.argmax(list(strongest.dims))
        touched = times[window & (left > 0)]
        rows.append(
            {
                "start": touched[0],
                "peak": peak,
                "end": touched[-1],
                "severity": float((excess * severity["cell_area"]).sum()),
                "area": float(severity["cell_area"].where(excess > 0).sum()),
                "max_wind": float(strongest.max()),
                "latitude": float(latitude.isel(at, missing_dims="ignore")),
                "longitude": float(longitude.isel(at, missing_dims="ignore")),
            }
        )
        left[window] = 0.0
    columns = ["start", "peak", "end", "severity", "area", "max_wind", "latitude", "longitude"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("severity", ascending=False, ignore_index=True)


def winter_severity(severity: xr.DataArray) -> xr.DataArray:
    """The sum of each winter, July to June, which has the year of its January.

    The first and the last winter are only what the series has of them.
    """
    series, times = with_dates(severity)
    if series.size == 0:
        raise ValuesError("there are no values")
    winter = xr.DataArray(np.asarray(times.year + (times.month >= 7)), dims="time", name="year")
    total = series.groupby(winter).sum("time")
    total["year"].attrs = {"long_name": "year of the winter's January", "units": "1"}
    total.attrs = {"long_name": "severity of the winter", "units": severity.attrs["units"]}
    return total.rename("winter_severity")


def _excess(speed: xr.DataArray, threshold: xr.DataArray, power: float) -> xr.DataArray:
    """The share that the wind is above the threshold, to the power; 0 where it is not."""
    found: xr.DataArray = xr.apply_ufunc(
        _share_above,
        speed,
        threshold,
        kwargs={"power": power},
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    return found


def _share_above(speed: Floats, threshold: Floats, *, power: float) -> Floats:
    speed, threshold = np.broadcast_arrays(speed, threshold)
    over = speed > threshold
    excess = np.zeros(over.shape)
    # Few are: the power is not taken of all.
    excess[over] = (speed[over] / threshold[over] - 1) ** power
    return excess


def _percentile(speed: xr.DataArray, percentile: float) -> xr.DataArray:
    """Of each cell's times, linear between values; NaN where there is none."""
    if speed.chunks:
        speed = speed.chunk({"time": -1})
    found: xr.DataArray = xr.apply_ufunc(
        _rank,
        speed,
        input_core_dims=[["time"]],
        kwargs={"share": percentile / 100},
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    return found


def _rank(values: Floats, *, share: float) -> Floats:
    if np.isnan(values).any():
        ordered = np.sort(values, axis=-1)  # NaN last
        last = np.maximum((~np.isnan(ordered)).sum(axis=-1) - 1, 0)
    else:
        # Only the order near the percentile is needed.
        low = int(share * (values.shape[-1] - 1))
        ordered = np.partition(values, (low, min(low + 1, values.shape[-1] - 1)), axis=-1)
        last = np.full(values.shape[:-1], values.shape[-1] - 1)
    rank = share * last
    below = np.floor(rank).astype(np.int64)
    lower, upper = (
        np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0]
        for at in (below, np.minimum(below + 1, last))
    )
    found: Floats = lower + (rank - below) * (upper - lower)
    return found
