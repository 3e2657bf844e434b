"""How far a map of suitable sites hangs on weights that might have been others."""

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.aquaculture.criteria import Criterion
from bluecloud_routines.aquaculture.suitability import EXCLUDED, Logic, combined, scaled_weights
from bluecloud_routines.errors import ParameterError


class WeightSensitivity(NamedTuple):
    """What other weights would make of a map."""

    maps: xr.Dataset
    criteria: pd.DataFrame


def weight_sensitivity(
    result: xr.Dataset,
    criteria: Sequence[Criterion],
    *,
    weights: Mapping[Hashable, float] | pd.Series | None = None,
    spread: float = 0.25,
    suitable: float = 0.7,
    draws: int = 200,
    logic: Logic = "fuzzy",
    caution: float = 2.0,
    seed: int = 0,
) -> WeightSensitivity:
    """Draw the weights anew many times, and see what changes.

    Parameters
    ----------
    result
        As :func:`site_suitability` gave it, with the same criteria, weights, logic and caution.
        It is computed here.
    spread
        Each weight is multiplied by a number between 1 - spread and 1 + spread; 0 to 1.
    suitable
        From which suitability on a place is suitable, above 0, up to 1.
    draws
        Number of draws, 2 or more; ``seed``: the same seed draws the same.

    Returns
    -------
    WeightSensitivity
        ``maps``: ``suitability_std`` (standard deviation over the draws) and ``suitable_share``
        (part of the draws in which the place is suitable), NaN where suitability is.
        ``criteria``: one row for each, with its ``weight`` and the change of the number of
        suitable places, in percent of all places that can be used, when this weight alone is
        lowered or raised by the spread (``lowered_percent``, ``raised_percent``).

    Raises
    ------
    ParameterError
        If an option is outside its range, or the result is of other criteria.
    """
    if not 0 <= spread <= 1 or not 0 < suitable <= 1 or draws < 2:
        raise ParameterError(
            f"spread is {spread}, suitable {suitable} and draws {draws}: 0 to 1, above 0 up to 1, "
            "2 or more"
        )
    names = [f"degree_{each.name}" for each in criteria]
    absent = [name for name in names if name not in result]
    if absent or "suitability" not in result:
        raise ParameterError(f"the result has no {absent or 'suitability'}: it is of others")
    shares = scaled_weights(criteria, weights)
    dims = result["suitability"].dims
    stack = [result[name].transpose(*dims).to_numpy() for name in names]
    degrees = np.stack(stack, axis=-1).reshape(-1, len(names))
    seen = ~np.isnan(degrees).any(axis=1)
    closed = result["limiting_factor"].transpose(*dims).to_numpy().ravel() == EXCLUDED
    usable = seen & ~closed & (degrees.min(axis=1, initial=1.0, where=seen[:, None]) > 0)
    kept = degrees[usable]

    def scores(weighing: NDArray[np.float64]) -> NDArray[np.float64]:
        return combined(kept, weighing / weighing.sum(), logic, caution)

    random = np.random.default_rng(seed)
    total, squares, often = (np.zeros(len(kept)) for _ in range(3))
    base = scores(shares)
    for _ in range(draws):
        drawn = scores(shares * random.uniform(1 - spread, 1 + spread, len(names)))
        total += drawn - base
        squares += (drawn - base) ** 2
        often += drawn >= suitable
    variance = np.maximum(squares / draws - (total / draws) ** 2, 0.0)
    maps = {
        "suitability_std": (np.sqrt(variance), "standard deviation of suitability over weights"),
        "suitable_share": (often / draws, "part of the draws in which the place is suitable"),
    }
    layers = {}
    for name, (values, told) in maps.items():
        whole = np.where(seen, 0.0, np.nan)
        whole[usable] = values
        like = result["suitability"]
        layers[name] = like.copy(data=whole.reshape(like.shape)).drop_attrs()
        layers[name].attrs = {"long_name": told, "units": "1"}
    rows = []
    for n, each in enumerate(criteria):
        changed = {}
        for word, factor in (("lowered", 1 - spread), ("raised", 1 + spread)):
            moved = shares.copy()
            moved[n] *= factor
            gained = 0.0
            if moved.sum() > 0 and len(kept):
                before, after = (base >= suitable).mean(), (scores(moved) >= suitable).mean()
                gained = 100 * float(after - before)
            changed[f"{word}_percent"] = gained
        rows.append({"criterion": each.name, "weight": shares[n], **changed})
    return WeightSensitivity(xr.Dataset(layers), pd.DataFrame(rows))
