"""Two outputs are the same, within tolerance, or different, and then it is said where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_runner.verification.comparing import compare_outputs
from bluecloud_runner.verification.pairs import outputs, pairs
from bluecloud_runner.verification.report import Finding, Tolerance
from bluecloud_runner.verification.values import compare

BOUNDS = Tolerance(relative=1e-6, days=frozenset({"2026-11-25", "2026-11-26"}))


def compared(tmp_path: Path, old: Any, new: Any, name: str) -> list[Finding]:
    """What is found of two files that these functions write."""
    paths = [tmp_path / side / name for side in ("old", "new")]
    for path, write in zip(paths, (old, new), strict=True):
        path.parent.mkdir(parents=True)
        write(path)
    return compare_outputs(name, *paths, BOUNDS)


def only(found: list[Finding]) -> Finding:
    (finding,) = found
    return finding


def field(**attrs: str) -> xr.Dataset:
    values = np.arange(12.0).reshape(3, 4) + 1
    values[1, 1] = np.nan
    coordinates = {"time": [10.0, 20.0, 30.0], "lat": [50.0, 51.0, 52.0, 53.0]}
    return xr.Dataset({"sst": (("time", "lat"), values)}, coordinates, attrs)


def netcdf(data: xr.Dataset, **options: Any) -> Any:
    return lambda path: data.to_netcdf(path, **options)


def test_equal_bytes_are_the_same(tmp_path: Path) -> None:
    write = lambda path: path.write_bytes(b"\x89PNG")  # noqa: E731
    assert only(compared(tmp_path, write, write, "a.png")).status == "same"


def test_other_bytes_of_a_picture_are_different(tmp_path: Path) -> None:
    found = compared(
        tmp_path, lambda p: p.write_bytes(b"a"), lambda p: p.write_bytes(b"b"), "a.png"
    )
    assert only(found).status == "different"
    assert "SHA-256" in only(found).words


def test_how_a_field_is_stored_is_no_matter(tmp_path: Path) -> None:
    packed = {"sst": {"zlib": True, "chunksizes": (1, 2)}}
    found = compared(tmp_path, netcdf(field()), netcdf(field(), encoding=packed), "a.nc")
    assert (only(found).status, only(found).path) == ("same", "a.nc")


def test_a_value_that_is_near_is_within_the_tolerance_that_is_told(tmp_path: Path) -> None:
    data = field()
    data["sst"][2, 3] *= 1 + 1e-7
    found = only(compared(tmp_path, netcdf(field()), netcdf(data), "a.nc"))
    assert found.status == "within-tolerance"
    assert found.where == "sst"
    assert "1 of 12 values" in found.words
    assert "a share of 1e-07" in found.words
    assert "1e-06" in found.words


@pytest.mark.parametrize("value", [7.1, np.nan, np.inf])
def test_another_value_is_told_with_its_variable_its_place_and_both_values(
    tmp_path: Path, value: float
) -> None:
    data = field()
    data["sst"][1, 2] = value
    found = only(compared(tmp_path, netcdf(field()), netcdf(data), "a.nc"))
    assert found.status == "different"
    assert found.where == "sst[time=1, lat=2] at time 20.0, lat 52.0"
    assert f"1 of 12 values are different: 7.0, and now {value}" in found.words


def test_a_finite_value_in_the_place_of_an_infinite_one_is_different() -> None:
    found = compare(np.array([np.inf, -np.inf]), np.array([1.0, -np.inf]), ["x"], BOUNDS)
    assert (found.status, found.where) == ("different", "[x=0]")


def test_of_several_places_the_farthest_is_told() -> None:
    found = compare(np.array([1.0, 100.0, 1.0]), np.array([1.1, 101.0, 3.0]), ["x"], BOUNDS)
    assert (found.where, found.words[:6]) == ("[x=2]", "3 of 3")


def test_whole_numbers_have_no_tolerance() -> None:
    found = compare(np.array([10**8]), np.array([10**8 + 1]), ["x"], BOUNDS)
    assert found.status == "different"


@pytest.mark.parametrize(
    ("new", "where", "words"),
    [
        (field().drop_vars("lat"), "variable lat", "not there any more"),
        (field().assign(sss=1.0), "variable sss", "was not there"),
        (field().isel(time=[0, 1]), "sst", "its shape was"),
        (field().transpose(), "sst", "its shape was"),
        (field().fillna(0).astype("int32"), "sst", "its type was float64 and is int32"),
        (field(title="b"), "attribute title of the file", "'a', and now 'b'"),
    ],
)
def test_what_a_field_lacks_or_has_besides_is_told(
    tmp_path: Path, new: xr.Dataset, where: str, words: str
) -> None:
    if "title" not in new.attrs:
        new = new.assign_attrs(title="a")
    found = compared(tmp_path, netcdf(field(title="a")), netcdf(new), "a.nc")
    assert any(each.where == where and words in each.words for each in found), found


def test_when_a_field_was_written_is_no_difference_and_what_it_is_about_is(tmp_path: Path) -> None:
    old = field(date_created="2026-11-25T10:11:12Z", time_coverage_end="2009-01-01T00:00:00Z")
    new = field(
        date_created="2026-11-26T00:00:01.5+00:00", time_coverage_end="2010-01-01T00:00:00Z"
    )
    found = only(compared(tmp_path, netcdf(old), netcdf(new), "a.nc"))
    assert found.where == "attribute time_coverage_end of the file"


def test_a_difference_in_a_group_is_told_with_the_group(tmp_path: Path) -> None:
    def write(path: Path, value: float) -> None:
        field().to_netcdf(path)
        field().assign(sst=value).to_netcdf(path, mode="a", group="deep")

    found = compared(tmp_path, lambda p: write(p, 1.0), lambda p: write(p, 2.0), "a.nc")
    assert only(found).where == "/deep: sst"


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_of_zarr_is_one_output_and_compared_by_its_values(
    tmp_path: Path, zarr_format: Any
) -> None:
    def write(path: Path, value: float) -> None:
        data = field()
        data["sst"][0, 0] = value
        data.to_zarr(path / "a.zarr", zarr_format=zarr_format, consolidated=False)

    for side, value in (("old", 1.0), ("new", 5.0)):
        write(tmp_path / side, value)
    assert outputs(tmp_path / "old") == ["a.zarr"]
    found = only(
        compare_outputs("a.zarr", *(tmp_path / s / "a.zarr" for s in ("old", "new")), BOUNDS)
    )
    assert found.where.startswith("sst[time=0, lat=0]")


def table(**columns: list[Any]) -> Any:
    return lambda path: (
        pd.DataFrame(columns).to_parquet(path)
        if path.suffix == ".parquet"
        else pd.DataFrame(columns).to_csv(path, index=False)
    )


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_another_value_of_a_table_is_told_with_its_column_and_row(
    tmp_path: Path, name: str
) -> None:
    old, new = table(n=[1, 2], sst=[1.5, 2.5]), table(n=[1, 2], sst=[1.5, 2.75])
    found = only(compared(tmp_path, old, new, name))
    assert (found.status, found.where) == ("different", "column sst [row=1]")
    assert "2.5, and now 2.75" in found.words


def test_a_table_may_be_near_and_has_its_columns_and_rows(tmp_path: Path) -> None:
    near = compared(tmp_path / "1", table(a=[1.0]), table(a=[1.00000001]), "a.csv")
    assert only(near).status == "within-tolerance"
    columns = compared(tmp_path / "2", table(a=[1]), table(b=[1]), "a.csv")
    assert "the columns were ['a'] and are ['b']" in only(columns).words
    rows = compared(tmp_path / "3", table(a=[1]), table(a=[1, 2]), "a.csv")
    assert "it had 1 rows and has 2" in only(rows).words


def test_moments_of_other_days_in_a_table_are_data(tmp_path: Path) -> None:
    old, new = table(at=["2009-01-01T00:00:00"]), table(at=["2009-01-02T00:00:00"])
    assert only(compared(tmp_path, old, new, "a.csv")).status == "different"


def test_remarks_above_a_table_are_compared_too(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        lambda p: p.write_text("# written 2026-11-25 10:00:00\n# by b\na,b\n1,2\n"),
        lambda p: p.write_text("# written 2026-11-26 11:00:00\n# by c\na,b\n1,2\n"),
        "a.csv",
    )
    assert (only(found).where, only(found).words) == ("line 2", "'# by b', and now '# by c'")


def test_json_is_compared_by_its_structure(tmp_path: Path) -> None:
    old = {"features": [{"area": 1.0, "made": "2026-11-25T10:00:00Z"}, {"area": 2.0}], "n": True}
    new = {"features": [{"area": 1.0, "made": "2026-11-26T10:00:00Z"}, {"area": 3.0}], "n": True}
    found = compared(
        tmp_path,
        lambda p: p.write_text(json.dumps(old)),
        lambda p: p.write_text(json.dumps(new, indent=1)),
        "a.geojson",
    )
    assert only(found).where == "$.features[1].area"


def test_text_is_told_by_its_line(tmp_path: Path) -> None:
    found = compared(
        tmp_path, lambda p: p.write_text("a\nb\n"), lambda p: p.write_text("a\nc\n"), "a.txt"
    )
    assert only(found).where == "line 2"


def test_what_is_not_what_its_name_says_is_different(tmp_path: Path) -> None:
    found = compared(
        tmp_path, lambda p: p.write_bytes(b"\0a"), lambda p: p.write_bytes(b"\0b"), "a.nc"
    )
    assert only(found).status == "different"
    assert "cannot be read as its name says" in only(found).words


def test_outputs_pair_by_path_and_else_by_what_is_not_the_moment_in_it() -> None:
    old = ["a.csv", "results/heat 2026-11-22 095111/x.nc", "gone.txt"]
    new = ["a.csv", "results/heat 2026-11-25 120000/x.nc", "made.txt"]
    assert pairs(old, new) == [
        ("a.csv", "a.csv"),
        ("gone.txt", None),
        (None, "made.txt"),
        ("results/heat 2026-11-22 095111/x.nc", "results/heat 2026-11-25 120000/x.nc"),
    ]
