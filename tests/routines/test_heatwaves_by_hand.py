"""Marine heatwaves on series whose answer can be worked out on paper.

The series ``flat`` alternates between 10 and 11 degrees. Of the 330 values of a window half are
10 and half are 11, give or take a few: the climatology is 10.5 to a hundredth, and the 90th
percentile is exactly 11 on every day of the year. What is laid on it in 2021, after the
baseline, changes neither: a day at 12 is three times as far from the climatology as the
threshold is.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.environment import heatwave_events, marine_heatwaves, on_every_day

BASELINE = (1990, 2019)


def with_days(flat: xr.DataArray, first: str, *values: float) -> xr.DataArray:
    series = flat.copy()
    at = int(series.indexes["time"].get_loc(first))
    series[at : at + len(values)] = np.array(values)
    return series


def events_of(series: xr.DataArray, **options: Any) -> pd.DataFrame:
    return heatwave_events(marine_heatwaves(series, baseline=BASELINE, **options))


def test_climatology_and_threshold_of_two_values_are_their_mean_and_the_higher(
    flat: xr.DataArray,
) -> None:
    result = marine_heatwaves(flat, baseline=BASELINE)
    np.testing.assert_allclose(result["climatology"], 10.5, atol=0.01)
    np.testing.assert_array_equal(result["threshold"], 11.0)
    assert not heatwave_events(result).size


def test_a_step_is_one_event_with_the_step_as_its_intensity(flat: xr.DataArray) -> None:
    event = events_of(with_days(flat, "2021-06-01", *[12.0] * 9, 12.25, *[12.0] * 5)).iloc[0]
    assert event["start"] == pd.Timestamp(2021, 6, 1)
    assert event["end"] == pd.Timestamp(2021, 6, 15)
    assert event["peak"] == pd.Timestamp(2021, 6, 10)
    assert event["duration_days"] == 15
    assert event["intensity_max"] == pytest.approx(1.75, abs=0.01)
    assert event["intensity_mean"] == pytest.approx(1.5 + 0.25 / 15, abs=0.01)
    assert event["intensity_cumulative"] == pytest.approx(22.75, abs=0.15)
    assert event["category"] == 3  # floor(1.75 / 0.5)


@pytest.mark.parametrize(
    ("height", "category"), [(11.2, 1), (11.7, 2), (12.2, 3), (12.7, 4), (25.0, 4)]
)
def test_the_category_counts_the_distances_to_the_threshold_up_to_four(
    flat: xr.DataArray, height: float, category: int
) -> None:
    result = marine_heatwaves(with_days(flat, "2021-06-01", *[height] * 6), baseline=BASELINE)
    assert result["category"].sel(time="2021-06-03").item() == category
    assert heatwave_events(result)["category"].tolist() == [category]


def test_four_days_are_no_event_and_five_are(flat: xr.DataArray) -> None:
    # 10 on either side, or the alternation would lend the spell a day.
    assert events_of(with_days(flat, "2021-06-01", 10, *[12.0] * 4, 10)).empty
    assert (
        events_of(with_days(flat, "2021-06-01", 10, *[12.0] * 5, 10))["duration_days"].item() == 5
    )


@pytest.mark.parametrize(("gap", "lengths"), [(1, [11]), (2, [12]), (3, [5, 5])])
def test_events_up_to_two_days_apart_are_one(
    flat: xr.DataArray, gap: int, lengths: list[int]
) -> None:
    series = with_days(flat, "2021-06-01", 10, *[12.0] * 5, *[10.0] * gap, *[12.0] * 5, 10)
    assert events_of(series)["duration_days"].tolist() == lengths


def test_the_days_of_a_joined_gap_belong_to_the_event(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-06-01", *[12.0] * 5, 10.0, *[12.0] * 5)
    result = marine_heatwaves(series, baseline=BASELINE)
    assert result["category"].sel(time="2021-06-06").item() == 1
    event = heatwave_events(result).iloc[0]
    assert event["days_severe"] == 10
    assert event["days_moderate"] == 0


def test_short_spells_are_joined_before_the_five_day_rule_only_on_request(
    flat: xr.DataArray,
) -> None:
    series = with_days(flat, "2021-06-01", 10, *[12.0] * 3, 10, *[12.0] * 3, 10)
    assert events_of(series).empty
    assert events_of(series, join_first=True)["duration_days"].tolist() == [7]


def test_a_missing_day_ends_an_event_and_is_not_joined_over(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-06-01", 10, *[12.0] * 5, np.nan, *[12.0] * 6, 10)
    result = marine_heatwaves(series, baseline=BASELINE)
    assert heatwave_events(result)["duration_days"].tolist() == [5, 6]
    assert np.isnan(result["category"].sel(time="2021-06-07"))


def test_a_gap_up_to_max_pad_days_is_interpolated(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-06-01", 10, *[12.0] * 4, np.nan, np.nan, *[15.0] * 4, 10)
    result = marine_heatwaves(series, baseline=BASELINE, max_pad_days=2)
    filled = result["sst"].sel(time=slice("2021-06-06", "2021-06-07"))
    np.testing.assert_allclose(filled, [13.0, 14.0])
    assert heatwave_events(result)["duration_days"].tolist() == [10]


def test_a_longer_gap_stays_missing(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-06-01", np.nan, np.nan, np.nan)
    result = marine_heatwaves(series, baseline=BASELINE, max_pad_days=2)
    assert int(result["sst"].isnull().sum()) == 3


def test_a_gap_at_the_end_is_not_extrapolated(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-12-31", np.nan)
    assert np.isnan(marine_heatwaves(series, baseline=BASELINE, max_pad_days=5)["sst"][-1])


def test_a_constant_sea_under_ice_has_no_events() -> None:
    times = pd.date_range("1990-01-01", "2019-12-31")
    frozen = xr.DataArray(
        np.full(len(times), -1.8), dims="time", coords={"time": times}, attrs={"units": "degC"}
    )
    assert events_of(frozen).empty
    assert events_of(frozen, cold=True).empty


def test_events_are_dated_by_day_whatever_the_hour_of_the_values(flat: xr.DataArray) -> None:
    series = with_days(flat, "2021-06-01", *[12.0] * 5)
    at_noon = series.assign_coords(time=series["time"] + np.timedelta64(12, "h"))
    pd.testing.assert_frame_equal(events_of(at_noon), events_of(series), check_dtype=False)


def test_29_february_is_the_mean_of_its_neighbours(daily: xr.DataArray) -> None:
    result = marine_heatwaves(daily, baseline=(1990, 2019), smooth_days=1)
    for name in ("climatology", "threshold"):
        before, day, after = result[name].sel(doy=[59, 60, 61]).values
        assert day == pytest.approx((before + after) / 2)


def test_the_first_of_march_has_one_climatology_in_every_year(daily: xr.DataArray) -> None:
    by_day = on_every_day(marine_heatwaves(daily, baseline=(1990, 2019)))["climatology"]
    firsts = by_day.sel(time=[pd.Timestamp(year, 3, 1) for year in (2015, 2016, 2017)])
    assert len(set(firsts.values.tolist())) == 1


def test_the_percentile_of_a_day_is_numpys_of_its_eleven_day_windows(daily: xr.DataArray) -> None:
    result = marine_heatwaves(daily, baseline=(1991, 2020), smooth_days=1)
    summer = [daily.sel(time=slice(f"{y}-07-10", f"{y}-07-20")) for y in range(1991, 2021)]
    day = int(pd.Timestamp(2020, 7, 15).day_of_year)
    assert result["threshold"].sel(doy=day).item() == pytest.approx(
        np.percentile(np.concatenate(summer), 90)
    )
    assert result["climatology"].sel(doy=day).item() == pytest.approx(np.mean(summer))


@pytest.mark.parametrize("percentile", [55, 90, 99])
@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_the_percentile_is_numpys_however_unevenly_the_warm_days_lie(
    daily: xr.DataArray, percentile: float, gaps: float
) -> None:
    # The ten highest values of each window around 10 July lie on that day, and all of 1998 is hot.
    series = daily + 20.0 * ((daily["time"].dt.month == 7) & (daily["time"].dt.day == 10))
    series = series + 5.0 * (daily["time"].dt.year == 1998)
    series = series.where(np.random.default_rng(3).random(daily.size) >= gaps)
    result = marine_heatwaves(
        series.assign_attrs(daily.attrs),
        baseline=(1991, 2020),
        percentile=percentile,
        smooth_days=1,
    )
    for date in pd.date_range("2020-01-01", "2020-12-31").drop("2020-02-29"):
        days = daily.get_index("time").get_indexer(
            [pd.Timestamp(year, date.month, date.day) for year in range(1991, 2021)]
        )
        pooled = (days[:, None] + np.arange(-5, 6)).ravel()
        values = series.values[pooled[pooled < daily.size]]
        of_day = result.sel(doy=date.day_of_year)
        assert of_day["threshold"].item() == pytest.approx(np.nanpercentile(values, percentile))
        assert of_day["climatology"].item() == pytest.approx(np.nanmean(values))


def test_the_running_mean_goes_around_the_year(daily: xr.DataArray) -> None:
    raw = marine_heatwaves(daily, baseline=(1990, 2019), smooth_days=1)["climatology"]
    smooth = marine_heatwaves(daily, baseline=(1990, 2019), smooth_days=31)["climatology"]
    around = np.concatenate([raw.values[-15:], raw.values[:16]])
    assert smooth.sel(doy=1).item() == pytest.approx(around.mean())


def test_ten_and_ninety_mean_the_same_cold_spells(daily: xr.DataArray) -> None:
    lower = events_of(daily, cold=True, percentile=10)
    assert len(lower)
    assert (lower["intensity_max"] < 0).all()
    pd.testing.assert_frame_equal(lower, events_of(daily, cold=True, percentile=90))
