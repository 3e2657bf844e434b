"""The results of :func:`taxon_niche` as variables of a dataset, each saying what it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.genomics._maps import Cells
from bluecloud_routines.genomics._tables import Floats, Integers
from bluecloud_routines.genomics.niche_scores import auc, boyce, true_skill


class _Waters(Protocol):
    """The water that was learnt from: (point, feature)."""

    @property
    def present(self) -> Floats: ...

    @property
    def other(self) -> Floats: ...


def maps(
    cells: Cells, members: Sequence[str], found: Floats, mapped: NDArray[np.bool_]
) -> dict[str, xr.Variable]:
    """Each member's map, (member, cell), their mean and their spread."""
    dims = tuple(map(str, cells.template.dims))
    own = {str(name): each.variable for name, each in cells.template.coords.items()}
    whole = np.full((len(members), *cells.has_features.shape), np.nan)
    of_cells = np.full((len(members), len(mapped)), np.nan)
    of_cells[:, mapped] = found
    whole[:, cells.has_features] = of_cells
    told = {"long_name": "suitability, mean of the models", "units": "1"}
    told |= {"ancillary_variables": "suitability_sd coverage"}
    spread = "standard deviation of the suitability over the models"
    names = np.array(members, dtype=object)
    return own | {
        "member": xr.Variable("member", names, {"long_name": "model"}),
        "suitability": xr.Variable(dims, whole.mean(axis=0), told),
        "suitability_sd": _numbers(dims, whole.std(axis=0), spread),
        "member_suitability": _numbers(("member", *dims), whole, "suitability by one model"),
    }


def presences(cells: Cells, present: Integers) -> dict[str, xr.Variable]:
    """In which cells the taxon was found, and counted as a presence."""
    flags = np.zeros(cells.has_features.shape, dtype=np.int8)
    of_cells = np.zeros(len(cells.values), dtype=np.int8)
    of_cells[present] = 1
    flags[cells.has_features] = of_cells
    attrs = {
        "long_name": "whether the cell counts as a presence",
        "flag_values": np.array([0, 1], dtype=np.int8),
        "flag_meanings": "no yes",
    }
    return {"presence": xr.Variable(cells.template.dims, flags, attrs)}


def scores(
    held_out: Mapping[str, tuple[Floats, Floats]], weights: Floats
) -> dict[str, xr.Variable]:
    """How each model, and their mean, did on squares of the sea that were held out."""
    rows = []
    for present, other in held_out.values():
        skill, threshold = true_skill(present, other, weights)
        rows.append(
            (auc(present, other, weights), boyce(present, other, weights), skill, threshold)
        )
    columns = np.array(rows).T
    long = {
        "auc": "area under the receiver operating curve, presences against background",
        "boyce": "continuous Boyce index",
        "tss": "largest true skill statistic, background taken as absence",
        "threshold": "suitability from which on that skill is reached",
    }
    made = {
        name: _numbers("model", values, f"{text}, held-out squares")
        for (name, text), values in zip(long.items(), columns, strict=True)
    }
    names = np.array(list(held_out), dtype=object)
    return made | {"model": xr.Variable("model", names, {"long_name": "model, or their mean"})}


def responses(
    models: Mapping[str, Callable[[Floats], Floats]],
    waters: _Waters,
    units: Mapping[str, str | None],
    points: int,
) -> dict[str, xr.Variable]:
    """Suitability along one feature, the others being at their median at the presences.

    Each feature has its own unit, and its values are a variable of their own.
    """
    features = list(units)
    every = np.vstack([waters.present, waters.other])
    values = np.linspace(every.min(axis=0), every.max(axis=0), points).T
    rows = np.tile(np.median(waters.present, axis=0), (len(features), points, 1))
    for number, own in enumerate(values):
        rows[number, :, number] = own
    flat = rows.reshape(-1, len(features))
    found = np.stack([model(flat).reshape(len(features), points) for model in models.values()])
    with_mean = np.concatenate([found, found.mean(axis=0)[None]])
    names = np.array(features, dtype=object)
    long = "suitability with the feature set and the others at their median at the presences"
    return {
        "feature": xr.Variable("feature", names, {"long_name": "name of the feature"}),
        "response": _numbers(("model", "feature", "point"), with_mean, long),
    } | {
        f"response_{name}": xr.Variable(
            "point",
            own,
            {"long_name": f"{name} of the response"} | ({"units": unit} if unit else {}),
        )
        for own, (name, unit) in zip(values, units.items(), strict=True)
    }


def numbers(*, sightings: int, outside: int, presences: int) -> dict[str, xr.Variable]:
    """How many sightings there were, and what became of them."""
    long = {
        "sightings": (sightings, "number of sightings"),
        "sightings_outside": (outside, "number of sightings outside of the cells with features"),
        "presences": (presences, "number of cells counted as presences"),
    }
    return {
        name: _numbers((), np.array(value, dtype=np.int32), text)
        for name, (value, text) in long.items()
    }


def _numbers(dims: str | tuple[str, ...], values: np.ndarray, long_name: str) -> xr.Variable:
    return xr.Variable(dims, values, {"long_name": long_name, "units": "1"})
