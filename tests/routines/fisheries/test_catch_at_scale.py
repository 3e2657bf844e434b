"""Catch on a grid: nothing is lost or made, whatever the width."""

from typing import Literal

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.fisheries import (
    RESOLUTIONS,
    catch_at_scale,
    catch_rows_at_scale,
    cwp_boxes,
    cwp_codes,
    scale_statistics,
)


def table(areas: list[object], catches: list[float], **columns: object) -> pd.DataFrame:
    """Reports of one month, one species and one gear."""
    told = {"time": pd.Timestamp("2020-06-01"), "species": "YFT", "gear": "01.1", "unit": "t"}
    return pd.DataFrame({"area": areas, "catch": catches} | told | columns)


def as_reports(result: xr.Dataset, resolution: float) -> pd.DataFrame:
    """The cells of a result, as if each were a report."""
    cells = result["catch"].to_series()
    cells = cells[cells > 0].reset_index()
    cells["area"] = cwp_codes(cells["lat"], cells["lon"], resolution=resolution)
    return cells.assign(unit="t")


def test_the_published_catch_of_yellowfin_is_the_same_at_every_scale(sardara: pd.DataFrame) -> None:
    assert len(sardara) == 2199
    assert sardara["fishing_fleet"].nunique() == 28
    found = scale_statistics(sardara, resolutions=(5, 10, 20, 30))
    np.testing.assert_allclose(found["catch"], 606_167.7, rtol=1e-12)
    assert found["cells"].tolist() == [428, 134, 48, 25]
    np.testing.assert_allclose(found["entropy"], [4.202, 3.2136, 2.4933, 2.1387], atol=5e-5)
    np.testing.assert_allclose(found["gini"], [0.8715, 0.8526, 0.8099, 0.7458], atol=5e-5)
    assert found["cells_50"].tolist() == [14, 5, 3, 3]
    assert (found["lost"] == 0).all()


def test_cells_of_one_degree_add_up_to_the_wide_ones_by_way_of_five_or_not(
    reports: pd.DataFrame,
) -> None:
    fine = catch_at_scale(reports, resolution=1)
    by_way_of_five = as_reports(catch_at_scale(as_reports(fine, 1), resolution=5), 5)
    for resolution in (10.0, 20.0, 30.0):
        at_once = catch_at_scale(reports, resolution=resolution)["catch"]
        for source in (as_reports(fine, 1), by_way_of_five):
            stepwise = catch_at_scale(source, resolution=resolution)["catch"]
            xr.testing.assert_allclose(stepwise, at_once.sel(time=stepwise["time"]), atol=1e-9)


def test_the_same_grid_again_changes_nothing(reports: pd.DataFrame) -> None:
    once = catch_at_scale(reports, resolution=10)
    twice = catch_at_scale(as_reports(once, 10), resolution=10)
    xr.testing.assert_identical(twice["catch"], once["catch"])


def test_sums_are_those_of_grouping_the_rows(reports: pd.DataFrame) -> None:
    boxes = cwp_boxes(reports["area"])
    by_hand = reports.groupby(
        [
            reports["time"].dt.to_period("M").dt.to_timestamp().astype("datetime64[ns]"),
            "species",
            "gear",
            (boxes["south"] // 5 * 5 + 2.5).rename("lat"),
            (boxes["west"] // 5 * 5 + 2.5).rename("lon"),
        ]
    )["catch"].sum()
    result = catch_at_scale(reports, resolution=5)["catch"].to_series()
    result = result[result > 0].sort_index()
    pd.testing.assert_series_equal(result, by_hand, check_names=False)
    rows = catch_rows_at_scale(reports, resolution=5)
    rows = rows.set_index(["time", "species", "gear", "lat", "lon"])["catch"]
    pd.testing.assert_series_equal(rows, by_hand, check_names=False)


def test_lazily_it_is_the_same_in_chunks_of_periods(reports: pd.DataFrame) -> None:
    lazy = catch_at_scale(reports, resolution=10, periods_per_chunk=5)
    assert isinstance(lazy["catch"].data, da.Array)
    assert lazy["catch"].chunksizes["time"] == (5, 5, 2)
    xr.testing.assert_identical(lazy.compute(), catch_at_scale(reports, resolution=10))


def test_a_wide_cell_is_shared_equally_by_area_or_left_out() -> None:
    report = table([7160020], [100.0])  # 60 to 70 north, 20 to 30 east
    equal = catch_at_scale(report, resolution=5)["catch"].sum("lon").squeeze()
    np.testing.assert_allclose(equal.sel(lat=[62.5, 67.5]), [50, 50])
    area = catch_at_scale(report, resolution=5, downgrade="area")["catch"].sum("lon").squeeze()
    # By hand: sin 65 - sin 60 and sin 70 - sin 65, degrees, of sin 70 - sin 60.
    np.testing.assert_allclose(area.sel(lat=[62.5, 67.5]), [54.682, 45.318], atol=5e-4)
    dropped = catch_at_scale(report, resolution=5, downgrade="drop")
    assert float(dropped["catch"].sum()) == 0
    assert dropped["catch_lost"].sel(loss="wider than the grid").item() == 100


def test_a_degree_on_the_edge_of_two_cells_of_two_and_a_half_goes_by_halves() -> None:
    found = catch_at_scale(table([5100002], [10.0]), resolution=2.5)["catch"].squeeze()
    assert found.sel(lat=1.25, lon=[1.25, 3.75]).values.tolist() == [5, 5]


def test_a_cell_of_twenty_degrees_at_the_pole_stays_within_the_earth() -> None:
    found = catch_at_scale(table([8180000], [90.0]), resolution=10)["catch"].squeeze()
    assert found.sel(lat=85, lon=[5, 15]).values.tolist() == [45, 45]


def test_irregular_areas_are_lost_unless_their_cells_are_known() -> None:
    reports = table(["6100000", "EPO"], [1.0, 9.0])
    lost = catch_at_scale(reports)
    assert float(lost["catch"].sum()) == 1
    assert lost["catch_lost"].sel(loss="irregular area").item() == 9
    areas = pd.DataFrame({"area": "EPO", "code": [6400100, 6400105, 7400110]})
    known = catch_at_scale(reports, areas=areas)
    assert known["catch_lost"].sum() == 0
    cells = known["catch"].squeeze().sel(lat=2.5)
    # Six cells of five degrees: two named, and four of the one that is ten wide.
    np.testing.assert_allclose(cells.sel(lon=[-102.5, -107.5, -112.5, -117.5]), 1.5)
    given = catch_at_scale(reports, areas=areas.assign(share=[2, 1, 0]))["catch"].squeeze()
    np.testing.assert_allclose(given.sel(lat=2.5, lon=[-102.5, -107.5]), [6, 3])
    assert catch_at_scale(reports, areas=areas, downgrade="drop")["catch_lost"].sum() == 9


def test_a_report_of_a_quarter_is_shared_among_its_months_or_left_out() -> None:
    report = table([6100000], [9.0], time=pd.Timestamp("2020-03-01"))
    report["time_end"] = pd.Timestamp("2020-05-31")
    months = catch_at_scale(report, by=())
    assert months["catch"].sum(["lat", "lon"]).values.tolist() == [3, 3, 3]
    assert months.indexes["time"].month.tolist() == [3, 4, 5]
    assert catch_at_scale(report, by=(), period="year")["catch"].sum() == 9
    dropped = catch_at_scale(report, by=(), downgrade="drop")
    assert dropped["catch_lost"].sel(loss="longer than a period").item() == 9
    whole = report.assign(time_end=pd.Timestamp("2020-03-31"))
    assert catch_at_scale(whole, by=(), downgrade="drop")["catch"].sum() == 9


def test_numbers_of_fish_are_never_added_to_tonnes() -> None:
    reports = table([6100000, 6100000], [3.0, 500.0], unit=["t", "no"])
    tonnes, number = (catch_at_scale(reports, unit=unit) for unit in ("t", "no"))
    assert (float(tonnes["catch"].sum()), tonnes["catch"].units) == (3, "t")
    assert (float(number["catch"].sum()), number["catch"].units) == (500, "1")
    assert tonnes.attrs["rows_in_other_units"] == 1


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(-89.9, 89.9),
            st.floats(-179.9, 179.9),
            st.sampled_from([1, 5, 10, 20, 30]),
            st.floats(0, 1e6),
            st.integers(0, 800),
        ),
        min_size=1,
        max_size=30,
    ),
    resolution=st.sampled_from(RESOLUTIONS),
    downgrade=st.sampled_from(["equal", "area", "drop"]),
)
def test_what_is_reported_is_in_the_cells_or_among_the_losses(
    rows: list[tuple[float, float, int, float, int]],
    resolution: float,
    downgrade: Literal["equal", "area", "drop"],
) -> None:
    areas = [cwp_codes([lat], [lon], resolution=size)[0] for lat, lon, size, *_ in rows]
    reports = table([*areas, "somewhere"], [*(row[3] for row in rows), 7.0])
    reports["time_end"] = reports["time"] + pd.to_timedelta([*(row[4] for row in rows), 0], "D")
    result = catch_at_scale(reports, resolution=resolution, downgrade=downgrade, by=())
    assert float(result["catch"].min()) >= 0
    held = float(result["catch"].sum() + result["catch_lost"].sum())
    assert held == pytest.approx(reports["catch"].sum(), rel=1e-12)
    if downgrade != "drop":
        assert result["catch_lost"].values.tolist() == [7, 0, 0]


@pytest.mark.parametrize("column", ["species", "gear", "fishing_fleet"])
def test_categories_that_no_row_has_are_no_names(reports: pd.DataFrame, column: str) -> None:
    reports["fishing_fleet"] = "FRA"
    plain = catch_at_scale(reports, by=(column,))
    there = sorted(reports[column].unique())
    reports[column] = pd.Categorical(reports[column], ["zzz", *reversed(there), "aaa"])
    xr.testing.assert_identical(catch_at_scale(reports, by=(column,)), plain)
    assert plain[column].values.tolist() == there


@pytest.mark.parametrize("kind", ["int32", "int64", "float64", "str", "category"])
def test_codes_may_be_numbers_or_text(reports: pd.DataFrame, kind: str) -> None:
    plain = catch_at_scale(reports)
    numbers = reports["area"].astype(int)
    reports["area"] = reports["area"].astype(kind) if kind == "category" else numbers.astype(kind)
    xr.testing.assert_identical(catch_at_scale(reports), plain)
