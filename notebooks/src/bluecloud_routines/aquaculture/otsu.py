"""The threshold that parts the values of an image into two classes, after Otsu (1979)."""

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, ValuesError

REFERENCE = "Otsu (1979, https://doi.org/10.1109/TSMC.1979.4310076)"
_AT_ONCE = 1 << 16  # values whose intermediate results stay in the processor's cache
_MOST_SINGLE = 1024  # bins for which single precision is enough
_CLOSE = 1e-3  # of a bin


def otsu_threshold(values: NDArray[np.floating], *, bins: int = 256) -> float:
    """The centre of the bin above which a value belongs to the upper of two classes.

    The two classes are those whose means differ most, weighted by their sizes; the threshold is
    that of scikit-image for the same values.

    Parameters
    ----------
    values
        Of any shape; NaN is left out.
    bins
        Of the histogram between the smallest and the largest value, 2 or more.

    Raises
    ------
    ParameterError
        If there are fewer than two bins.
    ValuesError
        If there is no value, an infinite one, or all are the same: then there are no two classes.

    References
    ----------
    Otsu (1979), https://doi.org/10.1109/TSMC.1979.4310076
    """
    if not bins >= 2 or int(bins) != bins:
        raise ParameterError(f"bins is {bins}: a whole number, 2 or more")
    flat = np.asarray(values).ravel()
    if flat.dtype.kind not in "fiub":
        raise ValuesError(f"the values are of type {flat.dtype}: numbers are needed")
    if flat.dtype not in (np.float32, np.float64):
        flat = flat.astype(np.float64)
    if flat.size == 0:
        raise ValuesError("there are no values")
    lowest, highest = np.fmin.reduce(flat), np.fmax.reduce(flat)
    if np.isnan(lowest):
        raise ValuesError(f"all {flat.size} values are missing")
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise ValuesError(f"the values go from {lowest} to {highest}: finite ones are needed")
    if lowest == highest:
        raise ValuesError(f"all values are {lowest}: they cannot be parted in two")
    # Bins that numbers of this precision can tell apart, and a scale that is a number.
    apart = float(highest) - float(lowest)
    if not bins * float(np.spacing(np.maximum(abs(lowest), abs(highest)))) < apart < np.inf:
        raise ValuesError(
            f"the values go from {lowest} to {highest}: too near, or too far, for {bins} bins"
        )
    has_gaps = bool(np.isnan(flat.min()))
    counts, edges = _histogram(flat, bins, (float(lowest), float(highest)), has_gaps)
    centres = (edges[1:] + edges[:-1]) / 2
    below, above = np.cumsum(counts), np.cumsum(counts[::-1])[::-1]
    weighted = counts * centres
    mean_below = np.cumsum(weighted) / below
    mean_above = (np.cumsum(weighted[::-1]) / above[::-1])[::-1]
    between = below[:-1] * above[1:] * (mean_below[:-1] - mean_above[1:]) ** 2
    return float(centres[int(np.argmax(between))])


def _histogram(
    flat: NDArray[np.floating], bins: int, ends: tuple[float, float], has_gaps: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Counts and edges, those of numpy's histogram.

    The bin of a value follows from its distance to the smallest; only values close to an edge,
    where rounding may put them into the wrong bin, are looked up among the edges.
    """
    edges = np.histogram_bin_edges(flat[:0], bins, ends)
    kind = flat.dtype.type if bins <= _MOST_SINGLE else np.float64
    lowest, scale = kind(ends[0]), kind(bins / (ends[1] - ends[0]))
    counts = np.zeros(bins, dtype=np.int64)
    for start in range(0, flat.size, _AT_ONCE):
        part = flat[start : start + _AT_ONCE]
        if has_gaps:
            part = part[~np.isnan(part)]
        position = (part - lowest) * scale
        number = position.astype(np.int32)
        position -= number
        close = np.flatnonzero(np.abs(position - kind(0.5)) > kind(0.5 - _CLOSE))
        number[close] = np.searchsorted(edges, part[close], side="right") - 1
        counts += np.bincount(np.clip(number, 0, bins - 1), minlength=bins)
    return counts.astype(np.float64), edges
