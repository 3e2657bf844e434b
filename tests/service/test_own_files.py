"""A file of one's own is found by the path one would type, or refused when it is submitted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bluecloud import runs
from bluecloud.service import Service, ServiceError
from bluecloud_hub.homes import HOME, home
from bluecloud_service.runs.own_files import OwnFiles
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook

SCHEMA: dict[str, Any] = {
    "properties": {
        "sst": {"type": "string", "format": "file-path"},
        "parts": {"type": "array", "items": {"type": "string", "format": "file-path"}},
        "model_file": {"type": "string"},
        "title": {"type": "string"},
        "out_dir": {"type": "string", "default": "results"},
    }
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Ada's home with a file in a folder, one in the home itself, and links; and Ben's."""
    ada = home(tmp_path, "ada")
    (ada / "cruise").mkdir(parents=True)
    (ada / "cruise" / "sst.csv").write_text("1")
    (ada / "top.csv").write_text("2")
    (ada / "cruise" / "sst.zarr").mkdir()
    (ada / "cruise" / "sst.zarr" / "zarr.json").write_text("{}")
    ben = home(tmp_path, "ben")
    ben.mkdir()
    (ben / "secret.csv").write_text("3")
    (ada / "link.csv").symlink_to(ben / "secret.csv")
    (ada / "nowhere.csv").symlink_to(ben / "nothing.csv")
    (ada / "circle.csv").symlink_to(ada / "circle.csv")
    return tmp_path


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("sst.csv", "cruise/sst.csv"),
        ("./sst.csv", "cruise/sst.csv"),
        ("../top.csv", "top.csv"),
        ("top.csv", "top.csv"),
        ("cruise/sst.csv", "cruise/sst.csv"),
        ("~/cruise/sst.csv", "cruise/sst.csv"),
        (f"{HOME}/top.csv", "top.csv"),
        ("sst.zarr", "cruise/sst.zarr"),  # which is a folder, and read as a file is
    ],
)
def test_a_path_is_completed(state: Path, given: str, found: str) -> None:
    own = OwnFiles(state, in_containers=True)
    whole, faults = own.completed(SCHEMA, {"sst": given}, person="ada", folder="cruise")
    assert (whole, faults) == ({"sst": f"{HOME}/{found}"}, [])


def test_a_process_sees_the_home_where_it_is(state: Path) -> None:
    own = OwnFiles(state, in_containers=False)
    values = {"sst": "top.csv", "parts": ["top.csv", "cruise/sst.csv"]}
    whole, faults = own.completed(SCHEMA, values, person="ada")
    ada = home(state, "ada")
    told = {"sst": f"{ada}/top.csv", "parts": [f"{ada}/top.csv", f"{ada}/cruise/sst.csv"]}
    assert (whole, faults) == (told, [])


@pytest.mark.parametrize("given", ["", "https://example.org/sst.nc"])
def test_what_is_no_path_is_left(state: Path, given: str) -> None:
    own = OwnFiles(state, in_containers=True)
    assert own.completed(SCHEMA, {"sst": given}, person="ada") == ({"sst": given}, [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("none.csv", "'none.csv' is no file of yours: looked for ~/cruise/none.csv and ~/none.csv"),
        ("~/none.csv", "'~/none.csv' is no file of yours: looked for ~/none.csv"),
        ("../../ben/secret.csv", "'../../ben/secret.csv' leads out of your home"),
        ("~/../ben/secret.csv", "'~/../ben/secret.csv' leads out of your home"),
        (f"{HOME}/none.csv", f"'{HOME}/none.csv' is no file of yours: looked for ~/none.csv"),
        ("/etc/shadow", f"'/etc/shadow' lies outside your home, {HOME}"),
        (f"{HOME}-of-ben/top.csv", "lies outside your home"),
        (".", "'.' is a folder and no file: ~/cruise"),
        ("~", "'~' is a folder and no file: ~"),
        ("../cruise/", "'../cruise/' is a folder and no file: ~/cruise"),
        ("circle.csv", "'circle.csv' is no file of yours: looked for ~/cruise/circle.csv and"),
        ("nul\0.csv", "'nul\\x00.csv' is no file of yours"),
        ("long" * 2000, "is no file of yours"),
    ],
)
def test_what_is_not_there_is_refused(state: Path, given: str, said: str) -> None:
    own = OwnFiles(state, in_containers=True)
    _, [fault] = own.completed(SCHEMA, {"sst": given}, person="ada", folder="cruise")
    assert fault.field == "sst"
    assert said in fault.message
    assert "from your home" in fault.allowed


def test_a_link_out_of_the_home_tells_nothing_of_what_is_there(state: Path) -> None:
    own = OwnFiles(state, in_containers=True)
    for link in ("link.csv", "nowhere.csv"):
        whole, faults = own.completed(SCHEMA, {"sst": link}, person="ada")
        assert (whole, faults) == ({"sst": f"{HOME}/{link}"}, [])


def test_a_name_alone_promises_nothing(state: Path) -> None:
    own = OwnFiles(state, in_containers=True)
    values = {"model_file": "new.json", "title": "top.csv"}
    assert own.completed(SCHEMA, values, person="ada") == (values, [])
    values["model_file"] = "top.csv"
    assert own.completed(SCHEMA, values, person="ada")[0]["model_file"] == f"{HOME}/top.csv"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("/srv/results", "'/srv/results' lies outside the run's own folder"),
        ("~/results", "'~/results' lies outside the run's own folder"),
        ("a/../../results", "lies outside the run's own folder"),
        ("..", "lies outside the run's own folder"),
        (" ", "it is empty"),
        ("", "it is empty"),
        ("a\0b", "cannot be the name of a folder"),
        ("ä" * 128, "cannot be the name of a folder"),
    ],
)
def test_a_run_writes_into_its_own_folder_alone(state: Path, given: str, said: str) -> None:
    own = OwnFiles(state, in_containers=True)
    _, [fault] = own.completed(SCHEMA, {"out_dir": given}, person="ada", folder="cruise")
    assert (fault.field, said in fault.message) == ("out_dir", True), fault
    assert fault.allowed.startswith("the name of a folder, as results")


@pytest.mark.parametrize("given", ["results", "./a/b", "a/../b", "..a"])
def test_a_folder_of_the_run_is_left_as_it_is(state: Path, given: str) -> None:
    own = OwnFiles(state, in_containers=True)
    assert own.completed(SCHEMA, {"out_dir": given}, person="ada") == ({"out_dir": given}, [])


def test_an_empty_folder_that_the_notebook_has_by_itself_is_its_own_matter(state: Path) -> None:
    schema = {"properties": {"out_dir": {"type": "string", "default": ""}}}
    own = OwnFiles(state, in_containers=False)
    assert own.completed(schema, {"out_dir": ""}, person="ada") == ({"out_dir": ""}, [])


READS = "text = open(n).read(); open('out.txt', 'w').write(text)"


def test_a_run_reads_the_file_beside_its_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    ada = home(state, "ada")
    (ada / "cruise").mkdir(parents=True)
    (ada / "cruise" / "sst.csv").write_text("17.5")
    monkeypatch.setenv("HOME", str(ada))
    monkeypatch.chdir(ada / "cruise")
    content = notebook(READS, parameters="n: str = ''")
    content["metadata"]["parameters_schema"] = {"properties": {"n": {"format": "file-path"}}}
    Path("reading.ipynb").write_text(json.dumps(content))
    Path("lost.ipynb").write_text(json.dumps(notebook("open('sst.csv').read()")))
    at_home = "from pathlib import Path; assert (Path.home() / 'cruise' / 'sst.csv').is_file()"
    Path("home.ipynb").write_text(json.dumps(notebook(at_home)))
    with (
        four_people() as hub,
        serving_runs(hub, state) as served,
        Service(served.address, "ada") as service,
    ):
        asked = {"laboratory": "environment", "service": service}
        with pytest.raises(ServiceError, match=r"n: 'none.csv' is no file of yours"):
            runs.submit("reading.ipynb", {"n": "none.csv"}, **asked)
        with pytest.raises(ServiceError, match=r"n: '/etc/shadow' lies outside your home"):
            runs.submit("reading.ipynb", {"n": "/etc/shadow"}, **asked)
        good = runs.submit("reading.ipynb", {"n": "sst.csv"}, **asked)
        lost = runs.submit("lost.ipynb", **asked)
        from_home = runs.submit("home.ipynb", **asked)
        [run] = good.wait(timeout=120).runs
        assert run.state == "succeeded", run.words
        assert run.fetch("fetched")[1].read_text() == "17.5"
        [run] = from_home.wait(timeout=120).runs
        assert run.state == "succeeded", run.words
        [run] = lost.wait(timeout=120).runs
        assert (run.state, run.cause) == ("failed", "file-missing")
        assert "from your home" in run.whole["why"]["next_step"]
