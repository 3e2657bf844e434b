"""What is wrong with a command is said in a sentence, and nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bluecloud import run_commands, runs, schedule_commands
from bluecloud.arguments import swept_values
from bluecloud.lab.releases import Given, Listed, Unresolved
from bluecloud.lab_showing import show_list
from bluecloud.names import whole_name
from bluecloud.service import ServiceError
from bluecloud_hub.settings import checkout
from tests.service.work import notebook


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a notebook, where nothing answers for the service."""
    (tmp_path / "n.ipynb").write_text(json.dumps(notebook("n")))
    (tmp_path / "deep.ipynb").write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
    (tmp_path / "half.ipynb").write_text(json.dumps(notebook("'\ud800'")))
    (tmp_path / "list.ipynb").write_text("[1, 2]")
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
        (["list.ipynb"], "list.ipynb is no notebook: it is a list in JSON"),
        (["five.json"], "five.json is no notebook: it is one value in JSON"),
        (["n.ipynb", "-s", "n=1:3", "-p", "n=2"], "n: given with -p and with -s"),
        (["n.ipynb", "-s", "n=3:1"], "n=3:1: a range is FIRST:LAST or FIRST:LAST:STEP, upwards"),
        (["n.ipynb", "-s", "n=1:3:0"], "n=1:3:0: a range is FIRST:LAST"),
        (["n.ipynb", "-s", "n=1:1e9"], "n=1:1e9: 1000000000 values, and 2000 can be"),
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


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1:3", [1, 2, 3]),
        ("1:10:2", [1, 3, 5, 7, 9]),
        ("5:5", [5]),
        ("-1:1", [-1, 0, 1]),
        ("0.1:0.3:0.1", [0.1, 0.2, 0.3]),  # to the last one, and each as it is written
        ("1:2:.5", [1.0, 1.5, 2.0]),
        ("1:3,7", [1, 2, 3, 7]),
        ('["12:30"]', ["12:30"]),
        ("a:b,2020-01-01", ["a:b", "2020-01-01"]),
    ],
)
def test_a_range_has_both_its_ends(text: str, values: list[object]) -> None:
    found = swept_values([f"n={text}"])
    assert found == {"n": values}
    assert [type(each) for each in found["n"]] == [type(each) for each in values]


def test_a_schedule_too_is_given_one_value_or_several(folder: Path) -> None:
    words = ["add", "0 6 * * 1", "n.ipynb", "-p", "n=1", "-s", "n=1:3"]
    result = called(schedule_commands.app, *words)
    assert (result.exit_code, "n: given with -p and with -s" in result.stderr) == (1, True)


MANY = [f"{number:02x}abc{number:015x}" for number in range(18)]


@pytest.mark.parametrize(
    ("begun", "told"),
    [
        ("0aabd", f"'0aabd' is not the name of a submit: near it: {MANY[10]}"),
        ("zzzz", "'zzzz' is not the name of a submit: `bluecloud runs` lists them"),
        ("0", f"'0' begins the names of 16: {', '.join(MANY[:5])} and 11 more"),
    ],
)
def test_of_many_names_those_are_told_that_may_be_meant(begun: str, told: str) -> None:
    with pytest.raises(ServiceError) as error:
        whole_name(begun, MANY, "a submit", listed_by="bluecloud runs")
    said = str(error.value)
    assert said.startswith(told)
    assert sum(name in said for name in MANY) <= 5


def test_the_first_letters_are_a_name() -> None:
    assert whole_name("0aa", MANY, "a submit", listed_by="bluecloud runs") == MANY[10]


@pytest.mark.parametrize("minutes", ["nan", "inf", "-5", "0", "1e9"])
def test_a_time_limit_is_from_a_second_to_a_week(folder: Path, minutes: str) -> None:
    result = called(run_commands.run, "n.ipynb", "--minutes", minutes)
    assert result.exit_code == 2
    assert "--minutes" in result.stderr


@pytest.mark.parametrize("value", ["NaN", "1e999", "[" * 5000])
def test_what_is_no_json_is_text(folder: Path, value: str) -> None:
    result = called(run_commands.run, "n.ipynb", "-p", f"n={value}")
    assert "the service does not answer" in result.stderr  # it was sent


def test_elsewhere_it_is_said_what_to_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = called(run_commands.ask)
    assert "does not answer at http://127.0.0.1:9" in result.stderr
    monkeypatch.delenv("BLUECLOUD_SERVICE_URL")
    result = called(run_commands.ask)
    assert "BLUECLOUD_SERVICE_URL is not set" in result.stderr
    assert "JUPYTERHUB_API_TOKEN" in result.stderr


def test_where_nothing_is_released_it_is_said_why(capsys: pytest.CaptureFixture[str]) -> None:
    given = Given(None, False, None, False, None)
    for registry, told in (("", "has no registry"), ("https://r.example.org", "lab build warm")):
        listed = Listed("warm", registry, given, given, (), ())
        show_list(listed)
        assert told in " ".join(capsys.readouterr().out.split())
        with pytest.raises(Unresolved, match="warm has no release yet"):
            listed.called(None)


def test_what_json_has_not_is_said_in_python_too(folder: Path) -> None:
    with pytest.raises(ServiceError, match="it cannot be sent, since JSON"):
        runs.submit("n.ipynb", {"n": float("nan")})


@pytest.mark.parametrize("name", ["", ".", "..", "no/such", "0" * 21])
def test_a_run_has_a_name(folder: Path, name: str) -> None:
    result = called(run_commands.ask, "show", name)
    assert (result.exit_code, f"{name!r} is not the name of a run" in result.stderr) == (1, True)


def test_without_a_notebook_the_analyses_are_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_ROOT", str(checkout()))
    result = called(run_commands.run)
    assert (result.exit_code, "marine_heatwaves" in result.stdout) == (0, True), result.output
    assert "heatwaves" in result.stdout.replace("marine_heatwaves", "").lower()
    monkeypatch.delenv("BLUECLOUD_ROOT")
    result = called(run_commands.run)
    assert (result.exit_code, "BLUECLOUD_ROOT" in result.stderr) == (1, True)
