"""How much a cell looks like open water, from the reflectance of a few bands."""

import math
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Index = Literal["ndwi", "mndwi", "awei_nsh", "awei_sh"]
BANDS: dict[str, tuple[str, ...]] = {
    "ndwi": ("green", "nir"),
    "mndwi": ("green", "swir1"),
    "awei_nsh": ("green", "nir", "swir1", "swir2"),
    "awei_sh": ("blue", "green", "nir", "swir1", "swir2"),
}
REFERENCES = {
    "ndwi": "McFeeters (1996, https://doi.org/10.1080/01431169608948714)",
    "mndwi": "Xu (2006, https://doi.org/10.1080/01431160600589179)",
    "awei_nsh": "Feyisa et al. (2014, https://doi.org/10.1016/j.rse.2013.08.029)",
    "awei_sh": "Feyisa et al. (2014, https://doi.org/10.1016/j.rse.2013.08.029)",
}
_PIECE = 2**15  # cells: 128 kB of a band in single precision
_SHARES = frozenset({"1", "reflectance"})


def water_index(bands: xr.Dataset, *, index: Index = "mndwi") -> xr.DataArray:
    """An index that is high where there is open water.

    Parameters
    ----------
    bands
        Reflectance as a part of one (units ``1``), as variables ``blue``, ``green``, ``nir``,
        ``swir1`` and ``swir2`` of any common dimensions, of which ``index`` needs some; NaN
        where there is none. With dask it stays lazy.
    index
        ``ndwi``: green against near infrared (McFeeters); ``mndwi``: green against the first
        short-wave infrared (Xu), which also tells water from buildings; ``awei_nsh`` and
        ``awei_sh``: sums of bands, without and with the removal of shadows (Feyisa et al.).

    Returns
    -------
    xarray.DataArray
        Units ``1``; the first two from -1 to 1, NaN where both bands are zero or
        below; one below zero counts as zero.

    Raises
    ------
    ParameterError
        If the index is unknown.
    ValuesError
        If a band is absent or has no value, or an infinite one (with dask when computed).
    UnitsError
        If a band has no units, or is not a part of one: the sums of ``awei`` mean something else
        of counts.

    Notes
    -----
    ``awei_nsh`` is 4 (green - swir1) - (0.25 nir + 2.75 swir2), as the paper has it.
    """
    if index not in get_args(Index):
        raise ParameterError(f"index is {index!r}: one of {', '.join(get_args(Index))}")
    b = {name: _checked(bands, name, index) for name in BANDS[index]}
    if index in ("ndwi", "mndwi"):
        other = b["nir" if index == "ndwi" else "swir1"]
        found: xr.DataArray = xr.apply_ufunc(
            _normalised,
            b["green"],
            other,
            dask="parallelized",
            output_dtypes=[np.result_type(b["green"].dtype, other.dtype)],
        )
    elif index == "awei_nsh":
        found = 4 * (b["green"] - b["swir1"]) - (0.25 * b["nir"] + 2.75 * b["swir2"])
    else:
        found = b["blue"] + 2.5 * b["green"] - 1.5 * (b["nir"] + b["swir1"]) - 0.25 * b["swir2"]
    mapping = {k: v for k, v in b["green"].attrs.items() if k == "grid_mapping"}
    named = {"long_name": f"water index {index}", "units": "1", "references": REFERENCES[index]}
    found = found.rename("water_index")
    found.attrs = named | mapping
    return found


def _normalised(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.floating]:
    """The difference over the sum, and NaN where that is zero.

    The correction for the air may leave dark water a little below zero. Of such a band there is
    nothing: a sum near zero would make the index of any size.
    """
    one, other = np.broadcast_arrays(one, other)
    found = np.empty(one.shape, np.result_type(one, other))
    flat = found.reshape(-1)
    one, other = one.reshape(-1), other.reshape(-1)
    room = np.empty((3, min(_PIECE, flat.size)), found.dtype)
    # In pieces that stay near the processor: a pass over one costs little, over a band much.
    with np.errstate(invalid="ignore", over="ignore"):
        for first in range(0, flat.size, _PIECE):
            piece = slice(first, first + _PIECE)
            a, b = one[piece], other[piece]
            # What is infinite makes a sum of products so, or NaN: one pass instead of four.
            if not math.isfinite(np.dot(a, b)) and (np.isinf(a).any() or np.isinf(b).any()):
                raise ValuesError("a band has infinite values: what is missing must be NaN")
            left, right, total = room[:, : a.size]
            np.maximum(a, 0, out=left)
            np.maximum(b, 0, out=right)
            np.add(left, right, out=total)
            np.subtract(left, right, out=left)
            np.divide(left, total, out=flat[piece])  # NaN where both are zero
    return found


def _checked(bands: xr.Dataset, name: str, index: Index) -> xr.DataArray:
    if name not in bands:
        raise ValuesError(f"there is no band {name!r}: {index} needs {', '.join(BANDS[index])}")
    band = bands[name]
    units = str(band.attrs.get("units", ""))
    if units.lower() not in _SHARES:
        said = f"is in {units!r}" if units else "has no units"
        raise UnitsError(
            f"{name} {said}: reflectance as a part of one is needed (units '1'); counts "
            "are divided by the scale that their provider tells"
        )
    if band.dtype.kind not in "fiu":
        raise ValuesError(f"{name} is of type {band.dtype}: numbers are needed")
    if band.size == 0:
        raise ValuesError(f"{name} has no values: its sizes are {dict(band.sizes)}")
    return band if band.dtype == np.float32 else band.astype(np.float64)
