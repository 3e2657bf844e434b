"""Orders of Blue-Cloud's data cache: files that the infrastructures must first bring together.

An order names files by their address; the cache fetches them one after the other and packs
them. It is ready when it has packages to download, and each of these is asked for by an address
that the next request makes invalid. Packages are held against the size that was said. An order
that is closed is gone, with its files.

The cache is an inner service of Blue-Cloud: no public address of it is known, so that
``BLUECLOUD_DATACACHE_URL`` must name one. Its login is stored as ``datacache``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from .credentials import required
from .declarations import Line, WebAddress
from .errors import (
    CatalogueError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    SourceUnavailable,
)
from .http import Answer, Call, Method, get_all

WHERE = "https://data.blue-cloud.org"
_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
# What the cache's error numbers mean, in its own source.
REASONS: Mapping[str, str] = {
    "001": "its address could not be reached",
    "002": "its server answered another status than 200",
    "003": "its server took too long",
    "004": "it is empty",
    "999": "an unknown reason",
}


class OrderLine(BaseModel):
    """One file of an order: where it is, what it is to be called, its number in the order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: WebAddress
    filename: Annotated[Line, Field(pattern=r"^[^/\\]{1,200}$")]
    order_line: Annotated[str, Field(pattern=_ID)]


class Order(BaseModel):
    """An order: of which person, with which number, and for which files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request_id: Annotated[str, Field(pattern=_ID)]
    marine_id: Annotated[str, Field(pattern=_ID)]
    order_number: Annotated[str, Field(pattern=_ID)]
    downloads: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True)
class Package:
    """A package to download; ``size`` in bytes."""

    url: str = field(repr=False)  # it holds a key
    size: int


@dataclass(frozen=True)
class DataCache:
    """The cache, at the address that the environment names."""

    @property
    def address(self) -> str:
        """Where it is.

        Raises
        ------
        CatalogueError
            If the environment names none, or something else.
        """
        told = os.environ.get("BLUECLOUD_DATACACHE_URL")
        if not told:
            raise CatalogueError("BLUECLOUD_DATACACHE_URL must name Blue-Cloud's data cache")
        try:
            return TypeAdapter(WebAddress).validate_python(told)
        except ValidationError as error:
            raise CatalogueError(f"BLUECLOUD_DATACACHE_URL: {error.errors()[0]['msg']}") from None

    def place(self, order: Order) -> str:
        """Place an order; gives the cache's own identifier of the request.

        Raises
        ------
        RequestRefused
            If there is an order of this number already, or the cache does not take it.
        """
        body = {**order.model_dump(mode="json"), "debug": False}
        answer = self._ask("POST", "api/order", body, {200, 202})
        told = _object("api/order", answer)
        known = told.get("request_id") or told.get("task_id")
        if not isinstance(known, str) or not known:
            raise MalformedAnswer("api/order: it was taken, and no identifier was given")
        return known

    def packages(self, marine_id: str, order_number: str) -> Sequence[Package]:
        """The packages of an order; none as long as it is being made.

        Raises
        ------
        NotFound
            If there is no such order.
        """
        path = f"api/download/{_path(marine_id, order_number)}"
        told = _object(path, self._ask("GET", path, None, {200}))
        try:
            return tuple(Package(str(each["url"]), int(each["size"])) for each in told["urls"])
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedAnswer(f"{path}: it lists no packages: {error!r}") from error

    def download(self, package: Package) -> bytes:
        """The bytes of a package.

        Raises
        ------
        MalformedAnswer
            If it lies elsewhere than the cache, or is not whole.
        NotFound
            If its address was made invalid by another request.
        """
        if not package.url.startswith(f"{self.address}/"):
            raise MalformedAnswer("a package lies outside of the cache: nothing is asked there")
        try:
            content = get_all([Call(package.url)], connections=1)[0].content or b""
        except NotFound:  # the message would hold the address, and that a key
            raise NotFound(
                "a package is no longer at its address: ask for packages again"
            ) from None
        except SourceUnavailable:
            raise SourceUnavailable("the cache gave no package: try again") from None
        if len(content) != package.size or not content.startswith(b"PK"):
            raise MalformedAnswer(
                f"a package has {len(content)} bytes, not {package.size}, or is no archive"
            )
        return content

    def close(self, marine_id: str, order_number: str) -> None:
        """Close an order: its files are deleted.

        Raises
        ------
        NotFound
            If there is no such order.
        RequestRefused
            If it is being made.
        """
        self._ask("PATCH", f"api/order/{_path(marine_id, order_number)}", None, {204})

    def _ask(self, method: Method, path: str, body: Any, statuses: set[int]) -> Answer:
        login = required("datacache", where=WHERE)
        return get_all(
            [
                Call(
                    f"{self.address}/{path}", method,
                    b"" if body is None else json.dumps(body).encode(),
                    {"Content-Type": "application/json"}, frozenset(statuses),
                    {"Authorization": login.bearer()}, repeatable=method != "POST",
                )
            ],
            connections=1,
        )[0]  # fmt: skip


def failed(told: Any) -> Mapping[str, str]:
    """Of the cache's last word on an order: each line that failed, and why.

    Raises
    ------
    MalformedAnswer
        If it is none.
    """
    try:
        return {
            str(each["order_line"]): REASONS.get(str(each["error_number"]), "an unknown reason")
            for each in told["errors"]
        }
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"it is no word on an order: {error!r}") from error


def _path(*parts: str) -> str:
    for part in parts:
        if not re.fullmatch(_ID, part):
            raise ParameterError(f"{part!r} is no identifier")
    return "/".join(quote(part, safe="") for part in parts)


def _object(path: str, answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.content or b"")
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise MalformedAnswer(f"{path}: the answer is no JSON object")
    return told
