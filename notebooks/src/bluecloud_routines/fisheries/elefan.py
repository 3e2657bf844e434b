"""Growth from length frequencies: ELEFAN, with growth that is slower in winter.

A curve of growth starts every year at the same day. It is good where the curves of all cohorts
pass through peaks of the samples, and not between them. The score has many summits of nearly the
same height, above all along larger fish that grow more slowly; so the search is made from several
beginnings, and what it saw is given, not only where it ended.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import differential_evolution

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.fisheries._restructuring import explained, peaks_of, restructure
from bluecloud_routines.fisheries.growth import Growth
from bluecloud_routines.fisheries.lengths import samples_of

Floats = NDArray[np.float64]
Range = tuple[float, float]

REFERENCES = (
    "Pauly and David (1981), ELEFAN I, a BASIC program for the objective extraction of growth "
    "parameters from length-frequency data, Meeresforschung 28, 205-211; Brey et al. (1988), "
    "Electronic length frequency analysis, Berichte aus dem Institut fuer Meereskunde Kiel 177; "
    "Somers (1988), On a seasonally oscillating growth function, Fishbyte 6(1), 8-11"
)
_CELLS = 32


@dataclass(frozen=True)
class GrowthFit:
    """What was found of the growth of a stock.

    Attributes
    ----------
    growth
        The curve of the best score.
    score
        Rn, 10 ** (ESP / ASP) / 10, at most 1.
    starts
        The best curve of each beginning of the search, by ``start``, with its score.
    surface
        The best score seen in each cell of asymptotic length and k; missing where none was tried.
    """

    growth: Growth
    score: float
    starts: xr.Dataset
    surface: xr.Dataset


def restructured(
    lengths: xr.DataArray, *, average_over: int = 5, few_fish_count_less: bool = True
) -> xr.DataArray:
    """The samples as peaks (above 0) and troughs (below 0), as ELEFAN looks at them.

    Parameters
    ----------
    lengths
        ``number(time, length)``, as ``length_frequency`` gives it.
    average_over
        Classes of the moving average, odd, 3 to 25: about the width of the youngest cohort.
    few_fish_count_less
        Whether peaks of few fish are lowered (Brey et al. 1988).

    Raises
    ------
    ParameterError
        If the number of classes is even, or not 3 to 25.
    RoutineError
        If the samples cannot be used; see ``samples_of``.
    """
    samples = samples_of(lengths)
    _require_window(average_over)
    scores = restructure(
        samples.number, average_over=average_over, few_fish_count_less=few_fish_count_less
    )
    made = lengths.transpose("time", "length").copy(data=scores)
    made.attrs = {"long_name": "restructured frequency", "units": "1", "references": REFERENCES}
    return made.rename("restructured")


def growth_score(
    lengths: xr.DataArray,
    curves: Sequence[Growth],
    *,
    average_over: int = 5,
    few_fish_count_less: bool = True,
) -> Floats:
    """Rn of each curve: 1 if it meets every peak and no trough, 0.1 if they balance.

    Options and refusals are those of ``restructured``.
    """
    samples = samples_of(lengths)
    peaks = peaks_of(
        restructured(
            lengths, average_over=average_over, few_fish_count_less=few_fish_count_less
        ).values
    )
    trial = np.array(
        [(each.linf, each.k, each.anchor, each.season, each.summer) for each in curves]
    )
    scores: Floats = 10 ** explained(trial.T, samples, peaks) / 10
    return scores


def fit_growth(
    lengths: xr.DataArray,
    *,
    linf: Range | None = None,
    k: Range = (0.05, 2.0),
    season: Range = (0.0, 1.0),
    average_over: int = 5,
    few_fish_count_less: bool = True,
    starts: int = 8,
    population: int = 80,
    generations: int = 300,
    seed: int = 1,
) -> GrowthFit:
    """The growth whose cohorts meet the peaks of the samples best (ELEFAN).

    Parameters
    ----------
    lengths
        ``number(time, length)`` at 2 dates or more, as ``length_frequency`` gives it.
    linf
        Range of the asymptotic length, cm; by default 0.8 to 1.2 times the largest class with
        fish. It decides more than all else: narrow it with what is known of the species.
    k
        Range of k, per year.
    season
        Range of the strength of the season, within 0 to 1; (0, 0) is growth without one.
    average_over, few_fish_count_less
        As of ``restructured``.
    starts, population, generations
        Of differential evolution: beginnings, curves at a time, and how often they are renewed
        at most.
    seed
        Of the random numbers.

    Raises
    ------
    ParameterError
        If a range is reversed or outside what it can be, or a number too small.
    ValuesError
        If no sample has a peak.
    RoutineError
        If the samples cannot be used; see ``samples_of``.
    """
    samples = samples_of(lengths, least=2)
    _require_window(average_over)
    linf = linf or (0.8 * samples.largest, 1.2 * samples.largest)
    bounds = _bounds(linf, k, season)
    for name, value, least in (
        ("starts", starts, 1),
        ("population", population, 5),
        ("generations", generations, 1),
    ):
        if value < least:
            raise ParameterError(f"{name} is {value}: at least {least}")
    peaks = peaks_of(
        restructure(
            samples.number, average_over=average_over, few_fish_count_less=few_fish_count_less
        )
    )
    if not peaks.available > 0:
        raise ValuesError("no sample has a peak: all classes have the same number of fish")
    # Near misses near the best curve are kept, so that the surface shows its ridge.
    surface = np.full(_CELLS * _CELLS, -np.inf)

    def cost(trial: Floats) -> Floats:
        found = explained(trial, samples, peaks)
        np.maximum.at(surface, _cell(trial[0], linf) * _CELLS + _cell(trial[1], k), found)
        return -found

    ended = [
        differential_evolution(
            cost,
            bounds,
            vectorized=True,
            updating="deferred",
            strategy="rand1bin",  # less greedy than the usual one: it ends on higher summits
            popsize=max(1, population // sum(low < high for low, high in bounds)),
            maxiter=generations,
            tol=1e-6,
            polish=False,
            rng=np.random.default_rng((seed, start)),
        )
        for start in range(starts)
    ]
    best = min(ended, key=lambda each: each.fun)
    found = Growth(*(float(value) for value in best.x))
    parameters = {
        "linf": linf,
        "k": k,
        "season": season,
        "average_over": average_over,
        "few_fish_count_less": few_fish_count_less,
        "starts": starts,
        "seed": seed,
    }
    said = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    return GrowthFit(
        growth=found,
        score=float(10**-best.fun / 10),
        starts=_of_starts(
            np.array([each.x for each in ended]), [float(10**-each.fun / 10) for each in ended]
        ).assign_attrs(said),
        surface=_surface(surface, linf, k).assign_attrs(said),
    )


def _bounds(linf: Range, k: Range, season: Range) -> list[Range]:
    allowed = {"linf": (linf, 1e-3, 3000.0), "k": (k, 1e-3, 20.0), "season": (season, 0.0, 1.0)}
    for name, ((low, high), least, most) in allowed.items():
        if not least <= low <= high <= most:
            raise ParameterError(
                f"{name} is {low:g} to {high:g}: a range that rises, from {least:g} to {most:g}"
            )
    # Without a season there is no time of the year when growth is fastest.
    return [linf, k, (0.0, 1.0), season, (0.0, 1.0 if season[1] > 0 else 0.0)]


def _require_window(average_over: int) -> None:
    if not 3 <= average_over <= 25 or average_over % 2 != 1:
        raise ParameterError(f"average_over is {average_over}: an odd number from 3 to 25")


def _cell(values: Floats, limits: Range) -> NDArray[np.int64]:
    low, high = limits
    share = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return np.clip((share * _CELLS).astype(np.int64), 0, _CELLS - 1)


def _centres(limits: Range) -> Floats:
    low, high = limits
    centres: Floats = low + (np.arange(_CELLS) + 0.5) * (high - low) / _CELLS
    return centres


def _surface(best: Floats, linf: Range, k: Range) -> xr.Dataset:
    scores = np.where(np.isfinite(best), 10 ** np.where(np.isfinite(best), best, 0) / 10, np.nan)
    about = {"long_name": "best score Rn seen", "units": "1"}
    return xr.Dataset(
        {"score": (("linf", "k"), scores.reshape(_CELLS, _CELLS), about)},
        coords={
            "linf": ("linf", _centres(linf), {"long_name": "asymptotic length", "units": "cm"}),
            "k": ("k", _centres(k), {"long_name": "growth coefficient", "units": "year-1"}),
        },
    )


def _of_starts(curves: Floats, scores: list[float]) -> xr.Dataset:
    about = {
        "linf": ("asymptotic length", "cm"),
        "k": ("growth coefficient", "year-1"),
        "anchor": ("share of the year when curves begin", "1"),
        "season": ("strength of the season", "1"),
        "summer": ("share of the year when growth is fastest", "1"),
    }
    found = xr.Dataset(
        {
            name: ("start", curves[:, at], {"long_name": words, "units": units})
            for at, (name, (words, units)) in enumerate(about.items())
        }
    )
    found["score"] = ("start", scores, {"long_name": "score Rn", "units": "1"})
    return found
