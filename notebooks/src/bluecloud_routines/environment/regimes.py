"""Regions whose year goes alike: the classification of patterns, on mean seasonal cycles.

Each cell's weekly mean year is its profile, along the weeks instead of the depths. Cells that
warm early or late, much or little, fall into classes, which are maps of the sea's seasons.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._time import with_dates
from bluecloud_routines.environment._mixture import PatternModel
from bluecloud_routines.environment._profiles import whole_number
from bluecloud_routines.environment.patterns import ocean_patterns
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]

WEEKS = 52


def weekly_cycle(
    series: xr.DataArray, *, standardised: bool = False, days_each: int = 1
) -> xr.Dataset:
    """The mean of each week of the year, as profiles along ``week`` (1 to 52).

    Parameters
    ----------
    series
        On ``time`` (days or weeks, of at least one whole year) and other dimensions, with units.
        NaN is left out; a cell that lacks a week altogether has it missing.
    standardised
        Take each cell's own annual mean off, so that the shape of the year counts and not its
        level.
    days_each
        A value stands for so many days from its date, up to the next one: 8 for composites of
        eight days, which alone would leave weeks without any.

    Raises
    ------
    ParameterError
        If ``days_each`` is not a whole number from 1 to 31.
    TimeAxisError
        If time is absent, unsorted, repeated or of another calendar.
    UnitsError
        If the series has no units.
    ValuesError
        If the series is empty, or a week of the year has no date at all.
    """
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    if not series.attrs.get("units"):
        raise UnitsError(f"{series.name or 'the series'} has no units: set its attribute 'units'")
    whole_number("days_each", days_each, 1, 31)
    series, times = with_dates(series)
    if days_each > 1:
        beyond = pd.Timedelta(days=days_each - 1)
        times = pd.date_range(times[0], times[-1] + beyond)
        series = series.reindex(time=times, method="ffill", tolerance=f"{days_each - 1}D")
    # The last week has the one or two days that are left over.
    week = np.minimum((np.asarray(times.day_of_year) - 1) // 7, WEEKS - 1) + 1
    absent = sorted(set(range(1, WEEKS + 1)) - set(week.tolist()))
    if absent:
        raise ValuesError(f"weeks {absent[:5]} of the year have no date: a whole year is needed")
    cycle = series.assign_coords(week=("time", week)).groupby("week").mean("time")
    if standardised:
        cycle = cycle - cycle.mean("week", skipna=False)
    cycle["week"].attrs = {"long_name": "week of the year", "units": "1"}
    cycle.attrs = {k: v for k, v in series.attrs.items() if k in ("units", "long_name")}
    return cycle.rename(series.name or "value").to_dataset()


def ocean_regimes(
    series: xr.DataArray, *, model: PatternModel, standardised: bool = False, days_each: int = 1
) -> xr.Dataset:
    """The class of each cell's mean year, by a model learnt from weekly cycles.

    Parameters
    ----------
    series, standardised, days_each
        As of :func:`weekly_cycle`, with which the model's profiles were made.
    model
        Of :func:`fit_patterns` with the axis ``week``, or read by ``PatternModel.from_json``.

    Returns
    -------
    xarray.Dataset
        As of :func:`ocean_patterns`, on the cells of the series.

    Raises
    ------
    ParameterError
        If the model is not along weeks, or of another variable.
    TimeAxisError, UnitsError, ValuesError
        As of :func:`weekly_cycle` and :func:`ocean_patterns`.

    References
    ----------
    Maze et al. (2017), https://doi.org/10.1016/j.pocean.2016.12.008
    """
    if model.axis != "week":
        raise ParameterError(f"the model is along {model.axis!r}: one along 'week' is needed")
    cycle = weekly_cycle(series, standardised=standardised, days_each=days_each)
    result = ocean_patterns(cycle, model=model)
    return result.assign_attrs(title="Classes of seasonal cycles")
