"""Debian's docker-registry as a process of its own, on loopback and on a folder of the test's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud_hub.demo import free_port
from bluecloud_service.registry import CERTIFICATE, ISSUER, SERVICE
from tests.discovery.service import TLS


def program() -> str:
    """The registry's program; without it the test is skipped, or fails where it may not be."""
    found = shutil.which("docker-registry")
    if found:
        return found
    if os.environ.get("REQUIRE_DOCKER"):
        pytest.fail("no docker-registry here: apt-get install docker-registry")
    pytest.skip("no docker-registry here: apt-get install docker-registry, then make test")


@dataclass
class Served:
    """A registry that runs, or is to run again."""

    folder: Path
    told: dict[str, Any]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Start it, and wait until it answers."""
        program_path = program()
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "config.json"  # which is YAML too
        config.write_text(
            json.dumps(
                {
                    "version": 0.1,
                    "log": {"level": "error", "accesslog": {"disabled": True}},
                    "storage": {
                        "filesystem": {"rootdirectory": str(self.folder / "blobs")},
                        "delete": {"enabled": True},
                    },
                    # Fixed, so that an upload goes on after it is started again.
                    "http": {"addr": f"127.0.0.1:{self.port}", "secret": "the tests' own"},
                    **self.told,
                }
            )
        )
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen([program_path, "serve", config], stdout=log, stderr=log)
        until = time.monotonic() + 30
        while True:
            assert self.process.poll() is None, (self.folder / "log.txt").read_text()[-2000:]
            try:
                httpx.get(f"{self.address}/v2/", trust_env=False, verify=TLS)
                return
            except httpx.HTTPError:
                assert time.monotonic() < until, "the registry does not answer"
                time.sleep(0.02)

    def die(self) -> None:
        """End it as a machine that loses its power does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stored(self, digest: str) -> Path:
        """The file in which it keeps a blob."""
        name = digest.removeprefix("sha256:")
        root = self.folder / "blobs" / "docker" / "registry" / "v2" / "blobs" / "sha256"
        return root / name[:2] / name / "data"

    def images(self, repository: str) -> set[str]:
        """Every image of a repository that can be asked for, as it keeps them on its disk."""
        root = self.folder / "blobs" / "docker" / "registry" / "v2" / "repositories" / repository
        found = (root / "_manifests" / "revisions" / "sha256").glob("*/link")
        return {link.read_text() for link in found}

    def tags(self, repository: str) -> list[str]:
        """Its tags."""
        answer = httpx.get(f"{self.address}/v2/{repository}/tags/list", trust_env=False, verify=TLS)
        return list(answer.json().get("tags") or [])


@contextmanager
def serving(folder: Path, *, realm: str = "", keys: Path | None = None) -> Iterator[Served]:
    """A registry that believes whoever asks, or the tokens of a service; it ends with the block."""
    told: dict[str, Any] = {}
    if keys is not None:
        bundle = str(keys / CERTIFICATE)
        token = {"realm": realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": bundle}
        told = {"auth": {"token": token}}
    served = Served(folder, told)
    try:
        served.begin()
        yield served
    finally:
        served.die()
