"""The fisheries laboratory's notebooks, run as they are kept."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from jupyter_client.kernelspec import KernelSpecManager
from scipy.integrate import quad

from bluecloud_routines.fisheries import (
    catch_at_scale,
    cwp_codes,
    scale_statistics,
    simulated_stock,
)

FOLDER = Path(__file__).parents[3] / "notebooks" / "fisheries"


def executed(name: str, folder: Path, **parameters: Any) -> nbformat.NotebookNode:
    """Run a notebook on the samples as papermill's command does, in a folder of its own."""
    given = ["-y", json.dumps(parameters)] if parameters else []
    command = [sys.executable, "-m", "papermill", str(FOLDER / f"{name}.ipynb"), "out.ipynb"]
    subprocess.run(
        [*command, "--no-progress-bar", *given],
        cwd=folder,
        check=True,
        timeout=180,
        capture_output=True,
        text=True,
    )
    return nbformat.read(folder / "out.ipynb", as_version=4)


def outputs(notebook: nbformat.NotebookNode, *cells: str) -> list[str]:
    """What the cells of these ids put out, as text."""
    return [json.dumps(cell.get("outputs", [])) for cell in notebook.cells if cell.id in cells]


def violations(path: Path) -> list[Any]:
    """What compliance-checker finds against CF-1.10 that is an error."""
    report = path.with_suffix(".json")
    command = [str(Path(sys.executable).parent / "compliance-checker"), "--test=cf:1.10"]
    subprocess.run(
        [*command, "--format=json", f"--output={report}", str(path)],
        check=False,  # it also fails on mere recommendations
        timeout=120,
        capture_output=True,
    )
    priorities = json.loads(report.read_text())["cf:1.10"]["high_priorities"]
    return [check["msgs"] for check in priorities if check["msgs"]]


def test_the_question_of_scale_is_answered_from_its_defaults_and_marked_synthetic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    notebook = executed("catch_at_scale", tmp_path)
    figures = outputs(notebook, "maps", "curves", "taylor", "gears")
    assert len(figures) == 4
    assert all("SYNTHETIC: " in figure for figure in figures)
    told = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    (folder,) = (tmp_path / "results").iterdir()
    assert violations(folder / "catch_5_degrees.nc") == []
    statistics = pd.read_csv(folder / "scale_statistics.csv", comment="#")
    squares = pd.read_csv(folder / "catch_by_square.csv", comment="#", parse_dates=["time"])
    for width, total in zip(statistics["resolution"], statistics["catch"], strict=True):
        with xr.open_dataset(folder / f"catch_{width:g}_degrees.nc") as field:
            assert field.attrs["title"].startswith("SYNTHETIC")
            assert float(field["catch"].sum()) == pytest.approx(total)
            held = total + float(field["catch_lost"].sum())
            assert held == pytest.approx(field.attrs["reported"])
    # The table of squares is a table of reports itself, of the same statistics.
    reports = squares.assign(area=cwp_codes(squares["lat"], squares["lon"], resolution=5), unit="t")
    again = scale_statistics(reports, resolutions=(5, 10))
    fields = ["cells", "catch", "entropy", "gini", "moran"]
    first = statistics.set_index("resolution").loc[[5, 10], fields]
    np.testing.assert_allclose(again[fields], first, rtol=1e-9)
    assert float(catch_at_scale(reports)["catch"].sum()) == pytest.approx(squares["catch"].sum())


def test_a_simulated_stock_is_assessed_from_the_defaults_and_marked_synthetic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    notebook = executed("surplus_production", tmp_path)
    figures = outputs(notebook, "series", "learnt", "paths", "kobe")
    assert len(figures) == 4
    assert all("SYNTHETIC: " in figure for figure in figures)
    told = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    (folder,) = (tmp_path / "results").iterdir()
    assert violations(folder / "surplus_production.nc") == []
    summary = pd.read_csv(folder / "surplus_production.csv", comment="#", index_col="quantity")
    for name, truth in (("r", 0.4), ("k", 1e5), ("msy", 1e4), ("q", 1e-4)):
        assert summary.loc[name, "low"] < truth < summary.loc[name, "high"], name
    with xr.open_dataset(folder / "surplus_production.nc") as years:
        assert years.attrs["title"].startswith("SYNTHETIC")
        assert years.attrs["converged"] == "true"
        np.testing.assert_allclose(years["kobe_share"].sum("quadrant"), 1)


def test_catches_of_a_file_of_ones_own_are_assessed_without_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    simulated_stock()[["year", "catch"]].to_csv(tmp_path / "mine.csv", index=False)
    given = {"stock_file": "mine.csv", "end": [0.3, 0.6], "growth": [0.2, 0.8]}
    notebook = executed("surplus_production", tmp_path, **given, draws=12800)
    assert "SYNTHETIC" not in "".join(outputs(notebook, "paths", "kobe"))
    (folder,) = (tmp_path / "results").iterdir()
    summary = pd.read_csv(folder / "surplus_production.csv", comment="#", index_col="quantity")
    assert "q" not in summary.index
    assert summary.loc["msy", "low"] < 1e4 < summary.loc["msy", "high"]


has_r = "ir" in KernelSpecManager().find_kernel_specs() and shutil.which("Rscript")


@pytest.mark.skipif(not has_r, reason="install r-base-core and r-cran-irkernel to run this")
def test_the_notebook_in_r_runs_with_parameters_and_yields_what_integration_does(
    tmp_path: Path,
) -> None:
    notebook = executed("yield_per_recruit_r", tmp_path, fishing_now=0.3, age_caught=6)
    drawn = outputs(notebook, "curves", "ages")
    assert len(drawn) == 2
    assert all('"image/png"' in each for each in drawn)
    (folder,) = (tmp_path / "results").iterdir()
    points = pd.read_csv(folder / "yield_per_recruit_points.csv", comment="#", index_col="point")
    curve = pd.read_csv(folder / "yield_per_recruit_curve.csv", comment="#")

    def weight(age: float) -> float:
        return 3000 * (1 - math.exp(-0.1 * (age + 0.8))) ** 3

    def alive(age: float, fishing: float) -> float:
        return math.exp(-0.1 * (age - 3) - fishing * max(0, age - 6))

    def expected(fishing: float) -> tuple[float, float]:
        caught = quad(lambda age: fishing * weight(age) * alive(age, fishing), 6, 300, limit=500)
        # Half of them, from 5 on, spawn before they are first caught.
        parts = [
            quad(lambda age: weight(age) * alive(age, fishing), *ends, limit=500)[0]
            for ends in ((5, 6), (6, 300))
        ]
        return caught[0], sum(parts)

    unfished = expected(0)[1]
    for point in points.itertuples():
        caught, spawning = expected(point.fishing_per_year)
        assert point.yield_per_recruit_g == pytest.approx(caught, rel=1e-6)
        assert point.spawners_percent == pytest.approx(100 * spawning / unfished, rel=1e-6)
    assert points.loc["now", "fishing_per_year"] == 0.3
    assert points.loc["F_40%", "spawners_percent"] == pytest.approx(40)
    assert points.loc["F_max", "yield_per_recruit_g"] >= curve["yield_per_recruit_g"].max() - 1e-6
    near_zero = expected(1e-6)[0] / 1e-6
    step = 1e-4
    at = points.loc["F_0.1", "fishing_per_year"]
    slope = (expected(at + step)[0] - expected(at - step)[0]) / (2 * step)
    assert slope == pytest.approx(near_zero / 10, rel=1e-3)
