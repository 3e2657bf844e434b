"""Blooms of known shape, whose start, peak and end are known in closed form."""

import json

import dask.array
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from bluecloud_routines import (
    ParameterError,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.biodiversity import BLOOM_METHODS, bloom_phenology, chlorophyll_trend
from tests.bench.bench_bloom_phenology import one_by_one

HEIGHT, WIDTH, BASE = 2.0, 20.0, 0.3
DAYS = pd.date_range("2009-01-01", "2012-12-31")


def bloom(
    peak: float = 120.0, width: float = WIDTH, base: float = BASE, times: pd.DatetimeIndex = DAYS
) -> xr.DataArray:
    """A Gaussian bloom each year, on that day of the year of its own."""
    day = times.day_of_year.to_numpy().astype(float)
    values = base + HEIGHT * np.exp(-0.5 * ((day - peak) / width) ** 2)
    return xr.DataArray(values, dims="time", coords={"time": times}, attrs={"units": "mg m-3"})


def first_year(series: xr.DataArray, **options: object) -> dict[str, float]:
    found = bloom_phenology(series, **{"smoothing_days": 1} | options).isel(year=1)
    return {str(name): float(each) for name, each in found.items()}


@pytest.mark.parametrize("peak", [100.0, 150.0, 240.0])
def test_the_threshold_is_crossed_where_the_formula_says(peak: float) -> None:
    found = first_year(bloom(peak))
    # Half of the days are nearer to the peak than a quarter of a year: the median lies there.
    median = BASE + HEIGHT * np.exp(-0.5 * (365 / 4 / WIDTH) ** 2)
    away = WIDTH * np.sqrt(2 * np.log(HEIGHT / (1.05 * median - BASE)))
    assert found["peak"] == peak
    assert found["start"] == pytest.approx(peak - away, abs=0.1)
    assert found["end"] == pytest.approx(peak + away, abs=0.1)
    assert found["duration"] == pytest.approx(2 * away, abs=0.2)
    assert found["maximum"] == pytest.approx(BASE + HEIGHT)
    assert found["amplitude"] == pytest.approx(BASE + HEIGHT - median, abs=1e-3)
    assert found["coverage"] == 1


def test_cumulative_shares_are_the_normal_distributions() -> None:
    found = first_year(bloom(base=0.0), method="cumulative", shares=(0.15, 0.85))
    assert found["start"] == pytest.approx(120 + WIDTH * norm.ppf(0.15), abs=0.05)
    assert found["end"] == pytest.approx(120 + WIDTH * norm.ppf(0.85), abs=0.05)


def test_the_fastest_rise_and_fall_are_a_width_from_the_peak() -> None:
    found = first_year(bloom(), method="rate")
    assert found["start"] == pytest.approx(120 - WIDTH, abs=1)
    assert found["end"] == pytest.approx(120 + WIDTH, abs=1)


@settings(deadline=None, max_examples=20)
@given(
    peak=st.integers(90, 270),
    factor=st.floats(0.1, 20),
    method=st.sampled_from(BLOOM_METHODS),
    seed=st.integers(0, 10**6),
)
def test_the_unit_does_not_matter_and_blooms_are_in_order(
    peak: int, factor: float, method: str, seed: int
) -> None:
    random = np.random.default_rng(seed)
    noise = np.exp(0.1 * random.standard_normal(len(DAYS)))
    series = bloom(float(peak)).copy(data=bloom(float(peak)).values * noise)
    found = bloom_phenology(series, method=method, smoothing_days=9)
    other = bloom_phenology(series * factor, method=method, smoothing_days=9)
    for name in ("start", "peak", "end", "duration"):
        np.testing.assert_allclose(other[name], found[name], atol=1e-6)
    np.testing.assert_allclose(other["amplitude"], factor * found["amplitude"], rtol=1e-9)
    known = found["duration"].notnull()
    assert known.any()
    assert bool((found["start"] <= found["end"]).where(known, True).all())
    if method != "cumulative":
        assert bool((found["start"] <= found["peak"]).where(known, True).all())
        assert bool((found["peak"] <= found["end"]).where(known, True).all())
    np.testing.assert_allclose(found["end"] - found["start"], found["duration"])


def test_a_bloom_over_new_year_begins_below_one() -> None:
    winter = xr.concat([bloom(5.0)], "x").squeeze("x", drop=True)
    before = bloom(370.0)
    both = winter.copy(data=np.maximum(winter.values, before.values))
    found = first_year(both)
    assert found["peak"] == 5
    assert -60 < found["start"] < 0
    south = bloom_phenology(both, smoothing_days=1, first_month=7)
    assert south["year"].values.tolist() == [2009, 2010, 2011]
    # The fifth of January is day 189 of a year from July on.
    assert float(south["peak"][1]) == 189


def test_short_gaps_are_filled_and_long_ones_hide_what_lies_in_them() -> None:
    series = bloom()
    whole = first_year(series)
    gappy = series.copy()
    start = pd.Timestamp(2010, 1, 1) + pd.Timedelta(days=round(whole["start"]) - 1)
    gappy.loc[{"time": slice(start - pd.Timedelta(days=4), start + pd.Timedelta(days=4))}] = np.nan
    filled = first_year(gappy, max_gap_days=24)
    assert filled["start"] == pytest.approx(whole["start"], abs=2)
    assert filled["coverage"] == pytest.approx(356 / 365)
    hidden = first_year(gappy, max_gap_days=5)
    assert np.isnan(hidden["start"])
    assert np.isnan(hidden["duration"])
    assert hidden["coverage"] == filled["coverage"]
    little = first_year(gappy, min_coverage=0.99)
    assert np.isnan(little["peak"])


def test_short_blooms_and_flat_series_are_none() -> None:
    assert np.isnan(first_year(bloom(width=2), min_duration_days=30)["start"])
    assert np.isfinite(first_year(bloom(width=2), min_duration_days=5)["start"])
    for method in BLOOM_METHODS:
        assert np.isnan(first_year(bloom() * 0 + 1.0, method=method)["start"])
        assert np.isnan(first_year(bloom() * np.nan, method=method)["start"])


def test_steps_of_eight_days_come_near_to_the_daily_answer() -> None:
    times = DAYS[(DAYS.day_of_year - 1) % 8 == 0]
    found = first_year(bloom(times=times), smoothing_days=8)
    daily = first_year(bloom())
    for name in ("start", "end"):
        assert found[name] == pytest.approx(daily[name], abs=3)
    smooth = first_year(bloom(times=times), smoothing_days=24)
    assert smooth["maximum"] < found["maximum"]


@pytest.mark.parametrize("method", BLOOM_METHODS)
def test_lazy_cubes_stay_lazy_and_are_what_each_series_is_alone(method: str) -> None:
    random = np.random.default_rng(4)
    peaks = xr.DataArray(random.uniform(80, 250, (3, 4)), dims=("latitude", "longitude"))
    times = DAYS[::4]
    day = xr.DataArray(times.day_of_year.to_numpy(float), dims="time", coords={"time": times})
    cube = BASE + HEIGHT * np.exp(-0.5 * ((day - peaks) / WIDTH) ** 2)
    cube = cube * np.exp(0.1 * random.standard_normal(cube.shape))
    cube = cube.where(random.random(cube.shape) > 0.1).assign_attrs(units="mg m-3")
    found = bloom_phenology(cube, method=method)
    assert found["start"].dims == ("year", "latitude", "longitude")
    lazy = bloom_phenology(cube.chunk(time=90, latitude=1), method=method)
    assert all(isinstance(each.data, dask.array.Array) for each in lazy.data_vars.values())
    xr.testing.assert_allclose(lazy.compute(), found)
    alone = bloom_phenology(cube[:, 1, 2], method=method)
    xr.testing.assert_allclose(alone, found.isel(latitude=1, longitude=2))
    assert json.loads(found.attrs["parameters"])["method"] == method


def test_a_plain_loop_over_days_finds_the_same() -> None:
    series = bloom(130.0)
    noisy = series.values * np.exp(0.05 * np.random.default_rng(2).standard_normal(len(DAYS)))
    found = bloom_phenology(series.copy(data=noisy), smoothing_days=1, min_duration_days=0)
    for number in (0, 1, 2):
        start, peak, end = one_by_one(noisy, DAYS, 2009 + number)
        assert float(found["peak"][number]) == peak
        assert float(found["start"][number]) == pytest.approx(start, abs=1e-9)
        assert float(found["end"][number]) == pytest.approx(end, abs=1e-9)


def test_the_trend_is_pymannkendalls_of_monthly_medians() -> None:
    peer = pytest.importorskip("pymannkendall")
    times = pd.date_range("2000-01-01", "2011-12-31", freq="8D")
    series = bloom(times=times)
    years = (times - times[0]).days.to_numpy() / 365.2425
    noise = np.exp(0.1 * np.random.default_rng(0).standard_normal(len(times)))
    series = series.copy(data=series.values * noise * (1 + 0.02 * years))
    found = chlorophyll_trend(series)
    months = series.to_series().resample("MS").median()
    theirs = peer.seasonal_test(months.to_numpy(), period=12)
    assert float(found["score"]) == theirs.s
    assert float(found["score_variance"]) == pytest.approx(theirs.var_s)
    assert float(found["p_value"]) == pytest.approx(theirs.p, rel=1e-9)
    # Ours divides by years of days, theirs by whole years.
    assert float(found["trend"]) == pytest.approx(theirs.slope, rel=2e-3)
    assert float(found["trend_percent"]) == pytest.approx(
        100 * float(found["trend"]) / months.median()
    )
    lazy = chlorophyll_trend(series.chunk(time=50))
    assert isinstance(lazy["trend_percent"].data, dask.array.Array)
    xr.testing.assert_allclose(lazy.compute(), found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "eyes"}, "method is 'eyes': one of"),
        ({"threshold": 0.5}, "threshold is 0.5: 1 to 3"),
        ({"shares": (0.9, 0.1)}, "the lesser first"),
        ({"smoothing_days": -1}, "smoothing_days is -1: 0 to 120"),
        ({"max_gap_days": 500}, "max_gap_days is 500"),
        ({"min_duration_days": -5}, "min_duration_days is -5"),
        ({"min_coverage": 2}, "min_coverage is 2: 0 to 1"),
        ({"first_month": 13}, "first_month is 13: 1 to 12"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        bloom_phenology(bloom(), **options)


def test_series_that_cannot_be_are_refused() -> None:
    series = bloom()
    with pytest.raises(UnitsError, match="'kg m-3': 'mg m-3'"):
        bloom_phenology(series.assign_attrs(units="kg m-3"))
    with pytest.raises(TimeAxisError, match="not in order"):
        bloom_phenology(series[::-1])
    with pytest.raises(TimeAxisError, match="the steps are 61 days"):
        bloom_phenology(series[::61])
    with pytest.raises(TooShortError, match="no year that begins with month 1 is whole"):
        bloom_phenology(series[100:400])
    with pytest.raises(TooShortError, match="there are 1 times"):
        bloom_phenology(series[:1])
    for value in (-1.0, np.inf):
        wrong = series.copy()
        wrong[3] = value
        with pytest.raises(ValuesError, match="infinite or below zero"):
            bloom_phenology(wrong)
    with pytest.raises(ValuesError, match="no value"):
        bloom_phenology(series.expand_dims(x=0))
