"""A lab manager at a deployment: their checkout, and ``bluecloud lab`` in a shell of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nbformat

from tests.platform.deployments import ROOT, Docker

SCOPES = ["access:services!service=bluecloud"]


def checkout_of(slug: str, notebooks: Iterable[str], folder: Path) -> Path:
    """What of the tree makes a laboratory, with some of its curated notebooks."""
    for path in (
        "hub/labs",
        f"images/{slug}",
        "extensions/core/labextension",
        f"extensions/{slug}/labextension",
        "catalogs/samples",
        "catalogs/sources",
    ):
        shutil.copytree(ROOT / path, folder / path)
    for path in (f"catalogs/{slug}.yaml", "images/lab.Dockerfile"):
        shutil.copy(ROOT / path, folder / path)
    (folder / "notebooks" / slug).mkdir(parents=True)
    for name in notebooks:
        shutil.copy(ROOT / "notebooks" / slug / name, folder / "notebooks" / slug)
    return folder


def remove_images(slug: str, version: str) -> None:
    """Take away a laboratory's images whose version begins so, wherever they came from."""
    title = f"label=org.opencontainers.image.title=bluecloud/{slug}"
    listed = ["docker", "images", "--quiet", "--no-trunc"]
    found, kept = (
        set(subprocess.run(words, capture_output=True, text=True, check=True).stdout.split())
        for words in ([*listed, f"--filter={title}"], [*listed, f"bluecloud/{slug}"])
    )
    for image in found - kept:
        told = ["docker", "inspect", "--format", "{{json .Config.Labels}}", image]
        labels = json.loads(subprocess.run(told, capture_output=True, check=True).stdout)
        if labels.get("org.opencontainers.image.version", "").startswith(version):
            subprocess.run(["docker", "rmi", "--force", image], check=True, capture_output=True)


@dataclass(frozen=True)
class Said:
    """How a command ended, and all that it wrote."""

    exit_code: int
    output: str


class Managed:
    """A laboratory's releases, as its manager has them in a shell of their own machine."""

    def __init__(self, docker: Docker, token: str, tree: Path, slug: str) -> None:
        (container,) = docker.compose("ps", "--quiet", "service").split()
        told = ["docker", "inspect", "--format", "{{json .NetworkSettings.Networks}}", container]
        networks = json.loads(subprocess.run(told, capture_output=True, check=True).stdout)
        address = networks[f"{docker.name}-labs"]["IPAddress"]
        self.environment = {
            "BLUECLOUD_SERVICE_URL": f"http://{address}:8082/services/bluecloud",
            "JUPYTERHUB_API_TOKEN": token,
            "COLUMNS": "200",
        }
        self.tree = tree
        self.slug = slug

    def call(self, *words: str) -> Said:
        """``bluecloud lab`` with these words."""
        program = str(Path(sys.executable).with_name("bluecloud"))
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            [program, "lab", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            check=False,
        )
        return Said(done.returncode, done.stdout)

    def does(self, *words: str) -> str:
        """What it prints, when it ends well."""
        result = self.call(*words)
        assert result.exit_code == 0, f"{words}: {result.output}"
        return result.output

    def publish(self, version: str, *words: str) -> Said:
        """Publish the tree as it is now."""
        tree = str(self.tree)
        return self.call("publish", self.slug, "--tree", tree, "--version", version, *words)

    def ask(self, path: str, token: str = "", **params: str) -> Any:
        """What the service answers the manager, or whose token it is."""
        headers = {"Authorization": f"token {token or self.environment['JUPYTERHUB_API_TOKEN']}"}
        address = f"{self.environment['BLUECLOUD_SERVICE_URL']}/laboratories/{self.slug}{path}"
        answer = httpx.get(address, headers=headers, params=params, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def digest(self, version: str) -> str:
        """The digest of a version."""
        found = self.ask("/releases")["releases"]
        return next(str(one["digest"]) for one in found if one["version"] == version)

    def state(self, version: str) -> str:
        """Where a version stands."""
        return str(self.ask(f"/releases/{self.digest(version)}")["state"])

    def add_cell(self, notebook: str, source: str, *, place: int = 99) -> None:
        """Change a curated notebook."""
        path = self.tree / "notebooks" / self.slug / notebook
        content = nbformat.read(path, as_version=4)
        content.cells.insert(place, nbformat.v4.new_code_cell(source))
        nbformat.write(content, path)
