"""How well a map of suitability tells presences from the background.

The background is no absence: an AUC of 1 cannot be reached by a taxon that lives everywhere. All
three take presences that the model has not seen.
"""

import numpy as np
from scipy.stats import spearmanr

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import Floats

_WINDOWS, _WIDTH = 101, 0.1  # Hirzel et al.: windows along the range, each a tenth of it wide


def auc(presences: Floats, background: Floats, weights: Floats | None = None) -> float:
    """The chance that a presence is more suitable than a background point; ties count half.

    Parameters
    ----------
    presences, background
        Suitability, finite.
    weights
        Of the background's points; 1 each without it.

    Raises
    ------
    ValuesError
        If there is no presence or no background point, or a value is missing or infinite,
        or a weight is below zero, or all are zero.
    """
    values, order, share = _sorted(presences, background, weights)
    below = np.concatenate([[0.0], np.cumsum(share)])
    ends = [np.searchsorted(order, values, side=side) for side in ("left", "right")]
    return float(np.mean([below[end] for end in ends]) / below[-1])


def boyce(presences: Floats, background: Floats, weights: Floats | None = None) -> float:
    """Rank correlation of suitability and how many more presences there are than expected.

    -1 to 1; missing where fewer than three windows of suitability have any background.

    Raises
    ------
    ValuesError
        As for :func:`auc`.

    References
    ----------
    Hirzel et al. (2006), https://doi.org/10.1016/j.ecolmodel.2006.05.017
    """
    values, order, share = _sorted(presences, background, weights)
    low = min(values.min(), order[0])
    high = max(values.max(), order[-1])
    width = _WIDTH * (high - low)
    starts = np.linspace(low, high - width, _WINDOWS)
    below = np.concatenate([[0.0], np.cumsum(share)])
    ranked = np.sort(values)
    counted, expected = (
        upto[np.searchsorted(where, starts + width, side="right")]
        - upto[np.searchsorted(where, starts, side="left")]
        for where, upto in ((ranked, np.arange(len(ranked) + 1.0)), (order, below))
    )
    has_any = expected > 0
    ratio = counted[has_any] / expected[has_any]
    if has_any.sum() < 3 or not np.ptp(ratio):
        return float("nan")
    return float(spearmanr(starts[has_any], ratio).statistic)


def true_skill(
    presences: Floats, background: Floats, weights: Floats | None = None
) -> tuple[float, float]:
    """The largest sensitivity plus specificity less one, and the threshold that gives it.

    A point is taken as suitable from the threshold on; the lowest such threshold is given.

    Raises
    ------
    ValuesError
        As for :func:`auc`.
    """
    values, order, share = _sorted(presences, background, weights)
    tried = np.unique(np.concatenate([values, order]))
    below = np.concatenate([[0.0], np.cumsum(share)])
    specificity = below[np.searchsorted(order, tried, side="left")] / below[-1]
    sensitivity = 1 - np.searchsorted(np.sort(values), tried, side="left") / len(values)
    skill = sensitivity + specificity - 1
    best = int(np.argmax(skill >= skill.max() - 1e-12))
    return float(skill[best]), float(tried[best])


def _sorted(
    presences: Floats, background: Floats, weights: Floats | None
) -> tuple[Floats, Floats, Floats]:
    values, other = (np.asarray(each, dtype=np.float64) for each in (presences, background))
    share = np.ones(len(other)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not values.size or not other.size or len(share) != len(other):
        raise ValuesError(
            f"there are {values.size} presences, {other.size} background points and "
            f"{len(share)} weights: one of each is the least"
        )
    if not (np.isfinite(values).all() and np.isfinite(other).all() and np.isfinite(share).all()):
        raise ValuesError("a suitability or weight is missing or infinite")
    if (share < 0).any() or not share.any():
        raise ValuesError(
            f"the weights go from {share.min():g} to {share.max():g}: 0 or more, and not all 0"
        )
    order = np.argsort(other, kind="stable")
    return values, other[order], share[order]
