"""What the carbon routines will not compute on, and that they say why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines import (
    ParameterError,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.environment import (
    carbon_dioxide_flux,
    carbon_system,
    deseasonalised,
    gas_transfer_velocity,
    observations,
    seawater_fugacity,
    surface_alkalinity,
    thermal_components,
)


def array(values: Any, units: str | None) -> xr.DataArray:
    return xr.DataArray(values, dims="x", attrs={"units": units} if units else {})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"alkalinity": 2300.0},
        {"pco2": 400.0, "fco2": 399.0},
        {"alkalinity": 2300.0, "ph": 8.0, "dissolved_carbon": 2000.0},
    ],
)
def test_other_than_two_quantities_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match="two of 'alkalinity'"):
        carbon_system(10.0, 35.0, **given)  # type: ignore[arg-type]


def test_words_that_mean_nothing_are_refused_with_those_that_do() -> None:
    with pytest.raises(ParameterError, match="total_boron is 'lee'.*uppstrom1974"):
        carbon_system(10.0, 35.0, alkalinity=2300.0, ph=8.0, total_boron="lee")
    with pytest.raises(ParameterError, match="relation is 'liss'.*ho2006"):
        gas_transfer_velocity(7.0, 20.0, relation="liss")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="region is 'baltic'.*north_atlantic"):
        surface_alkalinity(10.0, 35.0, region="baltic")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="correct is 'last'"):
        seawater_fugacity(
            380.0,
            temperature=10.0,
            equilibrator_temperature=10.0,
            equilibrator_pressure=1000.0,
            salinity=35.0,
            correct="last",  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("name", "units", "says"),
    [
        ("temperature", None, "'temperature' has no units"),
        ("temperature", "degF", "no temperature"),
        ("salinity", "g kg-1", "salinity is in 'g kg-1'.*'psu'"),
        ("alkalinity", "mol m-3", "alkalinity is in 'mol m-3'.*'umol kg-1'"),
        ("alkalinity", None, "alkalinity has no units"),
        ("pressure", "m", "pressure is in 'm'"),
    ],
)
def test_wrong_and_absent_units_are_refused(name: str, units: str | None, says: str) -> None:
    given: dict[str, Any] = {
        "temperature": 10.0, "salinity": 35.0, "alkalinity": 2300.0, "ph": 8.0,
    }  # fmt: skip
    with pytest.raises(UnitsError, match=says):
        carbon_system(**{**given, name: array([10.0], units)})


def test_ph_of_another_scale_is_refused() -> None:
    ph = xr.DataArray(
        8.1, attrs={"units": "1", "standard_name": "sea_water_ph_reported_on_x_scale"}
    )
    with pytest.raises(UnitsError, match="total scale is needed"):
        carbon_system(10.0, 35.0, alkalinity=2300.0, ph=ph)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([], "temperature is empty"),
        ([np.nan, np.nan], "temperature has no value: all 2 are missing"),
        ([10.0, np.inf], "temperature has the value inf"),
        ([10.0, 290.0], "temperature has the value 290 degree_Celsius: -3 to 50"),
        (["warm"], "temperature is of type <U4"),
    ],
)
def test_values_that_no_water_has_are_refused(values: list[Any], says: str) -> None:
    temperature = array(values, "degree_Celsius")
    with pytest.raises(ValuesError, match=says):
        carbon_system(temperature, 35.0, alkalinity=2300.0, ph=8.0)
    with pytest.raises(ValuesError, match=says):
        carbon_dioxide_flux(
            fco2=350.0, fco2_air=400.0, temperature=temperature, salinity=35.0, wind_speed=7.0
        )


def test_an_impossible_value_in_dask_is_refused_when_it_is_computed() -> None:
    salinity = array([35.0, 350.0], "1").chunk(1)
    lazy = carbon_system(10.0, salinity, alkalinity=2300.0, ph=8.0)
    with pytest.raises(ValuesError, match="salinity has the value 350"):
        lazy.compute()


def test_arrays_of_different_places_are_not_matched_silently() -> None:
    here, there = (
        xr.DataArray([10.0, 11.0], dims="x", coords={"x": [0, n]}, attrs={"units": "degC"})
        for n in (1, 2)
    )
    with pytest.raises(ValueError, match="join"):
        carbon_system(here, there.assign_attrs(units="1"), alkalinity=2300.0, ph=8.0)


def monthly(number: int) -> xr.DataArray:
    times = pd.date_range("2000-01-01", periods=number, freq="MS")
    return xr.DataArray(
        np.linspace(370.0, 380.0, number),
        dims="time",
        coords={"time": times},
        name="pco2",
        attrs={"units": "uatm"},
    )


def test_seasons_of_less_than_two_years_and_odd_options_are_refused() -> None:
    with pytest.raises(TooShortError, match="spans 1.4 years: 2 are the least"):
        deseasonalised(monthly(18))
    assert deseasonalised(monthly(24)).notnull().all()
    with pytest.raises(ParameterError, match="harmonics is 7"):
        deseasonalised(monthly(48), harmonics=7)
    with pytest.raises(ParameterError, match="min_years is 1"):
        deseasonalised(monthly(48), min_years=1)
    with pytest.raises(TimeAxisError, match="not in order"):
        deseasonalised(monthly(48)[::-1])
    with pytest.raises(UnitsError, match="'units'"):
        deseasonalised(monthly(48).drop_attrs())
    with pytest.raises(ValuesError, match="infinite"):
        deseasonalised(monthly(48).where(lambda s: s < 379, np.inf).assign_attrs(units="uatm"))
    with pytest.raises(ValuesError, match="all 48 values are missing"):
        deseasonalised(monthly(48) * np.nan)


def test_components_need_both_at_some_time() -> None:
    pco2 = monthly(24)
    warm = xr.full_like(pco2, 10.0).assign_attrs(units="degree_Celsius")
    early = pco2["time"].dt.year < 2001
    with pytest.raises(ValuesError, match="at no time"):
        thermal_components(pco2.where(early), warm.where(~early))
    with pytest.raises(TimeAxisError, match="'time' is needed"):
        thermal_components(pco2.rename(time="day"), warm.rename(time="day"))


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(ValuesError, match="no rows"):
        observations(pd.DataFrame({"time": []}))
