"""The notebook of chlorophyll profiles, run without a person on the samples."""

from pathlib import Path

import pytest
import xarray as xr

import bluecloud_catalogs
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "biodiversity" / "chlorophyll_profiles.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("surface", "maximum", "section", "curves")) == []
    told = shown(notebook)
    assert "Method: Uitz et al. (2006, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "chlorophyll_profiles.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert written.attrs["title"] == "SYNTHETIC: Profiles of chlorophyll, 2010-05"
        assert written["chlorophyll"].attrs["units"] == "mg m-3"
        assert written.sizes["depth"] == 36
        # Clear water of the subtropics has its maximum deeper.
        deep = written["maximum_depth"].mean("longitude")
        assert float(deep.sel(latitude=30)) > float(deep.sel(latitude=42.5)) + 20


def test_a_file_of_ones_own_without_a_depth_of_mixing_is_stratified(tmp_path: Path) -> None:
    maps = bluecloud_catalogs.open_catalog("biodiversity").chlorophyll_8day_synthetic.read()
    own = tmp_path / "own.nc"
    maps[["chlorophyll"]].sel(time="2012-02").drop_attrs(deep=False).to_netcdf(own)
    options = {"month": "2012-02", "match": "surface", "euphotic": "attenuation"}
    notebook = executed(NOTEBOOK, tmp_path, surface_file=str(own), **options)
    assert "SYNTHETIC: " not in shown(notebook)
    product = made(tmp_path, "chlorophyll_profiles.nc")
    with xr.open_dataset(product) as written:
        assert "own.nc" in written.attrs["source"]
        assert int(written["trophic_class"].max()) < 10
