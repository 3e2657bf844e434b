"""The notebook of raised catches, run as it is kept."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, made, not_marked, shown, violations

RAISE = FOLDER / "fisheries" / "raise_to_nominal.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_the_sample_is_raised_from_the_defaults_and_marked_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(RAISE)
    assert not_marked(notebook, ("coverage", "reasons", "maps")) == []
    told = shown(notebook)
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    product = made(folder, "raised_catch_5_degrees.nc")
    assert violations(product) == []
    strata = pd.read_csv(made(folder, "raised_strata.csv"), comment="#", dtype={"gear": str})
    assert set(strata["reason"]) == {"raised", "lowered", "no report by place"}
    changed = strata[strata["reason"].isin(["raised", "lowered"])]
    np.testing.assert_allclose(changed["raised"], changed["nominal"], rtol=1e-9)
    with xr.open_dataset(product) as field:
        assert field.attrs["title"].startswith("SYNTHETIC")
        held = float(field["catch"].sum()) + float(field["catch_lost"].sum())
        assert held == pytest.approx(strata["raised"].sum())
