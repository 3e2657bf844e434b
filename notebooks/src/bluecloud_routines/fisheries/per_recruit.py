"""Yield and spawners for each young fish, by how hard and from which length it is fished.

The cube of von Bertalanffy's growth and a constant death make all integrals sums of four terms
(Beverton and Holt 1957), so that curves and reference points are exact.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries._stock_input import require_not_negative, require_positive

Floats = NDArray[np.float64]

REFERENCES = (
    "Beverton and Holt (1957), On the dynamics of exploited fish populations, "
    "https://doi.org/10.1007/978-94-011-2106-4; Gulland and Boerema (1973), Scientific advice on "
    "catch levels, Fishery Bulletin 71, 325-335"
)
# (1 - x)^3 = 1 - 3x + 3x^2 - x^3
_TERMS = ((0, 1.0), (1, -3.0), (2, 3.0), (3, -1.0))


@dataclass(frozen=True)
class PerRecruit:
    """What a young fish gives, by fishing.

    Attributes
    ----------
    curve
        By ``fishing`` (per year): ``yield_g`` and ``spawners`` (of the unfished ones, 0 to 1).
    points
        The same at each reference point: ``f_max`` (the most yield), ``f_0.1`` (where the yield
        rises a tenth as fast as at first) and ``f_spawners`` (the asked share of spawners is
        left). A point that is beyond the fishing looked at is missing.
    """

    curve: pd.DataFrame
    points: pd.DataFrame


@dataclass(frozen=True)
class _Life:
    winf: float
    k: float
    m: float
    caught: float  # ages in years from length 0
    mature: float

    @property
    def recruited(self) -> float:
        return min(self.caught, self.mature)

    def biomass(self, begin: float, end: float, z: Floats) -> Floats:
        """Of a fish alive at the first age, summed over the years to the last, g year."""
        total = np.zeros_like(z)
        for power, sign in _TERMS:
            rate = z + power * self.k
            lasting = -np.expm1(-rate * (end - begin))
            total += sign * np.exp(-power * self.k * begin) * lasting / rate
        return self.winf * total

    def catch(self, fishing: Floats) -> Floats:
        alive = np.exp(-self.m * (self.caught - self.recruited))
        caught: Floats = fishing * alive * self.biomass(self.caught, np.inf, self.m + fishing)
        return caught

    def slope(self, fishing: float) -> float:
        """How fast the yield grows with fishing."""
        z = self.m + fishing
        alive = np.exp(-self.m * (self.caught - self.recruited))
        grows = 0.0
        for power, sign in _TERMS:
            rate = z + power * self.k
            weight = sign * np.exp(-power * self.k * self.caught)
            grows += weight * (1 / rate - fishing / rate**2)
        return float(self.winf * alive * grows)

    def spawners(self, fishing: Floats) -> Floats:
        z = self.m + fishing
        if self.caught <= self.mature:
            alive: Floats = np.exp(-z * (self.mature - self.caught))
            return alive * self.biomass(self.mature, np.inf, z)
        before = self.biomass(self.mature, self.caught, np.full_like(z, self.m))
        surviving = float(np.exp(-self.m * (self.caught - self.mature)))
        return before + surviving * self.biomass(self.caught, np.inf, z)

    def spawners_left(self, fishing: ArrayLike) -> Floats:
        rates = np.asarray(fishing, np.float64)
        left: Floats = self.spawners(rates) / self.spawners(np.zeros_like(rates))
        return left


def per_recruit(
    *,
    linf: float,
    k: float,
    m: float,
    caught_length: float,
    mature_length: float,
    condition: float = 0.01,
    spawners: float = 0.4,
    fishing: float | None = None,
    most_fishing: float = 5.0,
) -> PerRecruit:
    """Yield and spawners of a fish that reaches the smaller of the two lengths.

    Parameters
    ----------
    linf, k
        Of growth, cm and per year. Weight is ``condition`` times the cube of length.
    m
        Natural death, per year, the same at all lengths.
    caught_length, mature_length
        From which on all are caught, and are mature; above 0 and below linf, cm.
    condition
        g cm-3.
    spawners
        The share of the unfished spawners that ``f_spawners`` leaves, 0 to 1.
    fishing
        A rate of which to tell as well, as the point ``now``, per year.
    most_fishing
        The curve goes from none to this fishing, per year.

    Raises
    ------
    ParameterError
        If a number is not above 0 (fishing may be 0), a length is not below linf, or the share
        is not below 1.
    """
    require_positive(linf=linf, k=k, m=m, caught_length=caught_length, mature_length=mature_length)
    require_positive(condition=condition, spawners=spawners, most_fishing=most_fishing)
    for name, length in (("caught_length", caught_length), ("mature_length", mature_length)):
        if length >= linf:
            raise ParameterError(f"{name} is {length:g} cm: below linf, {linf:g} cm")
    if spawners >= 1:
        raise ParameterError(f"spawners is {spawners:g}: a share above 0 and below 1")
    ages = [float(-np.log(1 - length / linf) / k) for length in (caught_length, mature_length)]
    life = _Life(condition * linf**3, k, m, *ages)
    begin = life.slope(0.0)
    found = {
        "f_max": _crossing(life.slope, most_fishing),
        "f_0.1": _crossing(lambda rate: life.slope(rate) - 0.1 * begin, most_fishing),
        "f_spawners": _crossing(
            lambda rate: float(life.spawners_left(rate)) - spawners, most_fishing
        ),
    }
    if fishing is not None:
        require_not_negative(fishing=fishing)
        found["now"] = fishing
    parameters = {
        "linf": linf,
        "k": k,
        "m": m,
        "caught_length": caught_length,
        "mature_length": mature_length,
        "condition": condition,
        "spawners": spawners,
    }
    points = _table(life, np.array(list(found.values())))
    points.insert(0, "point", list(found))
    curve = _table(life, np.linspace(0, most_fishing, 501))
    for table in (curve, points):
        table.attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    return PerRecruit(curve, points)


def _crossing(falling: Callable[[float], float], most: float) -> float:
    """Where a function that begins above 0 comes to it; missing where it does not."""
    return float(brentq(falling, 0, most)) if falling(most) < 0 else float("nan")


def _table(life: _Life, fishing: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fishing": fishing,
            "yield_g": life.catch(fishing),
            "spawners": life.spawners_left(fishing),
        }
    )
