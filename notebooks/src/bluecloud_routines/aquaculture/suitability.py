"""Where a farm could be: sites that meet all that must be, by how well they do.

Three kinds of questions need three kinds of logic. ``boolean``: which sites may be used at all.
``fuzzy``: how good are they, where one strength makes up for another weakness (weighted mean).
``owa``: the same, where it is said how far it may: from the worst criterion alone, which no
strength makes up for, to the best alone (Yager 1988, with importances). Whatever the logic, a site
outside one limit is none.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict
from typing import Literal, get_args

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.aquaculture.criteria import Criterion, membership
from bluecloud_routines.errors import ParameterError, ValuesError

Logic = Literal["boolean", "fuzzy", "owa"]
REFERENCES = (
    "Kapetsky, Aguilar-Manjarrez and Jenness (2013), FAO Fisheries and Aquaculture Technical "
    "Paper 549; Yager (1988, https://doi.org/10.1109/21.87068); "
    "Saaty (1977, https://doi.org/10.1016/0022-2496(77)90033-5)"
)
UNKNOWN, NONE, EXCLUDED = -1, 0, 127


def site_suitability(
    layers: xr.Dataset,
    criteria: Sequence[Criterion],
    *,
    weights: Mapping[Hashable, float] | pd.Series | None = None,
    excluded: xr.DataArray | None = None,
    logic: Logic = "fuzzy",
    caution: float = 2.0,
) -> xr.Dataset:
    """How suitable each place is, and what holds it back.

    Parameters
    ----------
    layers
        One variable for each criterion, of its name and units, on common dimensions; NaN where
        nothing is known, such as on land. With dask it stays lazy.
    criteria
        What is asked; see :class:`Criterion`.
    weights
        Importance of each criterion, 0 or more and not all 0; they are scaled to a sum of one.
        Equal, if none are given. :func:`ahp_weights` gives them from comparisons.
    excluded
        Places that cannot be used whatever they are like (true), on the same dimensions; NaN
        where that is not known.
    logic
        ``boolean``, ``fuzzy`` or ``owa``; see the module.
    caution
        Only for ``owa``, above 0: 1 is the weighted mean; the larger, the more the worst
        criteria count; below 1 the best ones do.

    Returns
    -------
    xarray.Dataset
        ``suitability``, 0 to 1, NaN where a layer or ``excluded`` is; ``limiting_factor``,
        flags: the criterion that is met worst (the first of equals), ``none`` where all are
        fully met, ``excluded``, ``unknown``; ``degree_<name>`` of each criterion.

    Raises
    ------
    ParameterError
        If an option is outside its range, a criterion is named twice, or the weights are not
        those of the criteria.
    UnitsError
        If a layer is in other units than its criterion.
    ValuesError
        If a layer is absent, on other coordinates, empty or infinite, or ``excluded`` is text.
    """
    _check(layers, criteria, excluded, logic, caution)
    shares = scaled_weights(criteria, weights)
    degrees = {each.name: membership(layers[each.name], each) for each in criteria}
    try:
        together = xr.concat(xr.align(*degrees.values(), join="exact"), "criterion")
        closed = xr.zeros_like(together.isel(criterion=0))
        if excluded is not None:
            # As numbers, which can be NaN: a place not known to be open is not offered.
            shut = excluded.astype(np.float64).transpose(*closed.dims)
            closed, _ = xr.align(shut, closed, join="exact")
    except ValueError as error:
        raise ValuesError(
            f"the layers or excluded are not on the same dimensions and coordinates: {error}"
        ) from error
    score, limiting = xr.apply_ufunc(
        _scored,
        together.chunk({"criterion": -1}) if together.chunks else together,
        closed,
        input_core_dims=[["criterion"], []],
        output_core_dims=[[], []],
        kwargs={"shares": shares, "logic": logic, "caution": caution},
        dask="parallelized",
        output_dtypes=[np.float64, np.int8],
    )
    first = degrees[criteria[0].name]
    told = {"criteria": [asdict(each) for each in criteria], "weights": shares.tolist()}
    told |= {"logic": logic, **({"caution": caution} if logic == "owa" else {})}
    names = [each.name for each in criteria]
    flags = [UNKNOWN, NONE, *range(1, len(names) + 1), EXCLUDED]
    return xr.Dataset(
        {
            "suitability": score.transpose(*first.dims)
            .drop_attrs(deep=False)
            .assign_attrs(
                long_name="suitability", units="1", ancillary_variables="limiting_factor"
            ),
            "limiting_factor": limiting.transpose(*first.dims)
            .drop_attrs(deep=False)
            .assign_attrs(
                long_name="criterion that is met worst",
                flag_values=np.array(flags, dtype=np.int8),
                flag_meanings=" ".join(["unknown", "none", *names, "excluded"]),
            ),
            **{f"degree_{name}": degree for name, degree in degrees.items()},
        },
        attrs={"references": REFERENCES, "parameters": json.dumps(told)},
    )


def scaled_weights(
    criteria: Sequence[Criterion], weights: Mapping[Hashable, float] | pd.Series | None
) -> NDArray[np.float64]:
    """The weights in the order of the criteria, with a sum of one.

    Raises
    ------
    ParameterError
        If they are not those of the criteria, negative, not finite or all zero.
    """
    names = [each.name for each in criteria]
    if weights is None:
        return np.full(len(names), 1 / len(names))
    try:
        given = {str(name): float(weight) for name, weight in dict(weights).items()}
    except (TypeError, ValueError) as error:
        raise ParameterError(f"a weight is no number: {error}") from error
    if set(given) != set(names):
        raise ParameterError(
            f"there are weights of {sorted(given)}: one for each of {sorted(names)} is needed"
        )
    values = np.array([given[name] for name in names])
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise ParameterError(f"the weights are {given}: 0 or more are needed, and not all 0")
    shares: NDArray[np.float64] = values / values.sum()
    return shares


def _check(
    layers: xr.Dataset,
    criteria: Sequence[Criterion],
    excluded: xr.DataArray | None,
    logic: Logic,
    caution: float,
) -> None:
    if logic not in get_args(Logic):
        raise ParameterError(f"logic is {logic!r}: one of {', '.join(get_args(Logic))}")
    if not 0 < caution < np.inf:
        raise ParameterError(f"caution is {caution}: above 0; 1 is the weighted mean")
    names = [each.name for each in criteria]
    if not 1 <= len(names) < EXCLUDED or len(set(names)) < len(names):
        raise ParameterError(f"the criteria are {names}: one or more, each named once")
    # Of type object are true and false with gaps between them.
    if excluded is not None and excluded.dtype.kind not in "bfiuO":
        raise ValuesError(f"excluded is of type {excluded.dtype}: true and false are needed")
    absent = [name for name in names if name not in layers]
    if absent:
        raise ValuesError(f"there is no layer {', '.join(absent)}: {names} are needed")
    for name in names[1:]:
        if set(layers[name].dims) != set(layers[names[0]].dims):
            raise ValuesError(
                f"{name} is on {layers[name].dims} and {names[0]} on {layers[names[0]].dims}: the "
                "same dimensions are needed; take a mean or an exceedance over time first"
            )


def _scored(
    degrees: NDArray[np.float64],
    closed: NDArray[np.float64],
    shares: NDArray[np.float64],
    logic: Logic,
    caution: float,
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Score and limiting criterion of (..., criterion) degrees."""
    worst = degrees.min(axis=-1)
    score = combined(degrees, shares, logic, caution)
    unknown = np.isnan(worst) | np.isnan(closed)
    score = np.where((worst > 0) & (closed == 0), score, 0.0)
    limiting = np.where(worst < 1, np.argmin(degrees, axis=-1) + 1, NONE)
    limiting = np.where(closed != 0, EXCLUDED, limiting)
    return (
        np.where(unknown, np.nan, score),
        np.where(unknown, UNKNOWN, limiting).astype(np.int8),
    )


def combined(
    degrees: NDArray[np.float64],
    shares: NDArray[np.float64],
    logic: Logic,
    caution: float,
) -> NDArray[np.float64]:
    """One degree of (..., criterion) degrees, whether or not they are within the limits."""
    found: NDArray[np.float64]
    if logic == "boolean":
        worst = degrees.min(axis=-1)
        found = np.where(np.isnan(worst), np.nan, (worst > 0).astype(np.float64))
    elif logic == "fuzzy":
        found = degrees @ shares
    else:
        # The best first; each counts by how much its importance moves the quantifier.
        order = np.argsort(-degrees, axis=-1)
        reached = np.cumsum(shares[order], axis=-1).clip(0, 1) ** caution
        counts = np.diff(reached, axis=-1, prepend=0.0)
        found = (np.take_along_axis(degrees, order, axis=-1) * counts).sum(axis=-1)
    return found
