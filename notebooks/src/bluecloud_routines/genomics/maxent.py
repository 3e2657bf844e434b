"""Where a taxon is more likely than the water alone would have it: maximum entropy.

Of all distributions over the background whose features agree with those at the presences, within
a tolerance that shrinks with their number, the one nearest to the background is taken. It is the
limit of a penalised logistic regression in which the background weighs infinitely much (Fithian &
Hastie; Phillips et al. 2017); here that limit itself is solved, and not a regression with a large
weight.

The solver is a proximal Newton method: the loss is convex, its curvature is a covariance matrix,
and only the few features whose coefficients may differ from zero are ever in it.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, whole_number
from bluecloud_routines.genomics.boosting import matrix_of

CLASSES = "lqph"
# Tolerance by class and number of presences, in standard deviations: Phillips & Dudik (2008).
_LINEAR = ((10, 30, 100), (1.0, 0.2, 0.05))
_QUADRATIC = ((0, 10, 17, 30, 100), (1.3, 0.8, 0.5, 0.25, 0.05))
_PRODUCT = ((0, 10, 17, 30, 100), (2.6, 1.6, 0.9, 0.55, 0.05))
_HINGE = 0.5
_LEAST = 0.001  # of a feature's range: the smallest tolerance
_STEPS, _SWEEPS = 200, 1000
_ENOUGH = 1e-7  # largest departure from the conditions of the optimum


@dataclass(frozen=True)
class Features:
    """What is made of the measurements: each lies in 0 to 1 over the points it was made from.

    Attributes
    ----------
    classes
        Of ``l`` (the value), ``q`` (its square), ``p`` (products of two), ``h`` (hinges).
    low, high
        Range of each measurement; beyond it a point has the feature's value at the end.
    hinges
        Knots of each measurement.
    """

    classes: str
    low: Floats
    high: Floats
    hinges: int

    def of(self, points: Floats) -> Floats:
        """The features at points, (point, feature)."""
        width = np.where(self.high > self.low, self.high - self.low, 1.0)
        x = np.clip((points - self.low) / width, 0, 1)
        made = []
        if "l" in self.classes:
            made.append(x)
        if "q" in self.classes:
            made.append(x**2)
        if "p" in self.classes and x.shape[1] > 1:
            made.append(np.stack([x[:, i] * x[:, j] for i, j in combinations(range(x.shape[1]), 2)],
                                 axis=1))  # fmt: skip
        if "h" in self.classes:
            knots = np.linspace(0, 1, self.hinges)
            up = np.clip((x[:, :, None] - knots[:-1]) / (1 - knots[:-1]), 0, 1)
            down = np.clip((knots[1:] - x[:, :, None]) / knots[1:], 0, 1)
            made.append(np.concatenate([up, down], axis=2).reshape(len(x), -1))
        return np.concatenate(made, axis=1)

    def tolerance(self, at_presences: Floats, everywhere: Floats) -> Floats:
        """How far a feature's mean may stay from that at the presences, at a beta of 1."""
        number = len(at_presences)
        count = len(self.low)
        table = _PRODUCT if "p" in self.classes else _QUADRATIC if "q" in self.classes else _LINEAR
        smooth = sum(
            size for each, size in (("l", count), ("q", count), ("p", count * (count - 1) // 2))
            if each in self.classes
        )  # fmt: skip
        share = np.full(at_presences.shape[1], _HINGE)
        share[:smooth] = np.interp(number, *table)
        spread = at_presences.std(axis=0, ddof=1)
        spread[smooth:] = np.maximum(spread[smooth:], 1 / np.sqrt(number))
        least = _LEAST * np.ptp(everywhere, axis=0)
        return np.asarray(np.maximum(share * spread / np.sqrt(number), least))


@dataclass(frozen=True)
class Maxent:
    """A fitted model.

    Attributes
    ----------
    features
        What is made of the measurements.
    coefficients
        Of each feature; most are zero.
    tolerance
        Of each feature.
    log_sum
        So that the ratio is 1 in the background's mean.
    entropy
        Of the distribution beside the background; 0 is the background's own, and less is sharper.
    """

    features: Features
    coefficients: Floats
    tolerance: Floats
    log_sum: float
    entropy: float

    def ratio(self, points: Floats) -> Floats:
        """How much likelier each point is than the background's mean."""
        return np.exp(self._log_ratio(points))

    def cloglog(self, points: Floats) -> Floats:
        """Suitability of each point, 0 to 1; a presence's typical point has 63 %.

        Beyond the range of the points it was fitted to, features stay at their ends.
        """
        return np.asarray(-np.expm1(-np.exp(self.entropy + self._log_ratio(points))))

    def _log_ratio(self, points: Floats) -> Floats:
        values = matrix_of(points, "points")
        if values.shape[1] != len(self.features.low):
            raise ValuesError(
                f"the points have {values.shape[1]} measurements, the model "
                f"{len(self.features.low)}: they need the same"
            )
        made = self.features.of(values)
        return np.asarray(made @ self.coefficients - self.log_sum)


def maxent(
    presences: Floats,
    background: Floats,
    *,
    weights: Floats | None = None,
    classes: str = "lqh",
    beta: float = 1.0,
    hinges: int = 10,
) -> Maxent:
    """A maximum entropy model of presences among background points.

    Parameters
    ----------
    presences, background
        Measurements at points, (point, measurement), finite; 3 presences or more. Presences are
        counted among the background too.
    weights
        Of the background's points, above zero; 1 each without it. A presence weighs 1.
    classes
        One or more of ``l`` linear, ``q`` quadratic, ``p`` product and ``h`` hinge features.
    beta
        Multiplier of the tolerance, 0.1 to 20: more gives a smoother model.
    hinges
        Knots of each measurement, 2 to 100.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If there are too few points, a value is missing or infinite, no measurement varies, or a
        weight is not above zero.

    References
    ----------
    Phillips et al. (2006), https://doi.org/10.1016/j.ecolmodel.2005.03.026;
    Phillips & Dudik (2008), https://doi.org/10.1111/j.0906-7590.2008.5203.x;
    Phillips et al. (2017), https://doi.org/10.1111/ecog.03049
    """
    if not classes or set(classes) - set(CLASSES):
        raise ParameterError(f"classes is {classes!r}: one or more letters of {CLASSES!r}")
    if not 0.1 <= beta <= 20:
        raise ParameterError(f"beta is {beta!r}: 0.1 to 20 is allowed")
    whole_number("hinges", hinges, 2, 100)
    present, other = matrix_of(presences, "presences"), matrix_of(background, "background")
    if len(present) < 3 or not len(other) or present.shape[1] != other.shape[1]:
        raise ValuesError(
            f"presences are {present.shape}, background {other.shape}: 3 presences, a background "
            "point and the same measurements are needed"
        )
    share = np.ones(len(other)) if weights is None else np.asarray(weights, dtype=np.float64)
    if share.shape != (len(other),) or not (np.isfinite(share) & (share > 0)).all():
        raise ValuesError("each background point needs a weight that is finite and above zero")
    every = np.vstack([present, other])
    low, high = every.min(axis=0), every.max(axis=0)
    if not (high > low).any():
        raise ValuesError("no measurement varies between the points: there is nothing to learn")
    features = Features(classes, low, high, hinges)
    made = np.asfortranarray(features.of(every))  # columns are taken of it, again and again
    mean = made[: len(present)].mean(axis=0)
    tolerance = beta * features.tolerance(made[: len(present)], made)
    weight = np.concatenate([np.ones(len(present)), share])
    weight /= weight.sum()
    coefficients = _solved(
        made, weight, mean, np.where(np.ptp(made, axis=0) > 0, tolerance, np.inf)
    )
    exponent = made @ coefficients
    log_sum, density = _loss(exponent, weight)
    entropy = float(-(density @ (exponent - log_sum)))
    return Maxent(features, coefficients, tolerance, log_sum, entropy)


def _solved(made: Floats, weight: Floats, mean: Floats, tolerance: Floats) -> Floats:
    """The coefficients: least of log sum weight exp(made b) - mean b + tolerance |b|."""
    size = made.shape[1]
    found = np.zeros(size)
    value, density = _loss(made @ found, weight)
    for _ in range(_STEPS):
        expected = made.T @ density
        slope = expected - mean
        free = (found != 0) | (np.abs(slope) > tolerance)
        off = np.where(
            found != 0, np.abs(slope + np.sign(found) * np.where(found != 0, tolerance, 0)),
            np.maximum(np.abs(slope) - tolerance, 0),
        )  # fmt: skip
        if off.max() < _ENOUGH:
            break
        part = made[:, free]
        curvature = (part * density[:, None]).T @ part - np.outer(expected[free], expected[free])
        aim = _nearest(curvature, slope[free], found[free], tolerance[free])
        move = np.zeros(size)
        move[free] = aim - found[free]
        value, density, found = _stepped(
            made, weight, (mean, tolerance), (found, move), (value, slope)
        )
    else:
        raise ValuesError(
            f"the model did not come to rest in {_STEPS} steps: a larger beta may help, or fewer "
            "features"
        )
    return found


def _stepped(
    made: Floats,
    weight: Floats,
    aim: tuple[Floats, Floats],
    where: tuple[Floats, Floats],
    now: tuple[float, Floats],
) -> tuple[float, Floats, Floats]:
    """The longest of whole, half, quarter, ... steps that lowers the penalised loss enough."""
    (mean, tolerance), (found, move), (value, slope) = aim, where, now
    cost = np.where(np.isfinite(tolerance), tolerance, 0)
    penalty = cost @ np.abs(found)
    promised = slope @ move + cost @ np.abs(found + move) - penalty
    before = value - mean @ found + penalty
    length = 1.0
    while True:
        tried = found + length * move
        loss, density = _loss(made @ tried, weight)
        after = loss - mean @ tried + cost @ np.abs(tried)
        if after <= before + 1e-4 * length * promised or length < 1e-6:
            return loss, density, tried
        length /= 2


def _loss(exponent: Floats, weight: Floats) -> tuple[float, Floats]:
    """Log of the weighted sum of exponentials, and each point's part of it."""
    top = exponent.max()
    parts = weight * np.exp(exponent - top)
    total = parts.sum()
    return float(top + np.log(total)), parts / total


def _nearest(curvature: Floats, slope: Floats, start: Floats, tolerance: Floats) -> Floats:
    """The least of the penalised quadratic around ``start``, a coordinate at a time."""
    own = np.diagonal(curvature) + 1e-12
    found, pull = start.copy(), slope.copy()  # the pull is the quadratic's slope at found
    every = np.arange(len(start))
    active = every
    for _ in range(_SWEEPS):
        largest = 0.0
        for j in active:
            free = found[j] - pull[j] / own[j]
            after = np.sign(free) * max(abs(free) - tolerance[j] / own[j], 0.0)
            change = after - found[j]
            if change:
                pull += curvature[:, j] * change
                found[j] = after
                largest = max(largest, abs(change) * np.sqrt(own[j]))
        if largest < 1e-9:
            if active is every:
                break
            active = every
        else:
            active = np.flatnonzero(found) if active is every else active
    return found
