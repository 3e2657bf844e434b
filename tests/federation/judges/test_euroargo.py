"""Euro-Argo's services, asked by argopy and erddapy as they are: what they read is what we read.

argopy is the programme's own reader, and asks the recorded requests; erddapy asks any ERDDAP. The
fleet monitoring, the data selection and OceanOPS have no client but argopy, which keeps their
addresses fixed in its source.
"""

import warnings

import numpy as np
import pandas as pd
import pytest

from bluecloud_catalogs.tiers import read
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared

pytestmark = pytest.mark.skipif(
    recordings() is None, reason="set BLUECLOUD_TEST_DATA to the folder that holds recordings/"
)


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


@pytest.fixture
def argopy(federation, tmp_path):
    """Argopy, with all its servers in the federation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import argopy

        base = federation.address("euroargo")
        with argopy.set_options(
            cachedir=str(tmp_path),
            erddap=f"{base}/erddap",
            nvs=f"{base}/nvs",
            argovis=f"{base}/argovis",
        ):
            yield argopy


@pytest.mark.parametrize("cycles", [[34], [1, 12]])
def test_argopy_reads_the_profiles_that_we_read(argopy, cycles):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fetcher = argopy.DataFetcher(src="erddap", mode="expert").profile(6902746, cycles)
        theirs = fetcher.to_xarray(errors="raise")
    mine = ours("euroargo_points", platform=6902746, cycles=cycles)
    assert theirs.sizes["N_POINTS"] == mine.sizes["row"] > 0
    judge = pd.DataFrame(
        {
            "cycle": theirs["CYCLE_NUMBER"].values,
            "PRES": theirs["PRES_ADJUSTED"].values,
            "TEMP": theirs["TEMP_ADJUSTED"].values,
            "PSAL": theirs["PSAL_ADJUSTED"].values,
        }
    ).sort_values(["cycle", "PRES"], ignore_index=True)
    table = pd.DataFrame(
        {
            "cycle": mine["CYCLE_NUMBER"].values,
            **{name: mine[name].values for name in ("PRES", "TEMP", "PSAL")},
        }
    ).sort_values(["cycle", "PRES"], ignore_index=True)
    assert set(mine["DATA_MODE"].values) == {"D"}  # so that adjusted values are those that count
    np.testing.assert_allclose(table.to_numpy(), judge.to_numpy(), rtol=1e-6)


def test_argopy_finds_the_same_good_levels_of_a_box(argopy):
    box = [-60, -55, 40.0, 45.0, 0, 20, "2007-08-01", "2007-09-01"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fetcher = argopy.DataFetcher(src="erddap", mode="expert", parallel=False)
        theirs = fetcher.region(box).to_xarray(errors="raise")
    mine = ours(
        "euroargo_points", bbox=[-60, 40, -55, 45], time=["2007-08-01", "2007-08-31"],
        vertical=[0, 20],
    )  # fmt: skip
    floats = set(theirs["PLATFORM_NUMBER"].values.astype(str))
    assert floats == set(mine["PLATFORM_NUMBER"].values)
    assert theirs.sizes["N_POINTS"] == mine.sizes["row"]


def test_argopy_reads_argovis_as_we_do(argopy):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fetcher = argopy.DataFetcher(
            src="argovis", server=argopy.options.OPTIONS["argovis"], mode="standard"
        )
        theirs = fetcher.profile(6902746, 34).to_xarray(errors="raise")
    mine = ours("euroargo_argovis_profiles", platform=6902746)
    cast = mine.isel(N_PROF=mine["CYCLE_NUMBER"].values == 34)
    for name in ("PRES", "TEMP", "PSAL"):
        values = cast[name].values.ravel()
        np.testing.assert_allclose(
            np.sort(values[np.isfinite(values)]), np.sort(theirs[name].values), rtol=1e-6
        )


@pytest.fixture
def erddapy(federation):
    """An erddapy client of the federation's ERDDAP."""
    from erddapy import ERDDAP

    return ERDDAP(server=f"{federation.address('euroargo')}/erddap", protocol="tabledap")


def test_erddapy_reads_the_rows_that_we_read(erddapy):
    erddapy.dataset_id = "ArgoFloats"
    erddapy.response = "csvp"
    erddapy.variables = ["platform_number", "cycle_number", "pres", "temp", "time"]
    erddapy.constraints = {"platform_number=": "6902746", "pres>=": 100, "pres<=": 500}
    theirs = erddapy.to_pandas()
    mine = ours("euroargo_points", platform=6902746, vertical=[100, 500])
    assert len(theirs) == mine.sizes["row"] > 0
    assert sorted(theirs["cycle_number"]) == sorted(mine["CYCLE_NUMBER"].values)


def test_erddapy_is_told_that_there_are_no_rows(erddapy):
    import requests

    erddapy.dataset_id = "ArgoFloats"
    erddapy.response = "csvp"
    erddapy.variables = ["pres"]
    erddapy.constraints = {"pres>=": 20_000}
    with pytest.raises(requests.exceptions.HTTPError, match="no matching results"):
        erddapy.to_pandas()
    assert ours("euroargo_points", platform=6902746, vertical=[20_000, 30_000]).sizes["row"] == 0


def test_erddapy_finds_the_dataset(federation, erddapy):
    found = pd.read_csv(erddapy.get_search_url(response="csv", search_for="ArgoFloats"))
    assert "ArgoFloats" in set(found["Dataset ID"])
