"""Alkalinity of surface water where nobody measured it, from temperature and salinity.

One measured quantity (a ship's fugacity of CO2) does not make a carbonate system; alkalinity
follows salinity closely enough in the open ocean to be the second. The four relations of Lee et
al. (2006) that need no longitude are here; outside the water that they were fitted to, nothing is
given.
"""

from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment import _quantities as quantities
from bluecloud_routines.environment._quantities import Given
from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]
Region = Literal["north_atlantic", "subtropics", "equatorial_pacific", "southern_ocean"]

# Constant; by S-35 and its square; temperature t0; by t-t0 and its square; ranges of t and S.
_RELATIONS = {
    "north_atlantic": (2305, 53.97, 2.74, 20, -1.16, -0.040, (0, 20), (31, 37)),
    "subtropics": (2305, 58.66, 2.32, 20, -1.41, 0.040, (20, 50), (31, 38)),
    "equatorial_pacific": (2294, 64.88, 0.39, 29, -4.52, -0.232, (18, 50), (31, 36.5)),
    "southern_ocean": (2305, 52.48, 2.85, 20, -0.49, 0.086, (-3, 20), (33, 36)),
}
REFERENCE = "Lee et al. (2006, https://doi.org/10.1029/2006GL027207)"


def surface_alkalinity(temperature: Given, salinity: Given, *, region: Region) -> xr.DataArray:
    """Total alkalinity of surface water after Lee et al. (2006), umol kg-1.

    Parameters
    ----------
    temperature
        Of the sea surface, degree_Celsius or kelvin.
    salinity
        Practical.
    region
        ``north_atlantic`` (30 to 80 N; 0 to 20 degrees Celsius, salinity 31 to 37),
        ``subtropics`` (above 20 degrees, 31 to 38), ``equatorial_pacific`` (the upwelling;
        above 18 degrees, 31 to 36.5) or ``southern_ocean`` (south of 30 S; below 20 degrees,
        33 to 36). Water outside the ranges is NaN. The North Pacific is not among them.

    Raises
    ------
    ParameterError
        If the region is another.
    UnitsError
        If an array says no units, or others.
    ValuesError
        If an input is empty, wholly missing, infinite or impossible.

    References
    ----------
    Lee et al. (2006), https://doi.org/10.1029/2006GL027207
    """
    if region not in get_args(Region):
        raise ParameterError(f"region is {region!r}: one of {list(get_args(Region))}")
    found: xr.DataArray = xr.apply_ufunc(
        _alkalinity,
        quantities.TEMPERATURE.read(temperature),
        quantities.SALINITY.read(salinity),
        kwargs={"region": region},
        dask="parallelized",
        output_dtypes=[np.float64],
        join="exact",
    )
    found.attrs = {
        "long_name": "total alkalinity estimated from temperature and salinity",
        "standard_name": "sea_water_alkalinity_per_unit_mass_expressed_as_mole_equivalent",
        "units": "umol kg-1",
        "references": REFERENCE,
        "comment": f"relation of the region {region}",
    }
    return found.rename("alkalinity")


def _alkalinity(temperature: Floats, salinity: Floats, *, region: str) -> Floats:
    constant, s1, s2, t0, t1, t2, warm, salty = _RELATIONS[region]
    s, t = salinity - 35, temperature - t0
    value = constant + s1 * s + s2 * s * s + t1 * t + t2 * t * t
    fitted = (
        (temperature >= warm[0])
        & (temperature <= warm[1])
        & (salinity >= salty[0])
        & (salinity <= salty[1])
    )
    return np.where(fitted, value, np.nan)
