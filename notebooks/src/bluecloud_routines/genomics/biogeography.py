"""Where in the sea which part of a community lives, from samples and the water's features.

Boosted trees learn how the shares of all targets go with the features at the samples; gridded
features then give a map of each. What a map may be trusted for is said with it: the error on
samples that were held out, the spread over bootstraps, and where the water is unlike any that
was sampled. Choices:

- The number of rounds is chosen with the other options, and every bootstrap uses it.
- Shares are kept shares: with ``renormalise`` what is below zero is set to zero and the rest is
  divided by its sum, sample by sample, cell by cell and bootstrap by bootstrap; without it each
  is held between 0 and 1.
- Where the water is unlike the samples' there is no map, unless ``extrapolate`` asks for it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import _maps
from bluecloud_routines.genomics._tables import (
    Floats,
    Integers,
    named,
    one_of,
    require_unique,
    rows_for,
    whole_number,
)
from bluecloud_routines.genomics.boosting import BoostedTrees, Boosting, boosted_trees
from bluecloud_routines.genomics.correlation import mantel
from bluecloud_routines.genomics.extrapolation import mess
from bluecloud_routines.genomics.folds import (
    blocked_folds,
    cross_validated,
    random_folds,
)

_REFERENCES = (
    "Nespoli & Medici (2020), https://arxiv.org/abs/2003.03835; "
    "Elith et al. (2010), https://doi.org/10.1111/j.2041-210X.2010.00036.x; "
    "Ward (1963), https://doi.org/10.1080/01621459.1963.10500845"
)
_SUM = 1e-6  # how far from one a sample's shares may add up


def function_biogeography(
    shares: pd.DataFrame,
    context: pd.DataFrame,
    grid: xr.Dataset,
    *,
    features: Sequence[str],
    groups: int = 8,
    min_leaf: Sequence[int] = (20, 30, 40, 50),
    learning_rate: Sequence[float] = (0.05,),
    n_q: int = 10,
    rounds: int = 1000,
    penalty: float | None = None,
    variant: Literal["histogram", "mbtr"] = "histogram",
    cv: Literal["random", "blocked"] = "random",
    folds: int = 10,
    block_degrees: float = 10.0,
    bootstraps: int = 100,
    renormalise: bool = True,
    extrapolate: bool = False,
    response_points: int = 15,
    permutations: int = 999,
    seed: int = 0,
) -> xr.Dataset:
    """Maps of relative abundance with their spread, their groups, and what they depend on.

    Parameters
    ----------
    shares
        Relative abundances, 0 to 1: a row a sample, a column a target. With ``renormalise`` each
        row adds up to 1.
    context
        The samples' features, a row by the sample's name, in the units of the grid; for blocks
        also ``latitude`` and ``longitude``, degrees. More rows than samples are allowed.
    grid
        The features as variables, all on the same axes, such as latitude and longitude; a cell
        without one of them has no map. It is computed: the groups need all cells.
    features
        Names of columns of ``context`` and of variables of ``grid``.
    groups
        How many groups of targets with like maps, 1 up to the number of targets.
    min_leaf, learning_rate
        The values that are tried; each pair of them.
    n_q, penalty, variant
        As for :class:`Boosting`.
    rounds
        Trees at most, 1 to 10,000.
    cv, folds, block_degrees
        Samples held out at ``random``, or in ``blocked`` squares of so many degrees.
    bootstraps
        Models on samples drawn with replacement, 2 to 1000.
    renormalise, extrapolate
        As said above.
    response_points
        Values of each feature, between the least and the largest of the samples, for which the
        partial dependence is given, 2 to 100.
    permutations
        Of the Mantel test between the observed and the predicted correlations of the targets.
    seed
        Of folds, bootstraps and permutations.

    Returns
    -------
    xarray.Dataset
        ``relative_abundance`` by ``target`` and the grid's axes (mean of the bootstraps), its
        coefficient of variation ``relative_abundance_cv`` (per cent, at most 100), both also by
        ``group``; ``group_of_target``; ``similarity`` (MESS) and the flag ``coverage`` of each
        cell; ``response`` and ``response_sd`` by ``feature``, ``point`` and ``target`` at
        ``response_value``; ``r_squared`` and ``rmse`` of held-out samples, also by target;
        ``mantel_r`` and ``mantel_p``; the trials of the options by ``trial``.

    Raises
    ------
    ParameterError
        If an option is out of range, or ``context`` or ``grid`` lacks a feature.
    ValuesError
        If a share or feature is missing, infinite or out of range, there are fewer than four
        samples, a feature or all shares are the same in all of them, the grid's features are on
        different axes, or no cell can be mapped.

    References
    ----------
    Nespoli & Medici (2020), https://arxiv.org/abs/2003.03835;
    Elith et al. (2010), https://doi.org/10.1111/j.2041-210X.2010.00036.x;
    Ward (1963), https://doi.org/10.1080/01621459.1963.10500845
    """
    y = _shares_of(shares, renormalise)
    x, context = _features_of(shares, context, features)
    whole_number("groups", groups, 1, y.shape[1])
    whole_number("bootstraps", bootstraps, 2, 1000)
    whole_number("response_points", response_points, 2, 100)
    one_of("cv", cv, ["random", "blocked"])
    if not features or not min_leaf or not learning_rate:
        raise ParameterError("features, min_leaf and learning_rate need a value each, or several")
    cells = _maps.Cells.of(grid, features)
    similarity = mess(cells.values, x)
    mapped = np.ones(len(similarity), dtype=bool) if extrapolate else similarity >= 0
    if not mapped.any():
        raise ValuesError(
            "in no cell of the grid are all features within the range of the samples': are they "
            "in the same units? extrapolate=True maps them all the same"
        )
    fold = (
        random_folds(len(y), folds=folds, seed=seed)
        if cv == "random"
        else blocked_folds(context, folds=folds, seed=seed, block_degrees=block_degrees)
    )
    basis = Boosting(n_q=n_q, rounds=rounds, penalty=penalty, variant=variant)
    tried = [
        replace(basis, min_leaf=leaf, learning_rate=rate)
        for rate in learning_rate
        for leaf in min_leaf
    ]
    chosen = cross_validated(x, y, fold=fold, candidates=tried)
    models = _bootstrapped(x, y, chosen.how, bootstraps, seed)
    where = cells.values[mapped]
    mean, spread = _maps.over(models, lambda model: as_shares(model.predict(where), renormalise))
    group = _maps.grouped(mean, groups)
    member = np.equal.outer(group, np.arange(1, groups + 1)).astype(np.float64)
    of_group = _maps.over(
        models, lambda model: as_shares(model.predict(where), renormalise) @ member
    )
    targets = shares.columns.astype(str).to_numpy(dtype=object)
    result = cells.coordinates(targets, groups)
    result |= cells.maps("relative_abundance", "target", (mean, spread), mapped)
    result |= cells.maps("group_abundance", "group", of_group, mapped)
    result |= cells.trust(similarity, extrapolate=extrapolate)
    result |= _maps.grouping(group)
    result |= _maps.responses(
        models, x, features, response_points, lambda values: as_shares(values, renormalise)
    )
    predicted = as_shares(chosen.held_out, renormalise)
    result |= _maps.scores(y, predicted, chosen.trials)
    result |= _correlations(y, predicted, permutations, seed)
    options = asdict(chosen.how) | {
        "features": list(features), "groups": groups, "cv": cv, "folds": folds,
        "bootstraps": bootstraps, "renormalise": renormalise, "extrapolate": extrapolate,
        "min_leaf_tried": list(min_leaf), "learning_rate_tried": list(learning_rate), "seed": seed,
        "block_degrees": block_degrees if cv == "blocked" else None, "rounds_allowed": rounds,
    }  # fmt: skip
    attrs = {"references": _REFERENCES, "parameters": json.dumps(options)}
    return xr.Dataset(result, attrs=attrs)


def as_shares(values: Floats, renormalise: bool) -> Floats:
    """Predictions (point, target) as shares of 0 to 1, which add up to 1 if so asked.

    What is below zero becomes zero. A point that has nothing left has equal shares.
    """
    if not renormalise:
        return np.clip(values, 0, 1)
    positive = np.maximum(values, 0)
    total = positive.sum(axis=1, keepdims=True)
    equal = np.full_like(positive, 1 / positive.shape[1])
    return np.asarray(np.divide(positive, total, out=equal, where=total > 0))


def _shares_of(shares: pd.DataFrame, renormalise: bool) -> Floats:
    if len(shares) < 4 or shares.shape[1] < 1:
        raise ValuesError(
            f"the table of shares has {len(shares)} samples and {shares.shape[1]} targets: 4 "
            "samples and 1 target are the least"
        )
    require_unique(shares.index, "sample")
    require_unique(shares.columns, "target")
    values = _numbers(shares, "share")
    outside = (values < 0) | (values > 1 + _SUM)
    if outside.any():
        row, column = (int(at) for at in np.argwhere(outside)[0])
        raise ValuesError(
            f"sample {shares.index[row]!r}, target {shares.columns[column]!r}: the share is "
            f"{values[row, column]}: 0 to 1 is allowed; divide counts by their sum"
        )
    totals = values.sum(axis=1)
    off = np.abs(totals - 1) > _SUM
    if renormalise and off.any():
        at = int(np.argmax(off))
        raise ValuesError(
            f"the shares of sample {shares.index[at]!r} add up to {totals[at]:.6f}, not 1: add "
            "the rest as a target of its own, or choose renormalise=False"
        )
    if not np.ptp(values, axis=0).any():
        raise ValuesError("all samples have the same shares: there is nothing to map")
    return values


def _features_of(
    shares: pd.DataFrame, context: pd.DataFrame, features: Sequence[str]
) -> tuple[Floats, pd.DataFrame]:
    absent = [name for name in features if name not in context]
    if absent:
        raise ParameterError(f"the context has no column {absent}: it has {list(context)}")
    context = rows_for(shares.index, context, "context")
    values = _numbers(context[list(features)], "feature")
    for name, column in zip(features, values.T, strict=True):
        if np.ptp(column) == 0:
            raise ValuesError(f"{name!r} is {column[0]} in all samples: it can explain nothing")
    return values, context


def _numbers(table: pd.DataFrame, what: str) -> Floats:
    try:
        values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a {what} is no number: {error}") from error
    wrong = ~np.isfinite(values)
    if wrong.any():
        rows = table.index[wrong.any(axis=1)]
        columns = table.columns[wrong.any(axis=0)]
        raise ValuesError(
            f"a {what} is missing or infinite: {named(columns)} of sample {named(rows)}"
        )
    return values


def _bootstrapped(
    x: Floats, y: Floats, how: Boosting, bootstraps: int, seed: int
) -> list[BoostedTrees]:
    models = []
    for random in np.random.default_rng(seed).spawn(bootstraps):
        drawn: Integers = random.integers(len(x), size=len(x))
        models.append(boosted_trees(x[drawn], y[drawn], how=how))
    return models


def _correlations(
    observed: Floats, predicted: Floats, permutations: int, seed: int
) -> dict[str, xr.Variable]:
    """Whether targets that go together do so in the predictions too, by a Mantel test."""
    distances = [pd.DataFrame(_maps.unlikeness(values)) for values in (observed, predicted)]
    above = np.triu_indices(observed.shape[1], 1)
    r = p = np.nan
    # Three distances between the targets are the least that a correlation is of.
    if observed.shape[1] >= 3 and all(np.ptp(each.to_numpy()[above]) > 0 for each in distances):
        test = mantel(*distances, subject="predicted", permutations=permutations, seed=seed)
        r, p = test.value, test.p_value
    long = "Mantel correlation of the targets' observed and held-out predicted correlations"
    return {
        "mantel_r": xr.Variable((), r, {"long_name": long, "units": "1"}),
        "mantel_p": xr.Variable((), p, {"long_name": f"p-value of the {long}", "units": "1"}),
    }
