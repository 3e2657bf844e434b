"""Raised catches: their sums are the nominal ones, and what is not raised says why."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.errors import (
    ParameterError,
    RoutineError,
    TimeAxisError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.fisheries import harmonise_catch, raise_to_nominal

FEW = settings(max_examples=25, deadline=None)


def reports(*rows: tuple[object, ...], **columns: object) -> pd.DataFrame:
    """Reports by (authority, fleet, species, gear, year, area, catch) in tonnes."""
    names = ("source_authority", "fishing_fleet", "species", "gear", "year", "area", "catch")
    table = pd.DataFrame(rows, columns=list(names))
    table["time"] = pd.to_datetime({"year": table["year"], "month": 3, "day": 1})
    return table.drop(columns="year").assign(**({"unit": "t"} | columns))


PLACE = ("IATTC", "USA", "YFT", "01.1", 2000)


def reasons(found: object) -> dict[str, int]:
    table = found.account  # type: ignore[attr-defined]
    return dict(zip(table["reason"], table["strata"], strict=True))


def test_each_report_is_multiplied_by_the_factor_of_its_stratum() -> None:
    given = reports(
        (*PLACE, "5300085", 30.0),
        (*PLACE, "5300086", 10.0),
        (*PLACE[:2], "SKJ", *PLACE[3:], "5300085", 50.0),
        (*PLACE[:2], "BET", *PLACE[3:], "5300085", 7.0),
    )
    nominal = reports(
        (*PLACE, "EPO", 60.0),
        (*PLACE, "EPO", 20.0),  # two rows of one stratum
        (*PLACE[:2], "SKJ", *PLACE[3:], "EPO", 25.0),
        (*PLACE[:2], "ALB", *PLACE[3:], "EPO", 3.0),
    )
    found = raise_to_nominal(given, nominal)
    assert found.rows["catch"].tolist() == [60, 20, 25, 7]
    assert found.rows["catch_reported"].tolist() == [30, 10, 50, 7]
    assert found.rows["reason"].tolist() == ["raised", "raised", "lowered", "no nominal catch"]
    strata = found.strata.set_index("species")
    assert strata.loc["YFT", "coverage"] == 0.5
    assert strata.loc["ALB", "reason"] == "no report by place"
    assert reasons(found) == {
        "raised": 1,
        "lowered": 1,
        "no nominal catch": 1,
        "no report by place": 1,
    }
    kept = raise_to_nominal(given, nominal, lower=False)
    assert kept.rows["catch"].tolist() == [60, 20, 50, 7]
    assert reasons(kept)["more by place than in all, kept"] == 1


@pytest.fixture(scope="module")
def eastern(test_data: Path) -> pd.DataFrame:
    """The nominal catches of the eastern Pacific, 1918 to 2024."""
    folder = test_data / "oracles" / "fisheries" / "fish" / "tuna" / "nominal"
    return harmonise_catch(pd.read_csv(folder / "iattc_CWP_dataset.csv")).rows


def by_place(nominal: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Each nominal catch in three squares, a part of it, and now and then more than it."""
    random = np.random.default_rng(seed)
    thrice = nominal.loc[nominal.index.repeat(3)].reset_index(drop=True)
    thrice["area"] = np.resize(["5301081", "5301082", "6400100"], len(thrice))
    thrice["catch"] *= random.uniform(0.001, 0.4, len(thrice))
    return thrice


def test_the_eastern_pacific_raised_has_its_nominal_catch_in_every_stratum(
    eastern: pd.DataFrame,
) -> None:
    found = raise_to_nominal(by_place(eastern, 1), eastern)
    assert found.rows["catch"].sum() == pytest.approx(39_589_241, rel=1e-12)
    by = ["fishing_fleet", "species", "gear"]
    sums, nominal = (
        table.astype(dict.fromkeys(by, str)).groupby([*by, table["time"].dt.year])["catch"].sum()
        for table in (found.rows, eastern)
    )
    np.testing.assert_allclose(sums.loc[nominal.index], nominal, rtol=1e-9)
    assert set(reasons(found)) == {"raised", "lowered"}


def test_raising_what_is_raised_changes_nothing(eastern: pd.DataFrame) -> None:
    some = eastern.iloc[::50]
    once = raise_to_nominal(by_place(some, 2), some).rows
    again = raise_to_nominal(once, some)
    np.testing.assert_allclose(again.rows["catch"], once["catch"], rtol=1e-12)
    assert set(reasons(again)) == {"equal already"}


@FEW
@given(
    seed=st.integers(0, 10_000),
    least=st.floats(0, 1),
    most=st.floats(1, 50),
    lower=st.booleans(),
)
def test_a_stratum_has_its_nominal_catch_or_is_as_reported(
    seed: int, least: float, most: float, lower: bool
) -> None:
    random = np.random.default_rng(seed)

    def some(count: int) -> pd.DataFrame:
        return reports(
            *zip(
                random.choice(["IATTC", "WCPFC"], count),
                random.choice(["USA", "MEX"], count),
                random.choice(["YFT", "SKJ", "BET"], count),
                random.choice(["01.1", "09.32"], count),
                random.integers(2000, 2003, count),
                random.choice(["5300085", "6400100"], count),
                random.gamma(0.5, 20, count),
                strict=True,
            )
        )

    given, nominal = some(60), some(30)
    found = raise_to_nominal(given, nominal, least_coverage=least, most_factor=most, lower=lower)
    strata = found.strata
    changed = strata["reason"].isin(["raised", "lowered"])
    np.testing.assert_allclose(strata["raised"][changed], strata["nominal"][changed], rtol=1e-9)
    np.testing.assert_array_equal(strata["raised"][~changed], strata["reported"][~changed])
    assert found.rows["catch"].sum() == pytest.approx(strata["raised"].sum())
    assert strata["reported"].sum() == pytest.approx(given["catch"].sum())
    assert strata["nominal"].sum() == pytest.approx(nominal["catch"].sum())
    assert (strata["factor"] <= max(most, 1)).all()
    # The order of the rows does not matter.
    shuffled = raise_to_nominal(
        given.sample(frac=1, random_state=seed),
        nominal,
        least_coverage=least,
        most_factor=most,
        lower=lower,
    )
    order = ["source_authority", "fishing_fleet", "species", "gear", "year"]
    first, second = (
        each.sort_values(order, ignore_index=True) for each in (strata, shuffled.strata)
    )
    pd.testing.assert_frame_equal(first, second)


def test_organisations_that_tell_no_fleets_are_raised_without_them() -> None:
    place = ("WCPFC", "NEI", "SKJ", "01.1", 2010)
    nominal = reports(
        ("WCPFC", "JPN", *place[2:], "WCPO", 30.0), ("WCPFC", "KOR", *place[2:], "WCPO", 70.0)
    )
    found = raise_to_nominal(reports((*place, "6100135", 50.0)), nominal)
    assert found.rows["catch"].tolist() == [100]
    assert found.strata["fishing_fleet"].tolist() == ["all"]
    apart = raise_to_nominal(reports((*place, "6100135", 50.0)), nominal, by_authority={})
    assert set(reasons(apart)) == {"no nominal catch", "no report by place"}


def test_what_few_reports_would_stand_for_is_left() -> None:
    given = reports((*PLACE, "5300085", 1.0))
    nominal = reports((*PLACE, "EPO", 100.0))
    for options, reason in (
        ({"least_coverage": 0.05}, "coverage too small"),
        ({"most_factor": 50.0}, "factor too large"),
        ({"gears": ["09.32"]}, "not asked for"),
        ({"leave": ["IATTC"]}, "not asked for"),
    ):
        found = raise_to_nominal(given, nominal, **options)  # type: ignore[arg-type]
        assert found.rows["catch"].tolist() == [1]
        assert found.strata["reason"].tolist() == [reason]
    assert json.loads(found.rows.attrs["parameters"])["leave"] == ["IATTC"]


def test_numbers_of_fish_become_tonnes_by_their_mean_weight() -> None:
    given = pd.concat(
        [
            reports((*PLACE, "5300085", 2.0)),
            reports((*PLACE, "5300085", 50.0), unit="no"),  # the same fish
            reports((*PLACE, "5300086", 100.0), unit="no"),
            reports((*PLACE[:2], "BET", *PLACE[3:], "5300086", 10.0), unit="no"),
        ]
    )
    nominal = reports((*PLACE, "EPO", 12.0))
    weights = pd.DataFrame({"species": ["YFT"], "kg": [40.0]})
    found = raise_to_nominal(given, nominal, weights=weights)
    assert found.rows["catch_reported"].tolist() == [2, 4]
    assert found.rows["catch"].tolist() == [4, 8]
    assert found.unweighed["species"].tolist() == ["BET"]
    by_gear = weights.assign(gear="09.32")
    assert len(raise_to_nominal(given, nominal, weights=by_gear).unweighed) == 2


def test_the_large_area_of_each_square_is_part_of_the_stratum(tuna: Path) -> None:
    table = pd.read_csv(tuna / "nominal" / "geographic_identifier_to_nominal.csv", dtype=str)
    areas = table.rename(columns={"code": "area", "geographic_identifier_nom": "nominal_area"})
    assert len(areas) == 12_579
    place = ("ICCAT", "EUESP", "SKJ", "01.1", 2010)
    # By the table 5100000 is in the south-eastern Atlantic and 5130020 in the north-western.
    lookup = areas[areas["source_authority"] == "ICCAT"].set_index("area")["nominal_area"]
    south = lookup[lookup == "AT-SE"].index[0]
    north = lookup[lookup == "AT-NW"].index[0]
    given = reports((*place, south, 10.0), (*place, north, 10.0), (*place, "5450100", 1.0))
    nominal = reports((*place, "AT-SE", 40.0), (*place, "AT-NW", 15.0))
    found = raise_to_nominal(given, nominal, areas=areas)
    assert found.rows["catch"].tolist() == [40, 15, 1]
    assert found.rows["nominal_area"].tolist() == ["AT-SE", "AT-NW", "elsewhere"]
    together = raise_to_nominal(given.iloc[:2], nominal)
    assert together.rows["catch"].tolist() == [27.5, 27.5]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"least_coverage": 1.5}, "least_coverage is 1.5: a share"),
        ({"most_factor": 0.5}, "most_factor is 0.5: 1 or more"),
        ({"by": ("species",)}, "by is .*: 'year' must be in it"),
        ({"by_authority": {"WCPFC": ("gear",)}}, "WCPFC is .*: 'year' must be in it"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], words: str) -> None:
    given = reports((*PLACE, "5300085", 1.0))
    with pytest.raises(ParameterError, match=words):
        raise_to_nominal(given, given, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"unit": "kg"}, UnitsError, "the unit of a report is 'kg'"),
        ({"unit": "no"}, UnitsError, "no report is in tonnes, nor has its fish a mean weight"),
        ({"catch": -1.0}, ValuesError, "it is negative"),
        ({"catch": np.nan}, ValuesError, "missing or infinite"),
        ({"time": pd.NaT}, TimeAxisError, "missing, or no date"),
        ({"time_end": pd.Timestamp(2001, 1, 1)}, TimeAxisError, "of more than one year"),
    ],
)
def test_reports_that_cannot_be_raised_are_refused(
    change: dict[str, object], error: type[RoutineError], words: str
) -> None:
    nominal = reports((*PLACE, "EPO", 1.0))
    with pytest.raises(error, match=words):
        raise_to_nominal(reports((*PLACE, "5300085", 1.0)).assign(**change), nominal)


def test_tables_that_lack_something_are_refused() -> None:
    given = reports((*PLACE, "5300085", 1.0))
    with pytest.raises(ValuesError, match="no column 'gear'"):
        raise_to_nominal(given, given.drop(columns="gear"))
    with pytest.raises(ValuesError, match="has no rows"):
        raise_to_nominal(given.iloc[:0], given)
    with pytest.raises(UnitsError, match="a nominal catch is not in 't'"):
        raise_to_nominal(given, given.assign(unit="no"))
    for weights, words in (
        (pd.DataFrame({"species": ["YFT"], "kg": [0.0]}), "zero or negative"),
        (pd.DataFrame({"species": ["YFT", "YFT"], "kg": [1.0, 2.0]}), "there twice"),
    ):
        with pytest.raises(ValuesError, match=words):
            raise_to_nominal(given.assign(unit="no"), given, weights=weights)
