"""Return levels by the book's example, and by scipy's fit."""

from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from bluecloud_routines import ParameterError, TooShortError, UnitsError, ValuesError
from bluecloud_routines.environment import return_levels

# Highest sea levels of the years 1923 to 1987 at Port Pirie, metres (Coles 2001, example 1.1).
PORT_PIRIE = [
    4.03, 3.83, 3.65, 3.88, 4.01, 4.08, 4.18, 3.80, 4.36, 3.96, 3.98, 4.69, 3.85, 3.96, 3.85, 3.93,
    3.75, 3.63, 3.57, 4.25, 3.97, 4.05, 4.24, 4.22, 3.73, 4.37, 4.06, 3.71, 3.96, 4.06, 4.55, 3.79,
    3.89, 4.11, 3.85, 3.86, 3.86, 4.21, 4.01, 4.11, 4.24, 3.96, 4.21, 3.74, 3.85, 3.88, 3.66, 4.11,
    3.71, 4.18, 3.90, 3.78, 3.91, 3.72, 4.00, 3.66, 3.62, 4.33, 4.55, 3.75, 4.08, 3.90, 3.88, 3.94,
    4.33,
]  # fmt: skip


def yearly(values: Any, units: str = "m") -> xr.DataArray:
    values = np.asarray(values, dtype=float)
    return xr.DataArray(
        values,
        dims=("cell", "year")[-values.ndim :],
        coords={"year": 1923 + np.arange(values.shape[-1])},
        attrs={"units": units} if units else {},
    )


def drawn(shape: float, size: tuple[int, int], seed: int = 1) -> np.ndarray:
    # scipy's shape has the other sign.
    found: np.ndarray = stats.genextreme.rvs(
        -shape, loc=20, scale=3, size=size, random_state=np.random.default_rng(seed)
    )
    return found


def test_port_pirie_is_as_in_the_book() -> None:
    found = return_levels(yearly(PORT_PIRIE), periods=(10, 100))
    assert found["location"].item() == pytest.approx(3.874759, abs=1e-4)
    assert found["scale"].item() == pytest.approx(0.198038, abs=1e-4)
    assert found["shape"].item() == pytest.approx(-0.050105, abs=1e-4)
    assert found["return_level"][1].item() == pytest.approx(4.688396, abs=1e-3)
    # Section 3.4.1: 4.30 with [4.19, 4.41], and 4.69 with [4.38, 5.00].
    np.testing.assert_allclose(found["return_level"], [4.30, 4.69], atol=0.005)
    np.testing.assert_allclose(found["return_level_lower"], [4.19, 4.38], atol=0.005)
    np.testing.assert_allclose(found["return_level_upper"], [4.41, 5.00], atol=0.006)


def test_the_profile_of_port_pirie_is_longer_upward_as_in_the_book() -> None:
    found = return_levels(yearly(PORT_PIRIE), periods=(10, 100), interval="profile")
    # The book reads [4.21, 4.45] and [4.50, 5.27] off its figures.
    np.testing.assert_allclose(found["return_level_lower"], [4.21, 4.50], atol=0.012)
    np.testing.assert_allclose(found["return_level_upper"], [4.45, 5.27], atol=0.012)


@pytest.mark.parametrize("shape", [-0.25, 0.0, 0.2])
def test_the_likelihood_is_no_less_than_that_of_scipys_fit(shape: float) -> None:
    values = drawn(shape, (6, 50), seed=int(100 * shape + 50))
    found = return_levels(yearly(values))
    for cell, row in enumerate(values):
        own = [float(found[name][cell]) for name in ("shape", "location", "scale")]
        ours = stats.genextreme.nnlf((-own[0], *own[1:]), row)
        assert ours <= stats.genextreme.nnlf(stats.genextreme.fit(row), row) + 1e-6
        level = stats.genextreme.isf(1 / 100, -own[0], *own[1:])
        assert float(found["return_level"][cell, 2]) == pytest.approx(level, rel=1e-9)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    found = return_levels(yearly(drawn(0.0, (800, 80))), periods=(10,), confidence=0.9)
    truth = stats.genextreme.isf(0.1, 0, 20, 3)
    held = (found["return_level_lower"] < truth) & (found["return_level_upper"] > truth)
    assert 0.85 < float(held.mean()) < 0.93


def test_levels_move_and_scale_with_the_values_and_gaps_are_left_out() -> None:
    values = drawn(0.1, (1, 60))
    one = return_levels(yearly(values))
    other = return_levels(yearly(100 + 5 * values))
    np.testing.assert_allclose(other["return_level"], 100 + 5 * one["return_level"], rtol=1e-6)
    np.testing.assert_allclose(other["shape"], one["shape"], atol=1e-6)
    holed = np.insert(values, [3, 30, 60], np.nan, axis=1)
    again = return_levels(yearly(holed))
    np.testing.assert_allclose(again["return_level"], one["return_level"], rtol=1e-9)


def test_cells_without_an_answer_are_missing_and_dask_stays_lazy() -> None:
    values = drawn(0.1, (5, 40))
    values[0, 15:] = np.nan  # few years
    values[1] = 7  # one value
    values[2] = np.nan
    values[3, 20:] = values[3].max()  # piled up at the top: no likelihood is the greatest
    found = return_levels(yearly(values))
    np.testing.assert_array_equal(found["location"].isnull(), [True] * 4 + [False])
    lazy = return_levels(yearly(values).chunk(cell=1, year=7))
    assert isinstance(lazy["return_level"].data, da.Array)
    xr.testing.assert_allclose(lazy.compute(), found)


def test_what_is_no_series_of_maxima_is_refused_with_the_reason() -> None:
    maxima = yearly(PORT_PIRIE)
    with pytest.raises(ParameterError, match=r"periods are \[1\]"):
        return_levels(maxima, periods=[1])
    with pytest.raises(ParameterError, match="confidence is 95"):
        return_levels(maxima, confidence=95)
    with pytest.raises(ParameterError, match="interval is 'bootstrap'"):
        return_levels(maxima, interval="bootstrap")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="min_blocks is 5"):
        return_levels(maxima, min_blocks=5)
    with pytest.raises(ParameterError, match="dimension 'year'"):
        return_levels(maxima.rename(year="time"))
    with pytest.raises(UnitsError, match="has no units"):
        return_levels(yearly(PORT_PIRIE, ""))
    with pytest.raises(TooShortError, match="there are 12 years: 20"):
        return_levels(maxima[:12])
    with pytest.raises(ValuesError, match="no values"):
        return_levels(maxima[:0])
    with pytest.raises(ValuesError, match="1 values are infinite"):
        return_levels(yearly([*PORT_PIRIE, np.inf]))
