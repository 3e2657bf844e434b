"""The carbon notebook, run without a person on the samples."""

import json

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

CARBON = FOLDER / "environment" / "carbon_system.ipynb"


pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(CARBON)
    assert not_marked(notebook, ("along", "map", "acid", "seasons", "years")) == []
    told = shown(notebook)
    # The sample's fugacities were worked out by its own program, to three digits.
    assert "own fugacity: 0.00" in told
    assert "159 rows" in told  # of 160, one is flagged questionable
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Made with Natural Earth" in told
    product = made(folder, "carbon_system.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Carbon in the sea's surface")
        assert written.attrs["featureType"] == "trajectory"
        assert json.loads(written.attrs["parameters"])["wind_speed"] == 8
        assert written["co2_flux"].attrs["units"] == "mol m-2 s-1"
        assert float(written["co2_flux"].min()) > 0  # the sea has less than the air all the way
        assert 8.0 < float(written["ph"].mean()) < 8.2
    table = pd.read_csv(product.with_name("carbon_station.csv"), comment="#")
    assert len(table) == 144
    # The sample's trend is 2.1 uatm a year.
    (trend,) = [c.outputs[0]["data"]["text/markdown"] for c in notebook.cells if c.id == "trend"]
    low, high = (float(word) for word in trend.rstrip(".").split("interval ")[1].split(" to "))
    assert low < 2.1 < high < low + 1
