"""Linear trends and their intervals."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from bluecloud_routines import ParameterError, TimeAxisError, TooShortError, ValuesError
from bluecloud_routines.environment import linear_trend

YEAR = np.timedelta64(31_556_952, "s")  # 365.2425 days


def series(years: int, *, per_year: float = 0.0, noise: float = 0.0, seed: int = 0) -> xr.DataArray:
    times = pd.date_range("1990-01-01", periods=12 * years, freq="MS")
    elapsed = np.asarray((times - times[0]) / YEAR)
    values = per_year * elapsed + noise * np.random.default_rng(seed).standard_normal(len(times))
    return xr.DataArray(values, dims="time", coords={"time": times}, attrs={"units": "K"})


def test_a_straight_line_gives_its_slope_and_no_width() -> None:
    fit = linear_trend(series(20, per_year=0.02))
    for name in ("trend", "trend_lower", "trend_upper"):
        assert fit[name].item() == pytest.approx(0.02)
        assert fit[name].attrs["units"] == "K year-1"


def test_slope_and_interval_are_those_of_ordinary_regression_where_nothing_is_remembered() -> None:
    # Alternating residuals: lag-1 correlation below zero, which counts as none.
    one = series(20, per_year=0.02)
    one = one + 0.3 * (-1.0) ** np.arange(one.size)
    fit = linear_trend(one, confidence=0.9)
    elapsed = (one.indexes["time"] - one.indexes["time"][0]) / YEAR
    expected = stats.linregress(elapsed, one.values)
    half = expected.stderr * stats.t.ppf(0.95, one.size - 2)
    assert fit["trend"].item() == pytest.approx(expected.slope)
    assert fit["trend_upper"].item() - fit["trend"].item() == pytest.approx(half)
    assert fit["effective_size"].item() == one.size


def test_memory_widens_the_interval_as_santer_counts_it() -> None:
    # Residuals in blocks of two years: correlation with the month before known by hand.
    one = series(20)
    blocks = (-1.0) ** (np.arange(one.size) // 24)
    blocks[-1] = 0
    one = one + blocks
    fit = linear_trend(one)
    elapsed = np.asarray((one.indexes["time"] - one.indexes["time"][0]) / YEAR)
    line = stats.linregress(elapsed, one.values)
    residual = one.values - line.intercept - line.slope * elapsed
    memory = (residual[1:] * residual[:-1]).sum() / (residual**2).sum()
    effective = one.size * (1 - memory) / (1 + memory)
    error = line.stderr * np.sqrt((one.size - 2) / (effective - 2))
    half = error * stats.t.ppf(0.975, effective - 2)
    assert fit["effective_size"].item() == pytest.approx(effective)
    assert fit["trend_upper"].item() - fit["trend"].item() == pytest.approx(half)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    values = np.zeros((400, 360))
    for month in range(1, 360):
        values[:, month] = 0.6 * values[:, month - 1] + random.standard_normal(400)
    many = xr.DataArray(
        values + 0.1 * np.arange(360) / 12,
        dims=("cell", "time"),
        coords={"time": pd.date_range("1990-01-01", periods=360, freq="MS")},
    )
    fit = linear_trend(many)
    held = (fit["trend_lower"] < 0.1) & (fit["trend_upper"] > 0.1)
    assert 0.9 < float(held.mean()) < 0.99


def test_fewer_than_ten_years_are_refused_with_the_reason() -> None:
    with pytest.raises(TooShortError, match=r"at least 10 years.*covers 9\.0 \(1990-01 to 1998-12"):
        linear_trend(series(9))
    assert linear_trend(series(10))["trend"].item() == 0
    assert linear_trend(series(9), min_years=9)["trend"].item() == 0


def test_cells_with_too_few_years_of_their_own_are_missing_and_dask_stays_lazy() -> None:
    cells = series(20, per_year=0.5).expand_dims(x=3).copy()
    cells[1, :150] = np.nan
    cells[2, :] = np.nan
    eager = linear_trend(cells)
    lazy = linear_trend(cells.chunk({"time": 50, "x": 1}))
    np.testing.assert_allclose(eager["trend"], [0.5, np.nan, np.nan])
    assert isinstance(lazy["trend"].data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), eager)


def test_gaps_do_not_bend_the_line() -> None:
    holed = series(20, per_year=-0.3).copy(deep=True)
    holed[30:50] = np.nan
    assert linear_trend(holed)["trend"].item() == pytest.approx(-0.3)


def test_options_out_of_range_unsorted_times_and_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="confidence is 95"):
        linear_trend(series(20), confidence=95)
    with pytest.raises(ParameterError, match="min_years is 0"):
        linear_trend(series(20), min_years=0)
    with pytest.raises(TimeAxisError, match="not in order"):
        linear_trend(series(20)[::-1])
    with pytest.raises(ValuesError, match="no values"):
        linear_trend(series(20)[:0])
