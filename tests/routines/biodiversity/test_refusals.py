"""What the map will not be made of, and that it says why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines import (
    ParameterError,
    RoutineError,
    TimeAxisError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.biodiversity import (
    coast_distance,
    residual_table,
    sea_mask,
    zooplankton_map,
)
from tests.routines.biodiversity.conftest import drawn


@pytest.fixture
def table(open_sea: xr.DataArray) -> pd.DataFrame:
    return drawn(open_sea, 30)


def refused(
    table: pd.DataFrame, mask: xr.DataArray, kind: type[RoutineError], says: str, **options: Any
) -> None:
    with pytest.raises(kind, match=says) as caught:
        zooplankton_map(table, mask, **options)
    assert isinstance(caught.value, ValueError)


def changed(table: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    made = table.assign(**columns)
    made.attrs = table.attrs
    return made


@pytest.mark.parametrize("units", ["m-2", "ind/m2", "g m-3", "degree_Celsius", "1"])
def test_units_that_are_no_number_in_a_volume_are_refused(
    table: pd.DataFrame, open_sea: xr.DataArray, units: str
) -> None:
    table.attrs["units"] = units
    refused(table, open_sea, UnitsError, f"are in '{units}'.*'m-3'")


def test_observations_without_units_are_refused(
    table: pd.DataFrame, open_sea: xr.DataArray
) -> None:
    table.attrs = {}
    refused(table, open_sea, UnitsError, "have no units")


@pytest.mark.parametrize("units", ["ind/m3", "Number per cubic metre", "#/m3", "ind. m-3"])
def test_the_usual_spellings_of_per_cubic_metre_are_one(
    table: pd.DataFrame, open_sea: xr.DataArray, units: str
) -> None:
    expected = zooplankton_map(table, open_sea)
    table.attrs["units"] = units
    xr.testing.assert_identical(zooplankton_map(table, open_sea), expected)


def test_a_litre_is_a_thousandth_of_a_cubic_metre(
    table: pd.DataFrame, open_sea: xr.DataArray
) -> None:
    litres = changed(table, value=table["value"] / 1000)
    litres.attrs = {"units": "ind/l"}
    first, second = (zooplankton_map(t, open_sea)["abundance"] for t in (table, litres))
    xr.testing.assert_allclose(first, second)


def test_a_missing_column_is_named(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    short = table.drop(columns=["value", "time"])
    short.attrs = table.attrs
    refused(short, open_sea, ParameterError, r"no \['time', 'value'\]")


def test_no_observations_are_refused(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    refused(table.iloc[:0], open_sea, ValuesError, "there are no observations")
    refused(
        changed(table, decimalLongitude=100.0), open_sea, ValuesError, "0 of 30 .* 1 are needed"
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, None])
@pytest.mark.parametrize("column", ["value", "decimalLongitude", "decimalLatitude"])
def test_what_is_missing_or_infinite_is_refused_with_its_row(
    table: pd.DataFrame, open_sea: xr.DataArray, column: str, value: float | None
) -> None:
    table.loc[4, column] = value
    refused(table, open_sea, ValuesError, f"{column} is missing or infinite in 1 of 30.* row 4")


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("value", -1.0, "value is -1 .*0 or more"),
        ("decimalLatitude", 91.0, "decimalLatitude is 91 .*-90 to 90"),
        ("decimalLongitude", 361.0, "decimalLongitude is 361"),
        ("weight", 0.0, "weight is 0 .*above 0"),
        ("value", "many", "no number"),
        ("time", "soon", "no date"),
        ("time", pd.NaT, "time is missing in 30"),
    ],
)
def test_an_impossible_value_is_refused(
    table: pd.DataFrame, open_sea: xr.DataArray, column: str, value: object, says: str
) -> None:
    refused(changed(table, **{column: value}), open_sea, ValuesError, says)


@pytest.mark.parametrize(
    "options",
    [
        {"corr_length_km": 0},
        {"corr_length_km": float("nan")},
        {"epsilon2": 0},
        {"epsilon2": -1},
        {"transform": "log10"},
        {"background": "median"},
        {"error": "none"},
        {"error_max": ()},
        {"error_max": (0.3, 1.0)},
        {"cv_fraction": 0.95},
        {"seed": -1},
        {"seed": True},
        {"minimum": -1.0},
        {"corr_time_years": 1.0},
    ],
)
def test_an_option_out_of_range_is_refused_with_its_name(
    table: pd.DataFrame, open_sea: xr.DataArray, options: dict[str, Any]
) -> None:
    refused(table, open_sea, ParameterError, next(iter(options)), **options)


def test_a_mask_that_is_none_is_refused(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    refused(table, open_sea.astype(int), ParameterError, "int64.*bool")
    refused(table, open_sea.rename(latitude="y"), ParameterError, "'y'")
    refused(table, open_sea[::-1], ParameterError, "latitude does not increase")
    refused(table, open_sea.drop_isel(longitude=5), ParameterError, "longitude is unevenly")
    refused(table, open_sea & False, ValuesError, "no sea: all 651 cells")
    refused(table, open_sea.drop_vars("latitude"), ParameterError, "no axis .* latitudes")


def test_times_must_be_in_order_and_even(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    for times, says in (
        (["2015"], "two or more"),
        (["2016", "2015"], "not in order"),
        (["2015", "2016", "2019"], "unevenly"),
    ):
        refused(table, open_sea, TimeAxisError, says, times=times, corr_time_years=1)
    refused(table, open_sea, ParameterError, "corr_time_years is 0", times=["2015", "2016"])


def test_too_large_a_grid_in_time_is_refused_before_any_work(table: pd.DataFrame) -> None:
    mask = sea_mask(bbox=(-90, 30, 40, 80), resolution=0.5)
    times = pd.date_range("2000", periods=20, freq="YS")
    refused(table, mask, ParameterError, "at most", times=times, corr_time_years=1)


def test_an_exact_error_of_too_many_cells_is_refused(table: pd.DataFrame) -> None:
    mask = sea_mask(bbox=(-10, 40, 30, 60), resolution=0.25)
    refused(table, mask, ParameterError, "'exact' on 13041 cells.*'cpme'", error="exact")


def test_covariates_that_cannot_be_told_apart_are_refused(
    table: pd.DataFrame, open_sea: xr.DataArray
) -> None:
    lat = open_sea["latitude"] + 0 * open_sea
    same = xr.Dataset({"a": lat, "b": 2 * lat + 1})
    refused(table, open_sea, ValuesError, "depend on one another", covariates=same)
    flat = xr.Dataset({"flat": 0 * lat})
    refused(table, open_sea, ValuesError, "flat is the same everywhere", covariates=flat)
    hole = xr.Dataset({"hole": lat.where(lat < 50)})
    refused(table, open_sea, ValuesError, "hole is missing .* of 651 cells", covariates=hole)
    column = xr.Dataset({"column": lat.isel(longitude=0, drop=True)})
    refused(table, open_sea, ParameterError, "column is on", covariates=column)


def test_currents_without_units_or_parts_are_refused(
    table: pd.DataFrame, open_sea: xr.DataArray
) -> None:
    u = xr.full_like(open_sea, 0.0, dtype=float)
    refused(table, open_sea, ParameterError, r"no \['v'\]", currents=xr.Dataset({"u": u}))
    bare = xr.Dataset({"u": u.assign_attrs(units="knots"), "v": u})
    refused(table, open_sea, UnitsError, "'knots'", currents=bare)
    still = u.assign_attrs(units="m s-1")
    refused(
        table, open_sea, ValuesError, "0 everywhere", currents=xr.Dataset({"u": still, "v": still})
    )


def test_lengths_far_from_one_are_refused(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    far = xr.full_like(open_sea, 20.0, dtype=float)
    refused(table, open_sea, ParameterError, "relative_length is 20", relative_length=far)


def test_too_few_to_validate_are_refused(table: pd.DataFrame, open_sea: xr.DataArray) -> None:
    two = table.iloc[:2]
    refused(two, open_sea, ValuesError, "cv_fraction is 0.2")
    assert zooplankton_map(two, open_sea, cv_fraction=0)["abundance"].notnull().all()


@pytest.mark.parametrize(
    ("bbox", "resolution", "says"),
    [
        ((0, 0, 10), 1, "four numbers"),
        ((10, 0, 0, 10), 1, "west is below east"),
        ((0, 10, 10, 0), 1, "south below north"),
        ((0, 0, 10, 90), 1, "poles"),
        ((0, 0, 10, 10), 0, "resolution is 0"),
        ((0, 0, 10, 10), 3, "no whole number"),
        ((0, 0, 10, 10), 0.005, "4004001 cells"),
    ],
)
def test_a_box_that_is_no_grid_is_refused(
    bbox: tuple[float, ...], resolution: float, says: str
) -> None:
    with pytest.raises(ParameterError, match=says):
        sea_mask(bbox=bbox, resolution=resolution)


def test_without_land_there_is_no_distance_to_it(open_sea: xr.DataArray) -> None:
    with pytest.raises(ValuesError, match="no land"):
        coast_distance(open_sea)


def test_residuals_are_of_a_map(open_sea: xr.DataArray) -> None:
    with pytest.raises(ParameterError, match="no result of zooplankton_map"):
        residual_table(xr.Dataset({"sea": open_sea}))
