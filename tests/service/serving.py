"""The service with its runs as a process of its own, and a hub that knows four people."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bluecloud_hub.settings import checkout
from tests.discovery.service import TLS, start
from tests.federation.server import Reply, Request, serve

SCOPE = ["access:services!service=bluecloud"]
PEOPLE = {
    "ada": {"groups": ["environment", "restricted"]},
    "ben": {"groups": ["environment"]},
    "mia": {"groups": ["environment-managers"]},
    "olga": {"groups": [], "admin": True},
}


@dataclass
class FourPeople:
    """A hub whose tokens are its people's names; ``ada@environment`` is her server's own."""

    people: Mapping[str, Mapping[str, Any]]
    kind = "emulated"

    def answer(self, request: Request) -> Reply:
        """Who a token is; or, asked by the service, who is in which groups."""
        token = request.headers.get("authorization", "").removeprefix("token ")
        name, _, server = token.partition("@")
        if token == "the service's own":
            name = request.path.rpartition("users/")[2]
            if name not in self.people:
                return Reply(b"{}", 404)
        if name not in self.people:
            return Reply(b"{}", 403)
        told = {"kind": "user", "name": name, "scopes": SCOPE, "admin": False}
        told |= self.people[name]
        if server:
            told["scopes"] = [*SCOPE, f"access:servers!server={name}/{server}"]
        return Reply(json.dumps(told).encode())


@dataclass
class Serving:
    """A service that runs, and its state folder."""

    address: str
    state: Path
    process: subprocess.Popen[bytes]

    def client(self, person: str) -> httpx.Client:
        """A client of a person's, or of nobody's."""
        headers = {"Authorization": f"token {person}"} if person else {}
        return httpx.Client(
            base_url=self.address, headers=headers, trust_env=False, verify=TLS, timeout=60
        )


def until(true: Callable[[], Any], seconds: float = 60) -> Any:
    """What a condition gives when it first is true."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return found


@contextmanager
def four_people(people: Mapping[str, Mapping[str, Any]] = PEOPLE) -> Iterator[str]:
    """The address of the API of a hub that knows them, or others."""
    with serve({"hub": FourPeople(people)}) as federation:
        yield federation.address("hub")


@contextmanager
def serving_runs(hub: str, state: Path, **settings: str) -> Iterator[Serving]:
    """The service on a state folder; it ends with the block, unless the test ended it before."""
    with start({**settings_of(hub, state), **settings}) as (address, process):
        yield Serving(address, state, process)


def settings_of(hub: str, state: Path) -> dict[str, str]:
    """What such a service is told."""
    return {
        "BLUECLOUD_STATE": str(state),
        "BLUECLOUD_ENGINE": "local",
        "BLUECLOUD_ROOT": str(checkout()),
        "BLUECLOUD_TIERS": "sample",
        "BLUECLOUD_SERVICE_PER_MINUTE": "100000",
        "JUPYTERHUB_API_URL": hub,
    }
