"""Occurrences of EurOBIS from EMODnet Biology's feature service, whose layers are SQL views.

What a view selects is told in ``viewParams`` as a piece of SQL. So it is made here of checked
numbers and dates and nothing else: no text of a person's ever comes into it. Commas and
semicolons in it are escaped, as GeoServer wants them.

A place by its number in the Marine Regions gazetteer is known to the service alone; everything
else is looked at again in what came. The service adds a box and a place, where one would think
that both are meant: so only one of them is taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ..errors import ParameterError
from . import darwin_core
from .asked import Asked, Box, Period, during, inside
from .base import Reading, SourceReader
from .boxes import parts, polygon
from .taxa import Taxa
from .wfs import features
from .wfs_query import FeatureQuery, WfsOptions

if TYPE_CHECKING:
    import geopandas as gpd

    from ..places import Place

_Numbers = Annotated[
    tuple[Annotated[int, Field(gt=0, lt=10**8)], ...],
    Field(min_length=1, max_length=100, strict=False),
]
_DATED = "observationdate"


class EurobisOptions(WfsOptions):
    """The layer, and what its columns are."""

    taxon: str = "aphiaidaccepted"
    dataset: str = "datasetid"
    date: str = "datecollected"


class EurobisRequest(Asked):
    """Which occurrences: all that fulfil every condition given, of which one is needed.

    ``taxa`` are accepted AphiaIDs, ``datasets`` numbers of EMODnet Biology's catalogue, and
    ``place`` one of Marine Regions (MRGID).
    """

    taxa: Taxa = None
    datasets: _Numbers | None = None
    bbox: Box = None
    place: Annotated[int, Field(gt=0, lt=10**8)] | None = None
    time: Period = None


class Eurobis(SourceReader):
    """Reads occurrences as points."""

    protocol = "EMODnet Biology WFS with viewParams"
    makes = "geopandas:GeoDataFrame"
    options = EurobisOptions
    request = EurobisRequest

    def read(
        self, place: Place, options: EurobisOptions, request: EurobisRequest, *, lazy: bool
    ) -> Reading:
        """Read the occurrences asked for."""
        if not request.model_dump(exclude_none=True):
            raise ParameterError(
                "which occurrences? Give one of taxa, datasets, bbox, place, time: EurOBIS has "
                "some 30 million"
            )
        if request.bbox is not None and request.place is not None:
            raise ParameterError("bbox and place: the service would add them; give one of them")
        query = FeatureQuery(view_params=view_params(request, options))
        table, files = features(place, options, query)
        chosen = _chosen(_named(table, options), request)
        return Reading(chosen, count=len(chosen), files=files)


def view_params(request: EurobisRequest, options: EurobisOptions) -> str:
    """The request as GeoServer's viewParams, made of numbers and dates alone."""
    clauses = []
    if request.taxa is not None:
        clauses.append(f"{options.taxon} IN ({_listed(request.taxa)})")
    if request.datasets is not None:
        clauses.append(f"{options.dataset} IN ({_listed(request.datasets)})")
    if request.place is not None:
        clauses.append(f"(up.geoobjectsids && ARRAY[{request.place:d}])")
    if request.bbox is not None:
        shapes = [
            f"ST_Intersects(ST_SetSRID(ST_GeomFromText('{polygon(box)}'),4326), up.the_geom)"
            for box in parts(request.bbox)
        ]
        clauses.append(f"({' OR '.join(shapes)})")
    if request.time is not None:
        clauses += _dates(*request.time)
    where = " AND ".join(clauses)
    escaped = where.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return f"where:{escaped};context:0100"


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(f"{number:d}" for number in numbers)


def _dates(first: datetime | None, after: datetime | None) -> list[str]:
    """Whole days: the moments are looked at when they are here."""
    if first is not None and after is not None:
        last = (after - timedelta(seconds=1)).date()
        return [f"(({_DATED} BETWEEN '{first.date()}' AND '{last}'))"]
    if first is not None:
        return [f"({_DATED} >= '{first.date()}')"]
    if after is not None:
        return [f"({_DATED} <= '{(after - timedelta(seconds=1)).date()}')"]
    return []


def _named(table: gpd.GeoDataFrame, options: EurobisOptions) -> gpd.GeoDataFrame:
    """The table with ``time``, and the numbers that its addresses of datasets and taxa end with."""
    named = table.copy()
    named["time"] = named[options.date]
    named["aphia_id"] = darwin_core.aphia_ids(named[options.taxon])
    named["dataset"] = darwin_core.aphia_ids(
        named[options.dataset].fillna("").astype(str).str.replace("dasid=", "id=", regex=False)
    )
    return named


def _chosen(table: gpd.GeoDataFrame, request: EurobisRequest) -> gpd.GeoDataFrame:
    if request.taxa is not None:
        table = table[table["aphia_id"].isin(request.taxa).to_numpy(dtype=bool)]
    if request.datasets is not None:
        table = table[table["dataset"].isin(request.datasets).to_numpy(dtype=bool)]
    if request.bbox is not None:
        table = table[
            inside(request.bbox, table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
        ]
    if request.time is not None:
        table = table[during(request.time, table["time"].to_numpy("datetime64[ns]"))]
    return table.reset_index(drop=True)
