"""Items of a STAC catalogue, one that can be searched or one that is a tree of files.

A search is asked for pages, each of which names the next; where the number of matches is
announced it is checked at the end. A tree is walked down its links, relative to the file that
has them, and never out of its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import RelativePath, Service
from ..errors import MalformedAnswer, RequestTooLarge
from ..places import Ask, with_query
from . import boxes
from .base import Reading, SourceReader
from .scenes import SceneRequest, check, check_total, moments, table

if TYPE_CHECKING:
    from ..places import File, Place

_PAGE = 200
_MOST_FILES = 2000


class StacOptions(BaseModel):
    """Which collection of a searchable catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    collection: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


class StacTreeOptions(BaseModel):
    """The file that a tree begins with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: RelativePath


class StacScenes(SourceReader):
    """Searches a collection."""

    protocol = "STAC API"
    makes = "geopandas:GeoDataFrame"
    options = StacOptions
    request = SceneRequest

    def read(
        self, place: Place, options: StacOptions, request: SceneRequest, *, lazy: bool
    ) -> Reading:
        """Read the items asked for."""
        check(request)
        first, after = moments(request)
        rows: dict[str, dict[str, Any]] = {}
        files: list[File] = []
        for part in boxes.parts(request.bbox or (-180.0, -90.0, 180.0, 90.0)):
            query = {
                "collections": options.collection,
                "bbox": ",".join(f"{each:g}" for each in part),
                "datetime": f"{first or '..'}/{after or '..'}",
                "limit": _PAGE,
            }
            ask = Ask(
                with_query("search", query, safe=",:/."),
                options.service,
                sample=f"{options.service}/search.json",
            )
            found, read = _pages(place, ask, request)
            files += read
            # What lies across the antimeridian is found from both sides.
            rows |= {row["id"]: row for row in found if row["collection"] == options.collection}
        scenes = table(list(rows.values()), request)
        return Reading(scenes, len(scenes), files)


class StacTree(SourceReader):
    """Walks a static catalogue."""

    protocol = "static STAC"
    makes = "geopandas:GeoDataFrame"
    options = StacTreeOptions
    request = SceneRequest

    def read(
        self, place: Place, options: StacTreeOptions, request: SceneRequest, *, lazy: bool
    ) -> Reading:
        """Read the items asked for; the whole tree is looked through."""
        (file,) = place.fetch([options.path])
        files, rows = [file], []
        seen = {options.path}
        waiting = [(options.path, file)]
        while waiting:
            path, file = waiting.pop()
            told = as_json(file)
            if not isinstance(told, dict):
                raise MalformedAnswer(f"{file.path}: it is no STAC record")
            if told.get("type") == "Feature":
                rows.append(row_of(told, file))
                continue
            below = [each for each in _below(told, path, file) if each not in seen]
            seen |= set(below)
            if len(seen) > _MOST_FILES:
                raise RequestTooLarge(f"the tree has more than {_MOST_FILES} files")
            waiting += zip(below, got := place.fetch(below), strict=True)
            files += got
        scenes = table(rows, request)
        return Reading(scenes, len(scenes), files)


def _below(told: dict[str, Any], path: str, file: File) -> list[str]:
    """The paths that a catalogue's links go down to."""
    paths = []
    for link in _links(told, file):
        if link.get("rel") in {"child", "item"}:
            found = urljoin(path, str(link.get("href", "")))
            if urlsplit(found).scheme or found.startswith(("/", "..")):
                raise MalformedAnswer(f"{file.path}: a link goes out of the tree, to {found}")
            paths.append(found)
    return paths


def _links(told: dict[str, Any], file: File) -> list[dict[str, Any]]:
    links = told.get("links", [])
    if not isinstance(links, list) or not all(isinstance(each, dict) for each in links):
        raise MalformedAnswer(f"{file.path}: its links are none")
    return links


def _pages(
    place: Place, ask: Ask, request: SceneRequest
) -> tuple[list[dict[str, Any]], list[File]]:
    """The items of all pages, which are as many as were announced, if that was."""
    rows: list[dict[str, Any]] = []
    files: list[File] = []
    total: int | None = None
    while True:
        (file,) = place.fetch([ask])
        files.append(file)
        told = as_json(file)
        if not isinstance(told, dict) or not isinstance(told.get("features"), list):
            raise MalformedAnswer(f"{file.path}: it is no collection of STAC items")
        if total is None:
            total = announced(told)
            check_total(total or 0, request)
        rows += [row_of(each, file) for each in told["features"]]
        check_total(len(rows), request)
        following = [link for link in _links(told, file) if link.get("rel") == "next"]
        if not following:
            break
        if not told["features"]:
            raise MalformedAnswer(f"{file.path}: a page is empty, and names another")
        ask = _next(ask, following[0], file)
    if total is not None and len(rows) != total:
        raise MalformedAnswer(f"{files[0].path}: {total} items are announced, {len(rows)} came")
    return rows, files


def announced(told: dict[str, Any]) -> int | None:
    """How many items match, by today's name and by that of older catalogues."""
    context = told.get("context")
    older = context.get("matched") if isinstance(context, dict) else None
    number = told.get("numberMatched", older)
    return number if isinstance(number, int) else None


def _next(ask: Ask, link: dict[str, Any], file: File) -> Ask:
    """The request for the next page, as the link says; of a POST with its body."""
    import json

    method = str(link.get("method", "GET")).upper()
    href = str(link.get("href", ""))
    if method not in {"GET", "POST"} or not href.startswith(("http://", "https://")):
        raise MalformedAnswer(f"{file.path}: the link to the next page is none: {href}")
    if method == "GET":
        return Ask(href.replace(" ", "%20"), sample="none")
    body = link.get("body") or {}
    if link.get("merge"):
        body = {**json.loads(ask.body or b"{}"), **body}
    return Ask(
        href,
        method="POST",
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        sample="none",
    )


def row_of(told: Any, file: File) -> dict[str, Any]:
    """An item as a scene."""
    try:
        facts = told["properties"]
        links = [each["href"] for each in told.get("links", ()) if each.get("rel") == "self"]
        moment = facts.get("datetime")
        return {
            "id": told["id"],
            "name": facts.get("title") or told["id"],
            "collection": told.get("collection"),
            "start": facts.get("start_datetime") or moment,
            "end": facts.get("end_datetime") or moment,
            "published": facts.get("published") or facts.get("created"),
            "size_bytes": facts.get("size"),
            "cloud_cover": facts.get("eo:cloud_cover"),
            "platform": facts.get("platform"),
            "online": True,
            "address": links[0] if links else None,
            "geometry": told["geometry"],
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedAnswer(f"{file.path}: an item lacks {error}") from error
