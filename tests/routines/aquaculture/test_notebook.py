"""The laboratory's notebooks, run without a person and without a network."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import nbformat
import pandas as pd
import pytest
import xarray as xr

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "notebooks" / "aquaculture"


def executed(name: str, folder: Path, **parameters: Any) -> nbformat.NotebookNode:
    """Run a notebook as papermill's command does, on samples alone."""
    given = [word for key, value in parameters.items() for word in ("-p", key, str(value))]
    command = [sys.executable, "-m", "papermill", str(FOLDER / f"{name}.ipynb"), "out.ipynb"]
    subprocess.run(
        [*command, "--no-progress-bar", *given],
        cwd=folder,
        check=True,
        timeout=180,
        capture_output=True,
        text=True,
    )
    return nbformat.read(folder / "out.ipynb", as_version=nbformat.NO_CONVERT)


def outputs(notebook: nbformat.NotebookNode, cell: str) -> str:
    (found,) = [json.dumps(one.outputs) for one in notebook.cells if one.id == cell]
    return found


def shown(notebook: nbformat.NotebookNode) -> str:
    return json.dumps([cell.get("outputs", []) for cell in notebook.cells])


def made(folder: Path, name: str) -> Path:
    (path,) = (folder / "results").glob(f"*/{name}")
    assert re.fullmatch(r"\w+ \d{4}-\d\d-\d\d \d{6}", path.parent.name)
    return path


def violations(path: Path) -> list[Any]:
    """What compliance-checker finds against CF-1.10 that is an error."""
    report = path.with_suffix(".json")
    checker = str(Path(sys.executable).parent / "compliance-checker")
    command = [checker, "--test=cf:1.10", "--format=json", f"--output={report}", str(path)]
    subprocess.run(command, check=False, timeout=120, capture_output=True)
    priorities = json.loads(report.read_text())["cf:1.10"]["high_priorities"]
    return [check["msgs"] for check in priorities if check["msgs"]]


@pytest.fixture(autouse=True)
def _samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def test_the_inventory_runs_from_its_defaults_and_every_figure_says_synthetic(
    tmp_path: Path,
) -> None:
    notebook = executed("farm_inventory", tmp_path)
    for cell in ("map-figure", "close", "production-figure", "changes"):
        assert "SYNTHETIC: " in outputs(notebook, cell), cell
    told = shown(notebook)
    assert "8 farms in 3 years; 3 cages in none." in told
    assert "2 of 3 farms lie within 1000 m of a site." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1126/sciadv.adn4944" in told
    assert "Warning" not in told
    farms = gpd.read_file(made(tmp_path, "farms.geojson"))
    assert farms["cages"].tolist() == [18, 12, 18, 24, 8, 6, 12, 16]
    assert farms.crs == "EPSG:4326"
    sites = json.loads(made(tmp_path, "sites.geojson").read_text())
    assert sites["metadata"]["title"] == "SYNTHETIC: Inventory of fish farms"
    assert sites["metadata"]["synthetic"] == "true"
    assert len(sites["features"]) == 12
    table = pd.read_csv(made(tmp_path, "production.csv"), comment="#")
    assert table[["year", "farm"]].to_numpy().tolist() == farms[["year", "farm"]].values.tolist()


def test_the_inventory_of_a_file_of_ones_own_is_that_of_the_labels(
    tmp_path: Path, test_data: Path
) -> None:
    labels = (
        test_data / "oracles" / "aquaculture" / "aquaculture" / "quaade2024_humanlabels.geojson"
    )
    notebook = executed("farm_inventory", tmp_path, cages_file=labels, register="")
    told = shown(notebook)
    assert "SYNTHETIC" not in told
    farms = gpd.read_file(made(tmp_path, "farms.geojson"))
    number = farms.groupby("year").size()
    assert (number[2003], number[2014], number[2021]) == (15, 14, 5)


def test_the_detection_runs_from_its_defaults_and_every_figure_says_synthetic(
    tmp_path: Path,
) -> None:
    notebook = executed("detect_cages", tmp_path)
    for cell in ("map-figure", "close", "often"):
        assert "SYNTHETIC: " in outputs(notebook, cell), cell
    told = shown(notebook)
    assert "with 2 objects." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1109/TAES.1983.309350" in told
    assert "Warning" not in told
    objects = gpd.read_file(made(tmp_path, "objects.geojson"))
    assert objects["matched"].tolist() == [True, True]
    product = made(tmp_path, "detect_cages.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert int(written["object"].max()) == 2
        assert json.loads(written.attrs["parameters"])["pfa"] == 1e-6
