"""How many classes there are: the Bayesian information criterion on thinned samples.

Neighbouring profiles tell the same story twice, and a criterion that counts each makes any
number of classes look needed. So it is computed on random sub-samples whose profiles keep a
distance from one another, several times, and its spread is shown with its mean.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import KDTree

from bluecloud_routines.environment._mixture import (
    fitted_mixture,
    free_parameters,
    log_densities,
    log_likelihood,
)
from bluecloud_routines.environment._profiles import reduced_profiles, rows_of, whole_number
from bluecloud_routines.environment.patterns import REFERENCE
from bluecloud_routines.errors import ParameterError, ValuesError

Floats = NDArray[np.float64]

_EARTH_KM = 6371.0088


def pattern_criterion(
    profiles: xr.Dataset,
    *,
    axis: str,
    classes: Sequence[int] = tuple(range(1, 21)),
    runs: int = 10,
    spacing_km: float = 100.0,
    max_components: int = 15,
    explained_variance: float = 0.999,
    starts: int = 1,
    seed: int = 0,
) -> xr.Dataset:
    """The Bayesian information criterion for each number of classes, on thinned samples.

    The lower it is, the better the model pays for its parameters.

    Parameters
    ----------
    profiles
        As of :func:`fit_patterns`, with coordinates ``latitude`` and ``longitude`` along the
        profiles.
    axis
        The dimension along the profile.
    classes
        The numbers that are tried.
    runs
        Random sub-samples, each with its own thinning.
    spacing_km
        Least great-circle distance between two profiles of a sub-sample; 0 thins nothing.
    max_components, explained_variance, starts, seed
        As of :func:`fit_patterns`; the reduction is that of all profiles.

    Returns
    -------
    xarray.Dataset
        ``bic`` (``run``, ``classes``), its ``bic_mean`` and ``bic_deviation`` over the runs,
        and ``profiles`` (``run``), the size of each sub-sample. Where a sub-sample has no more
        profiles than a model has parameters, its criterion is NaN. The attribute ``best`` is
        the number of classes with the least mean, among those that all runs could try.

    Raises
    ------
    ParameterError, UnitsError
        As of :func:`fit_patterns`; if places are absent.
    ValuesError
        As of :func:`fit_patterns`; if no sub-sample is large enough for any model.

    References
    ----------
    Maze et al. (2017), https://doi.org/10.1016/j.pocean.2016.12.008
    """
    if not classes:
        raise ParameterError("classes is empty: at least one number is tried")
    for number in classes:
        whole_number("classes", number, 1, 50)
    whole_number("runs", runs, 1, 1000)
    if not 0 <= spacing_km <= 20_000:
        raise ParameterError(f"spacing_km is {spacing_km}: 0 to 20000")
    _, points = reduced_profiles(
        profiles, axis=axis, max_components=max_components, explained_variance=explained_variance
    )
    places = _places(profiles, axis)
    bic = np.full((runs, len(classes)), np.nan)
    sizes = np.zeros(runs, dtype=np.int32)
    for run in range(runs):
        random = np.random.default_rng([seed, run])
        sample = points[thinned(places, spacing_km=spacing_km, random=random)]
        sizes[run] = len(sample)
        for column, number in enumerate(classes):
            if len(sample) > free_parameters(number, sample.shape[1]):
                bic[run, column] = _criterion(sample, number, starts, seed + run)
    tried = ~np.isnan(bic).any(axis=0)
    if not tried.any():
        raise ValuesError(
            f"the sub-samples have {sizes.min()} to {sizes.max()} profiles: a mixture of "
            f"{min(classes)} classes in {points.shape[1]} components needs more than "
            f"{free_parameters(min(classes), points.shape[1])}; thin less, or reduce to fewer"
        )
    mean = np.full(len(classes), np.nan)
    mean[tried] = bic[:, tried].mean(axis=0)
    deviation = np.where(tried, bic.std(axis=0), np.nan)
    result = xr.Dataset(
        {
            "bic": (("run", "classes"), bic),
            "bic_mean": ("classes", mean),
            "bic_deviation": ("classes", deviation),
            "profiles": ("run", sizes),
        },
        coords={"classes": np.array(classes, np.int32), "run": np.arange(runs, dtype=np.int32)},
        attrs={"best": int(np.array(classes)[np.nanargmin(mean)]), "references": REFERENCE},
    )
    for name, text in (
        ("bic", "Bayesian information criterion"),
        ("bic_mean", "mean of the criterion over the runs"),
        ("bic_deviation", "standard deviation of the criterion over the runs"),
        ("profiles", "profiles in the sub-sample"),
    ):
        result[name].attrs = {"long_name": text, "units": "1"}
    return result


def thinned(places: Floats, *, spacing_km: float, random: np.random.Generator) -> NDArray[np.intp]:
    """Which of the places (latitude, longitude) a random sample keeps that are so far apart.

    They are visited in random order, and each is kept unless one nearer than the spacing was.
    """
    latitude, longitude = np.deg2rad(places).T
    east = np.cos(latitude)
    points = np.stack(
        [east * np.cos(longitude), east * np.sin(longitude), np.sin(latitude)], axis=1
    )
    chord = 2 * np.sin(min(spacing_km / _EARTH_KM, np.pi) / 2)
    order = random.permutation(len(points))
    if chord == 0:
        return np.sort(order)
    tree = KDTree(points)
    free = np.ones(len(points), dtype=bool)
    kept = []
    for number in order:
        if free[number]:
            kept.append(number)
            free[tree.query_ball_point(points[number], chord * (1 - 1e-12))] = False
    return np.sort(np.array(kept, dtype=np.intp))


def _criterion(sample: Floats, classes: int, starts: int, seed: int) -> float:
    mixture = fitted_mixture(sample, classes=classes, starts=starts, seed=seed)
    likelihood = float(log_likelihood(log_densities(sample, *mixture)).sum())
    size, components = sample.shape
    return -2 * likelihood + free_parameters(classes, components) * float(np.log(size))


def _places(profiles: xr.Dataset, axis: str) -> Floats:
    """Latitude and longitude of each profile without a gap."""
    for name in ("latitude", "longitude"):
        if name not in profiles.coords:
            raise ParameterError(f"the profiles have no coordinate {name!r}: thinning needs it")
    variables = list(profiles.data_vars.values())
    whole = np.all([~np.isnan(rows_of(v, axis=axis)).any(axis=1) for v in variables], axis=0)
    one = variables[0].transpose(..., axis).isel({axis: 0}, drop=True)
    columns = [profiles[name].broadcast_like(one) for name in ("latitude", "longitude")]
    places = np.stack([c.transpose(*one.dims).values.ravel() for c in columns], axis=1)[whole]
    if not np.isfinite(places).all() or np.abs(places[:, 0]).max() > 90:
        raise ValuesError("a latitude or longitude is missing or impossible")
    return places.astype(np.float64)
