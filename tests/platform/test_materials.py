"""Bills of materials of the deployment's images: what the installers left, and nothing executed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from bluecloud_service.gate.materials import main

pytestmark = pytest.mark.docker

ROOT = Path(__file__).resolve().parents[2]
IMAGES = os.environ.get("BLUECLOUD_TEST_IMAGES", "bluecloud")


def _purls(path: Path) -> set[str]:
    told = json.loads(path.read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", told["metadata"]["component"]["version"])
    return {each["purl"] for each in told["components"]}


def test_the_hubs_image_is_told_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"{IMAGES}/hub", f"{IMAGES}/database", "--to", str(tmp_path / "bills")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    hub = _purls(tmp_path / "bills" / "hub.cdx.json")
    for name in ("pypi/jupyterhub", "npm/configurable-http-proxy", "deb/debian/nftables"):
        assert [each for each in hub if each.startswith(f"pkg:{name}@")], name
    lock = json.loads((ROOT / "hub" / "package-lock.json").read_text())["packages"]
    locked = {
        f"pkg:npm/{path.rpartition('node_modules/')[2].replace('@', '%40')}@{told['version']}"
        for path, told in lock.items()
        if path and not told.get("dev")
    }
    assert locked <= hub, "every package that the proxy's lock names"
    database = _purls(tmp_path / "bills" / "database.cdx.json")
    assert [each for each in database if each.startswith("pkg:deb/debian/postgresql-15@")]


def test_an_image_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bluecloud/nowhere", "--to", str(tmp_path)]) == 2
    assert "'bluecloud/nowhere' is not on this server" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
