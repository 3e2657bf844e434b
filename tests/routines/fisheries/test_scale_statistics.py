"""The statistics of scale, against what can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_routines import ParameterError, ValuesError
from bluecloud_routines.fisheries import (
    cells_for_share,
    cwp_codes,
    entropy,
    gini,
    morans_i,
    scale_statistics,
    taylor_slope,
)

CATCHES = st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=50)


def on_grid(field: np.ndarray, *, resolution: int = 5) -> pd.DataFrame:
    """A field of catches as reports, its first cell just north-east of 0°N 0°E."""
    row, column = np.indices(field.shape)
    lat, lon = (resolution * (each.ravel() + 0.5) for each in (row, column))
    return pd.DataFrame(
        {
            "area": cwp_codes(lat, lon, resolution=resolution),
            "time": pd.Timestamp("2020-01-01"),
            "catch": field.ravel(),
            "unit": "t",
        }
    )


def test_equal_cells_are_as_even_as_can_be() -> None:
    assert entropy([2, 2, 2, 2, 0]) == pytest.approx(np.log(4))
    assert gini([2, 2, 2, 2, 0]) == pytest.approx(0)
    assert cells_for_share([2, 2, 2, 2], 0.5) == 2


def test_one_cell_has_no_entropy_and_nobody_to_be_unequal_to() -> None:
    assert (entropy([7]), gini([7]), cells_for_share([7], 0.9)) == (0, 0, 1)


def test_four_cells_by_hand() -> None:
    catch = [1, 2, 3, 4]
    # Gini: differences of all pairs, 20, over 2 n times the sum, 80.
    assert gini(catch) == pytest.approx(20 / 80)
    assert cells_for_share(catch, 0.4) == 1
    assert cells_for_share(catch, 0.5) == 2
    assert cells_for_share(catch, 1) == 4


@given(CATCHES)
def test_neither_the_order_nor_the_unit_matters(catches: list[float]) -> None:
    for statistic in (entropy, gini, lambda each: cells_for_share(each, 0.5)):
        assert statistic(catches[::-1]) == pytest.approx(statistic(catches))
        assert statistic([1000 * each for each in catches]) == pytest.approx(
            statistic(catches), abs=1e-9
        )
    assert -1e-9 <= entropy(catches) <= np.log(len(catches)) + 1e-9
    assert -1e-9 <= gini(catches) < 1
    assert cells_for_share(catches, 0.5) <= cells_for_share(catches, 0.9) <= len(catches)


def test_morans_i_is_that_of_all_pairs_of_neighbours() -> None:
    random = np.random.default_rng(5)
    field = random.gamma(1, 1, (6, 12)) * (random.random((6, 12)) < 0.7)
    at = np.argwhere(field > 0)
    apart = np.abs(at[:, None] - at[None])
    apart[..., 1] = np.minimum(apart[..., 1], 12 - apart[..., 1])  # around the earth
    weight = (apart.max(axis=2) == 1).astype(float)
    z = field[field > 0] - field[field > 0].mean()
    expected = z.size / weight.sum() * (weight * np.outer(z, z)).sum() / (z @ z)
    assert morans_i(field) == pytest.approx(expected)


def test_a_gradient_is_clustered_and_lone_or_equal_cells_say_nothing() -> None:
    rows = np.repeat(np.arange(1.0, 11)[:, None], 20, axis=1)
    assert morans_i(rows) > 0.8
    assert np.isnan(morans_i(np.eye(5, 8)[::2] * 3))
    assert np.isnan(morans_i(np.full((3, 6), 0.1)))


def test_a_power_law_gives_its_exponent_and_one_scale_none() -> None:
    mean = np.array([1.0, 10, 100])
    assert taylor_slope(mean, 3 * mean**1.5) == pytest.approx(1.5)
    assert np.isnan(taylor_slope([1], [1]))
    assert np.isnan(taylor_slope([1, 2], [0, 1]))


def test_cells_that_are_independent_have_slope_one_and_wide_patches_two() -> None:
    random = np.random.default_rng(8)
    independent = scale_statistics(on_grid(random.gamma(2, 1, (12, 36))), resolutions=(5, 10, 30))
    assert independent.attrs["taylor_slope"] == pytest.approx(1, abs=0.25)
    patches = np.kron(random.gamma(2, 1, (2, 6)), np.ones((6, 6)))
    found = scale_statistics(on_grid(patches), resolutions=(5, 10, 30))
    assert found.attrs["taylor_slope"] == pytest.approx(2)
    assert found["taylor"].tolist()[:2] == pytest.approx([2, 2])
    assert found["variance"].iloc[-1] == pytest.approx(np.var(36 * patches[::6, ::6]))


def test_other_beginnings_of_the_grid_are_tried_and_its_own_among_them() -> None:
    # Two full cells side by side: together in one cell of ten degrees, or apart in two.
    found = scale_statistics(on_grid(np.array([[1.0, 1.0]])), resolutions=(5, 10))
    assert found["entropy"].tolist() == pytest.approx([np.log(2), 0])
    assert found["entropy_low"].tolist() == pytest.approx([np.log(2), 0])
    assert found["entropy_high"].tolist() == pytest.approx([np.log(2)] * 2)
    random = np.random.default_rng(2)
    many = scale_statistics(on_grid(random.gamma(0.3, 1, (9, 20))), resolutions=(5, 10, 20, 30))
    assert (many["entropy_low"] <= many["entropy"] + 1e-12).all()
    assert (many["entropy"] <= many["entropy_high"] + 1e-12).all()
    assert (many["gini_low"] <= many["gini"] + 1e-12).all()
    assert (many["gini"] <= many["gini_high"] + 1e-12).all()


def test_the_catch_of_irregular_areas_is_said_as_a_share() -> None:
    reports = on_grid(np.array([[3.0, 1.0]]))
    reports["area"] = ["6100000", "EPO"]
    assert scale_statistics(reports)["lost"].tolist() == [0.25] * 4


@pytest.mark.parametrize("catch", [[], [0, 0], [1, np.nan], [1, -1], [np.inf]])
def test_nothing_missing_or_negative_has_no_statistics(catch: list[float]) -> None:
    for statistic in (entropy, gini):
        with pytest.raises(ValuesError):
            statistic(catch)


def test_a_share_that_is_none_and_widths_twice_are_refused() -> None:
    with pytest.raises(ParameterError, match="share is 1.5"):
        cells_for_share([1], 1.5)
    with pytest.raises(ParameterError, match="each once"):
        scale_statistics(on_grid(np.array([[3.0]])), resolutions=(5, 5))
    with pytest.raises(ValuesError, match="1 dimensions"):
        morans_i([1, 2])
