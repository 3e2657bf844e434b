"""The service's index, searched over HTTP as the STAC API that it is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..answers import as_json
from ..errors import MalformedAnswer
from ..http import Call, get_all
from ..places import File
from .backend import Counts, Page
from .query import FACETS, Facet, Query
from .stac import record_of

_NAMES = {"text": "q", "sources": "collections", "collections": "bluecloud_collections"}


class Remote:
    """The index of the service at an address, which answers below ``stac`` there.

    The server's own token, ``JUPYTERHUB_API_TOKEN``, says who asks, or in a run the run's,
    ``BLUECLOUD_RUN_TOKEN``.
    """

    def __init__(self, url: str) -> None:
        self.url = f"{url.rstrip('/')}/stac"

    def search(self, query: Query) -> Page:
        """One page of what a query finds; see `backend.Searchable`."""
        told = self._ask("search", body_of(query))
        try:
            records = tuple(record_of(item) for item in told["features"])
            links = [link for link in told["links"] if link["rel"] == "next"]
            token = links[0]["body"]["token"] if links else None
            return Page(records, int(told["numberMatched"]), token)
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedAnswer(f"{self.url}/search: no answer of a search: {error!r}") from error

    def count(self, query: Query) -> int:
        """How many records a query finds."""
        return self.search(query.model_copy(update={"limit": 1, "token": None})).total

    def facets(self, query: Query, names: Sequence[Facet] = FACETS) -> Counts:
        """How many of what a query finds have each value."""
        body = body_of(query) | {"aggregations": list(names)}
        told = self._ask("aggregate", {k: v for k, v in body.items() if k != "limit"})
        try:
            return {
                each["name"]: {
                    bucket["key"]: int(bucket["frequency"]) for bucket in each["buckets"]
                }
                for each in told["aggregations"]
            }
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedAnswer(f"{self.url}/aggregate: no counts: {error!r}") from error

    def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        token = os.environ.get("BLUECLOUD_RUN_TOKEN") or os.environ.get("JUPYTERHUB_API_TOKEN")
        call = Call(
            f"{self.url}/{path}",
            method="POST",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            secrets={"Authorization": f"token {token}"} if token else {},
        )
        (answer,) = get_all([call])
        return as_json(File(call.url, answer.content or b""))


def body_of(query: Query) -> dict[str, Any]:
    """A query as the body of a search."""
    told = query.model_dump(mode="json", exclude_defaults=True, exclude={"time"})
    body = {_NAMES.get(name, name): value for name, value in told.items()}
    if query.time:
        first, after = query.time
        last = after - timedelta(seconds=1) if after else None
        body["datetime"] = "/".join(
            f"{side.isoformat()}Z" if side else ".." for side in (first, last)
        )
    return {**body, "limit": query.limit}
