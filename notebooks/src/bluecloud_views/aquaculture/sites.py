"""Where a farm could be: suitability, and the layers that it is made of.

Limits, optima and comparisons are the examples of site_suitability.ipynb; what most people change
is asked for.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import aquaculture

from ..wire import Asked, GridField, Origin, Shown, figures
from .farms import origin_of, register

ENTRY = "conditions_synthetic"
KEEP_OFF_KM = 1.0  # new farms stay this far from those that are there
EXCLUDED, UNKNOWN = "excluded", "unknown"

Layer = Literal["suitability", "depth", "cold_days", "warm_days", "current", "rough", "harbour"]
Logic = Literal["boolean", "fuzzy", "owa"]

LAYERS: dict[str, tuple[str, str]] = {
    "suitability": ("Suitability", "0 to 1"),
    "depth": ("Depth", "m"),
    "cold_days": ("Coldest days", "°C"),
    "warm_days": ("Warmest days", "°C"),
    "current": ("Mean current", "m s⁻¹"),
    "rough": ("Time with rough sea", "%"),
    "harbour": ("Way to a harbour", "km"),
}
# How much more one counts than another: Saaty's scale.
JUDGED = {("rough", "depth"): 2, ("rough", "cold_days"): 2, ("rough", "warm_days"): 2}
JUDGED |= {("rough", "current"): 3, ("rough", "harbour"): 4, ("depth", "harbour"): 3}
JUDGED |= {("depth", "current"): 2, ("cold_days", "harbour"): 2, ("warm_days", "harbour"): 2}
JUDGED |= {("current", "harbour"): 2}


class SiteAsked(Asked):
    """What is asked of a site, and which layer is shown."""

    layer: Layer
    logic: Logic
    suitable: float = Field(gt=0, le=1, description="From this degree on a place is suitable.")
    min_depth_m: float = Field(ge=0, le=30)
    max_depth_m: float = Field(ge=60, le=1000)
    wave_m: float = Field(gt=0, le=10, description="Significant height above which it is rough.")
    max_rough_percent: float = Field(ge=2, le=100, description="Of the time that may be rough.")
    max_port_km: float = Field(ge=10, le=500)


class HeldBack(Shown):
    """What a criterion holds back."""

    name: str
    weight: float | None = Field(description="Of all criteria together 1; null of no criterion.")
    area_km2: float = Field(description="Where it is met worst.")


class SiteLayer(Shown):
    """A layer of the choice of sites, and what came of all of them."""

    field: GridField
    suitable_km2: float
    known_km2: float
    held_back: tuple[HeldBack, ...] = Field(description="The largest area first.")
    origin: Origin


def site_layer(asked: SiteAsked) -> SiteLayer:
    """A layer on a grid, the area that is suitable, and what holds the rest back."""
    data, bbox = _conditions()
    layers = _layers(asked.wave_m)
    result = _suitability(asked.model_copy(update={"layer": "suitability", "suitable": 1.0}))
    area = aquaculture.suitable_area(result["suitability"], suitable=asked.suitable)
    chosen = result["suitability"] if asked.layer == "suitability" else layers[asked.layer]
    return SiteLayer(
        field=_field(chosen, asked.layer),
        suitable_km2=figures(area["suitable_km2"], 4)[0],
        known_km2=figures(area["known_km2"], 4)[0],
        held_back=_held_back(result),
        origin=origin_of(data.attrs, register(bbox).attrs),
    )


@cache
def _conditions() -> tuple[xr.Dataset, tuple[float, float, float, float]]:
    data: Any = bluecloud_catalogs.open_catalog("aquaculture")[ENTRY].read()
    west, south, east, north = (
        float(edge(data[axis])) for edge in (min, max) for axis in ("longitude", "latitude")
    )
    return data, (west, south, east, north)


@cache
def _closed() -> xr.DataArray:
    data, bbox = _conditions()
    closed: xr.DataArray = data["protected"] == 1
    if len(register(bbox)):
        closed = closed | (aquaculture.distance_to_places(data, register(bbox)) < KEEP_OFF_KM)
    return closed


@lru_cache(maxsize=8)
def _layers(wave_m: float) -> xr.Dataset:
    data, _ = _conditions()
    harbours = pd.DataFrame(json.loads(data.attrs["harbours"]))
    at = gpd.points_from_xy(harbours["longitude"], harbours["latitude"])
    places = gpd.GeoDataFrame(harbours, geometry=at, crs="EPSG:4326")
    return xr.Dataset(
        {
            "depth": data["depth"],
            "cold_days": aquaculture.percentile(data["temperature"], 5),
            "warm_days": aquaculture.percentile(data["temperature"], 95),
            "current": data["current_speed"].mean("time", keep_attrs=True),
            "rough": aquaculture.exceedance(data["wave_height"], wave_m),
            "harbour": aquaculture.distance_to_places(data, places),
        }
    )


def criteria(asked: SiteAsked) -> list[aquaculture.Criterion]:
    """Limits and optima of what is asked of a site."""
    depth, port = (asked.min_depth_m, asked.max_depth_m), (0.0, asked.max_port_km)
    return [
        aquaculture.Criterion("depth", "m", depth, (30.0, 60.0)),
        aquaculture.Criterion("cold_days", "degree_Celsius", (12.0, 40.0), (16.0, 40.0)),
        aquaculture.Criterion("warm_days", "degree_Celsius", (0.0, 28.0), (0.0, 25.0)),
        aquaculture.Criterion("current", "m s-1", (0.05, 1.0), (0.1, 0.5)),
        aquaculture.Criterion("rough", "percent", (0.0, asked.max_rough_percent), (0.0, 2.0)),
        aquaculture.Criterion("harbour", "km", port, (0.0, 10.0)),
    ]


@cache
def weights() -> pd.Series:
    """Of comparisons in pairs (AHP)."""
    names = [name for name in LAYERS if name != "suitability"]
    pairs = pd.DataFrame(1.0, index=names, columns=names)
    for (row, column), value in JUDGED.items():
        pairs.loc[row, column], pairs.loc[column, row] = value, 1 / value
    return aquaculture.ahp_weights(pairs).weights


@lru_cache(maxsize=32)
def _suitability(asked: SiteAsked) -> xr.Dataset:
    return aquaculture.site_suitability(
        _layers(asked.wave_m),
        criteria(asked),
        weights=weights(),
        excluded=_closed(),
        logic=asked.logic,
    )


def _held_back(result: xr.Dataset) -> tuple[HeldBack, ...]:
    """The area in which each criterion is met worst."""
    factor = result["limiting_factor"]
    words = factor.attrs["flag_meanings"].split()
    rows = []
    for flag, word in zip(factor.attrs["flag_values"], words, strict=True):
        if word != UNKNOWN:
            here = (factor == flag).astype(float).where(result["suitability"].notnull())
            area = aquaculture.suitable_area(here, suitable=0.5)["suitable_km2"]
            share = float(weights()[word]) if word in weights() else None
            rows.append(HeldBack(name=word, weight=share, area_km2=figures(area, 4)[0]))
    return tuple(sorted(rows, key=lambda row: -row.area_km2))


def _field(values: xr.DataArray, layer: Layer) -> GridField:
    plane = values.transpose("latitude", "longitude")
    south, north = plane["latitude"].values[[0, -1]]
    west, east = plane["longitude"].values[[0, -1]]
    half = float(plane["longitude"].values[1] - west) / 2
    some = plane.to_numpy()[np.isfinite(plane.to_numpy())]
    low, high = (0.0, 1.0) if layer == "suitability" else np.percentile(some, (2, 98))
    name, units = LAYERS[layer]
    rows = np.reshape(figures(plane, 3), plane.shape)[::-1]
    return GridField(
        name=name,
        units=units,
        west=west - half,
        south=south - half,
        east=east + half,
        north=north + half,
        values=tuple(tuple(row) for row in rows.tolist()),
        low=float(low),
        high=float(high),
    )
