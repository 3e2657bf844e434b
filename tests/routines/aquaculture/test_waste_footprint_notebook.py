"""The notebook of waste, run without a person and without a network."""

import json

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

WASTE = FOLDER / "aquaculture" / "waste_footprint.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_waste_settles_from_the_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(WASTE)
    assert not_marked(notebook, ("currents", "close", "kinds", "area-figure")) == []
    told = shown(notebook)
    assert "get more than 50 g of carbon a square metre" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1016/j.aquaculture.2006.03.036" in told
    assert "Warning" not in told
    product = made(folder, "waste_footprint.nc")
    assert violations(product) == []
    budget = pd.read_csv(product.with_name("budget.csv"), comment="#")
    shares = pd.read_csv(product.with_name("neighbours.csv"), comment="#", index_col="farm")
    assert len(budget) == 2 * len(shares) == 6
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert json.loads(written.attrs["parameters"])["cell_m"] == 25
        grams = float(written["carbon_flux"].sum()) * 25**2
        assert grams / 1000 == pytest.approx(budget["carbon_kg"].sum(), rel=1e-9)
