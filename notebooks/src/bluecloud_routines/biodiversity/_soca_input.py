"""What SOCA's networks are given: profiles with what was seen above them, as numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines.biodiversity._chlorophyll import (
    METRES,
    attenuation_depth,
    require_chlorophyll,
)
from bluecloud_routines.biodiversity._network import Components
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

# Depths at which profiles are learned, in euphotic depths: the last is the normal depth.
LEVELS = np.linspace(0, 1.5, 50)
_NEEDED = ("time", "latitude", "longitude", "surface_chlorophyll", "mixed_layer_depth")
_HALF_YEAR_DAYS = 182.5


def require_profiles(samples: xr.Dataset, *, with_chlorophyll: bool) -> None:
    """Refuse samples that lack something.

    Raises
    ------
    ParameterError
        If a variable is missing, or there is no dimension ``profile``.
    UnitsError
        If chlorophyll is not in mg m-3, or a depth says another unit than m.
    ValuesError
        If a value that is needed is missing, infinite or impossible.
    """
    needed = [*_NEEDED, *(["chlorophyll", "platform", "depth"] if with_chlorophyll else [])]
    absent = [name for name in needed if name not in samples.variables]
    if absent or "profile" not in samples.dims:
        raise ParameterError(
            f"the samples have no {absent or ['profile']}: {needed} on 'profile' are needed"
        )
    if not samples.sizes["profile"]:
        raise ValuesError("the samples have no profile")
    require_chlorophyll(samples["surface_chlorophyll"])
    for name in _NEEDED[1:]:
        least, most = {"latitude": (-90, 90), "longitude": (-360, 360)}.get(name, (0, np.inf))
        _finite(name, samples[name].values, least=least, most=most)
    times = samples["time"].values
    if times.dtype.kind != "M" or np.isnat(times).any():
        raise ValuesError("'time' is not a date in every profile: the day of the year is an input")
    for name in ("mixed_layer_depth", *(["depth"] if with_chlorophyll else [])):
        # The depths of a table have none; what says another unit is not taken for metres.
        units = samples[name].attrs.get("units", "m")
        if units not in METRES:
            raise UnitsError(f"{name!r} is in {units!r}: 'm' is needed")
    if not (samples["surface_chlorophyll"].values > 0).all():
        raise ValuesError("surface_chlorophyll is 0 in a profile: it must be above")
    if with_chlorophyll:
        require_chlorophyll(samples["chlorophyll"])
        if samples["depth"].dims != ("depth",) or (np.diff(samples["depth"].values) <= 0).any():
            raise ParameterError("'depth' must be a coordinate in metres that ascends")


def normal_depth(samples: xr.Dataset) -> Floats:
    """1.5 euphotic depths, or the depth of mixing if that is more, m."""
    surface = samples["surface_chlorophyll"].values.astype(np.float64)
    mixing = samples["mixed_layer_depth"].values.astype(np.float64)
    return np.asarray(np.maximum(LEVELS[-1] * attenuation_depth(surface), mixing))


def on_levels(samples: xr.Dataset) -> Floats:
    """Chlorophyll on the 50 levels, (profile, level), mg m-3, between its depths.

    Where a profile does not reach a level, its nearest value is taken; values of zero and below
    are the instrument's noise and become a tenth of the profile's least value above zero.

    Raises
    ------
    ValuesError
        If a profile has no value above zero, or an infinite one.
    """
    depth = samples["depth"].values.astype(np.float64)
    green = samples["chlorophyll"].transpose("profile", "depth").values.astype(np.float64)
    if np.isinf(green).any():
        raise ValuesError("chlorophyll is infinite in a profile")
    normal = normal_depth(samples) / LEVELS[-1]
    made = np.empty((len(green), len(LEVELS)))
    for number, row in enumerate(green):
        known = np.isfinite(row)
        above = row[known & (row > 0)]
        if not above.size:
            raise ValuesError(f"profile {number} has no chlorophyll above zero: leave it out")
        values = np.where(row[known] > 0, row[known], above.min() / 10)
        made[number] = np.interp(LEVELS * normal[number], depth[known], values)
    return made


def inputs_of(
    samples: xr.Dataset,
    surface: Sequence[str],
    reductions: Mapping[str, Components],
    *,
    original: bool,
) -> Floats:
    """All inputs of the networks, (profile, input): surface, day, place, components.

    Raises
    ------
    ParameterError
        If one is missing, or is not on the dimensions that it should be.
    ValuesError
        If a value is missing or infinite.
    """
    absent = [name for name in (*surface, *reductions) if name not in samples.variables]
    if absent:
        raise ParameterError(f"the samples lack the inputs {absent}")
    columns = []
    for name in surface:
        if samples[name].dims != ("profile",):
            raise ParameterError(f"{name!r} is on {samples[name].dims}: on 'profile' is needed")
        columns.append(_finite(name, samples[name].values)[:, None])
    day = np.asarray(pd.DatetimeIndex(samples["time"].values).day_of_year)
    turned = day * np.pi / _HALF_YEAR_DAYS
    columns.append(np.column_stack([np.sin(turned), np.cos(turned), _place(samples, original)]))
    for name, parts in reductions.items():
        values = _finite(name, samples[name].transpose("profile", ...).values)
        if values.ndim != 2 or values.shape[1] != parts.mean.size:
            raise ParameterError(
                f"{name!r} is on {samples[name].dims} with {values.shape}: (profile, level) with "
                f"{parts.mean.size} levels is needed"
            )
        columns.append(parts.scores(values))
    return np.concatenate(columns, axis=1)


def _place(samples: xr.Dataset, original: bool) -> Floats:
    """The unit vector of each place; in the original, latitude is turned twice as far."""
    latitude = np.deg2rad(samples["latitude"].values.astype(np.float64)) * (2 if original else 1)
    longitude = np.deg2rad(samples["longitude"].values.astype(np.float64))
    return np.column_stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )


def _finite(name: str, values: object, *, least: float = -np.inf, most: float = np.inf) -> Floats:
    numbers = np.asarray(values, dtype=np.float64)
    wrong = ~np.isfinite(numbers) | (numbers < least) | (numbers > most)
    if wrong.any():
        raise ValuesError(
            f"{name!r} is missing, infinite, too low or too high in {int(wrong.sum())} of "
            f"{wrong.size} values, the first is {numbers[wrong].ravel()[0]:g}"
        )
    return numbers
