"""Which measurements go with the samples' places in an ordination."""

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import rows_for
from bluecloud_routines.genomics.permutations import ROUNDING, permutations_of, shuffled


def envfit(
    coordinates: pd.DataFrame,
    environment: pd.DataFrame,
    *,
    permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Which way each environmental variable grows across an ordination, and how well it fits.

    A variable is regressed on the axes; the arrow points along the regression's slopes.

    Parameters
    ----------
    coordinates
        A row a sample, a column an axis, as :func:`principal_coordinates` gives them.
    environment
        A row a sample, a column a variable, in any units. Samples without a value are left out
        for that variable.
    permutations, seed
        As for :func:`permanova`.

    Returns
    -------
    pandas.DataFrame
        By variable: the arrow's direction along each axis (length 1), ``r_squared``,
        ``p_value`` and ``samples``. A variable that is the same in all samples has no direction.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If a sample has no row, a value is infinite, or a variable is known in too few samples:
        two more than there are axes are the least.
    """
    permutations = permutations_of(permutations)
    rows = rows_for(coordinates.index, environment, "environment")
    fitted = {
        str(name): _fitted(coordinates, rows[name], permutations=permutations, seed=seed)
        for name in environment.columns
    }
    columns = [*map(str, coordinates.columns), "r_squared", "p_value", "samples"]
    made = pd.DataFrame.from_dict(fitted, orient="index", columns=columns)
    return made.rename_axis("variable").astype({"samples": np.int64})


def _fitted(
    coordinates: pd.DataFrame, variable: pd.Series, *, permutations: int, seed: int
) -> list[float]:
    """Direction, r squared, p-value and number of samples of one variable."""
    values = variable.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise ValuesError(f"{variable.name!r} has infinite values: a missing value is NaN")
    known = ~np.isnan(values)
    axes = coordinates.to_numpy(dtype=np.float64)[known]
    samples, number = axes.shape
    if samples < number + 2:
        raise ValuesError(
            f"{variable.name!r} is known in {samples} samples: {number + 2} are the least for "
            f"{number} axes"
        )
    y = values[known] - values[known].mean()
    length = float(np.sqrt(y @ y))
    if length <= 1e-12 * np.abs(values[known]).max():
        return [np.nan] * (number + 2) + [samples]
    y /= length
    axes = axes - axes.mean(axis=0)
    slopes = np.linalg.lstsq(axes, y, rcond=None)[0]
    basis, sizes, _ = np.linalg.svd(axes, full_matrices=False)
    basis = basis[:, sizes > 1e-10 * sizes[0]]
    value = float(((basis.T @ y) ** 2).sum())
    reached = sum(
        int(np.count_nonzero(((orders @ basis) ** 2).sum(axis=1) >= value - ROUNDING))
        for orders in shuffled(y, permutations, seed, each=samples)
    )
    direction = slopes / np.sqrt(slopes @ slopes)
    return [*direction.tolist(), value, (reached + 1) / (permutations + 1), samples]
