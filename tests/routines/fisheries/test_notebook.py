"""The fisheries laboratory's notebooks, run as they are kept."""

import math
import shutil
from pathlib import Path

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
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, not_marked, put_out, shown, violations

SCALE = FOLDER / "fisheries" / "catch_at_scale.ipynb"
STOCK = FOLDER / "fisheries" / "surplus_production.ipynb"
YIELD = FOLDER / "fisheries" / "yield_per_recruit_r.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_the_question_of_scale_is_answered_from_its_defaults_and_marked_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(SCALE)
    assert not_marked(notebook, ("maps", "curves", "taylor", "gears")) == []
    told = shown(notebook)
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    (folder,) = (folder / "results").iterdir()
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
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(STOCK)
    assert not_marked(notebook, ("series", "learnt", "paths", "kobe")) == []
    told = shown(notebook)
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    (folder,) = (folder / "results").iterdir()
    assert violations(folder / "surplus_production.nc") == []
    summary = pd.read_csv(folder / "surplus_production.csv", comment="#", index_col="quantity")
    for name, truth in (("r", 0.4), ("k", 1e5), ("msy", 1e4), ("q", 1e-4)):
        assert summary.loc[name, "low"] < truth < summary.loc[name, "high"], name
    with xr.open_dataset(folder / "surplus_production.nc") as years:
        assert years.attrs["title"].startswith("SYNTHETIC")
        assert years.attrs["converged"] == "true"
        np.testing.assert_allclose(years["kobe_share"].sum("quadrant"), 1)


def test_catches_of_a_file_of_ones_own_are_assessed_without_an_index(
    tmp_path: Path,
) -> None:
    simulated_stock()[["year", "catch"]].to_csv(tmp_path / "mine.csv", index=False)
    given = {"stock_file": "mine.csv", "end": [0.3, 0.6], "growth": [0.2, 0.8]}
    notebook = executed(STOCK, tmp_path, **given, draws=12800)
    assert "SYNTHETIC" not in put_out(notebook, "paths") + put_out(notebook, "kobe")
    (folder,) = (tmp_path / "results").iterdir()
    summary = pd.read_csv(folder / "surplus_production.csv", comment="#", index_col="quantity")
    assert "q" not in summary.index
    assert summary.loc["msy", "low"] < 1e4 < summary.loc["msy", "high"]


has_r = "ir" in KernelSpecManager().find_kernel_specs() and shutil.which("Rscript")


@pytest.mark.skipif(not has_r, reason="install r-base-core and r-cran-irkernel to run this")
def test_the_notebook_in_r_runs_with_parameters_and_yields_what_integration_does(
    tmp_path: Path,
) -> None:
    notebook = executed(YIELD, tmp_path, fishing_now=0.3, age_caught=6)
    for cell in ("curves", "ages"):
        assert '"image/png"' in put_out(notebook, cell)
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
