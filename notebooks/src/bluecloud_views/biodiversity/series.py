"""A taxon's series: the mean of its samples by year and by month of the year.

Means are of ln(1 + abundance), as the map is, and told as abundances: nearer to a usual sample than
a mean of abundances, which a few swarms decide.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pydantic import Field
from scipy import stats

from ..wire import Origin, Shown, figures
from .samples import SamplesAsked, origin, samples, samples_of_years

CONFIDENCE = 0.95


class SeriesAsked(SamplesAsked):
    """Samples to be followed in time."""

    box: tuple[float, float, float, float] | None = Field(
        default=None, description="West, south, east, north in degrees; all samples if null."
    )


class Mean(Shown):
    """The samples of a year or of a month."""

    when: int = Field(description="A year, or a month from 1 to 12.")
    samples: int
    mean: float = Field(description="exp(mean of ln(1 + abundance)) - 1, in m-3.")
    low: float | None = Field(description="95 % confidence; null of a single sample.")
    high: float | None


class TaxonSeries(Shown):
    """How a taxon's abundance changes over the years and within the year."""

    by_year: tuple[Mean, ...] = Field(description="Of the month that was asked for.")
    by_month: tuple[Mean, ...] = Field(description="Of all months of the years.")
    samples: int
    origin: Origin


def taxon_series(asked: SeriesAsked) -> TaxonSeries:
    """Means of a taxon's samples by year, and by month of the year, with their numbers."""
    chosen = _within(samples(asked), asked.box)
    whole = samples_of_years(asked.data, asked.taxon, asked.first_year, asked.last_year)
    every = _within(whole, asked.box)
    return TaxonSeries(
        by_year=means(chosen["value"], pd.DatetimeIndex(chosen["time"]).year),
        by_month=means(every["value"], pd.DatetimeIndex(every["time"]).month),
        samples=len(chosen),
        origin=origin(whole),
    )


def means(values: pd.Series, groups: pd.Index) -> tuple[Mean, ...]:
    """Of each group the mean, with the interval of Student's t, of ln(1 + values)."""
    found = np.log1p(values.to_numpy())
    table = pd.Series(found).groupby(groups.to_numpy()).agg(["count", "mean", "sem"])
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, table["count"].clip(lower=2) - 1)
    half = quantile * table["sem"]
    ends = np.expm1(np.column_stack([table["mean"], table["mean"] - half, table["mean"] + half]))
    rows = np.reshape(figures(ends.clip(min=0), 4), ends.shape)
    return tuple(
        Mean(
            when=int(when),
            samples=int(number),
            mean=mean,
            low=low if number > 1 else None,
            high=high if number > 1 else None,
        )
        for when, number, (mean, low, high) in zip(table.index, table["count"], rows, strict=True)
    )


def _within(table: pd.DataFrame, box: tuple[float, float, float, float] | None) -> pd.DataFrame:
    if box is None:
        return table
    west, south, east, north = box
    longitude = table["decimalLongitude"]
    inside = (
        longitude.between(west, east) if west <= east else (longitude >= west) | (longitude <= east)
    )
    return table[inside & table["decimalLatitude"].between(south, north)]
