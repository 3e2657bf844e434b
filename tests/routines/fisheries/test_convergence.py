"""R-hat and effective draws of series whose worth is known."""

import numpy as np
import pytest

from bluecloud_routines.fisheries._convergence import agree, bulk_ess, split_r_hat


def autoregressive(correlation: float, *, length: int = 2000, chains: int = 8) -> np.ndarray:
    random = np.random.default_rng(4)
    draws = np.empty((length, chains))
    draws[0] = random.standard_normal(chains)
    for each in range(1, length):
        fresh = random.standard_normal(chains) * np.sqrt(1 - correlation**2)
        draws[each] = correlation * draws[each - 1] + fresh
    return draws


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_the_worth_of_correlated_draws_is_that_of_theory(correlation: float) -> None:
    draws = autoregressive(correlation)
    expected = draws.size * (1 - correlation) / (1 + correlation)
    assert bulk_ess(draws) == pytest.approx(expected, rel=0.15)
    assert split_r_hat(draws) < 1.02
    assert agree(draws)


def test_a_chain_elsewhere_or_a_drift_or_another_width_is_seen() -> None:
    draws = autoregressive(0.0)
    elsewhere, drifting, wider = draws.copy(), draws.copy(), draws.copy()
    elsewhere[:, 0] += 3
    drifting += np.linspace(0, 3, len(draws))[:, None]
    wider[:, :4] *= 5
    for each in (elsewhere, drifting, wider):
        assert split_r_hat(each) > 1.05
        assert not agree(each)


def test_neither_changes_with_a_monotone_function() -> None:
    draws = autoregressive(0.5)
    assert bulk_ess(np.exp(draws)) == pytest.approx(bulk_ess(draws))
    # A heavy tail has no variance, but ranks.
    assert bulk_ess(draws**3) == pytest.approx(bulk_ess(draws))


def test_draws_that_never_move_are_not_taken_for_good() -> None:
    assert not agree(np.ones((100, 4)))
