"""What makes the seasons of pCO2, and the trend that is left without them.

Warm water holds less CO2, life and mixing move it: Takahashi et al. (2002) part the two by the
thermodynamic 4.23 % a degree. A trend is sought after the seasonal cycle is taken off, and the
cycle is fitted together with the trend: months that were sampled only in late years would
otherwise pass the trend for season.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._time import with_dates
from bluecloud_routines.environment import _quantities as quantities
from bluecloud_routines.environment._gas import WARMING
from bluecloud_routines.errors import ParameterError, TooShortError, UnitsError, ValuesError

Floats = NDArray[np.float64]

REFERENCE = "Takahashi et al. (2002, https://doi.org/10.1016/S0967-0645(02)00003-6)"
_YEAR_NS = 365.2425 * 86_400e9


def thermal_components(pco2: xr.DataArray, temperature: xr.DataArray) -> xr.Dataset:
    """The part of the variation of pCO2 that temperature makes, and the part that it does not.

    Parameters
    ----------
    pco2
        Partial pressure (or fugacity) on ``time`` and any other dimensions, uatm (or Pa).
    temperature
        Of the same water, degree_Celsius or kelvin. Where either is missing, both are.

    Returns
    -------
    xarray.Dataset
        ``pco2_thermal``: the mean pCO2 brought to each temperature; ``pco2_nonthermal``: each
        pCO2 brought to the mean temperature; ``thermal_range`` and ``nonthermal_range``, most
        less least of each over time (all uatm), and ``thermal_ratio``, the first range by the
        second: above 1 temperature prevails. Whole seasons are needed for the ranges to be
        those of the seasons.

    Raises
    ------
    TimeAxisError
        If time is absent, unsorted, repeated or of another calendar.
    UnitsError, ValuesError
        As :func:`bluecloud_routines.environment.carbon_dioxide_flux`; also if no time has both.

    References
    ----------
    Takahashi et al. (2002), https://doi.org/10.1016/S0967-0645(02)00003-6
    """
    pco2, _ = with_dates(quantities.PCO2.read(pco2))
    temperature, _ = with_dates(quantities.TEMPERATURE.read(temperature))
    pco2, temperature = xr.align(pco2, temperature, join="exact")
    both = pco2.notnull() & temperature.notnull()
    if pco2.chunks is None and temperature.chunks is None and not bool(both.any()):
        raise ValuesError("at no time are there both pco2 and temperature")
    pco2, temperature = pco2.where(both), temperature.where(both)
    warmer = WARMING * (temperature - temperature.mean("time"))
    thermal, other = pco2.mean("time") * np.exp(warmer), pco2 * np.exp(-warmer)
    ranges = [part.max("time") - part.min("time") for part in (thermal, other)]
    result = xr.Dataset(
        {
            "pco2_thermal": thermal,
            "pco2_nonthermal": other,
            "thermal_range": ranges[0],
            "nonthermal_range": ranges[1],
            "thermal_ratio": ranges[0] / ranges[1],
        }
    )
    for name, text, units in (
        ("pco2_thermal", "mean pCO2 at each temperature", "uatm"),
        ("pco2_nonthermal", "pCO2 at the mean temperature", "uatm"),
        ("thermal_range", "range of pCO2 that temperature makes", "uatm"),
        ("nonthermal_range", "range of pCO2 at the mean temperature", "uatm"),
        ("thermal_ratio", "range by temperature by the other range", "1"),
    ):
        result[name].attrs = {"long_name": text, "units": units}
    result.attrs = {"references": REFERENCE}
    return result


def deseasonalised(series: xr.DataArray, *, harmonics: int = 2, min_years: int = 2) -> xr.DataArray:
    """The series without its seasonal cycle, which is fitted together with a linear trend.

    The cycle is that of a year and ``harmonics`` waves in it, and averages to nothing over a
    year. The straight line that fits the result best is the one that was fitted with the cycle,
    so :func:`linear_trend` of an evenly spaced result gives the seasonally adjusted trend.

    Parameters
    ----------
    series
        In any units on ``time``, evenly spaced or not; other dimensions are kept, NaN is left
        out, dask stays lazy.
    harmonics
        Waves a year, 1 to 6: 1 is a sine, 6 follow twelve months.
    min_years
        Least number of years from the first value to the last, 2 or more: the trend of a single
        cycle cannot be told from it. A cell whose own values span fewer is NaN, and so is one
        with too few values for the fit.

    Raises
    ------
    TimeAxisError
        If time is absent, unsorted, repeated or of another calendar.
    TooShortError
        If the times span fewer than ``min_years`` years.
    ParameterError
        If an option is outside its range.
    UnitsError
        If the series has no units.
    ValuesError
        If the series is empty, wholly missing or has infinite values.
    """
    for name, value, least, most in (
        ("harmonics", harmonics, 1, 6),
        ("min_years", min_years, 2, 1000),
    ):
        if isinstance(value, bool) or int(value) != value or not least <= value <= most:
            raise ParameterError(f"{name} is {value!r}: a whole number {least} to {most}")
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    if not series.attrs.get("units"):
        raise UnitsError(f"{series.name or 'the series'} has no units: set its attribute 'units'")
    series, times = with_dates(series)
    years = (times - times[0]).to_numpy("timedelta64[ns]").astype(np.float64) / _YEAR_NS
    if years[-1] < min_years - 1 / 11:  # twelve months a year end a month before its end
        raise TooShortError(
            f"the series spans {years[-1]:.1f} years: {min_years} are the least, because a trend "
            "cannot be told from less than two seasonal cycles"
        )
    if series.chunks is None:
        _require_finite(series.to_numpy())
    elif len(series.chunksizes["time"]) > 1:
        series = series.chunk({"time": -1})
    of_year = 2 * np.pi * years
    waves = [f(n * of_year) for n in range(1, harmonics + 1) for f in (np.cos, np.sin)]
    without: xr.DataArray = xr.apply_ufunc(
        _without_waves,
        series.astype(np.float64),
        input_core_dims=[["time"]],
        output_core_dims=[["time"]],
        kwargs={"years": years, "waves": np.stack(waves, axis=-1), "min_years": min_years},
        dask="parallelized",
        output_dtypes=[np.float64],
        keep_attrs=True,
    )
    subject = series.attrs.get("long_name", series.name or "series")
    without = without.transpose(*series.dims)
    without.attrs = {k: v for k, v in series.attrs.items() if k != "standard_name"}
    without.attrs["long_name"] = f"{subject} without its seasonal cycle"
    without.attrs["comment"] = f"{harmonics} waves a year, fitted together with a linear trend"
    return without.rename(f"{series.name}_deseasonalised" if series.name else "deseasonalised")


def _require_finite(values: Floats) -> None:
    if np.isnan(values).all():
        raise ValuesError(f"all {values.size} values are missing")
    if np.isinf(values).any():
        raise ValuesError(f"{np.isinf(values).sum()} of {values.size} values are infinite")


def _without_waves(values: Floats, *, years: Floats, waves: Floats, min_years: int) -> Floats:
    """(..., time) values less their waves, by the normal equations of each cell."""
    if np.isinf(values).any():
        raise ValuesError(f"{np.isinf(values).sum()} of {values.size} values are infinite")
    present = ~np.isnan(values)
    design = np.column_stack([np.ones_like(years), years - years.mean(), waves])
    weighted = np.where(present, values, 0.0)
    moments = np.einsum("...t,ti,tj->...ij", present.astype(np.float64), design, design)
    projected = weighted @ design
    span = np.where(present, years, -np.inf).max(-1) - np.where(present, years, np.inf).min(-1)
    # Cells that cannot be fitted get equations that can be solved, and then NaN.
    enough = (span >= min_years - 1 / 11) & (present.sum(-1) > design.shape[1])
    enough &= (
        np.linalg.cond(np.where(enough[..., None, None], moments, np.eye(len(moments.T)))) < 1e8
    )
    solvable = np.where(enough[..., None, None], moments, np.eye(design.shape[1]))
    fitted = np.linalg.solve(solvable, projected[..., None])[..., 0]
    without: Floats = values - fitted[..., 2:] @ waves.T
    return np.where(enough[..., None], without, np.nan)
