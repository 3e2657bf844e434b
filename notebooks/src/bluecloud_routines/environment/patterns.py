"""Kinds of profiles that the ocean has, found in the profiles themselves (Maze et al. 2017).

A profile classification model knows no places: profiles are alike if their shape is, and the map
of classes that comes of it shows fronts and water masses without having been told of them. Each
profile has a probability for each class, so the fuzzy places between are seen too.

Classes are numbered from the least to the greatest mean of the first variable (from cold to
warm), because a mixture's own order is chance.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from bluecloud_routines._cores import available_cores
from bluecloud_routines.environment._mixture import (
    PatternModel,
    fitted_mixture,
    one_thread,
)
from bluecloud_routines.environment._profiles import (
    reduced_profiles,
    require_described,
    rows_of,
    whole_number,
)
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]

REFERENCE = "Maze et al. (2017, https://doi.org/10.1016/j.pocean.2016.12.008)"
QUANTILES = (0.05, 0.5, 0.95)
ROBUSTNESS = ("unlikely", "as_likely_as_not", "likely", "very_likely", "virtually_certain")
_BOUNDS = (0.33, 0.66, 0.9, 0.99)


def fit_patterns(
    profiles: xr.Dataset,
    *,
    axis: str,
    classes: int,
    max_components: int = 15,
    explained_variance: float = 0.999,
    starts: int = 10,
    seed: int = 0,
) -> PatternModel:
    """A model of so many classes, learnt from profiles; all are read into memory.

    Parameters
    ----------
    profiles
        One variable or several, with units, on ``axis`` and any other dimensions, which are all
        profiles. Profiles with a gap in any variable are left out. See :func:`on_levels`.
    axis
        The dimension along the profile; its coordinate holds the levels, with units.
    classes
        How many kinds are sought, 1 to 50; :func:`pattern_criterion` helps to choose.
    max_components, explained_variance
        Each variable is reduced to as many principal components as explain this share of the
        variance of its standardised levels (up to 1), but no more than ``max_components``.
    starts
        The mixture is fitted so many times from other beginnings, and the likeliest is kept.
    seed
        Of those beginnings: the same seed gives the same model.

    Raises
    ------
    ParameterError
        If an option is outside its range, or the axis is no dimension of all variables.
    UnitsError
        If a variable or the axis has no units.
    ValuesError
        If there are infinite values, or fewer whole profiles than the model needs.

    References
    ----------
    Maze et al. (2017), https://doi.org/10.1016/j.pocean.2016.12.008
    """
    whole_number("classes", classes, 1, 50)
    whole_number("starts", starts, 1, 1000)
    whole_number("seed", seed, 0, 2**32 - 1)
    reductions, points = reduced_profiles(
        profiles, axis=axis, max_components=max_components, explained_variance=explained_variance
    )
    least = max(2 * classes, points.shape[1] + 1)
    if len(points) < least:
        raise ValuesError(
            f"{len(points)} profiles have no gap: {least} are the least for {classes} classes and "
            f"{points.shape[1]} components"
        )
    weights, centres, covariances = fitted_mixture(
        points, classes=classes, starts=starts, seed=seed
    )
    first = next(iter(reductions.values()))
    of_first = centres[:, : len(first.components)]
    means = (first.mean + first.scale * (of_first @ first.components)).mean(axis=1)
    order = np.argsort(means)
    return PatternModel(
        axis=axis,
        levels=profiles[axis].values.astype(np.float64),
        axis_units=str(profiles[axis].attrs["units"]),
        units={str(name): str(v.attrs["units"]) for name, v in profiles.data_vars.items()},
        reductions=reductions,
        weights=weights[order],
        centres=centres[order],
        covariances=covariances[order],
    )


def ocean_patterns(profiles: xr.Dataset, *, model: PatternModel) -> xr.Dataset:
    """The class of each profile, how sure it is, and the typical profiles of each class.

    Dask arrays stay lazy but for the quantiles, which need all profiles of a class at once.

    Parameters
    ----------
    profiles
        The variables that the model was learnt from, on its levels and in its units; other
        dimensions may be others.
    model
        Of :func:`fit_patterns`, or read by ``PatternModel.from_json``.

    Returns
    -------
    xarray.Dataset
        ``label`` (1 to the number of classes), ``posterior`` (``class``; they add up to 1),
        ``robustness`` (0: as good as chance, 1: certain), ``robustness_class`` (0 unlikely to 4
        virtually certain), ``class_share`` and, for each variable, ``<name>_quantiles``
        (``class``, ``quantile`` of 0.05, 0.5 and 0.95, axis), of the profiles as they are.
        Profiles with a gap are missing in all of them.

    Raises
    ------
    ParameterError
        If a variable of the model is absent, or the levels are others.
    UnitsError
        If a variable is in other units than the model's.

    References
    ----------
    Maze et al. (2017), https://doi.org/10.1016/j.pocean.2016.12.008
    """
    _require_fitting(profiles, model)
    variables = [profiles[name] for name in model.reductions]
    posterior: xr.DataArray = xr.apply_ufunc(
        _posterior,
        *variables,
        input_core_dims=[[model.axis]] * len(variables),
        output_core_dims=[["class"]],
        kwargs={"model": model},
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"output_sizes": {"class": model.classes}, "allow_rechunk": True},
    ).assign_coords({"class": np.arange(1, model.classes + 1, dtype=np.int16)})
    known = posterior.notnull().all("class")
    label = posterior.fillna(0).argmax("class").astype(np.float32) + 1
    label = label.where(known)
    k = model.classes
    most = posterior.max("class", skipna=False)
    robustness = (most - 1 / k) * k / (k - 1) if k > 1 else most
    bounds = xr.DataArray(np.array(_BOUNDS), dims="bound")
    certain = (robustness >= bounds).sum("bound").astype(np.float32)
    result = xr.Dataset(
        {
            "label": label,
            "posterior": posterior.transpose("class", ...),
            "robustness": robustness,
            "robustness_class": certain.where(known),
            "class_share": (label == posterior["class"]).sum(label.dims) / known.sum(),
        }
    )
    for variable in variables:
        result[f"{variable.name}_quantiles"] = _quantiles(variable, label, model)
    return _described(result, model)


def class_frequency(result: xr.Dataset, *, by: str = "season") -> pd.DataFrame:
    """How often each class occurs in each month or season, as a tidy table.

    Columns are ``month`` (1 to 12) or ``season`` (DJF, MAM, JJA, SON), ``class``, ``profiles``
    and ``share`` of the profiles of that time. ``result`` is of :func:`ocean_patterns`, with a
    coordinate ``time`` along the profiles.

    Raises
    ------
    ParameterError
        If ``by`` is another word, or there is no such coordinate.
    """
    if by not in ("month", "season"):
        raise ParameterError(f"by is {by!r}: 'month' or 'season'")
    if "time" not in result.coords:
        raise ParameterError("the result has no coordinate 'time' along its profiles")
    when = getattr(result["time"].dt, by).broadcast_like(result["label"])
    table = pd.DataFrame({by: when.values.ravel(), "class": result["label"].values.ravel()})
    table = table.dropna()
    table["class"] = table["class"].astype(int)
    counts = table.groupby([by, "class"]).size().rename("profiles").reset_index()
    counts["share"] = counts["profiles"] / counts.groupby(by)["profiles"].transform("sum")
    return counts


def _posterior(*profiles: Floats, model: PatternModel) -> Floats:
    values = dict(zip(model.reductions, profiles, strict=True))
    with one_thread():
        densities = model.log_densities(model.reduced(values))
    found: Floats = special.softmax(densities, axis=-1)
    return found


def _quantiles(variable: xr.DataArray, label: xr.DataArray, model: PatternModel) -> xr.DataArray:
    rows = rows_of(variable, axis=model.axis)
    labels = label.transpose(*(d for d in variable.dims if d != model.axis)).values.ravel()

    def of_class(number: int) -> Floats:
        members = np.ascontiguousarray(rows[labels == number].T)
        found = np.full((len(QUANTILES), model.levels.size), np.nan)
        return np.quantile(members, QUANTILES, axis=1, out=found) if members.size else found

    # NumPy's sorting leaves the other cores free for another class.
    with ThreadPoolExecutor(available_cores()) as pool:
        each = list(pool.map(of_class, range(1, model.classes + 1)))
    return xr.DataArray(
        np.stack(each),
        dims=("class", "quantile", model.axis),
        coords={"quantile": np.array(QUANTILES), model.axis: variable[model.axis]},
    )


def _require_fitting(profiles: xr.Dataset, model: PatternModel) -> None:
    absent = [name for name in model.reductions if name not in profiles.data_vars]
    if absent:
        raise ParameterError(f"{absent} are absent: the model is of {list(model.reductions)}")
    subset = profiles[list(model.reductions)]
    require_described(subset, model.axis)
    levels = subset[model.axis]
    if levels.size != model.levels.size or not np.allclose(levels, model.levels):
        raise ParameterError(
            f"{model.axis} has {levels.size} levels, {levels.values[0]:g} to "
            f"{levels.values[-1]:g}: the model has {model.levels.size}, {model.levels[0]:g} to "
            f"{model.levels[-1]:g} {model.axis_units}"
        )
    for name, units in ((model.axis, model.axis_units), *model.units.items()):
        if subset[name].attrs["units"] != units:
            raise UnitsError(
                f"{name} is in {subset[name].attrs['units']!r}, the model in {units!r}"
            )


def _described(result: xr.Dataset, model: PatternModel) -> xr.Dataset:
    result["class"].attrs = {"long_name": "class", "units": "1"}
    result["quantile"].attrs = {"long_name": "quantile", "units": "1"}
    for name, text in (
        ("label", "most probable class"),
        ("posterior", "probability of each class"),
        ("robustness", "how far the most probable class is from chance"),
        ("robustness_class", "robustness in words"),
        ("class_share", "share of the profiles in each class"),
    ):
        result[name].attrs = {"long_name": text, "units": "1"}
    for name, units in model.units.items():
        result[f"{name}_quantiles"].attrs = {
            "long_name": f"quantiles of {name} in each class",
            "units": units,
        }
    numbers = np.arange(1, model.classes + 1, dtype=np.int16)
    words = " ".join(f"class_{number}" for number in numbers)
    result["label"].attrs |= {"flag_values": numbers, "flag_meanings": words}
    result["label"].attrs["ancillary_variables"] = "robustness robustness_class"
    result["label"].encoding = {"dtype": "int16", "_FillValue": np.int16(-1)}
    result["robustness_class"].attrs |= {
        "flag_values": np.arange(len(ROBUSTNESS), dtype=np.int8),
        "flag_meanings": " ".join(ROBUSTNESS),
        "comment": f"bounds of robustness {_BOUNDS}",
    }
    result["robustness_class"].encoding = {"dtype": "int8", "_FillValue": np.int8(-1)}
    for name in ("label", "robustness_class"):
        del result[name].attrs["units"]
    result.attrs = {
        "title": "Classes of profiles",
        "references": REFERENCE,
        "parameters": json.dumps(
            {"classes": model.classes, "components": int(model.centres.shape[1])}
        ),
    }
    return result
