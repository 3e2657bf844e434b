"""The model behind patterns and regimes: numbers that can be written down, and what they say.

A model is four steps, each a small table of numbers: standardise each level, project on a few
principal components, and ask of each class of a Gaussian mixture how likely the point is. It is
kept as JSON, never as a pickle: a pickle runs code when it is opened, and does not open with
another version of the program that wrote it.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]

FORMAT = "bluecloud-patterns-1"


@dataclass(frozen=True)
class Reduction:
    """How one variable's profiles become a few numbers."""

    mean: Floats  # of each level
    scale: Floats
    components: Floats  # (component, level), of standardised profiles

    def reduced(self, profiles: Floats) -> Floats:
        """(..., level) values as (..., component)."""
        return (profiles - self.mean) @ (self.components / self.scale).T


@dataclass(frozen=True)
class PatternModel:
    """A profile classification model, written with :meth:`to_json`, read with :meth:`from_json`.

    Attributes
    ----------
    axis, levels, axis_units
        The dimension that profiles run along, its values and their units.
    units
        Of each variable, by name.
    reductions
        Of each variable, by name; the reduced variables follow one another in this order.
    weights, centres, covariances
        Of the classes, (class), (class, component) and (class, component, component).
    """

    axis: str
    levels: Floats
    axis_units: str
    units: dict[str, str]
    reductions: dict[str, Reduction]
    weights: Floats
    centres: Floats
    covariances: Floats

    @property
    def classes(self) -> int:
        """How many."""
        return self.weights.size

    def reduced(self, profiles: dict[str, Floats]) -> Floats:
        """The profiles of all variables as (..., component)."""
        parts = [each.reduced(profiles[name]) for name, each in self.reductions.items()]
        return np.concatenate(parts, axis=-1)

    def log_densities(self, points: Floats) -> Floats:
        """Logarithm of weight times density of each class, (..., class)."""
        return log_densities(points, self.weights, self.centres, self.covariances)

    def to_json(self) -> str:
        """The model as text; equal models give equal text. The variables keep their order."""
        told = asdict(self) | {"format": FORMAT}
        return json.dumps(told, default=lambda array: array.tolist())

    @classmethod
    def from_json(cls, text: str) -> "PatternModel":
        """The model that :meth:`to_json` wrote; nothing in the text is run.

        Raises
        ------
        ParameterError
            If the text is no such model.
        """
        try:
            told = json.loads(text)
            if told.pop("format") != FORMAT:
                raise ParameterError(f"the model is of another format: {FORMAT} is needed")
            reductions = {
                str(name): Reduction(**{key: _numbers(value) for key, value in each.items()})
                for name, each in told.pop("reductions").items()
            }
            if told.keys() != {field.name for field in fields(cls)} - {"reductions"}:
                raise ParameterError(f"the model has {sorted(told)}, which is not what a model has")
            model = cls(
                axis=str(told["axis"]),
                levels=_numbers(told["levels"]),
                axis_units=str(told["axis_units"]),
                units={str(name): str(units) for name, units in told["units"].items()},
                reductions=reductions,
                weights=_numbers(told["weights"]),
                centres=_numbers(told["centres"]),
                covariances=_numbers(told["covariances"]),
            )
            _require_whole(model)
        except ParameterError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ParameterError(f"the text is no model of patterns: {error}") from error
        return model


def log_densities(points: Floats, weights: Floats, centres: Floats, covariances: Floats) -> Floats:
    """Logarithm of weight times density of each class at (..., component) points."""
    size = centres.shape[1]
    found = np.empty((*points.shape[:-1], weights.size))
    classes = zip(weights, centres, covariances, strict=True)
    for number, (weight, centre, covariance) in enumerate(classes):
        lower = linalg.cholesky(covariance, lower=True)
        whitening = linalg.solve_triangular(lower, np.eye(size), lower=True).T
        away = points @ whitening - centre @ whitening
        constant = np.log(weight) - 0.5 * size * np.log(2 * np.pi)
        found[..., number] = (
            constant + np.log(np.diag(whitening)).sum() - 0.5 * (away * away).sum(axis=-1)
        )
    return found


def log_likelihood(densities: Floats) -> Floats:
    """Of each point, whatever its class, from the logarithms of its densities."""
    found: Floats = special.logsumexp(densities, axis=-1)
    return found


def free_parameters(classes: int, components: int) -> int:
    """How many numbers a mixture has to choose: what BIC counts against it."""
    return classes - 1 + classes * components + classes * components * (components + 1) // 2


def reduction_of(profiles: Floats, *, max_components: int, explained_variance: float) -> Reduction:
    """Of (profile, level) values without gaps: means, deviations and principal components."""
    mean = profiles.mean(axis=0)
    centred = profiles - mean
    covariance = centred.T @ centred / len(profiles)
    scale = np.sqrt(np.diag(covariance))
    # A level that is the same in all profiles (but for rounding) tells nothing.
    scale = np.where(scale > 1e-12 * np.abs(mean), scale, 1.0)
    variances, vectors = linalg.eigh(covariance / np.outer(scale, scale))
    variances, vectors = variances[::-1], vectors[:, ::-1]
    share = np.cumsum(variances) / variances.sum() if variances.sum() > 0 else np.ones(1)
    needed = int(np.searchsorted(share, explained_variance - 1e-12)) + 1
    number = min(needed, max_components, len(variances), len(profiles))
    components = vectors[:, :number].T
    # A component and its mirror image are equally right: the largest loading is positive.
    largest = np.abs(components).argmax(axis=1)
    signs = np.sign(components[np.arange(number), largest])
    return Reduction(mean, scale, components * signs[:, None])


def fitted_mixture(
    points: Floats, *, classes: int, starts: int, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Weights, centres and full covariances, by expectation and maximisation (scikit-learn)."""
    from sklearn.mixture import GaussianMixture

    mixture = GaussianMixture(
        classes,
        covariance_type="full",
        tol=1e-6,
        max_iter=1000,
        n_init=starts,
        random_state=seed,
    )
    with one_thread():
        mixture.fit(points)
    return mixture.weights_, mixture.means_, mixture.covariances_


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: of matrices so small, several wait longer than they work."""
    limits: AbstractContextManager[object] = _thread_pools().limit(limits=1)
    return limits


@cache
def _thread_pools() -> Any:
    """The libraries' pools of threads, which take a while to find."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _numbers(value: object) -> Floats:
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("it has numbers that are not finite")
    return array


def _require_whole(model: PatternModel) -> None:
    size = sum(len(each.components) for each in model.reductions.values())
    classes = model.classes
    shapes = {
        "centres": (model.centres.shape, (classes, size)),
        "covariances": (model.covariances.shape, (classes, size, size)),
        **{
            name: (each.components.shape[1:] + each.mean.shape, (model.levels.size,) * 2)
            for name, each in model.reductions.items()
        },
    }
    for name, (found, needed) in shapes.items():
        if found != needed:
            raise ParameterError(f"the model's {name} are of shape {found}: {needed} is needed")
    if model.reductions.keys() != model.units.keys():
        raise ParameterError(f"the model has units of {sorted(model.units)} only")
