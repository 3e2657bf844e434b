"""Profiles of chlorophyll learned from floats: SOCA's networks, trained on data of one's own.

SOCA tells profiles from what satellites see and from the temperature and salinity below: first of
backscatter (Sauzede et al. 2016), then of chlorophyll for Copernicus and Blue-Cloud. Depth is
counted in parts of a normal depth, which is 1.5 euphotic depths or the depth of mixing if that is
more; logarithms of chlorophyll on 50 levels become principal components, and an ensemble of small
networks learns these. Blue-Cloud's program comes without its networks, so that none are shipped:
:func:`fit_soca` trains them, on floats of a region for instance.
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines.biodiversity._network import (
    ACTIVATIONS,
    Training,
    components_of,
    trained,
)
from bluecloud_routines.biodiversity._soca_input import (
    LEVELS,
    inputs_of,
    normal_depth,
    on_levels,
    require_profiles,
)
from bluecloud_routines.biodiversity._soca_model import SocaModel
from bluecloud_routines.biodiversity.chlorophyll import (
    DEPTH_ATTRS,
    PROFILE_DEPTHS,
    checked_depths,
)
from bluecloud_routines.errors import ParameterError, TooShortError

# Neurons of the two hidden layers of each of the ten networks of the Copernicus product.
SOCA_HIDDEN = (
    (65, 94), (74, 73), (76, 84), (81, 83), (86, 59),
    (87, 84), (92, 45), (96, 99), (98, 46), (99, 72),
)  # fmt: skip
SOCA_REDUCTIONS = {"temperature": 4, "salinity": 3, "spiciness": 4}
SOCA_REFERENCES = (
    "Sauzede et al. (2016, https://doi.org/10.1002/2015JC011408); "
    "Copernicus Marine (https://doi.org/10.48670/moi-00046)"
)
_LEAST_PROFILES = 30


def fit_soca(
    samples: xr.Dataset,
    *,
    surface: Sequence[str],
    reductions: Mapping[str, int] = SOCA_REDUCTIONS,
    hidden: Sequence[tuple[int, ...]] = SOCA_HIDDEN,
    n_target: int = 25,
    test_fraction: float = 0.2,
    original_angles: bool = False,
    activation: str = "tanh",
    epochs: int = 300,
    batch: int = 64,
    learning_rate: float = 2e-3,
    penalty: float = 1e-4,
    patience: int = 30,
    seed: int = 0,
) -> SocaModel:
    """Train networks on profiles of floats with what satellites saw above them.

    Parameters
    ----------
    samples
        On ``profile``: ``time``, ``latitude``, ``longitude``, ``platform``; ``chlorophyll``
        (profile, depth; mg m-3) with the coordinate ``depth`` (m); ``surface_chlorophyll`` (mg m-3,
        of the satellite) and ``mixed_layer_depth`` (m), which the normal depth is made of; and the
        inputs named below.
    surface
        Variables of one number a profile: in the product sea-level anomaly, light, reflectances of
        412 to 670 nm and the depth of mixing.
    reductions
        Variables on (profile, level), and into how many components each goes.
    hidden
        Neurons of the hidden layers of each member.
    n_target
        Components of the logarithm of chlorophyll.
    test_fraction
        Share of the *floats*, not the profiles, that is left out and predicted: profiles of one
        float are too alike to test with. Of the others, a tenth says when to stop.
    original_angles
        Multiply latitudes by pi/90 as the original program does: a place at latitude a then falls
        together with that at 90 - a on the opposite meridian. By default by pi/180.
    activation
        ``tanh`` or ``relu``.
    epochs, batch, learning_rate, penalty, patience
        Of the training: most rounds, rows a step, Adam's step, weight of the squared weights, and
        rounds without gain after which it ends.
    seed
        Of what is left out, of the start and of the order. The same seed gives the same networks on
        one machine.

    Raises
    ------
    ParameterError
        If a variable is missing or an option out of range.
    UnitsError
        If chlorophyll is not in mg m-3, or a depth says another unit than m.
    ValuesError
        If a value is missing or infinite, or a profile has none of chlorophyll above zero.
    TooShortError
        If there are fewer than 30 profiles or 3 floats, or none is left to learn from.

    References
    ----------
    Sauzede et al. (2016), https://doi.org/10.1002/2015JC011408
    """
    how = Training(activation, epochs, batch, learning_rate, penalty, patience)
    _require(how, hidden, n_target, test_fraction)
    require_profiles(samples, with_chlorophyll=True)
    floats, platform = np.unique(samples["platform"].values, return_inverse=True)
    if samples.sizes["profile"] < _LEAST_PROFILES or len(floats) < 3:
        raise TooShortError(
            f"there are {samples.sizes['profile']} profiles of {len(floats)} floats: at least "
            f"{_LEAST_PROFILES} profiles and 3 floats are needed"
        )
    random = np.random.default_rng(seed)
    order = random.permutation(len(floats))
    out = max(1, round(test_fraction * len(floats)))
    stop = max(1, round(0.1 * (len(floats) - out)))
    if out + stop >= len(floats):
        raise TooShortError(
            f"of {len(floats)} floats {out} are left out to test and {stop} to stop: none is left "
            "to learn from; a smaller test_fraction or more floats are needed"
        )
    test = np.isin(platform, order[:out])
    aside = np.isin(platform, order[out : out + stop])
    logs = np.log10(on_levels(samples))
    used = samples.isel(profile=~test)
    parts = {
        name: components_of(used[name].transpose("profile", ...).values.astype(float), number)
        for name, number in reductions.items()
    }
    inputs = inputs_of(samples, surface, parts, original=original_angles)
    target = components_of(logs[~test], n_target)
    outputs = target.scores(logs)
    scale_in, scale_out = _scale(inputs[~test]), _scale(outputs[~test])
    scaled = (inputs - scale_in[0]) / scale_in[1], (outputs - scale_out[0]) / scale_out[1]
    members = tuple(
        trained(
            scaled[0][~test], scaled[1][~test], each, aside=aside[~test], how=how, random=random
        )
        for each in hidden
    )
    model = SocaModel(tuple(surface), parts, original_angles, scale_in, scale_out, target, members)
    guess = np.log10((10 ** model.log_profiles(samples.isel(profile=test))).mean(axis=0))
    model.scores.update(skill(logs[test], guess) | {"profiles": float(test.sum())})
    return model


def soca_profiles(
    samples: xr.Dataset, model: SocaModel, *, depths: Sequence[float] = PROFILE_DEPTHS
) -> xr.Dataset:
    """The profiles that an ensemble tells, on depths.

    Parameters
    ----------
    samples
        As for :func:`fit_soca`, without ``chlorophyll`` and ``platform``.
    model
        A trained ensemble.
    depths
        m, ascending.

    Returns
    -------
    xarray.Dataset
        ``chlorophyll`` (profile, depth; mg m-3), the mean of the members; ``chlorophyll_spread``,
        their standard deviation, which is not all of the error; both NaN below the normal depth.

    Raises
    ------
    ParameterError, UnitsError, ValuesError
        As :func:`fit_soca`.
    """
    levels = checked_depths(depths)
    require_profiles(samples, with_chlorophyll=False)
    members = 10 ** model.log_profiles(samples)
    relative = levels / normal_depth(samples)[:, None] * LEVELS[-1]
    # Between two of the equally spaced levels.
    place = np.clip(relative / (LEVELS[1] - LEVELS[0]), 0, len(LEVELS) - 1)
    above = np.minimum(place.astype(int), len(LEVELS) - 2)
    share = place - above
    profile = np.arange(len(place))[:, None]
    found = (1 - share) * members[:, profile, above] + share * members[:, profile, above + 1]
    found = np.where(relative <= LEVELS[-1] * (1 + 1e-12), found, np.nan)
    kept = ("time", "latitude", "longitude")
    about = {"units": "mg m-3"}
    return xr.Dataset(
        {
            "chlorophyll": (
                ("profile", "depth"),
                found.mean(axis=0),
                {
                    "standard_name": "mass_concentration_of_chlorophyll_a_in_sea_water",
                    "long_name": "chlorophyll a, mean of the ensemble",
                    "ancillary_variables": "chlorophyll_spread",
                    **about,
                },
            ),
            "chlorophyll_spread": (
                ("profile", "depth"),
                found.std(axis=0),
                {"long_name": "standard deviation of the ensemble's chlorophyll a", **about},
            ),
        },
        coords={"depth": ("depth", levels, DEPTH_ATTRS), **{name: samples[name] for name in kept}},
        attrs={"references": SOCA_REFERENCES, "scores": json.dumps(model.scores)},
    )


def skill(observed: Floats, predicted: Floats) -> dict[str, float]:
    """Of logarithms of chlorophyll, as the product's skill is published."""
    seen, told = observed.ravel(), predicted.ravel()
    departure = told - seen
    away = seen - seen.mean()
    return {
        "mapd": float(np.median(np.abs(10**departure - 1)) * 100),
        "rmse_log": float(np.sqrt(np.mean(departure**2))),
        "r2_log": float(1 - np.sum(departure**2) / np.sum(away**2)),
        "slope_log": float(np.sum(away * (told - told.mean())) / np.sum(away**2)),
    }


def _require(
    how: Training, hidden: Sequence[tuple[int, ...]], n_target: int, test_fraction: float
) -> None:
    if how.activation not in ACTIVATIONS:
        raise ParameterError(f"activation is {how.activation!r}: one of {list(ACTIVATIONS)}")
    if not hidden or any(not layers or min(layers) < 1 for layers in hidden):
        raise ParameterError(f"hidden is {list(hidden)}: one or more members of one or more layers")
    if not 0.05 <= test_fraction <= 0.8:
        raise ParameterError(f"test_fraction is {test_fraction}: 0.05 to 0.8 is allowed")
    if not 1 <= n_target <= len(LEVELS):
        raise ParameterError(f"n_target is {n_target}: 1 to {len(LEVELS)} is allowed")
    for name in ("epochs", "batch", "patience"):
        if getattr(how, name) < 1:
            raise ParameterError(f"{name} is {getattr(how, name)}: 1 or more")
    if how.learning_rate <= 0 or how.penalty < 0:
        raise ParameterError(
            f"learning_rate is {how.learning_rate}, penalty {how.penalty}: above 0, and 0 or more"
        )


def _scale(values: Floats) -> Floats:
    spread = values.std(axis=0)
    return np.stack([values.mean(axis=0), np.where(spread > 0, spread, 1.0)])
