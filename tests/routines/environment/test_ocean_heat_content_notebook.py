"""The notebook of ocean heat content, run without a person on the samples."""

import numpy as np
import pytest
import xarray as xr

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.odv import read_odv
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "environment" / "ocean_heat_content.ipynb"
FIGURES = ("map", "year", "section", "profile", "waters", "mixed")

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_its_text_for_odv_says_what_its_netcdf_does(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, FIGURES) == []
    assert "Method: TEOS-10" in shown(notebook)
    product = made(folder, "ocean_heat_content.nc")
    assert violations(product) == []
    text = product.with_name("ocean_heat_content_odv.txt").read_bytes()
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert written["heat_content"].sizes == {"profile": 144, "layer": 2}
        # The south is warmer than the north, and the winter's layer deeper than the summer's.
        south = written["latitude"] < 36
        heat = written["heat_content"].isel(layer=1)
        assert heat.where(south).min() > heat.where(written["latitude"] > 52).max()
        months = written["mixed_layer_depth"].groupby(written["time"].dt.month).median()
        assert months.sel(month=3) > 5 * months.sel(month=8)
        read = read_odv(File("profiles.txt", text))
        values = written["conservative_temperature"].values.ravel()
        np.testing.assert_allclose(read["conservative_temperature"], values, rtol=1e-9)
        assert b"//title: SYNTHETIC" in text
