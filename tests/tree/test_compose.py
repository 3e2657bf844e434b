"""Each container of a deployment is held, checked and started again, in whichever file it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
FILES = {path.name: path.read_text() for path in sorted(DEPLOY.glob("compose*.yaml"))}
SERVICES = {
    name: told
    for text in FILES.values()
    for name, told in yaml.safe_load(text)["services"].items()
    if "image" in told  # else it adds to one of another file
}
# What makes folders with their owner, and the rules of the network; nothing else needs any of root.
_OWNERS = ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
OF_ROOT = {"hub": _OWNERS, "service": _OWNERS, "fence": ["NET_ADMIN"]}


def test_all_of_a_deployment_is_here() -> None:
    assert set(SERVICES) >= {"proxy", "hub", "service", "registry", "database", "front"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_is_held_checked_and_started_again(name: str) -> None:
    told: dict[str, Any] = SERVICES[name]
    assert told.get("read_only", False) is (name != "database"), "into which Docker brings dumps"
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["restart"] == "unless-stopped"
    assert told["healthcheck"]["test"][0] == "CMD"
    assert told.get("cap_add") == OF_ROOT.get(name)
    waits = told.get("depends_on", {})
    assert {each["condition"] for each in waits.values()} <= {"service_healthy"}


@pytest.mark.parametrize("file", FILES)
def test_no_secret_stands_in_a_file_and_none_nests_what_older_compose_cannot_read(
    file: str,
) -> None:
    found = re.findall(r"(?m)^\s+(\w*(?:TOKEN|KEY|PASSWORD|SECRET)): (.*)$", FILES[file])
    assert [
        (name, value) for name, value in found if not re.fullmatch(r"\$\{\w+:\?[^}]*\}", value)
    ] == []
    assert re.findall(r"\$\{[^}]*\$\{", FILES[file]) == []
