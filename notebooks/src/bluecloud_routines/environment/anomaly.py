"""Departures of monthly fields from their own seasonal cycle, and means over an area."""

import numpy as np
import xarray as xr

from bluecloud_routines._temperature import is_temperature
from bluecloud_routines._time import ordered_years, require_monthly, with_dates
from bluecloud_routines.errors import BaselineError, UnitsError, ValuesError

# The CF table has no anomaly of sea_surface_temperature, which is that of sea water near the
# surface; surface_temperature is that of the skin.
_ANOMALY_NAMES = {
    "surface_temperature": "surface_temperature_anomaly",
    "sea_surface_temperature": "sea_water_temperature_anomaly",
    "sea_water_temperature": "sea_water_temperature_anomaly",
    "air_temperature": "air_temperature_anomaly",
}


def monthly_anomaly(series: xr.DataArray, *, baseline: tuple[int, int]) -> xr.DataArray:
    """Departure of each month from that month's mean over the baseline years.

    January is compared with Januaries only, so the seasonal cycle drops out. Dask arrays stay
    lazy.

    Parameters
    ----------
    series
        Any variable on a monthly ``time`` axis, in any units; its other dimensions are kept.
        Missing months and missing values (NaN) are allowed.
    baseline
        First and last year of the reference period, both included. Its first and last year
        need not be whole, as long as every calendar month occurs.

    Returns
    -------
    xarray.DataArray
        In the units of the series; of a temperature in kelvin, because a difference in degrees
        Celsius would be read as a temperature.

    Raises
    ------
    UnitsError
        If the series has no units.
    TimeAxisError
        If time is absent, unsorted or of another calendar, or a month has several values.
    BaselineError
        If the baseline is reversed or a calendar month never occurs within it.
    ValuesError
        If the series is empty.
    """
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    units = series.attrs.get("units")
    if not units:
        raise UnitsError(f"{series.name!r} has no units: set its attribute 'units'")
    series, times = with_dates(series)
    require_monthly(times)
    first, last = ordered_years(baseline)
    series = series.astype(np.float64)
    reference = series.isel(time=(times.year >= first) & (times.year <= last))
    absent = set(range(1, 13)) - set(reference["time"].dt.month.values.tolist())
    if absent:
        raise BaselineError(
            f"the baseline {first}-{last} has no data for months {sorted(absent)}: the series "
            f"is from {times[0]:%Y-%m} to {times[-1]:%Y-%m}, and each month must occur once"
        )
    climatology = reference.groupby("time.month").mean("time")
    anomaly = (series.groupby("time.month") - climatology).drop_vars("month")
    dropped = ("standard_name", "long_name", "valid_min", "valid_max", "valid_range")
    anomaly.attrs = {k: v for k, v in series.attrs.items() if k not in dropped}
    anomaly.attrs["units"] = "K" if is_temperature(units) else units
    anomaly.attrs["long_name"] = f"departure from the monthly mean of {first}-{last}"
    anomaly.attrs["baseline"] = f"{first}-{last}"
    name = _ANOMALY_NAMES.get(series.attrs.get("standard_name", ""))
    if name:
        anomaly.attrs["standard_name"] = name
    return anomaly.transpose(*series.dims).rename(
        f"{series.name}_anomaly" if series.name else "anomaly"
    )


def area_mean(field: xr.DataArray) -> xr.DataArray:
    """Mean over the horizontal grid, each cell weighted by the cosine of its latitude.

    Cells without a value (NaN) have no weight. The latitude is the coordinate with CF's
    standard name ``latitude`` or units ``degrees_north``, of one dimension (a regular grid) or
    two; the mean is over its dimensions and those of the longitude, and others are kept.

    Raises
    ------
    ValuesError
        If there is no such latitude or longitude, or a latitude is outside -90 to 90 degrees.
    """
    latitude = _coordinate(field, "latitude", "degrees_north")
    longitude = _coordinate(field, "longitude", "degrees_east")
    if bool((np.abs(latitude) > 90).any()) or bool(latitude.isnull().any()):
        raise ValuesError(
            f"latitudes are {float(latitude.min())} to {float(latitude.max())}: -90 to 90 needed"
        )
    over = [d for d in field.dims if d in latitude.dims or d in longitude.dims]
    weights = latitude.copy(data=np.cos(np.deg2rad(latitude.values)))
    mean: xr.DataArray = field.weighted(weights).mean(over)
    methods = f"{field.attrs.get('cell_methods', '')} area: mean".strip()
    mean.attrs = {**field.attrs, "cell_methods": methods}
    return mean


def _coordinate(field: xr.DataArray, standard_name: str, units: str) -> xr.DataArray:
    coordinates: list[xr.DataArray] = list(field.coords.values())
    for coordinate in coordinates:
        said = coordinate.attrs.get("standard_name"), coordinate.attrs.get("units")
        if coordinate.dims and (said[0] == standard_name or said[1] == units):
            return coordinate
    raise ValuesError(
        f"no coordinate is a {standard_name}: one of {list(map(str, field.coords))} needs the "
        f"attribute standard_name={standard_name!r} or units={units!r}"
    )
