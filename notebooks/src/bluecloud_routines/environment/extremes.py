"""How high an extreme comes back in so many years: the generalised extreme value distribution.

The largest values of blocks, such as years, follow it (Coles 2001, chapter 3). Its three numbers
are found by maximum likelihood for all cells at once: Newton's steps from the L-moments'
estimate, damped, in numbers set on one scale.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import optimize, special

from bluecloud_routines.environment._gev import (
    fitted,
    levels,
    likelihood_at_level,
    negative_log_likelihood,
    variance_of_levels,
)
from bluecloud_routines.errors import ParameterError, TooShortError, UnitsError, ValuesError

Floats = NDArray[np.float64]

REFERENCE = "Coles (2001, https://doi.org/10.1007/978-1-4471-3675-0)"


def return_levels(
    maxima: xr.DataArray,
    *,
    periods: Sequence[float] = (10.0, 50.0, 100.0),
    confidence: float = 0.95,
    interval: Literal["delta", "profile"] = "delta",
    min_blocks: int = 20,
) -> xr.Dataset:
    """The values that are exceeded once in so many years on average, with their interval.

    Parameters
    ----------
    maxima
        The largest value of each ``year``, with units; other dimensions are kept, NaN is left
        out, dask stays lazy.
    periods
        In years, above 1.
    confidence
        Of the interval, above 0 and below 1.
    interval
        ``delta``: symmetric, quick; ``profile``: by the profile of the likelihood, which is
        longer upward and truer, and takes a tenth of a second for each cell and period.
    min_blocks
        A cell with fewer years has no answer, 10 or more.

    Returns
    -------
    xarray.Dataset
        ``return_level``, ``return_level_lower`` and ``return_level_upper`` on
        ``return_period``, and ``location``, ``scale`` and ``shape`` (above 0: no upper end).
        NaN where the likelihood has no maximum, as of values that pile up at their top.

    Raises
    ------
    ParameterError
        If an option is out of range, or there is no dimension ``year``.
    UnitsError
        If the maxima have no units.
    TooShortError
        If there are fewer than ``min_blocks`` years.
    ValuesError
        If the maxima are empty, or infinite somewhere.

    References
    ----------
    Coles (2001), An introduction to statistical modeling of extreme values,
    https://doi.org/10.1007/978-1-4471-3675-0
    """
    wanted = np.asarray(list(periods), dtype=np.float64)
    if wanted.size == 0 or not (wanted > 1).all() or not np.isfinite(wanted).all():
        raise ParameterError(f"periods are {list(periods)}: years above 1")
    if not 0 < confidence < 1:
        raise ParameterError(f"confidence is {confidence}: above 0 and below 1, as 0.95")
    if interval not in ("delta", "profile"):
        raise ParameterError(f"interval is {interval!r}: 'delta' or 'profile'")
    if min_blocks < 10:
        raise ParameterError(f"min_blocks is {min_blocks}: 10 or more")
    if "year" not in maxima.dims:
        raise ParameterError(f"a dimension 'year' is needed, and there is {maxima.dims}")
    if maxima.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(maxima.sizes)}")
    units = maxima.attrs.get("units")
    if not units:
        raise UnitsError(f"{maxima.name or 'the maxima'} has no units: set its attribute 'units'")
    if maxima.sizes["year"] < min_blocks:
        raise TooShortError(
            f"there are {maxima.sizes['year']} years: {min_blocks} are needed at least"
        )
    if maxima.chunks:
        maxima = maxima.chunk({"year": -1})
    numbers, level, lower, upper = xr.apply_ufunc(
        _return_levels,
        maxima.astype(np.float64),
        input_core_dims=[["year"]],
        output_core_dims=[["parameter"], *[["return_period"]] * 3],
        kwargs={
            "periods": wanted, "confidence": confidence, "profile": interval == "profile",
            "least": min_blocks,
        },
        dask="parallelized",
        output_dtypes=[np.float64] * 4,
        dask_gufunc_kwargs={"output_sizes": {"parameter": 3, "return_period": wanted.size}},
    )  # fmt: skip
    percent = f"{100 * confidence:g} %"
    about = {
        "return_level": (level, "return level", units),
        "return_level_lower": (lower, f"lower end of the {percent} interval", units),
        "return_level_upper": (upper, f"upper end of the {percent} interval", units),
        "location": (numbers.isel(parameter=0), "location of the distribution", units),
        "scale": (numbers.isel(parameter=1), "scale of the distribution", units),
        "shape": (numbers.isel(parameter=2), "shape of the distribution", "1"),
    }
    result = xr.Dataset({name: values for name, (values, _, _) in about.items()})
    for name, (_, words, unit) in about.items():
        result[name].attrs = {"long_name": words, "units": unit}
    beside = "return_level_lower return_level_upper"
    result["return_level"].attrs["ancillary_variables"] = beside
    period = ("return_period", wanted, {"long_name": "return period", "units": "year"})
    return result.assign_coords(return_period=period).assign_attrs(references=REFERENCE)


def _return_levels(
    maxima: Floats, *, periods: Floats, confidence: float, profile: bool, least: int
) -> tuple[Floats, Floats, Floats, Floats]:
    if np.isinf(maxima).any():
        raise ValuesError(f"{np.isinf(maxima).sum()} values are infinite: NaN is what is missing")
    cells = maxima.reshape(-1, maxima.shape[-1])
    numbers = np.full((len(cells), 3), np.nan)
    level, lower, upper = (np.full((len(cells), periods.size), np.nan) for _ in range(3))
    known = ((~np.isnan(cells)).sum(axis=-1) >= least) & (
        np.nanmax(cells, axis=-1, initial=-np.inf) > np.nanmin(cells, axis=-1, initial=np.inf)
    )
    if known.any():
        values = cells[known]
        found, covariance = fitted(values)
        exceeded = 1 / periods
        at = levels(found, exceeded)
        error = np.sqrt(variance_of_levels(found, covariance, exceeded))
        half = special.ndtri(0.5 + confidence / 2) * error
        ends = at - half, at + half
        if profile:
            ends = _profiled(values, found, at, error, exceeded, confidence)
        numbers[known], level[known] = found, at
        lower[known], upper[known] = ends
    shape = maxima.shape[:-1]
    made = (each.reshape(*shape, -1) for each in (numbers, level, lower, upper))
    first, second, third, fourth = made
    return first, second, third, fourth


def _profiled(
    values: Floats, found: Floats, at: Floats, error: Floats, exceeded: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """The ends where the profile of the likelihood has fallen by half of chi-square's quantile."""
    fall = special.chdtri(1, 1 - confidence) / 2
    lower, upper = np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    for cell, number in np.ndindex(*at.shape):
        if np.isnan(error[cell, number]):
            continue
        sample = values[cell][~np.isnan(values[cell])]
        top = float(negative_log_likelihood(found[cell][None], sample[None])[0]) + fall
        start, step = float(at[cell, number]), float(error[cell, number])

        def beyond(level: float, sample: Floats = sample, number: int = number,
                   cell: int = cell, top: float = top) -> float:  # fmt: skip
            best = likelihood_at_level(sample, level, float(exceeded[number]), found[cell])
            return best - top

        for ends, way in ((lower, -1), (upper, 1)):
            tried = (start + way * k * step for k in range(1, 25))
            far = next((level for level in tried if beyond(level) > 0), None)
            if far is not None:
                ends[cell, number] = optimize.brentq(beyond, start, far, xtol=1e-4 * step)
    return lower, upper
