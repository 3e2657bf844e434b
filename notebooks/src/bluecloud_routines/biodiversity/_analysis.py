"""One analysis of numbers on a grid: background, field, error and how good it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bluecloud_routines.biodiversity._grid import Bools, Floats, Grid, interpolation
from bluecloud_routines.biodiversity._norm import (
    along_currents,
    background_precision,
    norm_constant,
)
from bluecloud_routines.biodiversity._system import System, factorised, inverse_diagonal
from bluecloud_routines.errors import ParameterError, ValuesError

# Of the correlation length. The error's reduction by an observation goes with the square of the
# kernel, which is nearly the kernel of this length, so that the analysis of ones with it is nearly
# the reduction by all (Beckers et al. 2014, "clever poor man's error"). The number is the
# least-squares fit of one to the other in the plane.
CPME_LENGTH = 1 / 1.70677

MOST_EXACT = 5_000


@dataclass(frozen=True)
class Prior:
    """What is known without observations: the norm's lengths, currents, and the trends.

    Attributes
    ----------
    lengths
        Correlation length along each dimension on the whole grid.
    trends
        (cells of sea, trends): fitted together with the field; empty for the plain mean.
    velocity
        Along each dimension, over its root mean square; none for no advection constraint.
    advection
        The weight of that constraint; 1 makes it as strong as the gradient's part of the norm.
    """

    grid: Grid
    lengths: tuple[Floats, ...]
    trends: Floats
    velocity: tuple[Floats, ...] = ()
    advection: float = 0.0

    def precision(self, scale: float = 1.0) -> sparse.csc_array:
        """The matrix of norm and constraint, with all lengths times ``scale``."""
        lengths = tuple(length * scale for length in self.lengths)
        precision = background_precision(self.grid, lengths)
        if not self.velocity or not self.advection:
            return precision
        # Time is not advected: velocity is along the last dimensions.
        scaled = tuple(u * length for u, length in zip(self.velocity, lengths, strict=True))
        along = along_currents(self.grid, scaled)
        constant = norm_constant(len(lengths)) * np.prod(np.broadcast_arrays(*lengths), axis=0)
        share = (self.advection * self.grid.volume / constant)[self.grid.sea]
        constraint = along.T @ sparse.diags_array(share, format="csr") @ along
        return (precision + constraint).tocsc()


@dataclass(frozen=True)
class Found:
    """An analysis: all fields are of the sea cells, all else of the observations used."""

    field: Floats
    background: Floats
    coefficients: Floats
    used: Bools
    at_observations: Floats
    system: System
    observe: sparse.csr_array


def analyse(
    prior: Prior,
    positions: tuple[Floats, ...],
    values: Floats,
    error: Floats,
    *,
    least: float | None = None,
) -> Found:
    """The field of least cost; ``error`` is epsilon2 of each observation.

    Raises
    ------
    ValuesError
        If no observation, or fewer than there are trends, lies in the sea of the grid.
    """
    observe, used = interpolation(prior.grid, positions)
    enough = prior.trends.shape[1] + 1
    if used.sum() < enough:
        raise ValuesError(
            f"{int(used.sum())} of {len(values)} observations lie in the sea of the grid: "
            f"{enough} are needed"
        )
    system = System.of(prior.precision(), observe, 1 / error[used])
    field_, background, coefficients = _solved(system, prior.trends, values[used], least)
    return Found(
        field_, background, coefficients, used, observe @ field_, system=system, observe=observe
    )


def _solved(
    system: System, trends: Floats, values: Floats, least: float | None
) -> tuple[Floats, Floats, Floats]:
    if trends.shape[1]:
        anomaly, coefficients = system.with_trend(values, system.observe @ trends)
        background = trends @ coefficients
    else:
        mean = float(np.average(values, weights=system.weight))
        coefficients, background = np.array([mean]), np.full(system.precision.shape[0], mean)
        anomaly = system.analysis(values - mean)
    if least is not None:
        at = system.observe @ background
        anomaly = system.no_less_than(least - background, values - at)
    return background + anomaly, background, coefficients


def relative_error(prior: Prior, found: Found, *, exact: bool) -> Floats:
    """The error variance of the analysis over that of the background, 0 to 1.

    Raises
    ------
    ParameterError
        If it is wanted exactly for more cells than can be.
    """
    if exact:
        size = prior.grid.size
        if size > MOST_EXACT:
            raise ParameterError(
                f"error is 'exact' on {size} cells: at most {MOST_EXACT}; use 'cpme'"
            )
        before = inverse_diagonal(factorised(found.system.precision), size)
        return np.clip(found.system.error_variance() / before, 0.0, 1.0)
    shorter = System.of(prior.precision(CPME_LENGTH), found.observe, found.system.weight)
    return np.clip(1 - shorter.analysis(np.ones(len(shorter.weight))), 0.0, 1.0)


def generalised_cross_validation(
    found: Found, values: Floats, random: np.random.Generator
) -> float:
    """The generalised cross-validator (Craven and Wahba 1978): a root mean square error."""
    weight = found.system.weight / found.system.weight.mean()
    misfit = float(np.mean(weight * (values[found.used] - found.at_observations) ** 2))
    return float(np.sqrt(misfit) / (1 - found.system.influence(random)))


@dataclass(frozen=True)
class LeftOut:
    """What an analysis of the others gives where observations were left out."""

    rows: NDArray[np.int64]
    predicted: Floats


def leave_out(
    prior: Prior,
    found: Found,
    values: Floats,
    *,
    fraction: float,
    least: float | None,
    random: np.random.Generator,
) -> LeftOut:
    """Analyse again without a random fraction of the observations used.

    Raises
    ------
    ValuesError
        If too few are left in, or none is left out.
    """
    rows = np.flatnonzero(found.used)
    number = round(fraction * len(rows))
    enough = prior.trends.shape[1] + 1
    if number < 1 or len(rows) - number < enough:
        raise ValuesError(
            f"cv_fraction is {fraction}: of {len(rows)} observations that leaves out {number}; "
            f"at least 1 must be left out and {enough} stay, or choose 0 for no validation"
        )
    order = random.permutation(len(rows))
    out, kept = np.sort(order[:number]), np.sort(order[number:])
    system = System.of(found.system.precision, found.observe[kept], found.system.weight[kept])
    field_, _, _ = _solved(system, prior.trends, values[rows[kept]], least)
    return LeftOut(rows[out], found.observe[out] @ field_)
