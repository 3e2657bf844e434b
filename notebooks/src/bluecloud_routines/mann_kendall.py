"""Trends that assume no shape: the test of Mann and Kendall, and the slope of Sen.

Every pair of values says whether the later one is higher. The test counts the pairs, the slope is
the median of theirs. Neither minds outliers, skewed values or gaps, which is why the assessments
of nutrients and chlorophyll use them. With seasons (Hirsch et al. 1982) only values of the same
season are compared, so that the cycle of the year drops out.

All pairs of many cells are worked on at once, in blocks that bound the memory.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from bluecloud_routines._temperature import is_temperature
from bluecloud_routines._time import with_dates
from bluecloud_routines.errors import ParameterError, TimeAxisError, TooShortError, ValuesError

REFERENCES = (
    "Mann (1945, https://doi.org/10.2307/1907187); Kendall (1975, Rank Correlation Methods); "
    "Sen (1968, https://doi.org/10.1080/01621459.1968.10480934)"
)
SEASONAL_REFERENCE = "Hirsch et al. (1982, https://doi.org/10.1029/WR018i001p00107)"

_NANOSECONDS_PER_YEAR = 365.2425 * 86_400 * 1e9  # UDUNITS' year
_PAIRS_AT_ONCE = 1 << 21

_LONG_NAMES = {
    "trend": "Sen's slope of {subject}",
    "trend_lower": "lower end of the {percent} interval of the slope",
    "trend_upper": "upper end of the {percent} interval of the slope",
    "p_value": "probability of a score so far from zero without a trend, two-sided",
    "tau": "Kendall's rank correlation with time",
    "score": "pairs that rise less pairs that fall",
    "score_variance": "variance of the score without a trend",
    "number_of_values": "number of values",
}
Floats = NDArray[np.float64]


def monotonic_trend(
    series: xr.DataArray,
    *,
    season: xr.DataArray | None = None,
    confidence: float = 0.95,
    min_values: int = 10,
) -> xr.Dataset:
    """Whether a series rises or falls, how surely, and by how much a year.

    The test takes the values for independent. A warm month is followed by a warm month: give
    yearly values, or few seasons a year, or the probability comes out too small.

    Parameters
    ----------
    series
        On ``time`` (dates) or ``year`` (numbers), in ascending order. Other dimensions are kept,
        NaN is left out, dask stays lazy.
    season
        A label for each step, as ``series["time"].dt.month``: only values of one label are
        compared. There should be one value a season and year.
    confidence
        Of the two-sided interval of the slope, above 0 and below 1.
    min_values
        Least number of values of a cell, 3 or more. The test's normal approximation is good from
        ten. A cell with fewer is NaN, as is one without two values of a season.

    Returns
    -------
    xarray.Dataset
        ``trend``, ``trend_lower``, ``trend_upper`` (units of the series per year), ``p_value``,
        ``tau``, ``score``, ``score_variance`` (ties counted) and ``number_of_values``.

    Raises
    ------
    TooShortError
        If the series has fewer than ``min_values`` steps.
    TimeAxisError
        If there is neither ``time`` nor ``year``, both, or it is unsorted or repeated; or the
        seasons are not one label a step.
    ParameterError
        If an option is outside its range.
    ValuesError
        If the series has no numbers, is empty, infinite somewhere, or no season has two values.

    References
    ----------
    Mann (1945), https://doi.org/10.2307/1907187

    Sen (1968), https://doi.org/10.1080/01621459.1968.10480934

    Hirsch et al. (1982), https://doi.org/10.1029/WR018i001p00107
    """
    if not 0 < confidence < 1:
        raise ParameterError(f"confidence is {confidence}: above 0 and below 1, as 0.95")
    if not min_values >= 3:
        raise ParameterError(f"min_values is {min_values}: 3 or more")
    if series.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(series.sizes)}")
    if series.dtype.kind not in "fiu":
        raise ValuesError(f"the series is of type {series.dtype}: numbers are needed")
    series, dimension, years = _with_years(series)
    if len(years) < min_values:
        raise TooShortError(
            f"the series has {len(years)} steps: the test needs at least {min_values} values"
        )
    groups = _groups(season, dimension, len(years))
    if series.chunks and len(series.chunksizes[dimension]) > 1:
        series = series.chunk({dimension: -1})
    tested = xr.apply_ufunc(
        _test,
        series.astype(np.float64),
        input_core_dims=[[dimension]],
        output_core_dims=[[]] * len(_LONG_NAMES),
        kwargs={
            "years": years,
            "groups": groups,
            "confidence": confidence,
            "min_values": min_values,
        },
        dask="parallelized",
        output_dtypes=[np.float64] * len(_LONG_NAMES),
    )
    result = xr.Dataset(dict(zip(_LONG_NAMES, tested, strict=True)))
    return _described(result, series, confidence=confidence, seasonal=season is not None)


def _with_years(series: xr.DataArray) -> tuple[xr.DataArray, str, Floats]:
    """The series, its dimension in time, and that dimension in years."""
    found = [name for name in ("time", "year") if name in series.dims]
    if len(found) != 1:
        raise TimeAxisError(f"one dimension 'time' or 'year' is needed, there are {series.dims}")
    if found == ["time"]:
        series, times = with_dates(series)
        since = (times - times[0]).to_numpy("timedelta64[ns]").astype(np.float64)
        return series, "time", since / _NANOSECONDS_PER_YEAR
    index = series.indexes.get("year")
    if index is None or not pd.api.types.is_numeric_dtype(index.dtype):
        raise TimeAxisError("'year' has no numbers as its coordinate")
    years = index.to_numpy(np.float64)
    if not (np.diff(years) > 0).all():
        raise TimeAxisError(f"the years are not in ascending order, each once: {years[:5]}…")
    return series, "year", years


def _groups(season: xr.DataArray | None, dimension: str, steps: int) -> list[NDArray[np.int64]]:
    """The steps of each season that has more than one."""
    if season is None:
        return [np.arange(steps)]
    if season.dims != (dimension,) or season.size != steps:
        raise TimeAxisError(
            f"season has the sizes {dict(season.sizes)}: one label for each of the {steps} steps "
            f"of {dimension!r} is needed"
        )
    labels = season.to_numpy()
    groups = [np.flatnonzero(labels == label) for label in pd.unique(labels)]
    groups = [group for group in groups if len(group) > 1]
    if not groups:
        raise ValuesError("no season has two values: nothing can be compared")
    return groups


def _described(
    result: xr.Dataset, series: xr.DataArray, *, confidence: float, seasonal: bool
) -> xr.Dataset:
    units = str(series.attrs.get("units", "1"))
    per_year = f"{'K' if is_temperature(units) else units} year-1"
    subject = series.attrs.get("long_name", series.name or "series")
    for name, text in _LONG_NAMES.items():
        text = text.format(subject=subject, percent=f"{100 * confidence:g} %")
        units = per_year if name.startswith("trend") else "1"
        result[name].attrs = {"long_name": text, "units": units}
    beside = ("trend_lower", "trend_upper", "p_value", "number_of_values")
    result["trend"].attrs["ancillary_variables"] = " ".join(beside)
    references = f"{REFERENCES}; {SEASONAL_REFERENCE}" if seasonal else REFERENCES
    result.attrs = {"references": references}
    return result


def _test(
    values: Floats,
    *,
    years: Floats,
    groups: list[NDArray[np.int64]],
    confidence: float,
    min_values: int,
) -> tuple[Floats, ...]:
    """The statistics of (..., time) values, in blocks of cells."""
    if np.isinf(values).any():
        raise ValuesError(f"{np.isinf(values).sum()} values are infinite: NaN is what is missing")
    cells = values.reshape(-1, values.shape[-1])
    pairs = [np.triu_indices(len(group), 1) for group in groups]
    earlier = np.concatenate([group[a] for group, (a, _) in zip(groups, pairs, strict=True)])
    later = np.concatenate([group[b] for group, (_, b) in zip(groups, pairs, strict=True)])
    apart = years[later] - years[earlier]
    quantile = float(special.ndtri(0.5 + confidence / 2))
    statistics = np.empty((len(_LONG_NAMES), len(cells)))
    step = max(1, _PAIRS_AT_ONCE // len(apart))
    for start in range(0, len(cells), step):
        block = cells[start : start + step]
        rise = block[:, later] - block[:, earlier]
        score = (rise > 0).sum(axis=-1) - (rise < 0).sum(axis=-1).astype(np.float64)
        variance = sum((_variance(block[:, group]) for group in groups), np.zeros(len(block)))
        statistics[:, start : start + step] = [
            *_slopes(rise / apart, variance, quantile=quantile),
            _probability(score, variance),
            score / np.maximum(1, (~np.isnan(rise)).sum(axis=-1)),
            score,
            variance,
            (~np.isnan(block)).sum(axis=-1),
        ]
    # Values of which no two are of one season have nothing to say either.
    compared = np.concatenate(
        [(~np.isnan(cells[:, group])).sum(axis=-1, keepdims=True) > 1 for group in groups],
        axis=-1,
    ).any(axis=-1)
    statistics[:-1, (statistics[-1] < min_values) | ~compared] = np.nan
    return tuple(each.reshape(values.shape[:-1]) for each in statistics)


def _variance(block: Floats) -> Floats:
    """The score's variance without a trend (cells, values), less what ties take from it."""
    number = (~np.isnan(block)).sum(axis=-1).astype(np.float64)
    ordered = np.sort(block, axis=-1)
    begins = np.ones(ordered.shape, dtype=bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    starts = np.flatnonzero(begins)
    tied = np.diff(starts, append=begins.size).astype(np.float64)
    ties = np.bincount(
        starts // block.shape[-1],
        weights=tied * (tied - 1) * (2 * tied + 5),
        minlength=len(block),
    )
    variance: Floats = (number * (number - 1) * (2 * number + 5) - ties) / 18
    return variance


def _slopes(slopes: Floats, variance: Floats, *, quantile: float) -> tuple[Floats, ...]:
    """The median of (cells, pairs) slopes, and the two that bound Sen's interval."""
    slopes.sort(axis=-1)  # the missing last
    number = (~np.isnan(slopes)).sum(axis=-1)
    half = quantile * np.sqrt(variance)
    ranks = np.stack(
        [
            (number - 1) // 2,
            number // 2,
            np.round((number - half) / 2).astype(np.int64) - 1,
            np.round((number + half) / 2).astype(np.int64),
        ],
        axis=-1,
    )
    ranks = np.clip(ranks, 0, np.maximum(number - 1, 0)[:, None])
    low, high, lower, upper = np.take_along_axis(slopes, ranks, axis=-1).T
    return (low + high) / 2, lower, upper


def _probability(score: Floats, variance: Floats) -> Floats:
    """The two-sided probability, with the correction for whole steps of one."""
    with np.errstate(invalid="ignore", divide="ignore"):
        normal = np.where(score == 0, 0.0, (np.abs(score) - 1) / np.sqrt(variance))
    probability: Floats = 2 * special.ndtr(-normal)
    return probability
