"""Argo by its own rules: on the recorded archive, and on our sample whose values are known."""

import gzip

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import bluecloud_catalogs
from bluecloud_catalogs import NotFound, RequestTooLarge
from tests.catalogs.gdac import serve


@pytest.fixture
def index(gdac):
    return bluecloud_catalogs.open_catalog("environment")["argo_index"]


@pytest.fixture
def profiles(gdac):
    return bluecloud_catalogs.open_catalog("environment")["argo_profiles"]


def test_the_index_is_typed_and_keeps_its_header(index):
    table = index.read()
    assert len(table) == 6
    assert table["date"].dtype == "datetime64[ns]"
    assert table["latitude"].dtype == "float64"
    assert table["platform"].dtype == "int64"
    assert set(table["direction"]) == {"A"}
    assert table.attrs["index_date_of_update"] == "20260101000000"
    assert table.attrs["tier"] == "live"


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"platform": 9000001}, 3),
        ({"platform": [9000001, 9000002]}, 6),
        ({"platform": "9000002"}, 3),
        ({"platform": 900000}, 0),
        ({"time": "2020-01-05"}, 2),
        ({"time": ["2020-01-06", None]}, 4),
        ({"time": "../2020-01-15"}, 4),
        ({"bbox": [3.5, 39.0, 3.65, 41.0]}, 2),
        ({"bbox": [3.6, 39.05, 3.6, 39.05]}, 1),
        ({"bbox": [170, -90, -170, 90]}, 0),
        ({"platform": 9000001, "time": "2020-01-05", "bbox": [0, 0, 10, 40]}, 1),
    ],
)
def test_every_condition_of_a_request_holds(index, asked, rows):
    assert len(index(**asked).read()) == rows


INDEX = """# Title : Profile directory file
# Date of update : 20230427112425
file,date,latitude,longitude,ocean,profiler_type,institution,date_update
a/1901234/profiles/R1901234_001.nc,20200101000000,0.0,179.5,P,846,AO,20200102000000
a/1901234/profiles/R1901234_002D.nc,20200111000000,0.0,-179.5,P,846,AO,20200102000000
a/1901234/profiles/BD1901234_003.nc,20200121000000,99999.000,99999.000,P,846,AO,20200102000000
a/1901234/profiles/D1901234_1004.nc,,,,,846,AO,20200102000000
"""


def test_positions_and_dates_that_are_not_known_are_in_no_box_and_no_period(tmp_path, monkeypatch):
    (tmp_path / "ar_index_global_prof.txt.gz").write_bytes(gzip.compress(INDEX.encode()))
    with serve(tmp_path) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        index = bluecloud_catalogs.open_catalog("environment")["argo_index"]
        table = index.read()
        over_the_antimeridian = index(bbox=[179, -1, -179, 1]).read()
        everywhere = index(bbox=[-180, -90, 180, 90]).read()
        ever = index(time="1900/..").read()
        any_time = index(time="../..").read()
    assert list(table["cycle"]) == [1, 2, 3, 1004]
    assert list(table["direction"]) == ["A", "D", "A", "A"]
    assert table["latitude"].isna().sum() == 2
    assert table["date"].isna().sum() == 1
    assert list(over_the_antimeridian["cycle"]) == [1, 2]
    assert list(everywhere["cycle"]) == [1, 2]
    assert list(ever["cycle"]) == [1, 2, 3]
    assert list(any_time["cycle"]) == [1, 2, 3, 1004]  # which is no period at all


def test_an_empty_answer_of_the_provider_is_an_empty_result(profiles):
    nowhere = profiles(bbox=[100, 0, 110, 10]).read()
    assert dict(nowhere.sizes) == {"N_PROF": 0, "N_LEVELS": 0}
    assert nowhere.attrs["tier"] == "live"


def test_delayed_mode_gives_adjusted_values_and_real_time_the_measured(profiles):
    box = profiles(bbox=[0, 30, 10, 50], time="2020-01-05").read()
    raw = profiles(bbox=[0, 30, 10, 50], time="2020-01-05", mode="expert").read()
    assert list(box["DATA_MODE"].values) == ["D", "R"]
    np.testing.assert_allclose(box["PSAL"] - raw["PSAL"], [[0.01] * 14, [0.0] * 14], atol=1e-5)
    assert np.isnan(raw["PSAL_ADJUSTED"].values[1]).all()
    assert np.isnan(box["PSAL_ERROR"].values[1]).all()


def test_a_bad_salinity_costs_its_level_in_standard_mode_only(profiles):
    good = profiles(platform=9000001, cycles=2).read()
    raw = profiles(platform=9000001, cycles=2, mode="expert").read()
    assert list(good["TEMP"].notnull().sum("N_LEVELS").values) == [13, 3]
    assert list(raw["TEMP"].notnull().sum("N_LEVELS").values) == [14, 3]
    assert raw["PSAL_QC"].values[0, -1] == 4
    assert list(raw["PSAL_QC"].values[1, :5]) == [1, 1, 1, -1, -1]


def test_all_profiles_of_a_file_are_read_and_told_apart(profiles):
    cast = profiles(platform=9000001, cycles=[2]).read()
    assert cast.sizes["N_PROF"] == 2
    schemes = [text.split()[0] for text in cast["VERTICAL_SAMPLING_SCHEME"].values]
    assert schemes == ["Primary", "Near-surface"]
    assert cast["VERTICAL_SAMPLING_SCHEME"].values[0] == "Primary sampling: discrete"


def test_a_float_and_a_cycle_that_do_not_exist_are_named(profiles):
    with pytest.raises(NotFound, match=r"of 20260101000000, has no float 5900865"):
        profiles(platform=5900865).read()
    with pytest.raises(NotFound, match=r"no cycle 9 of float 9000001: there are 1 to 3"):
        profiles(platform=9000001, cycles=[1, 9]).read()


def test_a_file_that_the_index_names_and_the_tree_lacks_is_not_left_out(tmp_path, monkeypatch):
    (tmp_path / "ar_index_global_prof.txt").write_text(INDEX)
    with serve(tmp_path) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        profiles = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
        with pytest.raises(NotFound, match=r"R1901234_00\w*\.nc: the provider has no such file"):
            profiles(time="2020-01-01/2020-01-15").read()


def test_expert_profiles_can_be_written_and_read_again(profiles, tmp_path):
    raw = profiles(platform=9000001, mode="expert").read()
    raw.to_netcdf(tmp_path / "raw.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "raw.nc", engine="netcdf4") as again:
        assert raw.drop_attrs().equals(again.drop_attrs())
        assert list(again["TIME_QC"].attrs["flag_values"]) == list(range(-1, 10))


def test_too_many_profiles_are_refused_with_their_number(tmp_path, monkeypatch):
    *header, row = INDEX.splitlines()[:4]
    rows = [row.replace("_001", f"_{cycle:03d}") for cycle in range(1, 2002)]
    (tmp_path / "ar_index_global_prof.txt").write_text("\n".join([*header, *rows, ""]))
    with serve(tmp_path) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        profiles = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
        with pytest.raises(RequestTooLarge, match="2001 profiles are asked .* 2000 are allowed"):
            profiles(time="2020").read()
    assert not any(path.endswith(".nc") for path in server.paths)


def test_a_float_without_salinity_keeps_its_temperatures_beside_one_with(recorded):
    """13857 measured no salinity. A rule by file, not by profile, would lose all of it."""
    entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
    both = entry(platform=[13857, 2902696]).read()
    alone = entry(platform=13857).read()
    of_13857 = both["PLATFORM_NUMBER"].values == "13857"
    assert of_13857.sum() == 140
    assert int(both["TEMP"][of_13857].count()) == int(alone["TEMP"].count()) > 10000
    assert int(both["PSAL"][of_13857].count()) == 0


def test_one_request_reads_a_whole_float(recorded):
    before = len(recorded.paths)
    entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
    dataset = entry(platform=5900865).read()
    assert recorded.paths[before:] == [
        "/ar_index_global_meta.txt.gz",
        "/dac/csiro/5900865/5900865_prof.nc",
    ]
    assert dataset.attrs["index_date_of_update"] == "20230427002101"


def test_the_recorded_index_of_the_whole_archive_is_read(recordings, monkeypatch):
    with serve(recordings / "ftp") as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        table = bluecloud_catalogs.open_catalog("environment")["argo_index"].read()
    assert len(table) == 2702
    assert table["date"].max() < pd.Timestamp("2023-04-28")


def test_argopy_reads_our_sample_too(gdac, tmp_path):
    """So that the sample is laid out as the archive is, not as our reader would like it."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import argopy

        argopy.set_options(cachedir=str(tmp_path))
        fetcher = argopy.DataFetcher(src="gdac", gdac=gdac.url, mode="standard")
        theirs = fetcher.profile(9000001, [1, 2]).to_xarray(errors="raise")
    entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
    ours = entry(platform=9000001, cycles=[1, 2]).read()
    assert theirs.sizes["N_POINTS"] == int(ours["PRES"].count()) == 14 + 13 + 3
