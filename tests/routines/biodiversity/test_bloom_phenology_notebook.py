"""The notebook of blooms, run without a person on the samples."""

import json
from pathlib import Path

import pytest
import xarray as xr

import bluecloud_catalogs
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "biodiversity" / "bloom_phenology.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("series", "map", "trend", "amount")) == []
    told = shown(notebook)
    assert "Method: Siegel et al. (2002, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "bloom_phenology.nc")
    assert violations(product) == []
    with xr.open_dataset(product, decode_timedelta=False) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Phenology of phytoplankton blooms")
        # The blooms are made to move northward by 3 days a degree, and to come earlier.
        peak = written["peak"].median(["year", "longitude"])
        assert float(peak.sel(latitude=55) - peak.sel(latitude=45)) == pytest.approx(30, abs=8)
        moved = written["start_trend"].median()
        assert -2 < float(moved) < 0


def test_few_years_of_a_file_of_ones_own_give_blooms_and_no_trend(tmp_path: Path) -> None:
    maps = bluecloud_catalogs.open_catalog("biodiversity").chlorophyll_8day_synthetic.read()
    own = tmp_path / "own.nc"
    maps[["chlorophyll"]].sel(time=slice("2012", "2014")).drop_attrs(deep=False).to_netcdf(own)
    options = {"method": "rate", "years": [2012, 2014], "place": [-20.0, 50.0]}
    notebook = executed(NOTEBOOK, tmp_path, chlorophyll_file=str(own), **options)
    told = shown(notebook)
    assert "SYNTHETIC: " not in told
    assert "No trend is given" in told
    with xr.open_dataset(made(tmp_path, "bloom_phenology.nc"), decode_timedelta=False) as written:
        assert written.sizes["year"] == 3
        assert json.loads(written.attrs["parameters"])["method"] == "rate"
        assert "start_trend" not in written
