"""The layers of a Web Map Service as a table: what can be drawn, where, and at which times.

A map is a picture and no data; what a laboratory needs of such a service is to know its layers, to
put them under its own. Boxes are read from ``EX_GeographicBoundingBox``, which names its sides:
those of ``BoundingBox`` begin with the latitude in version 1.3.0 and with the longitude in 1.1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from ..answers import as_xml
from ..declarations import Line, RelativePath
from ..errors import MalformedAnswer
from ..places import Ask, with_query
from . import boxes
from .asked import Asked, Box
from .base import Reading, SourceReader
from .ogc import PRINTABLE, sound

if TYPE_CHECKING:
    import geopandas as gpd
    from lxml.etree import _Element

    from ..places import File, Place

_COLUMNS = ("name", "title", "abstract", "times", "styles", "map_address")
_SIDES = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")


Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]


class WmsOptions(BaseModel):
    """The service of the source, and the path below it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Line | None = None
    path: RelativePath | None = None


class WmsRequest(Asked):
    """Which layers: all that hold the text in name, title or abstract, and touch the box."""

    text: Text | None = None
    bbox: Box = None


class WmsLayers(SourceReader):
    """Reads the layers of a map service; ``map_address`` is where GetMap is asked."""

    protocol = "OGC WMS 1.3.0"
    makes = "geopandas:GeoDataFrame"
    options = WmsOptions
    request = WmsRequest

    def read(
        self, place: Place, options: WmsOptions, request: WmsRequest, *, lazy: bool
    ) -> Reading:
        """Read the layers asked for."""
        query = {"service": "WMS", "version": "1.3.0", "request": "GetCapabilities"}
        path = with_query(options.path or "", query)
        file = place.fetch([Ask(path, options.service, sample="layers.xml")])[0]
        table = _layers(file)
        if request.text is not None:
            wanted = request.text.casefold()
            words = zip(table["name"], table["title"], table["abstract"], strict=True)
            table = table[[wanted in "\n".join(each).casefold() for each in words]]
        if request.bbox is not None:
            import shapely

            parts = [shapely.box(*part) for part in boxes.parts(request.bbox)]
            table = table[table.geometry.intersects(shapely.unary_union(parts))]
        table = table.reset_index(drop=True)
        return Reading(table, count=len(table), files=[file])


def _layers(file: File) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    root = as_xml(sound(file))
    capability = root.find("{*}Capability")
    if not str(root.tag).endswith("Capabilities") or capability is None:
        raise MalformedAnswer(f"{file.path}: it is no description of a map service: {root.tag}")
    resource = root.find(".//{*}GetMap//{*}Get/{*}OnlineResource")
    address = resource.get("{http://www.w3.org/1999/xlink}href", "") if resource is not None else ""
    rows, shapes = [], []
    for layer in capability.iter("{*}Layer"):
        name = layer.findtext("{*}Name")
        if name:  # those without are headings
            rows.append((name, *_about(layer), address))
            shapes.append(_box(layer, file))
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def _about(layer: _Element) -> tuple[str, str, str, str]:
    """Title, abstract, times and styles of a layer."""
    times = [
        (each.text or "").strip()
        for each in layer.findall("{*}Dimension")
        if each.get("name", "").lower() == "time"
    ]
    styles = [each.findtext("{*}Name") or "" for each in layer.findall("{*}Style")]
    title, abstract = (layer.findtext("{*}" + name) or "" for name in ("Title", "Abstract"))
    return title.strip(), abstract.strip(), ",".join(times), ",".join(styles)


def _box(layer: _Element, file: File) -> object:
    """The box of a layer, or of the nearest heading that has one."""
    import shapely

    here: _Element | None = layer
    while here is not None and str(here.tag).endswith("}Layer"):
        found = here.find("{*}EX_GeographicBoundingBox")
        if found is not None:
            try:
                sides = [float(found.findtext("{*}" + side) or "") for side in _SIDES]
            except ValueError as error:
                raise MalformedAnswer(f"{file.path}: a box has a side that is none") from error
            return shapely.box(*sides)
        here = here.getparent()
    return None
