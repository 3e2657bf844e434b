"""The notebook of ocean regimes, run without a person on the samples."""

import pytest
import xarray as xr

from bluecloud_routines.environment import PatternModel
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "environment" / "ocean_regimes.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_later_blooms_lie_further_north(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("criterion", "map", "sure", "typical")) == []
    assert "Method: Maze et al. (2017" in shown(notebook)
    product = made(folder, "ocean_regimes.nc")
    assert violations(product) == []
    text = product.with_name("ocean_regimes_model.json").read_text()
    assert PatternModel.from_json(text).axis == "week"
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Ocean regimes: 3 classes")
        # The polar night leaves the north without a class.
        assert written["label"].sel(latitude=slice(52, None)).isnull().all()
        assert written["label"].sel(latitude=slice(None, 50)).notnull().all()
        bloom = written["chlorophyll_quantiles"].sel(quantile=0.5).idxmax("week")
        north = written["latitude"].broadcast_like(written["label"])
        north = [float(north.where(written["label"] == k).mean()) for k in bloom["class"]]
        later = sorted(zip(bloom.values.tolist(), north, strict=True))
        assert [place for _, place in later] == sorted(north)
