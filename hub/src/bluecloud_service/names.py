"""Which names are the deployment's, as the front asks before it fetches a certificate for one.

Without that, whoever points a name of theirs at the server, or asks for names that nobody has,
would have it fetch certificates until the authority refuses more. It is answered without a token,
since Caddy sends none; so the front lets nobody through to it, and it is there only where
certificates are fetched by name: each name of a person's is then published by the authority anyway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, Query

from .errors import NotNow, NotThere
from .settings import NAME, ServiceSettings

_BELIEVED_S = 20.0  # within which somebody new has a name
_PAGE = 200  # as many people as a hub tells at once


class Names:
    """The names that a deployment answers to, by the people whom its hub knows."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._host = urlsplit(settings.public_url).hostname or ""
        token = settings.hub_token.get_secret_value() if settings.hub_token else ""
        # The hub is near: no proxy of the environment is to see the token.
        self._client = httpx.Client(
            base_url=settings.hub_api,
            headers={"Authorization": f"token {token}"},
            timeout=10,
            trust_env=False,
        )
        self._known: frozenset[str] = frozenset()
        self._until = 0.0
        self._lock = threading.Lock()

    def has(self, name: str) -> bool:
        """Whether a name is one of the deployment's.

        Raises
        ------
        NotNow
            If the hub does not say who there is.
        """
        with self._lock:  # one question to the hub, however many ask
            if time.monotonic() > self._until:
                self._known = frozenset(self._asked())
                self._until = time.monotonic() + _BELIEVED_S
            return name.lower().rstrip(".") in self._known

    def _asked(self) -> Iterator[str]:
        from jupyterhub.utils import subdomain_hook_idna  # slow to import, for what few ask

        yield self._host
        for service in (NAME, "registry"):
            yield subdomain_hook_idna(service, self._host, "service")
        for person in self._people():
            yield subdomain_hook_idna(person, self._host, "user").lower()

    def _people(self) -> Iterator[str]:
        begin = 0
        while True:
            try:
                asked = {"offset": str(begin), "limit": str(_PAGE)}
                answer = self._client.get("/users", params=asked)
                answer.raise_for_status()
                page: list[dict[str, Any]] = answer.json()
                yield from (str(each["name"]) for each in page)
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise NotNow(f"the hub does not say who there is: {error}") from error
            begin += len(page)
            if len(page) < _PAGE:
                return


def router(names: Names) -> APIRouter:
    """The one address that the front asks."""
    routes = APIRouter()

    @routes.get("/names", include_in_schema=False)
    def name(domain: Annotated[str, Query(max_length=253)]) -> dict[str, str]:
        if not names.has(domain):
            raise NotThere(f"{domain[:80]} is no name of this deployment")
        return {"name": domain}

    return routes
