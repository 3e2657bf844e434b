"""Profiles of chlorophyll from that at the surface, as ships have found them on average.

In stratified water chlorophyll has a maximum below the surface, deeper and sharper where there is
less of it; profiles of like surface chlorophyll look alike once depth is counted in euphotic depths
(Uitz et al. 2006). In water that is mixed beyond the light it is the same at all depths.
"""

import json
from collections.abc import Sequence
from typing import Literal

import numpy as np
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines.biodiversity._chlorophyll import (
    METRES,
    Euphotic,
    depth_of,
    integrated,
    is_mixed,
    require_chlorophyll,
)
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

# Metres: the levels of the Copernicus product that is made by the same group's networks.
PROFILE_DEPTHS = (
    *range(0, 71, 5), 80, 90, 100, *range(125, 301, 25), *range(350, 601, 50), 700, 800, 900, 1000,
)  # fmt: skip
REFERENCES = (
    "Uitz et al. (2006, https://doi.org/10.1029/2005JC003207); "
    "Morel & Maritorena (2001, https://doi.org/10.1029/2000JC000319)"
)
# Of the classes S1 to S9: the most surface chlorophyll (mg m-3), and the constants of
# c = background - slope z + height exp(-((z - centre) / width)^2), all over the mean of the
# euphotic layer and in euphotic depths (Uitz et al. 2006, table 5).
_LIMITS = np.array([0.04, 0.08, 0.12, 0.2, 0.3, 0.4, 0.8, 2.2])
_BACKGROUND = np.array([0.471, 0.533, 0.428, 0.570, 0.611, 0.390, 0.569, 0.835, 0.188])
_SLOPE = np.array([0.135, 0.172, 0.138, 0.173, 0.214, 0.109, 0.183, 0.298, 0.000])
_HEIGHT = np.array([1.572, 1.194, 1.015, 0.766, 0.676, 0.788, 0.608, 0.382, 0.885])
_CENTRE = np.array([0.969, 0.921, 0.905, 0.814, 0.663, 0.521, 0.452, 0.512, 0.378])
_WIDTH = np.array([0.393, 0.435, 0.630, 0.586, 0.539, 0.681, 0.744, 0.625, 1.081])
_MIXED_CLASS = 10
_FINE = np.linspace(0, 1, 501)  # of the euphotic layer, where the maximum is looked for
_SEEN = 1 / np.log(100)  # of the euphotic depth: what a satellite sees
_GREEN = "mass_concentration_of_chlorophyll_a_in_sea_water"


def chlorophyll_profiles(
    surface: xr.DataArray,
    mixed_layer_depth: xr.DataArray | None = None,
    *,
    depths: Sequence[float] = PROFILE_DEPTHS,
    euphotic: Euphotic = "morel",
    match: Literal["integral", "surface"] = "integral",
    deepest: float = 1.5,
) -> xr.Dataset:
    """The mean profile of chlorophyll below each surface value.

    The constants are those of Uitz et al. (2006), tables 4 and 5. The paper itself was not at hand.
    They were compared with what other programs have of the tables, and with themselves: each of
    the nine shapes has a mean of 1 over the euphotic layer to half a per cent, as the paper defines
    them, and the euphotic depths that follow from table 4 are those of the classes to 6 %.

    Parameters
    ----------
    surface
        Chlorophyll a at the surface, mg m-3, on any dimensions; NaN, zero and below are missing.
        Dask arrays stay lazy.
    mixed_layer_depth
        m, on the same dimensions. Where it is the euphotic depth or more, the water is mixed.
        Without it all water is taken for stratified; where it is missing nothing is given.
    depths
        Of the result, m, ascending from 0 or deeper.
    euphotic
        ``morel``: the euphotic depth by the chlorophyll above it (Morel & Maritorena 2001), as in
        the paper; ``attenuation``: by that of light, as SOCA's program has it.
    match
        ``integral``: as in the paper, the profile has the chlorophyll that waters of this surface
        value have in their euphotic layer; its own value at the surface differs. ``surface``: the
        profile is scaled so that its mean over the first optical depth is the surface value.
    deepest
        Euphotic depths, or depth of mixing if that is more, below which nothing is given: 0.5 to 2.

    Returns
    -------
    xarray.Dataset
        ``chlorophyll`` (mg m-3, with ``depth`` last; NaN where nothing is known),
        ``euphotic_depth`` (m), ``chlorophyll_integrated`` (mg m-2, above the euphotic depth),
        ``maximum_depth`` (m) and ``maximum`` (mg m-3) of the deep maximum, NaN where mixed, and
        ``trophic_class``: 1 to 9 for S1 to S9, 10 mixed, 0 unknown.

    Raises
    ------
    UnitsError
        If the chlorophyll is not in mg m-3, or the depth of mixing not in m.
    ParameterError
        If an option is out of range, or depths are below 0 or not ascending.
    ValuesError
        If the surface has no cell, a depth of mixing is below 0 (with dask when computed), or the
        two are on other coordinates.

    References
    ----------
    Uitz et al. (2006), https://doi.org/10.1029/2005JC003207; Morel & Maritorena (2001),
    https://doi.org/10.1029/2000JC000319
    """
    require_chlorophyll(surface)
    levels = checked_depths(depths)
    depth_of(euphotic)
    if match not in ("integral", "surface"):
        raise ParameterError(f"match is {match!r}: one of ['integral', 'surface']")
    if not 0.5 <= deepest <= 2:
        raise ParameterError(f"deepest is {deepest}: 0.5 to 2 euphotic depths are allowed")
    if not surface.size:
        raise ValuesError("the surface chlorophyll has no cell")
    arguments = [surface]
    if mixed_layer_depth is not None:
        if mixed_layer_depth.attrs.get("units") not in METRES:
            units = mixed_layer_depth.attrs.get("units")
            raise UnitsError(f"the depth of mixing is in {units!r}: 'm' is needed")
        arguments.append(mixed_layer_depth)
    try:
        arguments = list(xr.align(*arguments, join="exact", copy=False))
    except xr.AlignmentError as error:
        raise ValuesError(
            f"chlorophyll and depth of mixing are on other coordinates: {error}"
        ) from error
    found = xr.apply_ufunc(
        _profiles,
        *arguments,
        kwargs={"levels": levels, "euphotic": euphotic, "match": match, "deepest": deepest},
        output_core_dims=[["depth"], [], [], [], [], []],
        dask="parallelized",
        output_dtypes=[np.float64] * 5 + [np.int8],
        dask_gufunc_kwargs={"output_sizes": {"depth": len(levels)}},
        join="exact",
    )
    result = xr.Dataset(
        {
            name: each.drop_attrs(deep=False).assign_attrs(_ABOUT[name])
            for name, each in zip(_ABOUT, found, strict=True)
        }
    ).assign_coords(depth=("depth", levels, DEPTH_ATTRS))
    options = {"euphotic": euphotic, "match": match, "deepest": deepest}
    options["stratified_everywhere"] = mixed_layer_depth is None
    return result.assign_attrs(references=REFERENCES, parameters=json.dumps(options))


def checked_depths(depths: Sequence[float]) -> Floats:
    """The depths as numbers.

    Raises
    ------
    ParameterError
        If there are none, or they are below 0, not finite or not ascending.
    """
    levels = np.asarray(list(depths), dtype=np.float64)
    if not levels.size or not np.isfinite(levels).all() or levels[0] < 0:
        raise ParameterError(f"depths are {list(depths)}: metres, 0 or more, at least one")
    if (np.diff(levels) <= 0).any():
        raise ParameterError(f"depths are {list(depths)}: they must ascend")
    return levels


def trophic_class(surface: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """0 to 8 for the classes S1 to S9 of stratified water; a limit belongs to the upper class."""
    return np.asarray(np.searchsorted(_LIMITS, surface, side="right"), dtype=np.int64)


def normal_profile(kind: np.ndarray[tuple[int, ...], np.dtype[np.int64]], depth: Floats) -> Floats:
    """Chlorophyll over its mean in the euphotic layer, at depths in euphotic depths; 0 or more."""
    bulge = _HEIGHT[kind] * np.exp(-(((depth - _CENTRE[kind]) / _WIDTH[kind]) ** 2))
    return np.asarray(np.maximum(_BACKGROUND[kind] - _SLOPE[kind] * depth + bulge, 0.0))


def _profiles(
    surface: Floats,
    mixed_layer: Floats | None = None,
    *,
    levels: Floats,
    euphotic: Euphotic,
    match: str,
    deepest: float,
) -> tuple[Floats | np.ndarray[tuple[int, ...], np.dtype[np.int8]], ...]:
    green = np.where(surface > 0, surface, np.nan).astype(np.float64)
    mixing = np.zeros(green.shape) if mixed_layer is None else np.asarray(mixed_layer)
    if (mixing < 0).any():
        raise ValuesError(
            f"the depth of mixing is {mixing[mixing < 0].ravel()[0]:g} m: 0 or more, counted "
            "downward"
        )
    green = np.where(np.isfinite(green) & np.isfinite(mixing), green, np.nan)
    mixed = is_mixed(green, mixing, euphotic)
    depth = depth_of(euphotic)(green, mixed)
    total = integrated(green, mixed)
    mean = total / depth
    kind = trophic_class(np.nan_to_num(green))
    if match == "surface":
        top = normal_profile(kind[..., None], _SEEN * (_FINE[:-1] + _FINE[1:]) / 2).mean(axis=-1)
        mean = green / np.where(mixed, 1.0, top)
        total = mean * depth
    relative = levels / depth[..., None]
    shape = np.where(mixed[..., None], 1.0, normal_profile(kind[..., None], relative))
    bottom = np.where(mixed, np.maximum(deepest * depth, mixing), deepest * depth)
    profile = np.where(levels <= bottom[..., None], mean[..., None] * shape, np.nan)
    # All profiles of a class have their maximum at one depth, in euphotic depths.
    every = normal_profile(np.arange(len(_WIDTH))[:, None], _FINE)
    at, most = _FINE[every.argmax(axis=1)], every.max(axis=1)
    stratified = np.where(mixed, np.nan, 1.0)
    number = np.where(np.isfinite(green), np.where(mixed, _MIXED_CLASS, kind + 1), 0)
    return (
        profile,
        depth,
        total,
        at[kind] * depth * stratified,
        most[kind] * mean * stratified,
        number.astype(np.int8),
    )


DEPTH_ATTRS = {
    "standard_name": "depth",
    "units": "m",
    "positive": "down",
    "axis": "Z",
    "long_name": "depth below the sea surface",
}
_ABOUT: dict[str, dict[str, object]] = {
    "chlorophyll": {
        "standard_name": _GREEN,
        "units": "mg m-3",
        "long_name": "chlorophyll a, mean profile of its surface value",
        "ancillary_variables": "trophic_class",
    },
    "euphotic_depth": {
        "units": "m",
        "long_name": "depth at which 1 % of the photosynthetic light is left",
    },
    "chlorophyll_integrated": {
        "units": "mg m-2",
        "long_name": "chlorophyll a between the surface and the euphotic depth",
    },
    "maximum_depth": {"units": "m", "long_name": "depth of the chlorophyll maximum"},
    "maximum": {"units": "mg m-3", "long_name": "chlorophyll a at its maximum"},
    "trophic_class": {
        "long_name": "class of the profile by surface chlorophyll",
        "flag_values": np.arange(_MIXED_CLASS + 1, dtype=np.int8),
        "flag_meanings": "unknown S1 S2 S3 S4 S5 S6 S7 S8 S9 mixed",
    },
}
