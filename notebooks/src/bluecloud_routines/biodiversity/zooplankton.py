"""Maps of abundance from scattered observations, by variational analysis (DIVA)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.biodiversity._analysis import (
    Found,
    LeftOut,
    Prior,
    analyse,
    generalised_cross_validation,
    leave_out,
    relative_error,
)
from bluecloud_routines.biodiversity._fields import relative_length as relative
from bluecloud_routines.biodiversity._fields import trends, velocity
from bluecloud_routines.biodiversity._grid import Floats, Grid
from bluecloud_routines.biodiversity._observed import (
    read_mask,
    read_table,
    read_times,
    timed_grid,
)
from bluecloud_routines.biodiversity._options import MapOptions, require_few
from bluecloud_routines.biodiversity._product import Mapped, map_product
from bluecloud_routines.errors import ParameterError


def zooplankton_map(
    observations: pd.DataFrame,
    mask: xr.DataArray,
    *,
    corr_length_km: float = 300.0,
    epsilon2: float = 10.0,
    relative_length: xr.DataArray | None = None,
    transform: Literal["log1p", "none"] = "log1p",
    background: Literal["mean", "joint"] = "mean",
    covariates: xr.Dataset | None = None,
    currents: xr.Dataset | None = None,
    advection: float = 1.0,
    minimum: float | None = None,
    times: Sequence[str | datetime] | pd.DatetimeIndex | None = None,
    corr_time_years: float = 0.0,
    error: Literal["cpme", "exact"] = "cpme",
    error_max: Sequence[float] = (0.3, 0.5),
    cv_fraction: float = 0.2,
    seed: int = 0,
    taxon: str | None = None,
    aphia_id: int | None = None,
) -> xr.Dataset:
    """Where a taxon is abundant, how sure that is, and how well the map predicts.

    The map is the field that is at once near the observations and smooth over the correlation
    length, with no flux through coasts, so that nothing is learnt across land. Its covariance
    at distance r is that of r K1(r) in correlation lengths. The work is done at once, also on
    dask arrays: every cell depends on every observation.

    Parameters
    ----------
    observations
        A row each: ``decimalLongitude`` and ``decimalLatitude`` (degrees), ``time``, ``value``
        (abundance, 0 or more) and, if wanted, ``weight`` (above 0; its epsilon2 is divided by
        it). ``attrs["units"]`` is ``m-3`` or another number in a volume. What lies outside the
        sea of the mask changes nothing.
    mask
        Boolean on ``latitude`` and ``longitude``, evenly spaced and increasing: True is sea. See
        :func:`sea_mask`.
    corr_length_km
        1 to 20000: over what distance observations tell of one another.
    epsilon2
        0.0001 to 10000: the variance of an observation's error, with all that a map of this
        smoothness cannot show, over that of the field. 1 / epsilon2 is the signal-to-noise ratio.
    relative_length
        0.1 to 10 on latitude and longitude: what the correlation length is multiplied by there.
    transform
        ``log1p`` analyses ln(1 + abundance), ``none`` the abundance itself.
    background
        What the map goes back to far from observations: their weighted ``mean``, or a constant
        found together with the map (``joint``), as ordinary kriging has.
    covariates
        Variables on latitude and longitude, without gaps in the sea. The background is then
        linear in them, found together with the map.
    currents
        ``u`` and ``v`` in m s-1 (eastward, northward) on latitude and longitude: the map is then
        drawn out along them.
    advection
        0 or more: how strongly; 1 is as strong as smoothness.
    minimum
        No cell's abundance is below it, as 0; None for no bound. The background stays as it is
        without the bound.
    times
        Moments of a map each, two or more and evenly spaced; none for one map of all
        observations.
    corr_time_years
        Above 0 with ``times``: over what time observations tell of one another.
    error
        ``cpme`` is the quick estimate of Beckers et al. (2014); ``exact`` is of at most 5000
        cells. Neither counts the uncertainty of the background.
    error_max
        Limits of the relative error above which the masked copies are missing; SeaDataNet's
        levels L1 and L2 are 0.3 and 0.5.
    cv_fraction
        0 to 0.9: of the observations, left out at random for validation; 0 for none.
    seed
        Of that choice.
    taxon, aphia_id
        Name and number in the World Register of Marine Species, written into the product.

    Returns
    -------
    xarray.Dataset
        On ``latitude`` and ``longitude``, after ``time`` with ``times``: ``abundance`` (m-3),
        ``abundance_log1p`` (with that transform), ``relative_error`` (error variance over that
        of the background, 0 to 1), masked copies ``..._L1``, ``..._L2``, ``background`` and
        ``n_obs`` (observations nearest to a cell). On ``observation``: what
        :func:`residual_table` gives. ``attrs["scores"]`` is JSON: numbers used and outside,
        root mean square of the residuals, generalised cross-validation, and error, bias and R2
        where observations were left out, in the analysed quantity.

    Raises
    ------
    ParameterError
        If an option or the mask is outside what is allowed.
    UnitsError
        If the observations or currents have no proper units.
    TimeAxisError
        If ``times`` are unsorted or uneven.
    ValuesError
        If there is nothing to map, or something that is no number.

    References
    ----------
    Troupin et al. (2012), https://doi.org/10.1016/j.ocemod.2012.05.002;
    Barth et al. (2014), https://doi.org/10.5194/gmd-7-225-2014;
    Beckers et al. (2014), https://doi.org/10.1175/JTECH-D-13-00130.1
    """
    options = MapOptions(
        corr_length_km=corr_length_km,
        epsilon2=epsilon2,
        transform=transform,
        background="joint" if covariates is not None else background,
        advection=advection if currents is not None else 0.0,
        minimum=minimum,
        corr_time_years=corr_time_years,
        in_time=times is not None,
        error=error,
        error_max=tuple(error_max),
        cv_fraction=cv_fraction,
        seed=seed,
    )
    observed = read_table(observations)
    mask, flat = read_mask(mask)
    moments = None if times is None else read_times(times)
    grid = flat if moments is None else timed_grid(flat, moments)
    require_few(grid.size, dimensions=len(grid.axes))
    fields = trends(covariates, mask) if options.background == "joint" else {}
    prior = _prior(options, grid, mask, fields, relative(relative_length, mask), currents)
    values = np.log1p(observed.value) if transform == "log1p" else observed.value
    least = None if minimum is None else options.transformed(minimum)
    positions = observed.positions(moments, float(flat.axes[1][0]))
    found = analyse(prior, positions, values, epsilon2 / observed.weight, least=least)
    random = np.random.default_rng(seed)
    left = (
        leave_out(prior, found, values, fraction=cv_fraction, least=least, random=random)
        if cv_fraction
        else None
    )
    mapped = Mapped(
        grid=grid,
        mask=mask,
        times=moments,
        field=found.field,
        background=found.background,
        error=relative_error(prior, found, exact=error == "exact"),
        used=found.used,
        left_out=left.rows if left else np.array([], dtype=np.int64),
        predicted=left.predicted if left else np.array([]),
        positions=positions,
    )
    return map_product(
        mapped,
        observed,
        values,
        found.at_observations,
        logarithm=transform == "log1p",
        error_max=options.error_max,
        taxon=taxon,
        aphia_id=aphia_id,
    ).assign_attrs(
        parameters=json.dumps(asdict(options)),
        scores=json.dumps(_scores(found, left, values, list(fields), random)),
    )


def residual_table(result: xr.Dataset) -> pd.DataFrame:
    """The observations of a map, in the order of their table, with what the map makes of them.

    Parameters
    ----------
    result
        What :func:`zooplankton_map` gave.

    Returns
    -------
    pandas.DataFrame
        ``decimalLongitude``, ``decimalLatitude``, ``time``; ``observed``, ``residual`` (observed
        less mapped) and ``residual_left_out`` (observed less what a map without it predicts; NaN
        where it was not left out), in the analysed quantity; ``used``, whether it lies in the
        sea of the grid. Residuals of others are NaN.

    Raises
    ------
    ParameterError
        If the dataset is no such map.
    """
    names = {
        "obs_longitude": "decimalLongitude",
        "obs_latitude": "decimalLatitude",
        "obs_time": "time",
        "observed": "observed",
        "residual": "residual",
        "residual_left_out": "residual_left_out",
        "used": "used",
    }
    absent = [name for name in names if name not in result]
    if absent:
        raise ParameterError(f"the dataset has no {absent}: it is no result of zooplankton_map")
    table = pd.DataFrame({new: result[old].to_numpy() for old, new in names.items()})
    return table.astype({"used": bool})


def _prior(
    options: MapOptions,
    grid: Grid,
    mask: xr.DataArray,
    trend_fields: dict[str, Floats],
    relative_lengths: Floats,
    currents: xr.Dataset | None,
) -> Prior:
    """What is known of the field beforehand, on all dimensions of the grid."""
    shape = grid.sea.shape
    length = np.broadcast_to(options.corr_length_km * relative_lengths, shape)
    in_time = (np.full(shape, options.corr_time_years),) if options.in_time else ()
    flow: tuple[Floats, ...] = ()
    if currents is not None:
        north, east = (np.broadcast_to(part, shape) for part in velocity(currents, mask))
        flow = (*(np.zeros(shape) for _ in in_time), north, east)
    fields = [np.broadcast_to(field, shape)[grid.sea] for field in trend_fields.values()]
    return Prior(
        grid,
        (*in_time, length, length),
        np.column_stack(fields) if fields else np.empty((grid.size, 0)),
        flow,
        options.advection,
    )


def _scores(
    found: Found,
    left: LeftOut | None,
    values: Floats,
    names: Sequence[str],
    random: np.random.Generator,
) -> dict[str, float | int | dict[str, float]]:
    residual = values[found.used] - found.at_observations
    scores: dict[str, float | int | dict[str, float]] = {
        "observations_used": int(found.used.sum()),
        "observations_outside": int((~found.used).sum()),
        "residual_rms": _rms(residual),
        "gcv_rms": generalised_cross_validation(found, values, random),
        "coefficients": dict(zip(names or ["mean"], map(float, found.coefficients), strict=True)),
    }
    if left is not None:
        truth = values[left.rows]
        missed = truth - left.predicted
        spread = float(np.mean((truth - truth.mean()) ** 2))
        scores |= {
            "left_out": len(truth),
            "left_out_rms": _rms(missed),
            "left_out_bias": float(-missed.mean()),
        }
        if spread > 0:
            scores["left_out_r2"] = 1 - float(np.mean(missed**2)) / spread
    return scores


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))
