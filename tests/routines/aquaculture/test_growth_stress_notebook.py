"""The notebook of growth, run without a person and without a network."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

GROWTH = FOLDER / "aquaculture" / "growth_stress.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_cohorts_grow_from_the_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(GROWTH)
    assert not_marked(notebook, ("months", "stress", "water", "weight")) == []
    told = shown(notebook)
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1046/j.1365-2109.2003.00859.x" in told
    assert "Warning" not in told
    product = made(folder, "growth_stress.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_name("cohorts.csv"), comment="#")
    assert len(table) == 48
    # The heatwave of 20 May to 7 August 2022 is known; it has 80 days.
    worst = table.loc[table["warm_heatwave_days"].idxmax()]
    assert worst["start"] in ("2021-11-01", "2021-12-01")
    assert worst["heatwave_days"] >= 80
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert json.loads(written.attrs["parameters"])["tgc"] == 0.9
        assert float(written["weight"][-1]) >= 400
        assert float(written["weight"][-2]) < 400


def test_a_series_and_events_of_ones_own_are_used(tmp_path: Path) -> None:
    days = pd.date_range("2020-01-01", "2022-12-31")
    own = pd.DataFrame({"time": days, "temperature": 20.0})
    own.to_csv(tmp_path / "own.csv", index=False)
    heat = pd.DataFrame({"start": ["2020-01-10"], "end": ["2020-01-14"]})
    heat.to_csv(tmp_path / "heat.csv", index=False)
    files = {"temperature_file": "own.csv", "events_file": "heat.csv"}
    told = shown(executed(GROWTH, tmp_path, first_year=2020, last_year=2020, **files))
    assert "SYNTHETIC" not in told
    assert "1 heatwaves, on 5 days." in told
    table = pd.read_csv(made(tmp_path, "cohorts.csv"), comment="#")
    # (400^(1/3) - 10^(1/3)) / 0.0009 = 5792.9 degree-days, at 20 a day.
    assert table["days"].tolist() == [290] * 12
    assert table["heatwave_days"].tolist() == [5] + [0] * 11
