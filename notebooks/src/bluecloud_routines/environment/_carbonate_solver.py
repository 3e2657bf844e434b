"""From two known quantities of the carbonate system to its pH, for many points at once.

Alkalinity grows with pH whatever else is known, so where it is one of the two, pH is found by
Newton's method kept between two bounds that close in: it cannot miss (as Munhoven 2013 argues),
and takes four or five steps. The other pairs have closed forms. Amounts are in mol per kg of sea
water, fugacity of CO2 as dissolved CO2.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.environment._carbonate_constants import Constants

Floats = NDArray[np.float64]

_LOWEST, _HIGHEST = 0.0, 14.0
_PRECISION = 1e-11  # of pH
_STEPS = 100
_LN10 = np.log(10.0)


@dataclass(frozen=True)
class Nutrients:
    """Acids beside carbon and boron."""

    phosphate: Floats
    silicate: Floats


def ph_of_alkalinity_and_carbon(
    alkalinity: Floats, carbon: Floats, k: Constants, nutrients: Nutrients
) -> Floats:
    """The pH at which so much carbon gives this alkalinity."""

    def carbonate(h: Floats) -> tuple[Floats, Floats]:
        d = h * h + k.k1 * h + k.k1 * k.k2
        amount = carbon * k.k1 * (h + 2 * k.k2) / d
        slope = -carbon * k.k1 * (h * h + 4 * k.k2 * h + k.k1 * k.k2) / (d * d)
        return amount, slope * h

    return _solved(alkalinity, carbonate, k, nutrients)


def ph_of_alkalinity_and_gas(
    alkalinity: Floats, gas: Floats, k: Constants, nutrients: Nutrients
) -> Floats:
    """The pH at which so much dissolved CO2 goes with this alkalinity."""

    def carbonate(h: Floats) -> tuple[Floats, Floats]:
        first, second = gas * k.k1 / h, 2 * gas * k.k1 * k.k2 / (h * h)
        return first + second, -first - 2 * second

    return _solved(alkalinity, carbonate, k, nutrients)


def ph_of_carbon_and_gas(carbon: Floats, gas: Floats, k: Constants) -> Floats:
    """The pH at which so much of the carbon is dissolved CO2; NaN if all or more would be."""
    ions = carbon - gas
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(gas * k.k1 * (gas * k.k1 + 4 * ions * k.k2))
        h = np.where(ions > 0, (gas * k.k1 + root) / (2 * ions), np.nan)
        ph: Floats = -np.log10(h)
    return ph


def carbon_of_ph_and_alkalinity(
    ph: Floats, alkalinity: Floats, k: Constants, nutrients: Nutrients
) -> Floats:
    """The dissolved carbon; NaN where the alkalinity is less than that of the other acids."""
    h = 10**-ph
    ions = alkalinity - _others(h, k, nutrients)[0]
    amount: Floats = ions * (h * h + k.k1 * h + k.k1 * k.k2) / (k.k1 * (h + 2 * k.k2))
    return np.where(ions > 0, amount, np.nan)


def alkalinity_of(ph: Floats, carbon: Floats, k: Constants, nutrients: Nutrients) -> Floats:
    """Total alkalinity (Dickson 1981)."""
    h = 10**-ph
    d = h * h + k.k1 * h + k.k1 * k.k2
    total: Floats = carbon * k.k1 * (h + 2 * k.k2) / d + _others(h, k, nutrients)[0]
    return total


def _others(h: Floats, k: Constants, nutrients: Nutrients) -> tuple[Floats, Floats]:
    """Alkalinity of all but carbon, and its slope by ln h."""
    boron = k.boron * k.kb / (k.kb + h)
    hydroxide = k.kw / h
    free = h / (1 + k.sulfate / k.ks)
    bisulfate = k.sulfate * free / (free + k.ks)
    fluoric = k.fluoride * free / (free + k.kf)
    total = boron + hydroxide - free - bisulfate - fluoric
    slope = (
        -boron * h / (k.kb + h)
        - hydroxide
        - free
        - bisulfate * k.ks / (free + k.ks)
        - fluoric * k.kf / (free + k.kf)
    )
    if nutrients.silicate.any():
        silicate = nutrients.silicate * k.ksi / (k.ksi + h)
        total, slope = total + silicate, slope - silicate * h / (k.ksi + h)
    if nutrients.phosphate.any():
        h2, c1 = h * h, k.kp1
        c2, c3 = k.kp1 * k.kp2, k.kp1 * k.kp2 * k.kp3
        d = h2 * h + c1 * h2 + c2 * h + c3
        # H3PO4 counts -1, H2PO4 0, HPO4 +1, PO4 +2.
        n = (2 * c3 + c2 * h - h2 * h) / d
        mean = (3 * h2 * h + 2 * c1 * h2 + c2 * h) / d  # protons held
        square = (9 * h2 * h + 4 * c1 * h2 + c2 * h) / d
        total = total + nutrients.phosphate * n
        slope = slope - nutrients.phosphate * (square - mean * mean)
    return total, slope


def _solved(
    alkalinity: Floats,
    carbonate: Callable[[Floats], tuple[Floats, Floats]],
    k: Constants,
    nutrients: Nutrients,
) -> Floats:
    low = np.full(alkalinity.shape, _LOWEST)
    high = np.full(alkalinity.shape, _HIGHEST)
    ph = np.full(alkalinity.shape, 8.0)
    known = np.isfinite(alkalinity + k.k1) & np.isfinite(carbonate(10**-ph)[0])
    moving = known
    for _ in range(_STEPS):
        h = 10**-ph
        of_carbon, of_others = carbonate(h), _others(h, k, nutrients)
        excess = of_carbon[0] + of_others[0] - alkalinity
        slope = -_LN10 * (of_carbon[1] + of_others[1])
        with np.errstate(invalid="ignore", divide="ignore"):
            np.copyto(high, ph, where=excess > 0)
            np.copyto(low, ph, where=excess <= 0)
            proposed = ph - excess / slope
            inside = (proposed >= low) & (proposed <= high)
            following = np.where(inside, proposed, (low + high) / 2)
        # A point rests where it has come to, whatever its neighbours still do.
        following = np.where(moving, following, ph)
        moving = moving & (np.abs(following - ph) >= _PRECISION)
        ph = following
        if not moving.any():
            break
    return np.where(known, ph, np.nan)
