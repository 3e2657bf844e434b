"""The notebook of a taxon's niche, as it runs without a person."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "genomics" / "taxon_niche.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    figures = ("water", "suitability", "spread", "similarity", "response")
    assert not_marked(notebook, figures) == []
    told = shown(notebook)
    assert "720 visits, 160 of them sightings." in told
    assert "in 67 cells." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "taxon_niche.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_suffix(".csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert "Levitus" in written.attrs["acknowledgement"]
        assert table["model"].tolist() == written["model"].values.tolist()
        # The sample's copepod likes the north: held-out squares show it.
        assert float(written["auc"].sel(model="mean")) > 0.65
        assert float(written["boyce"].sel(model="mean")) > 0.7
        suitability = written["suitability"]
        north, south = suitability.sel(latitude=59), suitability.sel(latitude=39)
        assert float(north.mean()) > float(south.mean()) + 0.2


def test_sightings_of_a_persons_own_have_the_whole_box_as_background(tmp_path: Path) -> None:
    places = [(latitude, longitude) for latitude in range(51, 65, 2) for longitude in (-41, -29)]
    own = pd.DataFrame(places, columns=["latitude", "longitude"])
    own.to_csv(tmp_path / "own.csv", index=False)
    options = {"sightings_file": "own.csv", "features": "temperature", "classes": "lq"}
    told = shown(executed(NOTEBOOK, tmp_path, **options, block_km=500.0))
    assert "14 visits, 14 of them sightings." in told
    assert "SYNTHETIC" not in told
    with xr.open_dataset(made(tmp_path, "taxon_niche.nc")) as written:
        assert not json.loads(written.attrs["parameters"])["by_visits"]
        assert "own.csv" in written.attrs["source"]
