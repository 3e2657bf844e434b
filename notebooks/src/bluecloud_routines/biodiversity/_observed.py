"""Observations as the analysis takes them: checked, in numbers, and on its grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.biodiversity._grid import (
    Bools,
    Floats,
    Grid,
    sphere_grid,
    with_time,
)
from bluecloud_routines.biodiversity.abundance import per_cubic_metre
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

COLUMNS = ("decimalLongitude", "decimalLatitude", "time", "value")

_DAYS_PER_YEAR = 365.2425
_EVEN = 1e-3  # of a step: axes come through single precision
_EVEN_TIMES = 0.05  # of a step: months and years are of unequal length


@dataclass(frozen=True)
class Observed:
    """Observations in the order of their table."""

    longitude: Floats
    latitude: Floats
    time: NDArray[np.datetime64]
    value: Floats
    weight: Floats

    def positions(self, times: pd.DatetimeIndex | None, west: float) -> tuple[Floats, ...]:
        """Where they are on a grid that begins in the west, with time if it has times."""
        longitude = west + np.mod(self.longitude - west + 1e-9, 360) - 1e-9
        places = (self.latitude, longitude)
        return places if times is None else (years(pd.DatetimeIndex(self.time)), *places)


def read_table(observations: pd.DataFrame) -> Observed:
    """The table's columns as numbers, in m-3.

    Raises
    ------
    ParameterError
        If a column is missing.
    UnitsError
        If ``attrs["units"]`` is absent or no number in a volume.
    ValuesError
        If there is no row, or a value or a position is missing or impossible.
    """
    absent = [name for name in COLUMNS if name not in observations]
    if absent:
        raise ParameterError(f"the observations have no {absent}: {list(COLUMNS)} are needed")
    if observations.empty:
        raise ValuesError("there are no observations")
    units = observations.attrs.get("units")
    factor = per_cubic_metre(units)
    if factor is None:
        said = f"are in {units!r}" if units else "have no units"
        raise UnitsError(
            f"the observations {said}: set attrs['units'] of the table to 'm-3' (or 'ind m-3')"
        )
    longitude, latitude, value = (_numbers(observations, name) for name in (*COLUMNS[:2], "value"))
    _within(longitude, "decimalLongitude", -180, 360)
    _within(latitude, "decimalLatitude", -90, 90)
    _within(value, "value", 0, np.inf)
    if "weight" in observations:
        weight = _numbers(observations, "weight")
        if (weight <= 0).any():
            raise ValuesError(f"weight is {weight.min():g} in a row: above 0 is allowed")
    else:
        weight = np.ones(len(value))
    try:
        time = pd.DatetimeIndex(observations["time"])
    except (ValueError, TypeError) as error:
        raise ValuesError(f"time holds what is no date: {error}") from error
    if time.hasnans:
        raise ValuesError(f"time is missing in {int(np.sum(time.isna()))} of {len(time)} rows")
    if time.tz is not None:
        time = time.tz_convert("UTC").tz_localize(None)
    return Observed(longitude, latitude, time.to_numpy("datetime64[ns]"), value * factor, weight)


def read_mask(mask: xr.DataArray) -> tuple[xr.DataArray, Grid]:
    """The mask as (latitude, longitude), and its grid.

    Raises
    ------
    ParameterError
        If it is not boolean, or its axes are absent, unsorted or uneven.
    ValuesError
        If it has no sea.
    """
    if set(mask.dims) != {"latitude", "longitude"} or mask.dtype != bool:
        raise ParameterError(
            f"the mask is {mask.dtype} on {mask.dims}: bool on latitude and longitude is needed"
        )
    mask = mask.transpose("latitude", "longitude")
    latitude, longitude = _axis(mask, "latitude"), _axis(mask, "longitude")
    if abs(latitude).max() >= 90:
        raise ParameterError("the latitudes of the mask reach a pole, where cells have no width")
    sea = np.asarray(mask.values)
    if not sea.any():
        raise ValuesError(f"the mask has no sea: all {sea.size} cells are False")
    return mask, sphere_grid(latitude, longitude, sea)


def read_times(times: Sequence[str | datetime] | pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The moments of a grid in time.

    Raises
    ------
    TimeAxisError
        If they are fewer than two, unsorted, or unevenly spaced.
    """
    moments = pd.DatetimeIndex(pd.to_datetime(pd.Series(list(times), dtype="object")))
    if len(moments) < 2:
        raise TimeAxisError(f"times are {len(moments)}: two or more, or none for a map of all")
    steps = np.diff(years(moments))
    if (steps <= 0).any():
        raise TimeAxisError("times are not in order, or one occurs twice")
    if abs(steps / steps.mean() - 1).max() > _EVEN_TIMES:
        raise TimeAxisError("times are unevenly spaced: each step must be as long as the others")
    return moments


def timed_grid(grid: Grid, times: pd.DatetimeIndex) -> Grid:
    """The grid at each of the moments, evenly spaced in years."""
    moments = years(times)
    return with_time(grid, np.linspace(moments[0], moments[-1], len(moments)))


def years(times: pd.DatetimeIndex) -> Floats:
    """Years since 1970."""
    days = (times - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
    since: Floats = np.asarray(days, dtype=np.float64) / _DAYS_PER_YEAR
    return since


def _numbers(observations: pd.DataFrame, name: str) -> Floats:
    try:
        numbers: Floats = observations[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"{name} holds what is no number: {error}") from error
    bad: Bools = ~np.isfinite(numbers)
    if bad.any():
        raise ValuesError(
            f"{name} is missing or infinite in {int(bad.sum())} of {len(numbers)} rows, the first "
            f"of them row {int(np.argmax(bad))}"
        )
    return numbers


def _within(numbers: Floats, name: str, least: float, most: float) -> None:
    bad = (numbers < least) | (numbers > most)
    if bad.any():
        allowed = f"{least:g} to {most:g}" if np.isfinite(most) else f"{least:g} or more"
        raise ValuesError(f"{name} is {numbers[np.argmax(bad)]:g} in a row: {allowed} is allowed")


def _axis(mask: xr.DataArray, name: str) -> Floats:
    if name not in mask.coords or mask.sizes[name] < 2:
        raise ParameterError(f"the mask has no axis of two or more {name}s")
    axis: Floats = mask[name].to_numpy().astype(np.float64)
    steps = np.diff(axis)
    if not np.isfinite(axis).all() or (steps <= 0).any():
        raise ParameterError(f"the mask's {name} does not increase: sort it")
    if abs(steps / steps.mean() - 1).max() > _EVEN:
        raise ParameterError(f"the mask's {name} is unevenly spaced: a regular grid is needed")
    return np.linspace(axis[0], axis[-1], len(axis))
