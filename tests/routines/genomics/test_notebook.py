"""The laboratory's notebooks, as they run without a person."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "genomics" / "community_diversity.ipynb"
BIOGEOGRAPHY = FOLDER / "genomics" / "function_biogeography.ipynb"


pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("map", "curves", "diversity", "ordination-figure")) == []
    told = shown(notebook)
    assert "30 samples, 63 taxa; left out: none." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "community_diversity.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_suffix(".csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert json.loads(written.attrs["parameters"])["group"] == "ocean_region"
        np.testing.assert_allclose(table["hill_1"], written["hill_1"])
        # The sample's taxa have each a temperature and a salinity that they like.
        p_values = written["test_p_value"].to_series()
        assert p_values["PERMANOVA, ocean_region"] == pytest.approx(0.001)
        assert p_values["Mantel, difference of the environment"] == pytest.approx(0.001)
        assert float(written["fit_r_squared"].sel(variable="salinity")) > 0.8


def test_it_runs_on_emo_bon_which_has_no_positions(tmp_path: Path) -> None:
    options = {"entry": "emo_bon_taxonomy", "metric": "aitchison", "ordination": "nmds"}
    told = shown(executed(NOTEBOOK, tmp_path, rank="family", permutations=99, **options))
    assert "24 samples" in told
    with xr.open_dataset(made(tmp_path, "community_diversity.nc")) as written:
        assert written["test"].values.tolist() == ["PERMANOVA, sample_type"]
        assert "latitude" not in written.coords
        assert float(written["stress"]) < 0.3


def test_the_biogeography_runs_from_its_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(BIOGEOGRAPHY)
    assert not_marked(notebook, ("water", "abundance", "error", "similarity", "response")) == []
    told = shown(notebook)
    assert "29 samples with temperature, salinity, nitrate; 13 targets." in told
    assert " 0 unlike the samples, " in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "function_biogeography.nc")
    assert violations(product, mixed=["response_value"]) == []
    table = pd.read_csv(product.with_suffix(".csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert table["target"].tolist() == written["target"].values.tolist()
        totals = written["relative_abundance"].sum("target", skipna=False)
        np.testing.assert_allclose(totals.where(written["coverage"] == 0, 1), 1)
        assert bool(totals.isnull().where(written["coverage"] > 0, True).all())
        # The sample's taxa like a temperature and a salinity; 29 samples show so much of it.
        assert 0.3 < float(written["r_squared"]) < 0.9


def test_water_of_a_persons_own_file_that_no_sample_has_seen_is_not_mapped(tmp_path: Path) -> None:
    latitude, longitude = np.arange(30.0, 45), np.arange(-30.0, -9)
    temperature = np.broadcast_to(np.linspace(17, 40, 15)[:, None], (15, 21))
    grid = xr.Dataset(
        {
            "temperature": (("latitude", "longitude"), temperature, {"units": "degree_Celsius"}),
            "salinity": (("latitude", "longitude"), np.full((15, 21), 36.5), {"units": "1"}),
        },
        coords={"latitude": latitude, "longitude": longitude},
        attrs={"title": "A file of one's own"},
    )
    grid.to_netcdf(tmp_path / "water.nc")
    own = {"features_file": "water.nc", "features": "temperature, salinity", "cv": "blocked"}
    told = shown(executed(BIOGEOGRAPHY, tmp_path, **own, bootstraps=4, groups=2))
    assert "30 samples with temperature, salinity; 13 targets." in told
    with xr.open_dataset(made(tmp_path, "function_biogeography.nc")) as written:
        assert "A file of one's own" in written.attrs["source"]
        warm = written["latitude"] > 36
        assert bool((written["coverage"].where(warm, 1) == 1).all())
        assert bool(written["group_abundance"].where(warm).isnull().all())
        assert bool((written["coverage"].where(written["latitude"] < 35, 0) == 0).all())
