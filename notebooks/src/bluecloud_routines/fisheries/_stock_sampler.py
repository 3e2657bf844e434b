"""Draws from the posterior of a stock, by many chains at once and in numpy alone.

Each round has five kinds of moves, each of which leaves the posterior as it is:

- differential evolution (ter Braak 2006; from a pool of earlier states as in ter Braak and Vrugt
  2008) of log r, log k, log q, the logarithm of the process variance, and the slow shapes of the
  whole path of biomass; what is rough in the path grows and shrinks with the process error;
- the process variance from its own distribution, given the path;
- a random walk of the index's variance;
- the biomass of all even years, then of all odd years: given its neighbours, no even year
  depends on another (a checkerboard in time);
- the errors of all catches, which are independent given the path.

The pool is of the warm-up's second half and is not added to afterwards; so the chains of the
kept draws do not depend on each other, and their agreement means something.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import legvander
from numpy.typing import NDArray

from bluecloud_routines.fisheries._convergence import agree
from bluecloud_routines.fisheries._stock_model import INDEX, PROCESS, Model, Years

Floats = NDArray[np.float64]

_EVOLUTIONS = 2  # a round
_SHAPES = 6  # level, slope, bend and so on, as polynomials
_RENEWAL = 10  # rounds of the warm-up between two pools
_KEPT_OF_ERROR = 0.6  # of a catch's error in its proposal


@dataclass(frozen=True)
class Draws:
    """What was drawn, by (draw, chain) or (draw, year, chain).

    Attributes
    ----------
    log_r, log_k, log_q, process_variance, index_variance
        The last is what is added to the floor of the index's variance.
    share
        B/k of each year.
    catch
        What was caught, its error taken into account.
    thin
        One in how many rounds was kept.
    """

    log_r: Floats
    log_k: Floats
    log_q: Floats
    process_variance: Floats
    index_variance: Floats
    share: Floats
    catch: Floats
    thin: int


class Chains:
    """The present state of all chains; every move changes it in place."""

    def __init__(self, model: Model, chains: int, random: np.random.Generator) -> None:
        self.model, self.random, self.count = model, random, chains
        priors, length = model.priors, model.length
        spread = np.linalg.cholesky(priors.covariance)
        pair = priors.mean[:, None] + spread @ random.standard_normal((2, chains))
        q = priors.log_q[0] + priors.log_q[1] * random.standard_normal(chains)
        self.parameters = np.vstack([pair, q])
        self.process = 1 / random.gamma(PROCESS[0], 1 / PROCESS[1], chains)
        self.index = 1 / random.gamma(INDEX[0], 1 / INDEX[1], chains)
        # Straight lines between shares of the priors: far more spread than the posterior.
        known = sorted(priors.shares)
        corners = np.array([random.beta(*priors.shares[year], chains) for year in known])
        years = np.arange(length)
        lines = [np.interp(years, known, np.log(corner)) for corner in corners.T]
        self.log_share = np.clip(np.array(lines).T, np.log(0.02), np.log(0.99))
        self.error = model.catch_sd * random.standard_normal((length, chains))
        self.log_caught = model.log_catch + self.error - self.parameters[1]
        self._shapes = legvander(np.linspace(-1, 1, length), _SHAPES - 1)
        self._onto_shapes = np.linalg.pinv(self._shapes)
        self._refresh()

    def _refresh(self) -> None:
        model = self.model
        self.growth = np.exp(self.parameters[0])
        self.share, self.caught = np.exp(self.log_share), np.exp(self.log_caught)
        self.expected = model.predicted(self.share, self.growth, self.caught)
        self.noise = model.index_floor + self.index
        self.log_qk = self.parameters[1] + self.parameters[2]
        self._tell()

    def _tell(self) -> None:
        """What index, priors and penalties say of each year; moves keep it up to date."""
        self.told = self.model.by_year(
            self.model.all, self.log_share, self.log_caught, self.log_qk, self.noise
        )

    def outline(self) -> Floats:
        """The parameters and the shape of the path, as the pool holds them."""
        slow = self._onto_shapes @ self.log_share
        return np.concatenate([self.parameters, np.log(self.process)[None], slow])

    def round(self, pool: Floats) -> None:
        """One of each move, and some of differential evolution."""
        for _ in range(_EVOLUTIONS):
            self._evolve(pool)
        self._vary()
        self._walk(self.model.even)
        self._walk(self.model.odd)
        self._catch()

    def _accepted(self, gain: Floats) -> NDArray[np.bool_]:
        chosen: NDArray[np.bool_] = -self.random.standard_exponential(gain.shape) < gain
        return chosen

    def _evolve(self, pool: Floats) -> None:
        model, random = self.model, self.random
        of, at = random.integers(0, pool.shape[1], (2, self.count))
        # Now and then the whole difference, which leads from one mode to another.
        scale = 1.0 if random.random() < 0.1 else 2.38 / np.sqrt(2 * pool.shape[0])
        jump = (pool[:, of] - pool[:, at]) * scale * random.lognormal(0, 0.3, self.count)
        parameters = self.parameters + jump[:3]
        # The rough part keeps its size against the process error: hence the determinant below.
        slow = self._onto_shapes @ self.log_share
        rougher = np.exp(0.5 * jump[3])
        log_share = self.log_share * rougher
        log_share += self._shapes @ (slow * (1 - rougher) + jump[4:])
        process = self.process * np.exp(jump[3])
        log_caught = self.log_caught - jump[1]
        share, caught = np.exp(log_share), np.exp(log_caught)
        growth, log_qk = np.exp(parameters[0]), parameters[1] + parameters[2]
        expected = model.predicted(share, growth, caught)
        told = model.by_year(model.all, log_share, log_caught, log_qk, self.noise)
        gain = told.sum(axis=0) - self.told.sum(axis=0)
        gain -= (0.5 * _squares(log_share, expected) + PROCESS[1]) / process
        gain += (0.5 * self._squares() + PROCESS[1]) / self.process
        # Density of the logarithm of the variance, of the process, and the determinant.
        power = -PROCESS[0] - 0.5 * (model.length - 1) + 0.5 * (model.length - _SHAPES)
        gain += power * jump[3]
        gain += model.prior(parameters) - model.prior(self.parameters)
        accepted = self._accepted(gain)
        for now, then in (
            (self.parameters, parameters),
            (self.log_share, log_share),
            (self.log_caught, log_caught),
            (self.share, share),
            (self.caught, caught),
            (self.expected, expected),
            (self.growth, growth),
            (self.log_qk, log_qk),
            (self.process, process),
            (self.told, told),
        ):
            np.copyto(now, then, where=accepted)

    def _squares(self) -> Floats:
        return _squares(self.log_share, self.expected)

    def _vary(self) -> None:
        model, random = self.model, self.random
        shape, scale = PROCESS
        shape += 0.5 * (model.length - 1)
        self.process = (scale + 0.5 * self._squares()) / random.standard_gamma(shape, self.count)
        step = 0.8 * random.standard_normal(self.count)
        index = self.index * np.exp(step)
        noise = model.index_floor + index
        squares = model.misfit(self.log_share, self.log_qk)
        gain = -0.5 * squares * (1 / noise - 1 / self.noise)
        gain -= 0.5 * model.seen_years * np.log(noise / self.noise)
        gain -= INDEX[0] * step + INDEX[1] * (1 / index - 1 / self.index)
        accepted = self._accepted(gain)
        self.index = np.where(accepted, index, self.index)
        self.noise = model.index_floor + self.index
        self._tell()

    def _walk(self, years: Years) -> None:
        """Move the biomass of every other year, each for itself."""
        model, part = self.model, years.part
        now, log_caught = self.log_share[part], self.log_caught[part]
        # The deviation that a normal of the same precision would have, and 2.2 of it.
        size = 2.2 / np.sqrt(1.7 / self.process + 1 / self.noise)
        then = now + size * self.random.standard_normal(now.shape)
        share = np.exp(then)
        expected = model.predicted(share, self.growth, self.caught[part])
        told = model.by_year(years, then, log_caught, self.log_qk, self.noise)
        gain = told - self.told[part]
        first = part.start
        # The first year has none before it: what stands there is taken out by `begun`.
        before = np.concatenate([self.expected[:1], self.expected[:-1]])[part]
        change = ((then - before) ** 2 - (now - before) ** 2) * years.begun
        after = self.log_share[first + 1 :: 2]
        count = len(after)
        change[:count] += (after - expected[:count]) ** 2
        change[:count] -= (after - self.expected[part][:count]) ** 2
        gain -= 0.5 * change / self.process
        accepted = self._accepted(gain)
        for state, moved in (
            (self.log_share, then),
            (self.share, share),
            (self.expected, expected),
            (self.told, told),
        ):
            np.copyto(state[part], moved, where=accepted)

    def _catch(self) -> None:
        """Move the errors of all catches; the proposal keeps their prior."""
        model = self.model
        fresh = self.random.standard_normal(self.error.shape)
        fresh *= model.catch_sd * np.sqrt(1 - _KEPT_OF_ERROR**2)
        error = _KEPT_OF_ERROR * self.error + fresh
        log_caught = self.log_caught + (error - self.error)
        caught = np.exp(log_caught)
        expected = model.predicted(self.share, self.growth, caught)
        relief = model.too_much(self.log_share, self.log_caught)
        relief -= model.too_much(self.log_share, log_caught)
        gain = relief.copy()
        after = self.log_share[1:]
        change = (after - expected[:-1]) ** 2 - (after - self.expected[:-1]) ** 2
        gain[:-1] -= 0.5 * change / self.process
        accepted = self._accepted(gain)
        for now, then in (
            (self.error, error),
            (self.log_caught, log_caught),
            (self.caught, caught),
            (self.expected, expected),
            (self.told, self.told + relief),
        ):
            np.copyto(now, then, where=accepted)


def draw(
    model: Model,
    *,
    kept: int,
    chains: int,
    most_thin: int,
    warm_up: int,
    random: np.random.Generator,
) -> Draws:
    """So many kept draws of each chain, after a warm-up of so many rounds.

    Each round's draw is kept. While the chains do not agree, they go on for as long again and every
    other draw is dropped, up to one draw in ``most_thin`` rounds.
    """
    state = Chains(model, chains, random)
    past: list[Floats] = []
    pool = state.outline()
    for turn in range(warm_up):
        if turn and turn % _RENEWAL == 0:
            pool = np.concatenate(past[len(past) // 2 :], axis=1)
        state.round(pool)
        past.append(state.outline())
    pool = np.concatenate(past[len(past) // 2 :], axis=1)
    numbers = np.empty((kept, 5, chains))
    share = np.empty((kept, model.length, chains))
    catch = np.empty_like(share)
    thin, done = 1, 0
    while True:
        for each in range(done, kept):
            for _ in range(thin):
                state.round(pool)
            numbers[each, :3] = state.parameters
            numbers[each, 3], numbers[each, 4] = state.process, state.index
            share[each] = state.share
            np.multiply(state.caught, np.exp(state.parameters[1]), out=catch[each])
        watched = [*numbers[:, :4].transpose(1, 0, 2), share[:, -1]]
        if 2 * thin > most_thin or all(agree(each) for each in watched):
            log_r, log_k, log_q, process, index = numbers.transpose(1, 0, 2)
            return Draws(log_r, log_k, log_q, process, index, share, catch, thin)
        thin, done = 2 * thin, kept // 2
        for array in (numbers, share, catch):
            array[:done] = array[1 : 2 * done : 2].copy()


def _squares(log_share: Floats, expected: Floats) -> Floats:
    """The sum of squares of the process error."""
    error = log_share[1:] - expected[:-1]
    error *= error
    total: Floats = error.sum(axis=0)
    return total
