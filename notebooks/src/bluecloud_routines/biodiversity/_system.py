"""The equations of one analysis, factorised once and solved for many right-hand sides.

The field x that minimises (Hx - d)'R^-1(Hx - d) + x'B^-1x solves (B^-1 + H'R^-1H) x = H'R^-1d.
Its matrix is sparse, symmetric and positive definite; its inverse is the covariance P of the
error (Barth et al. 2014). All is in units of the background's variance.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from bluecloud_routines.biodiversity._grid import Bools, Floats
from bluecloud_routines.errors import ValuesError

# Columns of an inverse that are solved for at once: bounds the memory.
_COLUMNS = 256
_BOUND_STEPS = 100
# A trend is refused if its covariates are so nearly the same that it has no sense.
_WORST_CONDITION = 1e12


class Factor(Protocol):
    """What SuperLU gives: it solves."""

    def solve(self, right: Floats) -> Floats:
        """The solution for one right-hand side or for columns of them."""
        ...


def factorised(matrix: sparse.csc_array) -> Factor:
    """A symmetric positive definite matrix, ready to be solved with."""
    factor: Factor = splu(
        sparse.csc_matrix(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    return factor


@dataclass(frozen=True)
class System:
    """One analysis's equations.

    Attributes
    ----------
    precision
        B^-1 and, if there are any, further constraints.
    observe
        H: from the unknowns to the observations.
    weight
        1 / epsilon2 of each observation.
    factor
        Of ``precision + H'R^-1H``.
    """

    precision: sparse.csc_array
    observe: sparse.csr_array
    weight: Floats
    factor: Factor

    @classmethod
    def of(cls, precision: sparse.csc_array, observe: sparse.csr_array, weight: Floats) -> "System":
        """Factorise; this is where the time goes."""
        weighted = sparse.diags_array(weight, format="csr") @ observe
        return cls(precision, observe, weight, factorised(precision + observe.T @ weighted))

    def right(self, anomalies: Floats) -> Floats:
        """H'R^-1d, for one set of observations or for columns of them."""
        weight = self.weight if anomalies.ndim == 1 else self.weight[:, None]
        value: Floats = self.observe.T @ (weight * anomalies)
        return value

    def analysis(self, anomalies: Floats) -> Floats:
        """The field, for one set of observations or for columns of them."""
        return self.factor.solve(self.right(anomalies))

    def with_trend(self, values: Floats, covariates: Floats) -> tuple[Floats, Floats]:
        """Field and coefficients of a linear trend, found together.

        The covariates (observations, trends) have no prior: this is universal kriging with the
        covariance of the norm, and with a constant alone ordinary kriging.

        Raises
        ------
        ValuesError
            If the covariates at the observations depend on one another.
        """
        fields = self.analysis(np.column_stack([values, covariates]))
        explained = self.observe @ fields
        left = covariates - explained[:, 1:]
        weighted = self.weight[:, None] * covariates
        normal = weighted.T @ left
        if np.linalg.cond(normal) > _WORST_CONDITION:
            raise ValuesError(
                "the covariates at the observations depend on one another, or are constant "
                "there: leave some of them out"
            )
        coefficients: Floats = np.linalg.solve(normal, weighted.T @ (values - explained[:, 0]))
        return fields[:, 0] - fields[:, 1:] @ coefficients, coefficients

    def error_variance(self) -> Floats:
        """The diagonal of P, exactly: one solution for each unknown."""
        return inverse_diagonal(self.factor, self.precision.shape[0])

    def influence(self, random: np.random.Generator, *, probes: int = 10) -> float:
        """The mean of the diagonal of HPH'R^-1, estimated as Girard (1989) does."""
        if not len(self.weight):
            return 0.0
        signs = random.choice([-1.0, 1.0], size=(len(self.weight), probes))
        return float(np.mean(signs * (self.observe @ self.analysis(signs))))

    def no_less_than(self, least: Floats, anomalies: Floats) -> Floats:
        """The field of least norm and misfit that is nowhere below ``least``.

        The cells that lie on the bound are found step by step (a primal-dual active set); with
        them held, the others are solved for. The cost is strictly convex, so that the field
        found is the only one.

        Raises
        ------
        ValuesError
            If the set of cells on the bound is not found.
        """
        weighted = sparse.diags_array(self.weight, format="csr") @ self.observe
        matrix = (self.precision + self.observe.T @ weighted).tocsr()
        right = self.right(anomalies)
        held: Bools = np.zeros(len(right), dtype=bool)
        field, force = self.factor.solve(right), np.zeros(len(right))
        for _ in range(_BOUND_STEPS):
            on_bound = force + matrix.diagonal() * (least - field) > 0
            if (on_bound == held).all():
                return np.maximum(field, least)
            held = on_bound
            free = ~held
            field = np.where(held, least, 0.0)
            rows = matrix[free]
            reduced = factorised(rows[:, free].tocsc())
            field[free] = reduced.solve(right[free] - rows[:, held] @ least[held])
            force = np.where(held, matrix @ field - right, 0.0)
        raise ValuesError(
            f"no field that keeps above its lower bound was found in {_BOUND_STEPS} steps: use a "
            "larger epsilon2, or no bound"
        )


def inverse_diagonal(factor: Factor, size: int) -> Floats:
    """The diagonal of the inverse of what was factorised."""
    diagonal = np.empty(size)
    for first in range(0, size, _COLUMNS):
        here = np.arange(first, min(first + _COLUMNS, size))
        columns = np.zeros((size, len(here)))
        columns[here, here - first] = 1.0
        diagonal[here] = factor.solve(columns)[here, here - first]
    return diagonal
