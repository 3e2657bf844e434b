"""How right a map is, and how large its classes really are, from a sample that was looked at.

Counting the cells of a class on a map gives a wrong area, since the map is wrong in one direction
more often than in the other. A random sample of each class of the map, compared with what is
there, tells by how much (Olofsson et al. 2014).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtri

from bluecloud_routines.errors import ParameterError, ValuesError

REFERENCE = "Olofsson et al. (2014, https://doi.org/10.1016/j.rse.2014.02.015)"


class AreaEstimate(NamedTuple):
    """What a sample tells of a map."""

    classes: pd.DataFrame
    overall_accuracy: float
    overall_accuracy_margin: float


def confusion_matrix(sample: pd.DataFrame) -> pd.DataFrame:
    """How often each class of the map (rows) was found to be each class (columns).

    Parameters
    ----------
    sample
        One row a place, with columns ``mapped`` and ``reference``.

    Raises
    ------
    ValuesError
        If a column is absent, a value is missing, or there is no row.
    """
    absent = [name for name in ("mapped", "reference") if name not in sample]
    if absent or len(sample) == 0:
        raise ValuesError(
            f"the sample has {len(sample)} rows and no {absent or 'fault otherwise'}: columns "
            "mapped and reference are needed"
        )
    lacking = int(sample[["mapped", "reference"]].isna().any(axis=1).sum())
    if lacking:
        raise ValuesError(f"{lacking} of {len(sample)} rows lack a class: leave them out")
    names = sorted(set(sample["mapped"]) | set(sample["reference"]))
    counts = pd.crosstab(sample["mapped"], sample["reference"])
    return counts.reindex(index=names, columns=names, fill_value=0)


def area_estimates(
    counts: pd.DataFrame, mapped_area: Mapping[str, float], *, confidence: float = 0.95
) -> AreaEstimate:
    """Area and accuracy of each class with their margins, from a sample stratified by the map.

    Parameters
    ----------
    counts
        As :func:`confusion_matrix` gives it: rows are the classes of the map, from each of which
        the places were drawn at random, columns what they were found to be.
    mapped_area
        Area of each class on the map, in any one unit.
    confidence
        Of the margins, above 0 and below 1.

    Returns
    -------
    AreaEstimate
        ``classes``: one row a class, with ``mapped_area``, ``area`` and ``area_margin`` (half of
        the interval, both in the unit given), ``users_accuracy`` and ``producers_accuracy`` with
        their margins; then the accuracy of the whole map and its margin. What cannot be told
        (a class that was never found) is NaN.

    Raises
    ------
    ParameterError
        If the confidence is outside its range.
    ValuesError
        If rows and columns are not the same classes, a class has no area or fewer than two places.

    References
    ----------
    Olofsson et al. (2014), https://doi.org/10.1016/j.rse.2014.02.015
    """
    if not 0 < confidence < 1:
        raise ParameterError(f"confidence is {confidence}: above 0 and below 1, as 0.95")
    names, n = _checked(counts, mapped_area)
    areas = np.array([float(mapped_area[name]) for name in names])
    share, drawn = areas / areas.sum(), n.sum(axis=1)
    part = n / drawn[:, None]
    spread = part * (1 - part) / (drawn - 1)[:, None]
    proportion = share @ part
    proportion_variance = (share**2) @ spread
    users, users_variance = np.diag(part), np.diag(spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        producers = share * users / proportion
        # Equation 7: what is missed of a class comes from the strata of the others.
        others = proportion_variance - share**2 * users_variance
        producers_variance = (
            share**2 * (1 - producers) ** 2 * users_variance + producers**2 * others
        ) / proportion**2
    width = float(ndtri((1 + confidence) / 2))
    classes = pd.DataFrame(
        {
            "class": names,
            "mapped_area": areas,
            "area": proportion * areas.sum(),
            "area_margin": width * np.sqrt(proportion_variance) * areas.sum(),
            "users_accuracy": users,
            "users_accuracy_margin": width * np.sqrt(users_variance),
            "producers_accuracy": producers,
            "producers_accuracy_margin": width * np.sqrt(producers_variance),
        }
    )
    return AreaEstimate(
        classes,
        float(share @ users),
        width * float(np.sqrt((share**2) @ users_variance)),
    )


def sample_by_class(mapped: xr.DataArray, *, number: int = 50, seed: int = 0) -> pd.DataFrame:
    """Rows and columns of cells drawn at random from each class of a map, without return.

    Parameters
    ----------
    mapped
        Classes on ``y`` and ``x`` as flags, with ``flag_values`` and ``flag_meanings``; others
        are not drawn from.
    number
        Of cells of each class, 2 or more; all cells of a class that has fewer.
    seed
        The same seed draws the same cells.

    Returns
    -------
    pandas.DataFrame
        ``row`` and ``column`` of each cell, class after class.

    Raises
    ------
    ParameterError
        If the number is below two.
    ValuesError
        If the map has no flags.
    """
    if number < 2:
        raise ParameterError(f"number is {number}: 2 or more")
    if "flag_values" not in mapped.attrs:
        raise ValuesError("the map has no attribute flag_values: which classes are drawn from")
    random = np.random.default_rng(seed)
    flat = mapped.transpose("y", "x").to_numpy().ravel()
    drawn = []
    for value in np.atleast_1d(mapped.attrs["flag_values"]):
        cells = np.flatnonzero(flat == value)
        drawn.append(random.choice(cells, min(number, cells.size), replace=False))
    row, column = np.divmod(np.concatenate(drawn), mapped.sizes["x"])
    return pd.DataFrame({"row": row, "column": column})


def _checked(
    counts: pd.DataFrame, mapped_area: Mapping[str, float]
) -> tuple[list[str], NDArray[np.float64]]:
    names = list(counts.index)
    if names != list(counts.columns):
        raise ValuesError(
            f"the rows are {names} and the columns {list(counts.columns)}: the same classes in "
            "the same order are needed"
        )
    n = counts.to_numpy(np.float64)
    if not (np.isfinite(n).all() and (n >= 0).all()):
        raise ValuesError("the counts have missing, infinite or negative numbers")
    for name, drawn in zip(names, n.sum(axis=1), strict=True):
        if drawn < 2:
            raise ValuesError(f"{drawn:g} places were drawn from {name!r}: 2 are the least")
        area = mapped_area.get(name, np.nan)
        if not (np.isfinite(area) and area > 0):
            raise ValuesError(f"the mapped area of {name!r} is {area}: a number above 0 is needed")
    return names, n
