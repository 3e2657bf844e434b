"""The surplus production model against its authors' results and stocks of known growth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines.fisheries import simulated_stock, surplus_production
from bluecloud_routines.fisheries._stock_priors import likely_msy, smoothed

# Short runs place a published number inside or outside an interval well enough.
SHORT = pytest.mark.filterwarnings("ignore::bluecloud_routines.errors.NotConvergedWarning")
RESILIENCES = {"Medium": "medium", "Low": "low", "Very low": "very low", "High": "high"}


@pytest.fixture(scope="session")
def cmsy(test_data: Path) -> Path:
    """The folder of the series and results that came with CMSY++."""
    return test_data / "oracles" / "fisheries" / "fish" / "cmsy"


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="latin1")


def series(catches: pd.DataFrame, stock: str, first: int = 0, last: int = 9999) -> pd.DataFrame:
    """The catch (t) and index of one stock."""
    rows = catches[(catches["Stock"] == stock) & catches["yr"].between(first, last)]
    numbers = {
        name: pd.to_numeric(rows[old], errors="coerce").to_numpy(float)
        for name, old in (("catch", "ct"), ("cpue", "bt"))
    }
    return pd.DataFrame({"year": rows["yr"].to_numpy(), **numbers, "unit": "t"})


@pytest.fixture(scope="session")
def seabass(cmsy: Path) -> pd.DataFrame:
    """Seabass of the northern and central Bay of Biscay (bss.27.8ab), 1985 to 2019."""
    return series(read(cmsy / "Train_Catch_9e.csv"), "bss.27.8ab")


def test_the_seabass_of_the_user_guide_is_assessed_as_there(seabass: pd.DataFrame) -> None:
    found = surplus_production(
        seabass,
        growth=(0.350574, 0.836554),
        start=(0.25, 1.0),
        intermediate=(2016, 0.132, 0.351),
        end=(0.127, 0.339),
        creep=1.0,
    )
    assert found.converged
    table = found.summary.set_index("quantity")
    # Medians and 95 percent intervals of BSM, in thousands of tonnes and 10,000s of the index.
    published = {
        "r": (0.44, 0.309, 0.63, 1.0),
        "k": (23.6, 16.9, 34.1, 1e3),
        "msy": (2.59, 2.33, 2.92, 1e3),
        "q": (0.192, 0.135, 0.274, 10.0),
        "biomass_of_k": (0.266, 0.194, 0.342, 1.0),
    }
    for name, (median, low, high, unit) in published.items():
        row = table.loc[name]
        assert row["median"] == pytest.approx(median * unit, rel=0.05), name
        assert row["low"] == pytest.approx(low * unit, rel=0.1), name
        assert row["high"] == pytest.approx(high * unit, rel=0.1), name


@SHORT
def test_what_is_not_drawn_is_the_authors_to_the_last_digit(seabass: pd.DataFrame) -> None:
    catch = seabass["catch"].to_numpy() / 1e3
    smooth = smoothed(catch, 3.0)
    assert smooth.max() == pytest.approx(3.46210962608963, rel=1e-12)
    assert smooth.min() == pytest.approx(2.23000322623022, rel=1e-12)
    assert smooth.mean() == pytest.approx(2.61506394421966, rel=1e-12)
    assert likely_msy(catch, smooth) == pytest.approx(2.51205, rel=1e-12)
    found = surplus_production(seabass, growth=(0.3, 0.9), creep=1.0, draws=256, most_thin=1)
    index = found.years["cpue"].dropna("time")
    assert float(index.min()) == pytest.approx(12998.1724433884, rel=1e-12)
    assert float(index.max()) == 25326.0


def test_the_likely_msy_is_the_authors_for_all_their_stocks(cmsy: Path) -> None:
    catches, results = read(cmsy / "Train_Catch_9e.csv"), read(cmsy / "Out_Train_ID_9e.csv")
    for row in results.to_dict("records"):
        catch = series(catches, row["Stock"], row["start.yr"], row["end.yr"])["catch"].to_numpy()
        smooth = smoothed(catch, 3.0)
        # Theirs are in tonnes, thousands or millions; in a dozen a decimal point is lost.
        ratio = likely_msy(catch, smooth) * row["MaxSmoothCatch"] / smooth.max() / row["MSY_prior"]
        assert min(abs(ratio - 1), abs(1e3 * ratio - 1)) < 1e-5, row["Stock"]


@SHORT
def test_the_medians_published_for_real_stocks_lie_in_our_intervals(cmsy: Path) -> None:
    catches, results = read(cmsy / "Train_Catch_9e.csv"), read(cmsy / "Out_Train_ID_9e.csv")
    given = read(cmsy / "Train_ID_9e.csv").set_index("Stock")
    # In some rows of the table a decimal point is lost.
    sound = (results["btype"] == "CPUE") & (results["endbio.low"] < results["endbio.hi"])
    sample = results[sound].iloc[4::10]
    inside, apart, wider = [], [], []
    for row in sample.to_dict("records"):
        stock = given.loc[row["Stock"]]
        table = series(catches, row["Stock"], row["start.yr"], row["end.yr"])
        ranged = pd.notna(stock["r.low"])
        started = pd.notna(stock["stb.low"])
        found = surplus_production(
            table,
            growth=(stock["r.low"], stock["r.hi"]) if ranged else None,
            resilience=RESILIENCES[stock["Resilience"]],
            start=(stock["stb.low"], stock["stb.hi"]) if started else (0.2, 1.0),
            end=(row["endbio.low"], row["endbio.hi"]),
            creep=0.0 if pd.isna(stock["e.creep"]) else stock["e.creep"],
            draws=6_400,
            chains=32,
            most_thin=2,
        )
        scale = smoothed(table["catch"].to_numpy(), 3.0).max() / row["MaxSmoothCatch"]
        ours = found.summary.set_index("quantity")
        for name, theirs in (("msy", row["MSY_BSM"] * scale), ("biomass_of_k", row["rel_B_BSM"])):
            inside.append(ours.loc[name, "low"] <= theirs <= ours.loc[name, "high"])
            apart.append(abs(ours.loc[name, "median"] / theirs - 1))
        width = np.log(ours.loc["msy", "high"] / ours.loc["msy", "low"])
        wider.append(width / np.log(row["ucl.MSY_BSM"] / row["lcl.MSY_BSM"]))
    msy, status = np.array(inside).reshape(-1, 2).mean(axis=0)
    assert len(sample) >= 20
    assert msy >= 0.8
    assert status >= 0.8
    msy, status = np.median(np.reshape(apart, (-1, 2)), axis=0)
    assert msy < 0.05
    assert status < 0.10
    assert 1 < np.median(wider) < 1.35  # it is known that they are wider


@SHORT
def test_the_growth_and_yield_of_simulated_stocks_are_found_again(cmsy: Path) -> None:
    catches, known = read(cmsy / "SimCatchCPUE_4.csv"), read(cmsy / "SimSpecCPUE_4_NA.csv")
    inside, errors = [], []
    for row in known.to_dict("records"):
        found = surplus_production(
            series(catches, row["Stock"]),
            resilience=RESILIENCES[row["Resilience"]],
            draws=6_400,
            chains=32,
            most_thin=1,
        ).summary.set_index("quantity")
        for name, truth in (("r", "true.r"), ("k", "true.k"), ("msy", "true.MSY")):
            inside.append(found.loc[name, "low"] <= row[truth] <= found.loc[name, "high"])
        errors.append(abs(np.log(found.loc["msy", "median"] / row["true.MSY"])))
    assert np.array(inside).reshape(-1, 3).mean(axis=0).min() >= 0.8
    assert np.median(errors) < 0.2


@pytest.fixture(scope="module")
def stock() -> pd.DataFrame:
    return simulated_stock(growth=0.4, unfished=1e5)


@SHORT
def test_a_stock_in_other_units_is_the_same_stock(stock: pd.DataFrame) -> None:
    options = {"resilience": "medium", "draws": 3200, "chains": 32, "most_thin": 1}
    first = surplus_production(stock, **options).summary.set_index("quantity")
    other = stock.assign(catch=stock["catch"] * 1024, cpue=stock["cpue"] / 8)
    other.attrs = stock.attrs
    second = surplus_production(other, **options).summary.set_index("quantity")
    factors = {"r": 1, "k": 1024, "msy": 1024, "q": 1 / 8 / 1024, "biomass_of_k": 1, "catch": 1024}
    for name, factor in factors.items():
        # The same random numbers: rounding apart, the same chains.
        assert second.loc[name, "median"] == pytest.approx(
            factor * first.loc[name, "median"], rel=1e-6
        ), name


def test_the_same_seed_gives_the_same_and_another_nearly(stock: pd.DataFrame) -> None:
    once, again, other = (
        surplus_production(stock, resilience="medium", draws=6_400, chains=32, seed=seed).summary
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(once, again)
    np.testing.assert_allclose(other["median"], once["median"], rtol=0.1)


def test_without_an_index_the_priors_bound_the_answer(stock: pd.DataFrame) -> None:
    found = surplus_production(
        stock.drop(columns="cpue"), resilience="medium", end=(0.3, 0.6), draws=12_800, chains=32
    )
    table = found.summary.set_index("quantity")
    assert found.converged
    assert "q" not in table.index
    assert 0.25 < table.loc["biomass_of_k", "median"] < 0.65
    assert table.loc["msy", "low"] < 0.4 * 1e5 / 4 < table.loc["msy", "high"]
    # With an index more is known.
    indexed = surplus_production(
        stock, resilience="medium", end=(0.3, 0.6), draws=12_800, chains=32
    )
    width = table["high"] - table["low"]
    narrower = indexed.summary.set_index("quantity")
    assert (narrower["high"] - narrower["low"])["biomass_of_k"] < width["biomass_of_k"]


def test_states_add_up_and_ratios_are_those_of_the_points(stock: pd.DataFrame) -> None:
    found = surplus_production(stock, resilience="medium", draws=6_400, chains=32, forecast_years=4)
    years = found.years
    np.testing.assert_allclose(years["kobe_share"].sum("quadrant"), 1)
    assert years.sizes["time"] == len(stock) + 4
    assert int(years["forecast"].sum()) == 4
    assert bool((years["biomass"].diff("quantile") > 0).all())
    np.testing.assert_allclose(years["biomass_of_bmsy"], 2 * years["biomass_of_k"])
    draws = found.draws
    np.testing.assert_allclose(draws["msy"], draws["r"] * draws["k"] / 4)
    np.testing.assert_allclose(draws["fishing"], draws["catch"] / draws["biomass"])
    reduced = draws["fmsy"] * np.minimum(1, 4 * draws["biomass_of_k"])
    np.testing.assert_allclose(draws["fishing_of_fmsy"], draws["fishing"] / reduced)


def test_a_stock_left_alone_grows_and_one_fished_out_does_not(stock: pd.DataFrame) -> None:
    ends = []
    for fishing in (0.0, 1.0, 2.0):
        years = surplus_production(
            stock,
            resilience="medium",
            draws=6_400,
            chains=32,
            forecast_years=8,
            forecast_fishing=fishing,
        ).years
        ends.append(float(years["biomass"].sel(quantile=0.5)[-1]))
        if fishing == 0:
            assert not years["catch"][:, -8:].any()
    assert ends[0] > ends[1] > ends[2]
