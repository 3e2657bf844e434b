"""How severe the winters and the storms of a region were, and where a storm hit."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from bluecloud_routines import environment
from bluecloud_routines.errors import ParameterError
from bluecloud_views.wire import (
    Asked,
    GridField,
    Latitude,
    Longitude,
    Origin,
    Shown,
    figures,
)

from .places import HOMES, grid, origin_of

_MONTHS = (10, 11, 12, 1, 2, 3)
_LEAST_M_S = 9.0
_WINDOW_HOURS = 72.0
_MOST = 25


class StormsAsked(Asked):
    """The storms of a region, by which definition."""

    bbox: tuple[Longitude, Latitude, Longitude, Latitude] = Field(
        description="West, south, east, north in degrees."
    )
    baseline_first: int = Field(ge=1900, le=2100)
    baseline_last: int = Field(ge=1900, le=2100)
    percentile: float = Field(ge=50, le=99.9, description="Of the wind: what is rare, per cent.")


class FootprintAsked(StormsAsked):
    """One of the storms."""

    rank: int = Field(ge=1, le=_MOST, description="1 is the severest.")


class Winter(Shown):
    """The severity of a winter."""

    year: int = Field(description="Of its January.")
    severity: float = Field(description="1000 km2.")
    whole: bool = Field(description="Whether the data have all of its stormy months.")


class Storm(Shown):
    """One storm."""

    rank: int
    peak: str = Field(description="The day of its greatest severity.")
    severity: float = Field(description="1000 km2.")
    area: float = Field(description="Above the threshold, 1000 km2.")
    max_wind: float = Field(description="m s-1.")
    latitude: float = Field(description="Where that wind blew.")
    longitude: float


class Storms(Shown):
    """The storm index of a region."""

    winters: tuple[Winter, ...]
    storms: tuple[Storm, ...] = Field(description="The severest first.")
    origin: Origin


class Footprint(Shown):
    """Where a storm hit: the excess of its wind over what is rare at each place."""

    rank: int
    excess: GridField


def storms(asked: StormsAsked) -> Storms:
    """The severity of each winter of a region, and its severest storms."""
    wind, severity, table = _found(_definition(asked))
    winters = environment.winter_severity(severity["severity"]) / 1000
    first, last = wind.indexes["time"][0], wind.indexes["time"][-1]
    return Storms(
        winters=tuple(
            Winter(year=int(year), severity=value, whole=_whole(int(year), first, last))
            for year, value in zip(winters["year"].values, figures(winters), strict=True)
        ),
        storms=tuple(
            Storm(
                rank=rank,
                peak=f"{row['peak']:%Y-%m-%d}",
                severity=figures(row["severity"] / 1000, 3)[0],
                area=figures(row["area"] / 1000, 3)[0],
                max_wind=figures(row["max_wind"], 3)[0],
                latitude=row["latitude"],
                longitude=row["longitude"],
            )
            for rank, (_, row) in enumerate(table.iterrows(), start=1)
        ),
        origin=origin_of(grid(HOMES["storms"].entry).attrs),
    )


def footprint(asked: FootprintAsked) -> Footprint:
    """Where one of the storms hit."""
    wind, severity, table = _found(_definition(asked))
    if asked.rank > len(table):
        raise ParameterError(f"rank is {asked.rank}: {len(table)} storms were found")
    storm = table.iloc[asked.rank - 1]
    strongest = wind.sel(time=slice(storm["start"], storm["end"])).max("time")
    excess = (strongest / severity["threshold"] - 1).clip(min=0)
    return Footprint(rank=asked.rank, excess=_as_field(excess))


def _definition(asked: StormsAsked) -> StormsAsked:
    return StormsAsked(**asked.model_dump(exclude={"rank"}))


@functools.lru_cache(maxsize=16)
def _found(asked: StormsAsked) -> tuple[xr.DataArray, xr.Dataset, pd.DataFrame]:
    """The region's wind, its severity and its storms, with the notebook's own options."""
    wind = environment.within_box(grid(HOMES["storms"].entry)["wind_speed"], asked.bbox)
    severity = environment.storm_severity(
        wind,
        percentile=asked.percentile,
        months=_MONTHS,
        baseline=(asked.baseline_first, asked.baseline_last),
        min_threshold=_LEAST_M_S,
    )
    found = environment.storm_events(wind, severity, window_hours=_WINDOW_HOURS, most=_MOST)
    return wind, severity, found


def _whole(year: int, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    begin, end = pd.Timestamp(year - 1, 10, 1), pd.Timestamp(year, 3, 31)
    return bool(first <= begin and end <= last)


def _as_field(excess: xr.DataArray) -> GridField:
    ordered = excess.transpose("latitude", "longitude").sortby("latitude", ascending=False)
    halves = [
        abs(float(ordered[name][1] - ordered[name][0])) / 2 for name in ("longitude", "latitude")
    ]
    rows = (figures(row, 3) for row in ordered.values)
    return GridField(
        name="excess over the threshold",
        units="1",
        west=float(ordered["longitude"].min()) - halves[0],
        east=float(ordered["longitude"].max()) + halves[0],
        south=float(ordered["latitude"].min()) - halves[1],
        north=float(ordered["latitude"].max()) + halves[1],
        values=tuple(tuple(v if v > 0 else None for v in row) for row in rows),
        low=0.0,
        high=max(figures(float(np.nanmax(ordered.values)), 2)[0], 0.01),
    )
