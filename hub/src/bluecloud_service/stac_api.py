"""The index as a STAC API: core, collections, item search, free text, fields, aggregation.

A search says with each page how many it found (``numberMatched``), and the next page is asked
by a token that says where this one ended, so that a page deep down costs what the first does
and nothing is seen twice while the index is written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Body, Request
from starlette.responses import JSONResponse

from bluecloud_catalogs.discovery.backend import Searchable
from bluecloud_catalogs.discovery.query import FACETS, checked
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.discovery.stac import STAC_VERSION, item_of
from bluecloud_catalogs.tree import Entry

from .asked import NAMES, body_of, facets_of, fields_of, query_of
from .collections import collection_of, sources
from .errors import NotThere

CONFORMS = (
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "https://api.stacspec.org/v1.0.0/item-search#fields",
    "https://api.stacspec.org/v1.0.0-rc.1/item-search#free-text",
    "https://api.stacspec.org/v0.3.0/aggregation",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
_GEOJSON = "application/geo+json"
_BODY = Body(
    openapi_examples={
        "oxygen": {"value": {"q": "oxygen", "bbox": [-6, 30, 37, 46], "datetime": "2015/2020"}}
    },
    description=f"Any of {', '.join(sorted(NAMES))}.",
)
_PARAMETERS: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in sorted(NAMES - {"intersects"})
    ]
}
Content = Annotated[dict[str, Any], _BODY]


def router(
    held: Callable[[Request], Searchable],
    prefix: str,
    published: Callable[[Request], Mapping[str, list[Entry]]],
) -> APIRouter:
    """The routes below ``stac``.

    Parameters
    ----------
    held
        What is searched for who asks.
    prefix
        Where the service lies below its host.
    published
        What is a source beside those of the catalogue, for who asks.
    """
    routes = APIRouter(prefix="/stac", tags=["finding data"])

    def _all(request: Request) -> dict[str, list[Entry]]:
        return {**sources(), **published(request)}

    def _known(request: Request, source: str) -> str:
        if source not in (known := _all(request)):
            raise NotThere(f"there is no source {source!r}; there are {', '.join(known)}")
        return source

    def _base(request: Request) -> str:
        """The API's address as the one who asks sees it; TLS may end before the hub's proxy."""
        scheme = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
        url = request.base_url
        if scheme in {"http", "https"}:
            url = url.replace(scheme=scheme)
        return f"{str(url).rstrip('/')}{prefix}/stac"

    @routes.get("", include_in_schema=False)
    @routes.get("/", summary="What this API is and can do")
    def landing(request: Request) -> JSONResponse:
        base = _base(request)
        children = [_link("child", f"{base}/collections/{source}") for source in _all(request)]
        return JSONResponse(
            {
                "type": "Catalog",
                "stac_version": STAC_VERSION,
                "id": "bluecloud",
                "title": "Blue-Cloud VRE",
                "description": "Marine data of all sources, collections and granules alike.",
                "conformsTo": CONFORMS,
                "links": [
                    _link("root", base),
                    _link("self", base),
                    _link("conformance", f"{base}/conformance"),
                    _link("data", f"{base}/collections"),
                    _link("search", f"{base}/search", _GEOJSON, method="GET"),
                    _link("search", f"{base}/search", _GEOJSON, method="POST"),
                    _link("aggregate", f"{base}/aggregate"),
                    _link("aggregations", f"{base}/aggregations"),
                    _link(
                        "service-desc",
                        f"{base.removesuffix('/stac')}/openapi.json",
                        "application/vnd.oai.openapi+json;version=3.1",
                    ),
                    *children,
                ],
            }
        )

    @routes.get("/conformance", summary="The conformance classes")
    def conformance() -> dict[str, Any]:
        return {"conformsTo": CONFORMS}

    @routes.get("/collections", summary="The sources")
    def collections(request: Request) -> dict[str, Any]:
        base = _base(request)
        counts = held(request).facets(checked(), ["source"])["source"]
        return {
            "collections": [
                collection_of(source, entries, counts.get(source, 0), _around(base, source))
                for source, entries in _all(request).items()
            ],
            "links": [_link("root", base), _link("self", f"{base}/collections")],
        }

    @routes.get("/collections/{source}", summary="One source")
    def collection(request: Request, source: str) -> dict[str, Any]:
        number = held(request).count(checked(sources=_known(request, source)))
        return collection_of(source, _all(request)[source], number, _around(_base(request), source))

    @routes.get(
        "/collections/{source}/items", summary="A source's records", openapi_extra=_PARAMETERS
    )
    def items(request: Request, source: str) -> JSONResponse:
        told = body_of(request.query_params) | {"collections": [_known(request, source)]}
        return _answer(request, told, f"collections/{source}/items")

    @routes.get("/collections/{source}/items/{identifier:path}", summary="One record")
    def item(request: Request, source: str, identifier: str) -> JSONResponse:
        page = held(request).search(
            query_of({"ids": [identifier], "collections": [_known(request, source)]})
        )
        if not page.records:
            raise NotThere(f"{source} has no record {identifier!r}")
        return JSONResponse(_item(page.records[0], _base(request)), media_type=_GEOJSON)

    @routes.get("/search", summary="Search", openapi_extra=_PARAMETERS)
    def search_get(request: Request) -> JSONResponse:
        return _answer(request, body_of(request.query_params), "search")

    @routes.post("/search", summary="Search")
    def search_post(request: Request, body: Content) -> JSONResponse:
        return _answer(request, body, "search")

    @routes.get("/aggregations", summary="What can be counted")
    def aggregations(request: Request) -> dict[str, Any]:
        told = [
            {"name": name, "data_type": "string", "frequency_distribution_data_type": "string"}
            for name in (*FACETS, "collection")
        ]
        return {"aggregations": told, "links": [_link("root", _base(request))]}

    @routes.get("/aggregate", summary="Count", openapi_extra=_PARAMETERS)
    def aggregate_get(request: Request) -> JSONResponse:
        return _counts(request, body_of(request.query_params))

    @routes.post("/aggregate", summary="Count")
    def aggregate_post(request: Request, body: Content) -> JSONResponse:
        return _counts(request, body)

    def _counts(request: Request, told: Mapping[str, Any]) -> JSONResponse:
        query = query_of(told)
        return JSONResponse(
            {
                "type": "AggregationCollection",
                "aggregations": [
                    {
                        "name": name,
                        "data_type": "string",
                        "buckets": [
                            {"key": value, "data_type": "string", "frequency": number}
                            for value, number in of.items()
                        ],
                    }
                    for name, of in held(request).facets(query, facets_of(told)).items()
                ],
                "links": [],
            }
        )

    def _answer(request: Request, told: Mapping[str, Any], path: str) -> JSONResponse:
        query, base, fields = query_of(told), _base(request), fields_of(told)
        page = held(request).search(query)
        found = [_shown(_item(record, base), *fields) for record in page.records]
        links: list[dict[str, Any]] = [_link("root", base), _link("self", f"{base}/{path}")]
        if page.token:
            links.append(_next(request, told, f"{base}/{path}", page.token))
        return JSONResponse(
            {
                "type": "FeatureCollection",
                "features": found,
                "numberMatched": page.total,
                "numberReturned": len(found),
                "links": links,
            },
            media_type=_GEOJSON,
        )

    return routes


def _next(request: Request, told: Mapping[str, Any], url: str, token: str) -> dict[str, Any]:
    if request.method == "POST":
        body = {**told, "token": token}
        return {**_link("next", url, _GEOJSON), "method": "POST", "body": body, "merge": False}
    parameters = {**request.query_params, "token": token}
    return {**_link("next", f"{url}?{urlencode(parameters)}", _GEOJSON), "method": "GET"}


def _item(record: Record, base: str) -> dict[str, Any]:
    own = f"{base}/collections/{record.source}/items/{quote(record.id, safe='')}"
    links = [
        _link("self", own, _GEOJSON),
        _link("collection", f"{base}/collections/{record.source}"),
        _link("parent", f"{base}/collections/{record.source}"),
        _link("root", base),
    ]
    if record.doi and record.doi.startswith("10."):
        links.append(_link("cite-as", f"https://doi.org/{quote(record.doi)}", "text/html"))
    return item_of(record, links=links)


def _shown(
    item: dict[str, Any], include: frozenset[str], exclude: frozenset[str]
) -> dict[str, Any]:
    """The parts of an item that a request wants; what makes it an item stays."""
    properties = item["properties"]
    if include:
        always = {"type", "stac_version", "id", "collection", "geometry", "links", "assets"}
        kept = {name for name in item if name in include | always | {"properties", "bbox"}}
        if "properties" not in include:
            named = {name.removeprefix("properties.") for name in include} | {"datetime"}
            properties = {name: value for name, value in properties.items() if name in named}
        item = {name: item[name] for name in item if name in kept}
    properties = {n: v for n, v in properties.items() if f"properties.{n}" not in exclude}
    return {n: v for n, v in {**item, "properties": properties}.items() if n not in exclude}


def _around(base: str, source: str) -> list[dict[str, str]]:
    own = f"{base}/collections/{source}"
    return [
        _link("self", own),
        _link("parent", base),
        _link("root", base),
        _link("items", f"{own}/items", _GEOJSON),
    ]


def _link(rel: str, href: str, kind: str = "application/json", **more: str) -> dict[str, str]:
    return {"rel": rel, "type": kind, "href": href, **more}
