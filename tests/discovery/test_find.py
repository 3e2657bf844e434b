"""What a person gets from find(), with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import bluecloud_catalogs
from bluecloud_catalogs.discovery import small
from bluecloud_catalogs.discovery.casts import grouped
from bluecloud_catalogs.discovery.finding import find
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.records import Asset, Record
from bluecloud_catalogs.discovery.stac import item_of, record_of
from bluecloud_catalogs.errors import DataError, ParameterError, SourceUnavailable
from bluecloud_catalogs.own import add_data
from bluecloud_catalogs.tiers import TierWarning
from tests.discovery.generated import records
from tests.discovery.test_parquet import BARE, FULL

# What ought to stand among the first three, by its entry.
EXPECTED = {
    "sea surface temperature": {"cmems_sst_daily", "ostia_sst_monthly"},
    "argo salinity": {"argo_profiles", "euroargo_argovis_profiles"},
    "tuna catch": {"tuna_atlas_catch", "tuna_atlas_nominal_catch"},
    "waves": {"cmems_waves"},
    "bathymetry": {"emodnet_bathymetry"},
}


@pytest.mark.parametrize("text", EXPECTED)
def test_what_is_called_as_was_asked_stands_among_the_first(text: str) -> None:
    first = {record.entry for record in find(text).records[:3]}
    assert first & EXPECTED[text], first


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("temprature", "temperature"),
        ("Chlorofyl", "chlorophyll"),
        ("argo salinty", "argo salinity"),
        ("temperature", ""),
        ("xyzzyplugh", ""),
    ],
)
def test_words_that_find_nothing_are_taken_for_those_they_are_like(text: str, meant: str) -> None:
    found = find(text)
    assert found.suggestion == meant
    assert (f"did you mean {meant}?" in repr(found)) == bool(meant)
    assert (f"did you mean {meant}?" in found._repr_html_()) == bool(meant)


DAY = datetime(2020, 3, 1, 12, tzinfo=UTC)


def cast(source: str, name: str, platform: str | None = "6900001", **told: object) -> Record:
    given = {"bbox": (179.999, 10, 179.999, 10), "time": (DAY, DAY), "level": "granule"}
    return Record.model_validate(
        {
            "id": f"{source}:{name}",
            "source": source,
            "collection": "c",
            "title": "a cast",
            "platform_code": platform,
            **given,
            **told,
        }
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "index") as writer:
        writer.rebuild(records(3000))
        yield writer


def test_the_records_that_are_shipped_are_current() -> None:
    assert small.main(["--check"]) == 0


def test_a_search_answers_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    found = bluecloud_catalogs.find("argo salinity", bbox=[1, 38, 6, 42], time="2020")
    assert "small index" in found.where
    at = [record.entry for record in found].index("argo_profiles")
    data = found.open(at)
    assert data.attrs["entry"] == "argo_profiles"
    assert data.sizes["N_PROF"] > 0
    name = found[at].id.replace(":", "_").replace("/", "_")
    assert found.to_intake()[name].read().attrs["entry"] == "argo_profiles"


def test_ones_own_data_are_found_before_the_rest_and_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    file = tmp_path / "mine.csv"
    file.write_text(
        "time,latitude,longitude,sea_water_temperature\n2020-01-01T00:00:00Z,40.5,3.5,13.1\n"
    )
    rest = bluecloud_catalogs.find("temperature", limit=2)
    added = add_data(
        file, title="My temperature", units={"sea_water_temperature": "degree_Celsius"}
    )
    found = bluecloud_catalogs.find("temperature", limit=2)
    assert found[0].id == added.record.id
    assert found.total == rest.total + 1
    assert [record.id for record in found.all()][1:] == [record.id for record in rest.all()]
    assert found.facets["source"][added.record.source] == 1
    assert found.open(0).attrs["entry"] == added.name


def test_a_service_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", "http://127.0.0.1:1")
    with pytest.warns(TierWarning, match="service could not be asked.*small index"):
        found = bluecloud_catalogs.find("temperature")
    assert found.total > 0


def test_a_wrong_question_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", "http://127.0.0.1:1")
    with pytest.raises(ParameterError, match="south 10 is above north -10"):
        bluecloud_catalogs.find(bbox=[0, 10, 5, -10])


def test_an_index_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_INDEX", str(tmp_path))
    with pytest.raises(SourceUnavailable, match="no index"):
        bluecloud_catalogs.find("temperature")


def test_what_no_entry_reads_says_where_it_lies(index: Writer) -> None:
    lies = cast("ena", "x", assets=(Asset(href="https://example.org/x.csv"),))
    index.upsert([lies])
    with pytest.raises(DataError, match=r"example\.org/x\.csv"):
        find(index=index, ids=["ena:x"]).open(0)


def test_pages_tables_and_files_hold_all_that_was_found(index: Writer, tmp_path: Path) -> None:
    found = find(index=index, text="mediterranean", limit=20)
    everything = list(found.all())
    assert len(everything) == found.total > 40
    assert len({record.id for record in everything}) == found.total
    second = found.next()
    assert second is not None
    assert [record.id for record in second] == [record.id for record in everything[20:40]]
    table = found.to_pandas()
    assert list(table["id"]) == [record.id for record in found]
    assert isinstance(table["first"].dtype, pd.DatetimeTZDtype)
    assert found.to_geoparquet(tmp_path / "found.parquet") == found.total
    assert len(gpd.read_parquet(tmp_path / "found.parquet")) == found.total


def test_a_page_names_what_was_measured_and_since_when(index: Writer) -> None:
    native = ("time", "longitude", "latitude", "depth", "nitrate")
    since = [DAY, None]
    index.upsert([cast("ena", "x", p02=(), cf=native, native=(), time=since)])
    shown = find(index=index, ids=["ena:x"])._repr_html_()
    assert ">nitrate</td>" in shown
    assert f">since {DAY.date()}</td>" in shown


def test_what_was_found_is_a_catalogue_by_the_names_that_it_shows() -> None:
    found = bluecloud_catalogs.find("argo", sources="argogdac", levels="granule").to_intake()
    names = [line.strip().partition(":")[0] for line in repr(found).splitlines()[1:]]
    assert len(set(names)) == len(names) > 2
    assert all(name in found for name in names)


def test_nothing_found_is_an_empty_page(index: Writer) -> None:
    found = find(index=index, text="unicorn")
    assert (found.total, len(found), found.next(), found.to_intake()._readers) == (0, 0, None, {})
    assert found.to_pandas().empty
    assert found.facets["source"] == {}


def test_a_page_shows_what_it_holds_and_no_markup_of_others(index: Writer) -> None:
    index.upsert([cast("ena", "evil", title="<script>alert(1)</script>")])
    found = find(index=index, ids=["ena:evil"])
    assert "<script>" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()
    assert "1 found" in repr(found)


def test_one_cast_of_three_infrastructures_is_one(index: Writer) -> None:
    held = [
        cast("emodnet", "a", bbox=(-179.996, 10.005, -179.996, 10.005)),
        cast("seadatanet", "b", platform=" 6900001 ", time=[DAY + timedelta(seconds=90)] * 2),
        cast("argogdac", "c"),
    ]
    others = [
        cast("argogdac", "later", time=[DAY + timedelta(hours=1)] * 2),
        cast("argogdac", "away", bbox=(179.95, 10, 179.95, 10)),
        cast("argogdac", "float", platform="6900002"),
        cast("ena", "none", platform=None),
    ]
    index.upsert([*held, *others])
    groups = grouped([held[0], *others], index)
    assert [[each.id for each in group] for group in groups] == [
        ["argogdac:c", "seadatanet:b", "emodnet:a"],
        *[[each.id] for each in others],
    ]
    found = find(index=index, ids=["emodnet:a"])
    assert "argogdac:c, " not in found._repr_html_()
    assert "seadatanet:b, emodnet:a" in found._repr_html_()


@pytest.mark.parametrize("record", [FULL, BARE, *records(200, seed=3)], ids=lambda r: r.id)
def test_a_record_survives_being_a_stac_item(record: Record) -> None:
    assert record_of(item_of(record)) == record
