"""What is found of a product's files, by the program that opens them in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_service.products.checks import Checked, LocalChecks, believed
from tests.routines.running import violations

OCCURRENCES: dict[str, Any] = {
    "occurrenceID": ["a", "b"],
    "basisOfRecord": ["HumanObservation", "MachineObservation"],
    "scientificName": ["Calanus finmarchicus", "Phocoena phocoena"],
    "eventDate": ["2001-05-01", "2001-05-03/2001-05-04"],
    "decimalLatitude": [60.0, 62.5],
    "decimalLongitude": [3.0, -4.0],
}
SAMPLES: dict[str, Any] = {
    "samp_name": ["s1", "s2"],
    "collection_date": ["2001-05-01", "2001-06"],
    "geo_loc_name": ["North Sea", "North Sea"],
    "lat_lon": ["60.1 3.2", "61.0 -4"],
    "env_broad_scale": ["ENVO:00000447", "ENVO:00000447"],
}


def grid() -> xr.Dataset:
    """A grid as it should be."""
    about = {
        "units": "degree_Celsius",
        "standard_name": "sea_surface_temperature",
        "long_name": "temperature",
        "coverage_content_type": "modelResult",
    }
    days = pd.date_range("2001-01-01", periods=2)
    north = {"units": "degrees_north", "standard_name": "latitude", "long_name": "latitude"}
    east = {"units": "degrees_east", "standard_name": "longitude", "long_name": "longitude"}
    return xr.Dataset(
        {"sst": (("time", "lat", "lon"), np.ones((2, 3, 4)), about)},
        coords={
            "time": ("time", days, {"standard_name": "time", "long_name": "time"}),
            "lat": ("lat", [42.0, 43.0, 44.0], north),
            "lon": ("lon", [1.0, 2.0, 3.0, 4.0], east),
        },
        attrs={"Conventions": "CF-1.10, ACDD-1.3", "title": "T", "summary": "S.", "keywords": "k"},
    )


def found(folder: Path, name: str) -> Checked:
    """What is found of one file."""
    (one,) = LocalChecks().check(folder, [name])
    return one


def written(folder: Path, made: xr.Dataset) -> Checked:
    """What is found of a grid."""
    plain = {name: {"_FillValue": None} for name in made.coords}
    made.to_netcdf(folder / "it.nc", encoding=plain)
    return found(folder, "it.nc")


def table(folder: Path, columns: dict[str, Any]) -> Checked:
    """What is found of a table."""
    pd.DataFrame(columns).to_csv(folder / "it.csv", index=False)
    return found(folder, "it.csv")


def test_a_grid_as_it_should_be_is_taken_and_compliance_checker_takes_it_too(
    tmp_path: Path,
) -> None:
    told = written(tmp_path, grid())
    assert (told.kind, told.errors) == ("grid", ())
    assert told.bbox == (1, 42, 4, 44)
    assert told.time == ("2001-01-01T00:00:00", "2001-01-02T00:00:00")
    assert violations(tmp_path / "it.nc") == []


SPOILT: list[tuple[Callable[[xr.Dataset], xr.Dataset], str]] = [
    (lambda it: it.assign_attrs(Conventions="none"), "Conventions: it does not say"),
    (lambda it: it.assign_attrs(title=""), "title: ACDD asks"),
    (lambda it: it.assign_attrs(summary=""), "summary: ACDD asks"),
    (lambda it: it.assign(more=("lat", [1.0, 2.0, 3.0])), "more: it has no units"),
    (lambda it: it.drop_vars("sst"), "no variable but coordinates"),
    (
        lambda it: it.assign_coords(lat=("lat", [42.0, 43.0, 94.0], it["lat"].attrs)),
        "latitude goes from 42 to 94",
    ),
    (
        lambda it: it.assign_coords(lat=("lat", [42.0, 43.0, np.nan], it["lat"].attrs)),
        "lat: a coordinate has missing values",
    ),
]


def test_a_grid_that_lacks_what_cf_or_acdd_asks_for_is_refused(tmp_path: Path) -> None:
    names = [f"{number}.nc" for number in range(len(SPOILT))]
    for name, (spoil, _) in zip(names, SPOILT, strict=True):
        spoil(grid()).to_netcdf(tmp_path / name)
    told = LocalChecks().check(tmp_path, names)
    for one, (_, error) in zip(told, SPOILT, strict=True):
        assert any(error in each for each in one.errors), (error, one.errors)


def test_a_store_of_zarr_that_lacks_a_chunk_is_refused(tmp_path: Path) -> None:
    made = grid()
    made.to_zarr(tmp_path / "it.zarr", encoding={"sst": {"chunks": (1, 3, 4)}}, consolidated=False)
    assert found(tmp_path, "it.zarr").errors == ()
    chunks = [p for p in (tmp_path / "it.zarr" / "sst" / "c").rglob("*") if p.is_file()]
    chunks[0].unlink()
    assert found(tmp_path, "it.zarr").errors == ("sst: 1 of its 2 chunks are missing",)


def test_occurrences_are_held_against_darwin_core(tmp_path: Path) -> None:
    told = table(tmp_path, OCCURRENCES)
    assert (told.kind, told.errors) == ("occurrences", ())
    assert told.bbox == (-4, 60, 3, 62.5)
    for changed, error in (
        ({"occurrenceID": ["a", "a"]}, "occurrenceID: 1 rows have one that another row has"),
        ({"basisOfRecord": ["Seen", "Seen"]}, "basisOfRecord = 'Seen'"),
        ({"eventDate": ["2001-05-01", "in May"]}, "eventDate = 'in May'"),
        ({"scientificName": ["Calanus", None]}, "scientificName: it is empty in 1 rows"),
    ):
        assert any(error in each for each in table(tmp_path, OCCURRENCES | changed).errors), error
    less = {name: of for name, of in OCCURRENCES.items() if name != "basisOfRecord"}
    assert "basisOfRecord: Darwin Core asks for this column" in table(tmp_path, less).errors


def test_samples_are_held_against_mixs(tmp_path: Path) -> None:
    told = table(tmp_path, SAMPLES)
    assert (told.kind, told.errors) == ("genomics", ())
    assert told.bbox == (-4, 60.1, 3.2, 61)
    wrong = table(tmp_path, SAMPLES | {"lat_lon": ["60.1 N 3.2 E", "61 -4"]})
    assert any("lat_lon = '60.1 N 3.2 E'" in each for each in wrong.errors)
    less = {name: of for name, of in SAMPLES.items() if name != "collection_date"}
    assert "collection_date: MIxS asks for this column" in table(tmp_path, less).errors


SHAPES = [
    ("", "it is empty"),
    ("a,b\n", "it has no row"),
    ("a,b\n1,2\n1,2,3\n", "its lines have 2, 3 cells under 2 names"),
    ("a,a\n1,2\n", "a: two columns have this name"),
    ("a,\n1,2\n", "column 2 has no name"),
]


def test_a_table_without_one_shape_is_refused(tmp_path: Path) -> None:
    names = [f"{number}.csv" for number in range(len(SHAPES))]
    for name, (text, _) in zip(names, SHAPES, strict=True):
        (tmp_path / name).write_text(text)
    told = LocalChecks().check(tmp_path, names)
    for one, (_, error) in zip(told, SHAPES, strict=True):
        assert any(error in each for each in one.errors), (error, one.errors)


def test_units_of_a_table_are_read_and_asked_for(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("# units: b=umol/kg\na (m),b,c\n1.5,2.5,3.5\n")
    told = found(tmp_path, "it.csv")
    assert {one.name: one.units for one in told.variables} == {
        "a (m)": "m",
        "b": "umol/kg",
        "c": "",
    }
    assert [w.partition(":")[0] for w in told.warnings] == ["c"]


# Hostile files ---------------------------------------------------------------------------------


def test_what_cannot_be_read_is_an_error_of_the_file(tmp_path: Path) -> None:
    names = ["it.nc", "it.parquet", "it.json", "it.csv", "it.zarr"]
    for name in names:
        (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n" + os.urandom(500))
    for one in LocalChecks().check(tmp_path, names):
        (error,) = one.errors
        assert error.startswith("it cannot be read"), one.path


def test_a_file_that_unpacks_to_more_than_there_is_memory_costs_the_check_alone(
    tmp_path: Path,
) -> None:
    with netCDF4.Dataset(tmp_path / "it.nc", "w") as made:  # 1.6 GB, and kilobytes when packed
        made.createDimension("lat", 400_000_000)
        lat = made.createVariable("lat", "f4", ("lat",), zlib=True, chunksizes=(1_000_000,))
        lat.units = "degrees_north"
    assert (tmp_path / "it.nc").stat().st_size < 20e6
    (one,) = LocalChecks(memory_bytes=1500 * 2**20).check(tmp_path, ["it.nc"])
    assert one.errors


def test_a_file_that_takes_for_ever_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "it.csv").write_text("a,b\n" + "1,2\n" * 3_000_000)
    began = time.monotonic()
    (one,) = LocalChecks(seconds=1).check(tmp_path, ["it.csv"])
    assert "more" in one.errors[0]
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b'[{"path": "other.nc", "kind": "grid"}]',
        b'[{"path": "it.nc", "kind": "grid"}, {"path": "it.nc", "kind": "grid"}]',
        b'[{"path": "it.nc", "kind": "grid", "bbox": [0, 0, 1e9, 0]}]',
        b'[{"path": "it.nc", "kind": "grid", "more": 1}]',
    ],
)
def test_an_answer_that_is_none_passes_no_file(said: bytes) -> None:
    (one,) = believed(said, ["it.nc"], "")
    assert one.errors
    assert believed(b'[{"path": "it.nc", "kind": "grid"}]', ["it.nc"], "")[0].errors == ()
