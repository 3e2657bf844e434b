"""A small neural network, its training, and principal components, in numpy alone.

The network is a multilayer perceptron with a linear last layer, as scikit-learn's regressor is:
with the same weights both give the same numbers. It is trained by Adam (Kingma & Ba 2014) on the
mean square error with a penalty on the weights, and keeps what was best on rows left aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from bluecloud_routines._counts import Floats

ACTIVATIONS = ("tanh", "relu")
_FIRST_MOMENT, _SECOND_MOMENT, _TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class Network:
    """Weights (in, out) and biases of each layer; all but the last are bent by the activation."""

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    activation: str = "tanh"

    def __call__(self, inputs: Floats) -> Floats:
        """The outputs, (row, output), of inputs (row, input)."""
        return _layers(self.weights, self.biases, self.activation, inputs)[-1]


@dataclass(frozen=True)
class Components:
    """Principal components: mean (value) and components (component, value)."""

    mean: Floats
    components: Floats

    def scores(self, profiles: Floats) -> Floats:
        """(row, component)."""
        return np.asarray((profiles - self.mean) @ self.components.T)

    def profiles(self, scores: Floats) -> Floats:
        """(row, value), as well as the components can tell it."""
        return np.asarray(scores @ self.components + self.mean)


@dataclass(frozen=True)
class Training:
    """How networks are trained; see :func:`fit_soca`."""

    activation: str
    epochs: int
    batch: int
    learning_rate: float
    penalty: float
    patience: int


def components_of(profiles: Floats, number: int) -> Components:
    """The first components; each has its largest value positive, so that signs are no chance."""
    mean = profiles.mean(axis=0)
    _, _, vectors = np.linalg.svd(profiles - mean, full_matrices=False)
    chosen = vectors[:number]
    largest = np.abs(chosen).argmax(axis=1)
    signs = np.sign(chosen[np.arange(len(chosen)), largest])
    return Components(mean, chosen * signs[:, None])


def trained(
    inputs: Floats,
    targets: Floats,
    hidden: Sequence[int],
    *,
    aside: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    how: Training,
    random: np.random.Generator,
) -> Network:
    """A network for these rows, stopped where those left aside are met best."""
    sizes = [inputs.shape[1], *hidden, targets.shape[1]]
    weights, biases = _start(sizes, how.activation, random)
    values = [*weights, *biases]
    moments = [[np.zeros_like(each) for each in values] for _ in range(2)]
    rows = np.flatnonzero(~aside)
    best, kept, waited, step = np.inf, [each.copy() for each in values], 0, 0
    for _ in range(how.epochs):
        order = random.permutation(rows)
        for begin in range(0, len(order), how.batch):
            step += 1
            chosen = order[begin : begin + how.batch]
            slopes = _slopes(weights, biases, how, inputs[chosen], targets[chosen])
            _adam(values, slopes, moments, step, how.learning_rate)
        guess = _layers(weights, biases, how.activation, inputs[aside])[-1]
        missed = float(np.mean((guess - targets[aside]) ** 2))
        waited += 1
        if missed < best:
            best, kept, waited = missed, [each.copy() for each in values], 0
        if waited >= how.patience:
            break
    half = len(weights)
    return Network(tuple(kept[:half]), tuple(kept[half:]), how.activation)


def _layers(
    weights: Sequence[Floats], biases: Sequence[Floats], activation: str, inputs: Floats
) -> list[Floats]:
    """The inputs, and what each layer makes of them."""
    values = [inputs]
    for number, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        raw = values[-1] @ weight
        raw += bias
        if number < len(weights) - 1:
            raw = np.tanh(raw, out=raw) if activation == "tanh" else np.maximum(raw, 0.0, out=raw)
        values.append(np.asarray(raw))
    return values


def _slopes(
    weights: Sequence[Floats],
    biases: Sequence[Floats],
    how: Training,
    inputs: Floats,
    targets: Floats,
) -> list[Floats]:
    """Of half the mean square error and the penalty, by weights and then by biases."""
    values = _layers(weights, biases, how.activation, inputs)
    error = (values[-1] - targets) / len(inputs)
    by_weight: list[Floats] = []
    by_bias: list[Floats] = []
    for number in reversed(range(len(weights))):
        by_weight.append(values[number].T @ error + how.penalty / len(inputs) * weights[number])
        by_bias.append(error.sum(axis=0))
        if number:
            error = error @ weights[number].T
            bent = values[number]
            error = error * ((1 - bent**2) if how.activation == "tanh" else (bent > 0))
    return [*reversed(by_weight), *reversed(by_bias)]


def _adam(
    values: Sequence[Floats],
    slopes: Sequence[Floats],
    moments: Sequence[Sequence[Floats]],
    step: int,
    rate: float,
) -> None:
    """One step of each value, in place."""
    rate = rate * np.sqrt(1 - _SECOND_MOMENT**step) / (1 - _FIRST_MOMENT**step)
    for value, slope, first, second in zip(values, slopes, *moments, strict=True):
        first += (1 - _FIRST_MOMENT) * (slope - first)
        second += (1 - _SECOND_MOMENT) * (slope**2 - second)
        value -= rate * first / (np.sqrt(second) + _TINY)


def _start(
    sizes: Sequence[int], activation: str, random: np.random.Generator
) -> tuple[list[Floats], list[Floats]]:
    """Weights drawn so that values neither grow nor vanish (Glorot & Bengio 2010)."""
    weights, biases = [], []
    for ingoing, outgoing in pairwise(sizes):
        most = np.sqrt((6.0 if activation == "tanh" else 12.0) / (ingoing + outgoing))
        weights.append(random.uniform(-most, most, (ingoing, outgoing)))
        biases.append(np.zeros(outgoing))
    return weights, biases
