"""What must hold of the carbon routines for any water, and on dask, and for made-up seasons."""

from typing import Any

import dask.array
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.environment import (
    air_fugacity,
    carbon_dioxide_flux,
    carbon_system,
    deseasonalised,
    gas_transfer_velocity,
    linear_trend,
    seawater_fugacity,
    thermal_components,
)

waters = st.fixed_dictionaries(
    {
        "temperature": st.floats(-2, 40),
        "salinity": st.floats(0, 50),
        "alkalinity": st.floats(200, 6000),
        "ratio": st.floats(0.4, 1.3),
    }
)
AIR = {"fco2_air": 400.0, "temperature": 15.0, "salinity": 35.0, "wind_speed": 8.0}


@settings(max_examples=150, deadline=None)
@given(waters)
def test_ions_add_up_to_the_carbon_and_every_pair_leads_back(water: dict[str, float]) -> None:
    where = (water["temperature"], water["salinity"])
    alkalinity = water["alkalinity"]
    carbon = alkalinity * water["ratio"]
    result = carbon_system(*where, alkalinity=alkalinity, dissolved_carbon=carbon)
    ions = result["bicarbonate"] + result["carbonate"] + result["dissolved_gas"]
    assert float(ions) == pytest.approx(carbon, rel=1e-12)
    assert float(result["pco2"]) > float(result["fco2"])
    if 1 < float(result["fco2"]) < 40_000:
        back = carbon_system(*where, ph=float(result["ph"]), fco2=float(result["fco2"]))
        assert float(back["alkalinity"]) == pytest.approx(alkalinity, rel=1e-9)
        assert float(back["dissolved_carbon"]) == pytest.approx(carbon, rel=1e-9)


def grid(**chunks: int) -> dict[str, xr.DataArray]:
    random = np.random.default_rng(5)
    made = {}
    for name, units, low, high in (
        ("temperature", "degree_Celsius", 0, 30),
        ("salinity", "1", 30, 38),
        ("alkalinity", "umol kg-1", 2100, 2400),
        ("dissolved_carbon", "umol kg-1", 1900, 2100),
    ):
        values = random.uniform(low, high, (6, 5, 4))
        values[0, 0, 0] = np.nan
        made[name] = xr.DataArray(
            values, dims=("time", "latitude", "longitude"), attrs={"units": units}
        ).chunk(chunks or "auto")
    return made


def test_on_dask_nothing_is_computed_and_the_result_is_the_same() -> None:
    eager = {name: array.compute() for name, array in grid().items()}
    lazy = carbon_system(**grid(time=2, latitude=3))
    assert all(isinstance(v.data, dask.array.Array) for v in lazy.data_vars.values())
    xr.testing.assert_identical(lazy.compute(), carbon_system(**eager))
    arguments = {name: grid(time=2)[name] for name in ("temperature", "salinity")}
    flux = carbon_dioxide_flux(fco2=350.0, **{**AIR, **arguments})
    assert isinstance(flux["co2_flux"].data, dask.array.Array)
    assert float(flux["co2_flux"].min()) > 0


def test_a_point_that_lacks_an_input_is_missing_in_all_outputs_and_no_other_is() -> None:
    result = carbon_system(**{name: array.compute() for name, array in grid().items()})
    for name, variable in result.data_vars.items():
        assert int(variable.isnull().sum()) == 1, name
        assert np.isnan(variable.values[0, 0, 0]), name


def test_water_outside_the_measured_range_is_computed_and_flagged() -> None:
    salinity = xr.DataArray([10.0, 35.0, 44.0], dims="x", attrs={"units": "psu"})
    result = carbon_system(10.0, salinity, alkalinity=2300.0, dissolved_carbon=2100.0)
    assert result["constants_flag"].values.tolist() == [1, 0, 1]
    assert result["ph"].notnull().all()


def test_more_gas_than_carbon_is_no_water() -> None:
    result = carbon_system(10.0, 35.0, dissolved_carbon=100.0, fco2=40_000.0)
    assert np.isnan(float(result["ph"]))
    assert np.isnan(float(result["omega_calcite"]))


@settings(max_examples=60, deadline=None)
@given(st.floats(200, 800), st.floats(0, 30), st.floats(-2, 35))
def test_a_flux_goes_from_the_higher_fugacity_to_the_lower(
    fco2: float, wind: float, temperature: float
) -> None:
    given_ = {**AIR, "wind_speed": wind, "temperature": temperature}
    flux = float(carbon_dioxide_flux(fco2=fco2, **given_)["co2_flux"])
    turned = {**given_, "fco2_air": fco2}
    back = float(carbon_dioxide_flux(fco2=400.0, **turned)["co2_flux"])
    assert flux == pytest.approx(-back, abs=1e-20)
    assert np.sign(flux) == np.sign(400.0 - fco2) * (wind * wind > 0) or abs(flux) < 1e-15


def test_a_flux_by_hand() -> None:
    """With k = 12.2219849 cm h-1, K0 = 33.2152 mol m-3 atm-1, 50 uatm: 5.638e-8 mol m-2 s-1."""
    given_ = {**AIR, "temperature": 20.0, "wind_speed": 7.0}
    flux = carbon_dioxide_flux(fco2=350.0, **given_)["co2_flux"]
    by_hand = 12.2219849 / 360_000 * 33.2152315 * 50e-6
    assert float(flux) == pytest.approx(by_hand, rel=1e-7)
    half = carbon_dioxide_flux(fco2=350.0, ice_fraction=0.5, **given_)["co2_flux"]
    assert float(half) == pytest.approx(by_hand / 2, rel=1e-7)


def test_gusts_count_as_their_mean_square() -> None:
    wind = xr.DataArray([4.0, 12.0], dims="time", attrs={"units": "m s-1"})
    each = gas_transfer_velocity(wind, 10.0).mean()
    together = gas_transfer_velocity(8.0, 10.0, wind_deviation=4.0)
    assert float(each) == pytest.approx(float(together))
    assert float(gas_transfer_velocity(8.0, 10.0)) < float(together)


def test_kelvin_and_pascal_are_understood() -> None:
    def array(value: float, units: str) -> xr.DataArray:
        return xr.DataArray(value, attrs={"units": units})

    usual = seawater_fugacity(
        380.0,
        temperature=10.0,
        equilibrator_temperature=10.5,
        equilibrator_pressure=1000.0,
        salinity=35.0,
    )
    other = seawater_fugacity(
        array(380e-6, "1"),
        temperature=array(283.15, "K"),
        equilibrator_temperature=array(283.65, "K"),
        equilibrator_pressure=array(100_000.0, "Pa"),
        salinity=array(35.0, "psu"),
    )
    xr.testing.assert_allclose(usual, other, rtol=1e-12)
    pascal = array(float(usual["fco2"]) * 0.101325, "Pa")
    flux = [carbon_dioxide_flux(fco2=each, **AIR)["co2_flux"] for each in (usual["fco2"], pascal)]
    xr.testing.assert_allclose(*flux)


def test_warmer_wetter_air_holds_less_carbon_dioxide() -> None:
    warm, cold = (
        float(air_fugacity(400.0, temperature=t, salinity=35.0, air_pressure=1013.0)["fco2_air"])
        for t in (25.0, 5.0)
    )
    assert warm < cold < 400.0


def seasons(*, trend: float, years: int = 12) -> xr.DataArray:
    times = pd.date_range("2000-01-01", periods=12 * years, freq="MS")
    t = np.asarray((times - times[0]).days) / 365.2425
    values = 370 + trend * t + 25 * np.cos(2 * np.pi * t + 0.4) - 6 * np.sin(4 * np.pi * t)
    return xr.DataArray(
        values, dims="time", coords={"time": times}, name="pco2", attrs={"units": "uatm"}
    )


def test_a_trend_under_the_seasons_is_recovered_though_sampled_unevenly() -> None:
    series = seasons(trend=2.1)
    # Winters were sampled in the first half only.
    winter = series["time"].dt.month.isin([12, 1, 2]) & (series["time"].dt.year > 2005)
    without = deseasonalised(series.where(~winter))
    line = 370 + 2.1 * (series["time"] - series["time"][0]) / np.timedelta64(1, "D") / 365.2425
    np.testing.assert_allclose(
        without.dropna("time"), line.where(~winter).dropna("time"), rtol=1e-9
    )
    assert float(linear_trend(without)["trend"]) == pytest.approx(2.1, rel=1e-6)


def test_deseasonalising_each_cell_is_deseasonalising_all_and_lazily() -> None:
    one = seasons(trend=2.0)
    noise = np.random.default_rng(1).standard_normal((3, one.size))
    cells = (xr.DataArray(noise, dims=("cell", "time")) + one).assign_attrs(one.attrs)
    cells[0] = np.nan
    cells[1, 40:60] = np.nan
    lazy = deseasonalised(cells.chunk({"cell": 1, "time": 50}))
    assert lazy.chunks is not None
    eager = deseasonalised(cells)
    xr.testing.assert_allclose(lazy.compute(), eager)
    assert eager[0].isnull().all()
    xr.testing.assert_allclose(eager[2], deseasonalised(cells[2]))


def test_a_pressure_that_only_temperature_moves_is_wholly_thermal() -> None:
    temperature = seasons(trend=0.0) / 30
    temperature.attrs = {"units": "degree_Celsius"}
    pco2: Any = 380 * np.exp(0.0423 * (temperature - temperature.mean()))
    parts = thermal_components(pco2.assign_attrs(units="uatm"), temperature)
    assert float(parts["nonthermal_range"]) == pytest.approx(0, abs=1e-9)
    ratio = parts["pco2_thermal"] / pco2
    assert float(ratio.max() / ratio.min()) == pytest.approx(1, abs=1e-12)


def test_at_one_temperature_nothing_is_thermal() -> None:
    pco2 = seasons(trend=0.0)
    still = xr.full_like(pco2, 10.0).assign_attrs(units="degree_Celsius")
    parts = thermal_components(pco2, still)
    np.testing.assert_allclose(parts["pco2_nonthermal"], pco2)
    assert float(parts["thermal_ratio"]) == 0
