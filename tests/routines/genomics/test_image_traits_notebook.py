"""The notebook of plankton in images, as it runs without a person."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from PIL import Image

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, shown, violations

NOTEBOOK = FOLDER / "genomics" / "image_traits.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_on_real_images(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    told = shown(notebook)
    assert "105 bodies, 18 of them cut by a border; images without any: none." in told
    assert "SYNTHETIC" not in told
    assert "Decrop W et al. (2025)" in told
    assert "Warning" not in told
    product = made(folder, "image_traits.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_suffix(".csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["license"].startswith("Apache 2.0")
        np.testing.assert_allclose(table["esd"], written["esd"])
        assert int(written["bin_count"].sum()) == 105 - 18
        # What their names say: round tests of dinoflagellates, long horns of Tripos.
        circularity = table.groupby("taxon")["circularity"].median()
        assert circularity["Dinoflagellata"] > 0.75
        assert circularity["Tripos"] < 0.25
        assert table.groupby("taxon")["esd"].median().idxmax() == "Noctilucales"


def test_images_of_a_persons_own_are_measured_in_micrometres(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:80, :80] - 39.5
    for number, radius in enumerate((6, 9, 13, 18, 25, 30)):
        body = rows**2 + columns**2 <= radius**2
        folder = tmp_path / "own" / ("small" if radius < 15 else "large")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.where(body, 40, 200).astype(np.uint8)).save(folder / f"{number}.png")
    own = {"images_folder": "own", "pixel_um": 2.0, "water_m3": 0.001, "shape": "sphere"}
    told = shown(executed(NOTEBOOK, tmp_path, **own))
    assert "6 bodies, 0 of them cut" in told
    with xr.open_dataset(made(tmp_path, "image_traits.nc")) as written:
        expected = sorted(4 * radius for radius in (6, 9, 13, 18, 25, 30))
        np.testing.assert_allclose(np.sort(written["esd"]), expected, rtol=0.02)
        assert set(written["taxon"].values.tolist()) == {"small", "large"}
        assert json.loads(written.attrs["parameters"])["water_m3"] == 0.001
