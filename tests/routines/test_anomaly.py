"""Monthly anomalies and area means."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_routines import BaselineError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.environment import area_mean, cell_names, monthly_anomaly


def monthly(first: int, last: int, *, warming: float = 0.0, units: str = "K") -> xr.DataArray:
    """A seasonal cycle of 5 degrees, and a step of ``warming`` at each new year."""
    times = pd.date_range(f"{first}-01-01", f"{last}-12-31", freq="MS")
    month, year = np.asarray(times.month), np.asarray(times.year)
    values = 290 + 5 * np.cos(2 * np.pi * month / 12) + warming * (year - first)
    attrs = {"units": units, "standard_name": "sea_surface_temperature", "valid_max": 330.0}
    return xr.DataArray(values, dims="time", coords={"time": times}, name="sst", attrs=attrs)


def on_grid(latitudes: list[float], values: np.ndarray) -> xr.DataArray:
    coords = {
        "latitude": ("latitude", latitudes, {"units": "degrees_north"}),
        "longitude": ("longitude", [0.0, 1.0], {"standard_name": "longitude"}),
    }
    return xr.DataArray(values, dims=("latitude", "longitude"), coords=coords)


def test_a_seasonal_cycle_alone_has_no_anomaly() -> None:
    np.testing.assert_allclose(monthly_anomaly(monthly(2000, 2009), baseline=(2000, 2009)), 0)


def test_a_warming_of_a_tenth_a_year_is_recovered() -> None:
    anomaly = monthly_anomaly(monthly(2000, 2010, warming=0.1), baseline=(2000, 2000))
    np.testing.assert_allclose(anomaly.sel(time="2010"), 1.0)


def test_both_years_of_the_baseline_count() -> None:
    anomaly = monthly_anomaly(monthly(2000, 2003, warming=1.0), baseline=(2001, 2002))
    np.testing.assert_allclose(anomaly.sel(time="2003"), 1.5)


@given(shift=st.floats(-50, 50))
def test_the_level_of_a_series_does_not_matter(shift: float) -> None:
    series = monthly(2000, 2004, warming=0.3)
    here = monthly_anomaly(series, baseline=(2000, 2002))
    there = monthly_anomaly((series + shift).assign_attrs(series.attrs), baseline=(2000, 2002))
    np.testing.assert_allclose(here, there, atol=1e-9)


def test_a_temperature_anomaly_is_in_kelvin_and_says_its_baseline() -> None:
    anomaly = monthly_anomaly(monthly(2000, 2001, units="degree_Celsius"), baseline=(2000, 2001))
    assert anomaly.name == "sst_anomaly"
    assert anomaly.attrs == {
        "units": "K",
        "standard_name": "sea_water_temperature_anomaly",
        "long_name": "departure from the monthly mean of 2000-2001",
        "baseline": "2000-2001",
        "baseline_coverage": "2 years of each month, 2000-01 to 2001-12",
    }


def test_a_baseline_of_partial_years_says_what_it_had() -> None:
    series = monthly(2006, 2010).sel(time=slice("2006-04", "2010-09"))
    anomaly = monthly_anomaly(series, baseline=(2006, 2010))
    had = "4 to 5 years of each month, 2006-04 to 2010-09"
    assert anomaly.attrs["baseline"] == "2006-2010"
    assert anomaly.attrs["baseline_coverage"] == had
    assert anomaly.attrs["long_name"] == f"departure from the monthly mean of 2006-2010 ({had})"
    one = monthly_anomaly(series, baseline=(2007, 2007))
    assert one.attrs["baseline_coverage"] == "1 year of each month, 2007-01 to 2007-12"


@pytest.mark.parametrize(
    ("baseline", "years"),
    [((1991, 2020), "1991 or 2020"), ((2006, 2011), "2011"), ((2005, 2010), "2005")],
)
def test_a_baseline_whose_first_or_last_year_has_no_data_is_refused(
    baseline: tuple[int, int], years: str
) -> None:
    series = monthly(2006, 2010).sel(time=slice("2006-04", "2010-09"))
    says = f"not covered: there is no month of {years}, the series is from 2006-04 to 2010-09"
    with pytest.raises(BaselineError, match=says):
        monthly_anomaly(series, baseline=baseline)


def test_other_quantities_keep_their_units_and_lose_the_name_that_is_no_longer_true() -> None:
    chlorophyll = monthly(2000, 2001).assign_attrs(units="mg m-3", standard_name="chl")
    anomaly = monthly_anomaly(chlorophyll, baseline=(2000, 2001))
    assert anomaly.attrs["units"] == "mg m-3"
    assert "standard_name" not in anomaly.attrs


def test_land_stays_missing_and_dask_stays_lazy() -> None:
    cells = xr.DataArray([1.0, np.nan], dims="x")
    series = (monthly(2000, 2004, warming=0.1) * cells).assign_attrs(units="K")
    eager = monthly_anomaly(series, baseline=(2000, 2004))
    lazy = monthly_anomaly(series.chunk({"x": 1}), baseline=(2000, 2004))
    assert bool(eager.isel(x=1).isnull().all())
    assert isinstance(lazy.data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), eager)


def test_single_precision_kelvin_loses_no_digits() -> None:
    series = monthly(2000, 2009)
    anomaly = monthly_anomaly(series.astype(np.float32), baseline=(2000, 2009))
    np.testing.assert_allclose(anomaly, 0, atol=1e-10)


def test_a_baseline_in_which_a_month_never_occurs_is_refused() -> None:
    series = monthly(2000, 2001).sel(time=slice("2000-03", None))
    with pytest.raises(BaselineError, match=r"2000-2000 has no data for months \[1, 2\]"):
        monthly_anomaly(series, baseline=(2000, 2000))
    with pytest.raises(BaselineError, match="reversed"):
        monthly_anomaly(series, baseline=(2001, 2000))


def test_daily_values_unsorted_times_no_units_and_nothing_are_refused() -> None:
    series = monthly(2000, 2001)
    twice = series[:2].assign_coords(time=pd.DatetimeIndex(["2000-01-01", "2000-01-02"]))
    with pytest.raises(TimeAxisError, match="2000-01 has 2 values"):
        monthly_anomaly(twice, baseline=(2000, 2001))
    with pytest.raises(TimeAxisError, match="not in order"):
        monthly_anomaly(series[::-1], baseline=(2000, 2001))
    with pytest.raises(UnitsError, match="'sst' has no units"):
        monthly_anomaly(series.drop_attrs(deep=False), baseline=(2000, 2001))
    with pytest.raises(ValuesError, match="no values"):
        monthly_anomaly(series[:0], baseline=(2000, 2001))


def test_a_cell_at_60_degrees_weighs_half_of_one_at_the_equator() -> None:
    field = on_grid([0.0, 60.0], np.array([[1.0, 1.0], [4.0, 4.0]]))
    assert area_mean(field).item() == pytest.approx((1 + 0.5 * 4) / 1.5)


def test_cells_without_a_value_have_no_weight() -> None:
    field = on_grid([0.0, 60.0], np.array([[1.0, 3.0], [np.nan, np.nan]]))
    mean = area_mean(field.assign_attrs(units="K", cell_methods="time: mean"))
    assert mean.item() == 2
    assert mean.attrs == {"units": "K", "cell_methods": "time: mean area: mean"}


def test_a_field_without_latitudes_or_with_impossible_ones_is_refused() -> None:
    field = on_grid([0.0, 60.0], np.zeros((2, 2)))
    with pytest.raises(ValuesError, match="no coordinate is a latitude"):
        area_mean(field.drop_vars("latitude"))
    with pytest.raises(ValuesError, match="0.0 to 95.0"):
        area_mean(on_grid([0.0, 95.0], np.zeros((2, 2))))


def test_latitudes_are_found_by_name_where_they_say_nothing() -> None:
    field = on_grid([0.0, 60.0], np.array([[1.0, 1.0], [4.0, 4.0]]))
    plain = field.drop_attrs().rename(latitude="lat", longitude="lon")
    assert area_mean(plain).item() == pytest.approx((1 + 0.5 * 4) / 1.5)


def test_a_cell_is_named_by_its_place() -> None:
    field = on_grid([-5.5, 40.5], np.zeros((2, 2))).assign_coords(longitude=[3.5, 359.0])
    names = ["5.5 S, 3.5 E", "5.5 S, 1 W", "40.5 N, 3.5 E", "40.5 N, 1 W"]
    assert cell_names(field) == names
    assert cell_names(field.transpose()) == [names[0], names[2], names[1], names[3]]


def test_a_cell_without_a_place_is_numbered() -> None:
    assert cell_names(xr.DataArray([1.0, 2.0], dims="station")) == ["cell 0", "cell 1"]
    assert cell_names(xr.DataArray(1.0)) == ["the series"]
