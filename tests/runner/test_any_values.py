"""Any JSON at all as parameters: what the types say is allowed is, and nothing else; never a crash.

What is allowed is written down here a second time, in Python, apart from the schema.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import nbformat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bluecloud_runner import check, parameter_form, with_parameters

SOURCE = """\
box: tuple[float, float, float, float] = (0.0, -5.0, 20.0, 5.0)
month: Annotated[int, Field(ge=1, le=12)] = 1
percentile: Annotated[float, Field(gt=0, lt=100)] = 90.0
method: Literal["mean", "median"] = "mean"
depths: list[float] = [0.0]
title: str | None = None
cold: bool = False
"""
CELL = nbformat.v4.new_code_cell(SOURCE, metadata={"tags": ["parameters"]})
NOTEBOOK = nbformat.v4.new_notebook(cells=[CELL])
FORM = parameter_form(NOTEBOOK)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any) -> bool:
    return is_number(value) and float(value).is_integer()


ALLOWED: dict[str, Callable[[Any], bool]] = {
    "box": lambda v: isinstance(v, list) and len(v) == 4 and all(map(is_number, v)),
    "month": lambda v: is_whole(v) and 1 <= v <= 12,
    "percentile": lambda v: is_number(v) and 0 < v < 100,
    "method": lambda v: v in ("mean", "median"),
    "depths": lambda v: isinstance(v, list) and all(map(is_number, v)),
    "title": lambda v: v is None or isinstance(v, str),
    "cold": lambda v: isinstance(v, bool),
}

PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.integers(0, 13),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-1, 101),
    st.text(max_size=8),
    st.sampled_from(["mean", "median", "Mean", "90"]),
)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
NUMBERS = st.lists(st.floats(-180, 180) | st.integers(-90, 90), min_size=3, max_size=5)
VALUES = st.dictionaries(
    st.sampled_from([*ALLOWED, "mounth", "", "__class__", "box\n"]), JSON | NUMBERS, max_size=5
)


def test_the_form_asks_for_all_of_them() -> None:
    assert FORM.problems == ()
    assert list(FORM.schema["properties"]) == list(ALLOWED)


@settings(max_examples=150, deadline=None)
@given(VALUES)
@example({"month": 12.0})
@example({"month": True})
@example({"percentile": math.nan})
@example({"depths": [math.inf]})
@example({"box": [0, 0, 1]})
def test_what_the_types_allow_is_allowed_and_nothing_else(values: dict[str, Any]) -> None:
    wrong = {error.field.split(".")[0].split("[")[0] for error in check(FORM.schema, values)}
    refused = {
        name for name, value in values.items() if not ALLOWED.get(name, lambda _: False)(value)
    }
    assert wrong == refused


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_what_is_allowed_arrives_as_it_was_sent(values: dict[str, Any]) -> None:
    allowed = {name: v for name, v in values.items() if name in ALLOWED and ALLOWED[name](v)}
    cells = with_parameters(NOTEBOOK, allowed)["cells"]
    source = next(c for c in cells if "injected-parameters" in c["metadata"].get("tags", []))
    arrived: dict[str, Any] = {}
    exec(source["source"], arrived)  # noqa: S102 - what a kernel would do with it
    for name, value in allowed.items():
        expected = tuple(value) if name == "box" else value
        assert arrived[name] == expected
