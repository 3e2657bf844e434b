"""Death from lengths and growth: all of it from a catch curve, the natural part from relations.

A fish's age follows from its length and growth. Among fish that are fully caught, the number falls
with age by the rate of all deaths, Z; what the relations say of natural death, M, taken from
it leaves fishing, F. Both rest on a stock in balance: as many young each year, and the same deaths.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from bluecloud_routines.errors import ParameterError, TooShortError
from bluecloud_routines.fisheries._stock_input import require_positive
from bluecloud_routines.fisheries.lengths import samples_of

Floats = NDArray[np.float64]

REFERENCES = (
    "Pauly (1984), Fish population dynamics in tropical waters, ICLARM Studies and Reviews 8; "
    "Sparre and Venema (1998), Introduction to tropical fish stock assessment, FAO Fisheries "
    "Technical Paper 306/1"
)
THEN = "Then et al. (2015), https://doi.org/10.1093/icesjms/fsu136"
_PAULY = "Pauly (1980), https://doi.org/10.1093/icesjms/39.2.175"
_GISLASON = "Gislason et al. (2010), https://doi.org/10.1111/j.1467-2979.2009.00350.x"
_FEWEST_POINTS = 3
_FEWEST_FISH = 5


@dataclass(frozen=True)
class CatchCurve:
    """Deaths of fully caught fish, read from their lengths.

    Attributes
    ----------
    z, low, high
        All deaths, per year, with the 95 percent interval of the regression.
    caught_half
        The length at which half of the fish that meet the gear are caught, cm; missing where
        fewer than 2 classes below the full catch tell it.
    points
        By length class: number, relative age (years), ``log_rate`` (the logarithm of fish per year
        of age), whether it is ``used``, and the ``line``.
    """

    z: float
    low: float
    high: float
    caught_half: float
    points: pd.DataFrame


def catch_curve(
    lengths: xr.DataArray,
    *,
    linf: float,
    k: float,
    shortest: float | None = None,
    longest: float | None = None,
) -> CatchCurve:
    """How fast fully caught fish die, from the fall of their numbers with age.

    Parameters
    ----------
    lengths
        ``number(time, length)``, as ``length_frequency`` gives it. All dates are added: those of
        whole years together are nearest to a stock in balance.
    linf, k
        Of growth, cm and per year.
    shortest, longest
        The first and the last class that is used, by lengths in them, cm. By default from the
        class after the one with the most fish per year of age, to the last of a row without a
        gap that has 5 fish and ends below 0.95 linf.

    Raises
    ------
    ParameterError
        If growth is not above 0, or the range is outside the classes or reversed.
    TooShortError
        If fewer than 3 classes can be used.
    RoutineError
        If the samples cannot be used; see ``samples_of``.
    """
    ends = {"shortest": shortest, "longest": longest}
    require_positive(linf=linf, k=k, **{name: v for name, v in ends.items() if v is not None})
    samples = samples_of(lengths)
    half = samples.width / 2
    below = samples.middles + half < linf
    middles, number = samples.middles[below], samples.number.sum(axis=0)[below]
    if middles.size < _FEWEST_POINTS:
        raise TooShortError(f"{middles.size} classes are below linf, {linf:g} cm: at least 3")
    age = -np.log(1 - middles / linf) / k
    span = np.log((linf - middles + half) / (linf - middles - half)) / k
    rate = np.full(middles.size, -np.inf)
    np.log(number / span, out=rate, where=number > 0)
    used = _used(middles, number, rate, linf, half, shortest, longest)
    line = stats.linregress(age[used], rate[used])
    width = stats.t.ppf(0.975, used.sum() - 2) * line.stderr
    fitted = line.intercept + line.slope * age
    points = pd.DataFrame(
        {
            "length": middles,
            "number": number,
            "age": age,
            "log_rate": np.where(np.isfinite(rate), rate, np.nan),
            "used": used,
            "line": fitted,
        }
    )
    parameters = {"linf": linf, "k": k, "shortest": shortest, "longest": longest}
    points.attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    z = float(-line.slope)
    first = int(np.flatnonzero(used)[0])
    caught = _caught_half(age[:first], rate[:first] - fitted[:first], linf, k)
    return CatchCurve(z, z - float(width), z + float(width), caught, points)


def _used(
    middles: Floats,
    number: Floats,
    rate: Floats,
    linf: float,
    half: float,
    shortest: float | None,
    longest: float | None,
) -> NDArray[np.bool_]:
    if shortest is None:
        begin = int(rate.argmax()) + 1
    else:
        begin = int(np.searchsorted(middles + half, shortest, side="right"))
    if longest is None:
        # With fixed ends the person decides; without, scarce and nearly full-grown fish go.
        enough = (number >= _FEWEST_FISH) & (middles + half < 0.95 * linf)
        missing = np.flatnonzero(~enough[begin:])
        end = begin + (int(missing[0]) if missing.size else middles.size - begin)
    else:
        end = int(np.searchsorted(middles - half, longest, side="right"))
    if (shortest is not None and begin >= middles.size) or (
        shortest is not None and longest is not None and longest < shortest
    ):
        raise ParameterError(
            f"the range is {shortest} to {longest} cm: it rises, within the classes below linf, "
            f"{middles[0] - half:g} to {middles[-1] + half:g} cm"
        )
    used = np.zeros(middles.size, dtype=bool)
    used[begin:end] = True
    used &= number > 0
    if used.sum() < _FEWEST_POINTS:
        raise TooShortError(
            f"{used.sum()} classes can be used: at least {_FEWEST_POINTS} with fish, between the "
            "full catch and linf"
        )
    return used


def _caught_half(age: Floats, behind: Floats, linf: float, k: float) -> float:
    """Where half are caught, from how far the young ones fall behind the line (logistic in age)."""
    share = np.exp(behind)
    told = (share > 0) & (share < 1)
    if told.sum() < 2:
        return float("nan")
    logit = stats.linregress(age[told], np.log(share[told] / (1 - share[told])))
    if not logit.slope > 0:
        return float("nan")
    return float(linf * (1 - np.exp(k * logit.intercept / logit.slope)))


def natural_mortality(
    *,
    linf: float,
    k: float,
    oldest: float | None = None,
    temperature: float | None = None,
    mature_age: float | None = None,
    length: float | None = None,
) -> pd.DataFrame:
    """What published relations say of natural death, per year.

    They differ by a factor of two and more: that is how little is known of it.

    Parameters
    ----------
    linf, k
        Of growth: total length, 0.1 to 3000 cm, and per year, at most 20.
    oldest
        The greatest age seen in the species, years.
    temperature
        Mean of the water the stock lives in, degrees Celsius, above 0 (Pauly 1980).
    mature_age
        At which half are mature, years (Rikhter and Efanov 1976).
    length
        Of the fish whose death is asked, cm (Gislason et al. 2010).

    Returns
    -------
    pandas.DataFrame
        ``estimator``, ``m`` (year-1) and ``paper``, of each relation whose numbers are given.

    Raises
    ------
    ParameterError
        If a number is not above 0, or linf or k are beyond their ranges.
    """
    given = {"oldest": oldest, "temperature": temperature, "mature_age": mature_age}
    given |= {"length": length}
    require_positive(linf=linf, k=k, **{name: v for name, v in given.items() if v is not None})
    if not (0.1 <= linf <= 3000 and k <= 20):
        raise ParameterError(f"linf is {linf:g} cm and k {k:g} a year: 0.1 to 3000, and up to 20")
    found = [
        ("then_growth", 4.118 * k**0.73 * linf**-0.33, THEN),
        ("jensen", 1.5 * k, "Jensen (1996), Can. J. Fish. Aquat. Sci. 53, 820-822"),
    ]
    if oldest is not None:
        hoenig = "Hoenig (1983), Fishery Bulletin 82, 898-903 (fish)"
        alverson = "Alverson and Carney (1975), J. Cons. int. Explor. Mer 36, 133-143"
        found += [
            ("then_oldest", 4.899 * oldest**-0.916, THEN),
            ("hoenig", np.exp(1.46 - 1.01 * np.log(oldest)), hoenig),
            ("alverson_carney", 3 * k / np.expm1(0.38 * oldest * k), alverson),
        ]
    if temperature is not None:
        exponent = -0.0066 - 0.279 * np.log10(linf)
        exponent += 0.6543 * np.log10(k) + 0.4634 * np.log10(temperature)
        found.append(("pauly", 10**exponent, _PAULY))
    if mature_age is not None:
        paper = "Rikhter and Efanov (1976), ICNAF Res. Doc. 76/VI/8"
        found.append(("rikhter_efanov", 1.521 / mature_age**0.72 - 0.155, paper))
    if length is not None:
        found.append(("gislason", np.exp(0.55 - 1.61 * np.log(length)) * linf**1.44 * k, _GISLASON))
    table = pd.DataFrame(found, columns=["estimator", "m", "paper"])
    table.attrs = {"units": "year-1"}
    return table
