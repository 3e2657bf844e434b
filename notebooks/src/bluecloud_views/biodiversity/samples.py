"""The samples that the view maps and follows, of the data sets that it offers.

Measurements of OBIS are asked for one taxon at a time, since of all taxa there are millions. In the
tows the whole community was counted, so that a tow without the taxon is a sample of 0; OBIS mostly
keeps what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

import pandas as pd
from pydantic import Field

import bluecloud_catalogs
from bluecloud_catalogs import coastline
from bluecloud_routines import biodiversity
from bluecloud_routines.errors import ParameterError, ValuesError

from ..wire import Asked, Origin, Shown

DataSet = Literal["plankton_tows_synthetic", "obis_measurements"]

# Names and numbers in the World Register of Marine Species, as in zooplankton_map.ipynb.
APHIA_IDS = {
    "Calanus finmarchicus": 104464,
    "Calanus helgolandicus": 104466,
    "Acartia": 104108,
    "Metridia lucens": 104633,
    "Oithona": 106485,
    "Temora longicornis": 104878,
}


@dataclass(frozen=True)
class Extent:
    """Where and when the samples of a data set are looked for, and on what grid they are mapped."""

    bbox: tuple[float, float, float, float]
    resolution: float
    years: tuple[int, int]


EXTENTS: dict[str, Extent] = {
    "plankton_tows_synthetic": Extent((-30.0, 45.0, -11.0, 60.0), 0.25, (2006, 2017)),
    "obis_measurements": Extent((-75.0, 35.0, 25.0, 75.0), 1.0, (2010, 2020)),
}


class ChoicesAsked(Asked):
    """A data set, to know what there is to choose in it."""

    data: DataSet


class SamplesAsked(Asked):
    """Samples of a taxon in some years, of one month or of all."""

    data: DataSet
    taxon: str
    first_year: int = Field(ge=1900, le=2100)
    last_year: int = Field(ge=1900, le=2100, description="Included.")
    month: int | None = Field(default=None, ge=1, le=12, description="None is the whole year.")


class TaxonChoice(Shown):
    """A taxon that can be mapped."""

    name: str
    found: int | None = Field(description="Samples that hold it; null where nobody counted yet.")


class Choices(Shown):
    """What there is to choose in a data set."""

    data: DataSet
    taxa: tuple[TaxonChoice, ...] = Field(description="The most often found first.")
    bbox: tuple[float, float, float, float] = Field(description="West, south, east, north.")
    cell: float = Field(description="Width of the map's cells, degrees.")
    first_year: int
    last_year: int


def choices(asked: ChoicesAsked) -> Choices:
    """The taxa of a data set, its box and its years."""
    extent = EXTENTS[asked.data]
    if asked.data == "obis_measurements":
        taxa = [TaxonChoice(name=name, found=None) for name in APHIA_IDS]
    else:
        found = _community(asked.data)["taxon"].value_counts()
        taxa = [TaxonChoice(name=str(name), found=int(number)) for name, number in found.items()]
    return Choices(
        data=asked.data,
        taxa=tuple(taxa),
        bbox=extent.bbox,
        cell=extent.resolution,
        first_year=extent.years[0],
        last_year=extent.years[1],
    )


@lru_cache(maxsize=16)
def samples_of_years(data: DataSet, taxon: str, first: int, last: int) -> pd.DataFrame:
    """All samples of a taxon in the data set's box, first and last year included.

    Raises
    ------
    ParameterError
        If there is no such taxon, or the years are reversed.
    ValuesError
        If there is nothing.
    """
    if first > last:
        raise ParameterError(f"years are {first} to {last}: the first comes first")
    if data == "obis_measurements":
        if taxon not in APHIA_IDS:
            raise ParameterError(f"taxon is {taxon!r}: one of {sorted(APHIA_IDS)}")
        extent = EXTENTS[data]
        measurements: Any = bluecloud_catalogs.open_catalog("biodiversity")[data].read(
            taxa=[APHIA_IDS[taxon]], bbox=list(extent.bbox), time=[str(first), str(last)]
        )
        table = biodiversity.abundance_observations(measurements)
    else:
        table = _with_absences(_community(data), taxon)
    return biodiversity.in_period(table, years=(first, last))


def samples(asked: SamplesAsked) -> pd.DataFrame:
    """The samples that are asked for.

    Raises
    ------
    ParameterError
        If there is no such taxon, or the years are reversed.
    ValuesError
        If there are none.
    """
    table = samples_of_years(asked.data, asked.taxon, asked.first_year, asked.last_year)
    if asked.month is not None:
        table = biodiversity.in_period(table, months=[asked.month])
    if table.empty:
        when = f"{asked.first_year}-{asked.last_year}"
        month = "" if asked.month is None else f" in month {asked.month}"
        raise ValuesError(f"there are no samples of {asked.taxon} in {when}{month}")
    return table


def origin(table: pd.DataFrame) -> Origin:
    """Where samples come from; of OBIS, each of the data sets that gave some."""
    attrs = table.attrs
    given = [str(each["citation"]) for each in attrs.get("datasets", [])]
    cited = [str(attrs["citation"]), *given, coastline.CITATION]
    return Origin(
        titles=(str(attrs["title"]),),
        citations=tuple(dict.fromkeys(cited))[:40],
        synthetic=attrs.get("synthetic") == "true",
    )


@cache
def _community(data: DataSet) -> pd.DataFrame:
    """Each taxon of each sample of a data set in which the whole community was counted."""
    measurements: Any = bluecloud_catalogs.open_catalog("biodiversity")[data].read()
    return biodiversity.abundance_observations(measurements, by_taxon=True)


def _with_absences(community: pd.DataFrame, taxon: str) -> pd.DataFrame:
    """A row for each sample of a community: 0 where the taxon was not found."""
    found = community[community["taxon"] == taxon]
    if found.empty:
        raise ParameterError(f"taxon is {taxon!r}: one of {sorted(set(community['taxon']))}")
    places = ["decimalLongitude", "decimalLatitude", "time"]
    every = community.drop_duplicates("sample").set_index("sample")[places]
    value = found.groupby("sample")["value"].sum().reindex(every.index, fill_value=0.0)
    table: pd.DataFrame = every.assign(value=value).reset_index(drop=True)
    table.attrs = dict(community.attrs)
    return table
