"""Linear trends with an interval that allows for memory.

A warm month is followed by a warm month, so the months of a series are worth fewer than their
number. Santer et al. (2000) count them as n(1-r)/(1+r) independent ones, r being the
correlation of the residuals with themselves one step later. Below ten years a trend of the sea
mostly tells where in an El Niño or a decadal swing the series began and ended: it is refused.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from bluecloud_routines._temperature import is_temperature
from bluecloud_routines._time import with_dates
from bluecloud_routines.errors import ParameterError, TooShortError, ValuesError

REFERENCE = "Santer et al. (2000, https://doi.org/10.1029/1999JD901105)"

_DAYS_PER_YEAR = 365.2425  # UDUNITS' year: the Gregorian mean
_NANOSECONDS_PER_YEAR = _DAYS_PER_YEAR * 86_400 * 1e9

_NAMES = ("trend", "trend_lower", "trend_upper", "effective_size")
Floats = NDArray[np.float64]


def linear_trend(
    series: xr.DataArray, *, min_years: float = 10, confidence: float = 0.95
) -> xr.Dataset:
    """Least-squares trend per year, with an interval adjusted for lag-1 autocorrelation.

    Parameters
    ----------
    series
        Evenly spaced in ``time`` (months, years or days) and without a seasonal cycle:
        anomalies. Other dimensions are kept, NaN is left out, dask stays lazy.
    min_years
        Least number of years from the first value to the last, 1 or more.
    confidence
        Of the two-sided interval, above 0 and below 1.

    Returns
    -------
    xarray.Dataset
        ``trend``, ``trend_lower`` and ``trend_upper`` (units of the series per year) and
        ``effective_size``, the number of independent values, at most that of all values. A
        cell whose own values span fewer years is NaN; so is the interval where fewer than
        three values are independent.

    Raises
    ------
    TooShortError
        If the series spans fewer than ``min_years`` years.
    TimeAxisError
        If time is absent, unsorted, repeated or of another calendar.
    ParameterError
        If an option is outside its range.
    ValuesError
        If the series is empty.

    References
    ----------
    Santer et al. (2000), https://doi.org/10.1029/1999JD901105
    """
    if not 0 < confidence < 1:
        raise ParameterError(f"confidence is {confidence}: above 0 and below 1, as 0.95")
    if min_years < 1:
        raise ParameterError(f"min_years is {min_years}: 1 or more")
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    series, times = with_dates(series)
    _require_long(times, min_years)
    if series.chunks and len(series.chunksizes["time"]) > 1:
        series = series.chunk({"time": -1})
    years = (times - times[0]).to_numpy("timedelta64[ns]").astype(np.float64)
    fitted = xr.apply_ufunc(
        _fit,
        series.astype(np.float64),
        input_core_dims=[["time"]],
        output_core_dims=[[]] * 4,
        kwargs={
            "years": years / _NANOSECONDS_PER_YEAR,
            "min_years": min_years,
            "confidence": confidence,
        },
        dask="parallelized",
        output_dtypes=[np.float64] * 4,
    )
    result = xr.Dataset(dict(zip(_NAMES, fitted, strict=True)))
    units = str(series.attrs.get("units", "1"))
    per_year = f"{'K' if is_temperature(units) else units} year-1"
    subject = series.attrs.get("long_name", series.name or "series")
    percent = f"{100 * confidence:g} %"
    for name, text in zip(
        _NAMES,
        (
            f"linear trend of {subject}",
            f"lower end of the {percent} interval of the trend",
            f"upper end of the {percent} interval of the trend",
            "number of independent values",
        ),
        strict=True,
    ):
        result[name].attrs = {"long_name": text, "units": per_year}
    result["effective_size"].attrs["units"] = "1"
    result["trend"].attrs["ancillary_variables"] = " ".join(_NAMES[1:])
    result.attrs = {"references": REFERENCE}
    return result


def _require_long(times: pd.DatetimeIndex, min_years: float) -> None:
    # From the beginning of the first step to the end of the last: 120 months are ten years.
    steps = max(len(times) - 1, 1)
    span = (times[-1] - times[0]).total_seconds() * (steps + 1) / steps
    years = span / (_DAYS_PER_YEAR * 86_400)
    if years < min_years - 0.05 or len(times) < 3:
        raise TooShortError(
            f"a trend needs at least {min_years:g} years of data, and this series covers "
            f"{years:.1f} ({times[0]:%Y-%m} to {times[-1]:%Y-%m}): over so few years it would tell "
            "of natural swings such as El Niño, not of a change"
        )


def _fit(
    values: Floats, *, years: Floats, min_years: float, confidence: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Trend, ends of its interval and effective size of (..., time) values."""
    present = ~np.isnan(values)
    number = present.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.where(present, years, 0.0)
        x = np.where(present, years - (x.sum(axis=-1) / number)[..., None], 0.0)
        y = np.where(present, values, 0.0)
        y = np.where(present, values - (y.sum(axis=-1) / number)[..., None], 0.0)
        spread = (x * x).sum(axis=-1)
        slope = (x * y).sum(axis=-1) / spread
        residual = np.where(present, y - slope[..., None] * x, 0.0)
        squares = (residual * residual).sum(axis=-1)
        memory = (residual[..., 1:] * residual[..., :-1]).sum(axis=-1) / squares
        # A negative correlation would count more values than there are.
        memory = np.where(squares > 0, np.clip(memory, 0.0, 1.0), 0.0)
        effective = number * (1 - memory) / (1 + memory)
        freedom = effective - 2
        error = np.sqrt(squares / freedom / spread)
        half = error * special.stdtrit(np.maximum(freedom, 0.01), 0.5 + confidence / 2)
    half = np.where(freedom >= 1, half, np.nan)
    enough = (number >= 3) & (_span(present, years) >= min_years)
    trend, lower, upper, size = (
        np.where(enough, a, np.nan) for a in (slope, slope - half, slope + half, effective)
    )
    return trend, lower, upper, size


def _span(present: NDArray[np.bool_], years: Floats) -> Floats:
    """Years from the first value to the last, one step more, with the same allowance."""
    first = years[np.argmax(present, axis=-1)]
    last = years[len(years) - 1 - np.argmax(present[..., ::-1], axis=-1)]
    step = (years[-1] - years[0]) / (len(years) - 1)
    spanned: Floats = last - first + step + 0.05
    return spanned
