"""Rarefaction and coverage against enumeration of all draws, and against published forms."""

from collections.abc import Callable
from itertools import combinations
from math import isclose, log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines import ParameterError
from bluecloud_routines._rarefaction import Sample
from bluecloud_routines.genomics import rarefaction, richness_at_coverage
from tests.routines.genomics.conftest import community

SMALL = (5, 3, 2, 1, 1)


def one(*counts: int) -> pd.DataFrame:
    return pd.DataFrame([counts], index=["a"], columns=[f"t{n}" for n in range(len(counts))])


def draws(counts: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    """Every draw of that many reads, as the taxa of the reads drawn."""
    reads = [taxon for taxon, count in enumerate(counts) for _ in range(count)]
    return [tuple(reads[at] for at in chosen) for chosen in combinations(range(len(reads)), size)]


@pytest.mark.parametrize("size", range(1, sum(SMALL) + 1))
def test_richness_and_its_deviation_are_those_over_all_draws(size: int) -> None:
    found = [len(set(drawn)) for drawn in draws(SMALL, size)]
    table = rarefaction(one(*SMALL), depths=[size])
    assert table["richness"][0] == pytest.approx(np.mean(found), rel=1e-12)
    deviation = Sample(np.array(SMALL)).deviation_at(float(size))
    assert deviation == pytest.approx(np.std(found), abs=1e-7)


@pytest.mark.parametrize("size", range(1, sum(SMALL) - 1))
def test_coverage_is_the_chance_that_the_next_read_is_of_a_taxon_drawn(size: int) -> None:
    # A draw of one read more, in random order: is the last one's taxon among the others?
    found = [
        sum(drawn[at] in drawn[:at] + drawn[at + 1 :] for at in range(size + 1)) / (size + 1)
        for drawn in draws(SMALL, size + 1)
    ]
    table = rarefaction(one(*SMALL), depths=[size])
    assert table["coverage"][0] == pytest.approx(np.mean(found), rel=1e-12)


def test_a_real_study_rarefies_as_drawing_read_by_read_does(study: pd.DataFrame) -> None:
    run = study["run_accession"].iloc[0]
    counts = study.loc[study["run_accession"] == run, "count"].to_numpy()
    reads = int(counts.sum())
    # A taxon of k reads is absent if each of them falls among the reads left.
    for size in (1, reads // 100 + 1, reads // 3 + 1, reads - 1):
        left = (reads - size - np.arange(counts.max())) / (reads - np.arange(counts.max()))
        absent = np.cumprod(np.maximum(left, 0))[counts - 1]
        table = rarefaction(one(*counts), depths=[size])
        assert table["richness"][0] == pytest.approx((1 - absent).sum(), rel=1e-8)


def test_the_expectation_lies_amid_drawn_richness() -> None:
    counts = community(3, samples=1).iloc[0].to_numpy()
    random = np.random.default_rng(0)
    drawn = [np.count_nonzero(random.multivariate_hypergeometric(counts, 200)) for _ in range(2000)]
    sample = Sample(counts)
    expected, spread = sample.richness_at(np.array([200.0]))[0], sample.deviation_at(200.0)
    assert abs(np.mean(drawn) - expected) < 4 * spread / np.sqrt(2000)
    assert np.std(drawn) == pytest.approx(spread, rel=0.1)


def test_beyond_the_sample_chao1s_unseen_taxa_are_approached() -> None:
    # n = 12, found once: 2, twice: 1; by hand: unseen 11/12 * 4/2, lost a read 2/(12 f0 + 2).
    unseen = 11 / 12 * 2
    lost = 2 / (12 * unseen + 2)
    table = rarefaction(one(*SMALL), depths=[12, 13, 24, 10**6], extrapolate=True)
    assert table["richness"].tolist() == pytest.approx(
        [5, 5 + unseen * lost, 5 + unseen * (1 - (1 - lost) ** 12), 5 + unseen]
    )
    methods = ["observed", "extrapolated", "extrapolated", "extrapolated_beyond_double"]
    assert table["method"].tolist() == methods
    remains = 11 * 2 / (11 * 2 + 2)
    assert table["coverage"].tolist() == pytest.approx(
        [1 - 2 / 12 * remains, 1 - 2 / 12 * remains**2, 1 - 2 / 12 * remains**13, 1]
    )


def test_without_taxa_found_twice_the_other_form_is_taken() -> None:
    sample = Sample(np.array([6, 1, 1, 1]))
    assert sample.unseen == pytest.approx(8 / 9 * 3 * 2 / 2)
    assert sample.coverage_at(np.array([9.0]))[0] == pytest.approx(1 - 3 / 9 * 8 * 2 / (8 * 2 + 2))


def test_a_sample_without_rare_taxa_is_complete_and_grows_no_more() -> None:
    table = rarefaction(one(4, 5, 6), depths=[15, 30], extrapolate=True)
    assert table["richness"].tolist() == [3, 3]
    assert table["coverage"].tolist() == [1, 1]


def test_a_sample_of_reads_that_are_all_alone_covers_nothing_known() -> None:
    sample = Sample(np.array([1]))
    assert sample.coverage_at(np.array([1.0]))[0] == 1.0  # one taxon: nothing says otherwise
    assert sample.richness_at(np.array([1.0, 2.0])).tolist() == [1, 1]


def test_sizes_beyond_a_sample_have_no_row_unless_asked_for(counts: pd.DataFrame) -> None:
    reads = counts.sum(axis=1)
    table = rarefaction(counts, depths=[1, int(reads.min()) + 1])
    assert (table["depth"] <= table["sample"].map(reads)).all()
    assert len(table) == 2 * len(counts) - int((reads == reads.min()).sum())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=30))
def test_curves_rise_from_one_taxon_and_bend_downward(counts: list[int]) -> None:
    reads = sum(counts)
    sizes = list(range(1, 3 * reads))
    table = rarefaction(one(*counts), depths=sizes, extrapolate=True)
    richness, coverage = (table[name].to_numpy() for name in ("richness", "coverage"))
    assert richness[0] == pytest.approx(1)
    assert richness[reads - 1] == pytest.approx(len(counts))
    assert (np.diff(richness) > -1e-9).all()
    assert (np.diff(richness[:reads], 2) < 1e-8).all()
    assert (np.diff(coverage) > -1e-9).all()
    assert ((coverage >= 0) & (coverage <= 1 + 1e-12)).all()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 60), min_size=3, max_size=30), st.floats(0.05, 0.95))
def test_the_size_for_a_coverage_has_that_coverage(counts: list[int], coverage: float) -> None:
    sample = Sample(np.array(counts))
    size = sample.size_for(coverage)
    if np.isfinite(size):
        assert sample.coverage_at(np.array([size]))[0] == pytest.approx(coverage, abs=1e-9)


def test_at_equal_coverage_all_samples_have_the_coverage(counts: pd.DataFrame) -> None:
    table = richness_at_coverage(counts)
    doubled = [Sample(row).coverage_at(np.array([2.0 * row.sum()]))[0] for row in counts.to_numpy()]
    assert table["coverage"].unique().tolist() == [min(doubled)]
    assert set(table["method"]) <= {"rarefied", "observed", "extrapolated"}
    whole = richness_at_coverage(counts, coverage=0.5)
    assert set(whole["method"]) == {"rarefied"}
    assert (whole["richness"] < table["richness"]).all()


def test_coverage_ranks_communities_rightly_where_equal_reads_compress_them() -> None:
    # Two even communities, one with ten times the taxa: at equal coverage ten times as rich.
    few, many = (np.full(size, 1000 // size * 10) for size in (20, 200))
    width = len(many)
    table = pd.DataFrame(
        [np.pad(few, (0, width - len(few))), many], index=["few", "many"], columns=range(width)
    )
    equal = richness_at_coverage(table, coverage=0.6)["richness"]
    assert isclose(equal["many"] / equal["few"], 10, rel_tol=0.05)
    rarefied = rarefaction(table, depths=[20])["richness"]
    assert rarefied[1] / rarefied[0] < 2
    # Even communities: coverage 1 - (1 - 1/S)^m, so that m = ln(0.4) / ln(1 - 1/S), nearly.
    size = richness_at_coverage(table, coverage=0.6)["depth"]
    assert size["many"] == pytest.approx(log(0.4) / log(1 - 1 / 200), rel=0.1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda t: rarefaction(t, depths=[0]), "1 or more"),
        (lambda t: rarefaction(t, depths=[]), "1 or more"),
        (lambda t: rarefaction(t, depths=[2.5]), "whole numbers"),
        (lambda t: richness_at_coverage(t, coverage=1.0), "above 0 and below 1"),
        (lambda t: richness_at_coverage(t, coverage=0.0), "above 0 and below 1"),
        (lambda t: richness_at_coverage(t, coverage=float("nan")), "above 0 and below 1"),
    ],
)
def test_sizes_and_coverages_out_of_range_are_refused(
    call: Callable[[pd.DataFrame], pd.DataFrame], says: str, counts: pd.DataFrame
) -> None:
    with pytest.raises(ParameterError, match=says):
        call(counts)
