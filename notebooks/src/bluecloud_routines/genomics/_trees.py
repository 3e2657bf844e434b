"""One regression tree with a vector in each leaf, and many of them laid side by side.

A node looks at all thresholds of all features in one matrix product: which samples lie below
each threshold (ones and zeros) times their gradients gives all left sums at once. Where the
thresholds are those of the whole sample, the ones and zeros are made once for all rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.genomics._tables import Floats, Integers

_EQUAL = 1e-12  # relative: gains as near as this differ by the rounding of their sums only
_BATCH = 2**20  # places in trees that are followed at a time

Candidates = tuple[Integers, Floats, Floats]
"""Of each threshold of a node: its feature, its level, and which samples are below (a column)."""


@dataclass(frozen=True)
class Splitting:
    """How a tree is grown.

    Attributes
    ----------
    penalty
        Added to the number of samples in a leaf's weight and gain (lambda).
    min_leaf
        Least samples of a leaf; with ``as_mbtr``, least samples of a node that is split.
    max_depth
        Most splits above a leaf; 0 is no limit.
    as_mbtr
        Whether leaves may be smaller than ``min_leaf``, as in that program.
    """

    penalty: float
    min_leaf: int
    max_depth: int
    as_mbtr: bool


class Tree(NamedTuple):
    """Nodes in the order they were made; a leaf is its own child, on both sides."""

    feature: Integers
    level: Floats
    children: Integers
    value: Floats

    @property
    def is_split(self) -> bool:
        """Whether it is more than its root."""
        return len(self.feature) > 1


def quantile_levels(values: Floats, n_q: int) -> Floats:
    """``n_q`` even quantiles from 1/n_q to 1-1/n_q of each column: (quantile, column)."""
    ordered = np.sort(values, axis=0)
    at = np.linspace(1 / n_q, 1 - 1 / n_q, n_q) * (len(values) - 1)
    below = at.astype(np.int64)
    part = (at - below)[:, None]
    low, high = ordered[below], ordered[np.minimum(below + 1, len(values) - 1)]
    step = high - low
    # Taken from the nearer side, as numpy does: on a value itself the quantile is that value.
    return np.where(part < 0.5, low + step * part, high - step * (1 - part))


def sample_candidates(values: Floats, n_q: int) -> Callable[[Integers], Candidates]:
    """Thresholds of all samples, made once; ``n_q`` 0 takes all midpoints between values."""
    levels = []
    for column in values.T:
        distinct = np.unique(column)
        if n_q:
            distinct = np.unique(quantile_levels(column[:, None], n_q))
            distinct = distinct[distinct > column.min()]
        else:
            distinct = distinct[:-1] / 2 + distinct[1:] / 2
        levels.append(distinct)
    feature = np.repeat(np.arange(len(levels)), [len(each) for each in levels])
    level = np.concatenate(levels)
    is_below = (values[:, feature] < level).astype(np.float64)
    return lambda rows: (feature, level, is_below[rows])


def node_candidates(values: Floats, n_q: int) -> Callable[[Integers], Candidates]:
    """Thresholds of each node's own samples, as in mbtr."""
    feature = np.repeat(np.arange(values.shape[1]), n_q)

    def of(rows: Integers) -> Candidates:
        own = values[rows]
        levels = quantile_levels(own, n_q).T
        is_below = own[:, :, None] < levels
        return feature, levels.ravel(), is_below.reshape(len(rows), -1).astype(np.float64)

    return of


def grow(
    gradient: Floats,
    values: Floats,
    candidates: Callable[[Integers], Candidates],
    how: Splitting,
    *,
    learning_rate: float,
) -> tuple[Tree, Floats]:
    """A tree on negative gradients (sample, target), and what it gives for its own samples."""
    feature, level, children, value = [0], [0.0], [(0, 0)], [np.zeros(gradient.shape[1])]
    given = np.empty_like(gradient)
    counted = np.column_stack([gradient, np.ones(len(gradient))])  # a sum's last is its samples
    waiting = [(0, np.arange(len(gradient)), 0)]
    while waiting:
        node, rows, depth = waiting.pop()
        own = counted[rows]
        best = None
        if not how.max_depth or depth < how.max_depth:
            best = _best_split(own, rows, candidates, how)
        if best is None:
            value[node] = learning_rate * own[:, :-1].sum(axis=0) / (len(rows) + how.penalty)
            given[rows] = value[node]
            continue
        feature[node], level[node] = best
        is_left = values[rows, best[0]] < best[1]
        for part in (rows[is_left], rows[~is_left]):
            waiting.append((len(feature), part, depth + 1))
            feature.append(0)
            level.append(0.0)
            children.append((len(feature) - 1, len(feature) - 1))
            value.append(np.zeros(gradient.shape[1]))
        children[node] = (len(feature) - 2, len(feature) - 1)
    return Tree(np.array(feature), np.array(level), np.array(children), np.array(value)), given


def _best_split(
    own: Floats, rows: Integers, candidates: Callable[[Integers], Candidates], how: Splitting
) -> tuple[int, float] | None:
    """The feature and level of most gain; the first of equals, so that rounding never decides."""
    count = len(rows)
    least = 1 if how.as_mbtr else how.min_leaf
    if count < max(2 * least, how.min_leaf):
        return None
    feature, level, is_below = candidates(rows)
    left = is_below.T @ own
    total = own.sum(axis=0)
    right = total - left
    n_left, n_right = left[:, -1], right[:, -1]
    left, right, total, own = left[:, :-1], right[:, :-1], total[:-1], own[:, :-1]
    allowed = (n_left >= least) & (n_right >= least)
    if not allowed.any():
        return None
    # Half of this is the gain; a side without samples is never allowed, whatever it is given.
    score = np.einsum("ct,ct->c", left, left) / (np.maximum(n_left, 1) + how.penalty)
    score += np.einsum("ct,ct->c", right, right) / (np.maximum(n_right, 1) + how.penalty)
    score -= (total @ total) / (count + how.penalty)
    score[~allowed] = -np.inf
    most = float(score.max())
    rounding = _EQUAL * float(np.einsum("rt,rt->", own, own))
    if most <= rounding:
        return None
    chosen = int(np.argmax(score >= most - rounding))
    return int(feature[chosen]), float(level[chosen])


class Forest:
    """Trees whose sum is a prediction, followed together for many points."""

    def __init__(self, trees: list[Tree], targets: int) -> None:
        sizes = np.array([len(tree.feature) for tree in trees], dtype=np.int64)
        self.roots = np.cumsum(sizes) - sizes
        offsets = np.repeat(self.roots, sizes)
        self.feature = np.concatenate([tree.feature for tree in trees] or [np.empty(0, np.int64)])
        self.level = np.concatenate([tree.level for tree in trees] or [np.empty(0)])
        children = [tree.children for tree in trees] or [np.empty((0, 2), np.int64)]
        self.children = np.concatenate(children) + offsets[:, None]
        self.value = np.concatenate([tree.value for tree in trees] or [np.empty((0, targets))])
        self.targets = targets

    def sums(self, values: Floats) -> Floats:
        """The trees' sum at each point: (point, target)."""
        out = np.zeros((len(values), self.targets))
        step = max(1, _BATCH // max(len(self.roots), 1))
        for first in range(0, len(values) if len(self.roots) else 0, step):
            points = values[first : first + step]
            leaves = self._leaves(points)
            for leaf in leaves.T:
                out[first : first + step] += self.value[leaf]
        return out

    def _leaves(self, points: Floats) -> Integers:
        """The leaf of each point in each tree: (point, tree)."""
        at: NDArray[np.int64] = np.tile(self.roots, (len(points), 1))
        row = np.arange(len(points))[:, None]
        flat = self.children.ravel()
        while True:
            below = points[row, self.feature[at]] < self.level[at]
            after = flat[2 * at + ~below]
            if np.array_equal(after, at):
                return at
            at = after
