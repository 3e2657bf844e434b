"""Biomass and production of farms, with how uncertain they are.

What is in a cage cannot be seen from above. Biomass is area x depth x stocking density, and
production is biomass x harvests a year; depth, density and the length of a cycle are known from
surveys, as a best value and a range. So they are drawn many times over, and what comes out is a
distribution (Quaade et al. 2024).

One draw of density and cycle holds for all farms of a simulation (``shared``): what is not known
of a species in a region is not known of each of its farms. Drawn for each farm on its own, the
errors would cancel in the total, which would look far more certain than it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from bluecloud_routines.errors import ParameterError, ValuesError

REFERENCES = "Quaade et al. (2024, https://doi.org/10.1126/sciadv.adn4944)"
MONTHS = 12
_MOST_DRAWS = 1_000_000
_NEEDED = ("year", "farm", "area_m2", "area_min_m2", "area_max_m2", "area_sd_m2")
_OUTCOMES = ("biomass_t", "production_t_per_year")

Floats = NDArray[np.float64]
Shape = Literal["normal", "uniform"]


@dataclass(frozen=True)
class Range:
    """A quantity that is known as a best value within bounds.

    Attributes
    ----------
    best, low, high
        In the quantity's units, ``low <= best <= high``; equal bounds are a fixed number.
    shape
        ``normal``: about the best value, cut at the bounds, which are 3.92 standard deviations
        apart (the 95 % interval, were it not cut). ``uniform``: every value within the bounds
        is as likely, whatever the best one.
    """

    best: float
    low: float
    high: float
    shape: Shape = "normal"

    def __post_init__(self) -> None:
        if not (0 < self.low <= self.best <= self.high < np.inf):
            raise ParameterError(
                f"a range is {self.low} to {self.high} with the best at {self.best}: above 0, "
                "finite, and the best within the bounds"
            )
        if self.shape not in ("normal", "uniform"):
            raise ParameterError(f"shape is {self.shape!r}: normal or uniform")

    def quantile(self, share: Floats) -> Floats:
        """The value that this share of all values is below."""
        if self.shape == "uniform" or self.low == self.high:
            within: Floats = self.low + share * (self.high - self.low)
            return within
        deviation = (self.high - self.low) / 3.92
        first, last = (special.ndtr((end - self.best) / deviation) for end in (self.low, self.high))
        drawn = self.best + deviation * special.ndtri(first + share * (last - first))
        cut: Floats = np.clip(drawn, self.low, self.high)
        return cut


@dataclass(frozen=True)
class Practice:
    """How a species is farmed.

    Attributes
    ----------
    density_kg_m3
        Biomass in a cubic metre of cage when it is stocked as it is meant to be.
    cycle_months
        From stocking to harvest.
    """

    density_kg_m3: Range
    cycle_months: Range


# The factors that Quaade et al. (2024) publish with their data.
SPECIES: Mapping[str, Practice] = MappingProxyType(
    {
        "seabass": Practice(Range(20, 5, 20), Range(20, 10, 24)),
        "seabream": Practice(Range(12.5, 5, 20), Range(18, 10, 24)),
        "meagre": Practice(Range(15, 10, 15), Range(18, 12, 24)),
    }
)
FRENCH_DEPTH_M = 4.84


class Production(NamedTuple):
    """By farm and year, and by year."""

    farms: pd.DataFrame
    years: pd.DataFrame


def farm_production(
    farms: pd.DataFrame,
    *,
    practice: Practice,
    depth_m: Range | float = FRENCH_DEPTH_M,
    n_mc: int = 1000,
    seed: int = 0,
    aligned: bool = True,
    shared: bool = True,
    interval: float = 0.9,
) -> Production:
    """Draw biomass and production of each farm, and of all farms of a year.

    Parameters
    ----------
    farms
        As :func:`farm_inventory` gives them; a column ``depth_m`` is each farm's own depth, in
        whose place ``depth_m`` is not used.
    practice
        How the fish is farmed, as one of ``SPECIES``.
    depth_m
        Depth of the nets, metres; the default is the one that Quaade et al. use for France.
    n_mc
        Simulations, 1 to 1,000,000.
    seed
        The same seed gives the same numbers.
    aligned
        As the inventory was made: the squares of a farm are turned alike, so that its area is
        as likely anywhere within its bounds; else it is nearly normal.
    shared
        One density, cycle and depth for all farms of a simulation, or one for each farm.
    interval
        Share of the simulations between ``..._low`` and ``..._high``, above 0 and below 1.

    Returns
    -------
    Production
        ``farms`` (``year``, ``farm``) and ``years`` (``year``): of ``biomass_t`` (tonnes in the
        water) and ``production_t_per_year`` (tonnes a year) the ``..._mean``, ``..._sd``,
        ``..._low`` and ``..._high``.

    Raises
    ------
    ParameterError
        If an option is outside its range.
    ValuesError
        If a column is absent, or an area or a depth is not above zero.

    References
    ----------
    Quaade et al. (2024), https://doi.org/10.1126/sciadv.adn4944
    """
    if not 1 <= n_mc <= _MOST_DRAWS:
        raise ParameterError(f"n_mc is {n_mc}: 1 to {_MOST_DRAWS:,} simulations")
    if not 0 < interval < 1:
        raise ParameterError(f"interval is {interval}: above 0 and below 1, as 0.9")
    _check(farms)
    random = np.random.default_rng(seed)
    number = len(farms)
    each = (n_mc, 1 if shared else number)
    volume = _areas(farms, random.random((n_mc, number)), aligned=aligned)
    # All are drawn in any case, so that one choice does not change the draws of another.
    shares = [random.random(each) for _ in range(3)]
    volume *= _depths(farms, depth_m, shares[0])
    biomass = volume * practice.density_kg_m3.quantile(shares[1]) / 1000
    outcomes = (biomass, biomass * (MONTHS / practice.cycle_months.quantile(shares[2])))
    years, of_year = np.unique(farms["year"].to_numpy(), return_inverse=True)
    member = (of_year[:, None] == np.arange(len(years))).astype(np.float64)
    by_farm = farms[["year", "farm"]].reset_index(drop=True)
    by_year = pd.DataFrame({"year": years})
    for name, drawn in zip(_OUTCOMES, outcomes, strict=True):
        by_farm = by_farm.assign(**_told(name, drawn, interval))
        by_year = by_year.assign(**_told(name, drawn @ member, interval))
    for table in (by_farm, by_year):
        table.attrs = {**farms.attrs, "references": REFERENCES}
    return Production(pd.DataFrame(by_farm), by_year)


def _check(farms: pd.DataFrame) -> None:
    absent = [name for name in _NEEDED if name not in farms]
    if absent:
        raise ValuesError(
            f"the farms have no column {', '.join(absent)}: what farm_inventory gave is needed"
        )
    for name in ("area_min_m2", *(["depth_m"] if "depth_m" in farms else [])):
        bad = ~(np.isfinite(farms[name]) & (farms[name] > 0))
        if bad.any():
            raise ValuesError(f"{name} is {farms[name][bad].iloc[0]}: it must be above 0")


def _areas(farms: pd.DataFrame, share: Floats, *, aligned: bool) -> Floats:
    mean, low, high, deviation = (farms[name].to_numpy(np.float64) for name in _NEEDED[2:])
    if aligned:
        evenly: Floats = low + share * (high - low)
        return evenly
    normal: Floats = mean + deviation * special.ndtri(share)
    within: Floats = np.clip(normal, low, high)
    return within


def _depths(farms: pd.DataFrame, depth_m: Range | float, share: Floats) -> Floats:
    if "depth_m" in farms:
        return farms["depth_m"].to_numpy(np.float64)
    if isinstance(depth_m, Range):
        return depth_m.quantile(share)
    if not 0 < depth_m < np.inf:
        raise ParameterError(f"depth_m is {depth_m}: above 0, in metres")
    return np.full((1, 1), depth_m)


def _told(name: str, drawn: Floats, interval: float) -> dict[str, Floats]:
    ends = (0.5 - interval / 2, 0.5 + interval / 2)
    low, high = np.quantile(drawn, ends, axis=0) if drawn.shape[1] else np.empty((2, 0))
    return {
        f"{name}_mean": drawn.mean(axis=0),
        f"{name}_sd": drawn.std(axis=0),
        f"{name}_low": low,
        f"{name}_high": high,
    }
