"""Chlorophyll: its units, how much of it lies in the sunlit layer, and how deep that is.

The two relations are of Case 1 waters, where all that colours the water goes with chlorophyll. Near
coasts and rivers they do not hold.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines.errors import ParameterError, UnitsError

Bools = np.ndarray[Any, np.dtype[np.bool_]]
Euphotic = Literal["morel", "attenuation"]
METRES = frozenset({"m", "metre", "metres", "meter", "meters"})
_UNITS = frozenset({"mgm-3", "mg/m3", "ugl-1", "ug/l", "µgl-1", "µg/l"})
# Surface chlorophyll becomes what lies above the euphotic depth: factor and exponent (Uitz et al.
# 2006, table 4); stratified waters have one pair up to 1 mg m-3 and one above.
_STRATIFIED, _RICH, _MIXED = (36.1, 0.357), (37.7, 0.615), (42.1, 0.538)
# That becomes the euphotic depth (Morel & Maritorena 2001, eq. 6), where deeper than 102 m or not.
_DEEP, _SHALLOW, _BORDER_M = (426.3, -0.547), (912.5, -0.839), 102.0


def plain_units(units: object) -> str:
    """Units without case, spaces, dots and underscores."""
    plain = str(units).lower().translate(str.maketrans("", "", " ._"))
    return plain.replace("μ", "µ")


def require_chlorophyll(chlorophyll: xr.DataArray) -> None:
    """Refuse units other than mg m-3, or ug L-1, which are the same.

    Raises
    ------
    UnitsError
        If the units are others, or there are none.
    """
    units = chlorophyll.attrs.get("units")
    if plain_units(units) not in _UNITS:
        raise UnitsError(f"chlorophyll is in {units!r}: 'mg m-3' or 'ug L-1' is needed")


def integrated(surface: Floats, mixed: Bools) -> Floats:
    """Chlorophyll above the euphotic depth, mg m-2, of that at the surface, mg m-3.

    ``mixed`` is whether the water is mixed below the euphotic depth.
    """
    green = _positive(surface)
    factor, power = (
        np.where(mixed, _MIXED[part], np.where(green <= 1, _STRATIFIED[part], _RICH[part]))
        for part in (0, 1)
    )
    return np.asarray(factor * green**power)


def morel_depth(total: Floats) -> Floats:
    """The euphotic depth, m, of the chlorophyll above it, mg m-2."""
    deep = _DEEP[0] * _positive(total) ** _DEEP[1]
    shallow = _SHALLOW[0] * _positive(total) ** _SHALLOW[1]
    return np.where(shallow > _BORDER_M, deep, shallow)


def attenuation_depth(surface: Floats) -> Floats:
    """The euphotic depth, m, by the attenuation of photosynthetic light.

    K(490) = 0.0166 + 0.07242 chl^0.68955 and K(PAR) = 0.0085 + 1.6243 K(490), in m-1, as SOCA's
    program has them; at the depth 1 % of the light is left.
    """
    blue = 0.0166 + 0.07242 * _positive(surface) ** 0.68955
    return np.asarray(-np.log(0.01) / (0.0085 + 1.6243 * blue))


def is_mixed(surface: Floats, mixed_layer: Floats, euphotic: Euphotic) -> Bools:
    """Whether mixing reaches below the euphotic depth that the water would have if stratified."""
    stratified = np.zeros(np.shape(surface), dtype=bool)
    return np.asarray(mixed_layer >= depth_of(euphotic)(surface, stratified))


def depth_of(euphotic: Euphotic) -> Callable[[Floats, Bools], Floats]:
    """The function (surface chlorophyll, whether mixed) to the euphotic depth.

    Raises
    ------
    ParameterError
        If there is no such relation.
    """
    if euphotic == "morel":
        return lambda surface, mixed: morel_depth(integrated(surface, mixed))
    if euphotic == "attenuation":
        return lambda surface, mixed: attenuation_depth(surface)
    raise ParameterError(f"euphotic is {euphotic!r}: one of ['morel', 'attenuation']")


def _positive(values: Floats) -> Floats:
    """NaN where there is none: satellites give no zero, and a power of it would be one."""
    return np.where(np.asarray(values) > 0, values, np.nan)
