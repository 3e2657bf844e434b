"""A hub as the desk sees it: it logs people in, keeps groups, and knows servers; and a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.discovery.service import TLS
from tests.federation.server import Reply, Request, serve
from tests.service.serving import FourPeople, Serving

OWN = "the service's own"


def server(pending: str | None = None, *, ready: bool = True) -> dict[str, Any]:
    """A server as a hub tells of it."""
    at = "2026-01-05T08:30:00.000000Z"
    return {"pending": pending, "ready": ready, "started": at, "last_activity": at}


@dataclass
class DeskHub(FourPeople):
    """A hub that changes; the code of a login is the token that it gives, of anybody but nobody."""

    servers: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    refuses_stops: str = ""
    stopped: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        """What the service asks as itself, and who a token is."""
        path = request.path.removeprefix("hub/")
        if path == "oauth2/token":
            told = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
            good = told["client_secret"] == OWN and told["code"] != "nobody"
            said = {"access_token": told["code"]} if good else {}
            return Reply(json.dumps(said).encode(), 200 if good else 400)
        if request.headers.get("authorization") != f"token {OWN}":
            return super().answer(request)
        if found := re.fullmatch("groups/([^/]+)(/users)?", path):
            return self._group(found[1], request)
        if found := re.fullmatch("users/([^/]+)/servers/([^/]+)", path):
            return self._stop(found[1], found[2])
        if path == "users":
            told = [{"name": name, "servers": own} for name, own in self.servers.items()]
            return Reply(json.dumps(told).encode())
        return super().answer(request)

    def _group(self, group: str, request: Request) -> Reply:
        if group not in self.groups:
            return _said(404, f"No such group: {group}")
        for name in json.loads(request.body)["users"] if request.body else []:
            if name not in self.people:
                return _said(400, f"No such user: {name}")
            (self.groups[group].append if request.method == "POST" else self.groups[group].remove)(
                name
            )
        return Reply(json.dumps({"name": group, "users": self.groups[group]}).encode())

    def _stop(self, person: str, name: str) -> Reply:
        if person not in self.people:  # as JupyterHub 6.1 says it
            return Reply(json.dumps({"status": 404, "message": None}).encode(), 404)
        if self.refuses_stops or name not in self.servers.get(person, {}):
            return _said(400, self.refuses_stops or f"{person} has no server named {name}")
        del self.servers[person][name]
        self.stopped.append(f"{person}/{name}")
        return Reply(status=204)


def _said(status: int, message: str) -> Reply:
    return Reply(json.dumps({"status": status, "message": message}).encode(), status)


@contextmanager
def desk_hub(hub: DeskHub) -> Iterator[str]:
    """The address of its API."""
    with serve({"hub": hub}) as federation:
        yield federation.address("hub")


class Browser:
    """A browser without scripts, in which somebody logged in."""

    def __init__(self, service: Serving, person: str) -> None:
        parts = urlsplit(service.address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.base = parts.path
        self.client = httpx.Client(base_url=self.origin, trust_env=False, verify=TLS, timeout=60)
        if person:
            sent = self.get("/desk")
            state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
            back = self.get(f"/oauth_callback?code={person}&state={state}")
            assert back.status_code == 303, back.text

    def get(self, path: str) -> httpx.Response:
        """A page, redirects not followed."""
        return self.client.get(f"{self.base}{path}")

    def post(self, path: str, form: Mapping[str, str], origin: str | None = None) -> httpx.Response:
        """A form sent, as a browser does."""
        return self.client.post(
            f"{self.base}{path}", data=dict(form), headers={"Origin": origin or self.origin}
        )

    def close(self) -> None:
        """Close it."""
        self.client.close()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
