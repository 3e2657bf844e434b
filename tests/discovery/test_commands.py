"""The command line: one word, and the commands of whatever is installed."""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bluecloud.cli import application
from bluecloud_catalogs.discovery import parquet
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.query import checked

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    monkeypatch.setenv("COLUMNS", "200")


def run(*words: str) -> Result:
    return CliRunner().invoke(application(), list(words))


def test_the_program_is_installed_and_names_its_commands() -> None:
    program = Path(sys.executable).with_name("bluecloud")
    told = subprocess.run([program, "data", "--help"], capture_output=True, text=True, check=True)
    for word in ("find", "read", "add", "harvest", "health", "verify"):
        assert f" {word} " in told.stdout


def test_finding_shows_what_there_is_and_where_it_was_looked_for() -> None:
    told = run("data", "find", "argo", "--bbox", "1,38,6,42", "--time", "2020")
    assert told.exit_code == 0
    assert "argogdac:entry/argo_profiles" in told.stdout
    assert "small index" in told.stdout


def test_names_that_the_next_command_needs_are_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = run("data", "find", "oxygen", "--limit", "4").stdout
    assert " beacon_emodnet_chemistry " in told
    assert "…" not in told
    assert "the \nfirst 4 shown" in told


def test_words_need_no_quotes_and_all_are_looked_for() -> None:
    for words in (("species", "occurrences"), ("species occurrence",)):
        told = run("data", "find", *words).stdout
        assert "obis_occurrences" in told, told
        assert "worms_taxa" not in told


def test_where_nothing_is_found_no_empty_table_is_shown() -> None:
    told = run("data", "find", "nowhere-at-all").stdout
    assert told.startswith("0 found in ")


def test_found_records_are_lines_of_json_or_a_file(tmp_path: Path) -> None:
    lines = run("data", "find", "temperature", "--json").stdout.splitlines()
    assert {json.loads(line)["source"] for line in lines} >= {"argogdac", "cmems"}
    saved = run("data", "find", "temperature", "--save", str(tmp_path / "x.parquet"))
    assert saved.exit_code == 0
    assert len(list(parquet.read(tmp_path / "x.parquet"))) >= len(lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["find", "--bbox", "a,b"], "numbers with commas"),
        (["find", "--bbox", "0,10,5,-10"], "south 10 is above north -10"),
        (["read", "argo_prof"], "there is no entry 'argo_prof': the nearest of "),
        (["read", "nothing"], "there is no entry 'nothing'"),
        (["read", "argo_profiles", "colour=blue"], "no parameter colour"),
        (["harvest", "atlantis"], "no source that can be harvested"),
        (["health", "--source", "atlantis"], "no source 'atlantis'"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("data", *words)
    assert said.exit_code == 1
    assert told in said.stderr
    assert "Traceback" not in said.stderr


def test_reading_says_where_the_data_come_from(tmp_path: Path) -> None:
    file = tmp_path / "profiles.nc"
    said = run("data", "read", "argo_profiles", "platform=9000001", "--save", str(file))
    assert said.exit_code == 0
    assert "tier: sample" in said.stdout
    assert "synthetic: true" in said.stdout
    assert file.stat().st_size > 1000


def test_an_example_that_is_read_unasked_is_named() -> None:
    said = run("data", "read", "argo_index")
    assert "nothing asked for: this is its example, bbox=[1.0, 38.0, 6.0, 42.0]" in said.stderr
    assert "profiler_type" in said.stdout  # a column in the middle, which pandas would leave out
    assert 'request: {"bbox":[1.0,38.0,6.0,42.0]' in said.stdout


def test_a_sample_instead_of_the_provider_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "live,sample")
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", "http://127.0.0.1:1")
    said = run("data", "read", "argo_profiles")
    assert "\nThese are SYNTHETIC data, not observations" in said.stderr
    assert "TierWarning" not in said.stderr
    assert ".py" not in said.stderr


def test_health_reads_every_entry_and_says_which_tier_answered() -> None:
    said = run("data", "health", "--source", "argogdac")
    assert said.exit_code == 0, said.stdout
    assert "argo_profiles" in said.stdout
    assert "9 of 9 entries were read: 9 from sample" in said.stdout


def test_health_names_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", "http://127.0.0.1:1")
    said = run("data", "health", "--source", "argogdac")
    assert said.exit_code == 1
    assert "SourceUnavailable" in said.stdout
    assert "0 of " in said.stdout


def test_verifying_what_cannot_be_reached_finds_no_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", "http://127.0.0.1:1")
    said = run("data", "verify", "--source", "argogdac")
    assert said.exit_code == 0
    assert "not reachable" in said.stdout
    assert "0 of 9 entries were compared" in said.stdout


def test_harvesting_keeps_the_entries_and_an_index_of_them(tmp_path: Path) -> None:
    said = run("data", "harvest", "--holdings", str(tmp_path), "--tier", "sample", "--rebuild")
    assert "entries: " in said.stdout
    index = Index(tmp_path / "search")
    assert index.count(checked(levels="collection", sources="argogdac")) >= 2
    assert (tmp_path / "records" / "argogdac.parquet").is_file()


def test_a_laboratory_gets_the_client_and_nothing_of_the_hub(tmp_path: Path) -> None:
    """The wheel that an image installs holds this package alone, and it imports no other."""
    subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "build",
            "--quiet",
            "--wheel",
            "--no-build-isolation",
            f"--out-dir={tmp_path}",
            ROOT / "hub" / "client",
        ],
        check=True,
        cwd=ROOT,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = {name.partition("/")[0] for name in wheel.namelist()}
        told = wheel.read("bluecloud-0.1.0.dist-info/METADATA").decode()
        points = configparser.ConfigParser()
        points.read_string(wheel.read("bluecloud-0.1.0.dist-info/entry_points.txt").decode())
    assert names == {"bluecloud", "bluecloud-0.1.0.dist-info"}
    assert "jupyterhub" not in told
    commands = list(points["bluecloud.commands"])  # others here come from other packages
    assert {"lab", "products", "run"} <= set(commands)
    program = (
        "import sys, bluecloud.cli; "
        f"[bluecloud.cli.application([name]) for name in {commands}]; "
        "print([name for name in ('jupyterhub', 'fastapi', 'sqlalchemy', 'bluecloud_hub') "
        "if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


CAST = """time,latitude,longitude,depth [m],TEMP [degree_Celsius]
2021-05-04T10:00:00,43.4,3.6,1,17.5
2021-05-04T10:00:00,43.4,3.6,2,17.1
"""


def test_a_file_of_ones_own_is_added_and_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_OWN_DATA", str(tmp_path / "own"))
    file = tmp_path / "lagoon.csv"
    file.write_text(CAST)
    names = ("--standard-name", "TEMP=sea_water_temperature")
    told = run("data", "add", str(file), "--title", "My lagoon", *names)
    assert (told.exit_code, told.stdout) == (0, "own_lagoon: My lagoon, 2 rows\n")
    assert "My lagoon" in run("data", "find", "lagoon").stdout
    read = run("data", "read", "own_lagoon")
    assert read.exit_code == 0
    assert "17.1" in read.stdout
    assert "entry: own_lagoon" in read.stdout


def test_what_is_wrong_with_a_file_or_a_word_is_said_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_OWN_DATA", str(tmp_path / "own"))
    file = tmp_path / "lagoon.csv"
    file.write_text(CAST.replace("17.1", "warm"))
    told = run("data", "add", str(file))
    assert told.exit_code == 1
    assert "UnusableFile" in told.stderr
    assert "warm" in told.stderr
    told = run("data", "add", str(file), "--unit", "TEMP")
    assert "--unit TEMP: it must be COLUMN=VALUE" in told.stderr
    assert not (tmp_path / "own").exists()


@pytest.mark.parametrize("name", ["entry", "laboratory", "metadata", "output_instance", "self"])
def test_a_parameter_that_no_entry_has_is_refused_whatever_its_name(name: str) -> None:
    told = run("data", "read", "argo_index", f"{name}=3")
    assert told.exit_code == 1
    assert f"argo_index has no parameter {name}" in told.stderr


def test_own_data_are_read_by_the_name_they_were_added_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_OWN_DATA", str(tmp_path / "own"))
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    file = tmp_path / "lagoon.csv"
    file.write_text(CAST)
    run("data", "add", str(file), "--standard-name", "TEMP=sea_water_temperature")

    told = run("data", "read", "own_lagoon")
    assert (told.exit_code, "entry: own_lagoon" in told.stdout) == (0, True)


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    told = run("data", "read", "argo_index", "--save", str(tmp_path / "none" / "x.csv"))
    assert told.exit_code == 1
    assert "it cannot be written" in told.stderr


def test_an_id_is_whole_however_narrow_the_page_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert "…" not in run("data", "find", "oxygen").stdout


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = run("data", "harvest", "ena", "--tier", "sample", "--holdings", str(tmp_path / "file"))
    assert (told.exit_code, "Traceback" in told.output) == (1, False)
    assert isinstance(told.exception, SystemExit)
    assert "Not a directory" in told.stderr
