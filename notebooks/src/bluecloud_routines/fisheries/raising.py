"""Reported catches by place, raised to what was caught in all.

What organisations publish by square and month is a part of what they publish by year, fleet and
gear: not all ships keep logs. Raising spreads the whole over the known places: within a stratum,
every report is multiplied by the one factor that makes their sum the nominal catch. Where there is
more by place than in all, the same factor lowers it. What cannot be raised stays as it is, and
the reason is told.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError
from bluecloud_routines.fisheries._columns import amounts, joint_key, labels, require_columns
from bluecloud_routines.fisheries._weighing import in_tonnes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

REFERENCES = (
    "FIRMS Global Tuna Atlas, raised catches (level 2), https://doi.org/10.5281/zenodo.11460074"
)
# Of some organisations the reports by place do not tell the fleet.
NO_FLEETS = {
    "WCPFC": ("species", "year", "gear"),
    "CCSBT": ("species", "year", "gear"),
}
RAISED, LOWERED, EQUAL = "raised", "lowered", "equal already"
NO_NOMINAL, NO_PLACE = "no nominal catch", "no report by place"
TOO_LITTLE, TOO_MUCH, NOT_ASKED = "coverage too small", "factor too large", "not asked for"
KEPT = "more by place than in all, kept"
_SAME = 1e-12


@dataclass(frozen=True)
class RaisedCatch:
    """Catches by place whose sums are the nominal ones, where they can be.

    Attributes
    ----------
    rows
        The reports in tonnes, with ``catch`` raised, ``catch_reported``, the ``factor`` between
        them, and the ``reason``.
    strata
        A row a stratum: what it is by, ``reported``, ``nominal`` and ``raised`` (t), ``factor``,
        ``coverage`` (reported over nominal) and ``reason``.
    account
        By reason: the number of strata, and their catch, reported, nominal and raised (t).
    unweighed
        Reports in numbers of fish for which there is no mean weight: they are in no sum.
    """

    rows: pd.DataFrame
    strata: pd.DataFrame
    account: pd.DataFrame
    unweighed: pd.DataFrame


def raise_to_nominal(
    reports: pd.DataFrame,
    nominal: pd.DataFrame,
    *,
    by: Sequence[str] = ("fishing_fleet", "species", "year", "gear"),
    by_authority: Mapping[str, Sequence[str]] = NO_FLEETS,
    weights: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    least_coverage: float = 0.0,
    most_factor: float = np.inf,
    lower: bool = True,
    gears: Sequence[str] | None = None,
    leave: Sequence[str] = (),
) -> RaisedCatch:
    """Catches by place, multiplied so that each stratum has its nominal catch.

    Parameters
    ----------
    reports
        Catches by place: ``source_authority``, what strata are ``by``, ``time`` and perhaps
        ``time_end``, ``area``, ``unit`` (t or no) and ``catch``; as ``harmonise_catch`` gives
        them. Of what is told in tonnes and in numbers, the numbers are left out.
    nominal
        Catches in all, in tonnes, with the same columns but the place.
    by
        What makes a stratum, besides the organisation: columns, and ``year``.
    by_authority
        The same for organisations that differ; by default those whose reports tell no fleets.
    weights
        Mean weights, to have numbers in tonnes: ``species``, perhaps ``gear``, and ``kg``.
    areas
        Which large area of the nominal catches each place is in: ``source_authority``, ``area``
        and ``nominal_area``. If given, it is part of the stratum.
    least_coverage
        Strata with a smaller share of their nominal catch by place are not raised, 0 to 1: a few
        reports would stand for all.
    most_factor
        Nor those with a larger factor.
    lower
        Whether what is more by place than in all is lowered to it, as the tuna atlas does.
    gears, leave
        Only these gears are raised, if given; and these organisations are not.

    Raises
    ------
    ParameterError
        If an option is outside its range, or strata are by nothing.
    UnitsError
        If a nominal catch is not in tonnes, or a unit is neither t nor no.
    TimeAxisError
        If a time is no date, or a catch is of more than one year.
    ValuesError
        If a column is absent, or a catch is missing, infinite or negative.
    """
    _require(least_coverage, most_factor, by, by_authority)
    columns = sorted({*by, *(name for each in by_authority.values() for name in each)} - {"year"})
    for table in (reports, nominal):
        require_columns(table, ("source_authority", *columns, "time", "unit", "catch"))
    require_columns(reports, ("area",))
    if (nominal["unit"].astype(str) != "t").any():
        raise UnitsError("a nominal catch is not in 't': they are in tonnes")
    rows, unweighed = in_tonnes(reports, weights)
    whole = nominal.reset_index(drop=True)
    if areas is not None:
        require_columns(areas, ("source_authority", "area", "nominal_area"))
        rows = rows.assign(nominal_area=_large_areas(rows, areas))
        whole = whole.assign(nominal_area=whole["area"].astype(str))
        columns = [*columns, "nominal_area"]
    keys, strata = _strata(rows, whole, columns, by, by_authority, areas is not None)
    count = len(strata)
    parts, wholes = keys[: len(rows)], keys[len(rows) :]
    caught, total = amounts(rows)[0], amounts(whole)[0]
    reported = np.bincount(parts, weights=caught, minlength=count)
    in_all = np.bincount(wholes, weights=total, minlength=count)
    has_place = np.bincount(parts, weights=caught > 0, minlength=count) > 0
    has_whole = np.bincount(wholes, minlength=count) > 0
    factor = np.divide(in_all, reported, out=np.ones(count), where=has_place)
    coverage = np.divide(reported, in_all, out=np.full(count, np.nan), where=in_all > 0)
    asked = ~strata["source_authority"].isin(leave).to_numpy(bool)
    if gears is not None:
        asked &= strata["gear"].isin(gears).to_numpy(bool)
    choices = [
        (~has_place, NO_PLACE),
        (~has_whole, NO_NOMINAL),
        (~asked, NOT_ASKED),
        (np.abs(factor - 1) <= _SAME, EQUAL),
        ((factor < 1) & (not lower), KEPT),
        (coverage < least_coverage, TOO_LITTLE),
        (factor > most_factor, TOO_MUCH),
        (factor < 1, LOWERED),
    ]
    reason = np.select([each for each, _ in choices], [why for _, why in choices], default=RAISED)
    changed = np.isin(reason, (RAISED, LOWERED))
    factor = np.where(changed, factor, 1.0)
    raised = np.where(has_place, reported * factor, 0.0)
    strata = strata.assign(
        reported=reported,
        nominal=np.where(has_whole, in_all, np.nan),
        raised=raised,
        factor=factor,
        coverage=coverage,
        reason=reason,
    )
    result = rows.assign(
        catch=caught * factor[parts],
        catch_reported=caught,
        factor=factor[parts],
        reason=pd.Categorical(reason).take(parts),
    )
    parameters = {
        "by": list(by),
        "by_authority": {name: list(each) for name, each in by_authority.items()},
        "least_coverage": least_coverage,
        "most_factor": most_factor if np.isfinite(most_factor) else None,
        "lower": lower,
        "gears": None if gears is None else list(gears),
        "leave": list(leave),
        "with_areas": areas is not None,
    }
    for table in (result, strata):
        table.attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    return RaisedCatch(result, strata, _account(strata), unweighed)


def _require(
    least_coverage: float,
    most_factor: float,
    by: Sequence[str],
    by_authority: Mapping[str, Sequence[str]],
) -> None:
    if not 0 <= least_coverage <= 1:
        raise ParameterError(f"least_coverage is {least_coverage:g}: a share from 0 to 1")
    if not most_factor >= 1:
        raise ParameterError(f"most_factor is {most_factor:g}: 1 or more")
    for name, each in {"by": by, **by_authority}.items():
        if "year" not in each:
            raise ParameterError(f"{name} is {tuple(each)}: 'year' must be in it")


def _large_areas(rows: pd.DataFrame, areas: pd.DataFrame) -> NDArray[np.generic]:
    names = ["source_authority", "area"]
    table = areas.astype(dict.fromkeys(names, str)).drop_duplicates(names).set_index(names)
    index = pd.MultiIndex.from_frame(rows[names].astype(str))
    found: NDArray[np.generic] = (
        table["nominal_area"].reindex(index).fillna("elsewhere").astype(str).to_numpy()
    )
    return found


def _strata(
    rows: pd.DataFrame,
    whole: pd.DataFrame,
    columns: Sequence[str],
    by: Sequence[str],
    by_authority: Mapping[str, Sequence[str]],
    with_areas: bool,
) -> tuple[Integers, pd.DataFrame]:
    """The stratum of each report and each nominal catch, and what each stratum is of."""
    authority, authorities = _shared(rows, whole, "source_authority")
    parts = {"source_authority": (authority, authorities)}
    for name in columns:
        positions, names = _shared(rows, whole, name)
        if not (name == "nominal_area" and with_areas):
            # Where it makes no stratum, all have the same.
            used = np.array([name in by_authority.get(each, by) for each in authorities])
            if not used.all():
                names = np.append(names, "all")
                positions = np.where(used[authority], positions, len(names) - 1)
        parts[name] = positions, names
    years = np.concatenate([_years(rows, "report"), _years(whole, "nominal catch")])
    first_year = int(years.min())
    span = np.arange(first_year, int(years.max()) + 1)
    parts["year"] = years - first_year, span
    key = joint_key([(positions, len(names)) for positions, names in parts.values()])
    stratum, found = pd.factorize(key)
    first = np.zeros(len(found), dtype=np.int64)
    first[stratum[::-1]] = np.arange(len(key))[::-1]
    told = {name: names[positions[first]] for name, (positions, names) in parts.items()}
    return stratum, pd.DataFrame(told)


def _shared(
    left: pd.DataFrame, right: pd.DataFrame, name: str
) -> tuple[Integers, NDArray[np.generic]]:
    """The names that a column of two tables has, and the position of each row of both, in turn."""
    parts = labels(left, name), labels(right, name)
    if parts[0].names == parts[1].names:
        both = np.concatenate([part.positions for part in parts])
        return both, np.array(parts[0].names, dtype=object)
    names = [np.array(part.names, dtype=object) for part in parts]
    together, place = np.unique(np.concatenate(names), return_inverse=True)
    places = place[: len(names[0])], place[len(names[0]) :]
    found = [where[part.positions] for where, part in zip(places, parts, strict=True)]
    return np.concatenate(found), together


def _years(table: pd.DataFrame, what: str) -> Integers:
    for name in ("time", "time_end"):
        if name in table and (table[name].dtype.kind != "M" or table[name].isna().any()):
            raise TimeAxisError(f"{name!r} of a {what} is missing, or no date")
    years: Integers = table["time"].dt.year.to_numpy(np.int64)
    if "time_end" in table and (table["time_end"].dt.year.to_numpy(np.int64) != years).any():
        raise TimeAxisError(f"a {what} is of more than one year: nominal catches are of one")
    return years


def _account(strata: pd.DataFrame) -> pd.DataFrame:
    sums = strata.groupby("reason")[["reported", "nominal", "raised"]].sum()
    sums.insert(0, "strata", strata.groupby("reason").size())
    return sums.sort_values("strata", ascending=False).reset_index()
