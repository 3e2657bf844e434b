"""The notebook of ocean patterns, run without a person on the samples."""

import numpy as np
import pytest
import xarray as xr

from bluecloud_routines.environment import PatternModel, ocean_patterns
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

PATTERNS = FOLDER / "environment" / "ocean_patterns.ipynb"


pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_its_model_can_be_applied_again(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(PATTERNS)
    assert not_marked(notebook, ("criterion", "map", "sure", "typical", "waters", "seasons")) == []
    told = shown(notebook)
    assert "The criterion advises 3 classes." in told  # the sample has three kinds of water
    assert "Method: Maze et al. (2017, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    product = made(folder, "ocean_patterns.nc")
    assert violations(product) == []
    text = product.with_name("ocean_patterns_model.json").read_text()
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC: Ocean patterns: 3 classes")
        assert written["label"].notnull().sum() == 144
        # From cold in the north to warm in the south.
        south = written["latitude"].groupby(written["label"]).mean().values
        assert (np.diff(south) < 0).all()
        again = ocean_patterns(
            written[["temperature", "salinity"]], model=PatternModel.from_json(text)
        )
        np.testing.assert_array_equal(again["label"], written["label"])
