"""What a variational analysis minimises beside the misfit: the norm of the field.

With lengths scaled by the correlation lengths, the norm of a field x is the integral of
sum_k binomial(m, k) |nabla^k x|^2, divided by a constant c that makes the variance of the
background one (Barth et al. 2014, section 2). Its covariance is a Bessel function: in two
dimensions (m = 2) r K1(r). Each power of nabla is a gradient G or a Laplacian on the cells, so
that the matrix of the norm, the inverse of the background's covariance, is sparse.
"""

from math import comb, gamma, pi

import numpy as np
from scipy import sparse, special

from bluecloud_routines.biodiversity._grid import Floats, Grid, faces


def order(dimensions: int) -> int:
    """The highest power of nabla: the least whole number of at least 1 + dimensions / 2."""
    return (dimensions + 3) // 2


def norm_constant(dimensions: int) -> float:
    """The integral of the kernel in scaled lengths: ``c`` without the correlation lengths."""
    m = order(dimensions)
    constant: float = (4 * pi) ** (dimensions / 2) * gamma(m) / gamma(m - dimensions / 2)
    return constant


def kernel(distance: Floats, dimensions: int = 2) -> Floats:
    """The correlation at a distance in correlation lengths, far from any coast."""
    nu = order(dimensions) - dimensions / 2
    with np.errstate(invalid="ignore"):
        value = 2 / gamma(nu) * (distance / 2) ** nu * special.kv(nu, distance)
    correlation: Floats = np.where(distance > 0, value, 1.0)
    return correlation


def background_precision(grid: Grid, lengths: tuple[Floats, ...]) -> sparse.csc_array:
    """The inverse of the background's covariance, symmetric and positive definite.

    Parameters
    ----------
    grid
        The cells.
    lengths
        Correlation length along each dimension, in the units of its steps, broadcast to the
        whole grid. Where lengths vary, a face has the mean of its cells.
    """
    dimensions = len(lengths)
    whole = [np.broadcast_to(length, grid.sea.shape) for length in lengths]
    constant = norm_constant(dimensions) * np.prod(whole, axis=0)
    weight = (grid.volume / constant)[grid.sea]
    cells = sparse.diags_array(weight, format="csr")
    inverse = sparse.diags_array(1 / weight, format="csr")
    gradient = sparse.csr_array((grid.size, grid.size))
    for dimension, length in enumerate(whole):
        across = faces(grid, dimension)
        squared, c = (length**2)[grid.sea], constant[grid.sea]
        mean_squared = (squared[across.before] + squared[across.after]) / 2
        mean_c = (c[across.before] + c[across.after]) / 2
        share = sparse.diags_array(mean_squared * across.volume / mean_c, format="csr")
        gradient = gradient + across.difference.T @ share @ across.difference
    m = order(dimensions)
    # |nabla^k x|^2 is x'W(W^-1 G)^k x: each power takes the Laplacian W^-1 G once more.
    power = cells
    precision = cells
    for k in range(1, m + 1):
        power = gradient if k == 1 else power @ inverse @ gradient
        precision = precision + comb(m, k) * power
    return ((precision + precision.T) / 2).tocsc()


def along_currents(grid: Grid, velocity: tuple[Floats, ...]) -> sparse.csr_array:
    """The derivative along a velocity at each sea cell: what an advection constraint keeps small.

    At a coast the face that is missing has no gradient.

    Parameters
    ----------
    grid
        The cells.
    velocity
        Component along each dimension, on the whole grid.
    """
    derivative = sparse.csr_array((grid.size, grid.size))
    for dimension, component in enumerate(velocity):
        across = faces(grid, dimension)
        rows = np.concatenate([across.before, across.after])
        number = np.arange(len(across.before))
        to_centre = sparse.csr_array(
            (np.full(2 * len(number), 0.5), (rows, np.concatenate([number, number]))),
            shape=(grid.size, len(number)),
        )
        speed = sparse.diags_array(component[grid.sea], format="csr")
        derivative = derivative + speed @ to_centre @ across.difference
    return derivative
