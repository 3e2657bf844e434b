"""Reports of catches in tonnes: numbers of fish weighed, and no fish counted twice."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import UnitsError, ValuesError
from bluecloud_routines.fisheries._columns import amounts, joint_key, labels, require_columns

Floats = NDArray[np.float64]


def in_tonnes(
    reports: pd.DataFrame, weights: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The reports in tonnes, and those that cannot be had in them."""
    amounts(reports)
    units = labels(reports, "unit")
    strange = sorted({*units.names} - {"t", "no"})
    if strange:
        raise UnitsError(f"the unit of a report is {strange[0]!r}: 't' or 'no'")
    is_number = np.array([unit == "no" for unit in units.names])[units.positions]
    if not is_number.any():
        return reports.reset_index(drop=True), reports.iloc[:0]
    again = is_number & _told_in_tonnes(reports, is_number)
    numbers = reports[is_number & ~again]
    kg = _mean_weights(numbers, weights)
    known = ~np.isnan(kg)
    weighed = numbers[known].assign(
        unit="t", catch=numbers["catch"].to_numpy(np.float64)[known] * kg[known] / 1000
    )
    rows = pd.concat([reports[~is_number].assign(unit="t"), weighed]).sort_index(kind="stable")
    if rows.empty:
        raise UnitsError("no report is in tonnes, nor has its fish a mean weight")
    return rows.reset_index(drop=True), numbers[~known].reset_index(drop=True)


def _told_in_tonnes(reports: pd.DataFrame, is_number: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which reports agree with one in tonnes in all but the unit and the catch."""
    if not is_number.any() or is_number.all():
        return np.zeros(len(reports), dtype=bool)
    names = [name for name in reports if name not in ("unit", "catch", "both_units")]
    factors = [pd.factorize(reports[name]) for name in names]
    key = joint_key([(positions, len(uniques)) for positions, uniques in factors])
    return np.isin(key, key[~is_number])


def _mean_weights(numbers: pd.DataFrame, weights: pd.DataFrame | None) -> Floats:
    """Of a fish of each report, kg; missing where it is not known."""
    if weights is None or len(numbers) == 0:
        return np.full(len(numbers), np.nan)
    require_columns(weights, ("species", "kg"))
    if not (np.isfinite(weights["kg"]) & (weights["kg"] > 0)).all():
        raise ValuesError("a mean weight is missing, infinite, zero or negative: kg of a fish")
    names = [name for name in ("species", "gear") if name in weights]
    table = pd.MultiIndex.from_frame(weights[names].astype(str))
    if not table.is_unique:
        raise ValuesError(f"a mean weight is there twice: one for each {' and '.join(names)}")
    at = table.get_indexer(pd.MultiIndex.from_frame(numbers[names].astype(str)))
    found: Floats = np.where(at < 0, np.nan, weights["kg"].to_numpy(np.float64)[at])
    return found
