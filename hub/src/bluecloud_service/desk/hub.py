"""What the desk asks of the hub, with the service's own role: members, and servers of a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx

from bluecloud_hub import tracing

from ..errors import NotAsked, NotNow
from ..settings import ServiceSettings

_PAGE = 200  # as many people as a hub tells at once


@dataclass(frozen=True)
class Server:
    """Somebody's server: its name is the laboratory's; times are as the hub writes them."""

    person: str
    laboratory: str
    state: Literal["running", "starting", "stopping", "stuck"]
    started: str
    last_activity: str
    size: str = ""


class HubDesk:
    """The hub, as the service may ask it."""

    def __init__(self, settings: ServiceSettings) -> None:
        token = settings.hub_token.get_secret_value() if settings.hub_token else ""
        # The hub is near: no proxy of the environment is to see the token.
        self._client = httpx.Client(
            base_url=settings.hub_api,
            headers={"Authorization": f"token {token}"},
            timeout=15,
            trust_env=False,
            event_hooks={"request": [tracing.hand_on]},
        )

    def close(self) -> None:
        """Let its connections go."""
        self._client.close()

    def people(self, group: str) -> list[str]:
        """Who is in a group; nobody is in one that there is not.

        Raises
        ------
        NotNow
            If the hub does not answer, or does not tell the service.
        """
        answer = self._ask("GET", f"/groups/{quote(group, safe='')}")
        return [] if answer.status_code == 404 else sorted(_read(answer)["users"])

    def add(self, group: str, person: str) -> None:
        """Put somebody into a group.

        Raises
        ------
        NotAsked
            If the hub knows nobody of that name, or somebody else owns the groups.
        NotNow
            As of `people`.
        """
        self._change("POST", group, person)

    def remove(self, group: str, person: str) -> None:
        """Take somebody out of a group; see `add`."""
        self._change("DELETE", group, person)

    def servers(self) -> list[Server]:
        """Every server that is not stopped.

        Raises
        ------
        NotNow
            As of `people`.
        """
        found = []
        for person in self._active():
            for name, told in (person.get("servers") or {}).items():
                found.append(
                    Server(
                        str(person["name"]),
                        str(name),
                        _state(told),
                        str(told.get("started") or ""),
                        str(told.get("last_activity") or ""),
                        str((told.get("user_options") or {}).get("size") or ""),
                    )
                )
        return sorted(found, key=lambda server: (server.laboratory, server.person))

    def stop(self, person: str, laboratory: str) -> None:
        """Stop somebody's server of a laboratory.

        Raises
        ------
        NotAsked
            If there is none, or the hub does not end it now; its reason is told.
        NotNow
            As of `people`.
        """
        path = f"/users/{quote(person, safe='')}/servers/{quote(laboratory, safe='')}"
        answer = self._ask("DELETE", path)
        if answer.status_code in {400, 404}:
            raise NotAsked(f"the server {laboratory} of {person} is not stopped: {_why(answer)}")
        _read(answer)

    def _active(self) -> Iterator[dict[str, Any]]:
        begin = 0
        while True:
            asked = {"state": "active", "offset": str(begin), "limit": str(_PAGE)}
            page: list[dict[str, Any]] = _read(self._ask("GET", "/users", params=asked))
            yield from page
            begin += len(page)
            if len(page) < _PAGE:
                return

    def _change(self, method: str, group: str, person: str) -> None:
        path = f"/groups/{quote(group, safe='')}/users"
        answer = self._ask(method, path, json={"users": [person]})
        if answer.status_code in {400, 404}:
            raise NotAsked(f"the members of {group} are not changed: {_why(answer)}")
        _read(answer)

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise NotNow(f"the hub does not answer the desk: {error}") from error


def _read(answer: httpx.Response) -> Any:
    try:
        answer.raise_for_status()
        return answer.json() if answer.content else None
    except (httpx.HTTPError, ValueError) as error:
        raise NotNow(f"the hub does not tell the desk: {error}") from error


def _why(answer: httpx.Response) -> str:
    """The hub's own reason, where it gives one."""
    try:
        told = answer.json()["message"]
    except (ValueError, KeyError, TypeError):
        told = None
    if told:
        return str(told)[:300]
    status = answer.status_code
    return "the hub knows no such person" if status == 404 else f"the hub answers {status}"


def _state(told: dict[str, Any]) -> Literal["running", "starting", "stopping", "stuck"]:
    if told.get("pending") == "stop":
        return "stopping"
    if told.get("pending"):
        return "starting"
    return "running" if told.get("ready") else "stuck"
