"""Which samples are held out together, and how well a model does on what it never saw.

Samples near each other are alike, so that a sample left out at random is predicted from its
neighbours. Whole blocks of the sea left out tell how a map does where there are no samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, Integers, whole_number
from bluecloud_routines.genomics.boosting import Boosting, boosted_trees


def random_folds(samples: int, *, folds: int, seed: int) -> Integers:
    """The fold of each sample, drawn at random; their sizes differ by one at most.

    Raises
    ------
    ParameterError
        If there are fewer than two folds, or more than samples.
    """
    whole_number("folds", folds, 2, samples)
    return np.random.default_rng(seed).permutation(np.arange(samples) % folds)


def blocked_folds(
    places: pd.DataFrame, *, folds: int, seed: int, block_degrees: float = 10.0
) -> Integers:
    """The fold of each sample, such that squares of the sea are held out whole.

    Parameters
    ----------
    places
        ``latitude`` and ``longitude``, degrees, of each sample.
    folds
        2 or more, and not more than there are squares with samples.
    seed
        Of the order in which squares with equally many samples are dealt out.
    block_degrees
        The squares' side, 0.1 to 90.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If a place is missing, or fewer squares than folds have samples.
    """
    whole_number("folds", folds, 2, max(len(places), 2))
    if not 0.1 <= block_degrees <= 90:
        raise ParameterError(f"block_degrees is {block_degrees!r}: 0.1 to 90 is allowed")
    if not {"latitude", "longitude"} <= set(places):
        raise ValuesError("the samples have no latitude and longitude: blocks need both")
    where = places[["latitude", "longitude"]].to_numpy(np.float64, copy=True)
    if not np.isfinite(where).all():
        raise ValuesError("a sample's latitude or longitude is missing: blocks need both")
    where[:, 1] %= 360
    squares, of_sample, sizes = np.unique(
        np.floor(where / block_degrees), axis=0, return_inverse=True, return_counts=True
    )
    if len(squares) < folds:
        raise ValuesError(
            f"the samples lie in {len(squares)} squares of {block_degrees} degrees: {folds} folds "
            "need as many"
        )
    order = np.random.default_rng(seed).permutation(len(squares))
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold, held = np.empty(len(squares), dtype=np.int64), np.zeros(folds, dtype=np.int64)
    for square in order:  # the largest first, each into the fold that has fewest samples
        fold[square] = np.argmin(held)
        held[fold[square]] += sizes[square]
    return np.asarray(fold[of_sample.ravel()])


@dataclass(frozen=True)
class Chosen:
    """The options of least error on held-out samples.

    Attributes
    ----------
    how
        The options, with the number of rounds.
    held_out
        What was predicted for each sample by the model that did not see it.
    trials
        A row a set of options: ``learning_rate``, ``min_leaf``, ``rounds``, ``rmse``.
    """

    how: Boosting
    held_out: Floats
    trials: pd.DataFrame


def cross_validated(
    features: Floats, targets: Floats, *, fold: Integers, candidates: Sequence[Boosting]
) -> Chosen:
    """Choose options and rounds by the error of samples that were held out, fold by fold.

    The errors of all folds are added up round by round, a fold that stopped early counting with
    its last; the round of the least sum is taken, so that one number serves all folds. The error
    of what was chosen is therefore a little too small.

    Raises
    ------
    ParameterError
        If there is no candidate.
    """
    if not candidates:
        raise ParameterError("there are no candidates to choose from: at least one is needed")
    rows: list[tuple[float, int, int, float]] = []
    chosen, held_out = candidates[0], targets
    numbers, sizes = np.unique(fold, return_counts=True)
    for how in candidates:
        models = [
            boosted_trees(
                features[fold != number],
                targets[fold != number],
                how=how,
                held_out=(features[fold == number], targets[fold == number]),
            )
            for number in numbers
        ]
        longest = max(len(model.held_out_loss) for model in models)
        curve = sum(
            weight
            * np.pad(model.held_out_loss, (0, longest - len(model.held_out_loss)), mode="edge")
            for weight, model in zip(sizes, models, strict=True)
        )
        rounds = int(np.argmin(curve))
        rmse = float(np.sqrt(curve[rounds] / targets.size))
        if not rows or rmse < min(row[-1] for row in rows):
            chosen, held_out = replace(how, rounds=max(rounds, 1)), np.empty_like(targets)
            for number, model in zip(numbers, models, strict=True):
                held_out[fold == number] = model.held_out[min(rounds, len(model.held_out) - 1)]
        rows.append((how.learning_rate, how.min_leaf, rounds, rmse))
    trials = pd.DataFrame(rows, columns=["learning_rate", "min_leaf", "rounds", "rmse"])
    return Chosen(chosen, held_out, trials)
