"""What the assessment of a stock refuses, and what it warns of."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines.errors import (
    NotConvergedWarning,
    ParameterError,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.fisheries import simulated_stock, surplus_production


def assess(table: pd.DataFrame, **options: Any) -> object:
    return surplus_production(table, **{"resilience": "medium", "draws": 640} | options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"resilience": "huge"}, "resilience is 'huge'"),
        ({"resilience": None}, "resilience is None"),
        ({"growth": (0.8, 0.2)}, "growth is 0.8 to 0.2"),
        ({"growth": (0.0, 0.2)}, "growth is 0 to 0.2"),
        ({"start": (0.5, 1.2)}, "in 1975|of 1975"),
        ({"end": (0.4, 0.4)}, "of 2019"),
        ({"intermediate": (1975, 0.2, 0.5)}, "a year after 1975 and before 2019"),
        ({"msy": 0.0}, "msy is 0"),
        ({"creep": -1.0}, "creep is -1"),
        ({"bandwidth": -3.0}, "bandwidth is -3"),
        ({"catch_cv": 0.0}, "catch_cv is 0"),
        ({"index_cv": float("nan")}, "index_cv is nan"),
        ({"forecast_years": -1}, "forecast_years is -1"),
        ({"forecast_fishing": -0.5}, "forecast_fishing is -0.5"),
        ({"chains": 1}, "of 1 chains"),
        ({"draws": 100}, "100 draws of 64 chains"),
        ({"most_thin": 0}, "most_thin is 0"),
    ],
)
def test_an_option_outside_its_range_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        assess(simulated_stock(), **options)


def changed(**columns: Any) -> pd.DataFrame:
    table = simulated_stock()
    return table.assign(**{name: change(table[name]) for name, change in columns.items()})


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (simulated_stock().iloc[:0], ValuesError, "no rows"),
        (simulated_stock().drop(columns="catch"), ValuesError, "no column 'catch'"),
        (simulated_stock().iloc[:9], TooShortError, "9 years"),
        (simulated_stock().drop(index=5), TimeAxisError, "1981 follows 1979"),
        (simulated_stock().iloc[::-1], TimeAxisError, "2018 follows 2019"),
        (changed(year=lambda year: year + 0.5), TimeAxisError, "whole numbers"),
        (changed(catch=lambda catch: catch.where(catch.index != 3)), ValuesError, "missing"),
        (changed(catch=lambda catch: -catch), ValuesError, "negative"),
        (changed(catch=lambda catch: catch * (catch.index > 20)), ValuesError, "about 1975"),
        (changed(cpue=lambda cpue: cpue * 0), ValuesError, "zero"),
        (changed(cpue=lambda cpue: cpue * np.inf), ValuesError, "infinite"),
        (changed(cpue=lambda cpue: cpue.where(cpue.index < 4)), ValuesError, "4 values"),
        (changed(cpue=lambda cpue: cpue.astype(str)), ValuesError, "numbers are needed"),
    ],
)
def test_a_table_that_cannot_be_assessed_is_refused(
    table: pd.DataFrame, error: type[Exception], words: str
) -> None:
    table.attrs["units"] = "t"
    with pytest.raises(error, match=words):
        assess(table)


def test_numbers_of_fish_and_unsaid_units_are_refused() -> None:
    table = simulated_stock()
    table.attrs = {}
    with pytest.raises(UnitsError, match="must say 't'"):
        assess(table)
    with pytest.raises(UnitsError, match="no row is in 't'"):
        assess(table.assign(unit="no"))


def test_catches_alone_need_a_range_at_the_end() -> None:
    table = simulated_stock().drop(columns="cpue")
    table.attrs["units"] = "t"
    with pytest.raises(ParameterError, match="end is not given"):
        assess(table)


def test_chains_that_do_not_agree_are_told_of() -> None:
    with pytest.warns(NotConvergedWarning, match="the chains do not agree"):
        found = surplus_production(
            simulated_stock(), resilience="medium", draws=640, warm_up=20, most_thin=1
        )
    assert not found.converged
    assert found.years.attrs["converged"] == "false"


@pytest.mark.parametrize("name", ["growth", "unfished", "catchability", "years"])
def test_a_simulated_stock_needs_numbers_above_none(name: str) -> None:
    with pytest.raises(ParameterError, match=f"{name} is 0"):
        simulated_stock(**{name: 0})
