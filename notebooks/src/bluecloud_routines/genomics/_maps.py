"""The maps of :func:`function_biogeography` and what is told with them, as variables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import squareform

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, Integers
from bluecloud_routines.genomics.boosting import BoostedTrees

COVERAGE = ("mapped", "unlike_the_samples", "no_features")
_MOST_SPREAD = 100.0  # per cent


@dataclass(frozen=True)
class Cells:
    """The cells of a grid that have all features.

    Attributes
    ----------
    values
        (cell, feature).
    has_features
        Which of all cells they are, on the grid.
    template
        A feature, for its axes and coordinates.
    """

    values: Floats
    has_features: NDArray[np.bool_]
    template: xr.DataArray

    @classmethod
    def of(cls, grid: xr.Dataset, features: Sequence[str]) -> Self:
        """The cells, computed where they are lazy.

        Raises
        ------
        ParameterError
            If a feature is no variable of the grid.
        ValuesError
            If features are on different axes or infinite, or no cell has all of them.
        """
        absent = [name for name in features if name not in grid]
        if absent:
            raise ParameterError(f"the grid has no variable {absent}: it has {list(grid)}")
        template = grid[features[0]]
        for name in features:
            if set(grid[name].dims) != set(template.dims) or not template.dims:
                raise ValuesError(
                    f"the feature {name!r} is on {grid[name].dims}, {features[0]!r} on "
                    f"{template.dims}: all need the same axes"
                )
        arrays = grid[list(features)].compute()
        stacked = np.stack(
            [arrays[name].transpose(*template.dims).to_numpy() for name in features], axis=-1
        ).astype(np.float64)
        if np.isinf(stacked).any():
            raise ValuesError("a feature of the grid is infinite: leave such cells missing")
        has_features: NDArray[np.bool_] = np.logical_not(np.isnan(stacked).any(axis=-1))
        if not has_features.any():
            raise ValuesError("no cell of the grid has all features: there is nothing to map")
        return cls(stacked[has_features], has_features, template)

    def coordinates(self, targets: NDArray[np.object_], groups: int) -> dict[str, xr.Variable]:
        """The grid's own, and the names of targets and groups."""
        own = {str(name): each.variable for name, each in self.template.coords.items()}
        numbers = np.arange(1, groups + 1, dtype=np.int32)
        return own | {
            "target": xr.Variable("target", targets, {"long_name": "name of the target"}),
            "group": xr.Variable("group", numbers, {"long_name": "group of targets"}),
        }

    def maps(
        self, name: str, by: str, found: tuple[Floats, Floats], mapped: NDArray[np.bool_]
    ) -> dict[str, xr.Variable]:
        """Mean and coefficient of variation of the mapped cells, missing elsewhere."""
        mean, spread = found
        undefined = np.full_like(mean, np.nan)  # of nothing, no spread can be said
        percent = np.divide(100 * spread, mean, out=undefined, where=mean > 0)
        kind = f"relative abundance of the {by}"
        told = {"long_name": f"{kind}, mean of the bootstraps", "units": "1"}
        told |= {"ancillary_variables": f"{name}_cv coverage"}
        spread_told = {"long_name": f"coefficient of variation of the {kind}", "units": "percent"}
        return {
            name: self._on_grid(mean, by, mapped, told),
            f"{name}_cv": self._on_grid(np.minimum(percent, _MOST_SPREAD), by, mapped, spread_told),
        }

    def trust(self, similarity: Floats, *, extrapolate: bool) -> dict[str, xr.Variable]:
        """How like the samples' the water of each cell is, and why a cell has no map."""
        dims = self.template.dims
        on_grid = np.full(self.has_features.shape, np.nan)
        on_grid[self.has_features] = similarity
        flags = np.where(self.has_features, np.where(on_grid < 0, 1, 0), 2).astype(np.int8)
        long = "whether the cell is mapped"
        if extrapolate:
            long += "; where unlike the samples it is, by extrapolation"
        return {
            "similarity": xr.Variable(
                dims,
                on_grid,
                {"long_name": "multivariate environmental similarity (MESS)", "units": "percent"},
            ),
            "coverage": xr.Variable(
                dims,
                flags,
                {
                    "long_name": long,
                    "flag_values": np.arange(len(COVERAGE), dtype=np.int8),
                    "flag_meanings": " ".join(COVERAGE),
                },
            ),
        }

    def _on_grid(
        self, values: Floats, by: str, mapped: NDArray[np.bool_], attrs: dict[str, str]
    ) -> xr.Variable:
        whole = np.full((values.shape[1], *self.has_features.shape), np.nan)
        of_cells = np.full((values.shape[1], len(mapped)), np.nan)
        of_cells[:, mapped] = values.T
        whole[:, self.has_features] = of_cells
        return xr.Variable((by, *self.template.dims), whole, attrs)


def over(
    models: Sequence[BoostedTrees], give: Callable[[BoostedTrees], Floats]
) -> tuple[Floats, Floats]:
    """Mean and standard deviation over the models, which are not all kept at once."""
    mean: Floats = np.zeros(())
    squares: Floats = np.zeros(())
    for number, model in enumerate(models, start=1):
        values = give(model)
        away = values - mean
        mean = mean + away / number
        squares = squares + away * (values - mean)
    return mean, np.sqrt(squares / (len(models) - 1))


def unlikeness(values: Floats) -> Floats:
    """One minus the correlation of each two columns; 1 for a column that is the same throughout."""
    around = values - values.mean(axis=0)
    lengths = np.sqrt((around**2).sum(axis=0))
    varies = lengths > 1e-12 * np.abs(values).max(initial=0) * np.sqrt(len(values))
    unit = np.where(varies, around / np.where(varies, lengths, 1), 0)
    apart = np.clip(1 - unit.T @ unit, 0, 2)
    np.fill_diagonal(apart, 0)
    return np.asarray((apart + apart.T) / 2)


def grouped(maps: Floats, groups: int) -> Integers:
    """The group of each target, 1 the most abundant, by Ward's method on 1 - r of their maps.

    It is done on 1 - r itself, as Blue-Cloud's original does; Ward's method is exact for
    Euclidean distances, of which 1 - r is half the square.
    """
    if maps.shape[1] == 1:
        return np.ones(1, dtype=np.int64)
    tree = linkage(squareform(unlikeness(maps), checks=False), method="ward")
    # Not by height: heights that are equal would give fewer groups than are asked for.
    label = cut_tree(tree, n_clusters=groups).ravel()
    sums = np.bincount(label, weights=maps.sum(axis=0))
    rank = np.empty(len(sums), dtype=np.int64)
    rank[np.argsort(-sums, kind="stable")] = np.arange(1, len(sums) + 1)
    return np.asarray(rank[label])


def grouping(group: Integers) -> dict[str, xr.Variable]:
    """The group of each target."""
    attrs = {"long_name": "group of the target", "units": "1"}
    return {"group_of_target": xr.Variable("target", group.astype(np.int32), attrs)}


def responses(
    models: Sequence[BoostedTrees],
    x: Floats,
    features: Sequence[str],
    points: int,
    as_shares: Callable[[Floats], Floats],
) -> dict[str, xr.Variable]:
    """Partial dependence: the mean over the samples, one feature at a time being set."""
    values = np.linspace(x.min(axis=0), x.max(axis=0), points).T
    rows = np.tile(x, (len(features), points, 1, 1))
    for number, own in enumerate(values):
        rows[number, :, :, number] = own[:, None]
    flat = rows.reshape(-1, len(features))

    def give(model: BoostedTrees) -> Floats:
        shares = as_shares(model.predict(flat))
        return np.asarray(shares.reshape(len(features), points, len(x), -1).mean(axis=2))

    mean, spread = over(models, give)
    names = np.array(features, dtype=object)
    dims = ("feature", "point", "target")
    long = "relative abundance with the feature set and the others as in the samples"
    return {
        "feature": xr.Variable("feature", names, {"long_name": "name of the feature"}),
        "response_value": xr.Variable(
            dims[:2], values, {"long_name": "value of the feature, in the feature's own unit"}
        ),
        "response": xr.Variable(dims, mean, {"long_name": long, "units": "1"}),
        "response_sd": xr.Variable(
            dims, spread, {"long_name": f"standard deviation of the {long}", "units": "1"}
        ),
    }


def scores(observed: Floats, predicted: Floats, trials: pd.DataFrame) -> dict[str, xr.Variable]:
    """How the held-out samples were met, over all targets and by target; and the trials."""
    squared = (observed - predicted) ** 2
    spread = (observed - observed.mean(axis=0)) ** 2
    by_target = np.full(observed.shape[1], np.nan)
    constant = np.ptp(observed, axis=0) == 0
    share = np.divide(squared.sum(axis=0), spread.sum(axis=0), out=by_target, where=~constant)
    made = {
        "r_squared": ((), 1 - squared.sum() / spread.sum(), "share explained, over all targets"),
        "rmse": ((), np.sqrt(squared.mean()), "root mean square error, over all targets"),
        "target_r_squared": ("target", 1 - share, "share explained"),
        "target_rmse": ("target", np.sqrt(squared.mean(axis=0)), "root mean square error"),
        "trial_rmse": ("trial", trials["rmse"].to_numpy(), "root mean square error of the trial"),
        "trial_learning_rate": ("trial", trials["learning_rate"].to_numpy(), "learning rate"),
        "trial_min_leaf": ("trial", trials["min_leaf"].to_numpy(np.int32), "least samples"),
        "trial_rounds": ("trial", trials["rounds"].to_numpy(np.int32), "rounds of least error"),
    }
    return {
        name: xr.Variable(dims, values, {"long_name": f"{long}, of samples held out", "units": "1"})
        for name, (dims, values, long) in made.items()
    }
