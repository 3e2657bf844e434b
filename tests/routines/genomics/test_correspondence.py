"""Correspondence analysis and equivalent vectors against their definitions and scikit-bio."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, ortho_group
from skbio.stats.ordination import ca

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import (
    community_table,
    correspondence_analysis,
    equivalent_vectors,
    rv_coefficient,
)

SEEDS = st.integers(0, 10_000)


def amounts(seed: int, rows: int, columns: int) -> pd.DataFrame:
    """Reads with many zeros, and none of a row or column that has nothing."""
    random = np.random.default_rng(seed)
    values = random.negative_binomial(0.5, 0.05, size=(rows, columns)).astype(float)
    values[np.arange(max(rows, columns)) % rows, np.arange(max(rows, columns)) % columns] += 1
    return pd.DataFrame(
        values,
        index=[f"station {number}" for number in range(rows)],
        columns=[f"cluster {number}" for number in range(columns)],
    )


def equal_up_to_sign(ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> None:
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs * signs, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("scaling", [1, 2])
@pytest.mark.parametrize("shape", [(12, 40), (40, 12), (9, 9)])
def test_it_is_scikit_bios(shape: tuple[int, int], scaling: int) -> None:
    table = amounts(1, *shape)
    ours = correspondence_analysis(table, axes=4, scaling=scaling)
    theirs = ca(table, scaling=scaling)
    count = len(ours.eigenvalues)
    np.testing.assert_allclose(ours.eigenvalues, theirs.eigvals[:count], rtol=1e-9)
    equal_up_to_sign(ours.rows.to_numpy(), theirs.samples.to_numpy()[:, :4], 1e-9)
    equal_up_to_sign(ours.columns.to_numpy(), theirs.features.to_numpy()[:, :4], 1e-9)


def test_it_is_scikit_bios_on_studies_of_mgnify(study: pd.DataFrame) -> None:
    table = community_table(study, sample="run_accession", count="count", rank="family")
    ours = correspondence_analysis(table, axes=3)
    theirs = ca(table, scaling=1)
    np.testing.assert_allclose(ours.eigenvalues[:3], theirs.eigvals[:3], rtol=1e-9)
    equal_up_to_sign(ours.rows.to_numpy(), theirs.samples.to_numpy()[:, :3], 1e-7)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, rows=st.integers(2, 9), columns=st.integers(2, 9))
def test_the_eigenvalues_add_up_to_chi_square_over_the_total(
    seed: int, rows: int, columns: int
) -> None:
    table = amounts(seed, rows, columns)
    expected = chi2_contingency(table, correction=False).statistic / table.to_numpy().sum()
    if expected < 1e-9:
        return
    found = correspondence_analysis(table)
    assert found.inertia == pytest.approx(expected, rel=1e-9)
    assert found.eigenvalues.sum() == pytest.approx(expected, rel=1e-9)
    assert found.eigenvalues.max() <= 1 + 1e-12
    assert len(found.eigenvalues) <= min(rows, columns) - 1


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, by=st.floats(1e-6, 1e6))
def test_a_scale_and_the_order_of_the_table_change_nothing(seed: int, by: float) -> None:
    table = amounts(seed, 6, 8)
    first = correspondence_analysis(table)
    other = correspondence_analysis(table.iloc[::-1, ::-1] * by)
    np.testing.assert_allclose(other.eigenvalues, first.eigenvalues, rtol=1e-9, atol=1e-14)
    again = other.rows.loc[table.index]
    gaps = np.diff(first.eigenvalues[:3]) / first.eigenvalues.iloc[0]
    if np.abs(gaps).min() > 1e-3:  # axes of one length have no direction of their own
        equal_up_to_sign(first.rows.to_numpy(), again.to_numpy(), 1e-7)


def test_the_distances_of_rows_are_those_of_chi_square() -> None:
    table = amounts(5, 7, 11)
    found = correspondence_analysis(table, axes=20)
    profile = table.div(table.sum(axis=1), axis=0)
    mass = table.sum() / table.to_numpy().sum()
    for one, two in itertools.combinations(table.index, 2):
        expected = (((profile.loc[one] - profile.loc[two]) ** 2) / mass).sum()
        placed = ((found.rows.loc[one] - found.rows.loc[two]) ** 2).sum()
        assert placed == pytest.approx(expected, rel=1e-9)


def brute_rv(first: np.ndarray, second: np.ndarray) -> float:
    """By its definition: traces of products of matrices of rows."""
    a, b = first @ first.T, second @ second.T
    return float(np.trace(a @ b) / np.sqrt(np.trace(a @ a) * np.trace(b @ b)))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, rows=st.integers(3, 10), columns=st.integers(1, 12), scaled=st.booleans())
def test_vectors_are_those_of_brute_force(seed: int, rows: int, columns: int, scaled: bool) -> None:
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.lognormal(size=(rows, columns)))
    y = (table - table.mean()).to_numpy()
    if scaled:
        y = y / y.std(axis=0)
    found = equivalent_vectors(table, vectors=columns, scaled=scaled)
    taken: list[int] = []
    for column, rv in found.itertuples(index=False):
        every = [brute_rv(y, y[:, [*taken, j]]) for j in range(columns) if j not in taken]
        assert rv == pytest.approx(max(every), abs=1e-10)
        taken.append(int(column))
        assert brute_rv(y, y[:, taken]) == pytest.approx(rv, abs=1e-10)
    assert sorted(taken) == list(range(columns))
    assert found["rv"].iloc[-1] == pytest.approx(1, abs=1e-12)


def test_the_first_vector_is_the_best_of_all_and_the_others_near_it() -> None:
    random = np.random.default_rng(4)
    table = pd.DataFrame(random.normal(size=(20, 3)) @ random.normal(size=(3, 10)))
    table += 0.2 * random.normal(size=table.shape)
    y = (table - table.mean()).to_numpy()
    y = y / y.std(axis=0)
    found = equivalent_vectors(table, vectors=4)
    for number in (1, 2, 3, 4):
        best = max(brute_rv(y, y[:, each]) for each in itertools.combinations(range(10), number))
        rv = found["rv"].iloc[number - 1]
        assert rv <= best + 1e-12
        assert rv > best - 0.02
    assert found["rv"].iloc[0] == pytest.approx(max(brute_rv(y, y[:, [j]]) for j in range(10)))


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, columns=st.integers(2, 6), by=st.floats(0.01, 100))
def test_rv_is_one_for_itself_and_does_not_see_turns(seed: int, columns: int, by: float) -> None:
    random = np.random.default_rng(seed)
    table, other = (pd.DataFrame(random.normal(size=(9, columns))) for _ in range(2))
    turn = ortho_group.rvs(columns, random_state=seed)
    turned = pd.DataFrame(by * table.to_numpy() @ turn + 7)
    assert rv_coefficient(table, turned) == pytest.approx(1)
    value = rv_coefficient(table, other)
    assert 0 <= value <= 1
    assert rv_coefficient(other, turned) == pytest.approx(value)
    x, y = (each.to_numpy() - each.to_numpy().mean(axis=0) for each in (table, other))
    assert value == pytest.approx(brute_rv(x, y))


def test_of_equal_columns_the_first_is_taken_and_constant_ones_never() -> None:
    random = np.random.default_rng(3)
    one, two = random.normal(size=(2, 15))
    table = pd.DataFrame({"flat": 4.0, "b": one, "a": one, "c": two})
    found = equivalent_vectors(table)
    assert found["column"].tolist()[0] == "b"
    assert set(found["column"]) == {"a", "b", "c"}
    assert equivalent_vectors(table, vectors=1)["column"].tolist() == ["b"]


def test_small_shares_are_as_good_as_large_ones() -> None:
    table = pd.DataFrame(np.random.default_rng(8).lognormal(size=(12, 6)))
    for scaled in (True, False):
        pd.testing.assert_frame_equal(
            equivalent_vectors(table, scaled=scaled),
            equivalent_vectors(table * 1e-90, scaled=scaled),
        )


def test_tables_that_cannot_be_used_are_refused() -> None:
    table = amounts(1, 4, 5)
    for broken, message in (
        (table.iloc[:0], "the table has 0 rows"),
        (table.replace(table.iloc[0, 0], np.nan), "is missing: 0 says"),
        (table.replace(table.iloc[0, 0], np.inf), "is infinite"),
        (table - 1000, "is below zero"),
        (table.assign(nothing=0.0), "the column 'nothing' is zero throughout"),
        (table.set_axis(["a"] * 4), "the row 'a' occurs more than once"),
        (table * 0 + 1, "all rows have the same profile"),
        (table.astype(object).replace(table.iloc[0, 0], "many"), "an amount is no number"),
    ):
        with pytest.raises(ValuesError, match=message):
            correspondence_analysis(broken)
    with pytest.raises(ParameterError, match="axes is 0"):
        correspondence_analysis(table, axes=0)
    with pytest.raises(ParameterError, match="scaling is 3: one of"):
        correspondence_analysis(table, scaling=3)
    for broken, message in (
        (table.iloc[:1], "1 rows and 5 columns"),
        (table * 0 + 2, "no column varies"),
        (table.replace(table.iloc[0, 0], np.nan), "missing or infinite"),
        (table.astype(object).replace(table.iloc[0, 0], "many"), "a value is no number"),
    ):
        with pytest.raises(ValuesError, match=message):
            equivalent_vectors(broken)
    with pytest.raises(ParameterError, match="vectors is 0"):
        equivalent_vectors(table, vectors=0)
    with pytest.raises(ValuesError, match="the same rows"):
        rv_coefficient(table, table.iloc[::-1])
