"""Growth from lengths: curves scored all at once, against scipy's search over one by one.

The peer is the plain way to write ELEFAN: a score that follows the cohorts of one curve through
the samples, and scipy's differential evolution around it. Both are given the same beginning,
population and number of generations, and end at the same curve.
"""

import time

import numpy as np
import xarray as xr
from scipy.optimize import differential_evolution

from bluecloud_routines.fisheries import Growth, fit_growth, restructured, simulated_lengths
from tests.bench.ratio import Ratio

_REPEATS = 3
_LINF, _K = (70.0, 95.0), (0.2, 1.0)
_POPULATION, _GENERATIONS = 80, 40


def run() -> list[Ratio]:
    """Time both, and see that they end at the same growth."""
    lengths = simulated_lengths()
    ours, peer = float("inf"), float("inf")
    for turn in range(_REPEATS):
        begin = time.perf_counter()
        fit = fit_growth(
            lengths,
            linf=_LINF,
            k=_K,
            starts=1,
            population=_POPULATION,
            generations=_GENERATIONS,
        )
        ours = min(ours, time.perf_counter() - begin)
        if turn == 0:  # once is enough for what takes so much longer
            begin = time.perf_counter()
            curve, score = plain_fit(lengths)
            peer = time.perf_counter() - begin
    np.testing.assert_allclose(fit.score, score, rtol=1e-9)
    assert fit.growth == curve
    return [
        Ratio(
            name="growth from 12 samples of lengths, 40 generations of 80 curves",
            peer_name="scipy around one curve at a time",
            ours=ours,
            peer=peer,
            unit="s",
            target=1 / 10,
            note=f"the same curve, Rn {fit.score:.3f}",
        )
    ]


def plain_fit(lengths: xr.DataArray) -> tuple[Growth, float]:
    """The best curve that scipy's search finds, scoring one curve at a time."""
    score = PlainScore(restructured(lengths))
    found = differential_evolution(
        lambda each: 1 - np.log10(10 * score(Growth(*each))),
        [_LINF, _K, (0, 1), (0, 1), (0, 1)],
        updating="deferred",
        strategy="rand1bin",
        popsize=_POPULATION // 5,
        maxiter=_GENERATIONS,
        tol=1e-6,
        polish=False,
        rng=np.random.default_rng((1, 0)),
    )
    best = Growth(*(float(value) for value in found.x))
    return best, score(best)


class PlainScore:
    """Rn of a curve, by following each cohort through each sample."""

    def __init__(self, scores: xr.DataArray) -> None:
        middles = scores["length"].values
        self.width = middles[1] - middles[0]
        self.lowest = middles[0] - self.width / 2
        days = (scores["time"].values - np.datetime64("2000-01-01")) / np.timedelta64(1, "D")
        self.samples = []
        self.available = 0.0
        for year, row in zip(days / 365.25, scores.values.tolist(), strict=True):
            peak: list[int] = []
            for at, score in enumerate(row):
                joined = at > 0 and score > 0 and row[at - 1] > 0
                peak.append(peak[-1] if joined else at)
            highest: dict[int, float] = {}
            for which, score in zip(peak, row, strict=True):
                highest[which] = max(highest.get(which, 0.0), score)
            self.available += sum(highest.values())
            self.samples.append((float(year), row, peak))

    def __call__(self, growth: Growth) -> float:
        explained = 0.0
        oldest = float(np.log(20)) / growth.k
        for year, row, peak in self.samples:
            youngest = (year - growth.anchor) % 1
            ages = youngest + np.arange(int(np.ceil(oldest)) + 1)
            lengths = growth.length(ages[ages <= oldest])
            hit: dict[int, float] = {}
            for at in np.floor((lengths - self.lowest) / self.width).astype(int).tolist():
                if 0 <= at < len(row):
                    hit[peak[at]] = max(hit.get(peak[at], row[at]), row[at])
            explained += sum(hit.values())
        return float(10 ** (explained / self.available) / 10)
