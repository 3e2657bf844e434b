"""A path means the same to both buttons of a form: to the one that runs here and to the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import nbformat
import pytest

from bluecloud_hub.homes import home as home_of
from bluecloud_hub.settings import checkout
from tests.panel.conftest import LaboratoryServer, running_server, wait_for, write_tree
from tests.service.serving import four_people, serving_runs

READING = "text = open(sst_file).read()\nassert text == '17.5', text"


def write_reading(path: Path) -> None:
    """An analysis that reads a file of one's own."""
    parameters = "sst_file: str\nout_dir: str = 'results'\n"
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# Reading\n\nIs it there?\n"),
            nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(READING),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "parameters_schema": {"properties": {"sst_file": {"format": "file-path"}}},
        },
    )
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaboratoryServer]:
    """Ada's laboratory, whose home is the one that the service knows."""
    folder = tmp_path_factory.mktemp("paths")
    home = home_of(folder / "state", "ada")
    (home / "testlab").mkdir(parents=True)
    (home / "data").mkdir()
    (home / "data" / "sst.csv").write_text("17.5")
    (home / "testlab" / "beside.csv").write_text("17.5")
    (home / "taken").write_text("")
    tree = write_tree(folder / "root")
    write_reading(tree / "notebooks" / "testlab" / "reading.ipynb")
    labs = folder / "labs"
    labs.mkdir()
    declared = (checkout() / "hub" / "labs" / "environment.toml").read_text()
    (labs / "testlab.toml").write_text(declared)
    with (
        four_people() as hub,
        serving_runs(hub, folder / "state", BLUECLOUD_LABS=str(labs)) as service,
        running_server(
            tree,
            home,
            folder / "jupyter",
            environment={
                "BLUECLOUD_SERVICE_URL": service.address,
                "JUPYTERHUB_API_TOKEN": "ada@testlab",
            },
        ) as started,
    ):
        yield started


def ask(laboratory: LaboratoryServer, how: str, **parameters: str) -> httpx.Response:
    return laboratory.post(f"analyses/reading/{how}", {"parameters": parameters})


def given(laboratory: LaboratoryServer, path: str) -> str:
    """What the notebook is given that is run here, in its folder."""
    answer = ask(laboratory, "run", sst_file=path)
    assert answer.status_code == httpx.codes.OK, answer.text
    notebook = nbformat.read(laboratory.home / answer.json()["path"], as_version=4)
    (cell,) = [c for c in notebook.cells if "injected-parameters" in c.metadata.get("tags", [])]
    return str(cell.source)


@pytest.mark.parametrize("path", ["data/sst.csv", "~/data/sst.csv", "../data/sst.csv"])
def test_both_buttons_find_the_file_that_is_named(laboratory: LaboratoryServer, path: str) -> None:
    whole = laboratory.home / "data" / "sst.csv"
    assert f"sst_file = {str(whole)!r}" in given(laboratory, path)
    answer = ask(laboratory, "submit", sst_file=path)
    run = answer.json()["runs"][0]["id"]
    wait_for(lambda: laboratory.get(f"runs/{run}").json()["run"]["state"] == "succeeded")


def test_a_file_beside_the_copies_and_a_whole_path_are_found(laboratory: LaboratoryServer) -> None:
    beside = laboratory.home / "testlab" / "beside.csv"
    for path in ("beside.csv", str(beside)):
        assert f"sst_file = {str(beside)!r}" in given(laboratory, path)
        assert ask(laboratory, "submit", sst_file=path).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "none.csv",
            "'none.csv' is no file of yours: looked for ~/testlab/none.csv and ~/",
        ),
        (".", "'.' is a folder and no file: ~/testlab"),
        ("/etc/shadow", "'/etc/shadow' lies outside your home"),
    ],
)
def test_both_buttons_refuse_alike(laboratory: LaboratoryServer, path: str, said: str) -> None:
    for how in ("run", "submit"):
        answer = ask(laboratory, how, sst_file=path)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        (field,) = answer.json()["fields"]
        assert (field["field"], said in field["error"]) == ("sst_file", True), field
        assert "from your home" in field["allowed"]


def test_a_folder_that_cannot_be_written_is_refused_at_once(laboratory: LaboratoryServer) -> None:
    for path in ("../taken", "~/taken/deep", "/dev/null/results", " "):
        answer = ask(laboratory, "run", sst_file="data/sst.csv", out_dir=path)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, path
        assert answer.json()["fields"][0]["field"] == "out_dir"
    answer = ask(laboratory, "run", sst_file="data/sst.csv", out_dir="~/mine")
    notebook = (laboratory.home / answer.json()["path"]).read_text()
    assert f"out_dir = '{laboratory.home / 'mine'}'" in notebook
