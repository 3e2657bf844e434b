"""Where and when the data of each indicator are: what a view may begin with and choose from."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import pandas as pd
import xarray as xr

import bluecloud_catalogs
from bluecloud_views.wire import Asked, Origin, Shown

Indicator = Literal["heatwaves", "heat", "patterns", "storms"]


class PlaceAsked(Asked):
    """Whose data are asked about."""

    indicator: Indicator


class Place(Shown):
    """Where the data of an indicator are, and which entry and notebook they are for."""

    entry: str
    notebook: str
    west: float
    south: float
    east: float
    north: float
    first_day: str
    last_day: str


@dataclass(frozen=True)
class _Home:
    entry: str
    notebook: str


HOMES: dict[Indicator, _Home] = {
    "heatwaves": _Home("sst_daily_synthetic", "marine_heatwaves"),
    "heat": _Home("beacon_argo", "ocean_heat_content"),
    "patterns": _Home("beacon_argo", "ocean_patterns"),
    "storms": _Home("wind_daily_synthetic", "storm_severity"),
}

# Profiles have no edges: the region and the year that their notebooks begin with.
PROFILES_BOX = (-75.0, 20.0, 0.0, 65.0)
PROFILES_PERIOD = ("2019-01-01", "2019-12-31")


def place(asked: PlaceAsked) -> Place:
    """Where and when the data of an indicator are."""
    home = HOMES[asked.indicator]
    if asked.indicator in ("heat", "patterns"):
        box, days = PROFILES_BOX, PROFILES_PERIOD
    else:
        data = grid(home.entry)
        box, times = _edges(data), data.indexes["time"]
        days = (f"{times[0]:%Y-%m-%d}", f"{times[-1]:%Y-%m-%d}")
    return Place(
        entry=home.entry,
        notebook=home.notebook,
        **dict(zip(("west", "south", "east", "north"), box, strict=True)),
        first_day=days[0],
        last_day=days[1],
    )


@functools.cache
def grid(entry: str) -> xr.Dataset:
    """An entry that is a grid, opened once."""
    return cast("xr.Dataset", bluecloud_catalogs.open_catalog("environment")[entry].read())


@functools.lru_cache(maxsize=8)
def samples(bbox: tuple[float, ...], period: tuple[str, str]) -> pd.DataFrame:
    """Argo's samples in a region and a period, asked for once."""
    entry = bluecloud_catalogs.open_catalog("environment")[HOMES["heat"].entry]
    return cast("pd.DataFrame", entry.read(bbox=list(bbox), time=list(period)))


def origin_of(attrs: Mapping[Any, Any]) -> Origin:
    """Where data come from, as the catalogue says it."""
    return Origin(
        titles=(str(attrs["title"]),),
        citations=(str(attrs["citation"]),),
        synthetic=attrs.get("synthetic") == "true",
    )


def _edges(data: xr.Dataset) -> tuple[float, float, float, float]:
    """The outer edges of a regular grid's cells."""
    ends = []
    for name in ("longitude", "latitude"):
        middle = data[name].values
        half = abs(float(middle[1] - middle[0])) / 2
        ends.append((float(middle.min()) - half, float(middle.max()) + half))
    (west, east), (south, north) = ends
    return west, south, east, north
