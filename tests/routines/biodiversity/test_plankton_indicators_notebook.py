"""The notebook of plankton indicators, run without a person on the samples."""

import json

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "biodiversity" / "plankton_indicators.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("map", "calanus", "anomaly", "envelope")) == []
    told = shown(notebook)
    assert "Method: Hurlbert (1971, https://doi.org/" in told
    assert "Of the index: Method: Tett et al. (2008" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "plankton_indicators.nc")
    assert violations(product) == []
    index = pd.read_csv(product.with_name("lifeform_index.csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Indicators of plankton")
        assert written.attrs["license"].startswith("CC0")
        assert json.loads(written.attrs["parameters"])["volume_m3"] == 3
        # The tows are made so that the cold water's copepod gives way, and the south is richer.
        share = written["calanus_share"].mean(["latitude", "longitude"])
        assert float(share.sel(year=2006)) > float(share.sel(year=2017)) + 0.05
        taxa = written["expected_taxa"].mean(["year", "longitude"])
        assert taxa.sizes["latitude"] == 3
    assert index["year"].tolist() == list(range(2006, 2018))
    assert index["lifeform_index"].between(0, 1).all()
    assert index["lifeform_index"][:5].mean() > index["lifeform_index"][-3:].mean()
