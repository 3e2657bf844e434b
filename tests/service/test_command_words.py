"""What is wrong with a command is said in a sentence, and nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bluecloud import run_commands, runs, schedule_commands
from bluecloud.service import ServiceError
from tests.service.work import notebook


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a notebook, where nothing answers for the service."""
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook("n")))
    (tmp_path / "deep.ipynb").write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
    (tmp_path / "half.ipynb").write_text(json.dumps(notebook("'\ud800'")))
    (tmp_path / "five.json").write_text("5")
    (tmp_path / "pairs.json").write_text('[[["n", 1]]]')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BLUECLOUD_LAB", "environment")
    return tmp_path


def called(app: object, *words: str) -> Result:
    assert app in (run_commands.run, run_commands.ask, schedule_commands.app)
    return CliRunner().invoke(app, words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["deep.ipynb"], "deep.ipynb is no notebook"),
        (["half.ipynb"], "it cannot be sent, since JSON"),
        (["n.ipynb", "--sets", "five.json"], "five.json: it is a list of objects"),
        (["n.ipynb", "--sets", "pairs.json"], "pairs.json: it is a list of objects"),
        (["n.ipynb", "-p", "n=1", "-p", "n=2"], "n is given twice, as '1' and '2'"),
        (["n.ipynb", "-s", "n=1", "-s", "n=2"], "n is given twice, as '1' and '2'"),
        (["n.ipynb", "--data-age", "3"], "--data-age says"),
    ],
)
def test_what_cannot_be_submitted_is_said(folder: Path, words: list[str], told: str) -> None:
    result = called(run_commands.run, *words)
    assert (result.exit_code, told in result.stderr) == (1, True), result.stderr


@pytest.mark.parametrize("minutes", ["nan", "inf", "-5", "0", "1e9"])
def test_a_time_limit_is_from_a_second_to_a_week(folder: Path, minutes: str) -> None:
    result = called(run_commands.run, "n.ipynb", "--minutes", minutes)
    assert result.exit_code == 2
    assert "--minutes" in result.stderr


@pytest.mark.parametrize("value", ["NaN", "1e999", "[" * 5000])
def test_what_is_no_json_is_text(folder: Path, value: str) -> None:
    result = called(run_commands.run, "n.ipynb", "-p", f"n={value}")
    assert "the service does not answer" in result.stderr  # it was sent


def test_what_json_has_not_is_said_in_python_too(folder: Path) -> None:
    with pytest.raises(ServiceError, match="it cannot be sent, since JSON"):
        runs.submit("n.ipynb", {"n": float("nan")})


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_run_has_a_name(folder: Path, name: str) -> None:
    result = called(run_commands.ask, "show", name)
    assert (result.exit_code, f"{name!r} is not the name of a run" in result.stderr) == (1, True)
