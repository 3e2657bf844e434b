"""The notebook of community diversity, as it runs without a person."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.routines.test_notebooks import FOLDER, executed, made, shown, violations

NOTEBOOK = FOLDER / "genomics" / "community_diversity.ipynb"


@pytest.fixture(autouse=True)
def sample_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the samples, and ask nobody."""
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(tmp_path: Path) -> None:
    notebook = executed(NOTEBOOK, tmp_path)
    for cell in ("map", "curves", "diversity", "ordination-figure"):
        (outputs,) = [json.dumps(c.outputs) for c in notebook.cells if c.id == cell]
        assert "SYNTHETIC: " in outputs, cell
    told = shown(notebook)
    assert "30 samples, 63 taxa; left out: none." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(tmp_path, "community_diversity.nc")
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
