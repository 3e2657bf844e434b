"""What one parameter allows another is held to by everybody who checks values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bluecloud_hub.settings import checkout
from bluecloud_runner import FieldError, check, parameter_form
from tests.service.work import notebook

YEARS: dict[str, Any] = {
    "properties": {
        "first_year": {"type": "integer", "default": 1991, "x-at-most": "last_year"},
        "last_year": {"type": "integer", "default": 2020},
        "period": {"type": "array", "default": [], "x-ascending": True},
    }
}


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (
            {"first_year": 2021},
            FieldError("first_year", "2021 is more than last_year, which is 2020", "at most 2020"),
        ),
        (
            {"last_year": 1990},
            FieldError("first_year", "1991 is more than last_year, which is 1990", "at most 1990"),
        ),
        (
            {"period": ["2019-12-31", "2019-01-01"]},
            FieldError("period", "'2019-12-31' is more than '2019-01-01'", "the smallest first"),
        ),
        (
            {"period": [1, 3, 2, 1]},
            FieldError("period", "3 is more than 2", "the smallest first"),
        ),
    ],
)
def test_what_is_out_of_order_is_told(values: dict[str, Any], fault: FieldError) -> None:
    assert check(YEARS, values) == [fault]


@pytest.mark.parametrize(
    "values",
    [
        {"first_year": 2020, "last_year": 2020},
        {"period": [1, 1, 2.5]},
        {"period": []},
        {"period": ["b", 1, "a"]},  # of two kinds, which the type says
        {"period": [True, False]},
    ],
)
def test_what_is_in_order_or_has_none_is_let_pass(values: dict[str, Any]) -> None:
    assert check(YEARS, values) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"x-at-most": "last"}, "x-at-most is 'last': it is the name of another parameter"),
        ({"x-at-most": 3}, "x-at-most is 3: it is the name of another parameter"),
        ({"x-ascending": "yes"}, "x-ascending is 'yes': it is true or false"),
    ],
)
def test_an_author_is_told_of_a_rule_that_is_none(said: dict[str, Any], told: str) -> None:
    content = notebook(parameters="n: int = 1")
    content["metadata"]["parameters_schema"] = {"properties": {"n": said}}
    (problem,) = parameter_form(content).problems
    assert (problem.kind, told in problem.message) == ("overlay", True), problem


def test_every_analysis_keeps_its_first_years_before_its_last() -> None:
    """A pair that is called so, or a list that is told to be of first and last, has its rule."""
    for path in sorted((checkout() / "notebooks").glob("*/*.ipynb")):
        properties = parameter_form(json.loads(path.read_text())).schema["properties"]
        for name, said in properties.items():
            last = name.replace("first", "last")
            if last != name and last in properties:
                assert said.get("x-at-most") == last, f"{path.name}: {name}"
            if said.get("type") == "array" and "first and last" in said.get("description", ""):
                assert said.get("x-ascending") is True, f"{path.name}: {name}"
