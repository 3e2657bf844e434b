"""Over what distance observations tell of one another, estimated from themselves.

The products of anomalies of all pairs of observations are averaged by distance; the average at
distance r is the field's variance times its correlation, since errors of different observations
are taken to be unrelated. Fitted to r K1(r), it gives the correlation length and that variance;
what is left of the variance of the observations is error (Troupin et al. 2012).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from bluecloud_routines.biodiversity._grid import EARTH_RADIUS_KM, Floats, Integers
from bluecloud_routines.biodiversity._norm import kernel
from bluecloud_routines.biodiversity._observed import read_table
from bluecloud_routines.errors import ParameterError, ValuesError

_FEWEST = 30
_FEWEST_CLASSES = 4
_TRIED = 200


@dataclass(frozen=True)
class CovarianceFit:
    """A correlation length with what it was fitted to.

    Attributes
    ----------
    corr_length
        In the units of the distances: km for :func:`fit_covariance`.
    variance
        Of the field, without the errors of the observations.
    signal_to_noise
        Variance of the field over that of the errors; infinite if none is left for them.
    epsilon2
        Its inverse, as :func:`zooplankton_map` takes it.
    quality
        1 for covariances that lie on the curve, 0 for a curve as good as their mean.
    classes
        Row by row a class of distances: ``distance``, ``pairs``, ``covariance``, ``fitted``, and
        whether it was ``used``: those before the first covariance that is not positive are.
    """

    corr_length: float
    variance: float
    signal_to_noise: float
    epsilon2: float
    quality: float
    classes: pd.DataFrame


def fit_covariance(
    observations: pd.DataFrame,
    *,
    transform: str = "log1p",
    max_pairs: int = 2_000_000,
    seed: int = 0,
) -> CovarianceFit:
    """Correlation length (km) and signal-to-noise ratio that observations themselves suggest.

    It is an estimate for a field that is alike everywhere and in all directions, from
    observations spread over it; where they lie along few tracks it may mislead. Leave-out
    errors of :func:`zooplankton_map` are the better judge.

    Parameters
    ----------
    observations
        As for :func:`zooplankton_map`.
    transform
        ``log1p`` or ``none``, as there.
    max_pairs
        With more pairs than these, so many are drawn at random; 1000 or more.
    seed
        Of the draw.

    Raises
    ------
    ParameterError
        If an option is outside what is allowed.
    ValuesError
        If there are fewer than 30 observations, all are the same, or none resembles its
        neighbours.
    """
    if transform not in ("log1p", "none"):
        raise ParameterError(f"transform is {transform!r}: one of ['log1p', 'none']")
    if max_pairs < 1000:
        raise ParameterError(f"max_pairs is {max_pairs}: 1000 or more")
    observed = read_table(observations)
    values = np.log1p(observed.value) if transform == "log1p" else observed.value
    first, second = _pairs(len(values), max_pairs, np.random.default_rng(seed))
    phi, lam = np.deg2rad(observed.latitude), np.deg2rad(observed.longitude)
    half = (
        np.sin((phi[first] - phi[second]) / 2) ** 2
        + np.cos(phi[first]) * np.cos(phi[second]) * np.sin((lam[first] - lam[second]) / 2) ** 2
    )
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return fitted(values, distance, first, second)


def fitted(values: Floats, distance: Floats, first: Integers, second: Integers) -> CovarianceFit:
    """The fit for pairs of which the distances are known, whatever their geometry."""
    if len(values) < _FEWEST:
        raise ValuesError(f"there are {len(values)} observations: {_FEWEST} are the least to fit")
    anomaly = values - values.mean()
    total = float(np.mean(anomaly**2))
    if not total > 1e-12 * max(float(np.mean(values**2)), 1e-300):
        raise ValuesError("all observations have the same value: there is nothing to fit")
    classes = _classes(distance, anomaly[first] * anomaly[second], len(values))
    used = classes["used"].to_numpy()
    if used.sum() < _FEWEST_CLASSES:
        raise ValuesError(
            f"only the {int(used.sum())} nearest classes of distance have a positive covariance, "
            f"{_FEWEST_CLASSES} are needed: the observations hardly resemble their neighbours"
        )
    r, covariance, pairs = (
        classes.loc[used, name].to_numpy(dtype=np.float64)
        for name in ("distance", "covariance", "pairs")
    )

    def variance(length: float) -> float:
        shape = kernel(r / length)
        return float(np.sum(pairs * shape * covariance) / np.sum(pairs * shape**2))

    def misfit(log_length: float) -> float:
        length = float(np.exp(log_length))
        curve = variance(length) * kernel(r / length)
        return float(np.sum(pairs * (covariance - curve) ** 2))

    tried = np.linspace(np.log(r[0] / 2), np.log(2 * r[-1]), _TRIED)
    best = int(np.argmin([misfit(each) for each in tried]))
    ends = tried[max(best - 1, 0)], tried[min(best + 1, _TRIED - 1)]
    log_length = minimize_scalar(misfit, bounds=ends, method="bounded", options={"xatol": 1e-10}).x
    length = float(np.exp(log_length))
    signal = min(variance(length), total)
    noise = total - signal
    spread = float(np.sum(pairs * (covariance - np.average(covariance, weights=pairs)) ** 2))
    whole = classes["distance"].to_numpy(dtype=np.float64)
    return CovarianceFit(
        corr_length=length,
        variance=signal,
        signal_to_noise=signal / noise if noise > 0 else np.inf,
        epsilon2=noise / signal,
        quality=1 - misfit(log_length) / spread,
        classes=classes.assign(fitted=signal * kernel(whole / length)),
    )


def _pairs(number: int, most: int, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Pairs of different observations: all of them, or so many drawn at random."""
    if number * (number - 1) // 2 <= most:
        first, second = np.triu_indices(number, 1)
        return first.astype(np.int64), second.astype(np.int64)
    drawn = random.integers(0, number, most)
    return drawn, (drawn + random.integers(1, number, most)) % number


def _classes(distance: Floats, products: Floats, observations: int) -> pd.DataFrame:
    """Mean product by distance, in classes whose width is the mean distance / sqrt(number)."""
    width = float(distance.mean()) / np.sqrt(observations)
    if not width > 0:
        raise ValuesError("all observations are in the same place: there is nothing to fit")
    number = (distance / width).astype(np.int64)
    pairs = np.bincount(number)
    there = pairs > 0
    classes = pd.DataFrame(
        {
            "distance": np.bincount(number, distance)[there] / pairs[there],
            "pairs": pairs[there],
            "covariance": np.bincount(number, products)[there] / pairs[there],
        }
    )
    positive = classes["covariance"].to_numpy() > 0
    end = len(positive) if positive.all() else int(np.argmin(positive))
    return classes.assign(used=np.arange(len(classes)) < end)
