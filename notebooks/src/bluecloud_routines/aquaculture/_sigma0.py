"""Backscatter: which units are understood, and how they become linear power."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import UnitsError, ValuesError

STANDARD_NAME = "surface_backwards_scattering_coefficient_of_radar_wave"
_LINEAR = frozenset({"1", "m2 m-2", "m2/m2", "linear"})
_DECIBEL = frozenset({"db", "decibel", "decibels"})


def linear_power(sigma0: xr.DataArray) -> xr.DataArray:
    """The backscatter as linear power; decibels are converted, nothing else is.

    Raises
    ------
    UnitsError
        If it says no units, or other ones: -20 may be decibels and 0.01 power, but who knows.
    ValuesError
        If there is no value, or power below zero or infinite (with dask: when it is computed).
    """
    units = str(sigma0.attrs.get("units", ""))
    if units.lower() not in _LINEAR | _DECIBEL:
        said = f"is in {units!r}" if units else "has no units"
        raise UnitsError(
            f"sigma0 {said}: set its attribute 'units' to '1' for linear power or to 'dB'"
        )
    if sigma0.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(sigma0.sizes)}")
    if sigma0.dtype.kind not in "fiu":
        raise ValuesError(f"the values are of type {sigma0.dtype}: numbers are needed")
    checked: xr.DataArray = xr.apply_ufunc(
        _from_decibels if units.lower() in _DECIBEL else _as_power,
        sigma0,
        dask="parallelized",
        output_dtypes=[np.float32 if sigma0.dtype == np.float32 else np.float64],
        keep_attrs=True,
    )
    if checked.chunks is None and bool(checked.isnull().all()):
        raise ValuesError(f"all {checked.size} values are missing")
    return checked.assign_attrs(units="1")


def _from_decibels(decibels: NDArray[np.floating]) -> NDArray[np.floating]:
    return _as_power(10 ** (decibels / 10))


def _as_power(power: NDArray[np.floating]) -> NDArray[np.floating]:
    kept = power if power.dtype == np.float32 else power.astype(np.float64, copy=False)
    if kept.size and (
        np.fmin.reduce(kept, axis=None) < 0 or np.fmax.reduce(kept, axis=None) == np.inf
    ):
        raise ValuesError(
            "there is power below zero or infinite: sigma0 is calibrated power, and what is "
            "missing in it is NaN"
        )
    return kept
