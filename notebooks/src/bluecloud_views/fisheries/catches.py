"""The catches that the view puts on grids, and what there is to choose among them.

The choices are those of the nominal catches: the table of catches by place has some hundred
megabytes and is read only for what was chosen.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Literal

import pandas as pd
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import fisheries
from bluecloud_routines.errors import ParameterError, ValuesError

from ..wire import Asked, Origin, Shown

ENTRY = "tuna_atlas_catch"
NOMINAL = "tuna_atlas_nominal_catch"
Downgrade = Literal["equal", "area", "drop"]

# Of the lists of ASFIS and ISSCFG, what most of the catch is.
_SPECIES = {
    "ALB": "albacore",
    "BET": "bigeye tuna",
    "BFT": "Atlantic bluefin tuna",
    "BLF": "blackfin tuna",
    "PBF": "Pacific bluefin tuna",
    "SBF": "southern bluefin tuna",
    "SKJ": "skipjack tuna",
    "SWO": "swordfish",
    "YFT": "yellowfin tuna",
}
_GEARS = {
    "01.1": "purse seines",
    "07.1": "set gillnets",
    "07.2": "drift gillnets",
    "09.1": "pole and line",
    "09.31": "set longlines",
    "09.32": "drifting longlines",
    "09.5": "trolling lines",
}


class ChoicesAsked(Asked):
    """Nothing: there is one atlas."""


class CatchAsked(Asked):
    """Which catch, and what becomes of a report that is wider than the squares it is drawn in."""

    species: str = Field(default="", description="ASFIS code; empty for all.")
    gear: str = Field(default="", description="ISSCFG code; empty for all.")
    first_year: int = Field(ge=1900, le=2100)
    last_year: int = Field(ge=1900, le=2100, description="Included.")
    downgrade: Downgrade = "equal"


class Choice(Shown):
    """A code and what it stands for."""

    code: str
    title: str


class Choices(Shown):
    """What there is to choose."""

    species: tuple[Choice, ...]
    gears: tuple[Choice, ...]
    first_year: int
    last_year: int
    widths: tuple[float, ...] = Field(description="Of squares, degrees.")


def choices(asked: ChoicesAsked) -> Choices:
    """Species, gears and years, and the widths of squares."""
    nominal = nominal_catch()
    years = nominal["time"].dt.year
    return Choices(
        species=_named(nominal["species"], _SPECIES),
        gears=_named(nominal["gear"], _GEARS),
        first_year=int(years.min()),
        last_year=int(years.max()),
        widths=fisheries.RESOLUTIONS,
    )


def _named(codes: pd.Series, names: dict[str, str]) -> tuple[Choice, ...]:
    known = sorted(codes.dropna().astype(str).unique())
    return tuple(
        Choice(code=code, title=f"{code}, {names[code]}" if code in names else code)
        for code in known
    )


@cache
def nominal_catch() -> pd.DataFrame:
    """What was caught in all by year, with or without a place."""
    read: Any = bluecloud_catalogs.open_catalog("fisheries")[NOMINAL].read()
    table: pd.DataFrame = read  # what this entry is read as
    return table


def catch_of(asked: CatchAsked) -> pd.DataFrame:
    """The reports of a catch in tonnes.

    Raises
    ------
    ParameterError
        If the years are reversed.
    ValuesError
        If there are no reports.
    """
    return _catch(asked.species, asked.gear, asked.first_year, asked.last_year)


@lru_cache(maxsize=16)
def _catch(species: str, gear: str, first: int, last: int) -> pd.DataFrame:
    if first > last:
        raise ParameterError(f"years are {first} to {last}: the first comes first")
    wanted: dict[str, Any] = {"time": [str(first), str(last)]}
    wanted |= {name: value for name, value in (("species", species), ("gear", gear)) if value}
    table: Any = bluecloud_catalogs.open_catalog("fisheries")[ENTRY].read(**wanted)
    tonnes: pd.DataFrame = table[table["unit"] == "t"]
    tonnes.attrs = table.attrs
    if not tonnes["catch"].sum() > 0:
        what = f"{species or 'any species'} by {gear or 'any gear'}"
        raise ValuesError(f"no catch of {what} is reported in tonnes in {first} to {last}")
    return tonnes


def origin_of(*tables: pd.DataFrame) -> Origin:
    """Where tables of the catalogue come from."""
    return Origin(
        titles=tuple(str(table.attrs["title"]) for table in tables),
        citations=tuple(bluecloud_catalogs.citations(table) for table in tables),
        synthetic=any(table.attrs.get("synthetic") == "true" for table in tables),
    )
