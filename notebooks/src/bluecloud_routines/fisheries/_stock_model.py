"""The state-space model of a stock: how likely a path of its biomass is, in parts by year.

All states are (year, chain), of as many chains as are followed at once: no loop is over either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.fisheries._stock_priors import Priors

Floats = NDArray[np.float64]

# Inverse-gamma priors of the variances of process and index: shape, scale.
PROCESS = (2.0, 0.01)
INDEX = (4.0, 0.01)

_LEAST = 0.001  # of B/k before the process error, as production minus catch may be negative
_PENALTY = 0.5 / 0.1**2  # of a logarithm beyond its limit, as of a normal with this deviation
_HIGHEST, _LOWEST = np.log(1.1), np.log(0.01)  # of log B/k
_MOST_CAUGHT = np.log(0.9)  # of the biomass in a year


@dataclass(frozen=True)
class Years:
    """Some of the years, and what is known of them, as columns over chains."""

    part: slice
    seen: Floats  # 1 where there is an index
    log_index: Floats  # 0 where there is none
    begun: Floats  # 0 in the first year, that no other precedes
    prior_rows: NDArray[np.intp]  # of these years
    prior_powers: tuple[Floats, Floats]  # of P and of 1 - P


class Model:
    """The parts of the logarithm of the posterior density."""

    def __init__(
        self, catch: Floats, index: Floats, priors: Priors, *, catch_cv: float, index_cv: float
    ) -> None:
        self.priors = priors
        self.length = len(catch)
        self.log_catch = np.log(catch)[:, None]
        self.catch_sd = float(np.sqrt(np.log1p(catch_cv**2)))
        self.index_floor = float(np.log1p(index_cv**2))
        seen = ~np.isnan(index)
        self._seen = seen.astype(float)[:, None]
        self._log_index = np.log(np.where(seen, index, 1.0))[:, None]
        self.seen_years = float(seen.sum())
        self._precision = np.linalg.inv(priors.covariance)
        self.all = self._years(slice(0, None))
        self.even = self._years(slice(0, None, 2))
        self.odd = self._years(slice(1, None, 2))

    def _years(self, part: slice) -> Years:
        positions = np.arange(self.length)[part].tolist()
        rows = [row for row, year in enumerate(positions) if year in self.priors.shares]
        shares = [self.priors.shares[positions[row]] for row in rows]
        # The first year's is a prior of its logarithm, which is what moves: one power more.
        first = np.array([float(positions[row] == 0) for row in rows])[:, None]
        powers = np.array(shares).reshape(-1, 2)
        begun = np.ones((len(positions), 1))
        begun[0] = float(positions[0] > 0)
        return Years(
            part=part,
            seen=self._seen[part],
            log_index=self._log_index[part],
            begun=begun,
            prior_rows=np.array(rows, dtype=np.intp),
            prior_powers=(powers[:, :1] - 1 + first, powers[:, 1:] - 1),
        )

    def predicted(self, share: Floats, growth: Floats, caught: Floats) -> Floats:
        """The logarithm of next year's B/k, from this year's and the catch over k."""
        after = share * 4
        np.minimum(after, 1, out=after)  # fewer young below a quarter
        after *= growth
        after *= 1 - share
        after += 1
        after *= share
        after -= caught
        np.maximum(after, _LEAST, out=after)
        return np.log(after, out=after)

    def by_year(
        self, years: Years, log_share: Floats, log_caught: Floats, log_qk: Floats, noise: Floats
    ) -> Floats:
        """What index, priors of B/k and penalties say of each of some years."""
        out = years.log_index - log_qk
        out -= log_share
        out *= out
        out *= years.seen
        out /= noise
        out *= -0.5
        out -= self.too_much(log_share, log_caught)
        outside = np.maximum(log_share - _HIGHEST, _LOWEST - log_share)
        np.maximum(outside, 0, out=outside)
        outside *= outside
        outside *= _PENALTY
        out -= outside
        rows = years.prior_rows
        if rows.size:
            at = log_share[rows]
            rest = -np.expm1(at)
            inside = rest > 0
            low, high = years.prior_powers
            density = low * at + high * np.log(np.where(inside, rest, 1.0))
            out[rows] += np.where(inside, density, -np.inf)
        return out

    def too_much(self, log_share: Floats, log_caught: Floats) -> Floats:
        """The penalty of a catch that leaves next to nothing."""
        over = log_caught - log_share
        over -= _MOST_CAUGHT
        np.maximum(over, 0, out=over)
        over *= over
        over *= _PENALTY
        return over

    def prior(self, parameters: Floats) -> Floats:
        """Of log r, log k and log q (in rows)."""
        growth, size = parameters[:2] - self.priors.mean[:, None]
        precision = self._precision
        out = precision[0, 0] * growth**2 + precision[1, 1] * size**2
        out += 2 * precision[0, 1] * growth * size
        middle, sd = self.priors.log_q
        out += ((parameters[2] - middle) / sd) ** 2
        scaled: Floats = -0.5 * out
        return scaled

    def misfit(self, log_share: Floats, log_qk: Floats) -> Floats:
        """The sum of squares of the index's logarithm about the biomass."""
        residual = self._log_index - log_qk - log_share
        residual *= residual
        residual *= self._seen
        total: Floats = residual.sum(axis=0)
        return total
