"""SeaDataNet's Common Data Index: the list of its aggregated records, and records as tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_xml
from ..declarations import RelativePath, Service
from ..errors import MalformedAnswer, ParameterError
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader
from .cdi_record import CdiRecord, cdi_of

if TYPE_CHECKING:
    from ..places import File, Place

_AGGREGATION = re.compile(
    r"/(?P<id>(?P<edmo>\d+)-(?:[^/]*-)?[Dd][Ss](?P<discipline>\d+)-\d+)(?:/|$)"
)
_Edmo = Annotated[int, Field(gt=0, lt=100_000)]
_MOST = 50


class CdiListOptions(BaseModel):
    """Where the list is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: RelativePath = "report/aggregation"


class CdiListRequest(Asked):
    """Of which data centre, by its EDMO code; none: of all."""

    edmo: _Edmo | None = None


class CdiList(SourceReader):
    """Reads the list of aggregated records."""

    protocol = "SeaDataNet CDI list (XML)"
    makes = "pandas:DataFrame"
    options = CdiListOptions
    request = CdiListRequest

    def read(
        self, place: Place, options: CdiListOptions, request: CdiListRequest, *, lazy: bool
    ) -> Reading:
        """Read the addresses asked for."""
        import pandas as pd

        file = place.fetch([Ask(options.path, sample="cdi/list.xml")])[0]
        rows = [_row(address) for address in addresses_of(file)]
        table = pd.DataFrame(rows, columns=["id", "edmo", "discipline", "address"])
        table["edmo"] = table["edmo"].astype("Int64")
        if request.edmo is not None:
            table = table[table["edmo"].eq(request.edmo).fillna(False)]
        table = table.reset_index(drop=True)
        return Reading(table, count=len(table), files=[file])


def addresses_of(file: File) -> list[str]:
    """The addresses of records that a list has.

    Raises
    ------
    MalformedAnswer
        If it is no such list.
    """
    root = as_xml(file)
    if root.tag != "cdiGroup":
        raise MalformedAnswer(f"{file.path}: it is no list of CDI records, but {root.tag}")
    return [str(each.text or "").strip() for each in root.iter("cdiUrl")]


def _row(address: str) -> dict[str, Any]:
    found = _AGGREGATION.search(address)
    if not found:
        return {"id": None, "edmo": None, "discipline": None, "address": address}
    return {
        "id": found["id"],
        "edmo": int(found["edmo"]),
        "discipline": f"DS{found['discipline']}",
        "address": address,
    }


class CdiRecordOptions(BaseModel):
    """Which service has the aggregated records, and which folder of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aggregations: Service
    folder: RelativePath


class CdiRecordRequest(Asked):
    """Which records: aggregated ones by their ids, or one of a data centre by its own id."""

    aggregation: (
        Annotated[
            tuple[Annotated[str, Field(pattern=r"^\d+(-[A-Za-z0-9]+){1,4}$")], ...],
            Field(min_length=1, max_length=_MOST, strict=False),
        ]
        | None
    ) = None
    edmo: _Edmo | None = None
    local_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")] | None = None


class CdiRecords(SourceReader):
    """Reads records, a row each."""

    protocol = "SeaDataNet CDI record (ISO 19139)"
    makes = "pandas:DataFrame"
    options = CdiRecordOptions
    request = CdiRecordRequest

    def read(
        self, place: Place, options: CdiRecordOptions, request: CdiRecordRequest, *, lazy: bool
    ) -> Reading:
        """Read the records asked for."""
        import pandas as pd

        if (request.aggregation is None) == (request.edmo is None or request.local_id is None):
            raise ParameterError(
                "which records? Give aggregation=[...], or edmo and local_id, and not both"
            )
        if request.aggregation is not None:
            asks = [
                Ask(
                    f"{options.folder}/{each}/details.xml",
                    options.aggregations,
                    sample=f"cdi/{each}.xml",
                )
                for each in dict.fromkeys(request.aggregation)
            ]
        else:
            path = f"report/edmo/{request.edmo}/{request.local_id}/xml"
            asks = [Ask(path, sample=f"cdi/{request.local_id}.xml")]
        files = place.fetch(asks)
        table = pd.DataFrame([row_of(cdi_of(file)) for file in files])
        return Reading(table, count=len(table), files=files)


def row_of(record: CdiRecord) -> dict[str, Any]:
    """A record as a row; codes of vocabularies joined by a blank."""
    west, south, east, north = record.bbox or (None,) * 4
    least, most = record.depth or (None, None)
    return {
        "id": record.identifier,
        "title": record.title,
        "abstract": record.abstract,
        "edmo": record.custodian.code if record.custodian else "",
        "custodian": record.custodian.label if record.custodian else "",
        "originators": " ".join(each.code for each in record.originators if each.code),
        "p02": " ".join(each.code for each in record.p02 if each.code),
        "parameters": "; ".join(each.label for each in record.p02),
        "instruments": "; ".join(each.label for each in record.l05),
        "platforms": "; ".join(each.label for each in record.l06),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "first_day": record.time[0],
        "last_day": record.time[1],
        "least_depth": least,
        "greatest_depth": most,
        "licence": "; ".join(each.label for each in record.licences),
        "access": record.access,
        "formats": "; ".join(record.formats),
        "modified": record.modified,
        "links": " ".join(record.links),
    }
