"""The notebook of eutrophication, run without a person on the samples and on a file."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "environment" / "eutrophication.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_again_from_the_samples_that_it_wrote(
    from_defaults: Defaults, tmp_path: Path
) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("index", "classes", "map", "station")) == []
    assert "Method: Vollenweider et al. (1998" in shown(notebook)
    product = made(folder, "eutrophication.nc")
    assert violations(product) == []
    text = product.with_name("eutrophication_samples.csv")
    samples = pd.read_csv(text, comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        # From the river's mouth outward less, and less from year to year.
        assert (np.diff(written["trix"].mean("year")) < 0).all()
        assert (written["trix_trend_upper"].sel(station="Mouth") < 0).all()
        first = samples[(samples["station"] == "Mouth") & samples["time"].str.startswith("2010")]
        expected = written["trix"].sel(station="Mouth", year=2010).item()
        assert first["trix"].mean() == pytest.approx(expected)
    executed(NOTEBOOK, tmp_path, data_file=str(text), months=[6, 7, 8], min_samples=1)
    with xr.open_dataset(made(tmp_path, "eutrophication.nc")) as again:
        summer = first[first["time"].str[5:7].isin(["06", "07", "08"])]
        value = again["trix"].sel(station="Mouth", year=2010).item()
        assert value == pytest.approx(summer["trix"].mean())
