"""Raw catches of the tuna organisations as rows that all share, and nothing lost on the way.

Five organisations publish catches in as many layouts, with codes of their own. A row here says
the same in the same words for all of them: whose, which fleet, gear, fishing mode, species, from
when to when, in which square of the grid of fishery statistics, in which unit, and how much. An
account goes with the rows: what was read and written, and what its codes did not tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.fisheries._columns import joint_key, require_columns
from bluecloud_routines.fisheries._fishery_codes import (
    MODES,
    SPECIES,
    UNKNOWN_FLEET,
    UNKNOWN_GEAR,
    UNKNOWN_MODE,
    fleet_of,
    gear_codes,
)
from bluecloud_routines.fisheries._layouts import layout_of
from bluecloud_routines.fisheries._wide import KEYS, Wide, named_plainly
from bluecloud_routines.fisheries.cwp import REFERENCE, as_numbers, corners

Floats = NDArray[np.float64]
Codes = Mapping[str, str]

REFERENCES = f"{REFERENCE}; FIRMS Global Tuna Atlas, https://doi.org/10.5281/zenodo.11460074"
COLUMNS = ("source_authority", *KEYS, "catch")


@dataclass(frozen=True)
class HarmonisedCatch:
    """Catches in the words that all organisations share.

    Attributes
    ----------
    rows
        ``source_authority``, ``fishing_fleet``, ``gear`` (ISSCFG), ``fishing_mode`` (FS free
        schools, LS at floating objects, DEL with dolphins, OTH, UNK), ``time`` and ``time_end``
        (first and last day), ``area`` (code of the CWP grid, or the organisation's own words),
        ``species`` (ASFIS), ``unit`` (t or no), ``catch``, and ``both_units``: whether the
        stratum is there in tonnes and in numbers, so that one of them must be left out of sums.
    account
        By ``what`` (read, written, and what could not be told): the number of reports, and the
        catch in ``t`` and in ``no``.
    unknown
        The codes of fleets and gears that were not known: ``column``, ``code``, ``reports``.
    layout
        As what the table was read.
    """

    rows: pd.DataFrame
    account: pd.DataFrame
    unknown: pd.DataFrame
    layout: str


def harmonise_catch(
    raw: pd.DataFrame,
    *,
    gear: str | None = None,
    gears: Codes | None = None,
    fleets: Codes | None = None,
    species: Codes | None = None,
) -> HarmonisedCatch:
    """The catches of a table as an organisation publishes it, in the words that all share.

    Known are, by their columns: IATTC by squares and nominal, WCPFC longline, purse seine, pole
    and line, and nominal, ICCAT task 2 with and without schools, IOTC catch and effort, CCSBT
    longline and surface, and rows of the tuna atlas itself.

    Parameters
    ----------
    raw
        The table as it is published, such as ``pandas.read_csv`` gives it. Zeros and missing
        values are no reports.
    gear
        The organisation's code of the gear, where the layout does not say it and the name of
        the file does: ``"PS"`` or ``"LP"`` of IATTC.
    gears, fleets, species
        Codes of the organisation and what they stand for, besides those that are known.

    Raises
    ------
    ParameterError
        If the gear is needed.
    TimeAxisError
        If a year or month is none.
    ValuesError
        If the layout is not known, a place is none, or a catch is negative or infinite.
    """
    if len(raw) == 0:
        raise ValuesError("the table of catches has no rows")
    plain = named_plainly(raw)
    layout = layout_of(plain)
    wide = layout.read(plain, gear)
    if np.isinf(wide.values).any() or (wide.values < 0).any():
        raise ValuesError("a catch is infinite or negative: say what it is, or leave it out")
    row, column = np.nonzero(wide.values > 0)  # a missing value is not above 0
    if row.size == 0:
        raise ValuesError("no catch is above 0: there is nothing to harmonise")
    catch = wide.values[row, column] / wide.divisor[row]
    told = {
        name: labels.of(row if by_row else column)
        for name, (labels, by_row) in _told(wide, gears or {}, fleets or {}, species or {}).items()
    }
    if (told["unit"].positions < 0).any():
        at = wide.rows.index[row[int(np.argmin(told["unit"].positions))]]
        raise ValuesError(f"row {at} has a catch, and no unit: 't' or 'no' must be told")
    rows = _summed(told, catch)
    rows.attrs = {"references": REFERENCES, "layout": layout.name}
    area = told["area"]
    missing = {
        "area not of the grid": (corners(as_numbers(area.names))[0] == 0)[area.positions],
        "fleet not known": told["fishing_fleet"].are(UNKNOWN_FLEET),
        "gear not known": told["gear"].are(UNKNOWN_GEAR),
        "fishing mode not known": told["fishing_mode"].are(UNKNOWN_MODE),
    }
    unit = told["unit"].names[told["unit"].positions]
    both = rows[rows["both_units"]]
    parts = [_part("read", unit, catch), _part("written", rows["unit"], rows["catch"])]
    parts += [_part(what, unit[here], catch[here]) for what, here in missing.items()]
    parts.append(_part("in both units", both["unit"], both["catch"]))
    here = [("fishing_fleet", UNKNOWN_FLEET), ("gear", UNKNOWN_GEAR)]
    unknown = pd.concat(
        [_codes_of(wide, name, told[name].are(code), row, column) for name, code in here],
        ignore_index=True,
    )
    return HarmonisedCatch(rows, pd.DataFrame(parts), unknown, layout.name)


def join_authorities(
    tables: Sequence[pd.DataFrame],
    *,
    prefer: Sequence[str] = ("CCSBT", "IATTC", "IOTC", "ICCAT", "WCPFC"),
    by: Sequence[str] = ("species", "gear", "fishing_fleet", "time", "area", "unit"),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of several organisations, each catch once where their waters overlap.

    Two organisations may publish the same catch. Where several tell of the same ``by``, the
    rows of the one that stands first in ``prefer`` are kept.

    Parameters
    ----------
    tables
        ``rows`` of harmonised catches.
    prefer
        Organisations; one that is not named comes last.
    by
        What must agree for two rows to be of the same catch.

    Returns
    -------
    pandas.DataFrame, pandas.DataFrame
        The rows that are kept, and those that are not.

    Raises
    ------
    ParameterError
        If there is no table, or ``by`` is empty.
    ValuesError
        If a table lacks a column.
    """
    if not tables or not by:
        raise ParameterError("tables or by is empty: there is nothing to join")
    for table in tables:
        require_columns(table, ("source_authority", *by))
    joined = pd.concat(tables, ignore_index=True)
    rank = {name: place for place, name in enumerate(prefer)}
    order = joined["source_authority"].map(rank).fillna(len(rank))
    first = order.groupby([joined[name] for name in by], sort=False, dropna=False).transform("min")
    kept = (order == first).to_numpy()
    return joined[kept].reset_index(drop=True), joined[~kept].reset_index(drop=True)


@dataclass(frozen=True)
class _Labels:
    """What each of many reports says of one thing: few different values, and positions."""

    names: NDArray[np.generic]
    positions: NDArray[np.int32]

    def of(self, which: NDArray[np.int64]) -> "_Labels":
        return _Labels(self.names, self.positions.take(which))

    def are(self, name: str) -> NDArray[np.bool_]:
        same: NDArray[np.bool_] = (self.names == name)[self.positions]
        return same

    def column(self) -> pd.Categorical | NDArray[np.generic]:
        """Names as categories, which many rows share; times as they are."""
        if self.names.dtype.kind == "M":
            return self.names[self.positions]
        used = np.bincount(self.positions, minlength=len(self.names)) > 0
        positions = self.positions if used.all() else (np.cumsum(used) - 1).take(self.positions)
        return pd.Categorical.from_codes(positions, pd.Index(self.names[used], dtype=object))


def _told(
    wide: Wide, gears: Codes, fleets: Codes, species: Codes
) -> dict[str, tuple[_Labels, bool]]:
    """Each column of the rows, in shared words, and whether it is by row or by column."""
    known = {name: _gear(code) for name, code in (gear_codes(wide.authority) | dict(gears)).items()}
    say: dict[str, Callable[[str], str]] = {
        "source_authority": str,
        "area": str,
        "unit": str,
        "gear": lambda code: known.get(code) or (_gear(code) if "." in code else UNKNOWN_GEAR),
        "fishing_fleet": lambda code: fleets.get(code) or fleet_of(code),
        "species": lambda code: species.get(code) or SPECIES.get(code, code),
        "fishing_mode": lambda code: MODES.get(code.upper(), UNKNOWN_MODE),
    }
    told = {}
    for name in COLUMNS[:-1]:
        by_row = name in wide.rows
        values = (wide.rows if by_row else wide.columns)[name]
        told[name] = (_labels(values, say.get(name)), by_row)
    return told


def _labels(values: pd.Series, say: Callable[[str], str] | None) -> _Labels:
    """One answer for each distinct code: a table repeats them."""
    if say is not None and values.hasnans and values.name != "unit":
        values = values.astype(object).where(values.notna(), "")
    positions, uniques = pd.factorize(values)
    if say is None:
        names = np.asarray(uniques)
    else:
        names = np.array([say(str(code).strip()) for code in uniques], dtype=object)
    if len(names) == 0:
        return _Labels(np.array([""], dtype=object), positions.astype(np.int32))
    ordered, place = np.unique(names, return_inverse=True)
    return _Labels(ordered, np.where(positions < 0, -1, place[positions]).astype(np.int32))


def _codes_of(
    wide: Wide,
    name: str,
    which: NDArray[np.bool_],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
) -> pd.DataFrame:
    """The organisation's own codes of some reports, and how many have each."""
    by_row = name in wide.rows
    codes = (wide.rows if by_row else wide.columns)[name]
    own = codes.iloc[(row if by_row else column)[which]].astype(object)
    counted = own.where(own.notna(), "").astype(str).str.strip().value_counts()
    return pd.DataFrame({"column": name, "code": counted.index, "reports": counted.to_numpy()})


def _gear(code: str) -> str:
    """A code of ISSCFG with two digits before the point, which numbers do not keep."""
    whole, point, part = code.partition(".")
    return f"{whole.zfill(2)}{point}{part}"


def _summed(told: Mapping[str, _Labels], catch: Floats) -> pd.DataFrame:
    """One row for reports that say the same, in order."""
    key = joint_key([(labels.positions, len(labels.names)) for labels in told.values()])
    order = np.argsort(key)
    found = key.take(order)
    first = np.flatnonzero(np.r_[True, found[1:] != found[:-1]])
    own = order.take(first)
    rows = pd.DataFrame({name: labels.of(own).column() for name, labels in told.items()})
    rows["catch"] = np.add.reduceat(catch.take(order), first)
    # The unit is the last part of the key: what is before it is the stratum.
    stratum = found.take(first) // len(told["unit"].names)
    again = np.r_[False, stratum[1:] == stratum[:-1]]
    rows["both_units"] = again | np.r_[again[1:], False]
    return rows


def _part(what: str, unit: ArrayLike, catch: ArrayLike) -> dict[str, object]:
    units, values = np.asarray(unit), np.asarray(catch, np.float64)
    sums = {name: float(values[units == name].sum()) for name in ("t", "no")}
    return {"what": what, "reports": len(values), **sums}
