"""Greylist, metadata, trajectories and technical messages; and the archive's harvest."""

import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest

from bluecloud_catalogs import DataError, MalformedAnswer, NotFound, ParameterError
from bluecloud_catalogs.harvest.argogdac import ArgoGdac
from bluecloud_catalogs.places import place_of
from bluecloud_catalogs.readers.argo_index import read_index
from bluecloud_catalogs.tiers import read
from tests.catalogs.conftest import SAMPLE
from tests.catalogs.gdac import serve
from tests.federation.reading import asked, declared

FLOATS = [13857, 2902696, 3902131, 5900865]


def entry(name, **parameters):
    found = declared(name)
    return read(found, asked(found, parameters), lazy=False)


def test_the_recorded_greylist(recorded):
    table = entry("argo_greylist")
    assert len(table) == 2330
    assert table["platform"].dtype == "int64"
    assert set(table["quality"]) <= {"1", "2", "3", "4"}
    assert (table["quality"] == table["quality_l20"]).all()
    of_one = entry("argo_greylist", platform=1900432, measured=["PSAL"])
    assert list(of_one["start"]) == [pd.Timestamp("2007-11-29")]
    assert of_one["end"].isna().all()


@pytest.mark.parametrize(
    ("period", "rows"), [("2019", 0), ("2020", 1), ("2020-01-14", 0), (["2021", None], 1)]
)
def test_an_entry_without_an_end_goes_on(gdac, period, rows):
    assert len(entry("argo_greylist", time=period)) == rows


def test_a_comment_may_hold_commas(gdac):
    assert list(entry("argo_greylist")["comment"]) == ["SYNTHETIC, not a real sensor"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html>", "it is no greylist: it begins"),
        ("PLATFORM_CODE,PARAMETER_NAME,START_DATE,END_DATE,QUALITY_CODE,COMMENT,DAC\n190", "whole"),
        ("PLATFORM_CODE,PARAMETER_NAME,START_DATE,END_DATE,QUALITY_CODE,COMMENT,DAC\nx,y\n", "row"),
    ],
)
def test_a_greylist_that_is_none_is_refused(tmp_path, monkeypatch, content, message):
    (tmp_path / "ar_greylist.txt").write_text(content)
    with serve(tmp_path) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        with pytest.raises(MalformedAnswer, match=message):
            entry("argo_greylist")


def test_what_recorded_floats_are(recorded):
    table = entry("argo_floats", platform=FLOATS).set_index("platform")
    assert list(table.index) == FLOATS
    assert table.loc[3902131, "platform_type"] == "ARVOR_D"
    assert "DOXY" in table.loc[3902131, "parameters"].split(", ")
    assert table["launched"].notna().all()
    assert table.loc[13857, "launched"].year == 1997


def test_where_recorded_floats_went(recorded):
    table = entry("argo_trajectories", platform=FLOATS)
    assert set(table["platform"]) == set(FLOATS)
    assert table["latitude"].between(-90, 90).all()
    assert table["time"].notna().all()
    box = [-40, -10, 0, 10]
    there = entry("argo_trajectories", platform=FLOATS, bbox=box, time="1998")
    assert set(there["platform"]) == {13857}
    assert there["time"].dt.year.unique().tolist() == [1998]
    codes = table.groupby("platform")["measurement_code"].count()
    assert codes[5900865] == 0  # its file is of the format before there were codes
    assert codes[3902131] > 100


def test_what_recorded_floats_said(recorded):
    table = entry("argo_technical", platform=FLOATS)
    assert (table["platform"] == 3902131).sum() == 8599
    assert table["name"].str.len().gt(0).all()


@pytest.mark.parametrize("name", ["argo_floats", "argo_trajectories", "argo_technical"])
def test_floats_are_named_and_exist(gdac, name):
    with pytest.raises(ParameterError, match="which floats"):
        entry(name)
    with pytest.raises(NotFound, match="has no float 5900865"):
        entry(name, platform=5900865)
    assert len(entry(name, platform=[9000001, 9000002])) in {2, 6}


@pytest.mark.parametrize(
    "name",
    [
        "ar_index_this_week_prof.txt", "argo_bio-profile_index.txt",
        "argo_synthetic-profile_index.txt", "ar_index_global_tech.txt",
        "ar_index_global_traj.txt", "argo_bio-traj_index.txt", "ar_index_this_week_meta.txt",
        "ar_index_global_meta.txt", "ar_index_global_prof.txt",
    ],
)  # fmt: skip
def test_every_recorded_index_is_read(recordings, monkeypatch, tmp_path, name):
    for folder in ("ftp", "ftp-subset-indexes"):
        for path in (recordings / folder / name, recordings / folder / f"{name}.gz"):
            if path.is_file():
                alone = tmp_path / folder / path.suffix
                alone.mkdir(parents=True)
                shutil.copy(path, alone)
                with serve(alone) as server:
                    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
                    file, table = read_index(place_of(declared("argo_index"), "live"), name)
                assert file.path == path.name
                assert len(table) > 0
                assert table.attrs["index_date_of_update"].startswith("2023")


@pytest.fixture
def live(gdac):
    return place_of(declared("argo_index"), "live")


def test_every_profile_is_a_record_that_says_how_it_is_read(live):
    (page,) = ArgoGdac().pages(live)
    assert len(page.records) == 6
    assert page.cursor is None
    oxygen = {each.id: each for each in page.records}["argogdac:9000001_002"]
    assert oxygen.cf[-1] == "moles_of_oxygen_per_unit_mass_in_sea_water"
    assert oxygen.native == ("PRES", "TEMP", "PSAL", "DOXY")
    assert oxygen.entry == "argo_bgc_profiles"
    found = entry(oxygen.entry, **oxygen.request)
    assert found.sizes["N_PROF"] == 1
    assert {each.platform_code for each in page.records} == {"9000001", "9000002"}


def test_a_harvest_goes_on_where_it_stopped_and_asks_for_what_is_new(recorded):
    place = place_of(declared("argo_index"), "live")
    every = [each for page in ArgoGdac().pages(place) for each in page.records]
    assert len(every) == 282
    assert len({each.id for each in every}) == 282
    (rest,) = ArgoGdac().pages(place, cursor="280")
    assert [each.id for each in rest.records] == [each.id for each in every[280:]]
    since = datetime(2021, 6, 1, tzinfo=UTC)
    (new,) = ArgoGdac().pages(place, since=since)
    assert len(new.records) == sum(each.modified >= since for each in every) == 11
    with pytest.raises(DataError, match="cursor 'x' is none of argogdac"):
        list(ArgoGdac().pages(place, cursor="x"))


def test_a_row_that_is_no_profile_is_put_aside(tmp_path, monkeypatch):
    rows = (SAMPLE / "ar_index_global_prof.txt").read_text()
    bad = "synthetic/x/profiles/what.nc,20200105060000,39.050,3.600,A,845,XX,20260101000000\n"
    (tmp_path / "ar_index_global_prof.txt").write_text(rows + bad)
    with serve(tmp_path, SAMPLE) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        (page,) = ArgoGdac().pages(place_of(declared("argo_index"), "live"))
    assert len(page.records) == 6
    assert [each.native_id for each in page.quarantined] == ["synthetic/x/profiles/what.nc"]
