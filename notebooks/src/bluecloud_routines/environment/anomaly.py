"""Departures of monthly fields from their own seasonal cycle, and means over an area."""

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._temperature import is_temperature
from bluecloud_routines._time import ordered_years, require_monthly, with_dates
from bluecloud_routines.environment.cells import coordinate_of
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
        First and last year of the reference period, both included. Its years need not be
        whole, as long as every calendar month occurs and both the first and the last year
        have a month; what there is of each is said in ``baseline_coverage``.

    Returns
    -------
    xarray.DataArray
        In the units of the series; of a temperature in kelvin, because a difference in degrees
        Celsius would be read as a temperature. The attributes ``baseline`` and
        ``baseline_coverage`` say the years and how many of each calendar month they hold.

    Raises
    ------
    UnitsError
        If the series has no units.
    TimeAxisError
        If time is absent, unsorted or of another calendar, or a month has several values.
    BaselineError
        If the baseline is reversed, its first or last year has no month, or a calendar month
        never occurs within it.
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
    within = (times.year >= first) & (times.year <= last)
    coverage = _coverage(times, times[within], (first, last))
    reference = series.isel(time=within)
    climatology = reference.groupby("time.month").mean("time")
    anomaly = (series.groupby("time.month") - climatology).drop_vars("month")
    dropped = ("standard_name", "long_name", "valid_min", "valid_max", "valid_range")
    anomaly.attrs = {k: v for k, v in series.attrs.items() if k not in dropped}
    anomaly.attrs["units"] = "K" if is_temperature(units) else units
    whole = within.sum() == 12 * (last - first + 1)
    over = f"{first}-{last}" if whole else f"{first}-{last} ({coverage})"
    anomaly.attrs["long_name"] = f"departure from the monthly mean of {over}"
    anomaly.attrs["baseline"] = f"{first}-{last}"
    anomaly.attrs["baseline_coverage"] = coverage
    name = _ANOMALY_NAMES.get(series.attrs.get("standard_name", ""))
    if name:
        anomaly.attrs["standard_name"] = name
    return anomaly.transpose(*series.dims).rename(
        f"{series.name}_anomaly" if series.name else "anomaly"
    )


def _coverage(
    times: pd.DatetimeIndex, reference: pd.DatetimeIndex, baseline: tuple[int, int]
) -> str:
    """What the series holds of the baseline, in words; a baseline it does not reach is refused."""
    first, last = baseline
    held = f"the series is from {times[0]:%Y-%m} to {times[-1]:%Y-%m}"
    empty = [year for year in dict.fromkeys(baseline) if year not in reference.year]
    if empty:
        raise BaselineError(
            f"the baseline {first}-{last} is not covered: there is no month of "
            f"{' or '.join(map(str, empty))}, {held}, and the first and the last year of a "
            "baseline must have data"
        )
    years = reference.month.value_counts()
    absent = sorted(set(range(1, 13)) - set(years.index))
    if absent:
        raise BaselineError(
            f"the baseline {first}-{last} has no data for months {absent}: {held}, and each "
            "month must occur once"
        )
    least, most = int(years.min()), int(years.max())
    number = f"{least}" if least == most else f"{least} to {most}"
    return (
        f"{number} year{'s' * (most > 1)} of each month, {reference[0]:%Y-%m} to "
        f"{reference[-1]:%Y-%m}"
    )


def area_mean(field: xr.DataArray) -> xr.DataArray:
    """Mean over the horizontal grid, each cell weighted by the cosine of its latitude.

    Cells without a value (NaN) have no weight. The latitude is the coordinate with CF's
    standard name ``latitude``, units ``degrees_north`` or a name that says so, of one dimension
    (a regular grid) or two; the mean is over its dimensions and those of the longitude, and
    others are kept.

    Raises
    ------
    ValuesError
        If there is no such latitude or longitude, or a latitude is outside -90 to 90 degrees.
    """
    latitude = coordinate_of(field, "latitude")
    longitude = coordinate_of(field, "longitude")
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
