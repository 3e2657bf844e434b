"""The marine data infrastructures behind one catalogue.

>>> import bluecloud_catalogs
>>> catalogue = bluecloud_catalogs.open_catalog("environment")
>>> sst = catalogue["ostia_sst_monthly"].read()
>>> print(bluecloud_catalogs.citations(sst))

Importing it imports next to nothing: Intake, pydantic and xarray come with the first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import (
    CatalogueError,
    CredentialRequired,
    DataError,
    LicenceNotAccepted,
    MalformedAnswer,
    NotFound,
    NotLazy,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
    SourceError,
    SourceUnavailable,
    TierError,
    UnknownEntry,
    UnusableFile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import Literal

    import geopandas as gpd
    import pandas as pd
    import xarray as xr

    from .catalogue import EntryReader, LaboratoryCatalog
    from .discovery.results import Results
    from .facts import EntryFacts
    from .own import Added
    from .qc import Scheme
    from .readers.base import Data

__all__ = [
    "CatalogueError",
    "CredentialRequired",
    "DataError",
    "LicenceNotAccepted",
    "MalformedAnswer",
    "NotFound",
    "NotLazy",
    "ParameterError",
    "RequestRefused",
    "RequestTooLarge",
    "SourceError",
    "SourceUnavailable",
    "TierError",
    "UnknownEntry",
    "UnusableFile",
    "add_data",
    "citations",
    "entries",
    "find",
    "land",
    "merge_profiles",
    "open_catalog",
    "open_entry",
    "remove_data",
]


def open_catalog(laboratory: str, *, strict: bool = True) -> LaboratoryCatalog:
    """Open a laboratory's catalogue; see :func:`bluecloud_catalogs.catalogue.open_catalog`."""
    from .catalogue import open_catalog

    return open_catalog(laboratory, strict=strict)


def open_entry(name: str, /, **parameters: object) -> EntryReader:
    """Give an entry of any source, a product, or one's own data: for what a search found.

    Raises
    ------
    UnknownEntry
        If there is none of that name.
    ParameterError
        If it cannot be asked so.
    """
    from .discovery.opening import open_entry

    return open_entry(name, **parameters)


def entries(laboratory: str, *, strict: bool = True) -> list[EntryFacts]:
    """Give the facts of a laboratory's entries, each with a cell that reads it."""
    return open_catalog(laboratory, strict=strict).facts()


def citations(*read: Data) -> str:
    """Write the acknowledgement that a work on these data owes."""
    from .provenance import citations

    return citations(*read)


def add_data(
    path: str | Path,
    *,
    visibility: Literal["private", "laboratory"] = "private",
    title: str | None = None,
    name: str | None = None,
    licence: Literal[
        "all rights reserved", "CC0 1.0", "CC BY 4.0", "CC BY-NC 4.0"
    ] = "all rights reserved",
    citation: str | None = None,
    units: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    time: str | datetime | None = None,
    position: tuple[float, float] | None = None,
    replace: bool = False,
) -> Added:
    """Add a file of one's own to the catalogue; see :func:`bluecloud_catalogs.own.add_data`."""
    from .own import add_data

    return add_data(
        path,
        visibility=visibility,
        title=title,
        name=name,
        licence=licence,
        citation=citation,
        units=units,
        names=names,
        time=time,
        position=position,
        replace=replace,
    )


def remove_data(name: str, *, visibility: Literal["private", "laboratory"] = "private") -> Path:
    """Take own data out of the catalogue; see :func:`bluecloud_catalogs.own.remove_data`."""
    from .own import remove_data

    return remove_data(name, visibility=visibility)


def merge_profiles(
    *read: xr.Dataset | pd.DataFrame,
    duplicates: Literal["best", "all"] = "best",
    schemes: Mapping[str, Scheme] | None = None,
) -> xr.Dataset:
    """Bring casts of several sources together; see :mod:`bluecloud_catalogs.merging`."""
    from .merging import merge_profiles

    return merge_profiles(*read, duplicates=duplicates, schemes=schemes)


def land(
    bbox: Sequence[float] | None = None, *, scale: Literal["50m", "110m"] = "50m"
) -> gpd.GeoDataFrame:
    """Give the land of a box as polygons; see :func:`bluecloud_catalogs.coastline.land`."""
    from .coastline import land

    return land(bbox, scale=scale)


def find(
    text: str | None = None,
    *,
    bbox: Sequence[float] | None = None,
    time: str | Sequence[object] | None = None,
    depth: tuple[float, float] | None = None,
    variables: str | Sequence[str] = (),
    taxa: int | str | Sequence[int | str] = (),
    sources: str | Sequence[str] = (),
    collections: str | Sequence[str] = (),
    levels: str | Sequence[str] = (),
    platforms: str | Sequence[str] = (),
    limit: int = 50,
    token: str | None = None,
) -> Results:
    """Find data of all sources.

    >>> found = bluecloud_catalogs.find("oxygen", bbox=[-6, 30, 37, 46], time="2015/2020")
    >>> found.total, found.facets["source"]
    >>> found.open(0)

    All that is given has to be fulfilled; of a list, one of it. Words are compared without
    case, accents and plurals, and mean what the vocabulary knows them to mean.

    Parameters
    ----------
    text
        Words, all of which a record must have.
    bbox
        West, south, east, north in degrees; west above east crosses the antimeridian.
    time
        As ``"2015/2020"``, both included; ``".."`` leaves a side open.
    depth
        Shallowest and deepest in metres, positive down.
    variables
        Codes of P01 or P02, CF standard names, a provider's own names, or words.
    taxa
        AphiaIDs or scientific names.
    limit, token
        How many records a page has, at most 1000, and the page before's token.

    Raises
    ------
    ParameterError
        Before anything is asked, naming what is wrong and what is allowed.
    CredentialRequired
        If the service does not know who asks.
    """
    from .discovery.finding import find

    return find(
        text,
        bbox=bbox,
        time=time,
        depth=depth,
        variables=variables,
        taxa=taxa,
        sources=sources,
        collections=collections,
        levels=levels,
        platforms=platforms,
        limit=limit,
        token=token,
    )
