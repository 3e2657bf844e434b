"""The notebook of storm severity, run without a person on the samples."""

from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "environment" / "storm_severity.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_lists_the_severest_storms_first(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("severity", "footprint", "levels", "curve")) == []
    assert "Method: Klawa & Ulbrich (2003" in shown(notebook)
    product = made(folder, "storm_severity.nc")
    assert violations(product) == []
    storms = pd.read_csv(product.with_name("storm_events.csv"), comment="#", parse_dates=["peak"])
    assert len(storms) == 25
    assert storms["severity"].is_monotonic_decreasing
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Storm severity over land and sea")
        # A storm's footprint is no less than its severest day.
        for storm in storms.itertuples():
            assert storm.severity >= 0.999 * float(written["severity"].sel(time=storm.peak))
        levels = written["return_level"].dropna("latitude", how="all")
        assert (levels.diff("return_period").fillna(1) > 0).all()


def test_it_runs_on_the_sea_alone(tmp_path: Path) -> None:
    executed(NOTEBOOK, tmp_path, surface="sea", most_storms=8)
    product = made(tmp_path, "storm_severity.nc")
    assert len(pd.read_csv(product.with_name("storm_events.csv"), comment="#")) == 8
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Storm severity over sea")
        # London is land, the middle of the North Sea is not.
        assert written["severity_map"].sel(latitude=52, longitude=0).isnull()
        assert written["severity_map"].sel(latitude=56, longitude=4).notnull()


def test_it_runs_on_a_box_alone(tmp_path: Path) -> None:
    executed(NOTEBOOK, tmp_path, bbox=[-5.0, 51.0, 9.0, 61.0], most_storms=3)
    with xr.open_dataset(made(tmp_path, "storm_severity.nc")) as written:
        assert written["longitude"].values.tolist() == [-4, -2, 0, 2, 4, 6, 8]
        assert written["latitude"].values.tolist() == [52, 54, 56, 58, 60]
