"""Marine heatwaves on grids: as cell by cell, in any order, lazily, and with land kept land."""

from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bluecloud_routines.environment import heatwave_events, marine_heatwaves
from bluecloud_routines.environment._runs import filled_short_gaps, runs_of

BASELINE = (1990, 2019)


@pytest.fixture(scope="module")
def result(grid: xr.DataArray) -> xr.Dataset:
    return marine_heatwaves(grid, baseline=BASELINE)


def test_each_cell_of_a_grid_is_as_its_series_alone(grid: xr.DataArray, result: xr.Dataset) -> None:
    events = heatwave_events(result)
    for row, column in ((0, 1), (1, 2), (2, 3)):
        alone = marine_heatwaves(grid[:, row, column], baseline=BASELINE)
        xr.testing.assert_identical(result.isel(latitude=row, longitude=column), alone)
        own = events.query(f"latitude == {40 + row} and longitude == {40 + column}")
        own = own.drop(columns=["latitude", "longitude"]).reset_index(drop=True)
        pd.testing.assert_frame_equal(own, heatwave_events(alone))


def test_land_stays_missing_everywhere(result: xr.Dataset) -> None:
    land = result.isel(latitude=0, longitude=0)
    assert all(bool(land[name].isnull().all()) for name in land.data_vars)
    events = heatwave_events(result)
    assert events.query("latitude == 40 and longitude == 40").empty


def test_a_cell_with_gaps_is_missing_on_those_days_only(
    grid: xr.DataArray, result: xr.Dataset
) -> None:
    np.testing.assert_array_equal(result["category"].isnull(), grid.isnull())
    assert not bool(result["threshold"][:, 1, 2].isnull().any())


def test_the_percentile_leaves_gaps_out(grid: xr.DataArray) -> None:
    raw = marine_heatwaves(grid, baseline=BASELINE, smooth_days=1)
    april = [grid[:, 1, 2].sel(time=slice(f"{y}-04-15", f"{y}-04-25")) for y in range(1990, 2020)]
    at = raw.isel(latitude=1, longitude=2).sel(doy=111)  # 20 April, missing in 1990
    assert at["threshold"].item() == pytest.approx(np.nanpercentile(np.concatenate(april), 90))
    assert at["climatology"].item() == pytest.approx(np.nanmean(np.concatenate(april)))


@pytest.mark.parametrize("chunks", [{"time": 1000}, {"latitude": 2, "longitude": 3}])
def test_dask_gives_the_same_and_computes_nothing_by_itself(
    grid: xr.DataArray, result: xr.Dataset, chunks: dict[str, int]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("computed")

    with dask.config.set(scheduler=refuse):
        lazy = marine_heatwaves(grid.chunk(chunks), baseline=BASELINE, max_pad_days=0)
        marine_heatwaves(grid.chunk(chunks), baseline=BASELINE, max_pad_days=2)
    assert all(isinstance(variable.data, da.Array) for variable in lazy.data_vars.values())
    xr.testing.assert_identical(lazy.compute(), result)
    pd.testing.assert_frame_equal(heatwave_events(lazy), heatwave_events(result))


def test_the_order_of_dimensions_does_not_matter(grid: xr.DataArray, result: xr.Dataset) -> None:
    turned = marine_heatwaves(grid.transpose("longitude", "time", "latitude"), baseline=BASELINE)
    assert turned["category"].dims == ("longitude", "time", "latitude")
    xr.testing.assert_identical(
        turned.transpose(*grid.dims, "doy"), result.transpose(*grid.dims, "doy")
    )


def test_single_precision_finds_the_same_events(grid: xr.DataArray, result: xr.Dataset) -> None:
    single = marine_heatwaves(grid.astype(np.float32), baseline=BASELINE)
    assert single["sst"].dtype == np.float32
    same = single["category"].fillna(-1) == result["category"].fillna(-1)
    assert float(same.mean()) > 0.9999


def test_cells_without_coordinates_are_numbered_and_curved_grids_keep_theirs(
    grid: xr.DataArray,
) -> None:
    bare = grid.drop_vars(["latitude", "longitude"]).rename(latitude="y", longitude="x")
    events = heatwave_events(marine_heatwaves(bare, baseline=BASELINE))
    assert set(events["y"]) == {0, 1, 2}
    depths = bare.assign_coords(lat=(("y", "x"), np.arange(12.0).reshape(3, 4)))
    curved = heatwave_events(marine_heatwaves(depths, baseline=BASELINE))
    assert (curved["lat"] == 4 * curved["y"] + curved["x"]).all()


def test_the_input_is_left_as_it_was(grid: xr.DataArray) -> None:
    before = grid.copy(deep=True)
    marine_heatwaves(grid, baseline=BASELINE, max_pad_days=5, cold=True)
    xr.testing.assert_identical(grid, before)


def test_what_was_written_to_netcdf_gives_the_same_events(
    result: xr.Dataset, tmp_path: Path
) -> None:
    result.to_netcdf(tmp_path / "result.nc")
    with xr.open_dataset(tmp_path / "result.nc") as read:
        assert read["category"].encoding["dtype"] == np.int8
        again = heatwave_events(read)
    # A file says when in nanoseconds, pandas in microseconds.
    pd.testing.assert_frame_equal(again, heatwave_events(result), check_dtype=False)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(shift=st.floats(-20, 20), cold=st.booleans())
def test_a_warmer_sea_with_a_warmer_baseline_has_the_same_events(
    grid: xr.DataArray, shift: float, cold: bool
) -> None:
    cell = grid[:, 1, 1]
    here = heatwave_events(marine_heatwaves(cell, baseline=BASELINE, cold=cold))
    there = heatwave_events(
        marine_heatwaves((cell + shift).assign_attrs(cell.attrs), baseline=BASELINE, cold=cold)
    )
    assert here["start"].tolist() == there["start"].tolist()
    np.testing.assert_allclose(here["intensity_cumulative"], there["intensity_cumulative"])


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(land=arrays.arrays(bool, (3, 4)))
def test_masking_cells_changes_no_other_cell(
    grid: xr.DataArray, result: xr.Dataset, land: np.ndarray
) -> None:
    sea = xr.DataArray(~land, dims=("latitude", "longitude"))
    if not bool(grid.where(sea).notnull().any()):
        return
    masked = marine_heatwaves(grid.where(sea), baseline=BASELINE)
    xr.testing.assert_identical(masked["category"], result["category"].where(sea))
    xr.testing.assert_identical(masked["threshold"], result["threshold"].where(sea))


@given(flags=arrays.arrays(bool, st.tuples(st.integers(1, 4), st.integers(1, 30))))
def test_runs_cover_exactly_what_is_flagged(flags: np.ndarray) -> None:
    runs = runs_of(flags)
    drawn = np.zeros_like(flags)
    drawn[runs.days()] = True
    np.testing.assert_array_equal(drawn, flags)
    assert len(runs.cell) == int(np.diff(flags.astype(int), axis=1, prepend=0).clip(0).sum())


@given(
    series=arrays.arrays(
        float, (2, 20), elements=st.one_of(st.floats(-5, 40), st.just(float("nan")))
    ),
    longest=st.integers(0, 5),
)
def test_filling_gaps_changes_no_value_and_stays_between_its_neighbours(
    series: np.ndarray, longest: int
) -> None:
    filled = filled_short_gaps(series, longest)
    known = ~np.isnan(series)
    np.testing.assert_array_equal(filled[known], series[known])
    expected = pd.DataFrame(series.T).interpolate(limit_area="inside").to_numpy().T
    new = ~np.isnan(filled) & ~known
    np.testing.assert_allclose(filled[new], expected[new], atol=1e-9)
