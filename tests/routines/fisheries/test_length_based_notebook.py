"""The notebook of lengths, run as it is kept."""

from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.fisheries import Growth, simulated_lengths
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, put_out, shown, violations

LENGTHS = FOLDER / "fisheries" / "length_based.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_simulated_fish_are_assessed_from_the_defaults_and_marked_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(LENGTHS)
    figures = ("samples", "growth", "surface", "deaths", "cohorts", "recruits")
    assert not_marked(notebook, figures) == []
    told = shown(notebook)
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    product = made(folder, "length_based.nc")
    assert violations(product) == []
    summary = pd.read_csv(made(folder, "length_based.csv"), comment="#", index_col="quantity")
    truth = Growth(linf=80, k=0.5).performance
    assert summary.loc["phi_prime", "value"] == pytest.approx(truth, abs=0.05)
    assert summary.loc["z", "value"] == pytest.approx(1.5, rel=0.25)
    assert (summary["low"] <= summary["high"]).all()
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert float(written["number"].sum()) == 12_000
        assert "Pauly and David" in written.attrs["references"]


def test_lengths_of_a_file_of_ones_own_are_assessed_without_a_season(tmp_path: Path) -> None:
    steady = simulated_lengths(Growth(linf=50, k=0.6), z=1.2, caught_half=12, samples=6, width=1.0)
    steady.to_series().rename("number").to_csv(tmp_path / "mine.csv")
    given = {"lengths_file": "mine.csv", "class_width": 1.0, "linf": [47, 53], "seasonal": False}
    notebook = executed(LENGTHS, tmp_path, **given, natural=0.5, resamples=0)
    assert "SYNTHETIC" not in put_out(notebook, "growth") + put_out(notebook, "deaths")
    summary = pd.read_csv(made(tmp_path, "length_based.csv"), comment="#", index_col="quantity")
    assert summary.loc["linf", "value"] == pytest.approx(50, rel=0.06)
    assert summary.loc["season", "value"] == 0
    assert summary.loc["m", "value"] == 0.5
