"""The test of Mann and Kendall with Sen's slope, judged by pymannkendall and scipy."""

from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bluecloud_routines import ParameterError, TimeAxisError, TooShortError, ValuesError
from bluecloud_routines.mann_kendall import monotonic_trend


def yearly(values: Any) -> xr.DataArray:
    values = np.asarray(values, dtype=float)
    return xr.DataArray(
        values,
        dims=("cell", "year")[-values.ndim :],
        coords={"year": 1990 + np.arange(values.shape[-1])},
        name="chl",
        attrs={"units": "mg m-3"},
    )


def rough(seed: int, shape: tuple[int, ...], *, ties: bool = True) -> np.ndarray:
    """Values with a trend in some rows, ties where they are asked for, and gaps."""
    random = np.random.default_rng(seed)
    values = random.standard_normal(shape) + 0.03 * np.arange(shape[-1])
    if ties:
        values = values.round(1)
    values[random.random(shape) < 0.1] = np.nan
    return values


@pytest.fixture(scope="module")
def peer() -> Any:
    return pytest.importorskip("pymannkendall", reason="pymannkendall is not installed")


def test_four_values_by_hand() -> None:
    # Pairs of 1, 2, 4, 3: five rise, one falls; slopes 1, 2, -1, 1.5, 0.5, 2/3.
    tested = monotonic_trend(yearly([1, 2, 4, 3]), min_values=4)
    assert tested["score"].item() == 4
    assert tested["tau"].item() == pytest.approx(4 / 6)
    assert tested["score_variance"].item() == pytest.approx(4 * 3 * 13 / 18)
    assert tested["trend"].item() == pytest.approx((2 / 3 + 1) / 2)
    normal = 3 / np.sqrt(26 / 3)
    assert tested["p_value"].item() == pytest.approx(2 * stats.norm.sf(normal))
    assert tested["trend"].attrs["units"] == "mg m-3 year-1"


def test_every_statistic_is_that_of_pymannkendall(peer: Any) -> None:
    values = rough(1, (12, 40))
    tested = monotonic_trend(yearly(values))
    for cell, row in enumerate(values):
        expected = peer.original_test(row)
        ours = tested.isel(cell=cell)
        assert ours["score"].item() == expected.s
        assert ours["score_variance"].item() == pytest.approx(expected.var_s, rel=1e-12)
        assert ours["tau"].item() == pytest.approx(expected.Tau, rel=1e-12)
        assert ours["p_value"].item() == pytest.approx(expected.p, rel=1e-9, abs=1e-15)
        assert ours["trend"].item() == pytest.approx(expected.slope, rel=1e-12)


def test_every_seasonal_statistic_is_that_of_pymannkendall(peer: Any) -> None:
    values = rough(2, (6, 240)) + 3 * np.sin(np.arange(240) * np.pi / 6).round(1)
    months = xr.DataArray(np.arange(240) % 12, dims="year")
    series = yearly(values).assign_coords(year=np.arange(240) / 12)
    tested = monotonic_trend(series, season=months)
    for cell, row in enumerate(values):
        expected = peer.seasonal_test(row, period=12)
        ours = tested.isel(cell=cell)
        assert ours["score"].item() == expected.s
        assert ours["score_variance"].item() == pytest.approx(expected.var_s, rel=1e-12)
        assert ours["tau"].item() == pytest.approx(expected.Tau, rel=1e-12)
        assert ours["p_value"].item() == pytest.approx(expected.p, rel=1e-9, abs=1e-15)
        assert ours["trend"].item() == pytest.approx(expected.slope, rel=1e-9)


def test_slope_and_interval_are_those_of_theil_and_sen_in_scipy() -> None:
    for seed in range(5):
        row = rough(seed, (30,))
        kept = ~np.isnan(row)
        expected = stats.theilslopes(row[kept], np.flatnonzero(kept), alpha=0.9)
        ours = monotonic_trend(yearly(row), confidence=0.9)
        assert ours["trend"].item() == pytest.approx(expected.slope, rel=1e-12)
        assert ours["trend_lower"].item() == pytest.approx(expected.low_slope, rel=1e-12)
        assert ours["trend_upper"].item() == pytest.approx(expected.high_slope, rel=1e-12)


def test_without_a_trend_one_in_twenty_is_called_significant() -> None:
    values = np.random.default_rng(5).standard_normal((4000, 20))
    called = float((monotonic_trend(yearly(values))["p_value"] < 0.05).mean())
    assert called == pytest.approx(0.05, abs=0.012)


def test_dates_give_a_trend_per_year_and_the_cycle_of_the_year_drops_out() -> None:
    times = pd.date_range("2000-01-01", periods=240, freq="MS")
    years = (times.year + (times.month - 1) / 12).to_numpy()
    series = xr.DataArray(
        10 + 5 * np.sin(2 * np.pi * years) + 0.2 * (years - 2000),
        dims="time",
        coords={"time": times},
        attrs={"units": "degree_Celsius"},
    )
    tested = monotonic_trend(series, season=series["time"].dt.month)
    assert tested["trend"].item() == pytest.approx(0.2, rel=1e-3)
    assert tested["tau"].item() == 1
    assert tested["trend"].attrs["units"] == "K year-1"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=10, max_size=25), st.integers(1, 9))
def test_the_score_turns_with_the_values_and_the_slope_scales_with_them(
    values: list[int], scale: int
) -> None:
    one = monotonic_trend(yearly(values))
    turned = monotonic_trend(yearly([-value * scale for value in values]))
    assert turned["score"].item() == -one["score"].item()
    assert turned["p_value"].item() == one["p_value"].item()
    assert turned["trend"].item() == pytest.approx(-scale * one["trend"].item(), abs=1e-12)
    assert 0 <= one["p_value"].item() <= 1
    assert one["trend_lower"] <= one["trend"] <= one["trend_upper"]


def test_equal_values_have_no_trend_and_cells_with_few_have_no_answer() -> None:
    values = np.stack([np.ones(12), np.full(12, np.nan), np.arange(12.0)])
    values[2, 9:] = np.nan
    tested = monotonic_trend(yearly(values))
    assert tested["p_value"].isel(cell=0).item() == 1
    assert tested["trend"].isel(cell=0).item() == 0
    assert np.isnan(tested["trend"].isel(cell=[1, 2])).all()
    np.testing.assert_array_equal(tested["number_of_values"], [12, 0, 9])


def test_dask_stays_lazy_and_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    series = yearly(rough(3, (50, 30)))
    eager = monotonic_trend(series)
    lazy = monotonic_trend(series.chunk({"cell": 7, "year": 10}))
    assert isinstance(lazy["trend"].data, da.Array)
    xr.testing.assert_equal(lazy.compute(), eager)
    monkeypatch.setattr("bluecloud_routines.mann_kendall._PAIRS_AT_ONCE", 1000)
    xr.testing.assert_equal(monotonic_trend(series), eager)


def test_what_cannot_be_tested_is_refused_with_the_reason() -> None:
    series = yearly(np.arange(12.0))
    with pytest.raises(ParameterError, match="confidence is 95"):
        monotonic_trend(series, confidence=95)
    with pytest.raises(ParameterError, match="min_values is 2"):
        monotonic_trend(series, min_values=2)
    with pytest.raises(ParameterError, match="min_values is nan"):
        monotonic_trend(series, min_values=float("nan"))  # type: ignore[arg-type]
    with pytest.raises(TooShortError, match="9 steps: the test needs at least 10"):
        monotonic_trend(series[:9])
    with pytest.raises(ValuesError, match="no values"):
        monotonic_trend(series[:0])
    with pytest.raises(ValuesError, match="of type <U4: numbers are needed"):
        monotonic_trend(series.astype("<U4"))
    with pytest.raises(ValuesError, match="1 values are infinite"):
        monotonic_trend(yearly([*range(11), np.inf]))
    with pytest.raises(TimeAxisError, match="not in ascending order"):
        monotonic_trend(series[::-1])
    with pytest.raises(TimeAxisError, match="'time' or 'year' is needed"):
        monotonic_trend(series.rename(year="depth"))
    with pytest.raises(TimeAxisError, match="no numbers"):
        monotonic_trend(series.drop_vars("year"))
    with pytest.raises(TimeAxisError, match=r"sizes \{'year': 5\}"):
        monotonic_trend(series, season=series[:5])
    with pytest.raises(ValuesError, match="no season has two values"):
        monotonic_trend(series, season=series)


def test_a_cell_whose_values_are_all_of_other_seasons_has_no_trend() -> None:
    season = xr.DataArray([1, 1, *range(2, 12)], dims="year")
    series = yearly([np.arange(12.0), np.arange(12.0)])
    series[0, :2] = np.nan  # nothing is left to be compared
    tested = monotonic_trend(series, season=season, min_values=3)
    for name in ("trend", "p_value", "tau", "score"):
        assert np.isnan(tested[name][0])
        assert np.isfinite(tested[name][1])
    np.testing.assert_array_equal(tested["number_of_values"], [10, 12])
