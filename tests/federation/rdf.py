"""SPARQL end-points on loopback: a real engine (Oxigraph) over the graph a source gives it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs

import pyoxigraph as ox

from tests.federation.server import Reply, Request

_JSON = "application/sparql-results+json"


def store_of(quads: Iterable[ox.Quad]) -> ox.Store:
    """A store in memory that holds these."""
    store = ox.Store()
    store.extend(quads)
    return store


def triple(subject: str, predicate: str, value: str | ox.Literal) -> ox.Quad:
    """A statement in the default graph; text is an address."""
    term = ox.NamedNode(value) if isinstance(value, str) else value
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), term)


def query_of(request: Request) -> str | None:
    """The query of a request, sent in any of the protocol's ways, or as RDF4J takes it."""
    kind = request.headers.get("content-type", "")
    if request.method == "GET":
        return request.query.get("query")
    if kind.startswith("application/x-www-form-urlencoded"):
        return parse_qs(request.body.decode()).get("query", [None])[0]
    return request.body.decode()


def answer(store: ox.Store, request: Request) -> Reply:
    """What the engine answers, or its words on why the query is none."""
    query = query_of(request)
    if not query:
        return Reply(b"no query", 400, "text/plain")
    try:
        found = store.query(query)
    except SyntaxError as error:
        return Reply(str(error).encode(), 400, "text/plain")
    body = found.serialize(format=ox.QueryResultsFormat.JSON)
    return Reply(body or b"", content_type=_JSON)
