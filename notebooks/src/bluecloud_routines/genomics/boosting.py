"""Gradient boosted trees with a vector target: all targets share the splits of each tree.

Each round adds one tree on the gradients of the squared error. A split of a node with gradients
G over n samples gains half of ``|G_L|^2/(n_L + lambda) + |G_R|^2/(n_R + lambda) - |G|^2/(n +
lambda)``; a leaf adds ``-G/(n + lambda)`` times the learning rate. Sharing the splits keeps what
the targets have in common: where the shares of all samples sum to one, so do the predictions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, one_of, whole_number
from bluecloud_routines.genomics._trees import (
    Forest,
    Splitting,
    Tree,
    grow,
    node_candidates,
    sample_candidates,
)

VARIANTS = ("histogram", "mbtr")


@dataclass(frozen=True)
class Boosting:
    """How the trees are boosted.

    Attributes
    ----------
    learning_rate
        Share of each tree that is added, above 0 and up to 1.
    n_q
        Quantiles of each feature that are thresholds, 2 to 1000; 0 takes every midpoint between
        two values.
    min_leaf
        Least samples of a leaf, 1 or more.
    rounds
        Trees at most, 1 to 10,000.
    penalty
        Lambda, 0 or more; by default a hundredth of the learning rate.
    patience
        With samples held out, rounds without a lower error of theirs before it stops; by
        default 50, or one over the learning rate where that is more.
    max_depth
        Most splits above a leaf; 0 is no limit.
    variant
        ``histogram``: thresholds are quantiles of all samples, and no leaf is smaller than
        ``min_leaf``. ``mbtr``: as that program does it, thresholds are quantiles of each node's
        samples, and ``min_leaf`` is the least size of a node that is split.

    Raises
    ------
    ParameterError
        If an option is out of range.
    """

    learning_rate: float = 0.05
    n_q: int = 10
    min_leaf: int = 20
    rounds: int = 500
    penalty: float | None = None
    patience: int | None = None
    max_depth: int = 0
    variant: Literal["histogram", "mbtr"] = "histogram"

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate <= 1:
            raise ParameterError(
                f"learning_rate is {self.learning_rate!r}: above 0 and up to 1 is allowed"
            )
        if self.penalty is not None and not 0 <= self.penalty < np.inf:
            raise ParameterError(f"penalty is {self.penalty!r}: a number of 0 or more")
        if self.n_q != 0 or self.variant == "mbtr":
            whole_number("n_q", self.n_q, 2, 1000)
        whole_number("min_leaf", self.min_leaf, 1, 10**6)
        whole_number("rounds", self.rounds, 1, 10_000)
        whole_number("max_depth", self.max_depth, 0, 100)
        if self.patience is not None:
            whole_number("patience", self.patience, 1, 10_000)
        one_of("variant", self.variant, VARIANTS)

    @property
    def splitting(self) -> Splitting:
        """What a tree needs of it."""
        penalty = self.learning_rate / 100 if self.penalty is None else self.penalty
        return Splitting(penalty, self.min_leaf, self.max_depth, self.variant == "mbtr")

    @property
    def stops_after(self) -> int:
        """Rounds without improvement that are waited for."""
        return self.patience or max(50, round(1 / self.learning_rate))


@dataclass(frozen=True)
class BoostedTrees:
    """A fitted model: the targets' means, and trees that are added to them.

    Attributes
    ----------
    training_loss, held_out_loss
        After no, one, two, ... trees: the mean over samples of the squared error, summed over
        the targets; the second is empty where nothing was held out.
    held_out
        What the model gives for the held-out samples after each number of trees.
    """

    means: Floats
    forest: Forest
    training_loss: Floats
    held_out_loss: Floats
    held_out: Sequence[Floats]

    @property
    def rounds(self) -> int:
        """How many trees it has."""
        return len(self.forest.roots)

    def predict(self, features: Floats) -> Floats:
        """The targets at each point, (point, target), from its features, (point, feature).

        Raises
        ------
        ValuesError
            If a feature is missing or infinite.
        """
        features = matrix_of(features, "features")
        return self.means + self.forest.sums(features)


def boosted_trees(
    features: Floats,
    targets: Floats,
    *,
    how: Boosting,
    held_out: tuple[Floats, Floats] | None = None,
) -> BoostedTrees:
    """Trees boosted on a vector target.

    Parameters
    ----------
    features, targets
        (sample, feature) and (sample, target), finite.
    how
        The options.
    held_out
        Features and targets of other samples, on which the error is followed; boosting stops
        when it no longer falls, and all trees up to there are kept. Without them, it stops
        after ``rounds``, or when no split gains anything.

    Raises
    ------
    ValuesError
        If there are fewer than two samples, or a value is missing or infinite.

    References
    ----------
    Nespoli & Medici (2020), Multivariate Boosted Trees and Applications to Forecasting and
    Control, https://arxiv.org/abs/2003.03835
    """
    x, y = matrix_of(features, "features"), matrix_of(targets, "targets")
    if len(x) != len(y) or len(x) < 2:
        raise ValuesError(f"there are {len(x)} rows of features and {len(y)} of targets: 2 or more")
    other_x, other_y = (
        (x[:0], y[:0])
        if held_out is None
        else (matrix_of(held_out[0], "held-out features"), matrix_of(held_out[1], "held-out ones"))
    )
    make = node_candidates if how.variant == "mbtr" else sample_candidates
    candidates = make(x, how.n_q)
    means = y.mean(axis=0)
    residual, elsewhere = y - means, other_y - means
    trees: list[Tree] = []
    loss, other_loss = [_loss(residual)], [_loss(elsewhere)]
    given = [other_y - elsewhere]
    best = 0
    while len(trees) < how.rounds:
        tree, added = grow(residual, x, candidates, how.splitting, learning_rate=how.learning_rate)
        if not tree.is_split:
            break
        trees.append(tree)
        residual -= added
        loss.append(_loss(residual))
        if held_out is not None:
            given.append(given[-1] + Forest([tree], y.shape[1]).sums(other_x))
            other_loss.append(_loss(other_y - given[-1]))
            best = len(trees) if other_loss[-1] < other_loss[best] else best
            if len(trees) - best >= how.stops_after:
                break
    return BoostedTrees(
        means=means,
        forest=Forest(trees, y.shape[1]),
        training_loss=np.array(loss),
        held_out_loss=np.array(other_loss if held_out is not None else []),
        held_out=given if held_out is not None else [],
    )


def matrix_of(values: Floats, what: str) -> Floats:
    """Numbers in rows and columns, all of them finite.

    Raises
    ------
    ValuesError
        If they are not.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 2 or numbers.shape[1] == 0:
        raise ValuesError(f"the {what} have the shape {numbers.shape}: rows and columns are needed")
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        row, column = (int(at) for at in np.argwhere(wrong)[0])
        raise ValuesError(
            f"the {what} are missing or infinite in row {row}, column {column} "
            f"(it is {numbers[row, column]})"
        )
    return numbers


def _loss(residual: Floats) -> float:
    return float(np.einsum("st,st->", residual, residual)) / len(residual) if len(residual) else 0.0
