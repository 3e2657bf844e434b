"""The notebook of ponds, run without a person and without a network."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

PONDS = FOLDER / "aquaculture" / "pond_mapping.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_ponds_are_mapped_from_the_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(PONDS)
    assert not_marked(notebook, ("water", "cover", "signals", "sizes", "areas")) == []
    told = shown(notebook)
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1109/TSMC.1979.4310076" in told
    assert "Warning" not in told
    product = made(folder, "pond_mapping.nc")
    assert violations(product) == []
    basins = gpd.read_file(product.with_name("basins.geojson"))
    assert (basins["kind"] == "pond").sum() == 82
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert int(written["basin"].max()) == len(basins)
        assert json.loads(written.attrs["parameters"])["index"] == "mndwi"
    table = pd.read_csv(product.with_name("areas.csv"), comment="#").set_index("class")
    # What is known of the whole scene: 155.8 hectares of ponds.
    assert abs(table.loc["pond", "area"] - 155.8) < 1.5 * table.loc["pond", "area_margin"]
    assert len(pd.read_csv(product.with_name("places.csv"), comment="#")) == 240
