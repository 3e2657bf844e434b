"""Heat and kinds of water from the profiles of Argo's floats in a region and a period."""

from __future__ import annotations

import functools
from datetime import date
from typing import Any

import pandas as pd
import xarray as xr
from pydantic import Field

from bluecloud_routines import environment
from bluecloud_routines.errors import ValuesError
from bluecloud_views.wire import Asked, Latitude, Longitude, Origin, Shown, figures

from .places import origin_of, samples

_UNITS = {"sea_pressure": "dbar", "temperature": "degree_Celsius", "salinity": "1"}
_STANDARD_NAMES = {
    "sea_pressure": "sea_water_pressure_due_to_sea_water",
    "temperature": "sea_water_temperature",
    "salinity": "sea_water_practical_salinity",
}
_GOOD = ("1", "2")
_GAP_M = 250.0
_LEVELS = [10.0 * step for step in range(1, 101)]  # to 1000 dbar
_SHOWN = slice(None, None, 4)  # every fourth level: what a chart of some 300 pixels can show
_MOST = 2000  # profiles on the map


class ProfilesAsked(Asked):
    """Which profiles."""

    bbox: tuple[Longitude, Latitude, Longitude, Latitude] = Field(
        description="West, south, east, north in degrees."
    )
    first_day: date
    last_day: date = Field(description="Included.")


class HeatAsked(ProfilesAsked):
    """The heat from the surface down to a depth."""

    layer_bottom: float = Field(ge=10, le=2000, description="Metres.")


class PatternsAsked(ProfilesAsked):
    """Kinds of profiles, how many."""

    classes: int = Field(ge=1, le=8)


class HeatProfile(Shown):
    """One profile and its heat."""

    id: str
    day: str
    longitude: float
    latitude: float
    heat: float | None = Field(description="GJ m-2; none if it does not span the layer.")
    mixed_layer: float | None = Field(description="Metres.")


class HeatMonth(Shown):
    """The profiles of a month."""

    month: str = Field(description="Its first day.")
    profiles: int
    low: float = Field(description="Of the heat: the lower quartile, GJ m-2.")
    middle: float = Field(description="The median.")
    high: float = Field(description="The upper quartile.")
    mixed_layer: float | None = Field(description="The median, metres.")


class Heat(Shown):
    """The heat of each profile, and through the months."""

    profiles: tuple[HeatProfile, ...]
    total: int = Field(description="Profiles; no more than 2000 of them are told of one by one.")
    without: int = Field(description="Profiles that do not span the layer, or have a gap.")
    months: tuple[HeatMonth, ...]
    origin: Origin


class PatternProfile(Shown):
    """One profile and its class."""

    id: str
    day: str
    longitude: float
    latitude: float
    kind: int = Field(description="1 is the coldest class.")
    robustness: float = Field(description="0 to 1: how far the class is from chance.")


class PatternClass(Shown):
    """A class: its typical profile and how often it was in each month."""

    kind: int
    share: float = Field(description="Of all profiles, 0 to 1.")
    low: tuple[float, ...] = Field(description="5th percentile of temperature, degrees Celsius.")
    middle: tuple[float, ...] = Field(description="Median.")
    high: tuple[float, ...] = Field(description="95th percentile.")
    by_month: tuple[int, ...] = Field(description="Profiles, by month as listed.")


class Patterns(Shown):
    """The kinds of profiles in a region."""

    profiles: tuple[PatternProfile, ...]
    total: int = Field(description="Profiles; no more than 2000 of them are told of one by one.")
    without: int = Field(description="Profiles that do not reach down to 1000 dbar, or have a gap.")
    pressure: tuple[float, ...] = Field(description="Of the typical profiles, dbar.")
    months: tuple[str, ...] = Field(description="Their first days.")
    classes: tuple[PatternClass, ...]
    origin: Origin


def heat(asked: HeatAsked) -> Heat:
    """The heat of each profile from the surface down, and through the months."""
    casts = _casts(asked.bbox, (str(asked.first_day), str(asked.last_day)))
    water = environment.seawater_properties(
        casts["temperature"], casts["salinity"], pressure=casts["sea_pressure"]
    )
    layer = [(0.0, asked.layer_bottom)]
    result = environment.ocean_heat_content(water, along="sample", layers=layer, max_gap=_GAP_M)
    mixed = environment.mixed_layer_depth(water, along="sample", max_gap=_GAP_M)
    table = _table(casts).assign(
        heat=figures(result["heat_content"].isel(layer=0) / 1e9), mixed_layer=figures(mixed, 3)
    )
    spanned = table.dropna(subset="heat")
    return Heat(
        profiles=tuple(HeatProfile(**row) for row in _records(table)),
        total=len(table),
        without=len(table) - len(spanned),
        months=tuple(_month(month, group) for month, group in spanned.groupby("month")),
        origin=_origin(asked),
    )


def patterns(asked: PatternsAsked) -> Patterns:
    """The profiles of a region by the shape of temperature and salinity."""
    period = (str(asked.first_day), str(asked.last_day))
    result = _sorted(asked.bbox, period, asked.classes)
    table = _table(result).assign(
        kind=result["label"].values, robustness=figures(result["robustness"], 3)
    )
    whole = table.dropna(subset="kind").astype({"kind": int})
    counted = whole.groupby(["month", "kind"]).size().unstack(fill_value=0)
    counted = counted.reindex(columns=result["class"].values, fill_value=0)
    quantiles = result["temperature_quantiles"].isel(sea_pressure=_SHOWN)
    return Patterns(
        profiles=tuple(PatternProfile(**row) for row in _records(whole)),
        total=len(table),
        without=len(table) - len(whole),
        pressure=tuple(figures(quantiles["sea_pressure"])),
        months=tuple(counted.index),
        classes=tuple(
            PatternClass(
                kind=kind,
                share=figures(result["class_share"].sel({"class": kind}), 3)[0],
                **{
                    name: tuple(figures(quantiles.sel({"class": kind, "quantile": quantile}), 4))
                    for name, quantile in (("low", 0.05), ("middle", 0.5), ("high", 0.95))
                },
                by_month=tuple(map(int, counted[kind])),
            )
            for kind in map(int, result["class"].values)
        ),
        origin=_origin(asked),
    )


@functools.lru_cache(maxsize=8)
def _casts(bbox: tuple[float, ...], period: tuple[str, str]) -> xr.Dataset:
    """The profiles, of samples that are flagged good or probably good."""
    data = samples(bbox, period)
    data = data.rename(columns=lambda name: name.replace("pressure", "sea_pressure"))
    if data.empty:
        raise ValuesError(
            f"no profile is in the box {list(bbox)} from {period[0]} to {period[1]}: "
            "draw it larger, or take a longer period"
        )
    for name in _UNITS:
        data[name] = data[name].where(data[f"{name}_qc"].isin(_GOOD))
    casts = environment.profiles_of(data, by=["platform", "cycle"], units=_UNITS)
    for name, units in _UNITS.items():
        casts[name].attrs = {"units": units, "standard_name": _STANDARD_NAMES[name]}
    return casts


@functools.lru_cache(maxsize=16)
def _sorted(bbox: tuple[float, ...], period: tuple[str, str], classes: int) -> xr.Dataset:
    """The class of each profile, with the notebook's own options."""
    profiles = environment.on_levels(
        _casts(bbox, period), along="sample", vertical="sea_pressure", levels=_LEVELS
    )
    for name, units in _UNITS.items():
        profiles[name].attrs = {"units": units, "standard_name": _STANDARD_NAMES[name]}
    profiles["sea_pressure"].attrs |= {"positive": "down", "axis": "Z"}
    model = environment.fit_patterns(
        profiles, axis="sea_pressure", classes=classes, explained_variance=0.99, seed=0
    )
    return environment.ocean_patterns(profiles, model=model)


def _table(casts: xr.Dataset) -> pd.DataFrame:
    """Where and when each profile is, a row each."""
    times = pd.DatetimeIndex(casts["time"].values)
    names = zip(casts["platform"].values, casts["cycle"].values, strict=True)
    return pd.DataFrame(
        {
            "id": [f"{platform} {cycle}" for platform, cycle in names],
            "day": times.strftime("%Y-%m-%d"),
            "month": times.strftime("%Y-%m-01"),
            "longitude": figures(casts["longitude"], 6),
            "latitude": figures(casts["latitude"], 6),
        }
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as they go over the wire, thinned evenly where they are many."""
    every = -(-len(table) // _MOST) or 1
    rows = table.drop(columns="month").iloc[::every]
    rows = rows.astype(object).where(rows.notnull(), None)
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False)]


def _month(month: object, group: pd.DataFrame) -> HeatMonth:
    low, middle, high = figures(group["heat"].quantile([0.25, 0.5, 0.75]), 4)
    return HeatMonth(
        month=str(month),
        profiles=len(group),
        low=low,
        middle=middle,
        high=high,
        mixed_layer=figures(group["mixed_layer"].median(), 3)[0],
    )


def _origin(asked: ProfilesAsked) -> Origin:
    return origin_of(samples(asked.bbox, (str(asked.first_day), str(asked.last_day))).attrs)
