"""Scenes in a catalogue that speaks OData, as the Copernicus Data Space does.

``$count`` announces how many there are, and ``@odata.nextLink`` says where the next page is;
pages are followed to the end and counted. A box over the antimeridian is asked for in its two
parts. All filters are applied again to what comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import Service
from ..errors import MalformedAnswer
from ..places import Ask, with_query
from . import boxes
from .base import Reading, SourceReader
from .scenes import SceneRequest, check, check_total, moments, table

if TYPE_CHECKING:
    from ..places import File, Place

_PAGE = 200
# Without quotes, which would end the word in a filter.
_WORD = r"^[A-Za-z0-9_-]{1,60}$"


class ODataOptions(BaseModel):
    """Which scenes of all: by collection and product type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    collection: str = Field(pattern=_WORD)
    product_type: str | None = Field(default=None, pattern=_WORD)


class ODataScenes(SourceReader):
    """Reads which scenes of a collection there are."""

    protocol = "OData"
    makes = "geopandas:GeoDataFrame"
    options = ODataOptions
    request = SceneRequest

    def read(
        self, place: Place, options: ODataOptions, request: SceneRequest, *, lazy: bool
    ) -> Reading:
        """Read the scenes asked for."""
        check(request)
        query = {
            "$filter": filter_of(options, request),
            "$orderby": "ContentDate/Start asc",
            "$top": _PAGE,
            "$count": "True",
            "$expand": "Attributes",
        }
        ask = Ask(
            with_query("Products", query, safe="/()',:;="),
            options.service,
            sample=f"{options.service}/Products.json",
        )
        rows, files = _pages(place, ask, request)
        chosen = [row for row in rows if _is_of(row, options)]
        scenes = table(chosen, request)
        return Reading(scenes, len(scenes), files)


def filter_of(options: ODataOptions, request: SceneRequest) -> str:
    """The condition of a request."""
    first, after = moments(request)
    conditions = [f"Collection/Name eq '{options.collection}'"]
    if request.bbox is not None:
        parts = [_touches(part) for part in boxes.parts(request.bbox)]
        conditions.append(parts[0] if len(parts) == 1 else f"({' or '.join(parts)})")
    if first:
        conditions.append(f"ContentDate/End ge {first}")
    if after:
        conditions.append(f"ContentDate/Start lt {after}")
    if options.product_type:
        conditions.append(_attribute("String", "productType", "eq", f"'{options.product_type}'"))
    if request.cloud_below is not None:
        conditions.append(_attribute("Double", "cloudCover", "le", f"{request.cloud_below:.2f}"))
    return " and ".join(conditions)


def _touches(part: boxes.Part) -> str:
    west, south, east, north = part
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    places = ",".join(f"{x:.6f} {y:.6f}" for x, y in ring)
    return f"OData.CSC.Intersects(area=geography'SRID=4326;POLYGON(({places}))')"


def _attribute(kind: str, name: str, comparison: str, value: str) -> str:
    path = f"OData.CSC.{kind}Attribute"
    return (
        f"Attributes/{path}/any(att:att/Name eq '{name}' and att/{path}/Value {comparison} {value})"
    )


def _pages(
    place: Place, ask: Ask, request: SceneRequest
) -> tuple[list[dict[str, Any]], list[File]]:
    """All rows of all pages, which are as many as were announced."""
    rows: list[dict[str, Any]] = []
    files: list[File] = []
    total: int | None = None
    while True:
        (file,) = place.fetch([ask])
        files.append(file)
        told = as_json(file)
        values = told.get("value") if isinstance(told, dict) else None
        if not isinstance(values, list):
            raise MalformedAnswer(f"{file.path}: it is no answer of OData, which has a value")
        if total is None and isinstance(told.get("@odata.count"), int):
            total = told["@odata.count"]
            check_total(total, request)
        rows += [_row(each, file) for each in values]
        check_total(len(rows), request)
        following = told.get("@odata.nextLink")
        if not following:
            break
        if not values:
            raise MalformedAnswer(f"{file.path}: a page is empty, and names another")
        ask = Ask(str(following).replace(" ", "%20"), sample="none")
    if total is not None and len(rows) != total:
        raise MalformedAnswer(f"{files[0].path}: {total} scenes are announced, {len(rows)} came")
    return rows, files


def _row(told: Any, file: File) -> dict[str, Any]:
    """A product as a scene; what one archive calls ``name`` another calls ``Name``."""
    try:
        attributes = {each["Name"]: each["Value"] for each in told.get("Attributes") or ()}
        dates = told["ContentDate"]
        return {
            "id": told["Id"],
            "name": told["Name"],
            "collection": attributes.get("platformShortName"),
            "product_type": attributes.get("productType"),
            "start": dates["Start"],
            "end": dates["End"],
            "published": told.get("PublicationDate"),
            "size_bytes": told.get("ContentLength"),
            "cloud_cover": attributes.get("cloudCover"),
            "platform": attributes.get("platformSerialIdentifier"),
            "online": bool(told.get("Online")),
            "address": told.get("S3Path"),
            "geometry": told.get("GeoFootprint"),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedAnswer(f"{file.path}: a product lacks {error}") from error


def _is_of(row: dict[str, Any], options: ODataOptions) -> bool:
    """Whether a product is of the collection and type; who does not say is believed."""
    kind = row["product_type"]
    return (row["collection"] in (None, options.collection)) and (
        options.product_type is None or kind in (None, options.product_type)
    )
