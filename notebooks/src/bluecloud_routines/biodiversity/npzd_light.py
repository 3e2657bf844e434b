"""Light under a clear sky, from the date and the latitude alone.

The sun's declination is Spencer's series (1971); the global irradiance at each height of the sun is
Haurwitz's formula (1945), which needs neither turbidity nor water vapour. The mean of a day does
not depend on the longitude, so that none is asked for.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, TimeAxisError

_NODES = 48  # of the quadrature over half a day: its error is far below the formula's
_LEAST_COSINE = 1e-6

# Photons in a joule of photosynthetic light of sun and sky, umol J-1 (Thimijan & Heins 1983).
_PHOTONS = 4.57


def clear_sky_par(
    times: pd.DatetimeIndex, *, latitude: float, par_fraction: float = 0.45
) -> xr.DataArray:
    """Photosynthetic light at the sea surface under a clear sky, the mean of each day.

    Parameters
    ----------
    times
        The days, UTC.
    latitude
        Degrees north, -90 to 90.
    par_fraction
        Share of the irradiance's energy between 400 and 700 nm, above 0 to 1.

    Returns
    -------
    xarray.DataArray
        On ``time``, in umol m-2 s-1 (microeinstein); 0 in polar night.

    Notes
    -----
    Haurwitz (1945), with the attenuation 0.059 that Reno, Hansen & Stein (2012, SAND2012-2389)
    give; declination after Spencer (1971). Clouds and the reflexion of the surface are left out, so
    that this is the most there can be, not the usual. Blue-Cloud's original takes the irradiance
    under an open sky in W m-2 and puts it where the half-saturation is in umol m-2 s-1; here it is
    converted.

    Raises
    ------
    ParameterError
        If the latitude or the fraction is out of its range.
    TimeAxisError
        If there is no time.
    """
    if not -90 <= latitude <= 90:
        raise ParameterError(f"latitude is {latitude}: -90 to 90 degrees north is allowed")
    if not 0 < par_fraction <= 1:
        raise ParameterError(f"par_fraction is {par_fraction}: above 0 to 1 is allowed")
    if not len(times):
        raise TimeAxisError("there is no time: at least one day is needed")
    watts = daily_irradiance(np.asarray(times.day_of_year, dtype=np.int64), latitude)
    return xr.DataArray(
        watts * par_fraction * _PHOTONS,
        dims="time",
        coords={"time": times},
        name="par",
        attrs={
            "standard_name": "surface_downwelling_photosynthetic_photon_flux_in_air",
            "long_name": "photosynthetic light at the surface under a clear sky",
            "units": "umol m-2 s-1",
            "cell_methods": "time: mean",
        },
    )


def daily_irradiance(day_of_year: NDArray[np.int64], latitude: float) -> NDArray[np.float64]:
    """Global irradiance on a level plane under a clear sky, mean of 24 hours, W m-2."""
    angle = 2 * np.pi * (np.asarray(day_of_year, dtype=float) - 0.5) / 365
    declination = (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )
    north = np.deg2rad(np.clip(latitude, -89.9999, 89.9999))
    noon_to_dusk = np.arccos(np.clip(-np.tan(north) * np.tan(declination), -1.0, 1.0))
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    hour_angle = noon_to_dusk[:, None] * (nodes + 1) / 2
    cosine = np.sin(north) * np.sin(declination)[:, None] + (
        np.cos(north) * np.cos(declination)[:, None] * np.cos(hour_angle)
    )
    cosine = np.maximum(cosine, _LEAST_COSINE)
    irradiance = 1098.0 * cosine * np.exp(-0.059 / cosine)
    return np.asarray((irradiance @ (weights / 2)) * noon_to_dusk / np.pi)
