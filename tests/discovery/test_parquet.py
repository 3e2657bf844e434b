"""The system of record: nothing is lost in it, and others open it without us."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluecloud_catalogs.discovery import parquet
from bluecloud_catalogs.discovery.records import Asset, Record
from bluecloud_catalogs.errors import DataError
from tests.discovery.generated import records

FULL = Record(
    id="argogdac:6900001_012",
    source="argogdac",
    collection="Argo profiles",
    level="granule",
    title="Profile 12 of float 6900001",
    description="Two\nlines",
    keywords=("float",),
    p01=("TEMPST01",),
    p02=("TEMP",),
    cf=("sea_water_temperature",),
    native=("TEMP",),
    platform="float",
    platform_code="6900001",
    instruments=("SBE41",),
    taxa=(127405,),
    taxon_names=("Mola mola",),
    bbox=(179.5, -10.0, -179.5, 10.0),
    time=(datetime(2020, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), None),
    depth=(0.0, 2000.0),
    provider="Ifremer",
    doi="10.17882/42182",
    licence="CC BY 4.0",
    citation="Argo (2000)",
    access="login",
    entry="argo_profiles",
    request={"platform": [6900001], "cycles": [12]},
    assets=(Asset(href="https://example.org/a.nc", media_type="application/netcdf", size=12),),
    modified=datetime(2021, 1, 1, tzinfo=UTC),
)
BARE = Record(id="ena:1", source="ena", collection="samples", level="sample", title="a sample")


def test_nothing_of_a_record_is_lost(tmp_path: Path) -> None:
    always = BARE.model_copy(update={"id": "ena:2", "time": (None, None)})
    parquet.write(tmp_path / "all.parquet", [FULL, BARE, always])
    kept = {record.id: record for record in parquet.read(tmp_path / "all.parquet")}
    assert kept == {each.id: each for each in (FULL, BARE, always)}


@given(seed=st.integers(0, 2**32 - 1))
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_records_are_kept(tmp_path: Path, seed: int) -> None:
    told = list(records(40, seed=seed))
    parquet.write(tmp_path / "some.parquet", told)
    kept = list(parquet.read(tmp_path / "some.parquet"))
    assert sorted(kept, key=lambda record: record.id) == sorted(told, key=lambda record: record.id)


def test_no_records_are_a_file_too(tmp_path: Path) -> None:
    assert parquet.write(tmp_path / "none.parquet", []) == 0
    assert list(parquet.read(tmp_path / "none.parquet")) == []


def test_what_changed_takes_the_place_of_what_was(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    parquet.merge(path, [FULL, BARE])
    renamed = BARE.model_copy(update={"title": "renamed"})
    assert parquet.merge(path, [renamed], gone=[FULL.id]) == 1
    assert list(parquet.read(path)) == [renamed]


def test_duckdb_answers_a_scientists_question(tmp_path: Path) -> None:
    told = list(records(3000))
    parquet.write(tmp_path / "all.parquet", told)
    table = duckdb.read_parquet(str(tmp_path / "all.parquet"))
    here = table.filter("bbox.xmin between -10 and 10")
    (answer,) = here.filter("""list_contains("bluecloud:p02", 'DOXY')""").count("*").fetchall()
    right = [r for r in told if r.bbox and -10 <= r.bbox[0] <= 10 and "DOXY" in r.p02]
    assert answer == (len(right),)
    assert right


def test_geopandas_opens_it_with_its_shapes(tmp_path: Path) -> None:
    parquet.write(tmp_path / "one.parquet", [FULL, BARE])
    table = gpd.read_parquet(tmp_path / "one.parquet").set_index("id")
    shape = table.geometry[FULL.id]
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(20.0)
    assert table.crs == "OGC:CRS84"
    assert table.geometry[BARE.id] is None


def test_rows_lie_by_place_in_groups_that_a_reader_can_skip(tmp_path: Path) -> None:
    parquet.write(tmp_path / "all.parquet", records(45_000))
    told = pq.ParquetFile(tmp_path / "all.parquet").metadata
    assert [told.row_group(each).num_rows for each in range(3)] == [20_000, 20_000, 5_000]
    at = next(i for i in range(told.num_columns) if told.schema.column(i).path == "bbox.ymin")
    souths = [told.row_group(each).column(at).statistics for each in range(3)]
    assert souths[0].max < souths[2].min + 10


def test_a_file_of_something_else_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no Parquet")
    with pytest.raises(DataError, match=r"x\.parquet holds no records"):
        list(parquet.read(tmp_path / "x.parquet"))
