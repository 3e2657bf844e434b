"""The analysis against numbers that DIVAnd's authors publish with their program's tests."""

import numpy as np
import pytest
from scipy import sparse

from bluecloud_routines.biodiversity._grid import Grid, interpolation
from bluecloud_routines.biodiversity._norm import along_currents, background_precision
from bluecloud_routines.biodiversity._system import System

LENGTH, EPSILON2, SIZE = 0.2, 1 / 200, 30
# fi[18, 24] of DIVAnd, which counts from 1 and has x first.
PLACE = (23, 17)


def square(size: int = SIZE, half: float = 1.0) -> Grid:
    axis = np.linspace(-half, half, size)
    step = np.full((size, size), axis[1] - axis[0])
    return Grid((axis, axis), (step, step), np.ones((size, size), dtype=bool))


def rotating(*places: float) -> tuple[Grid, System, sparse.csc_array]:
    """DIVAnd's test of advection: a solid rotation, with the constraint at unit weight.

    Observations lie at ``(place, place)``.
    """
    grid = square()
    y, x = np.meshgrid(*grid.axes, indexing="ij")
    along = along_currents(grid, (-5 * x, 5 * y))
    constraint = (along.T @ along).tocsc()
    length = np.full((SIZE, SIZE), LENGTH)
    norm = background_precision(grid, (length, length))
    observe, _ = interpolation(grid, (np.array(places), np.array(places)))
    weight = np.full(len(places), 1 / EPSILON2)
    system = System.of((norm + constraint).tocsc(), observe, weight)
    return grid, system, norm


def test_the_advected_analysis_is_divands() -> None:
    grid, system, _ = rotating(0.4)
    field = grid.on_map(system.analysis(np.array([1.0])))
    assert field[PLACE] == pytest.approx(0.8993529043140029, abs=1e-12)


def test_the_three_norms_are_divands() -> None:
    _, system, norm = rotating(0.4)
    field = system.analysis(np.array([1.0]))
    misfit = system.observe @ field - 1
    constraint = system.precision - norm
    assert field @ norm @ field == pytest.approx(4.864863745730252, rel=1e-8)
    assert system.weight @ misfit**2 == pytest.approx(0.1276096541011819, rel=1e-8)
    assert field @ constraint @ field == pytest.approx(0.059450077426666054, rel=1e-8)


def test_the_analysis_that_is_nowhere_negative_is_nearly_divands() -> None:
    """DIVAnd's number differs in the fourth digit; ours is the minimum, as its conditions show."""
    grid, system, _ = rotating(0.4, 0.5)
    field = system.no_less_than(np.zeros(grid.size), np.array([1.0, -0.1]))
    assert grid.on_map(field)[PLACE] == pytest.approx(0.5381625233419283, abs=1e-4)
    assert field.min() == 0
