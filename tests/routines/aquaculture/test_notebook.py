"""The laboratory's notebooks, run without a person and without a network."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

CAGES = FOLDER / "aquaculture" / "detect_cages.ipynb"
FARMS = FOLDER / "aquaculture" / "farm_inventory.ipynb"


pytestmark = pytest.mark.usefixtures("samples_alone")


def test_the_inventory_runs_from_its_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(FARMS)
    assert not_marked(notebook, ("map-figure", "close", "production-figure", "changes")) == []
    told = shown(notebook)
    assert "8 farms in 3 years; 3 cages in none." in told
    assert "2 of 3 farms lie within 1000 m of a site." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1126/sciadv.adn4944" in told
    assert "Warning" not in told
    farms = gpd.read_file(made(folder, "farms.geojson"))
    assert farms["cages"].tolist() == [18, 12, 18, 24, 8, 6, 12, 16]
    assert farms.crs == "EPSG:4326"
    sites = json.loads(made(folder, "sites.geojson").read_text())
    assert sites["metadata"]["title"] == "SYNTHETIC: Inventory of fish farms"
    assert sites["metadata"]["synthetic"] == "true"
    assert len(sites["features"]) == 12
    table = pd.read_csv(made(folder, "production.csv"), comment="#")
    assert table[["year", "farm"]].to_numpy().tolist() == farms[["year", "farm"]].values.tolist()


def test_the_inventory_of_a_file_of_ones_own_is_that_of_the_labels(
    tmp_path: Path, test_data: Path
) -> None:
    labels = (
        test_data / "oracles" / "aquaculture" / "aquaculture" / "quaade2024_humanlabels.geojson"
    )
    notebook = executed(FARMS, tmp_path, cages_file=labels, register="")
    told = shown(notebook)
    assert "SYNTHETIC" not in told
    farms = gpd.read_file(made(tmp_path, "farms.geojson"))
    number = farms.groupby("year").size()
    assert (number[2003], number[2014], number[2021]) == (15, 14, 5)


def test_the_detection_runs_from_its_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(CAGES)
    assert not_marked(notebook, ("map-figure", "close", "often")) == []
    told = shown(notebook)
    assert "with 2 objects." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "10.1109/TAES.1983.309350" in told
    assert "Warning" not in told
    objects = gpd.read_file(made(folder, "objects.geojson"))
    assert objects["matched"].tolist() == [True, True]
    product = made(folder, "detect_cages.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert int(written["object"].max()) == 2
        assert json.loads(written.attrs["parameters"])["pfa"] == 1e-6
