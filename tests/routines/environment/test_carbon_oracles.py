"""The carbon routines against published values, a SOCAT cruise, and PyCO2SYS on a wide grid.

PyCO2SYS 1.8 is the community's program (GPL): it judges here and is part of no image.
"""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from numpy.typing import NDArray

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.pangaea import read_tab
from bluecloud_routines.environment import (
    air_fugacity,
    carbon_system,
    co2_solubility,
    gas_transfer_velocity,
    observations,
    schmidt_number,
    seawater_fugacity,
    surface_alkalinity,
)

CRUISE = "oracles/environment/carbon/26NA20050107_CO2_underway_SOCATv3.tab"
UNITS = {
    "alkalinity": "umol kg-1",
    "dissolved_carbon": "umol kg-1",
    "ph": "1",
    "pco2": "uatm",
    "fco2": "uatm",
}
THEIRS = {
    "alkalinity": "alkalinity",
    "dissolved_carbon": "dic",
    "ph": "pH_total",
    "pco2": "pCO2",
    "fco2": "fCO2",
    "bicarbonate": "bicarbonate",
    "carbonate": "carbonate",
    "dissolved_gas": "aqueous_CO2",
    "omega_aragonite": "saturation_aragonite",
    "omega_calcite": "saturation_calcite",
}
PAIRS = [
    pair for pair in itertools.combinations(UNITS, 2) if set(pair) != {"pco2", "fco2"}
]  # fmt: skip


def array(values: Any, units: str) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, float), dims="point", attrs={"units": units})


@pytest.fixture(scope="module")
def waters() -> dict[str, NDArray[np.float64]]:
    """Waters of all temperatures, salinities and depths, some with nutrients, some acid."""
    random, size = np.random.default_rng(4), 3000
    alkalinity = random.uniform(1000, 4000, size)
    return {
        "temperature": random.uniform(-1.8, 40, size),
        "salinity": random.uniform(1, 45, size),
        "pressure": random.choice([0, 1], size) * random.uniform(0, 6000, size),
        "total_phosphate": random.choice([0, 1], size) * random.uniform(0, 5, size),
        "total_silicate": random.choice([0, 1], size) * random.uniform(0, 200, size),
        "alkalinity": alkalinity,
        "dissolved_carbon": alkalinity * random.uniform(0.6, 1.1, size),
    }


@pytest.fixture(scope="module")
def judged(waters: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """What PyCO2SYS makes of alkalinity and carbon, with its default constants."""
    import PyCO2SYS

    where = ("temperature", "salinity", "pressure", "total_phosphate", "total_silicate")
    found = PyCO2SYS.sys(
        waters["alkalinity"],
        waters["dissolved_carbon"],
        1,
        2,
        **{name: waters[name] for name in where},
        opt_buffers_mode=0,
    )
    return {ours: np.broadcast_to(found[theirs], (3000,)) for ours, theirs in THEIRS.items()}


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_every_pair_gives_what_pyco2sys_gives(
    waters: dict[str, NDArray[np.float64]],
    judged: dict[str, NDArray[np.float64]],
    pair: tuple[str, str],
) -> None:
    possible = (judged["pco2"] > 1) & (judged["pco2"] < 40_000)
    assert possible.sum() > 2500
    result = carbon_system(
        array(waters["temperature"], "degree_Celsius"),
        array(waters["salinity"], "1"),
        pressure=array(waters["pressure"], "dbar"),
        phosphate=array(waters["total_phosphate"], "umol kg-1"),
        silicate=array(waters["total_silicate"], "umol kg-1"),
        **{name: array(judged[name], UNITS[name]).where(possible) for name in pair},  # type: ignore[arg-type]
    )
    for name, expected in judged.items():
        np.testing.assert_allclose(
            result[name].values[possible], expected[possible], rtol=1e-9, err_msg=name
        )
        assert np.isnan(result[name].values[~possible]).all()


def test_with_more_boron_it_is_pyco2sys_with_that_option() -> None:
    import PyCO2SYS

    ours = carbon_system(18.0, 34.0, alkalinity=2250.0, ph=8.1, total_boron="lee2010")
    theirs = PyCO2SYS.sys(2250, 8.1, 1, 3, salinity=34, temperature=18, opt_total_borate=2)
    assert float(ours["fco2"]) == pytest.approx(theirs["fCO2"], rel=1e-10)


def test_the_textbook_water_has_its_ph_and_pressure() -> None:
    water = carbon_system(25.0, 35.0, alkalinity=2300.0, dissolved_carbon=2000.0)
    assert float(water["ph"]) == pytest.approx(8.045886, abs=5e-7)
    assert float(water["pco2"]) == pytest.approx(396.9582, abs=5e-5)


def test_constants_are_the_check_values_of_their_papers() -> None:
    """Lueker et al. (2000): pK1 = 5.8472, pK2 = 8.9660 at 25 degrees Celsius and salinity 35."""
    water = carbon_system(25.0, 35.0, dissolved_carbon=2000.0, ph=8.0)
    h = 1e-8
    k1 = h * float(water["bicarbonate"] / water["dissolved_gas"])
    k2 = h * float(water["carbonate"] / water["bicarbonate"])
    assert -np.log10([k1, k2]) == pytest.approx([5.8472, 8.9660], abs=5e-5)


def test_fugacities_of_a_socat_cruise_are_those_that_socat_recomputed(test_data: Path) -> None:
    path = test_data / CRUISE
    table, _ = read_tab(File(path.name, path.read_bytes()))
    assert len(table) == 526
    cruise = observations(table)
    inputs = {
        "temperature": cruise["Temp"],
        "equilibrator_temperature": cruise["Tequ"],
        "equilibrator_pressure": cruise["Pequ"],
        "salinity": cruise["Sal interp"].assign_attrs(units="1"),
    }
    differences = {}
    for correct in ("pressure", "fugacity"):
        found = seawater_fugacity(cruise["xCO2water_equ_dry"], **inputs, correct=correct)
        differences[correct] = abs(found["fco2"] - cruise["fCO2rec"]).values
    assert differences["pressure"].max() < 0.06
    assert np.sqrt((differences["pressure"] ** 2).mean()) < 0.042
    # SOCAT corrects the pressure first: the other order is further off.
    assert np.sqrt((differences["fugacity"] ** 2).mean()) > 0.05


def test_schmidt_number_velocity_and_solubility_are_the_published_ones() -> None:
    assert float(schmidt_number(20.0)) == pytest.approx(668.344, abs=1e-9)
    assert float(gas_transfer_velocity(7.0, 20.0)) == pytest.approx(12.2219849, abs=1e-6)
    assert float(co2_solubility(20.0, 35.0)) == pytest.approx(0.0332152, abs=5e-8)


def test_the_other_relations_are_worked_out_by_hand() -> None:
    """At 20 degrees Celsius sqrt(Sc / 600) = sqrt(668.344 / 600) = 1.0554186."""
    ho = gas_transfer_velocity(7.0, 20.0, relation="ho2006")
    nightingale = gas_transfer_velocity(7.0, 20.0, relation="nightingale2000")
    assert float(ho) == pytest.approx(0.266 * 49 / 1.0554186, rel=1e-6)
    assert float(nightingale) == pytest.approx((0.222 * 49 + 0.333 * 7) / 1.0554186, rel=1e-6)


def test_dry_air_of_400_ppm_at_one_atmosphere_is_as_weiss_and_price_have_it() -> None:
    """Vapour at 20 degrees Celsius and salinity 35 has 0.0226 atm."""
    air = air_fugacity(400.0, temperature=20.0, salinity=35.0, air_pressure=1013.25)
    assert float(air["pco2_air"]) == pytest.approx(400 * (1 - 0.0226), abs=0.05)
    # Weiss and Price (1980), table VI: the fugacity is some 0.3 to 0.4 % less.
    assert 0.996 < float(air["fco2_air"] / air["pco2_air"]) < 0.997


def test_alkalinity_is_lees_relation_worked_out_by_hand() -> None:
    """North Atlantic, 10 degrees Celsius, salinity 36: 2305 + 53.97 + 2.74 + 11.6 - 4."""
    found = surface_alkalinity(10.0, 36.0, region="north_atlantic")
    assert float(found) == pytest.approx(2369.31)
    assert float(surface_alkalinity(20.0, 35.0, region="subtropics")) == pytest.approx(2305.0)
    assert np.isnan(float(surface_alkalinity(25.0, 35.0, region="north_atlantic")))
