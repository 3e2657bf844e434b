"""Recorded profiles of the real Argo archive, read by us and by argopy from the same server.

argopy is the programme's own reader and the judge here. What differs on purpose is allowed for
below: argopy rounds pressures to 0.1 dbar, leaves the borders of a box out at the east and the
north, gives points where we give profiles by levels, and leaves descending casts out when it is
asked for cycles.
"""

import warnings

import numpy as np
import pandas as pd
import pytest

import bluecloud_catalogs

FLOATS = [5900865, 13857, 2902696, 3902131]
CYCLES = [(5900865, [1, 40, 80]), (13857, [1, 140]), (2902696, [7]), (3902131, [1, 2, 10])]
POINT = ["PLATFORM_NUMBER", "CYCLE_NUMBER", "DIRECTION", "TIME", "LATITUDE", "LONGITUDE"]
HALF_A_TENTH = 0.05001


@pytest.fixture
def argopy(recorded, tmp_path):
    """Reads points with argopy from the recorded tree, and from nowhere else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # argopy's own, of its many dependencies
        import argopy

        argopy.set_options(cachedir=str(tmp_path))

        def fetched(mode, access, *arguments):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fetcher = argopy.DataFetcher(src="gdac", gdac=recorded.url, mode=mode)
                return getattr(fetcher, access)(*arguments).to_xarray(errors="raise")

        yield fetched


@pytest.fixture
def ours(recorded):
    """Reads profiles through the catalogue."""
    return bluecloud_catalogs.open_catalog("environment")["argo_profiles"]


def points(dataset, names):
    """The levels that have a pressure, one below the other, ordered by profile."""
    if "N_PROF" in dataset.dims:
        dataset = dataset.reset_coords()[[*POINT, *names]].broadcast_like(dataset["PRES"])
        dataset = dataset.transpose("N_PROF", "N_LEVELS")
        table = pd.DataFrame({name: dataset[name].values.ravel() for name in dataset})
    else:
        table = pd.DataFrame({name: dataset[name].values for name in [*POINT, *names]})
    table = table[table["PRES"].notna()].astype({"PLATFORM_NUMBER": int, "CYCLE_NUMBER": int})
    # Stable: within a profile, and between the profiles of a file, both keep the file's order.
    return table.sort_values(POINT[:3], kind="stable", ignore_index=True)


def assert_same(ours, theirs, names):
    mine, judge = points(ours, names), points(theirs, names)
    assert len(mine) == len(judge) > 0
    for name in POINT[:3]:
        assert (mine[name] == judge[name]).all()
    assert ((mine["TIME"] - judge["TIME"]).abs() < pd.Timedelta("1ms")).all()
    for name in ("LATITUDE", "LONGITUDE"):
        np.testing.assert_array_equal(mine[name], judge[name])
    for name in names:
        tolerance = HALF_A_TENTH if name.startswith("PRES") else 0
        np.testing.assert_allclose(mine[name], judge[name], rtol=0, atol=tolerance)


def with_flags(names):
    return [*names, *(f"{name}_QC" for name in names)]


def measured(platform):
    return ["PRES", "TEMP"] if platform == 13857 else ["PRES", "TEMP", "PSAL"]


@pytest.mark.parametrize("platform", FLOATS)
def test_a_float_in_standard_mode(ours, argopy, platform):
    names = with_flags(measured(platform))
    assert_same(ours(platform=platform).read(), argopy("standard", "float", platform), names)


@pytest.mark.parametrize("platform", FLOATS)
def test_a_float_in_expert_mode(ours, argopy, platform):
    both = [each for name in measured(platform) for each in (name, f"{name}_ADJUSTED")]
    mine = ours(platform=platform, mode="expert").read()
    assert_same(mine, argopy("expert", "float", platform), both + [f"{n}_QC" for n in both[::2]])


@pytest.mark.parametrize("mode", ["standard", "expert"])
@pytest.mark.parametrize(("platform", "cycles"), CYCLES)
def test_cycles_of_a_float(ours, argopy, platform, cycles, mode):
    mine = ours(platform=platform, cycles=cycles, mode=mode).read()
    ascending = mine.isel(N_PROF=mine["DIRECTION"].values == "A")
    theirs = argopy(mode, "profile", platform, cycles)
    assert_same(ascending, theirs, measured(platform))


def test_a_box_and_a_period(ours, argopy):
    mine = ours(bbox=[114, 11.5, 117, 13.5], time=["2016-11-01", "2016-12-31"]).read()
    box = [114, 117, 11.5, 13.5, 0, 10000, "2016-11-01", "2017-01-01"]
    assert_same(mine, argopy("standard", "region", box), measured(2902696))


def test_the_same_profiles_as_after_point2profile(ours, argopy):
    mine = ours(platform=5900865).read()
    theirs = argopy("standard", "float", 5900865).argo.point2profile()
    assert dict(mine.sizes) == {"N_PROF": 80, "N_LEVELS": 71}
    assert (theirs.sizes["N_PROF"], theirs.sizes["N_LEVELS"]) == (80, 71)
    for name in ("TEMP", "PSAL"):  # argopy moves what is good up, and we leave it at its level
        for cast, judge in zip(mine[name].values, theirs[name].values, strict=True):
            np.testing.assert_array_equal(cast[~np.isnan(cast)], judge[~np.isnan(judge)])


def test_the_index(recorded, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from argopy import ArgoIndex

        theirs = ArgoIndex(host=recorded.url, cachedir=str(tmp_path)).load().to_dataframe()
    mine = bluecloud_catalogs.open_catalog("environment")["argo_index"].read()
    mine = mine.sort_values("file", ignore_index=True)
    theirs = theirs.sort_values("file", ignore_index=True)
    assert list(mine["file"]) == list(theirs["file"])
    assert list(mine["platform"]) == list(theirs["wmo"])
    assert list(mine["cycle"]) == list(theirs["cyc"])
    assert list(mine["dac"]) == list(theirs["dac"])
    for name in ("latitude", "longitude"):
        np.testing.assert_array_equal(mine[name], theirs[name])
    for name in ("date", "date_update"):
        assert (mine[name] == pd.to_datetime(theirs[name])).all()
