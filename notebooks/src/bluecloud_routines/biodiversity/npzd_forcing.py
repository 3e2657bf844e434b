"""From samples of a station, taken once a month or so, to a value for each day.

Each variable is a cycle of the year plus a slow change from year to year, both splines of which the
data choose how smooth they are: penalised B-splines (Eilers & Marx 1996), the same kind of additive
model that Blue-Cloud's original fits with mgcv. The cycle closes, so that 31 December goes over
into 1 January. Concentrations are fitted as logarithms: none comes out below zero, and one sample
of ten times the usual does not carry the curve away. The curve is then nearer to the median of
samples than to their mean.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._temperature import CELSIUS, is_temperature, to_celsius
from bluecloud_routines.biodiversity._npzd_parameters import Floats
from bluecloud_routines.errors import ParameterError, TooShortError, UnitsError, ValuesError

_CYCLE = 12  # splines around the year
_SMOOTHNESS = np.logspace(-3, 5, 17)
_LEAST_SAMPLES = 12
_LEAST_MONTHS = 8
_DAYS = 365.2425

# By name: standard name, and the least value that samples can tell from nothing, mmol m-3.
CONCENTRATIONS = {
    "din": ("mole_concentration_of_dissolved_inorganic_nitrogen_in_sea_water", 0.02),
    "phosphate": ("mole_concentration_of_phosphate_in_sea_water", 0.005),
    "silicate": ("mole_concentration_of_silicate_in_sea_water", 0.02),
}
_SAME_AS_MMOL_M3 = frozenset({"mmolm-3", "mmol/m3", "umoll-1", "umol/l", "umoldm-3", "umol/dm3"})


def station_forcing(
    samples: pd.DataFrame,
    *,
    times: pd.DatetimeIndex,
    units: Mapping[str, str],
    interannual: bool = True,
) -> xr.Dataset:
    """Daily nutrients and temperature from a station's samples, as the NPZD model is driven by.

    Parameters
    ----------
    samples
        A row a sample, in any order: ``time``, and ``din``, ``phosphate``, ``silicate`` (of which
        0 means less than could be found) and ``temperature``, missing where not measured.
    times
        The days that are wanted. Outside the samples' years the slow change is held.
    units
        Of each of the four, such as ``umol L-1`` or ``mmol m-3``, ``degree_Celsius`` or ``K``.
    interannual
        Whether years may differ; without, each year is the same.

    Returns
    -------
    xarray.Dataset
        ``din``, ``phosphate``, ``silicate`` (mmol m-3) and ``temperature`` (degree_Celsius) on
        ``time``, each with the attribute ``samples``: of how many it is made.

    Raises
    ------
    ParameterError
        If a column is missing, or there is no day.
    UnitsError
        If a unit is missing or not the quantity's. Amounts a kilogram are refused: they need a
        density.
    ValuesError
        If a value is infinite, or a concentration negative.
    TooShortError
        If a variable has fewer than 12 samples, or they are of fewer than 8 months of the year.
    """
    names = (*CONCENTRATIONS, "temperature")
    missing = [name for name in ("time", *names) if name not in samples]
    if missing:
        raise ParameterError(f"the samples lack {missing}: there are {list(samples.columns)}")
    if not len(times):
        raise ParameterError("times is empty: at least one day is needed")
    result = xr.Dataset(coords={"time": ("time", times, {"standard_name": "time"})})
    for name in names:
        if not units.get(name):
            raise UnitsError(f"units has none for {name!r}: there are {dict(units)}")
        result[name] = _daily(samples, name, times, units[name], interannual)
    return result


def in_mmol_m3(concentration: xr.DataArray, name: str) -> xr.DataArray:
    """The concentration, if its units are mmol m-3 under any of its names.

    Raises
    ------
    UnitsError
        If they are none, or others.
    """
    units = concentration.attrs.get("units")
    plain = str(units).lower().replace(" ", "").replace(".", "").replace("µ", "u").replace("μ", "u")
    if units is None or plain not in _SAME_AS_MMOL_M3:
        raise UnitsError(f"{name!r} is in {units!r}: 'mmol m-3' or 'umol L-1' is needed")
    return concentration.assign_attrs(units="mmol m-3")


def _daily(
    samples: pd.DataFrame, name: str, times: pd.DatetimeIndex, units: str, interannual: bool
) -> xr.DataArray:
    """One variable on the days."""
    known = samples[["time", name]].dropna()
    values = xr.DataArray(known[name].to_numpy(dtype=float), name=name, attrs={"units": units})
    if not np.isfinite(values).all():
        raise ValuesError(f"{name!r} has infinite values: leave them out, or mark them missing")
    when = pd.DatetimeIndex(known["time"])
    if len(known) < _LEAST_SAMPLES or when.month.nunique() < _LEAST_MONTHS:
        raise TooShortError(
            f"{name!r} has {len(known)} samples, of {when.month.nunique()} months of the year: "
            f"{_LEAST_SAMPLES} of {_LEAST_MONTHS} months are the least"
        )
    if name == "temperature":
        if not is_temperature(units):
            raise UnitsError(f"{name!r} is in {units!r}: 'K' or '{CELSIUS}' is needed")
        fitted = _smooth(when, to_celsius(values).values, times, interannual)
        attrs = {"standard_name": "sea_water_temperature", "units": CELSIUS}
    else:
        standard_name, least = CONCENTRATIONS[name]
        amount = in_mmol_m3(values, name).values
        if (amount < 0).any():
            raise ValuesError(f"{name!r} is {amount.min():g} mmol m-3: 0 or more is allowed")
        fitted = np.exp(_smooth(when, np.log(np.maximum(amount, least)), times, interannual))
        attrs = {"standard_name": standard_name, "units": "mmol m-3"}
    return xr.DataArray(fitted, dims="time", attrs={**attrs, "samples": len(known)})


def _smooth(
    when: pd.DatetimeIndex, values: Floats, times: pd.DatetimeIndex, interannual: bool
) -> Floats:
    """Fit cycle and slow change by the smoothness of least generalised cross-validation."""
    begin, end = when.min(), when.max()
    years = max(1, round((end - begin) / pd.Timedelta(days=_DAYS)))
    slow = years + 3 if interannual and years > 1 else 0
    design = _design(when, begin, years, slow)
    cycle, change = np.zeros((2, _CYCLE + slow, _CYCLE + slow))
    cycle[:_CYCLE, :_CYCLE] = _roughness(_CYCLE, cyclic=True)
    # The change is told from the cycle, and held where nothing is known, by a small pull to zero.
    change[_CYCLE:, _CYCLE:] = _roughness(slow, cyclic=False) + 0.1 * np.eye(slow)
    square, right = design.T @ design, design.T @ values
    best, chosen = np.inf, np.zeros(design.shape[1])
    for first in _SMOOTHNESS:
        for second in _SMOOTHNESS if slow else _SMOOTHNESS[:1]:
            penalised = square + first * cycle + second * change + 1e-9 * np.eye(len(square))
            solved = np.linalg.solve(penalised, np.column_stack([right, square]))
            freedom = float(np.trace(solved[:, 1:]))
            rest = values - design @ solved[:, 0]
            score = float(rest @ rest) * len(values) / max(len(values) - 1.4 * freedom, 1e-3) ** 2
            if score < best:
                best, chosen = score, solved[:, 0]
    return np.asarray(_design(times, begin, years, slow) @ chosen)


def _design(when: pd.DatetimeIndex, begin: pd.Timestamp, years: int, slow: int) -> Floats:
    """Each time's splines of the year, then those of the years since the first sample."""
    days = np.asarray(when.day_of_year, dtype=float) - 0.5
    of_year = days / np.where(when.is_leap_year, 366.0, 365.0) * _CYCLE
    around = (of_year[:, None] - np.arange(_CYCLE) + 2) % _CYCLE - 2
    since = np.asarray((when - begin) / pd.Timedelta(days=_DAYS), dtype=float)
    along = np.clip(since, 0, years)[:, None] - np.arange(slow) + 1
    return np.hstack([_bspline(around), _bspline(along)])


def _bspline(distance: Floats) -> Floats:
    """The cubic B-spline of knots one apart, at the distance from its middle."""
    far = np.abs(distance)
    return np.asarray((np.maximum(2 - far, 0) ** 3 - 4 * np.maximum(1 - far, 0) ** 3) / 6)


def _roughness(size: int, *, cyclic: bool) -> Floats:
    """The penalty on second differences of coefficients."""
    if cyclic:
        eye = np.eye(size)
        second = np.roll(eye, 1, axis=1) - 2 * eye + np.roll(eye, -1, axis=1)
    else:
        second = np.diff(np.eye(size), n=2, axis=0)
    return np.asarray(second.T @ second)
