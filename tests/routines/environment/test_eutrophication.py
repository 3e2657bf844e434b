"""Trophic index, oxygen saturation and yearly statistics, by hand and by the papers."""

from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines import ParameterError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.environment import (
    eutrophication,
    oxygen_saturation,
    trophic_class,
    trophic_index,
    yearly_statistic,
)

POSITIVE = st.floats(0.01, 100)


def array(values: Any, units: str) -> xr.DataArray:
    values = np.atleast_1d(np.asarray(values, dtype=float))
    return xr.DataArray(values, dims="sample", attrs={"units": units} if units else {})


def index(chlorophyll: Any, departure: Any, nitrogen: Any, phosphorus: Any, **options: Any) -> Any:
    found = trophic_index(
        array(chlorophyll, "mg m-3"),
        array(100 + np.asarray(departure), "%"),
        array(nitrogen, "ug L-1"),
        array(phosphorus, "mg m-3"),
        **options,
    )
    return found.values if found.size > 1 else found.item()


def water(**changed: xr.DataArray) -> xr.Dataset:
    return xr.Dataset(
        {
            "chlorophyll": array([1, 5], "mg m-3"),
            "oxygen": array([240, 300], "umol L-1"),
            "nitrogen": array([10, 100], "mg m-3"),
            "phosphorus": array([5, 20], "mg m-3"),
            "temperature": array([15, 20], "degree_Celsius"),
            "salinity": array([37, 35], "1"),
            **changed,
        }
    )


def test_the_index_is_that_of_the_formula() -> None:
    # (log10(1*10*10*5) + 1.5) / 1.2, and two more.
    assert index(1, 10, 10, 5) == pytest.approx(3.499142, abs=5e-7)
    assert index(5, 25, 100, 20) == pytest.approx(5.748283, abs=5e-7)
    assert index(0.2, -3, 2, 0.5) == pytest.approx(1.065126, abs=5e-7)


def test_molar_concentrations_are_brought_to_mass() -> None:
    molar = trophic_index(
        array(1, "ug L-1"),
        array(1.1, "1"),
        array(10 / 14.007, "umol L-1"),
        array(5 / 30.974, "mmol m-3"),
    )
    assert molar.item() == pytest.approx(3.499142, abs=5e-7)


@settings(max_examples=25, deadline=None)
@given(POSITIVE, st.floats(2, 99), POSITIVE, POSITIVE, st.floats(1.01, 10))
def test_each_factor_raises_the_index_alike_and_over_is_as_under_saturation(
    chlorophyll: float, departure: float, nitrogen: float, phosphorus: float, times: float
) -> None:
    one = index(chlorophyll, departure, nitrogen, phosphorus)
    step = np.log10(times) / 1.2
    assert index(chlorophyll, -departure, nitrogen, phosphorus) == pytest.approx(one)
    assert index(times * chlorophyll, departure, nitrogen, phosphorus) == pytest.approx(one + step)
    assert index(chlorophyll, departure, times * nitrogen, phosphorus) == pytest.approx(one + step)
    assert index(chlorophyll, departure, nitrogen, times * phosphorus) == pytest.approx(one + step)


def test_oxygen_at_saturation_counts_as_the_least_departure_and_zero_has_no_index() -> None:
    assert index(1, 0, 10, 5) == pytest.approx(index(1, 1, 10, 5))
    assert index(1, 0.5, 10, 5, min_departure=0.1) < index(1, 0, 10, 5)
    assert np.isnan(index(0, 10, 10, 5))
    np.testing.assert_array_equal(
        np.isnan(index([1, 1], [10, 10], [10, np.nan], [5, 5])), [False, True]
    )


def test_the_original_service_turns_the_clearest_water_round() -> None:
    clear = index(0.01, 1, 0.5, 0.2)
    assert clear < -1
    assert index(0.01, 1, 0.5, 0.2, absolute=True) == pytest.approx(-clear)


def test_saturation_at_10_degrees_and_35_is_274_6_micromoles_a_kilogram() -> None:
    # Garcia & Gordon 1992, Benson & Krause's values; 274.5957 by TEOS-10's toolbox.
    full = oxygen_saturation(array(274.5957, "umol kg-1"), 10.0, 35.0)
    assert full.item() == pytest.approx(100, abs=1e-4)
    # Sea water of 35 at 10 degrees and the surface has 1026.95 kg m-3 (TEOS-10's manual).
    by_volume = oxygen_saturation(array(274.5957 * 1.02695, "umol L-1"), 10.0, 35.0)
    assert by_volume.item() == pytest.approx(100, abs=1e-2)
    assert full.attrs["standard_name"] == "fractional_saturation_of_oxygen_in_sea_water"


def test_the_classes_begin_at_their_limits() -> None:
    found = trophic_class(xr.DataArray([-1, 3.999, 4, 4.999, 5, 6, 9, np.nan], dims="sample"))
    np.testing.assert_array_equal(found, [1, 1, 2, 2, 3, 4, 4, 0])
    assert found.attrs["flag_meanings"] == "none high good mediocre poor"
    assert found.dtype == np.int8


def test_a_whole_assessment_is_its_parts_and_stays_lazy() -> None:
    whole = eutrophication(water())
    saturation = oxygen_saturation(water()["oxygen"], water()["temperature"], water()["salinity"])
    expected = index([1, 5], saturation.values - 100, [10, 100], [5, 20])
    np.testing.assert_allclose(whole["trix"], expected)
    lazy = eutrophication(water().chunk(sample=1))
    assert isinstance(lazy["trophic_class"].data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), whole)


def monthly(years: int = 3) -> xr.DataArray:
    times = pd.date_range("2010-01-01", periods=12 * years, freq="MS")
    values = np.arange(12.0 * years)
    return xr.DataArray(
        values, dims="time", coords={"time": times}, name="chl", attrs={"units": "mg m-3"}
    )


def test_a_years_statistic_is_numpys_of_its_months() -> None:
    random = np.random.default_rng(4)
    series = monthly() * 0 + random.lognormal(size=36)
    series = series.assign_attrs(units="mg m-3")
    series[[3, 17, 20]] = np.nan
    season = yearly_statistic(series, percentile=90, months=range(3, 11))
    means = yearly_statistic(series)
    for at, year in enumerate((2010, 2011, 2012)):
        of_year = series.sel(time=str(year)).values
        expected = np.nanpercentile(of_year[2:10], 90)
        assert season["chl"].sel(year=year).item() == pytest.approx(expected)
        assert means["chl"].values[at] == pytest.approx(np.nanmean(of_year))
    np.testing.assert_array_equal(season["number_of_samples"], [7, 6, 8])
    assert "90th percentile" in season["chl"].attrs["long_name"]


def test_a_year_with_few_samples_or_none_has_no_value_and_dask_stays_lazy() -> None:
    series = monthly(4).expand_dims(station=2).copy()
    series[0, 12:22] = np.nan
    series = series.isel(time=[*range(24), *range(36, 48)])
    found = yearly_statistic(series)
    np.testing.assert_array_equal(found["year"], [2010, 2011, 2012, 2013])
    np.testing.assert_array_equal(found["chl"].isnull(), [[0, 1, 1, 0], [0, 0, 1, 0]])
    lazy = yearly_statistic(series.chunk(time=5, station=1))
    assert isinstance(lazy["chl"].data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), found)


def test_wrong_units_values_and_variables_are_refused_with_the_reason() -> None:
    with pytest.raises(UnitsError, match="chlorophyll is in 'mmol m-3'"):
        eutrophication(water(chlorophyll=array([1, 5], "mmol m-3")))
    with pytest.raises(UnitsError, match="oxygen has no units"):
        eutrophication(water(oxygen=array([1, 5], "")))
    with pytest.raises(UnitsError, match="nitrogen is in 'umol kg-1'"):
        eutrophication(water(nitrogen=array([1, 5], "umol kg-1")))
    with pytest.raises(ValuesError, match="phosphorus has the value -5 mg m-3"):
        eutrophication(water(phosphorus=array([1, -5], "mg m-3")))
    with pytest.raises(ValuesError, match="chlorophyll has the value inf"):
        eutrophication(water(chlorophyll=array([1, np.inf], "mg m-3")))
    with pytest.raises(ValuesError, match="nitrogen has no value: all 2"):
        eutrophication(water(nitrogen=array([np.nan] * 2, "mg m-3")))
    with pytest.raises(ValuesError, match="oxygen is empty"):
        eutrophication(water().isel(sample=slice(0)))
    with pytest.raises(ParameterError, match=r"there is no \['oxygen'\]"):
        eutrophication(water().drop_vars("oxygen"))
    with pytest.raises(ParameterError, match="min_departure is 0"):
        eutrophication(water(), min_departure=0)


def test_years_of_what_is_no_series_are_refused_with_the_reason() -> None:
    series = monthly()
    with pytest.raises(ParameterError, match="percentile is 101"):
        yearly_statistic(series, percentile=101)
    with pytest.raises(ParameterError, match=r"months are \[0\]"):
        yearly_statistic(series, months=[0])
    with pytest.raises(ParameterError, match="min_values is 0"):
        yearly_statistic(series, min_values=0)
    with pytest.raises(UnitsError, match="chl has no units"):
        yearly_statistic(series.drop_attrs())
    with pytest.raises(TimeAxisError, match="not in order"):
        yearly_statistic(series[::-1])
    with pytest.raises(ValuesError, match="no values"):
        yearly_statistic(series[:0])
    with pytest.raises(ValuesError, match=r"no sample is in the months \[12\]"):
        yearly_statistic(series[:6], months=[12])


def test_quantities_on_other_samples_are_refused_and_not_cut_to_those_in_common() -> None:
    here, there = ([1, 2], [2, 3])
    made = {
        name: array([1, 5], units).assign_coords(sample=here)
        for name, units in (("chlorophyll", "mg m-3"), ("nitrogen", "mg m-3"))
    }
    with pytest.raises(ValuesError, match="not on the same coordinates"):
        trophic_index(
            made["chlorophyll"],
            array([90, 80], "%").assign_coords(sample=there),
            made["nitrogen"],
            made["nitrogen"],
        )
    with pytest.raises(ValuesError, match="not on the same coordinates"):
        oxygen_saturation(
            array([240, 250], "umol L-1").assign_coords(sample=here),
            array([15, 15], "degree_Celsius").assign_coords(sample=there),
            37.0,
        )


def test_a_millilitre_of_oxygen_is_44_66_micromoles() -> None:
    # 22 391.6 ml of the gas are a mole (Garcia and Gordon 1992).
    warm, salt = array(10, "degree_Celsius"), array(35, "1")
    volume = oxygen_saturation(array(6, "ml L-1"), warm, salt)
    amount = oxygen_saturation(array(6e6 / 22_391.6, "umol L-1"), warm, salt)
    np.testing.assert_allclose(volume, amount, rtol=1e-5)
