"""Multipliers of the detector: against scipy, closed forms and simulated seas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bluecloud_routines.aquaculture import (
    detection_probability,
    deviation_multiplier,
    mean_multiplier,
    order_multiplier,
    persistent_false_alarm,
)
from bluecloud_routines.errors import ParameterError

FEW = st.floats(1e-8, 0.5)


def test_sixteen_cells_of_one_look() -> None:
    assert float(mean_multiplier(16, pfa=1e-3)) == pytest.approx(8.638824416951874, rel=1e-14)


@given(cells=st.integers(1, 2000), pfa=FEW, looks=st.floats(0.5, 50))
def test_the_mean_follows_f(cells: int, pfa: float, looks: float) -> None:
    ours = float(mean_multiplier(cells, pfa=pfa, looks=looks))
    assert stats.f.sf(ours, 2 * looks, 2 * looks * cells) == pytest.approx(pfa, rel=1e-6)


@given(cells=st.integers(1, 500), pfa=FEW)
def test_one_look_has_a_closed_form(cells: int, pfa: float) -> None:
    closed = cells * np.expm1(-np.log(pfa) / cells)
    assert float(mean_multiplier(cells, pfa=pfa)) == pytest.approx(closed, rel=1e-9)


@given(data=st.data(), cells=st.integers(1, 400), pfa=FEW)
def test_an_order_of_one_look_has_rohlings_probability(
    data: st.DataObject, cells: int, pfa: float
) -> None:
    """The product of (N - i) / (N - i + multiplier) for i = 0 to k - 1."""
    rank = data.draw(st.integers(max(cells // 4, 1), cells))
    multiplier = order_multiplier(cells, rank=rank, pfa=pfa)
    i = np.arange(rank)
    told = np.prod((cells - i) / (cells - i + multiplier))
    assert told == pytest.approx(pfa, rel=1e-8)


def test_an_order_of_several_looks_is_that_of_a_simulated_sea() -> None:
    random = np.random.default_rng(5)
    cells = np.sort(random.gamma(4.4, 1 / 4.4, (200_000, 24)), axis=1)
    tested = random.gamma(4.4, 1 / 4.4, 200_000)
    for rank in (12, 18, 24):
        alarms = np.mean(
            tested > order_multiplier(24, rank=rank, pfa=1e-2, looks=4.4) * cells[:, rank - 1]
        )
        assert alarms == pytest.approx(1e-2, abs=4 * np.sqrt(1e-2 / 200_000))


def test_false_alarms_of_the_mean_are_as_rare_as_was_asked_for() -> None:
    random = np.random.default_rng(6)
    mean = random.gamma(16, 1 / 16, 2_000_000)  # the mean of sixteen exponential cells
    tested = random.exponential(size=2_000_000)
    alarms = np.mean(tested > float(mean_multiplier(16, pfa=1e-3)) * mean)
    assert alarms == pytest.approx(1e-3, abs=4 * np.sqrt(1e-3 / 2_000_000))


@pytest.mark.parametrize(("cells", "looks"), [(40, 4.4), (64, 1.0), (400, 4.4)])
def test_false_alarms_of_mean_and_deviation_too(cells: int, looks: float) -> None:
    random = np.random.default_rng(7)
    trials = 8_000_000 // cells
    ring = random.gamma(looks, 1 / looks, (trials, cells))
    multiplier = float(deviation_multiplier(cells, pfa=1e-2, looks=looks))
    threshold = ring.mean(axis=1) + multiplier * ring.std(axis=1)
    # The probability of each ring's threshold, instead of one more draw.
    alarms = stats.gamma.sf(threshold, looks, scale=1 / looks).mean()
    assert alarms == pytest.approx(1e-2, rel=0.02)


def test_with_endless_cells_mean_and_deviation_are_known() -> None:
    multiplier = float(deviation_multiplier(1e12, pfa=1e-6, looks=4.4))
    threshold = 1 + multiplier / np.sqrt(4.4)
    assert stats.gamma.sf(threshold, 4.4, scale=1 / 4.4) == pytest.approx(1e-6, rel=1e-6)


def test_a_fluctuating_target_is_found_as_often_as_swerlings() -> None:
    """(1 + alpha / (N (1 + SNR)))^-N, and as simulated."""
    snr = 10 ** (12 / 10)
    multiplier = float(mean_multiplier(16, pfa=1e-3))
    closed = (1 + multiplier / (16 * (1 + snr))) ** -16
    ours = float(detection_probability(10 * np.log10(1 + snr), cells=16, pfa=1e-3))
    assert ours == pytest.approx(closed, rel=1e-12)
    random = np.random.default_rng(8)
    target = (1 + snr) * random.exponential(size=400_000)
    found = np.mean(target > multiplier * random.gamma(16, 1 / 16, 400_000))
    assert found == pytest.approx(closed, abs=4 * np.sqrt(0.25 / 400_000))


@given(cells=st.integers(1, 2000), pfa=FEW, looks=st.floats(0.5, 20))
def test_what_is_as_bright_as_the_sea_is_found_as_often_as_a_false_alarm(
    cells: int, pfa: float, looks: float
) -> None:
    ours = float(detection_probability(0.0, cells=cells, pfa=pfa, looks=looks))
    assert ours == pytest.approx(pfa, rel=1e-9)


@given(scenes=st.integers(1, 60), pfa=FEW, persistence=st.floats(0.01, 1))
def test_false_alarms_that_persist_are_binomial(
    scenes: int, pfa: float, persistence: float
) -> None:
    needed = max(int(np.ceil(persistence * scenes - 1e-9)), 1)
    told = persistent_false_alarm(scenes, pfa=pfa, persistence=persistence)
    assert told == pytest.approx(stats.binom.sf(needed - 1, scenes, pfa), rel=1e-9)


def test_numbers_out_of_range_are_refused() -> None:
    for wrong in ({"pfa": 0.0}, {"pfa": 1.0}, {"pfa": 0.1, "looks": 0.0}):
        with pytest.raises(ParameterError, match="above 0"):
            mean_multiplier(16, **wrong)
    with pytest.raises(ParameterError, match="cells is 0"):
        mean_multiplier(0, pfa=0.1)
    with pytest.raises(ParameterError, match="rank is 17 of 16"):
        order_multiplier(16, rank=17, pfa=0.1)
    with pytest.raises(ParameterError, match="32 are the least"):
        deviation_multiplier(31, pfa=0.1)
    with pytest.raises(ParameterError, match="scenes is 0"):
        persistent_false_alarm(0, pfa=0.1, persistence=0.5)
