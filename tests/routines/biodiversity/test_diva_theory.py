"""The analysis against what theory says of it: kernels, covariances, optimal interpolation."""

import numpy as np
import pytest
from scipy import optimize, special

from bluecloud_routines.biodiversity._analysis import CPME_LENGTH
from bluecloud_routines.biodiversity._grid import Grid, interpolation, sphere_grid, with_time
from bluecloud_routines.biodiversity._norm import background_precision, kernel, norm_constant
from bluecloud_routines.biodiversity._system import System, factorised


def box(*sizes: int, step: float = 0.1) -> Grid:
    shape = tuple(sizes)
    axes = tuple(step * np.arange(size) for size in sizes)
    return Grid(axes, (np.full(shape, step),) * len(sizes), np.ones(shape, dtype=bool))


def lengths(grid: Grid, length: float = 1.0) -> tuple[np.ndarray, ...]:
    return (np.full(grid.sea.shape, length),) * len(grid.axes)


def test_one_observation_spreads_as_the_bessel_function_of_the_distance() -> None:
    grid = box(161, 161)
    centre = (np.array([8.0]), np.array([8.0]))
    observe, _ = interpolation(grid, centre)
    field = grid.on_map(
        System.of(background_precision(grid, lengths(grid)), observe, np.ones(1)).analysis(
            np.ones(1)
        )
    )
    assert 0.45 < field.max() < 0.55  # epsilon2 of 1 halves it, but for the width of a cell
    along = field[80, 80:] / field[80, 80]
    # r K1(r) at r = 1/2, 1, 2, 3, to a cell's width of a tenth.
    assert along[[5, 10, 20, 30]] == pytest.approx([0.828, 0.602, 0.280, 0.120], abs=0.006)


def test_the_kernel_has_the_values_of_tables() -> None:
    r = np.array([0.0, 0.5, 1.0, 2.0, 3.0])
    # Abramowitz and Stegun, table 9.8: K1(.5) = 1.65644112, K1(1) = .60190723, ...
    table = [1.0, 0.82822056, 0.60190723, 0.27973176, 0.1204693]
    assert kernel(r) == pytest.approx(table, abs=2e-5)
    # In three dimensions it is the exponential of (1 + r).
    assert kernel(r, 3) == pytest.approx((1 + r) * np.exp(-r), rel=1e-12)


def test_the_square_of_the_kernel_is_nearly_the_kernel_of_the_error_length() -> None:
    r = np.linspace(1e-6, 25, 100_001)

    def misfit(scale: float) -> float:
        return float(np.trapezoid((kernel(r) ** 2 - kernel(scale * r)) ** 2 * r, r))

    best = optimize.minimize_scalar(misfit, bounds=(1, 3), method="bounded").x
    assert pytest.approx(best, abs=2e-5) == 1 / CPME_LENGTH


def test_the_constants_of_the_norm_are_those_of_the_paper() -> None:
    assert norm_constant(2) == pytest.approx(4 * np.pi)
    assert norm_constant(3) == pytest.approx(8 * np.pi**1.5 * 2 / special.gamma(1.5))


@pytest.mark.parametrize(
    ("sizes", "step", "within"),
    [((61,), 0.2, 0.03), ((61, 61), 0.2, 0.03), ((15, 15, 15), 0.5, 0.15)],
)
def test_the_variance_of_the_background_is_one_far_from_the_edges(
    sizes: tuple[int, ...], step: float, within: float
) -> None:
    grid = box(*sizes, step=step)
    factor = factorised(background_precision(grid, lengths(grid)))
    unit = np.zeros(grid.size)
    middle = grid.numbers[tuple(size // 2 for size in sizes)]
    unit[middle] = 1
    assert factor.solve(unit)[middle] == pytest.approx(1, abs=within)


@pytest.fixture(scope="module")
def small() -> tuple[Grid, System]:
    """10 x 10 cells with an island, lengths that vary, and 12 observations of unequal weight."""
    random = np.random.default_rng(3)
    sea = np.ones((10, 10), dtype=bool)
    sea[4:6, 3:5] = False
    latitude, longitude = np.linspace(50, 54.5, 10), np.linspace(0, 4.5, 10)
    grid = sphere_grid(latitude, longitude, sea)
    length = 120 + 60 * random.random((10, 10))
    places = (random.uniform(50, 54.5, 14), random.uniform(0, 4.5, 14))
    observe, used = interpolation(grid, places)
    weight = random.uniform(0.2, 5, int(used.sum()))
    return grid, System.of(background_precision(grid, (length, length)), observe, weight)


def test_the_error_variance_is_the_diagonal_of_the_dense_inverse(
    small: tuple[Grid, System],
) -> None:
    _, system = small
    observe, precision = system.observe.toarray(), system.precision.toarray()
    dense = np.linalg.inv(precision + observe.T @ np.diag(system.weight) @ observe)
    np.testing.assert_allclose(system.error_variance(), np.diag(dense), rtol=1e-9)


def test_the_analysis_is_optimal_interpolation_with_the_norms_covariance(
    small: tuple[Grid, System],
) -> None:
    _, system = small
    data = np.random.default_rng(4).standard_normal(len(system.weight))
    observe = system.observe.toarray()
    covariance = np.linalg.inv(system.precision.toarray())
    innovation = observe @ covariance @ observe.T + np.diag(1 / system.weight)
    expected = covariance @ observe.T @ np.linalg.solve(innovation, data)
    np.testing.assert_allclose(system.analysis(data), expected, rtol=1e-8, atol=1e-12)


def test_a_trend_is_that_of_generalised_least_squares(small: tuple[Grid, System]) -> None:
    grid, system = small
    random = np.random.default_rng(5)
    trends = np.column_stack([np.ones(grid.size), random.standard_normal(grid.size)])
    data = random.standard_normal(len(system.weight))
    observe = system.observe.toarray()
    covariance = np.linalg.inv(system.precision.toarray())
    whole = np.linalg.inv(observe @ covariance @ observe.T + np.diag(1 / system.weight))
    design = observe @ trends
    expected = np.linalg.solve(design.T @ whole @ design, design.T @ whole @ data)
    field, coefficients = system.with_trend(data, system.observe @ trends)
    np.testing.assert_allclose(coefficients, expected, rtol=1e-8)
    rest = covariance @ observe.T @ whole @ (data - design @ expected)
    np.testing.assert_allclose(field, rest, rtol=1e-7, atol=1e-10)


def test_the_matrix_of_the_norm_is_symmetric_and_positive_definite(
    small: tuple[Grid, System],
) -> None:
    _, system = small
    dense = system.precision.toarray()
    np.testing.assert_array_equal(dense, dense.T)
    assert np.linalg.eigvalsh(dense).min() > 0


def test_a_constant_has_no_gradient_so_that_its_norm_is_its_volume(
    small: tuple[Grid, System],
) -> None:
    grid = small[0]
    length = np.full(grid.sea.shape, 150.0)
    precision = background_precision(grid, (length, length))
    ones = np.ones(grid.size)
    assert ones @ precision @ ones == pytest.approx(
        grid.volume[grid.sea].sum() / (4 * np.pi * 150.0**2), rel=1e-9
    )


def test_nothing_passes_a_wall_of_land() -> None:
    sea = np.ones((12, 21), dtype=bool)
    sea[:, 10] = False
    grid = sphere_grid(np.linspace(40, 45.5, 12), np.linspace(0, 10, 21), sea)
    length = np.full(sea.shape, 300.0)
    observe, _ = interpolation(grid, (np.array([43.0]), np.array([3.0])))
    system = System.of(background_precision(grid, (length, length)), observe, np.ones(1))
    field = grid.on_map(system.analysis(np.ones(1)))
    assert (field[:, :10] > 0).all()
    assert (field[:, 11:] == 0).all()


def test_the_influence_of_observations_is_the_trace_of_the_dense_matrix(
    small: tuple[Grid, System],
) -> None:
    _, system = small
    shares = np.diag(system.observe @ system.analysis(np.eye(len(system.weight))))
    estimated = system.influence(np.random.default_rng(0), probes=4000)
    assert estimated == pytest.approx(shares.mean(), rel=0.03)


def test_a_field_with_a_bound_is_the_one_of_least_cost(small: tuple[Grid, System]) -> None:
    grid, system = small
    data = np.random.default_rng(6).standard_normal(len(system.weight))
    least = np.zeros(grid.size)
    field = system.no_less_than(least, data)
    matrix = system.precision.toarray() + system.observe.T @ np.diag(system.weight) @ system.observe
    force = matrix @ field - system.right(data)
    assert (field >= 0).all()
    assert (field == 0).any()
    # The conditions of Karush, Kuhn and Tucker: pushed upward on the bound, at rest elsewhere.
    scale = abs(system.right(data)).max()
    assert force.min() > -1e-9 * scale
    assert abs(force[field > 0]).max() < 1e-9 * scale


def test_time_is_a_dimension_like_another() -> None:
    flat = sphere_grid(np.linspace(50, 53, 7), np.linspace(0, 3, 7), np.ones((7, 7), dtype=bool))
    grid = with_time(flat, np.linspace(40.0, 46.0, 7))
    shape = grid.sea.shape
    lengths_ = (np.full(shape, 1.5), np.full(shape, 90.0), np.full(shape, 90.0))
    observe, used = interpolation(grid, (np.array([43.0, 47.0]), np.full(2, 51.5), np.full(2, 1.5)))
    assert used.tolist() == [True, False]
    system = System.of(background_precision(grid, lengths_), observe, np.ones(1))
    field = grid.on_map(system.analysis(np.ones(1)))
    centre = field[:, 3, 3]
    assert centre.argmax() == 3
    assert (np.diff(centre[:4]) > 0).all()
    np.testing.assert_allclose(centre, centre[::-1], rtol=1e-9)
