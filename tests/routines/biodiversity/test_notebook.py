"""The laboratory's notebooks, run without a person on the samples."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

import bluecloud_catalogs
from bluecloud_routines.biodiversity import residual_table, share_table
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

MAP = FOLDER / "biodiversity" / "zooplankton_map.ipynb"
DRIVERS = FOLDER / "biodiversity" / "npzd_drivers.ipynb"


pytestmark = pytest.mark.usefixtures("samples_alone")


def test_the_map_runs_from_its_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(MAP)
    assert not_marked(notebook, ("samples", "fit", "where", "error", "residual")) == []
    told = shown(notebook)
    assert "Method: Troupin et al. (2012, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Made with Natural Earth" in told
    product = made(folder, "zooplankton_map.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_name("zooplankton_samples.csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Abundance of Calanus finmarchicus")
        assert written.attrs["license"].startswith("CC0")
        assert written.attrs["geospatial_lat_max"] == 75
        scores = json.loads(written.attrs["scores"])
        assert scores["left_out_r2"] > 0.3
        assert len(table) == len(residual_table(written)) >= scores["observations_used"] > 200
        # The tows are made most abundant south of Iceland, and the Azores have few.
        log = written["abundance_log1p"]
        north, south = (log.sel(latitude=y, longitude=-25) for y in (58, 40))
        assert float(north) > float(south) + 1


def test_other_parameters_are_asked_for_and_a_covariate_is_used(tmp_path: Path) -> None:
    told = shown(
        executed(
            MAP,
            tmp_path,
            bbox=[-40, 45, 15, 65],
            resolution=1.0,
            covariates=["coast_distance"],
            transform="none",
        )
    )
    assert "coast_distance" in told
    product = made(tmp_path, "zooplankton_map.nc")
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert "abundance_log1p" not in written
        assert set(json.loads(written.attrs["scores"])["coefficients"]) == {
            "constant",
            "coast_distance",
        }


def test_the_drivers_run_from_their_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(DRIVERS)
    assert not_marked(notebook, ("daily", "chlorophyll", "shares", "months")) == []
    told = shown(notebook)
    assert "Method: Otero et al. (2023, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "npzd_drivers.nc")
    mixed = ("parameter_value", "parameter_least", "parameter_most")
    assert violations(product, mixed=mixed) == []
    table = pd.read_csv(product.with_name("npzd_shares.csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Drivers of phytoplankton")
        assert written.attrs["license"].startswith("CC0")
        assert float(written["r2"][0]) > 0.5
        pd.testing.assert_frame_equal(table, share_table(written, by="month"), check_dtype=False)


def test_the_drivers_of_a_persons_own_station_are_asked_for(tmp_path: Path) -> None:
    station = bluecloud_catalogs.open_catalog("biodiversity").station_monthly_synthetic.read()
    own = tmp_path / "station.csv"
    station.to_dataframe().drop(columns=["latitude", "longitude", "depth"]).to_csv(own)
    options = {"n_members": 100, "keep": 10, "din": "prognostic", "region": "offshore"}
    notebook = executed(DRIVERS, tmp_path, station_file=str(own), latitude=40.0, **options)
    assert "SYNTHETIC" not in shown(notebook)
    product = made(tmp_path, "npzd_drivers.nc")
    mixed = ("parameter_value", "parameter_least", "parameter_most")
    assert violations(product, mixed=mixed) == []
    with xr.open_dataset(product) as written:
        assert written.sizes["member"] == 10
        assert "station.csv" in written.attrs["source"]
        assert {"din", "ranges"} <= set(json.loads(written.attrs["parameters"]))
