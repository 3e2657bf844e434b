"""How over-fed coastal water is: the trophic index TRIX (Vollenweider et al. 1998).

The index is the logarithm of chlorophyll, the departure of oxygen from saturation, dissolved
nitrogen and total phosphorus, multiplied and set on a scale of about 0 to 10. It is of mass
concentrations: molar ones are converted. A concentration of zero has no logarithm, and is no index.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment._quantities import SALINITY, TEMPERATURE, Given, Quantity
from bluecloud_routines.errors import ParameterError, ValuesError

Floats = NDArray[np.float64]

REFERENCE = (
    "Vollenweider et al. (1998, "
    "https://doi.org/10.1002/(SICI)1099-095X(199805/06)9:3<329::AID-ENV308>3.0.CO;2-9)"
)
NITROGEN_G_MOL, PHOSPHORUS_G_MOL = 14.007, 30.974
CLASSES = ("high", "good", "mediocre", "poor")
LIMITS = (4.0, 5.0, 6.0)  # of the Italian decree 152/1999, from which each class up is worse

_MASS = dict.fromkeys(("ug L-1", "ug/L", "ug/l", "µg L-1", "µg/l", "µg/L", "mg/m3"), 1.0)
_MOLAR = ("umol L-1", "umol/L", "umol/l", "µmol L-1", "µmol/l", "µmol/L", "mmol m-3", "mmol/m3")
CHLOROPHYLL = Quantity(
    "chlorophyll", "mg m-3", 0, 2_000, {**_MASS, "mg L-1": 1e3, "kg m-3": 1e6, "ng m-3": 1e-6}
)
NITROGEN = Quantity(
    "nitrogen", "mg m-3", 0, 50_000, {**_MASS, **dict.fromkeys(_MOLAR, NITROGEN_G_MOL)}
)
PHOSPHORUS = Quantity(
    "phosphorus", "mg m-3", 0, 20_000, {**_MASS, **dict.fromkeys(_MOLAR, PHOSPHORUS_G_MOL)}
)
SATURATION = Quantity("oxygen_saturation", "%", 0, 1_000, {"percent": 1.0, "1": 100.0})
_PER_KILOGRAM = ("umol kg-1", "µmol kg-1", "umol/kg", "µmol/kg", "micromole/kg")
_MILLILITRES = dict.fromkeys(("ml L-1", "mL L-1", "ml/l"), 44.6596)  # as SeaDataNet has it
OXYGEN_VOLUME = Quantity(
    "oxygen", "umol L-1", 0, 5_000, {**dict.fromkeys(_MOLAR, 1.0), **_MILLILITRES}
)
OXYGEN_MASS = Quantity("oxygen", "umol kg-1", 0, 5_000, dict.fromkeys(_PER_KILOGRAM, 1.0))


def oxygen_saturation(oxygen: xr.DataArray, temperature: Given, salinity: Given) -> xr.DataArray:
    """Dissolved oxygen as percent of what the water would hold at its surface.

    Parameters
    ----------
    oxygen
        In umol L-1, mmol m-3, ml L-1 or umol kg-1. What is of a volume is brought to a mass by
        the water's density at the surface.
    temperature
        Potential, in degrees Celsius or kelvin; near the surface what was measured will do.
    salinity
        Practical.

    Raises
    ------
    UnitsError
        If units are absent, or not of the quantity.
    ValuesError
        If values are infinite or impossible, none is there, or coordinates differ.

    References
    ----------
    Garcia & Gordon (1992), https://doi.org/10.4319/lo.1992.37.6.1307
    """
    by_mass = str(oxygen.attrs.get("units")) in _PER_KILOGRAM
    percent: xr.DataArray = xr.apply_ufunc(
        _saturation,
        *_together(
            (OXYGEN_MASS if by_mass else OXYGEN_VOLUME).read(oxygen),
            TEMPERATURE.read(temperature),
            SALINITY.read(salinity),
        ),
        kwargs={"by_mass": by_mass},
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    percent.attrs = {
        "long_name": "saturation of oxygen",
        "standard_name": "fractional_saturation_of_oxygen_in_sea_water",
        "units": "%",
        "references": "Garcia & Gordon (1992, https://doi.org/10.4319/lo.1992.37.6.1307)",
    }
    return percent.rename("oxygen_saturation")


def trophic_index(
    chlorophyll: xr.DataArray,
    oxygen_saturation: xr.DataArray,
    nitrogen: xr.DataArray,
    phosphorus: xr.DataArray,
    *,
    min_departure: float = 1.0,
    absolute: bool = False,
) -> xr.DataArray:
    """The index TRIX of each sample.

    Parameters
    ----------
    chlorophyll
        Chlorophyll a, mg m-3 or ug L-1.
    oxygen_saturation
        In percent; its departure from 100 counts, whichever way.
    nitrogen
        Dissolved inorganic nitrogen, by mass (mg m-3, ug L-1) or amount (umol L-1, mmol m-3).
    phosphorus
        Total phosphorus, likewise. Phosphate instead gives a lower index.
    min_departure
        Oxygen nearer to saturation is counted as so many percent from it: at saturation the
        index would be minus infinity. Above 0.
    absolute
        The absolute value of the index, as in the code published for Blue-Cloud's viewer: the
        clearest water, below 0, then looks like water that is over-fed.

    Raises
    ------
    ParameterError
        If ``min_departure`` is not above 0.
    UnitsError, ValuesError
        As of :func:`oxygen_saturation`.

    References
    ----------
    Vollenweider et al. (1998), Environmetrics 9, 329-357
    """
    if not 0 < min_departure < np.inf:
        raise ParameterError(f"min_departure is {min_departure}: above 0, in percent")
    factors = _together(
        CHLOROPHYLL.read(chlorophyll),
        SATURATION.read(oxygen_saturation),
        NITROGEN.read(nitrogen),
        PHOSPHORUS.read(phosphorus),
    )
    index: xr.DataArray = xr.apply_ufunc(
        _index,
        *factors,
        kwargs={"min_departure": min_departure, "absolute": absolute},
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    index.attrs = {
        "long_name": "trophic index TRIX" + (", absolute" if absolute else ""),
        "units": "1",
        "references": REFERENCE,
    }
    return index.rename("trix")


def trophic_class(index: xr.DataArray) -> xr.DataArray:
    """The class of each index: 1 high (below 4), 2 good, 3 mediocre, 4 poor (6 and above).

    0 is where there is no index. The limits are those of the Italian decree 152/1999; other seas
    have other ones.
    """
    number: xr.DataArray = xr.apply_ufunc(
        _class, index, dask="parallelized", output_dtypes=[np.int8]
    )
    number.attrs = {
        "long_name": "trophic class",
        "units": "1",
        "flag_values": np.arange(len(CLASSES) + 1, dtype=np.int8),
        "flag_meanings": " ".join(("none", *CLASSES)),
    }
    return number.rename("trophic_class")


def eutrophication(
    water: xr.Dataset, *, min_departure: float = 1.0, absolute: bool = False
) -> xr.Dataset:
    """Oxygen saturation, trophic index and class of each sample.

    Parameters
    ----------
    water
        ``chlorophyll``, ``oxygen``, ``nitrogen``, ``phosphorus``, ``temperature`` and
        ``salinity``, as of :func:`oxygen_saturation` and :func:`trophic_index`; on any
        dimensions. Dask stays lazy.
    min_departure, absolute
        As of :func:`trophic_index`.

    Raises
    ------
    ParameterError
        If a variable is absent or an option out of range.
    UnitsError, ValuesError
        As of :func:`oxygen_saturation` and :func:`trophic_index`.
    """
    needed = ("chlorophyll", "oxygen", "nitrogen", "phosphorus", "temperature", "salinity")
    absent = [name for name in needed if name not in water]
    if absent:
        raise ParameterError(f"there is no {absent}: {list(needed)} are needed")
    saturation = oxygen_saturation(water["oxygen"], water["temperature"], water["salinity"])
    index = trophic_index(
        water["chlorophyll"],
        saturation,
        water["nitrogen"],
        water["phosphorus"],
        min_departure=min_departure,
        absolute=absolute,
    )
    result = xr.Dataset(
        {"oxygen_saturation": saturation, "trix": index, "trophic_class": trophic_class(index)}
    )
    return result.assign_attrs(references=f"{REFERENCE}; {saturation.attrs['references']}")


def _together(*arrays: xr.DataArray) -> tuple[xr.DataArray, ...]:
    """The arrays, if they are on the same coordinates: samples are not dropped unseen."""
    try:
        return xr.align(*arrays, join="exact", copy=False)
    except xr.AlignmentError as error:
        raise ValuesError(
            f"the quantities are not on the same coordinates: bring them together first ({error})"
        ) from error


def _index(
    chlorophyll: Floats,
    saturation: Floats,
    nitrogen: Floats,
    phosphorus: Floats,
    *,
    min_departure: float,
    absolute: bool,
) -> Floats:
    departure = np.maximum(np.abs(100.0 - saturation), min_departure)
    product = chlorophyll * departure * nitrogen * phosphorus
    index: Floats = (np.log10(np.where(product > 0, product, np.nan)) + 1.5) / 1.2
    return np.abs(index) if absolute else index


def _class(index: Floats) -> NDArray[np.int8]:
    return np.where(np.isnan(index), 0, np.digitize(index, LIMITS) + 1).astype(np.int8)


def _saturation(oxygen: Floats, temperature: Floats, salinity: Floats, *, by_mass: bool) -> Floats:
    import gsw

    if not by_mass:
        # Of the reference composition: without a place, and good to 0.002 %.
        absolute = gsw.SR_from_SP(salinity)
        density = gsw.rho(absolute, gsw.CT_from_pt(absolute, temperature), 0)
        oxygen = oxygen * 1000 / density
    percent: Floats = 100 * oxygen / gsw.O2sol_SP_pt(salinity, temperature)
    return percent
