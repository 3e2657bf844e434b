"""``make secrets`` makes what a deployment must not share, and never changes what is in use."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SECRETS = {
    "CONFIGPROXY_AUTH_TOKEN",
    "BLUECLOUD_SERVICE_TOKEN",
    "BLUECLOUD_SERVICE_KEY",
    "POSTGRES_PASSWORD",
}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder in which it ran once."""
    for name in ("make_env.py", ".env.example"):
        shutil.copy(DEPLOY / name, tmp_path)
    run(tmp_path)
    return tmp_path / ".env"


def run(folder: Path) -> str:
    return subprocess.run(
        [sys.executable, str(folder / "make_env.py")],
        env={"BLUECLOUD_STATE": "/srv/state"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def values(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_secrets_are_made_and_are_for_their_owner_alone(made: Path) -> None:
    told = values(made)
    assert told["BLUECLOUD_STATE"] == "/srv/state"
    assert len({told[name] for name in SECRETS}) == len(SECRETS)
    assert min(len(told[name]) for name in SECRETS) >= 48
    assert made.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_keeps_its_lines_and_gets_what_it_lacks(made: Path) -> None:
    whole = made.read_text()
    assert "has all secrets" in run(made.parent)
    assert made.read_text() == whole

    lines = whole.splitlines()
    older = [line for line in lines if not line.startswith("BLUECLOUD_SERVICE_TOKEN")]
    made.write_text("\n".join([*older, "BLUECLOUD_OPERATORS=olga"]) + "\n")
    assert "gets BLUECLOUD_SERVICE_TOKEN" in run(made.parent)
    assert made.read_text().splitlines()[:-1] == [*older, "BLUECLOUD_OPERATORS=olga"]
    assert len(values(made)["BLUECLOUD_SERVICE_TOKEN"]) == 64
