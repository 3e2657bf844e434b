"""Names of taxa (WoRMS) and of places (Marine Regions) as tables, by name or by number.

Both answer in JSON, WoRMS with 204 where it knows nothing: that is an empty table. A synonym is
given with what it is accepted as.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import Service
from ..errors import MalformedAnswer, NotFound, ParameterError
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .taxa import Taxa

if TYPE_CHECKING:
    from ..places import File, Place

_PAGE = 50
_MOST_PAGES = 40
_FOUND_OR_NOTHING = frozenset({200, 204})
_TAXON = (
    "AphiaID", "scientificname", "authority", "status", "rank", "valid_AphiaID", "valid_name",
    "kingdom", "phylum", "class", "order", "family", "genus", "isMarine", "isBrackish",
    "isFreshwater", "lsid", "citation", "modified",
)  # fmt: skip
_PLACE = (
    "MRGID", "preferredGazetteerName", "placeType", "latitude", "longitude", "minLongitude",
    "minLatitude", "maxLongitude", "maxLatitude", "status", "gazetteerSource",
)  # fmt: skip
# Letters of any script and what stands in names of taxa (the cross of a hybrid too) and places:
# no slash and no controls.
Name = Annotated[str, Field(pattern="^\\w[\\w .,'()\u00d7\u2019&-]{0,99}$")]
_Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=50, strict=False)]


class GazetteerOptions(BaseModel):
    """Which service, and the file of a sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    sample: str


class TaxonRequest(Asked):
    """Which taxa: by their names as they are written, or by their AphiaIDs."""

    names: _Names | None = None
    taxa: Taxa = None


class WormsTaxa(SourceReader):
    """Reads taxa of the World Register of Marine Species."""

    protocol = "WoRMS REST"
    makes = "pandas:DataFrame"
    options = GazetteerOptions
    request = TaxonRequest

    def read(
        self, place: Place, options: GazetteerOptions, request: TaxonRequest, *, lazy: bool
    ) -> Reading:
        """Read the taxa asked for; the column ``asked`` has the name or number asked for."""
        import pandas as pd

        if request.names is None and request.taxa is None:
            raise ParameterError("which taxa? Give names, or taxa as AphiaIDs")
        rows: list[dict[str, Any]] = []
        files: list[File] = []
        for name in request.names or ():
            _by_name(place, options, name, rows, files)
        for number in request.taxa or ():
            ask = Ask(
                f"AphiaRecordByAphiaID/{number}",
                options.service,
                statuses=_FOUND_OR_NOTHING,
                sample=options.sample,
            )
            file = place.fetch([ask])[0]
            files.append(file)
            told = [each for each in _records(file, "AphiaID") if each["AphiaID"] == number]
            rows += [{"asked": str(number), **each} for each in told]
        table = pd.DataFrame(rows, columns=["asked", *_TAXON])
        for name in ("AphiaID", "valid_AphiaID"):
            table[name] = pd.to_numeric(table[name]).astype("Int64")
        return Reading(table, count=len(table), files=files)


def _by_name(
    place: Place,
    options: GazetteerOptions,
    name: str,
    rows: list[dict[str, Any]],
    files: list[File],
) -> None:
    """All taxa of a name, homonyms too."""
    for page in range(_MOST_PAGES):
        path = with_query(
            f"AphiaRecordsByName/{quote(name, safe='')}",
            {"like": "false", "marine_only": "false", "offset": 1 + page * _PAGE},
        )
        ask = Ask(path, options.service, statuses=_FOUND_OR_NOTHING, sample=options.sample)
        file = place.fetch([ask])[0]
        files.append(file)
        told = _records(file, "AphiaID")
        rows += [
            {"asked": name, **each}
            for each in told
            if str(each.get("scientificname", "")).lower() == name.lower()
        ]
        if len(told) < _PAGE:
            return
    raise MalformedAnswer(f"{files[-1].path}: it goes on after {_MOST_PAGES} pages")


class PlaceRequest(Asked):
    """Which places: by name, or by their numbers (MRGID)."""

    names: _Names | None = None
    numbers: (
        Annotated[
            tuple[Annotated[int, Field(gt=0, lt=10**8)], ...],
            Field(min_length=1, max_length=50, strict=False),
        ]
        | None
    ) = None


class MarineRegions(SourceReader):
    """Reads places of the Marine Regions gazetteer."""

    protocol = "Marine Regions REST"
    makes = "pandas:DataFrame"
    options = GazetteerOptions
    request = PlaceRequest

    def read(
        self, place: Place, options: GazetteerOptions, request: PlaceRequest, *, lazy: bool
    ) -> Reading:
        """Read the places asked for; boxes are west, south, east, north of each."""
        import pandas as pd

        if request.names is None and request.numbers is None:
            raise ParameterError("which places? Give names, or numbers (MRGID)")
        rows: list[dict[str, Any]] = []
        files: list[File] = []
        for asked, path in _paths(request):
            try:
                file = place.fetch([Ask(path, options.service, sample=options.sample)])[0]
            except NotFound:
                if place.tier == "sample":
                    raise
                continue  # it answers 404 for a name that nothing has
            files.append(file)
            told = [each for each in _records(file, "MRGID") if _is_asked(each, asked)]
            rows += [{"asked": str(asked), **each} for each in told]
        table = pd.DataFrame(rows, columns=["asked", *_PLACE])
        for name in _PLACE[3:9]:
            table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
        return Reading(table, count=len(table), files=files)


def _paths(request: PlaceRequest) -> list[tuple[str | int, str]]:
    by_name: list[tuple[str | int, str]] = [
        (name, f"getGazetteerRecordsByName.json/{quote(name, safe='')}/")
        for name in request.names or ()
    ]
    return by_name + [
        (number, f"getGazetteerRecordByMRGID.json/{number}/") for number in request.numbers or ()
    ]


def _is_asked(told: dict[str, Any], asked: str | int) -> bool:
    if isinstance(asked, int):
        return bool(told["MRGID"] == asked)
    return asked.lower() in str(told.get("preferredGazetteerName", "")).lower()


def _records(file: File, key: str) -> list[dict[str, Any]]:
    """The records of an answer, which is one, a list, or nothing at all (204)."""
    if file.status == 204:
        return []
    told = as_json(file)
    found = told if isinstance(told, list) else [told]
    if not all(isinstance(each, dict) and key in each for each in found):
        raise MalformedAnswer(f"{file.path}: it is no list of records with {key}")
    return found
