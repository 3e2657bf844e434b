"""Growth and death from lengths: against stocks of known growth, books, and plain arithmetic."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from bluecloud_routines.fisheries import (
    Growth,
    catch_curve,
    cohort_analysis,
    fit_growth,
    growth_score,
    length_based,
    length_frequency,
    natural_mortality,
    per_recruit,
    restructured,
    simulated_lengths,
)
from bluecloud_routines.fisheries.simulated_lengths import EXAMPLE
from tests.bench.bench_length_based import PlainScore

FEW = settings(max_examples=25, deadline=None)
# Slowest at the turn of the year, as the samples show.
SYNTHETIC_4 = Growth(linf=80, k=0.5, anchor=0.25, season=0.75, summer=0.5)
SYNTHETIC_7 = Growth(linf=123, k=0.2, anchor=0.25, season=0.3, summer=0.5)


def array(number: object, *, dates: list[str], first: float, width: float) -> xr.DataArray:
    values = np.atleast_2d(np.asarray(number, float))
    middles = first + width * np.arange(values.shape[1])
    return xr.DataArray(
        values,
        dims=("time", "length"),
        coords={
            "time": np.array(dates, "M8[ns]"),
            "length": ("length", middles, {"units": "cm"}),
        },
    )


def samples(test_data: Path, name: str, *, width: float) -> xr.DataArray:
    """A sample of known growth that came with TropFishR, in classes of a width."""
    folder = test_data / "oracles" / "fisheries" / "fish" / "tropfishr"
    told = json.loads((folder / f"{name}.json").read_text())
    days, middles = np.array(told["dates"]), np.array(told["midLengths"])
    fish = pd.DataFrame(
        {
            "time": np.repeat(pd.to_datetime(days, unit="D"), len(middles)),
            "length": np.tile(middles, len(days)),
            "number": np.array(told["catch"], float).T.ravel(),
        }
    )
    return length_frequency(fish, width=width)


@pytest.mark.parametrize(
    ("name", "width", "truth", "bounds", "closest"),
    [
        ("synLFQ4", 2.0, SYNTHETIC_4, ((70, 95), (0.2, 1.0)), 0.05),
        ("synLFQ7", 4.0, SYNTHETIC_7, ((110, 140), (0.1, 0.4)), 0.10),
    ],
)
def test_the_known_growth_of_synthetic_samples_is_found_again(
    test_data: Path,
    name: str,
    width: float,
    truth: Growth,
    bounds: tuple[tuple[float, float], tuple[float, float]],
    closest: float,
) -> None:
    lengths = samples(test_data, name, width=width)
    found = fit_growth(lengths, linf=bounds[0], k=bounds[1], starts=6)
    assert found.growth.linf == pytest.approx(truth.linf, rel=closest)
    assert found.growth.k == pytest.approx(truth.k, rel=0.15)
    assert found.growth.performance == pytest.approx(truth.performance, abs=0.08)
    (score,) = growth_score(lengths, [truth])
    assert score <= found.score <= 1
    assert float(found.starts["score"].max()) == found.score
    assert float(found.surface["score"].max()) == pytest.approx(found.score)
    assert found.growth.anchor == pytest.approx(truth.anchor, abs=0.15)
    if truth is SYNTHETIC_4:  # a strong season, seen in every month of two years
        assert found.growth.summer == pytest.approx(truth.summer, abs=0.06)
        assert found.growth.season == pytest.approx(truth.season, abs=0.2)


def test_the_deaths_of_the_goatfish_are_those_of_the_handbook(test_data: Path) -> None:
    folder = test_data / "oracles" / "fisheries" / "fish" / "tropfishr"
    told = json.loads((folder / "goatfish.json").read_text())
    lengths = array(told["catch"], dates=["2000-01-01"], first=told["midLengths"][0], width=1)
    found = catch_curve(lengths, linf=23.1, k=0.59, shortest=13.5, longest=19.5)
    assert found.z == pytest.approx(4.195, abs=5e-4)  # 4.19 in Sparre and Venema
    assert found.points["used"].sum() == 7
    assert found.low < found.z < found.high


def test_natural_mortality_has_the_coefficients_of_the_papers() -> None:
    table = natural_mortality(
        linf=123, k=0.2, oldest=20, temperature=15, mature_age=3, length=60
    ).set_index("estimator")["m"]
    by_hand = {
        "then_growth": 0.259878,
        "then_oldest": 0.315039,
        "jensen": 0.3,
        "hoenig": 10 ** (1.46 / math.log(10) - 1.01 * math.log10(20)),
        "alverson_carney": 0.6 / (math.exp(1.52) - 1),
        "pauly": 10**-0.0066 * 123**-0.279 * 0.2**0.6543 * 15**0.4634,
        "rikhter_efanov": 1.521 * 3**-0.72 - 0.155,
        "gislason": math.exp(0.55) * 60**-1.61 * 123**1.44 * 0.2,
    }
    assert set(table.index) == set(by_hand)
    for name, expected in by_hand.items():
        assert table[name] == pytest.approx(expected, rel=2e-6), name
    assert list(natural_mortality(linf=123, k=0.2)["estimator"]) == ["then_growth", "jensen"]


def test_a_sample_is_restructured_as_by_hand() -> None:
    # Over averages of 1.5, 3, 10/3, 3, 4/3, 1 and 1; the mean of that is 6.55 / 7.
    over = np.array([2 / 3, 2 / 3, 1.8, 2 / 3, 0.75, 1, 1])
    lengths = array([1, 2, 6, 2, 1, 1, 1], dates=["2000-01-01"], first=5, width=1)
    found = restructured(lengths, average_over=3, few_fish_count_less=False)
    np.testing.assert_allclose(found.values[0], over * 7 / 6.55 - 1)
    # Alone among four empty classes, 4 is halved four times; of three fish, it is less again.
    alone = array([0, 0, 3, 0, 0], dates=["2000-01-01"], first=5, width=1)
    plain = restructured(alone, average_over=3, few_fish_count_less=False)
    np.testing.assert_allclose(plain.values[0], [0, 0, 0.25, 0, 0])
    fewer = restructured(alone, average_over=3)
    np.testing.assert_allclose(fewer.values[0, 2], 0.25 / math.sqrt(1 + 2 / 3))


curves = st.builds(
    Growth,
    linf=st.floats(50, 130),
    k=st.floats(0.1, 1.5),
    anchor=st.floats(0, 1),
    season=st.floats(0, 1),
    summer=st.floats(0, 1),
)


@FEW
@given(curves=st.lists(curves, min_size=1, max_size=4), average_over=st.sampled_from([3, 5, 9]))
def test_curves_are_scored_as_one_by_one_class_by_class(
    curves: list[Growth], average_over: int
) -> None:
    lengths = simulated_lengths(samples=5)
    together = growth_score(lengths, curves, average_over=average_over)
    score = PlainScore(restructured(lengths, average_over=average_over))
    alone = [score(each) for each in curves]
    np.testing.assert_allclose(together, alone, rtol=1e-9)
    assert (together <= 1).all()


@FEW
@given(curve=curves, times=st.integers(2, 1000))
def test_more_fish_of_the_same_shape_and_four_years_later_score_the_same(
    curve: Growth, times: int
) -> None:
    lengths = simulated_lengths(samples=4)
    score = growth_score(lengths, [curve], few_fish_count_less=False)
    more = (lengths * times).assign_coords(lengths.coords)
    later = more.assign_coords(time=more["time"] + np.timedelta64(1461, "D"))
    np.testing.assert_allclose(growth_score(later, [curve], few_fish_count_less=False), score)


@FEW
@given(
    # To the tenth of a millimetre: much less below an edge is taken to be at it.
    lengths=st.lists(st.floats(1, 90).map(lambda cm: round(cm, 2)), min_size=1, max_size=40),
    width=st.sampled_from([0.5, 1.0, 2.5]),
)
def test_each_fish_is_in_the_class_that_holds_it(lengths: list[float], width: float) -> None:
    fish = pd.DataFrame({"time": pd.Timestamp("2020-05-01"), "length": [*lengths, 1.0, 20.0]})
    found = length_frequency(fish, width=width)
    assert float(found.sum()) == len(fish)
    for length in fish["length"]:
        near = found.sel(length=length, method="nearest")
        assert float(near.sum()) >= 1
    assert found["length"].attrs["units"] == "cm"


def test_growth_is_von_bertalanffys_and_stops_in_winter_with_a_full_season() -> None:
    ages = np.linspace(0, 5, 11)
    plain = Growth(linf=50, k=0.3)
    np.testing.assert_allclose(plain.length(ages), 50 * (1 - np.exp(-0.3 * ages)))
    full = Growth(linf=50, k=0.3, anchor=0.25, season=1, summer=0.4)
    np.testing.assert_allclose(full.length(np.arange(4)), plain.length(np.arange(4)), atol=1e-12)
    winter = 0.9 - 0.25
    speed = (full.length(winter + 1e-5) - full.length(winter - 1e-5)) / 2e-5
    assert abs(float(speed)) < 1e-4
    lines = full.cohorts("2020-01-01", "2020-12-31", step=5)
    born = lines[lines["born"] == 2019]
    assert born["length"].is_monotonic_increasing
    assert born["length"].iloc[0] == pytest.approx(float(full.length(0.75)), abs=0.01)
    assert lines["length"].max() < 0.95 * 50
    assert plain.performance == pytest.approx(math.log10(0.3 * 2500))


def test_a_catch_curve_gives_the_deaths_and_the_catch_of_the_young_that_made_it() -> None:
    linf, k, z = 60.0, 0.4, 1.1
    middles = 1.0 + 2 * np.arange(30)[:29]
    age = -np.log(1 - middles / linf) / k
    span = np.log((linf - middles + 1) / (linf - middles - 1)) / k
    # Half of them are caught at 1 year.
    number = 1e6 * span * np.exp(-z * age) / (1 + np.exp(-8 * (age - 1.0)))
    lengths = array(number, dates=["2020-01-01"], first=1, width=2)
    found = catch_curve(lengths, linf=linf, k=k, shortest=40)
    assert found.z == pytest.approx(z, rel=1e-3)
    assert found.caught_half == pytest.approx(linf * (1 - math.exp(-k)), rel=0.01)


@pytest.mark.parametrize(("caught", "mature"), [(20.0, 35.0), (40.0, 30.0)])
def test_yield_and_spawners_per_recruit_are_those_of_integration(
    caught: float, mature: float
) -> None:
    linf, k, m = 70.0, 0.3, 0.45
    found = per_recruit(
        linf=linf, k=k, m=m, caught_length=caught, mature_length=mature, fishing=0.7
    )
    age_caught, age_mature = (-math.log(1 - each / linf) / k for each in (caught, mature))
    begin = min(age_caught, age_mature)

    def alive(age: float, fishing: float) -> float:
        return math.exp(-m * (age - begin) - fishing * max(0.0, age - age_caught))

    def weight(age: float) -> float:
        return 0.01 * (linf * (1 - math.exp(-k * age))) ** 3

    def summed(first: float, fishing: float) -> float:
        ends = sorted({first, max(first, age_caught), 80.0})
        parts = itertools.pairwise(ends)
        return sum(quad(lambda age: weight(age) * alive(age, fishing), *each)[0] for each in parts)

    for point in found.points.itertuples():
        caught_g = point.fishing * summed(age_caught, point.fishing)
        assert point.yield_g == pytest.approx(caught_g, rel=1e-6)
        left = summed(age_mature, point.fishing) / summed(age_mature, 0)
        assert point.spawners == pytest.approx(left, rel=1e-6)
    points = found.points.set_index("point")
    assert points.loc["f_spawners", "spawners"] == pytest.approx(0.4)
    assert points.loc["f_max", "yield_g"] >= found.curve["yield_g"].max()
    rate, step = points.loc["f_0.1", "fishing"], 1e-4

    def caught_at(rate: float) -> float:
        return rate * summed(age_caught, rate)

    slope = (caught_at(rate + step) - caught_at(rate - step)) / (2 * step)
    assert slope == pytest.approx(caught_at(1e-6) / 1e-6 / 10, rel=1e-3)


def test_a_yield_that_rises_for_ever_has_no_greatest_fishing() -> None:
    found = per_recruit(linf=30, k=0.2, m=1.5, caught_length=20, mature_length=10)
    points = found.points.set_index("point")["fishing"]
    assert math.isnan(points["f_max"])
    assert points["f_0.1"] > 0


def test_a_simulated_stock_is_assessed_near_its_truth() -> None:
    lengths = simulated_lengths(z=1.5, caught_half=25)
    found = length_based(lengths, linf=(70, 95), k=(0.2, 1.0), starts=8, resamples=2)
    table = found.summary.set_index("quantity")
    assert table.loc["linf", "value"] == pytest.approx(80, rel=0.1)
    assert table.loc["phi_prime", "value"] == pytest.approx(EXAMPLE.performance, abs=0.05)
    assert table.loc["z", "value"] == pytest.approx(1.5, rel=0.2)
    assert table.loc["caught_half", "value"] == pytest.approx(25, rel=0.1)
    value = table["value"]
    assert value["f"] == pytest.approx(value["z"] - value["m"])
    assert value["exploitation"] == pytest.approx(value["f"] / value["z"])
    assert (table["low"] <= table["high"]).all()
    assert json.loads(found.summary.attrs["parameters"])["resamples"] == 2


def test_the_same_samples_give_the_same_answer_however_they_are_laid_out() -> None:
    lengths = simulated_lengths(samples=4)
    first = fit_growth(lengths, starts=2, generations=30)
    second = fit_growth(lengths.transpose("length", "time"), starts=2, generations=30)
    assert first.growth == second.growth


def test_natural_death_that_is_known_takes_the_place_of_the_relation() -> None:
    found = length_based(simulated_lengths(), starts=1, natural=0.4)
    assert found.summary.set_index("quantity").loc["m", "value"] == 0.4


@FEW
@given(
    fishing=st.lists(st.just(0.0) | st.floats(1e-6, 3), min_size=4, max_size=12),
    terminal=st.floats(0.1, 0.9),
    m=st.floats(0.1, 1.5),
)
def test_the_fishing_that_made_a_catch_is_found_again_at_every_length(
    fishing: list[float], terminal: float, m: float
) -> None:
    linf, k = 60.0, 0.4
    # From 57 - 4 n cm in classes of 4 to 0.95 linf; the fish beyond are one class.
    edges = 57.0 - 4 * np.arange(len(fishing), -1, -1)
    years = np.log((linf - edges[:-1]) / (linf - edges[1:])) / k
    z = np.array(fishing) + m
    alive = 1e6 * np.exp(-np.append(0, np.cumsum(z * years)))
    caught = np.array(fishing) / z * -np.diff(alive)
    number = np.append(caught, alive[-1] * terminal)
    number[0] = max(number[0], 1e-9)  # the first class is the first with fish
    lengths = array(number, dates=["2020-01-01"], first=edges[0] + 2, width=4)
    found = cohort_analysis(lengths, linf=linf, k=k, m=m, terminal=terminal)
    np.testing.assert_allclose(found["length"], edges)
    np.testing.assert_allclose(found["fishing"][1:-1], fishing[1:], atol=1e-6)
    np.testing.assert_allclose(found["reached"], alive, rtol=1e-6)
    assert found["caught"].sum() + found["died"].sum() == pytest.approx(found["reached"][0])
    twice = cohort_analysis(lengths, linf=linf, k=k, m=m, terminal=terminal, raised=2.0)
    np.testing.assert_allclose(twice["reached"], 2 * found["reached"])
    np.testing.assert_allclose(twice["fishing"], found["fishing"], atol=1e-9)
