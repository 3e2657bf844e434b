"""Where a taxon can live, from where it was found and the water's features.

Sightings say where a taxon is, and not where it is absent. A model therefore tells the water at
sightings from the water that could have been looked at: the background. Three kinds of model are
made, since no single one is right, and their mean and spread are mapped. Choices:

- One presence a cell: many sightings in one place are one fact of the water there.
- The background is drawn by area, or, where ``visited`` says where people looked at all (the
  sightings of all like taxa), by the number of visits: what is then told apart is the taxon and
  not the ships' routes.
- Whole squares of the sea are held out to test the models.
- Where the water is unlike all that was learnt from there is no map, unless it is asked for.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import _maps, _niche_dataset
from bluecloud_routines.genomics._sightings import Places
from bluecloud_routines.genomics._tables import Floats, Integers, whole_number
from bluecloud_routines.genomics.boosting import Boosting, boosted_trees
from bluecloud_routines.genomics.extrapolation import mess
from bluecloud_routines.genomics.maxent import maxent

MEMBERS = ("maxent", "boosted", "bagged")
_REFERENCES = (
    "Phillips et al. (2017), https://doi.org/10.1111/ecog.03049; "
    "Hirzel et al. (2006), https://doi.org/10.1016/j.ecolmodel.2006.05.017; "
    "Elith et al. (2010), https://doi.org/10.1111/j.2041-210X.2010.00036.x"
)
_LEAST = 5  # presences, below which even a straight line is not to be told from chance
_TREES = {
    "boosted": Boosting(learning_rate=0.1, n_q=20, min_leaf=5, rounds=50, max_depth=3),
    "bagged": Boosting(learning_rate=1.0, n_q=50, min_leaf=5, rounds=1),
}
_DRAWS = {"boosted": 4, "bagged": 30}

Suitability = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Learning:
    """What models are made from: the water at presences and at the background, and the options."""

    present: Floats
    other: Floats
    weights: Floats
    classes: str
    beta: float
    hinges: int
    members: tuple[str, ...]
    seed: int

    def without(self, presences: Integers, background: Integers) -> "Learning":
        """The same with some presences and background points left out."""
        return Learning(
            np.delete(self.present, presences, axis=0),
            np.delete(self.other, background, axis=0),
            np.delete(self.weights, background),
            *(self.classes, self.beta, self.hinges, self.members, self.seed),
        )

    def models(self) -> dict[str, Suitability]:
        """A model of each kind."""
        return {name: self._model(name) for name in self.members}

    def _model(self, name: str) -> Suitability:
        if name == "maxent":
            return maxent(
                self.present,
                self.other,
                weights=self.weights,
                classes=self.classes,
                beta=self.beta,
                hinges=self.hinges,
            ).cloglog
        random = np.random.default_rng([self.seed, MEMBERS.index(name)])
        share, number = self.weights / self.weights.sum(), len(self.present)
        is_there = np.repeat([1.0, 0.0], number)[:, None]
        models = []
        for _ in range(_DRAWS[name]):
            drawn = self.present[random.integers(number, size=number)]
            others = self.other[random.choice(len(share), size=number, p=share)]
            models.append(boosted_trees(np.vstack([drawn, others]), is_there, how=_TREES[name]))

        def suitability(points: Floats) -> Floats:
            every = [np.clip(model.predict(points)[:, 0], 0, 1) for model in models]
            return np.asarray(np.mean(every, axis=0))

        return suitability


def taxon_niche(
    sightings: pd.DataFrame,
    grid: xr.Dataset,
    *,
    features: Sequence[str],
    visited: pd.DataFrame | None = None,
    members: Sequence[str] = MEMBERS,
    classes: str = "lqh",
    beta: float = 1.0,
    hinges: int = 10,
    background: int = 10_000,
    thinning_km: float = 0.0,
    block_km: float = 500.0,
    folds: int = 5,
    response_points: int = 50,
    extrapolate: bool = False,
    seed: int = 0,
) -> xr.Dataset:
    """Suitability of each cell for a taxon, with its spread over models and their scores.

    Parameters
    ----------
    sightings
        Where the taxon was found: ``latitude`` and ``longitude``, degrees, a row a sighting.
    grid
        Features as variables on an even ``latitude`` and ``longitude``. It is computed.
    features
        Which of them.
    visited
        Where it was looked for, found or not, as ``sightings``; without it, anywhere.
    members
        Models: ``maxent``; ``boosted`` and ``bagged`` trees on as many background points, drawn
        again and again, as there are presences.
    classes, beta, hinges
        As for :func:`maxent`; beta usually 0.5 to 5.
    background
        Points drawn, 100 to 1,000,000.
    thinning_km
        Least distance of two presences, 0 to 1000 km.
    block_km
        Side of the squares that are held out, 50 to 5000 km, measured along a meridian.
    folds
        How many parts are held out in turn, 2 or more.
    response_points
        Values of each feature for its response curve, 2 to 500.
    extrapolate
        Whether water unlike all that was learnt from is mapped.
    seed
        Of the draws, of the thinning and of the folds.

    Returns
    -------
    xarray.Dataset
        ``suitability`` (mean of the members, 0 to 1), ``suitability_sd`` (their spread) and
        ``member_suitability`` by ``member``; ``similarity`` (MESS, per cent) and the flag
        ``coverage``; the flag ``presence`` of each cell; by ``model`` (members and ``mean``) the
        held-out ``auc``, ``boyce``, ``tss`` and its ``threshold``; ``response`` by ``model``,
        ``feature`` and ``point``, at the values ``response_<feature>``, the other features being at
        their median at the presences; the numbers of sightings used and not used.

    Raises
    ------
    ParameterError
        If an option is out of range, or the grid lacks a feature.
    ValuesError
        If a table or grid cannot be used, fewer than five presences or fewer squares than folds
        are left, or no cell can be mapped.

    References
    ----------
    Phillips et al. (2017), https://doi.org/10.1111/ecog.03049;
    Hirzel et al. (2006), https://doi.org/10.1016/j.ecolmodel.2006.05.017;
    Elith et al. (2010), https://doi.org/10.1111/j.2041-210X.2010.00036.x
    """
    whole_number("background", background, 100, 10**6)
    whole_number("response_points", response_points, 2, 500)
    whole_number("folds", folds, 2, 100)
    for name, value, low, high in (
        ("thinning_km", thinning_km, 0, 1000),
        ("block_km", block_km, 50, 5000),
    ):
        if not low <= value <= high:
            raise ParameterError(f"{name} is {value!r}: {low} to {high} km is allowed")
    if not members or set(members) - set(MEMBERS) or len(set(members)) < len(members):
        raise ParameterError(f"members is {list(members)}: one or more of {list(MEMBERS)}, once")
    if not features:
        raise ParameterError("features is empty: a niche is of one feature at least")
    cells = _maps.Cells.of(grid, features)
    places = Places.of(cells)
    found = places.cells_of(sightings, "sightings")
    present = np.unique(found[found >= 0])
    if thinning_km:
        present = places.thinned(present, thinning_km, seed)
    if len(present) < _LEAST:
        raise ValuesError(
            f"the sightings lie in {len(present)} cells that have all features: {_LEAST} are the "
            "least; are their positions in degrees, and on the grid?"
        )
    other, weights = places.background(_visits(places, visited), background, seed)
    learning = Learning(
        cells.values[present], cells.values[other], weights,
        classes, beta, hinges, tuple(members), seed,
    )  # fmt: skip
    held_out = _held_out(learning, places.folds(present, other, block_km, folds, seed), folds)
    models = learning.models()
    units = {name: grid[name].attrs.get("units") for name in features}
    similarity = mess(cells.values, np.vstack([learning.present, learning.other]))
    mapped = np.ones(len(similarity), dtype=bool) if extrapolate else similarity >= 0
    maps = np.stack([model(cells.values[mapped]) for model in models.values()])
    result = _niche_dataset.maps(cells, list(members), maps, mapped)
    result |= cells.trust(similarity, extrapolate=extrapolate)
    result |= _niche_dataset.presences(cells, present)
    result |= _niche_dataset.scores(held_out, weights)
    result |= _niche_dataset.responses(models, learning, units, response_points)
    result |= _niche_dataset.numbers(
        sightings=len(found), outside=int((found < 0).sum()), presences=len(present)
    )
    options = {
        "features": list(features), "members": list(members), "classes": classes, "beta": beta,
        "hinges": hinges, "background": background, "by_visits": visited is not None,
        "thinning_km": thinning_km, "block_km": block_km, "folds": folds,
        "extrapolate": extrapolate, "seed": seed,
    }  # fmt: skip
    attrs = {"references": _REFERENCES, "parameters": json.dumps(options)}
    return xr.Dataset(result, attrs=attrs)


def _visits(places: Places, visited: pd.DataFrame | None) -> Integers | None:
    """The cell of each visit."""
    if visited is None:
        return None
    at = places.cells_of(visited, "visits")
    if not (at >= 0).any():
        raise ValuesError("no visit lies in a cell that has all features: is it the same grid?")
    return at[at >= 0]


def _held_out(
    learning: Learning, fold: tuple[Integers, Integers], folds: int
) -> dict[str, tuple[Floats, Floats]]:
    """What each member, and their mean, gives for presences and background it has not seen."""
    of_presence, of_other = fold
    present = {name: np.empty(len(of_presence)) for name in learning.members}
    other = {name: np.empty(len(of_other)) for name in learning.members}
    for number in range(folds):
        out = [np.flatnonzero(each == number) for each in (of_presence, of_other)]
        if len(of_presence) - len(out[0]) < 3 or len(out[1]) == len(of_other):
            raise ValuesError(
                f"without fold {number + 1} of {folds} there are too few presences or no "
                "background: fewer folds or smaller blocks are needed"
            )
        for name, model in learning.without(*out).models().items():
            present[name][out[0]] = model(learning.present[out[0]]) if len(out[0]) else []
            other[name][out[1]] = model(learning.other[out[1]]) if len(out[1]) else []
    made = {name: (present[name], other[name]) for name in learning.members}
    mean = [np.mean(list(each.values()), axis=0) for each in (present, other)]
    return made | {"mean": (mean[0], mean[1])}
