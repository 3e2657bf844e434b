"""How hard each length is fished, and how many fish of it are in the sea (Jones 1984).

In a stock in balance the fish of a year's catch, from the longest down, are one cohort on its way
through life: those that reach a length are those that reach the next one, those caught between
them, and those that died in the time that growing took. The catch equation is solved exactly; the
approximation by Pope, of the time when it was done by hand, is not needed.
"""

import json

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import brentq

from bluecloud_routines.errors import ParameterError, TooShortError
from bluecloud_routines.fisheries._stock_input import require_positive
from bluecloud_routines.fisheries.lengths import samples_of

REFERENCES = (
    "Jones (1984), Assessing the effects of changes in exploitation pattern using length "
    "composition data, FAO Fisheries Technical Paper 256"
)
_FEWEST_CLASSES = 3


def cohort_analysis(
    lengths: xr.DataArray,
    *,
    linf: float,
    k: float,
    m: float,
    terminal: float = 0.5,
    raised: float = 1.0,
) -> pd.DataFrame:
    """Fishing and numbers in the sea by length, from the lengths of a year's catch.

    Parameters
    ----------
    lengths
        ``number(time, length)`` of the catch, as ``length_frequency`` gives it; all dates are
        added, and should be those of whole years.
    linf, k
        Of growth, cm and per year.
    m
        Natural death, per year.
    terminal
        Of the deaths in the last class, the share that is fishing, above 0 and below 1. The last
        class is that of the longest fish, or of all from 0.95 linf on; what is assumed of it
        matters less the shorter the fish.
    raised
        Fish caught in a year for each that was measured.

    Returns
    -------
    pandas.DataFrame
        By class from the smallest with fish: ``length`` (its lower edge, cm), ``caught`` (fish
        per year), ``years`` (that growing through it takes; infinite in the last), ``reached``
        (fish that come into it each year), ``fishing`` (per year) and ``died`` (of other causes,
        fish per year).

    Raises
    ------
    ParameterError
        If a number is not above 0, or ``terminal`` not below 1.
    TooShortError
        If there are fewer than 3 classes from the shortest fish to the last class.
    RoutineError
        If the samples cannot be used; see ``samples_of``.
    """
    require_positive(linf=linf, k=k, m=m, terminal=terminal, raised=raised)
    if terminal >= 1:
        raise ParameterError(f"terminal is {terminal:g}: a share above 0 and below 1")
    samples = samples_of(lengths)
    caught = samples.number.sum(axis=0) * raised
    edges = samples.middles - samples.width / 2
    seen = np.flatnonzero(caught > 0)
    first = int(seen[0])
    # All from the longest fish, or from 0.95 linf on, are one class: their ages are not told.
    last = min(int(np.searchsorted(edges, 0.95 * linf)), int(seen[-1]))
    if last - first < _FEWEST_CLASSES:
        raise TooShortError(
            f"there are {max(0, last - first)} classes below the longest fish and 0.95 linf, "
            f"{0.95 * linf:g} cm: at least {_FEWEST_CLASSES}"
        )
    edges = np.append(edges[first:last], min(edges[last], 0.999 * linf))
    caught = np.append(caught[first:last], caught[last:].sum())
    years = np.append(np.log((linf - edges[:-1]) / (linf - edges[1:])) / k, np.inf)
    reached, fishing = np.zeros(caught.size), np.zeros(caught.size)
    reached[-1], fishing[-1] = caught[-1] / terminal, m * terminal / (1 - terminal)
    for at in range(caught.size - 2, -1, -1):
        fishing[at] = _fishing(caught[at], reached[at + 1], years[at], m)
        reached[at] = reached[at + 1] * np.exp((fishing[at] + m) * years[at])
    table = pd.DataFrame(
        {
            "length": edges,
            "caught": caught,
            "years": years,
            "reached": reached,
            "fishing": fishing,
            "died": -np.diff(reached, append=0.0) - caught,
        }
    )
    parameters = {"linf": linf, "k": k, "m": m, "terminal": terminal, "raised": raised}
    table.attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    return table


def _fishing(caught: float, after: float, years: float, m: float) -> float:
    """The fishing that takes the catch from those of whom so many come through."""
    share = caught / after
    if share < 1e-9:
        # So little fishing changes nothing of the deaths, and the equation is a proportion.
        return float(share * m / np.expm1(m * years))

    def surplus(fishing: float) -> float:
        z = fishing + m
        return float(fishing / z * after * np.expm1(z * years) - caught)

    # There are never fewer than come through, so fishing is at most the first of these; where it
    # is above natural death, it is at least half of the deaths, and at most the second.
    most = min(share / years, max(m, np.log1p(2 * share) / years))
    return float(brentq(surplus, 0.0, most * (1 + 1e-9), xtol=1e-14, rtol=1e-12))
