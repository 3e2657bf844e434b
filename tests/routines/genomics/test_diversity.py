"""Diversity within and between samples against scikit-bio, and against what must be so."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from skbio.diversity import alpha
from skbio.diversity import beta_diversity as peer_beta
from skbio.stats.composition import clr

from bluecloud_routines import ParameterError, ValuesError
from bluecloud_routines.genomics import METRICS, alpha_diversity, beta_diversity, community_table
from bluecloud_routines.genomics.dissimilarity import bray_curtis
from tests.routines.genomics.conftest import community

PEERS = {
    "richness": alpha.sobs,
    "shannon": lambda row: alpha.shannon(row, base=np.e),
    "hill_1": lambda row: alpha.hill(row, order=1),
    "hill_2": lambda row: alpha.hill(row, order=2),
    "chao1": alpha.chao1,
}


def of(study: pd.DataFrame) -> pd.DataFrame:
    return community_table(study, sample="run_accession", count="count", rank="genus")


@pytest.mark.parametrize("name", PEERS)
def test_each_number_is_scikit_bios_for_every_run_of_a_study(
    name: str, study: pd.DataFrame
) -> None:
    counts = of(study)
    expected = [PEERS[name](row) for row in counts.to_numpy()]
    np.testing.assert_allclose(alpha_diversity(counts)[name], expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("counts", "name", "value"),
    [
        ([10, 10, 10, 10], "shannon", np.log(4)),
        ([1, 2, 3, 4], "shannon", 1.2798542258336676),
        ([5, 1, 1, 2, 2, 10], "chao1", 6 + 1 / 3),
        ([3, 3, 3], "coverage", 1.0),
        ([1, 1, 2], "coverage", 1 - 2 / 4 * (3 * 2) / (3 * 2 + 2)),
    ],
)
def test_numbers_worked_out_by_hand(counts: list[int], name: str, value: float) -> None:
    table = pd.DataFrame([counts], index=["a"])
    assert alpha_diversity(table)[name]["a"] == pytest.approx(value, rel=1e-12)


@settings(deadline=None, max_examples=30)
@given(taxa=st.integers(1, 300), count=st.integers(1, 1000))
def test_all_hill_numbers_of_an_even_community_are_its_taxa(taxa: int, count: int) -> None:
    row = alpha_diversity(pd.DataFrame([np.full(taxa, count)], index=["a"])).loc["a"]
    assert row[["richness", "hill_1", "hill_2"]].tolist() == pytest.approx([taxa] * 3, rel=1e-10)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_hill_numbers_fall_with_their_order_and_do_not_mind_the_order_of_taxa(seed: int) -> None:
    counts = community(seed, samples=3)
    found = alpha_diversity(counts)
    assert (found["richness"] >= found["hill_1"] - 1e-9).all()
    assert (found["hill_1"] >= found["hill_2"] - 1e-9).all()
    assert (found["chao1"] >= found["richness"]).all()
    pd.testing.assert_frame_equal(alpha_diversity(counts.iloc[:, ::-1]), found)


@pytest.mark.parametrize("density", [0.1, 0.3, 0.9])
def test_bray_curtis_is_scipys_and_scikit_bios(density: float) -> None:
    random = np.random.default_rng(5)
    values = random.integers(1, 500, (150, 90)) * (random.random((150, 90)) < density)
    values[:, 0] = 1
    counts = pd.DataFrame(values, index=[f"s{n}" for n in range(150)])
    found = beta_diversity(counts, proportions=False).to_numpy()
    np.testing.assert_allclose(found, squareform(pdist(values, "braycurtis")), atol=1e-14)
    np.testing.assert_allclose(found, peer_beta("braycurtis", values).data, atol=1e-14)
    assert (found == found.T).all()


def test_all_metrics_are_the_peers_on_real_studies(study: pd.DataFrame) -> None:
    counts = of(study)
    values = counts.to_numpy()
    shares = values / values.sum(axis=1, keepdims=True)
    peers = {
        "bray_curtis": pdist(shares, "braycurtis"),
        "jaccard": pdist(values > 0, "jaccard"),
        "aitchison": pdist(clr(values + 0.5)),
    }
    for metric, expected in peers.items():
        found = beta_diversity(counts, metric=metric)
        np.testing.assert_allclose(found, squareform(expected), rtol=1e-11, atol=1e-14)
        assert found.index.equals(counts.index)
        assert found.columns.equals(counts.index)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), metric=st.sampled_from(sorted(METRICS)))
def test_a_dissimilarity_is_symmetric_bounded_and_blind_to_the_order_of_taxa(
    seed: int, metric: str
) -> None:
    counts = community(seed, samples=6, taxa=20)
    found = beta_diversity(counts, metric=metric)
    assert (found.to_numpy() == found.to_numpy().T).all()
    assert (np.diagonal(found) == 0).all()
    if metric != "aitchison":
        assert found.to_numpy().max() <= 1
    pd.testing.assert_frame_equal(beta_diversity(counts.iloc[:, ::-1], metric=metric), found)


def test_sequencing_twice_as_deep_changes_no_share(counts: pd.DataFrame) -> None:
    twice = pd.concat([counts, (2 * counts).add_prefix("again ", axis=0)])
    found = beta_diversity(twice).to_numpy()
    number = len(counts)
    np.testing.assert_allclose(np.diagonal(found[:number, number:]), 0, atol=1e-12)
    raw = beta_diversity(twice, proportions=False).to_numpy()
    np.testing.assert_allclose(np.diagonal(raw[:number, number:]), 1 / 3)


def test_communities_without_a_common_taxon_are_wholly_unlike() -> None:
    table = pd.DataFrame([[5, 0, 0], [0, 2, 9]], index=["a", "b"])
    assert beta_diversity(table).loc["a", "b"] == 1
    assert beta_diversity(table, metric="jaccard").loc["a", "b"] == 1


def test_many_samples_are_compared_as_few_are() -> None:
    values = community(7, samples=200, taxa=40).to_numpy().astype(float)
    part = bray_curtis(values[60:70])
    np.testing.assert_allclose(bray_curtis(values)[60:70, 60:70], part, atol=1e-15)


def test_an_unknown_metric_and_a_pseudo_count_of_nothing_are_refused(counts: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match=r"metric is 'euclid'.*bray_curtis"):
        beta_diversity(counts, metric="euclid")
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ParameterError, match="pseudo_count is .*above 0"):
            beta_diversity(counts, metric="aitchison", pseudo_count=wrong)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (-1, "below zero"),
        (0.5, "no whole number"),
        (np.nan, "is missing"),
        (np.inf, "is infinite"),
        (1e17, "too large"),
        ("many", "no number"),
    ],
)
def test_what_is_no_count_is_refused_with_its_place(
    counts: pd.DataFrame, value: object, says: str
) -> None:
    table = counts.astype(object)
    table.iloc[2, 3] = value
    with pytest.raises(ValuesError, match=says) as caught:
        alpha_diversity(table)
    assert says == "no number" or "'sample 2', taxon 'taxon 3'" in str(caught.value)


def test_tables_that_are_empty_or_name_something_twice_are_refused(counts: pd.DataFrame) -> None:
    with pytest.raises(ValuesError, match="0 samples and 80 taxa"):
        alpha_diversity(counts.iloc[:0])
    with pytest.raises(ValuesError, match="24 samples and 0 taxa"):
        beta_diversity(counts.iloc[:, :0])
    with pytest.raises(ValuesError, match="sample 'sample 0' occurs more than once"):
        alpha_diversity(pd.concat([counts, counts]))
    with pytest.raises(ValuesError, match="taxon 'taxon 0' occurs more than once"):
        alpha_diversity(pd.concat([counts, counts], axis=1))


def test_a_sample_in_which_nothing_was_counted_is_refused_by_name(counts: pd.DataFrame) -> None:
    counts.iloc[[4, 6]] = 0
    with pytest.raises(ValuesError, match="nothing was counted in 'sample 4', 'sample 6'"):
        beta_diversity(counts)
