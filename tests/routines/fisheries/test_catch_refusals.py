"""What the routines of scale will not compute on, and that they say why."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines import (
    ParameterError,
    RoutineError,
    TimeAxisError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.fisheries import catch_at_scale, cwp_boxes


def refused(catch: pd.DataFrame, error: type[RoutineError], says: str, **options: Any) -> None:
    with pytest.raises(error, match=says) as caught:
        catch_at_scale(catch, **options)
    assert isinstance(caught.value, ValueError)


def test_a_table_that_says_no_units_is_refused(reports: pd.DataFrame) -> None:
    unsaid = reports.drop(columns="unit")
    refused(unsaid, UnitsError, "no column 'unit'.*tonnes and numbers of fish do not add up")
    unsaid.attrs["units"] = "t"
    assert float(catch_at_scale(unsaid)["catch"].sum()) == pytest.approx(reports["catch"].sum())


def test_a_unit_that_no_row_has_is_refused(reports: pd.DataFrame) -> None:
    refused(reports.assign(unit="kg"), UnitsError, r"no row is in 't': the units are \['kg'\]")
    refused(reports, ParameterError, "unit is 'kg'", unit="kg")


def test_an_empty_table_is_refused(reports: pd.DataFrame) -> None:
    refused(reports.iloc[:0], ValuesError, "no rows")


@pytest.mark.parametrize("column", ["area", "time", "catch", "species"])
def test_a_column_that_is_absent_is_named(reports: pd.DataFrame, column: str) -> None:
    refused(reports.drop(columns=column), ValuesError, f"no column '{column}'")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_catch_that_is_missing_or_infinite_is_refused(
    reports: pd.DataFrame, value: float
) -> None:
    reports.loc[7, "catch"] = value
    refused(reports, ValuesError, "1 of 500 catches are missing or infinite, first in row 7")


def test_catches_that_are_all_missing_are_refused(reports: pd.DataFrame) -> None:
    refused(reports.assign(catch=np.nan), ValuesError, "500 of 500 catches are missing")


def test_a_negative_catch_is_refused(reports: pd.DataFrame) -> None:
    reports.loc[9, "catch"] = -1.5
    refused(reports, ValuesError, "row 9 is -1.5: it is negative")


def test_a_catch_that_is_text_is_refused(reports: pd.DataFrame) -> None:
    refused(reports.assign(catch="many"), ValuesError, "numbers are needed")


def test_a_row_without_a_species_is_refused(reports: pd.DataFrame) -> None:
    reports.loc[11, "species"] = None
    refused(reports, ValuesError, "row 11 has no 'species'")


def test_times_that_are_missing_no_dates_or_reversed_are_refused(reports: pd.DataFrame) -> None:
    refused(reports.assign(time=2020), TimeAxisError, "dates are needed")
    refused(
        reports.assign(time_end=pd.Timestamp("2019-01-01")), TimeAxisError, "ends before it begins"
    )
    reports.loc[3, "time"] = pd.NaT
    refused(reports, TimeAxisError, "1 of 500 values of 'time' are missing")


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("resolution", 3, "resolution is 3 degrees: one of 1, 2.5, 5, 10, 20, 30"),
        ("downgrade", "nearest", "downgrade is 'nearest': one of equal, area, drop"),
        ("period", "week", "period is 'week': one of month, quarter, year, all"),
        ("by", ("species", "species"), "each once"),
        ("by", ("lat",), "none of"),
        ("periods_per_chunk", -1, "periods_per_chunk is -1"),
    ],
)
def test_an_option_outside_its_range_is_refused(
    reports: pd.DataFrame, option: str, value: object, says: str
) -> None:
    refused(reports, ParameterError, says, **{option: value})


def test_areas_that_cannot_be_used_are_refused(reports: pd.DataFrame) -> None:
    reports.loc[0, "area"] = "EPO"
    areas = pd.DataFrame({"area": ["EPO"], "code": ["6400100"], "share": [0.0]})
    refused(reports, ValuesError, "area 'EPO' are negative or sum to nothing", areas=areas)
    refused(reports, ValuesError, "no column 'code'", areas=areas.drop(columns="code"))
    refused(reports, ValuesError, "'EEZ' is no code", areas=areas.assign(code="EEZ"))


def test_the_order_of_rows_does_not_matter(reports: pd.DataFrame) -> None:
    turned = catch_at_scale(reports.iloc[::-1])["catch"]
    np.testing.assert_allclose(turned, catch_at_scale(reports)["catch"])
    assert len(cwp_boxes(reports["area"])) == 500
