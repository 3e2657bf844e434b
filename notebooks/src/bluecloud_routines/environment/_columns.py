"""Integrals and crossings in columns of water, sampled at depths of their own.

Between two samples a value is taken for linear. A layer that the samples do not span, or that has a
gap wider than is allowed, has no integral: a guess would look like a measurement.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def layer_integrals(
    depth: Floats,
    values: Floats,
    *,
    layers: tuple[tuple[float, float], ...],
    max_gap: float,
    surface_gap: float,
) -> Floats:
    """Integrals over each layer (top, bottom) of (..., samples), on a last axis of layers.

    Above a column's first sample, a layer whose top is so near to it has its value.
    """
    z, v = _ordered(depth, values)
    with np.errstate(invalid="ignore", divide="ignore"):
        thick = np.diff(z, axis=-1)
        parts = np.nan_to_num(thick * (v[..., 1:] + v[..., :-1]) / 2)
        # Of all above each sample, so that a layer is a difference of two.
        whole = np.zeros(z.shape)
        np.cumsum(parts, axis=-1, out=whole[..., 1:])
        wide = np.zeros(z.shape, dtype=np.int64)
        np.cumsum(thick > max_gap, axis=-1, out=wide[..., 1:])
        edges = {edge for layer in layers for edge in layer}
        above = {edge: _above(z, v, whole, wide, edge, surface_gap) for edge in edges}
    found = []
    for top, bottom in layers:
        (upper, first, _), (lower, _, last) = above[top], above[bottom]
        found.append(np.where(last > first, np.nan, lower - upper))
    return np.stack(found, axis=-1)


def first_departure(
    depth: Floats,
    values: Floats,
    *,
    start: float,
    threshold: float,
    both_ways: bool,
    max_gap: float,
    surface_gap: float,
) -> Floats:
    """The depth at which (..., samples) first differ by the threshold from the value at start.

    The value must have risen by it or, with ``both_ways``, have risen or fallen. NaN where it
    never does so, where the samples begin too far below the start, and across a gap.
    """
    z, v = _ordered(depth, values)
    begin = np.maximum(start, z[..., 0])
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = v - _value_at(z, v, begin)[..., None]
        size = np.abs(apart) if both_ways else apart
        # Sums of decimals fall short of a threshold that they reach.
        reached = (z > begin[..., None]) & (size >= threshold * (1 - 1e-12))
        at = reached.argmax(axis=-1)[..., None]
        below, apart_below = _taken(z, at), _taken(apart, at)
        before = np.maximum(at - 1, 0)
        above, apart_above = _taken(z, before), _taken(apart, before)
        from_start = ~(above >= begin)
        above = np.where(from_start, begin, above)
        apart_above = np.where(from_start, 0.0, apart_above)
        crossing = np.sign(apart_below) * threshold
        share = (crossing - apart_above) / (apart_below - apart_above)
        found = above + share * (below - above)
        known = reached.any(axis=-1) & (begin - start <= surface_gap) & (below - above <= max_gap)
    return np.where(known, found, np.nan)


def _ordered(depth: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Both in ascending order of depth, with samples that lack either at the end."""
    depth, values = np.broadcast_arrays(depth, values)
    missing = np.isnan(depth) | np.isnan(values)
    z = np.where(missing, np.nan, depth)
    order = np.argsort(z, axis=-1, kind="stable")
    v = np.where(missing, np.nan, values)
    return np.take_along_axis(z, order, axis=-1), np.take_along_axis(v, order, axis=-1)


def _above(
    z: Floats,
    v: Floats,
    whole: Floats,
    wide: NDArray[np.int64],
    edge: float,
    surface_gap: float,
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """The integral from the first sample to a depth, and how many wide gaps begin above it.

    The second number of gaps has that in which the depth itself is.
    """
    after = (z <= edge).sum(axis=-1)[..., None]
    at = np.maximum(after - 1, 0)
    following = np.minimum(at + 1, z.shape[-1] - 1)
    z0, v0, total, gaps = (_taken(each, at) for each in (z, v, whole, wide))
    z1, v1, gaps_next = (_taken(each, following) for each in (z, v, wide))
    beyond = edge - z0
    slope = np.where(beyond > 0, (v1 - v0) / (z1 - z0), 0.0)
    total = total + beyond * (v0 + slope * beyond / 2)
    inside = (beyond == 0) | ((beyond > 0) & (z1 >= edge)) | (-surface_gap <= beyond) & (beyond < 0)
    return np.where(inside, total, np.nan), gaps, np.where(beyond > 0, gaps_next, gaps)


def _taken(values: NDArray[Any], at: NDArray[np.int64]) -> NDArray[Any]:
    """The element of each column at its own index."""
    taken: NDArray[Any] = np.take_along_axis(values, at, axis=-1)[..., 0]
    return taken


def _value_at(z: Floats, v: Floats, where: Floats) -> Floats:
    """Linear between samples, at one depth for each column that is not above its first."""
    after = (z <= where[..., None]).sum(axis=-1)[..., None]
    last = np.maximum((~np.isnan(z)).sum(axis=-1)[..., None] - 1, 0)
    low, high = np.minimum(np.maximum(after - 1, 0), last), np.minimum(after, last)
    z0, z1, v0, v1 = _taken(z, low), _taken(z, high), _taken(v, low), _taken(v, high)
    share = np.where(z1 > z0, (where - z0) / (z1 - z0), 0.0)
    value: Floats = v0 + share * (v1 - v0)
    return value
