"""What every laboratory's view may ask: how some data that were found look.

Drawn by the panel itself and not with hvPlot: a first look should import no plotting stack.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field, JsonValue

from .wire import Asked, GridField, Origin, Shown, figures

_CELLS = 250  # of a field along each side: a screen shows no more
_POINTS = 500
_STEPS = 500
_ROWS, _COLUMNS = 8, 12
_LONGITUDES = ("longitude", "lon", "decimallongitude", "x")
_LATITUDES = ("latitude", "lat", "decimallatitude", "y")
_TIMES = ("time", "eventdate", "date", "datetime", "juld")


class PreviewRequest(Asked):
    """An entry of the catalogue, asked with these parameters."""

    entry: str
    request: dict[str, JsonValue] = Field(default_factory=dict)


class PreviewPoint(Shown):
    """A place that some data are from."""

    longitude: float
    latitude: float
    value: float | None


class PreviewSeries(Shown):
    """A variable over time."""

    name: str
    units: str
    times: tuple[str, ...] = Field(description="ISO 8601.")
    values: tuple[float | None, ...]


class PreviewTable(Shown):
    """The first rows of a table, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int = Field(description="How many rows there are.")


class Preview(Shown):
    """A first look: whatever of a map, a series and a table the data are good for."""

    origin: Origin
    said: tuple[str, ...] = Field(description="Which tier answered, and why not a better one.")
    size: str = Field(description="How much there is, in words.")
    field: GridField | None = None
    points: tuple[PreviewPoint, ...] = ()
    series: PreviewSeries | None = None
    table: PreviewTable | None = None


def preview(asked: PreviewRequest) -> Preview:
    """A first look at an entry."""
    import bluecloud_catalogs

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        data: Any = bluecloud_catalogs.open_entry(asked.entry, **asked.request).read()
    told = tuple(
        str(each.message) for each in said if "tier" in type(each.message).__name__.lower()
    )
    origin = Origin(
        titles=(str(data.attrs.get("title", asked.entry)),),
        citations=(bluecloud_catalogs.citations(data),),
        synthetic=data.attrs.get("synthetic") == "true",
    )
    if isinstance(data, xr.Dataset):
        return Preview(origin=origin, said=told, **_of_dataset(data))
    return Preview(origin=origin, said=told, **_of_table(pd.DataFrame(data)))


def _of_dataset(data: xr.Dataset) -> dict[str, Any]:
    sizes = ", ".join(f"{name} {number}" for name, number in data.sizes.items())
    measured = [name for name, each in data.data_vars.items() if _is_measured(each)]
    lat, lon = _named(data.dims, _LATITUDES), _named(data.dims, _LONGITUDES)
    if lat is not None and lon is not None and not _in_degrees(data, lat, lon):
        lat = lon = None  # metres on some projection
    shown: dict[str, Any] = {"size": f"{len(data.data_vars)} variables; {sizes}"}
    gridded = [name for name in measured if {lat, lon} <= set(data[name].dims)]
    if lat is not None and lon is not None and gridded:
        variable = data[gridded[0]]
        others: dict[Hashable, int] = {dim: 0 for dim in variable.dims if dim not in (lat, lon)}
        shown["field"] = _field(variable.isel(others), lat, lon)
        time = _named(variable.dims, _TIMES)
        if time is not None and variable.sizes[time] > 1:
            levels = {dim: 0 for dim in others if dim != time}
            mean = variable.isel(levels).mean((lat, lon), keep_attrs=True)
            shown["series"] = _series(mean, time)
        return shown
    frame = _places(data)
    if frame is not None:
        shown["points"] = _points(frame, str(measured[0]) if measured else None)
    time = _named(data.dims, _TIMES)
    along = [name for name in measured if data[name].dims == (time,)]
    if time is not None and along:
        shown["series"] = _series(data[along[0]], time)
    if "points" not in shown and "series" not in shown:
        begun = data.isel(dict.fromkeys(data.dims, slice(_ROWS)))  # all of it may be millions
        total = math.prod(data.sizes.values())
        shown["table"] = _table(begun.to_dataframe().reset_index(), total)
    return shown


def _of_table(table: pd.DataFrame) -> dict[str, Any]:
    lat, lon = _named(table.columns, _LATITUDES), _named(table.columns, _LONGITUDES)
    time = _named(table.columns, _TIMES)
    numbers = [name for name in table.select_dtypes("number").columns if name not in (lat, lon)]
    shown: dict[str, Any] = {"size": f"{len(table)} rows", "table": _table(table)}
    if lat is not None and lon is not None:
        frame = table.rename(columns={lat: "latitude", lon: "longitude"})
        shown["points"] = _points(frame, str(numbers[0]) if numbers else None)
    elif time is not None and numbers:
        moments = pd.to_datetime(table[time], errors="coerce", utc=True)
        values = table[numbers[0]].to_numpy(float)
        kept = moments.notna().to_numpy()
        series = xr.DataArray(
            values[kept], {"time": moments[kept].dt.tz_convert(None).to_numpy()}, dims="time"
        ).sortby("time")
        shown["series"] = _series(series.rename(str(numbers[0])), "time")
    return shown


def _in_degrees(data: xr.Dataset, lat: Hashable, lon: Hashable) -> bool:
    north, east = abs(data[lat]).max().item(), abs(data[lon]).max().item()
    return bool(north <= 90 and east <= 360)


def _is_measured(variable: xr.DataArray) -> bool:
    is_flag = "flag_values" in variable.attrs or str(variable.name).lower().endswith("_qc")
    return variable.dtype.kind == "f" and not is_flag


def _named(names: Iterable[Hashable], known: Iterable[str]) -> Hashable | None:
    """The first of the names that is one of these, in any case."""
    wanted = set(known)
    return next((name for name in names if str(name).lower() in wanted), None)


def _field(variable: xr.DataArray, lat: Hashable, lon: Hashable) -> GridField:
    steps = {dim: max(1, -(-variable.sizes[dim] // _CELLS)) for dim in (lat, lon)}
    plane = variable.isel({dim: slice(None, None, step) for dim, step in steps.items()})
    plane = plane.sortby(lat, ascending=False).sortby(lon).transpose(lat, lon)
    values = plane.to_numpy().astype(float)
    some = values[np.isfinite(values)]
    low, high = np.percentile(some, (2, 98)) if some.size else (0.0, 1.0)
    north, south = _edges(plane[lat].to_numpy())
    west, east = _edges(plane[lon].to_numpy())
    rows = np.reshape(figures(values, 4), values.shape)
    return GridField(
        name=str(variable.attrs.get("long_name", variable.name)),
        units=str(variable.attrs.get("units", "1")),
        west=west,
        south=max(south, -90),
        east=east,
        north=min(north, 90),
        values=tuple(tuple(map(float, row)) for row in rows),
        low=float(low),
        high=float(high),
    )


def _edges(middles: NDArray[np.floating]) -> tuple[float, float]:
    """Where the first cell begins and the last ends."""
    half = (middles[-1] - middles[0]) / max(len(middles) - 1, 1) / 2
    return float(middles[0] - half), float(middles[-1] + half)


def _places(data: xr.Dataset) -> pd.DataFrame | None:
    """The positions of profiles, stations or rows, with what lies along them."""
    lat = _named(data.variables, _LATITUDES)
    lon = _named(data.variables, _LONGITUDES)
    if lat is None or lon is None or data[lat].dims != data[lon].dims or data[lat].ndim > 1:
        return None
    dims = data[lat].dims
    along = {name: each.to_numpy() for name, each in data.data_vars.items() if each.dims == dims}
    columns: dict[Hashable, Any] = {
        **along,
        "latitude": data[lat].to_numpy(),
        "longitude": data[lon].to_numpy(),
    }
    return pd.DataFrame({name: np.atleast_1d(each) for name, each in columns.items()})


def _points(frame: pd.DataFrame, named: str | None) -> tuple[PreviewPoint, ...]:
    kept = frame.dropna(subset=["latitude", "longitude"])
    kept = kept.iloc[:: max(1, -(-len(kept) // _POINTS))]
    values = kept[named].to_numpy(float) if named in kept else np.full(len(kept), np.nan)
    longitudes = (kept["longitude"].to_numpy(float) + 180) % 360 - 180
    return tuple(
        PreviewPoint(longitude=x, latitude=y, value=value)
        for x, y, value in zip(
            figures(longitudes, 7), figures(kept["latitude"], 7), figures(values), strict=True
        )
    )


def _series(values: xr.DataArray, time: Hashable) -> PreviewSeries:
    thinned = values.isel({time: slice(None, None, max(1, -(-values.sizes[time] // _STEPS)))})
    moments = pd.DatetimeIndex(thinned[time].to_numpy())
    return PreviewSeries(
        name=str(values.attrs.get("long_name", values.name)),
        units=str(values.attrs.get("units", "")),
        times=tuple(moment.isoformat() for moment in moments),
        values=tuple(figures(thinned.to_numpy())),
    )


def _table(table: pd.DataFrame, total: int | None = None) -> PreviewTable:
    head = table.iloc[:_ROWS, :_COLUMNS]
    return PreviewTable(
        columns=tuple(map(str, head.columns)),
        rows=tuple(tuple(map(str, row)) for row in head.itertuples(index=False)),
        total=len(table) if total is None else total,
    )


QUESTIONS = (preview,)
