"""The script that puts the built extensions into an environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = Path(__file__).parents[2] / "extensions"
NEWS = "@jupyterlab/apputils-extension:announcements"


def install(prefix: Path, *only: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXTENSIONS / "install.py"), "--prefix", str(prefix)]
    if only:
        command += ["--only", *only]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def labconfig(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "jupyter" / "labconfig" / "page_config.json"
    path.parent.mkdir(parents=True)
    return path


def test_what_is_not_built_is_named(tmp_path: Path) -> None:
    result = install(tmp_path, "nosuch")
    assert result.returncode == 1
    assert "not built: nosuch" in result.stderr


@pytest.mark.skipif(
    not (EXTENSIONS / "core" / "labextension").is_dir(), reason="npm run build in extensions/"
)
def test_twice_is_once_and_other_settings_stay(tmp_path: Path, labconfig: Path) -> None:
    labconfig.write_text(json.dumps({"appName": "A", "disabledExtensions": ["x:y"]}))
    for _ in range(2):
        assert install(tmp_path).returncode == 0
    core = tmp_path / "share" / "jupyter" / "labextensions" / "@bluecloud" / "core"
    assert json.loads((core / "package.json").read_text())["name"] == "@bluecloud/core"
    assert json.loads(labconfig.read_text()) == {
        "appName": "A",
        "disabledExtensions": {"x:y": True, NEWS: True, "nbdime-jupyterlab": True},
    }
