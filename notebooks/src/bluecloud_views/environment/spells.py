"""The heatwaves of a region: a calendar of years, and each day of one of them.

The region is one series, the mean of its cells, so that every day has one category; the notebook
does the same where it is asked for the area as one.
"""

from __future__ import annotations

import functools
import warnings

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from bluecloud_routines import environment
from bluecloud_routines.errors import ParameterError, ShortBaselineWarning
from bluecloud_views.wire import Asked, Latitude, Longitude, Origin, Shown, figures

from .places import HOMES, grid, origin_of


class HeatwavesAsked(Asked):
    """Heatwaves or cold spells of a region, by which definition."""

    bbox: tuple[Longitude, Latitude, Longitude, Latitude] = Field(
        description="West, south, east, north in degrees."
    )
    baseline_first: int = Field(ge=1850, le=2100)
    baseline_last: int = Field(ge=1850, le=2100)
    percentile: float = Field(gt=50, lt=100, description="Per cent; the lower ones if cold.")
    cold: bool


class HeatwaveYearAsked(HeatwavesAsked):
    """The days of one year, by which definition."""

    year: int


class Heatwave(Shown):
    """One event: its first, last and severest day, and how strong it was."""

    start: str
    end: str
    peak: str
    days: int
    greatest: float = Field(description="Greatest departure from the climatology, K.")
    sum: float = Field(description="Of the departures of all days, K days.")
    category: int = Field(description="1 moderate, 2 strong, 3 severe, 4 extreme.")


class Heatwaves(Shown):
    """A calendar of the region's events."""

    cells: int = Field(description="Of the grid, in the region.")
    years: tuple[int, ...]
    days: tuple[tuple[int, ...], ...] = Field(
        description="Days in an event, by year and its twelve months."
    )
    worst: tuple[tuple[int, ...], ...] = Field(
        description="Highest category, by year and month; 0 is none, -1 no data."
    )
    events: tuple[Heatwave, ...]
    short: str = Field(description="What is wrong with a baseline that is short; empty if nothing.")
    origin: Origin


class HeatwaveYear(Shown):
    """Each day of a year."""

    first_day: str
    temperature: tuple[float | None, ...] = Field(description="Degrees Celsius.")
    climatology: tuple[float | None, ...]
    threshold: tuple[float | None, ...]
    category: tuple[int, ...] = Field(description="0 is none, -1 no data.")


def heatwaves(asked: HeatwavesAsked) -> Heatwaves:
    """The calendar of a region's heatwaves or cold spells, and all its events."""
    result, short = _found(_definition(asked))
    category = result["category"].fillna(-1).to_series()
    times = pd.DatetimeIndex(category.index)
    months = [times.year, times.month]
    days = (category > 0).groupby(months).sum().unstack(fill_value=0)
    worst = category.groupby(months).max().unstack(fill_value=-1)
    twelve = range(1, 13)
    return Heatwaves(
        cells=int(result.attrs["cells"]),
        years=tuple(map(int, days.index)),
        days=_rows(days.reindex(columns=twelve, fill_value=0)),
        worst=_rows(worst.reindex(columns=twelve, fill_value=-1)),
        events=tuple(_event(row) for _, row in environment.heatwave_events(result).iterrows()),
        short=short,
        origin=origin_of(grid(HOMES["heatwaves"].entry).attrs),
    )


def heatwave_year(asked: HeatwaveYearAsked) -> HeatwaveYear:
    """Temperature, climatology, threshold and category of each day of a year."""
    result, _ = _found(_definition(asked))
    years = result["time"].dt.year
    if asked.year not in years:
        raise ParameterError(
            f"year is {asked.year}: the data are of {int(years.min())} to {int(years.max())}"
        )
    daily = environment.on_every_day(result).sel(time=str(asked.year))
    return HeatwaveYear(
        first_day=f"{daily.indexes['time'][0]:%Y-%m-%d}",
        temperature=tuple(figures(daily["sst"])),
        climatology=tuple(figures(daily["climatology"])),
        threshold=tuple(figures(daily["threshold"])),
        category=tuple(map(int, daily["category"].fillna(-1).values)),
    )


def _definition(asked: HeatwavesAsked) -> HeatwavesAsked:
    return HeatwavesAsked(**asked.model_dump(exclude={"year"}))


@functools.lru_cache(maxsize=16)
def _found(asked: HeatwavesAsked) -> tuple[xr.Dataset, str]:
    """What the routine finds in the region's mean, and what it warns of."""
    sst = environment.sea_surface_temperature(grid(HOMES["heatwaves"].entry))
    sst = environment.within_box(sst, asked.bbox)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ShortBaselineWarning)
        result = environment.marine_heatwaves(
            environment.area_mean(sst),
            baseline=(asked.baseline_first, asked.baseline_last),
            percentile=asked.percentile,
            cold=asked.cold,
        )
    short = [str(each.message) for each in told if each.category is ShortBaselineWarning]
    sea = int(sst.isel(time=0).notnull().sum())
    return result.assign_attrs(cells=sea), "".join(short[:1])


def _rows(table: pd.DataFrame) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, row)) for row in np.asarray(table))


def _event(row: pd.Series) -> Heatwave:
    greatest, total = figures([row["intensity_max"], row["intensity_cumulative"]], 3)
    return Heatwave(
        start=f"{row['start']:%Y-%m-%d}",
        end=f"{row['end']:%Y-%m-%d}",
        peak=f"{row['peak']:%Y-%m-%d}",
        days=int(row["duration_days"]),
        greatest=greatest,
        sum=total,
        category=int(row["category"]),
    )
