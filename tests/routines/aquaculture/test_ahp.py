"""Weights from comparisons in pairs: Saaty's, by hand and by ahpy."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.aquaculture import ahp_weights
from bluecloud_routines.aquaculture.ahp import RANDOM_INDEX
from bluecloud_routines.errors import ParameterError, ValuesError
from tests.routines.aquaculture.pond_peer import JUDGES, is_there


def compared(upper: dict[tuple[str, str], float], names: str = "abc") -> pd.DataFrame:
    table = pd.DataFrame(1.0, index=list(names), columns=list(names))
    for (row, column), value in upper.items():
        table.loc[row, column], table.loc[column, row] = value, 1 / value
    return table


THREE = {("a", "b"): 3.0, ("a", "c"): 5.0, ("b", "c"): 3.0}


def test_the_example_of_three_is_reproduced() -> None:
    found = ahp_weights(compared(THREE))
    assert found.weights.tolist() == pytest.approx([0.636986, 0.258285, 0.104729], abs=5e-7)
    assert found.lambda_max == pytest.approx(3.038511, abs=5e-7)
    assert found.consistency_ratio == pytest.approx(0.0332, abs=5e-5)
    assert found.weights.index.tolist() == ["a", "b", "c"]


@pytest.mark.skipif(not is_there("ahpy"), reason="the judges lack ahpy")
def test_weights_are_those_of_ahpy() -> None:
    names = "abcde"
    random = np.random.default_rng(4)
    upper = {
        (row, column): float(random.integers(1, 4))
        for n, row in enumerate(names)
        for column in names[n + 1 :]
    }
    pairs = json.dumps([[*pair, value] for pair, value in upper.items()])
    asked = [str(JUDGES), str(Path(__file__).with_name("ahp_judge.py")), pairs, "1"]
    told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    theirs = json.loads(told)["weights"]
    ours = ahp_weights(compared(upper, names)).weights
    for name in names:
        assert ours[name] == pytest.approx(theirs[name], abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1, 3), min_size=2, max_size=6))
def test_comparisons_without_contradiction_give_back_their_weights(true: list[float]) -> None:
    weights = np.array(true) / sum(true)
    names = [f"c{n}" for n in range(len(true))]
    table = pd.DataFrame(weights[:, None] / weights[None, :], index=names, columns=names)
    found = ahp_weights(table)
    assert found.weights.tolist() == pytest.approx(weights.tolist())
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_the_random_index_is_about_that_of_random_comparisons() -> None:
    random = np.random.default_rng(6)
    scale = np.array([*(1 / np.arange(9, 1, -1)), *np.arange(1, 10)])
    for number in (4, 7, 10):
        upper = np.triu(random.choice(scale, (300, number, number)), 1)
        below = np.divide(1, upper, out=np.zeros_like(upper), where=upper > 0)
        tables = upper + np.swapaxes(below, 1, 2) + np.eye(number)
        largest = np.linalg.eigvals(tables).real.max(axis=1)
        index = ((largest - number) / (number - 1)).mean()
        assert index == pytest.approx(RANDOM_INDEX[number - 1], rel=0.08)


def test_contradictions_are_refused_and_the_worst_is_named() -> None:
    circle = {("a", "b"): 5.0, ("b", "c"): 5.0, ("a", "c"): 0.2}
    # Its eigenvalue is 1 + 5 + 1/5.
    with pytest.raises(ParameterError, match="consistency ratio is 2.759.*think again of"):
        ahp_weights(compared(circle))
    one_odd = {**THREE, ("a", "d"): 0.25, ("b", "d"): 5.0, ("c", "d"): 2.0}
    with pytest.raises(ParameterError, match="think again of (a against d|d against a)"):
        ahp_weights(compared(one_odd, "abcd"))
    assert ahp_weights(compared(circle), max_consistency_ratio=9).consistency_ratio > 1


def test_tables_that_are_no_comparisons_are_refused() -> None:
    table = compared(THREE)
    table.loc["b", "a"] = 3
    with pytest.raises(ValuesError, match="a against b is 3 and the other way 3"):
        ahp_weights(table)
    with pytest.raises(ValuesError, match="a against b is 10"):
        ahp_weights(compared({**THREE, ("a", "b"): 10}))
    with pytest.raises(ValuesError, match="a against b is nan"):
        ahp_weights(compared({**THREE, ("a", "b"): np.nan}))
    named = dict.fromkeys(("a", "b"), "a")
    with pytest.raises(ValuesError, match="each must be named once"):
        ahp_weights(compared(THREE).rename(index=named, columns=named))
    with pytest.raises(ValuesError, match="a comparison is no number"):
        ahp_weights(compared(THREE).astype(object).replace(1.0, "alike"))
    with pytest.raises(ValuesError, match="the same 1 to 10 criteria"):
        ahp_weights(compared(THREE).iloc[:2])
    with pytest.raises(ParameterError, match="max_consistency_ratio is 0"):
        ahp_weights(compared(THREE), max_consistency_ratio=0)


@pytest.mark.parametrize(
    ("number", "random_index"),
    [(3, 0.58), (4, 0.90), (5, 1.12), (6, 1.24), (7, 1.32), (8, 1.41), (9, 1.45), (10, 1.49)],
)
def test_the_ratio_is_over_saatys_random_index(number: int, random_index: float) -> None:
    names = [f"c{n}" for n in range(number)]
    table = pd.DataFrame(1.0, index=names, columns=names)
    table.iloc[0, 1], table.iloc[1, 0] = 2.0, 0.5  # contradicts all others a little
    found = ahp_weights(table)
    largest = np.linalg.eigvals(table.to_numpy()).real.max()
    expected = (largest - number) / (number - 1) / random_index
    assert expected > 0.001
    assert found.consistency_ratio == pytest.approx(expected)
