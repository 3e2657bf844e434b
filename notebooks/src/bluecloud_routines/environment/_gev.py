"""The generalised extreme value distribution: its likelihood, and where that is greatest.

Parameters are (location, scale, shape) on a last axis of three; a shape above 0 has no upper end,
as in Coles (2001), which is the opposite sign of scipy's.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

_SMALL = 1e-6  # a shape nearer to 0 is Gumbel's
_STEP = 3e-5  # of finite differences, on the scale of the sample
_ROUNDS = 60


def negative_log_likelihood(parameters: Floats, values: Floats) -> Floats:
    """Of (cells, 3) and (cells, values); infinite where a value cannot be. NaN values are none."""
    location, scale, shape = (parameters[..., i, None] for i in range(3))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        z = (values - location) / scale
        gumbel = np.abs(shape) < _SMALL
        inside = 1 + shape * z
        logarithm = np.where(gumbel, z, np.log(inside) / np.where(gumbel, 1.0, shape))
        each = np.log(scale) + (1 + shape) * logarithm + np.exp(-logarithm)
        each = np.where((inside > 0) | gumbel, each, np.inf)
        each = np.where(np.isnan(values), 0.0, each)
        total: Floats = np.where(scale[..., 0] > 0, each.sum(axis=-1), np.inf)
    return total


def fitted(values: Floats) -> tuple[Floats, Floats]:
    """Parameters of greatest likelihood and their covariance, for (cells, values) with gaps.

    NaN where no maximum is found, which is so for the rare sample whose shape runs away.
    """
    # By quartiles: one giant would set the scale of a standard deviation alone.
    low, middle, high = np.nanquantile(values, [0.25, 0.5, 0.75], axis=-1)[..., None]
    spread = np.where(high > low, (high - low) / 1.35, np.nanstd(values, axis=-1, keepdims=True))
    scaled = (values - middle) / spread
    found = _by_l_moments(scaled)
    # A start that forbids a value, or is at the edge of that, is moved to Gumbel's distribution,
    # which forbids none.
    at_edge = (_derivatives(found, scaled)[0] == 0).all(axis=-1)
    found[at_edge | ~np.isfinite(negative_log_likelihood(found, scaled))] = [-0.2, 0.8, 0.0]
    best = negative_log_likelihood(found, scaled)
    settled = np.zeros(len(found), dtype=bool)
    for _ in range(_ROUNDS):
        gradient, curvature = _derivatives(found, scaled)
        values_of, vectors = np.linalg.eigh(curvature)
        # Downhill also where the likelihood is not yet bowl-shaped.
        turned = np.einsum("cij,ci->cj", vectors, gradient) / np.maximum(np.abs(values_of), 1e-3)
        step = -np.einsum("cij,cj->ci", vectors, turned)
        step *= np.minimum(1.0, 0.5 / np.maximum(np.abs(step).max(axis=-1), 1e-12))[:, None]
        moved = np.zeros(len(found), dtype=bool)
        for damped in 0.5 ** np.arange(12):
            trial = found + damped * step
            cost = negative_log_likelihood(trial, scaled)
            better = ~moved & ~settled & (cost < best)
            found[better], best[better] = trial[better], cost[better]
            moved |= better
        settled |= ~moved | (np.abs(step).max(axis=-1) < 1e-8)
        if settled.all():
            break
    gradient, curvature = _derivatives(found, scaled)
    least = np.linalg.eigvalsh(curvature)[:, 0]
    # Below a shape of -1 the likelihood grows without end.
    good = (np.abs(gradient).max(axis=-1) < 1e-2) & (least > 1e-6) & (found[:, 2] > -1)
    curvature[~good] = np.eye(3)
    covariance: Floats = np.linalg.inv(curvature).astype(np.float64)
    units = np.concatenate([spread, spread, np.ones_like(spread)], axis=-1)
    covariance *= units[:, :, None] * units[:, None, :]
    found = found * units
    found[:, 0] += middle[:, 0]
    found[~good], covariance[~good] = np.nan, np.nan
    return found, covariance


def levels(parameters: Floats, exceeded: Floats) -> Floats:
    """The values that are exceeded with these probabilities, (cells, probabilities)."""
    location, scale, shape = (parameters[:, i, None] for i in range(3))
    return location + scale * _above_location(shape, exceeded)


def variance_of_levels(parameters: Floats, covariance: Floats, exceeded: Floats) -> Floats:
    """The variance of those values, by the delta method."""
    scale, shape = parameters[:, 1, None], parameters[:, 2, None]
    by_scale = _above_location(shape, exceeded)
    by_shape = (
        _above_location(shape + _STEP, exceeded) - _above_location(shape - _STEP, exceeded)
    ) * (scale / (2 * _STEP))
    slope = np.stack([np.ones_like(by_scale), by_scale, by_shape], axis=-1)
    variance: Floats = np.einsum("cpi,cij,cpj->cp", slope, covariance, slope)
    return variance


def likelihood_at_level(sample: Floats, level: float, exceeded: float, start: Floats) -> float:
    """The least negative log-likelihood of all distributions with this return level."""

    def cost(numbers: Floats) -> float:
        scale, shape = float(np.exp(numbers[0])), float(numbers[1])
        above = _above_location(np.array([[shape]]), np.array([exceeded]))[0, 0]
        parameters = np.array([[level - scale * above, scale, shape]])
        return float(min(negative_log_likelihood(parameters, sample[None])[0], 1e10))

    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 400}
    begin = np.array([np.log(start[1]), start[2]])
    found = optimize.minimize(cost, begin, method="Nelder-Mead", options=options)
    return float(found.fun)


def _above_location(shape: Floats, exceeded: Floats) -> Floats:
    """How many scales the values are above the location."""
    reduced = -np.log(-np.log1p(-exceeded))  # Gumbel's
    gumbel = np.abs(shape) < _SMALL
    safe = np.where(gumbel, 1.0, shape)
    above: Floats = np.where(gumbel, reduced, np.expm1(safe * reduced) / safe)
    return above


def _derivatives(parameters: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Gradient and curvature of the negative log-likelihood, by central differences."""
    cells = len(parameters)
    unit = np.eye(3) * _STEP

    def cost(*moves: Floats) -> Floats:
        return negative_log_likelihood(parameters + sum(moves, np.zeros(3)), values)

    here = cost()
    gradient, curvature = np.zeros((cells, 3)), np.zeros((cells, 3, 3))
    with np.errstate(invalid="ignore"):  # infinite less infinite, at the edge
        for i in range(3):
            up, down = cost(unit[i]), cost(-unit[i])
            gradient[:, i] = (up - down) / (2 * _STEP)
            curvature[:, i, i] = (up - 2 * here + down) / _STEP**2
            for j in range(i):
                crossed = cost(unit[i], unit[j]) + cost(-unit[i], -unit[j])
                crossed -= cost(unit[i], -unit[j]) + cost(-unit[i], unit[j])
                curvature[:, i, j] = curvature[:, j, i] = crossed / (4 * _STEP**2)
    # There a difference is infinite, and no slope to follow.
    broken = ~(np.isfinite(gradient).all(axis=-1) & np.isfinite(curvature).all(axis=(-1, -2)))
    gradient[broken], curvature[broken] = 0.0, 0.0
    return gradient, curvature


def _by_l_moments(values: Floats) -> Floats:
    """Hosking's estimate, with his approximation of the shape."""
    ordered = np.sort(values, axis=-1)  # NaN last
    number = (~np.isnan(ordered)).sum(axis=-1, keepdims=True)
    rank = np.arange(ordered.shape[-1])
    filled = np.nan_to_num(ordered)
    first = filled.sum(axis=-1) / number[:, 0]
    second = (filled * rank / (number - 1)).sum(axis=-1) / number[:, 0]
    third = (filled * rank * (rank - 1) / ((number - 1) * (number - 2))).sum(axis=-1) / number[:, 0]
    spread = 2 * second - first
    skew = (6 * third - 6 * second + first) / spread
    c = 2 / (3 + skew) - np.log(2) / np.log(3)
    k = np.clip(7.8590 * c + 2.9554 * c**2, -0.9, 0.9)  # the opposite of our shape
    k = np.where(np.abs(k) < 1e-4, 1e-4, k)
    gamma = special.gamma(1 + k)
    scale = spread * k / ((1 - 2.0**-k) * gamma)
    location = first - scale * (1 - gamma) / k
    return np.stack([location, scale, -k], axis=-1)
