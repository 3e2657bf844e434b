"""What the heatwave routine will not compute on, and that it says why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines import (
    BaselineError,
    ParameterError,
    RoutineError,
    ShortBaselineWarning,
    TimeAxisError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.environment import (
    heatwave_events,
    marine_heatwaves,
    sea_surface_temperature,
)


def refused(sst: xr.DataArray, error: type[RoutineError], says: str, **options: Any) -> None:
    with pytest.raises(error, match=says) as caught:
        marine_heatwaves(sst, **{"baseline": (1990, 2019), **options})
    assert isinstance(caught.value, ValueError)


def test_a_series_without_units_is_refused(daily: xr.DataArray) -> None:
    refused(daily.drop_attrs(), UnitsError, "'sst' has no units.*'K' or 'degree_Celsius'")


@pytest.mark.parametrize("units", ["m s-1", "1", "psu", "degF", "degrees_north"])
def test_units_that_are_no_temperature_are_refused(daily: xr.DataArray, units: str) -> None:
    refused(daily.assign_attrs(units=units), UnitsError, f"{units}.*no temperature")


@pytest.mark.parametrize("units", ["degC", "Celsius", "deg_C", "°C", "degrees Celsius"])
def test_the_usual_spellings_of_degrees_celsius_are_one(daily: xr.DataArray, units: str) -> None:
    result = marine_heatwaves(daily.assign_attrs(units=units), baseline=(1990, 2019))
    assert result["sst"].attrs["units"] == "degree_Celsius"


@pytest.mark.parametrize("units", ["K", "kelvin", "degrees_K"])
def test_kelvin_becomes_degrees_celsius(daily: xr.DataArray, units: str) -> None:
    kelvin = (daily + 273.15).assign_attrs(units=units, valid_max=350.0)
    result = marine_heatwaves(kelvin, baseline=(1990, 2019))
    xr.testing.assert_allclose(result["sst"], daily, atol=1e-9)
    assert "valid_max" not in result["sst"].attrs


def test_a_series_without_time_is_refused(daily: xr.DataArray) -> None:
    refused(daily.rename(time="day"), TimeAxisError, r"'time' is needed.*\('day',\)")


def test_times_that_are_no_dates_are_refused(daily: xr.DataArray) -> None:
    numbered = daily.assign_coords(time=np.arange(daily.size))
    refused(numbered, TimeAxisError, "int64.*dates are needed")
    refused(daily.drop_vars("time"), TimeAxisError, "no coordinate")


def test_repeated_times_are_refused(daily: xr.DataArray) -> None:
    twice = xr.concat([daily[:100], daily[99:]], "time")
    refused(twice, TimeAxisError, "1990-04-10 00:00:00 occurs more than once")


def test_unsorted_times_are_refused(daily: xr.DataArray) -> None:
    refused(daily[::-1], TimeAxisError, "2020-12-31 00:00:00 is followed by 2020-12-30")


def test_a_missing_date_is_refused(daily: xr.DataArray) -> None:
    refused(daily.drop_isel(time=50), TimeAxisError, "1990-02-19 .* followed by 1990-02-21")


def test_monthly_data_are_refused(daily: xr.DataArray) -> None:
    monthly = daily.resample(time="MS").mean().assign_attrs(daily.attrs)
    refused(monthly, TimeAxisError, r"31 days.*; this is a monthly series; daily data are needed$")


@pytest.mark.parametrize("calendar", ["noleap", "360_day"])
def test_other_calendars_are_refused_by_name(daily: xr.DataArray, calendar: str) -> None:
    other = daily.convert_calendar(calendar, align_on="date", use_cftime=True)
    refused(other, TimeAxisError, calendar)


def test_dates_of_cftime_in_the_gregorian_calendar_are_understood(daily: xr.DataArray) -> None:
    other = daily.convert_calendar("standard", use_cftime=True)
    expected = marine_heatwaves(daily, baseline=(1990, 2019))
    xr.testing.assert_identical(marine_heatwaves(other, baseline=(1990, 2019)), expected)


@pytest.mark.parametrize(
    ("baseline", "says"),
    [
        ((1989, 2019), "not covered: the data are from 1990-01-01 to 2020-12-31"),
        ((1992, 2021), "not covered"),
        ((2019, 1990), "2019-1990 is reversed"),
        ((2000, 2008), "has 9 years: 10 are the least"),
        ((2000,), "a first and a last year"),
        (("a", "b"), "a first and a last year"),
        ((1990.5, 2019), "a first and a last year"),
    ],
)
def test_an_unusable_baseline_is_refused(daily: xr.DataArray, baseline: Any, says: str) -> None:
    refused(daily, BaselineError, says, baseline=baseline)


def test_a_baseline_year_must_be_whole(daily: xr.DataArray) -> None:
    refused(daily[1:], BaselineError, "from 1990-01-02")


def test_a_baseline_of_ten_to_29_years_warns(daily: xr.DataArray) -> None:
    with pytest.warns(ShortBaselineWarning, match="1991-2000 has 10 years: 30 are advised"):
        marine_heatwaves(daily, baseline=(1991, 2000))


@pytest.mark.parametrize(
    "options",
    [
        {"percentile": 0},
        {"percentile": 100},
        {"percentile": 50},
        {"percentile": 10},
        {"percentile": float("nan")},
        {"percentile": 50, "cold": True},
        {"window_half_days": -1},
        {"window_half_days": 2.5},
        {"smooth_days": 30},
        {"smooth_days": 0},
        {"min_duration_days": 0},
        {"max_gap_days": -1},
        {"max_gap_days": True},
        {"max_pad_days": -1},
    ],
)
def test_an_option_out_of_range_is_refused_with_its_name(
    daily: xr.DataArray, options: dict[str, Any]
) -> None:
    refused(daily, ParameterError, next(iter(options)), **options)


def test_infinite_values_are_refused(daily: xr.DataArray) -> None:
    daily[77] = np.inf
    refused(daily, ValuesError, "infinite")


def test_values_that_are_no_numbers_are_refused(daily: xr.DataArray) -> None:
    refused(daily.astype(str), ValuesError, "numbers are needed")


def test_nothing_at_all_is_refused(daily: xr.DataArray) -> None:
    refused(daily[:0], ValuesError, "no values")
    refused(daily.where(False), ValuesError, "all 11323 values are missing")


def test_a_dataset_of_something_else_has_no_events() -> None:
    with pytest.raises(ParameterError, match="category"):
        heatwave_events(xr.Dataset({"sst": ("time", [1.0])}))


def test_the_temperature_is_found_by_its_standard_name() -> None:
    axis = {"time": pd.date_range("2000", periods=2)}
    error = xr.DataArray([0.0, 0.0], dims="time", coords=axis)
    sst = error.assign_attrs(standard_name="sea_surface_foundation_temperature")
    found = sea_surface_temperature(xr.Dataset({"analysis_error": error, "x": sst}))
    assert found.name == "x"
    assert sea_surface_temperature(xr.Dataset({"thetao": error})).name == "thetao"


def test_no_temperature_or_two_are_refused() -> None:
    with pytest.raises(ValuesError, match=r"none of \['chl'\]"):
        sea_surface_temperature(xr.Dataset({"chl": 1.0}))
    sst = xr.DataArray(1.0, attrs={"standard_name": "sea_surface_temperature"})
    with pytest.raises(ValuesError, match=r"\['a', 'b'\]"):
        sea_surface_temperature(xr.Dataset({"a": sst, "b": sst}))
