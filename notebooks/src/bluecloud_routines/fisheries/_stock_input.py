"""What is given of a stock, checked: its years, its index, and the ranges that are believed."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, TimeAxisError, TooShortError, ValuesError
from bluecloud_routines.fisheries._stock_priors import RESILIENCE, Range

Floats = NDArray[np.float64]

_FEWEST_YEARS = 10
_FEWEST_VALUES = 5


def years_of(table: pd.DataFrame) -> list[int]:
    column = table["year"]
    if column.dtype.kind not in "iu":
        raise TimeAxisError(f"'year' is of type {column.dtype}: whole numbers are needed")
    years = column.to_numpy(np.int64)
    wrong = np.flatnonzero(np.diff(years) != 1)
    if wrong.size:
        before, after = years[wrong[0]], years[wrong[0] + 1]
        raise TimeAxisError(f"{after} follows {before}: every year once, from first to last")
    if len(years) < _FEWEST_YEARS:
        raise TooShortError(f"there are {len(years)} years: at least {_FEWEST_YEARS} are needed")
    return [int(year) for year in years]


def index_of(table: pd.DataFrame, creep: float) -> Floats:
    """The index with the creep taken out; NaN where there is none."""
    if not 0 <= creep < 100:
        raise ParameterError(f"creep is {creep:g} percent: from 0 to below 100")
    if "cpue" not in table.columns:
        return np.full(len(table), np.nan)
    column = table["cpue"]
    if column.dtype.kind not in "fiu":
        raise ValuesError(f"'cpue' is of type {column.dtype}: numbers are needed")
    index = column.to_numpy(np.float64)
    seen = index[~np.isnan(index)]
    if np.isinf(seen).any() or (seen <= 0).any():
        raise ValuesError("a 'cpue' is infinite, zero or negative: leave it missing instead")
    if 0 < seen.size < _FEWEST_VALUES:
        raise ValuesError(f"'cpue' has {seen.size} values: at least {_FEWEST_VALUES}, or none")
    # Each year counts from the first one, as the priors of q do.
    corrected: Floats = index * (1 - creep / 100) ** np.arange(len(index))
    return corrected


def growth_of(resilience: str | None, growth: Range | None) -> Range:
    if growth is None:
        if resilience is None or resilience.lower() not in RESILIENCE:
            raise ParameterError(
                f"resilience is {resilience!r} and there is no growth: one of "
                f"{', '.join(RESILIENCE)}, or a range of r"
            )
        return RESILIENCE[resilience.lower()]
    low, high = growth
    if not 0 < low < high <= 5:
        raise ParameterError(f"growth is {low:g} to {high:g} a year: rising, above 0, at most 5")
    return growth


def shares_of(
    years: list[int],
    *,
    start: Range,
    intermediate: tuple[int, float, float] | None,
    end: Range | None,
    indexed: bool,
) -> dict[int, Range]:
    """The ranges of B/k by position of their years."""
    if end is None and not indexed:
        raise ParameterError(
            "end is not given and there is no 'cpue': from catches alone, the likely range of the "
            "last year's biomass over the unfished is needed"
        )
    shares = {0: start}
    if intermediate is not None:
        year, low, high = intermediate
        if not years[0] < year < years[-1]:
            raise ParameterError(
                f"intermediate is in {year}: a year after {years[0]} and before {years[-1]}"
            )
        shares[year - years[0]] = (low, high)
    if end is not None:
        shares[len(years) - 1] = end
    for position, (low, high) in shares.items():
        if not 0 <= low < high <= 1:
            raise ParameterError(
                f"the biomass of {years[position]} over the unfished is {low:g} to {high:g}: "
                "rising, from 0 to 1"
            )
    return shares


def require_positive(**options: float) -> None:
    for name, value in options.items():
        if not (_is_finite(name, value) and value > 0):
            raise ParameterError(f"{name} is {value:g}: a number above 0 is needed")


def require_not_negative(**options: float) -> None:
    for name, value in options.items():
        if not (_is_finite(name, value) and value >= 0):
            raise ParameterError(f"{name} is {value:g}: 0 or more is needed")


def _is_finite(name: str, value: float) -> bool:
    """Whether an option is finite; refused, if it is no single number."""
    given = np.asarray(value)
    if given.ndim or given.dtype.kind not in "fiu":
        raise ParameterError(f"{name} is {value!r}: a number is needed")
    return bool(np.isfinite(given))
