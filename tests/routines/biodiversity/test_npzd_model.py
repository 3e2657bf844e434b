"""The NPZD model: against an independent solver, by hand, and what must always hold."""

import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from bluecloud_routines.biodiversity import parameter_ranges, simulate_npzd
from tests.routines.biodiversity.conftest import daily_sea

STOCKS = ("phytoplankton", "zooplankton", "detritus", "din")
RANGES = parameter_ranges("nearshore")


def middle(**changed: float) -> pd.DataFrame:
    """One set: the middle of each range, but for what is changed."""
    values = (RANGES["least"] + RANGES["most"]) / 2
    return pd.DataFrame([{**values.to_dict(), **changed}])


def any_sets(seed: int, number: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    drawn = random.uniform(RANGES["least"], RANGES["most"], size=(number, len(RANGES)))
    return pd.DataFrame(drawn, columns=RANGES.index)


def solved(forcing: xr.Dataset, sets: pd.DataFrame, *, prognostic: bool) -> np.ndarray:
    """(stock, day): scipy's solution, each day on its own since the forcing leaps at midnight."""
    p = sets.iloc[0]
    state, path = np.array([1.0, 0.1, 5.0, 5.0]), []
    for day in forcing.to_dataframe().itertuples():
        light = day.par * math.exp(-p.attenuation * 3)
        warm = (1.185 - 0.00729 * day.temperature) ** (day.temperature - p.reference_temperature)
        nutrients = day.phosphate / (day.phosphate + p.ks_phosphate)
        nutrients *= day.silicate / (day.silicate + p.ks_silicate)
        rate = p.max_uptake * warm * nutrients * light / (light + p.ks_par)

        def change(_t, y, rate=rate, given=day.din):
            phyto, zoo, detritus, nitrogen = y
            nitrogen = nitrogen if prognostic else given
            uptake = rate * phyto * nitrogen / (nitrogen + p.ks_din)
            grazed = p.max_grazing * zoo * phyto / (phyto + p.ks_grazing)
            dead, excreted = p.mortality * zoo**2, p.excretion * zoo
            gone, made = p.faeces * grazed, 0.1 * detritus
            return [
                uptake - grazed,
                grazed - gone - excreted - dead,
                dead + gone - made,
                made + excreted - uptake,
            ]

        state = solve_ivp(change, (0, 1), state, rtol=1e-10, atol=1e-12).y[:, -1]
        path.append(state)
    return np.array(path).T


@pytest.mark.parametrize("din", ["forced", "prognostic"])
def test_it_nears_scipys_solution_in_proportion_to_the_step(din: str) -> None:
    sea = daily_sea("2014-03-01", "2014-06-08")
    truth = solved(sea, middle(), prognostic=din == "prognostic")[:3]
    errors = []
    for dt in (1.0, 0.5, 0.25, 0.125):
        found = simulate_npzd(sea, middle(), dt=dt, din=din)
        path = np.array([found[name].values[:, 0] for name in STOCKS[:3]])
        errors.append(np.abs(path - truth).max())
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert 0.9 < order[-1] < 1.15
    assert errors[-1] < 0.02 * np.abs(truth).max()


@pytest.mark.parametrize("dt", [1.0, 0.2])
def test_a_closed_budget_keeps_its_nitrogen(dt: float) -> None:
    found = simulate_npzd(
        daily_sea("2014-01-01", "2017-12-31"), any_sets(1, 40), din="prognostic", dt=dt
    )
    total = sum(found[name] for name in STOCKS)
    np.testing.assert_allclose(total, 11.1, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    initial=st.tuples(*[st.floats(0, 50)] * 4),
    hunger=st.floats(0, 10),
)
def test_no_stock_is_negative_and_nitrogen_is_kept_whatever_the_parameters(
    seed: int, initial: tuple[float, float, float, float], hunger: float
) -> None:
    sets = any_sets(seed, 5).assign(max_grazing=hunger, max_uptake=hunger, mortality=hunger)
    found = simulate_npzd(
        daily_sea("2014-04-01", "2014-07-01"), sets, din="prognostic", initial=initial
    )
    for name in STOCKS:
        assert float(found[name].min()) >= -1e-12
    total = sum(found[name] for name in STOCKS)
    np.testing.assert_allclose(total, sum(initial), rtol=1e-12, atol=1e-12)


def test_the_first_day_is_what_a_pencil_gives() -> None:
    sea = daily_sea("2014-01-01", "2014-01-01")
    for name, value in (("din", 5), ("phosphate", 0.5), ("silicate", 1), ("par", 100)):
        sea[name][:] = value
    sea["temperature"][:] = 10
    halves = {"ks_din": 5, "ks_phosphate": 0.5, "ks_silicate": 1, "ks_par": 100, "attenuation": 0}
    others = {"max_uptake": 0.8, "reference_temperature": 10, "max_grazing": 1, "ks_grazing": 1}
    last = {"faeces": 0.5, "excretion": 0.1, "mortality": 0.5, "chlorophyll_to_nitrogen": 2}
    found = simulate_npzd(sea, middle(**halves, **others, **last), din="prognostic")
    # Uptake 0.8 / 2**4 = 0.05; grazed 0.1 / 2 = 0.05; dead 0.5 * 0.01 = 0.005.
    expected = {
        "phytoplankton": 1.0,
        "zooplankton": 0.1 + 0.05 - 0.025 - 0.01 - 0.005,
        "detritus": 5 + 0.005 + 0.025 - 0.5,
        "din": 5 + 0.5 + 0.01 - 0.05,
        "chlorophyll": 2.0,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name].item(), value, rtol=1e-14, err_msg=name)


def test_forced_nitrogen_stays_what_was_given(forcing: xr.Dataset) -> None:
    found = simulate_npzd(forcing, middle())
    np.testing.assert_array_equal(found["din"].values[:, 0], forcing["din"])


def test_a_member_is_the_same_alone_and_among_thousands(forcing: xr.Dataset) -> None:
    sets = any_sets(2, 6000)
    sea = forcing.isel(time=slice(0, 60))
    together = simulate_npzd(sea, sets)
    alone = simulate_npzd(sea, sets.iloc[[2600]])
    np.testing.assert_array_equal(
        together["phytoplankton"].isel(member=2600), alone["phytoplankton"].isel(member=0)
    )


def test_growth_without_bounds_is_missing_not_a_number(forcing: xr.Dataset) -> None:
    wild = middle(max_uptake=10, max_grazing=0)
    found = simulate_npzd(forcing, pd.concat([wild, middle()]))
    assert bool(found["phytoplankton"].isel(member=0).isnull().all())
    assert bool(found["phytoplankton"].isel(member=1).notnull().all())


def test_nothing_is_taken_up_without_light(forcing: xr.Dataset) -> None:
    found = simulate_npzd(
        forcing.assign(par=forcing["par"].copy(data=np.zeros(731 - 1))), middle(max_grazing=0)
    )
    np.testing.assert_array_equal(found["phytoplankton"], 1.0)
