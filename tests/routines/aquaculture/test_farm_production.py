"""Biomass and production by simulation: against means that are worked out."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bluecloud_routines.aquaculture import (
    SPECIES,
    Practice,
    Range,
    farm_inventory,
    farm_production,
)
from bluecloud_routines.errors import ParameterError, ValuesError

FIXED = Practice(Range(10, 10, 10), Range(24, 24, 24))


@pytest.fixture
def farms(two_farms: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return farm_inventory(two_farms).farms


def test_with_nothing_uncertain_it_is_a_product(farms: gpd.GeoDataFrame) -> None:
    told = farm_production(farms.iloc[1:], practice=FIXED, depth_m=5, n_mc=3)
    biomass = 500 * np.pi * 5 * 10 / 1000
    row = told.farms.iloc[0]
    assert row["biomass_t_mean"] == pytest.approx(biomass)
    assert row["production_t_per_year_mean"] == pytest.approx(biomass / 2)
    assert row["biomass_t_sd"] == pytest.approx(0, abs=1e-9)
    assert row["biomass_t_low"] == pytest.approx(row["biomass_t_high"])


@pytest.mark.parametrize("shared", [True, False])
def test_the_mean_is_the_product_of_means(farms: gpd.GeoDataFrame, shared: bool) -> None:
    """Area and density uniform, depth normal between bounds, one over the cycle by its integral."""
    practice = Practice(Range(10, 5, 20, "uniform"), Range(18, 10, 24, "uniform"))
    depth = Range(6, 4, 9)
    told = farm_production(
        farms, practice=practice, depth_m=depth, n_mc=200_000, seed=3, shared=shared
    )
    deviation = 5 / 3.92
    mean_depth = stats.truncnorm.mean(-2 / deviation, 3 / deviation, loc=6, scale=deviation)
    harvests = 12 * np.log(24 / 10) / (24 - 10)
    for row, area in zip(told.farms.itertuples(), (450, 500 * np.pi), strict=True):
        biomass = area * mean_depth * 12.5 / 1000
        assert row.biomass_t_mean == pytest.approx(biomass, rel=0.005)
        assert row.production_t_per_year_mean == pytest.approx(biomass * harvests, rel=0.005)
    total = (450 + 500 * np.pi) * mean_depth * 12.5 / 1000
    assert told.years["biomass_t_mean"][0] == pytest.approx(total, rel=0.005)


def test_the_deviation_is_that_of_a_product(farms: gpd.GeoDataFrame) -> None:
    """Of two uniform factors: E[x^2]E[y^2] - (E[x]E[y])^2."""
    practice = replace(FIXED, density_kg_m3=Range(10, 5, 20, "uniform"))
    told = farm_production(farms, practice=practice, depth_m=1, n_mc=200_000)

    def moments(low: float, high: float) -> tuple[float, float]:
        return (low + high) / 2, (low**2 + low * high + high**2) / 3

    (area, area2), (density, density2) = moments(300, 600), moments(5, 20)
    expected = np.sqrt(area2 * density2 - (area * density) ** 2) / 1000
    assert told.farms["biomass_t_sd"][0] == pytest.approx(expected, rel=0.01)


def test_what_is_shared_does_not_cancel_in_the_total(farms: gpd.GeoDataFrame) -> None:
    many = pd.concat([farms.iloc[1:]] * 50, ignore_index=True)
    practice = replace(FIXED, density_kg_m3=Range(10, 5, 20, "uniform"))
    shared = farm_production(many, practice=practice, n_mc=5000).years
    alone = farm_production(many, practice=practice, n_mc=5000, shared=False).years
    ratio = shared["biomass_t_sd"][0] / alone["biomass_t_sd"][0]
    assert ratio == pytest.approx(np.sqrt(50), rel=0.1)
    assert alone["biomass_t_mean"][0] == pytest.approx(shared["biomass_t_mean"][0], rel=0.03)


def test_the_same_seed_gives_the_same_numbers(farms: gpd.GeoDataFrame) -> None:
    first, again, other = (
        farm_production(farms, practice=SPECIES["seabass"], seed=seed).farms for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_a_farms_own_depth_is_used(farms: gpd.GeoDataFrame) -> None:
    told = farm_production(farms.assign(depth_m=[4.0, 8.0]), practice=FIXED, depth_m=99).farms
    assert told["biomass_t_mean"][1] == pytest.approx(500 * np.pi * 8 * 10 / 1000)


def test_areas_of_cages_turned_on_their_own_are_nearly_normal(two_farms: gpd.GeoDataFrame) -> None:
    farms = farm_inventory(two_farms, aligned=False).farms
    told = farm_production(farms, practice=FIXED, depth_m=1, n_mc=50_000, aligned=False).farms
    exact = np.sqrt(6) * 50 / np.sqrt(12) * 10 / 1000
    assert told["biomass_t_sd"][0] == pytest.approx(exact, rel=0.02)


def test_the_interval_holds_its_share(farms: gpd.GeoDataFrame) -> None:
    practice = replace(FIXED, density_kg_m3=Range(10, 5, 20, "uniform"))
    told = farm_production(
        farms.iloc[1:], practice=practice, depth_m=1, n_mc=50_000, interval=0.8
    ).farms.iloc[0]
    ends = 0.5 * np.pi * np.array([6.5, 18.5])
    assert [told["biomass_t_low"], told["biomass_t_high"]] == pytest.approx(ends, rel=0.01)


@pytest.mark.parametrize("shape", ["normal", "uniform"])
def test_quantiles_are_those_of_scipy(shape: str) -> None:
    known = Range(12.5, 5, 20, shape)  # type: ignore[arg-type]
    share = np.linspace(0, 1, 11)
    deviation = 15 / 3.92
    expected = {
        "normal": stats.truncnorm(-7.5 / deviation, 7.5 / deviation, 12.5, deviation),
        "uniform": stats.uniform(5, 15),
    }[shape].ppf(share)
    np.testing.assert_allclose(known.quantile(share), expected)


def test_the_published_factors_are_those_of_the_authors(test_data) -> None:  # type: ignore[no-untyped-def]
    path = test_data / "oracles" / "aquaculture" / "aquaculture" / "production_factors.csv"
    table = pd.read_csv(path)
    for name, practice in SPECIES.items():
        rows = table[table["Species"] == name.capitalize()].set_index("Factor Type")
        for factor, known in (
            ("Stocking density", practice.density_kg_m3),
            ("Harvest frequency", practice.cycle_months),
        ):
            row = rows.loc[factor, ["Factor", "Range (lower)", "Range (upper)"]]
            assert [known.best, known.low, known.high] == row.astype(float).tolist()


def test_without_farms_there_is_nothing(farms: gpd.GeoDataFrame) -> None:
    told = farm_production(farms.iloc[:0], practice=FIXED)
    assert len(told.farms) == len(told.years) == 0
    assert "biomass_t_low" in told.farms


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"n_mc": 0}, "n_mc is 0"),
        ({"interval": 1.0}, "interval is 1"),
        ({"depth_m": -1.0}, "depth_m is -1"),
        ({"depth_m": float("nan")}, "depth_m is nan"),
    ],
)
def test_an_option_out_of_range_is_refused(
    farms: gpd.GeoDataFrame, option: dict[str, float], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        farm_production(farms, practice=FIXED, **option)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("best", "low", "high"), [(1, 2, 3), (2, 1, 1.5), (1, 0, 2), (1, 1, np.inf), (np.nan, 1, 2)]
)
def test_a_range_that_is_none_is_refused(best: float, low: float, high: float) -> None:
    with pytest.raises(ParameterError, match="above 0, finite"):
        Range(best, low, high)
    with pytest.raises(ParameterError, match="normal or uniform"):
        Range(2, 1, 3, "triangular")  # type: ignore[arg-type]


def test_farms_without_areas_are_refused(farms: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValuesError, match="no column area_m2"):
        farm_production(farms.drop(columns="area_m2"), practice=FIXED)
    with pytest.raises(ValuesError, match="depth_m is 0"):
        farm_production(farms.assign(depth_m=[5.0, 0.0]), practice=FIXED)
