"""Length frequencies turned into peaks and troughs, and what curves of growth meet of them.

The steps are those of ELEFAN (Pauly and David 1981, Brey et al. 1988): each class over the
moving average around it, that over its mean, less one; peaks with empty classes near them and
peaks of few fish count less; empty classes are no troughs; troughs are scaled to balance peaks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.fisheries.growth import OLDEST
from bluecloud_routines.fisheries.lengths import Samples

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Half for each empty one of the two classes below and the two above.
_EMPTY_NEIGHBOUR = 0.5


@dataclass(frozen=True)
class Peaks:
    """Restructured frequencies, laid out for quick counting.

    Attributes
    ----------
    scores
        By (sample, class), with one class more, of score 0, for lengths outside all classes.
    runs
        Of the same shape: the same number for the classes of one peak, another for every other.
    available
        The sum of the highest scores of all peaks (ASP).
    """

    scores: Floats
    runs: Integers
    available: float


def restructure(number: Floats, *, average_over: int, few_fish_count_less: bool) -> Floats:
    """Scores by (sample, class): positive where a cohort stands out, negative between."""
    kernel = np.ones(average_over)
    within = np.convolve(np.ones(number.shape[1]), kernel, "same")
    average = np.array([np.convolve(row, kernel, "same") for row in number]) / within
    over = np.divide(number, average, out=np.zeros_like(number), where=average > 0)
    scores: Floats = over / over.mean(axis=1, keepdims=True) - 1
    empty = number == 0
    beside = np.pad(empty, ((0, 0), (2, 2)))
    near = sum(beside[:, at : at + number.shape[1]].astype(int) for at in (0, 1, 3, 4))
    weight = _EMPTY_NEIGHBOUR**near
    if few_fish_count_less:
        weight = weight / np.sqrt(1 + 2 / np.maximum(number, 1))
    scores = np.where(scores > 0, scores * weight, scores)
    scores[empty] = 0
    peaks = np.where(scores > 0, scores, 0).sum(axis=1, keepdims=True)
    troughs = -np.where(scores < 0, scores, 0).sum(axis=1, keepdims=True)
    balance = np.divide(peaks, troughs, out=np.ones_like(peaks), where=troughs > 0)
    return np.where(scores < 0, scores * balance, scores)


def peaks_of(scores: Floats) -> Peaks:
    """Where each peak begins and ends, and what all of them are worth."""
    within = np.pad(scores, ((0, 0), (0, 1)))
    positive = within > 0
    same = np.zeros_like(positive)
    same[:, 1:] = positive[:, 1:] & positive[:, :-1]
    runs: Integers = np.cumsum(~same.ravel(), dtype=np.int64).reshape(within.shape)
    highest = np.zeros(int(runs[-1, -1]) + 1)
    np.maximum.at(highest, runs, within)
    return Peaks(within, runs, float(highest.sum()))


def explained(trial: Floats, samples: Samples, peaks: Peaks) -> Floats:
    """ESP over ASP of each curve, given as columns of (linf, k, anchor, season, summer).

    One curve a year is born. Each peak counts once, with the highest score that is hit, and each
    class between peaks once, however many cohorts pass through it.
    """
    linf, k, anchor, season, summer = (each[:, None] for each in trial)
    wave = season * k / (2 * np.pi)
    youngest = (samples.years - anchor) % 1
    offset = np.sin(2 * np.pi * (samples.years - summer)) - np.sin(2 * np.pi * (anchor - summer))
    # What is left to grow of the youngest cohort; each year older, it is so many times less.
    left = np.exp(-k * youngest - wave * offset)
    shrink = np.exp(-k)
    oldest = OLDEST / k
    outside = samples.middles.size
    row = np.arange(samples.years.size) * (outside + 1)
    flat_scores, flat_runs = peaks.scores.ravel(), peaks.runs.ravel()
    total = np.zeros_like(left)
    highest = np.zeros_like(left)
    run = np.full(left.shape, -1)
    for years in range(int(np.ceil(oldest.max())) + 1):
        place = np.floor((linf * (1 - left) - samples.lowest) / samples.width).astype(np.int64)
        inside = (place >= 0) & (place < outside) & (youngest + years <= oldest)
        cell = np.where(inside, place, outside) + row
        score, here = flat_scores[cell], flat_runs[cell]
        fresh = here != run
        total += np.where(fresh, highest, 0)
        highest = np.where(fresh, score, np.maximum(highest, score))
        run = here
        left = left * shrink
    explained_sum: Floats = (total + highest).sum(axis=1)
    return explained_sum / peaks.available
