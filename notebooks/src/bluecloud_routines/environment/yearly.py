"""One value a year from samples at any times: what assessments and their trends are made of."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._time import with_dates
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]

_ALL = tuple(range(1, 13))


def yearly_statistic(
    series: xr.DataArray,
    *,
    percentile: float | None = None,
    months: Sequence[int] = _ALL,
    min_values: int = 4,
) -> xr.Dataset:
    """The mean, or a percentile, of each year's samples in some months.

    Parameters
    ----------
    series
        On ``time`` and any other dimensions, with units; NaN is left out, dask stays lazy.
    percentile
        0 to 100, linear between samples: 90 of chlorophyll is what the Water Framework
        Directive's assessments use. By default the mean.
    months
        Of the year, 1 to 12: the growing season, say.
    min_values
        A year with fewer samples has no value, 1 or more.

    Returns
    -------
    xarray.Dataset
        The statistic under the series' name (or ``value``) and ``number_of_samples``, on
        ``year``.

    Raises
    ------
    ParameterError
        If an option is out of range.
    UnitsError
        If the series has no units.
    TimeAxisError
        If time is absent, unsorted, repeated or of another calendar.
    ValuesError
        If the series is empty, or no sample is in the months.
    """
    if percentile is not None and not 0 <= percentile <= 100:
        raise ParameterError(f"percentile is {percentile}: 0 to 100, or None for the mean")
    wanted = sorted(set(months))
    if not wanted or not set(wanted) <= set(_ALL):
        raise ParameterError(f"months are {list(months)}: some of 1 to 12")
    if min_values < 1:
        raise ParameterError(f"min_values is {min_values}: 1 or more")
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    if not series.attrs.get("units"):
        raise UnitsError(f"{series.name or 'the series'} has no units: set its attribute 'units'")
    series, times = with_dates(series)
    within = np.isin(times.month, wanted)
    if not within.any():
        raise ValuesError(f"no sample is in the months {wanted}")
    year = np.asarray(times.year)[within]
    years = np.arange(year.min(), year.max() + 1)
    chosen = series.isel(time=within).astype(np.float64)
    if chosen.chunks:
        chosen = chosen.chunk({"time": -1})
    value, number = xr.apply_ufunc(
        _by_year,
        chosen,
        input_core_dims=[["time"]],
        output_core_dims=[["year"]] * 2,
        kwargs={"year": year, "years": years, "percentile": percentile, "least": min_values},
        dask="parallelized",
        output_dtypes=[np.float64, np.float64],
        dask_gufunc_kwargs={"output_sizes": {"year": years.size}},
    )
    name = str(series.name or "value")
    said = "mean" if percentile is None else f"{percentile:g}th percentile"
    of = series.attrs.get("long_name", name)
    season = "" if wanted == list(_ALL) else f", months {', '.join(map(str, wanted))}"
    value.attrs = {"long_name": f"yearly {said} of {of}{season}", "units": series.attrs["units"]}
    value.attrs["ancillary_variables"] = "number_of_samples"
    number.attrs = {"long_name": "number of samples of the year", "units": "1"}
    result = xr.Dataset({name: value, "number_of_samples": number})
    return result.assign_coords(year=("year", years, {"long_name": "year", "units": "1"}))


def _by_year(
    values: Floats,
    *,
    year: NDArray[np.int64],
    years: NDArray[np.int64],
    percentile: float | None,
    least: int,
) -> tuple[Floats, Floats]:
    found = np.full((*values.shape[:-1], years.size), np.nan)
    number = np.zeros(found.shape)
    for at, each in enumerate(years):
        of_year = np.sort(values[..., year == each], axis=-1)  # NaN last
        present = (~np.isnan(of_year)).sum(axis=-1)
        number[..., at] = present
        enough = present >= least
        if not enough.any():
            continue
        if percentile is None:
            total = np.nansum(of_year, axis=-1)
            statistic = total / np.maximum(present, 1)
        else:
            rank = percentile / 100 * np.maximum(present - 1, 0)
            low = np.floor(rank).astype(np.int64)[..., None]
            high = np.ceil(rank).astype(np.int64)[..., None]
            below, above = (np.take_along_axis(of_year, i, axis=-1)[..., 0] for i in (low, high))
            statistic = below + (rank - low[..., 0]) * (above - below)
        found[..., at] = np.where(enough, statistic, np.nan)
    return found, number
