"""Values are refused before anything starts, each by name."""

import pytest

from bluecloud_runner import FieldError, check, parameter_form

SOURCE = """\
years: tuple[int, int] = (1991, 2020)
percentile: Annotated[float, Field(gt=0, lt=100)] = 90.0
method: Literal['mean', 'median'] = 'mean'
start: date = '2000-01-01'
entry: str = 'ostia'
cold: bool = False
"""
CELL = {"cell_type": "code", "source": SOURCE, "metadata": {"tags": ["parameters"]}}
SCHEMA = parameter_form({"cells": [CELL]}).schema


def test_defaults_and_a_partial_set_are_allowed() -> None:
    assert check(SCHEMA, {}) == []
    assert check(SCHEMA, {"years": [2001, 2010], "percentile": 95}) == []


@pytest.mark.parametrize(
    ("values", "field", "value", "allowed"),
    [
        ({"percentile": "95"}, "percentile", "'95'", "number"),
        ({"percentile": 100}, "percentile", "100", "less than 100"),
        ({"method": "max"}, "method", "'max'", "one of 'mean', 'median'"),
        ({"start": "2020-13-01"}, "start", "'2020-13-01'", "a date, YYYY-MM-DD"),
        ({"years": [1991]}, "years", "[1991]", "2 to 2 values"),
        ({"years": [1991, "x"]}, "years", "'x'", "integer"),
        ({"cold": 1}, "cold", "1", "boolean"),
        ({"entry": None}, "entry", "None", "string"),
    ],
)
def test_a_refusal_names_field_value_and_what_is_allowed(
    values: dict[str, object], field: str, value: str, allowed: str
) -> None:
    [error] = check(SCHEMA, values)
    assert (error.field, error.allowed) == (field, allowed)
    assert value in error.message


def test_a_misspelt_name_is_refused_with_the_names_there_are() -> None:
    [error] = check(SCHEMA, {"percentle": 95.0})
    assert error.field == "percentle"
    assert "percentile" in error.allowed


def test_all_wrong_values_are_named_at_once_in_the_forms_order() -> None:
    errors = check(SCHEMA, {"cold": "no", "years": 3, "nosuch": 1})
    assert [error.field for error in errors] == ["years", "cold", "nosuch"]


def test_what_is_required_and_missing_is_named() -> None:
    cell = {"cell_type": "code", "source": "a: int", "metadata": {"tags": ["parameters"]}}
    schema = parameter_form({"cells": [cell]}).schema
    assert check(schema, {}) == [FieldError("a", "'a' is missing", "a value")]


def asked_for(source: str) -> dict[str, object]:
    cell = {"cell_type": "code", "source": source, "metadata": {"tags": ["parameters"]}}
    return parameter_form({"cells": [cell]}).schema


@pytest.mark.parametrize("value", ["2020-W01-1", "20200101", "2020-01-01\n", "\uff12020-01-01"])
def test_a_date_is_written_in_one_way(value: str) -> None:
    [error] = check(SCHEMA, {"start": value})
    assert error.allowed == "a date, YYYY-MM-DD"


def test_a_multiple_is_one_of_the_decimals_as_written() -> None:
    schema = asked_for("x: Annotated[float, Field(multiple_of=0.1)] = 0.1")
    assert check(schema, {"x": 0.3}) == []
    assert check(schema, {"x": 10**400}) == []
    [error] = check(schema, {"x": 0.35})
    assert error.allowed == "a multiple of 0.1"


def test_no_pattern_takes_longer_than_its_text() -> None:
    schema = asked_for("s: Annotated[str, Field(pattern='^(a+)+$')] = 'a'")
    [error] = check(schema, {"s": "a" * 5_000 + "!"})
    assert error.allowed == "text that matches ^(a+)+$"


def test_a_long_value_is_not_told_in_full() -> None:
    [error] = check(SCHEMA, {"percentile": "9" * 10**6})
    assert len(error.message) < 500
