"""Whether chains agree, and how many independent draws theirs are worth.

Both numbers are those of Vehtari et al. (2021): each chain is split in two, the draws are
replaced by normal scores of their ranks, and R-hat is the greater of that of the draws and that
of their distance from the median.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

Floats = NDArray[np.float64]

# Of 64 chains of some hundred draws R-hat is a little above 1 by their shortness alone.
WORST_R_HAT = 1.05
LEAST_ESS = 400.0


def agree(draws: Floats) -> bool:
    """Whether the chains agree, and are worth enough independent draws."""
    return split_r_hat(draws) <= WORST_R_HAT and bulk_ess(draws) >= LEAST_ESS


def split_r_hat(draws: Floats) -> float:
    """Rank-normalised split R-hat of draws (draw, chain); near 1 where the chains agree."""
    halves = _split(draws)
    folded = np.abs(halves - np.median(halves))
    return max(_r_hat(_normal_scores(halves)), _r_hat(_normal_scores(folded)))


def bulk_ess(draws: Floats) -> float:
    """How many independent draws those of (draw, chain) are worth, about their middle."""
    scores = _normal_scores(_split(draws))
    length, chains = scores.shape
    within, total = _variances(scores)
    if total == 0:
        return float("nan")
    spectrum = np.fft.rfft(scores - scores.mean(axis=0), 2 * length, axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[:length].mean(axis=1) / length
    correlation = 1 - (within - covariance) / total
    correlation[0] = 1.0
    # Geyer's initial monotone sequence: sums of pairs, while they are positive.
    pairs = correlation[: length // 2 * 2].reshape(-1, 2).sum(axis=1)
    negative = np.flatnonzero(pairs < 0)
    kept = np.minimum.accumulate(pairs[: negative[0]] if negative.size else pairs)
    size = length * chains
    # No credit without bound for draws that alternate, as the paper has it.
    return float(size / max(2 * kept.sum() - 1, 1 / np.log10(size)))


def _split(draws: Floats) -> Floats:
    half = draws.shape[0] // 2
    return np.concatenate([draws[:half], draws[-half:]], axis=1)


def _normal_scores(draws: Floats) -> Floats:
    ranks = rankdata(draws).reshape(draws.shape)
    scores: Floats = ndtri((ranks - 0.375) / (draws.size + 0.25))
    return scores


def _variances(draws: Floats) -> tuple[float, float]:
    """The variance within chains, and that of all that they make together."""
    length = draws.shape[0]
    within = float(draws.var(axis=0, ddof=1).mean())
    between = float(draws.mean(axis=0).var(ddof=1))
    return within, within * (length - 1) / length + between


def _r_hat(draws: Floats) -> float:
    within, total = _variances(draws)
    return float(np.sqrt(total / within)) if within > 0 else float("nan")
