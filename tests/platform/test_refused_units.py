"""Runs whose containers Docker does not start end with its words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.releases import local_release, write_release
from bluecloud_hub.settings import checkout
from tests.service.serving import four_people, serving_runs, until
from tests.service.work import notebook

pytestmark = pytest.mark.docker


@pytest.fixture
def empty_image() -> Iterator[str]:
    """An image in which there is nothing to be started."""
    name = f"bctest{os.getpid()}-empty"
    none = subprocess.run(["tar", "--create", "--files-from=/dev/null"], capture_output=True)
    subprocess.run(["docker", "import", "-", name], input=none.stdout, check=True)
    try:
        yield name
    finally:
        subprocess.run(["docker", "rmi", "--force", name], check=True)


def test_a_container_that_cannot_be_started_fails_its_run(empty_image: str, tmp_path: Path) -> None:
    laboratory = read_laboratory(checkout() / "hub" / "labs" / "environment.toml")
    write_release(tmp_path / "releases", local_release(laboratory, empty_image))
    name = f"bctest{os.getpid()}-refused"
    settings = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_NAME": name}
    body = {
        "laboratory": "environment",
        "notebook": {"name": "n.ipynb", "content": notebook("n")},
    }
    subprocess.run(["docker", "network", "create", "--internal", f"{name}-labs"], check=True)
    try:
        with (
            four_people() as hub,
            serving_runs(hub, tmp_path, **settings) as service,
            service.client("ada") as ada,
        ):
            run = ada.post("/runs", json=body).json()["runs"][0]["id"]

            def told() -> dict[str, Any]:
                found: dict[str, Any] = ada.get(f"/runs/{run}").json()
                return found

            until(lambda: told()["state"] == "failed", 30)
            assert told()["cause"] == "engine-refused"
            assert "/opt/venv/bin/python" in told()["words"]
    finally:
        subprocess.run(["docker", "network", "rm", f"{name}-labs"], check=True)
