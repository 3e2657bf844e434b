"""The notebook of sites, run without a person and without a network."""

import json

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

SITES = FOLDER / "aquaculture" / "site_suitability.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_sites_are_judged_from_the_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(SITES)
    assert not_marked(notebook, ("map-figure", "limiting", "share")) == []
    told = shown(notebook)
    assert "Consistency ratio 0.0" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Technical Paper 549" in told
    assert "Warning" not in told
    product = made(folder, "site_suitability.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert json.loads(written.attrs["parameters"])["logic"] == "fuzzy"
        score = written["suitability"]
        # Within a kilometre of a site of the register nothing is suitable.
        assert float(score.sel(latitude=35.88, longitude=14.60, method="nearest")) == 0
        assert 0.1 < float((score >= 0.7).mean()) < 0.5
    table = pd.read_csv(product.with_name("weights.csv"), comment="#")
    assert table["weight"].sum() == pytest.approx(1)
