"""The storm severity index, by hand and by what it must not depend on."""

from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines import (
    BaselineError,
    ParameterError,
    TimeAxisError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.environment import (
    cell_area,
    storm_events,
    storm_severity,
    winter_severity,
)

QUARTER = 6371.0**2 * np.pi  # km2 of a quarter of the sphere


def grid(values: Any, *, start: str = "2000-01-01", freq: str = "D") -> xr.DataArray:
    """Wind on time and a grid whose rows are the two hemispheres' halves."""
    values = np.asarray(values, dtype=float)
    steps, rows, columns = values.shape
    return xr.DataArray(
        values,
        dims=("time", "latitude", "longitude"),
        coords={
            "time": pd.date_range(start, periods=steps, freq=freq),
            "latitude": np.linspace(-45, 45, rows),
            "longitude": 180.0 * np.arange(columns),
        },
        name="wind",
        attrs={"units": "m s-1"},
    )


def winters(seed: int = 3, shape: tuple[int, int] = (3, 4)) -> xr.DataArray:
    random = np.random.default_rng(seed)
    return grid(random.weibull(2, (1500, *shape)) * 9).assign_coords(
        latitude=50.0 + np.arange(shape[0]), longitude=1.0 * np.arange(shape[1])
    )


def test_areas_of_halves_of_the_hemispheres_are_quarters_of_the_sphere() -> None:
    area = cell_area(grid(np.zeros((1, 2, 2))))
    np.testing.assert_allclose(area, QUARTER)
    assert float(area.sum()) == pytest.approx(4 * np.pi * 6371**2)
    # A cell of one degree at the equator: 111.19 km square.
    one = xr.DataArray(
        np.zeros((2, 2)), coords={"lat": [-0.5, 0.5], "lon": [0, 1]}, dims=("lat", "lon")
    )
    assert float(cell_area(one)[0, 0]) == pytest.approx(111.195**2, rel=1e-4)


def test_three_winds_above_a_threshold_of_20_by_hand() -> None:
    # Calm is 20, which is the percentile too: the excess is 0, 1/64 and 1/8.
    values = np.full((2001, 2, 2), 20.0)
    values[[700, 701], 0, 0] = [25, 30]
    found = storm_severity(grid(values, freq="6h"))
    assert float(found["threshold"][0, 0]) == 20
    assert float(found["severity_map"][0, 0]) == pytest.approx(0.140625)
    np.testing.assert_allclose(
        found["severity"][[699, 700, 701]], [0, QUARTER * 0.015625, QUARTER * 0.125]
    )
    assert float(found["stormy_area"][700]) == pytest.approx(QUARTER)
    assert float(found["severity_map"].sum()) == pytest.approx(0.140625)


def test_the_threshold_is_numpys_percentile_of_the_months_with_gaps_and_without() -> None:
    wind = winters()
    wind[100:130, 1, 2] = np.nan
    for each in (wind, wind.fillna(5.0)):
        found = storm_severity(each, percentile=95, baseline=(2001, 2002), min_threshold=0)
        months = each["time.month"].isin([10, 11, 12, 1, 2, 3]) & each["time.year"].isin(
            [2001, 2002]
        )
        expected = np.nanpercentile(each.values[months.values], 95, axis=0)
        np.testing.assert_allclose(found["threshold"], expected)


def test_a_low_threshold_is_raised() -> None:
    found = storm_severity(winters() / 3)
    assert (found["threshold"] == 9).all()
    assert (storm_severity(winters() / 3, min_threshold=0)["threshold"] < 9).any()


@settings(max_examples=15, deadline=None)
@given(st.floats(0.5, 3), st.integers(0, 1000))
def test_twice_the_wind_everywhere_is_no_worse_and_areas_add_up(times: float, seed: int) -> None:
    wind = winters(seed)
    whole = storm_severity(wind, min_threshold=0)
    scaled = storm_severity((wind * times).assign_attrs(wind.attrs), min_threshold=0)
    np.testing.assert_allclose(scaled["severity"], whole["severity"], rtol=1e-6, atol=1e-6)
    west = wind["longitude"] < 2
    parts = [storm_severity(wind, min_threshold=0, where=part) for part in (west, ~west)]
    np.testing.assert_allclose(
        parts[0]["severity"] + parts[1]["severity"], whole["severity"], rtol=1e-9, atol=1e-9
    )
    assert parts[0]["severity_map"].isnull().sum() == 3 * 2


def test_a_storm_is_its_footprint_and_the_next_is_another_one() -> None:
    values = np.full((400, 2, 2), 10.0)
    values[100, 0, 0], values[101, 0, 1], values[300, 1, 1] = 20, 15, 17
    wind = grid(values)
    table = storm_events(wind, storm_severity(wind))
    assert len(table) == 2
    first, second = table.iloc[0], table.iloc[1]
    # One cell of excess 1 and one of 1/2, cubed; each a quarter of the sphere.
    assert first["severity"] == pytest.approx(QUARTER * (1 + 0.125))
    assert first["area"] == pytest.approx(2 * QUARTER)
    assert (first["start"], first["end"]) == (wind.indexes["time"][100], wind.indexes["time"][101])
    assert (first["max_wind"], first["latitude"], first["longitude"]) == (20, -45, 0)
    assert second["peak"] == wind.indexes["time"][300]
    assert len(storm_events(wind, storm_severity(wind), most=1)) == 1
    assert len(storm_events(wind, storm_severity(wind), window_hours=24)) == 3
    calm = grid(np.full((400, 2, 2), 10.0))
    assert len(storm_events(calm, storm_severity(calm))) == 0


def test_a_winter_goes_from_july_to_june_and_sums_to_the_whole() -> None:
    severity = storm_severity(winters())["severity"]
    found = winter_severity(severity)
    assert found["year"].values.tolist() == [2000, 2001, 2002, 2003, 2004]
    assert float(found.sum()) == pytest.approx(float(severity.sum()))
    one = severity.sel(time=slice("2000-07-01", "2001-06-30")).sum()
    assert float(found.sel(year=2001)) == pytest.approx(float(one))


def test_dask_stays_lazy_and_finds_the_same() -> None:
    wind = winters()
    eager = storm_severity(wind)
    lazy = storm_severity(wind.chunk(time=400, longitude=2))
    assert isinstance(lazy["severity"].data, da.Array)
    assert isinstance(lazy["threshold"].data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), eager)


def test_what_is_no_wind_is_refused_with_the_reason() -> None:
    wind = winters()
    with pytest.raises(UnitsError, match="wind_speed is in 'knots'"):
        storm_severity(wind.assign_attrs(units="knots"))
    with pytest.raises(UnitsError, match="wind_speed has no units"):
        storm_severity(wind.drop_attrs())
    with pytest.raises(ValuesError, match="wind_speed has the value inf"):
        storm_severity(wind.where(wind < 20, np.inf).assign_attrs(wind.attrs))
    with pytest.raises(ValuesError, match="no value"):
        storm_severity((wind * np.nan).assign_attrs(wind.attrs))
    with pytest.raises(ValuesError, match="wind_speed is empty"):
        storm_severity(wind[:0])
    with pytest.raises(TimeAxisError, match="not in order"):
        storm_severity(wind[::-1])
    with pytest.raises(ValuesError, match="latitude has the sizes"):
        storm_severity(wind.isel(latitude=[0, 2, 1]))
    with pytest.raises(BaselineError, match=r"no time of 2000-01 to .* of 1980-1990"):
        storm_severity(wind, baseline=(1980, 1990))
    with pytest.raises(TimeAxisError, match="times are not those"):
        storm_events(wind[1:], storm_severity(wind))


def test_options_out_of_range_are_refused() -> None:
    wind = winters()
    for options, words in (
        ({"percentile": 100}, "percentile is 100"),
        ({"power": 0}, "power is 0"),
        ({"min_threshold": -1}, "min_threshold -1"),
        ({"months": [13]}, r"months are \[13\]"),
    ):
        with pytest.raises(ParameterError, match=words):
            storm_severity(wind, **options)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="window_hours is 0"):
        storm_events(wind, storm_severity(wind), window_hours=0)
