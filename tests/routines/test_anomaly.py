"""Monthly anomalies and area means."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_routines import BaselineError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.environment import area_mean, monthly_anomaly


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
    }


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
