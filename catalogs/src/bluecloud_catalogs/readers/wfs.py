"""Features of a Web Feature Service as a table with geometries, all of them or none.

A service gives as many as it likes at once. So pages are asked for until what was announced
is there; less is an error, and so is a feature that comes on two pages, since then another
came on none. What came is checked against what was asked: some services know no filter, and a
sample is a whole file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import FiniteFloat, StrictBool, StrictInt, StringConstraints

from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask
from . import boxes
from .asked import Asked, Box, Period, during
from .base import Reading, SourceReader
from .ogc import PRINTABLE
from .wfs_answer import Answered, announced_hits, answered
from .wfs_query import FeatureQuery, WfsOptions, get_feature

if TYPE_CHECKING:
    import geopandas as gpd

    from ..places import File, Place
    from .boxes import Part


Text = Annotated[str, StringConstraints(strict=True, max_length=500, pattern=PRINTABLE)]


class WfsRequest(Asked):
    """Which features: all that fulfil every condition given.

    ``match`` has the values that properties must have, by the provider's names.
    """

    bbox: Box = None
    time: Period = None
    match: dict[str, Text | StrictBool | StrictInt | FiniteFloat] | None = None


class WfsFeatures(SourceReader):
    """Reads a layer of a Web Feature Service."""

    protocol = "OGC WFS"
    makes = "geopandas:GeoDataFrame"
    options = WfsOptions
    request = WfsRequest

    def read(
        self, place: Place, options: WfsOptions, request: WfsRequest, *, lazy: bool
    ) -> Reading:
        """Read the features asked for."""
        unknown = sorted(set(request.match or {}) - set(options.match))
        if unknown:
            raise ParameterError(
                f"match has {', '.join(unknown)}: {options.type_name} can be asked for values of "
                f"{', '.join(options.match) or 'no property'}"
            )
        if request.time is not None and options.time is None:
            raise ParameterError(f"time: {options.type_name} has none to be asked for")
        query = FeatureQuery(
            boxes.parts(request.bbox) if request.bbox else (), request.time, request.match or {}
        )
        table, files = features(place, options, query)
        return Reading(table, count=len(table), files=files)


def features(
    place: Place, options: WfsOptions, query: FeatureQuery
) -> tuple[gpd.GeoDataFrame, list[File]]:
    """Every feature that a query asks for, and the files they came in.

    Raises
    ------
    RequestTooLarge
        If there are more than ``options.most``, with their number.
    MalformedAnswer
        If fewer came than were announced, or one came twice.
    RequestRefused
        If the service answers with an exception report.
    """
    import pandas as pd

    collected = _Collected()
    tables = []
    for number, box in enumerate(query.boxes or (None,)):
        table = _pages(place, options, query, box, collected)
        table = _chosen(table, options, query, box)
        if number and len(table):  # at the antimeridian both boxes hold what touches it
            before = [_touches(table, each) for each in query.boxes[:number]]
            table = table[~pd.concat(before, axis=1).any(axis=1)]
        tables.append(table)
    whole = tables[0] if len(tables) == 1 else _joined(tables)
    renamed = whole.rename(columns=options.columns).reset_index(drop=True)
    return renamed, collected.files


@dataclass
class _Collected:
    files: list[File] = field(default_factory=list)
    count: int = 0


def _pages(
    place: Place,
    options: WfsOptions,
    query: FeatureQuery,
    box: Part | None,
    collected: _Collected,
) -> gpd.GeoDataFrame:
    """All pages of one box, as one table with the provider's columns."""
    total: int | None = None
    if options.output == "csv":  # which cannot say how many there are
        path = get_feature(options, query, box, hits=True)
        sample = f"{options.sample.rpartition('.')[0]}.hits.xml"
        file = place.fetch([Ask(path, options.service, sample=sample)])[0]
        total = announced_hits(file)
        collected.files.append(file)
    found: list[Answered] = []
    got = 0
    while total is None or got < total or not found:
        _check_size(total, collected.count, options)
        path = get_feature(options, query, box, start=got)
        file = place.fetch([Ask(path, options.service, sample=options.sample)])[0]
        page = answered(file, options)
        collected.files.append(file)
        found.append(page)
        got += len(page.table)
        if total is None:
            total = page.total
        _check_size(total if total is not None else got, collected.count, options)
        if not len(page.table) or (total is None and len(page.table) < options.page):
            break
    if total is not None and got != total:
        raise MalformedAnswer(
            f"{collected.files[-1].path}: {total} features were announced, and {got} came"
        )
    collected.count += got
    _check_once(found, collected.files[-1])
    return _joined([page.table for page in found])


def _check_size(total: int | None, before: int, options: WfsOptions) -> None:
    if total is not None and before + total > options.most:
        raise RequestTooLarge(
            f"{before + total} features of {options.type_name} are asked for at once, "
            f"{options.most} are allowed: ask for a smaller box, a shorter period or one value"
        )


def _check_once(found: list[Answered], file: File) -> None:
    ids = [each for page in found for each in page.ids]
    if len(found) > 1 and len(set(ids)) != len(ids):
        raise MalformedAnswer(
            f"{file.path}: {len(ids) - len(set(ids))} features came twice: the pages overlap, so "
            "that others are missing"
        )


def _chosen(
    table: gpd.GeoDataFrame, options: WfsOptions, query: FeatureQuery, box: Part | None
) -> gpd.GeoDataFrame:
    """The rows that were asked for; whoever filters gives no others anyway."""
    if box is not None:
        table = table[_touches(table, box)]
    if query.period is not None and options.time is not None:
        table = table[during(query.period, table[options.time].to_numpy("datetime64[ns]"))]
    for name, value in query.match.items():
        if name not in table:
            raise MalformedAnswer(
                f"{options.type_name}: {name} was asked for, and features have {', '.join(table)}"
            )
        table = table[_equal(table[name], value)]
    return table


def _equal(column: Any, value: object) -> Any:
    """Whether each value is the one asked for; numbers that came as text are numbers."""
    if isinstance(value, bool):
        return column.astype("str").str.lower() == str(value).lower()
    if isinstance(value, int | float):
        import pandas as pd

        return pd.to_numeric(column, errors="coerce") == value
    return column.astype("str") == value


def _touches(table: gpd.GeoDataFrame, box: Part) -> Any:
    import shapely

    return table.geometry.intersects(shapely.box(*box))


def _joined(tables: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    full = [table for table in tables if len(table)]
    if not full:
        return tables[0]
    if len(full) == 1:
        return full[0]
    return gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs=full[0].crs)
