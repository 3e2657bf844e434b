"""The map of a taxon by variational analysis (DIVA), its error, and what correlation length suits.

The limit above which the error hides the map is the browser's: it needs nothing to be computed.
Samples are left out apart from the map, so that the map is there before it is judged.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import biodiversity
from bluecloud_routines.errors import RoutineError

from ..wire import GridField, Origin, Shown, figures
from .samples import APHIA_IDS, EXTENTS, DataSet, SamplesAsked, origin, samples

LENGTHS_KM = (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0)
LEFT_OUT = 0.2  # share of the samples, as in zooplankton_map.ipynb
MOST_SAMPLES = 600  # that are drawn: more cover one another
MOST_MISSED = 10
MOST_JUDGED = (
    1500  # samples by which lengths are compared, so that it takes no longer than a second
)


class LengthsAsked(SamplesAsked):
    """Samples to be left out of maps of several correlation lengths."""

    epsilon2: float = Field(
        ge=0.01, le=1000, description="Variance of a sample's error over that of the field."
    )


class MapAsked(LengthsAsked):
    """A map of samples."""

    corr_length_km: float = Field(
        ge=20, le=3000, description="Over what distance samples tell of one another."
    )


class Sample(Shown):
    """One tow or net."""

    id: str
    longitude: float
    latitude: float
    date: str
    abundance: float = Field(description="Individuals in a cubic metre of water.")
    observed: float = Field(description="ln(1 + abundance).")
    residual: float | None = Field(
        description="Observed less mapped, of ln(1 + abundance); null outside the map."
    )


class AbundanceMap(Shown):
    """Where a taxon is abundant, and how sure that is."""

    abundance: GridField = Field(description="ln(1 + abundance in m-3).")
    error: GridField = Field(description="Of 0 beside many samples to 1 where there are none.")
    samples: tuple[Sample, ...] = Field(description="In order of time; some if there are many.")
    missed: tuple[str, ...] = Field(description="Ids of those that the map misses most.")
    used: int = Field(description="Samples on the map.")
    outside: int = Field(description="Samples on land or outside the box.")
    residual_rms: float = Field(description="Of ln(1 + abundance).")
    origin: Origin


class LengthErrors(Shown):
    """By how much maps of several correlation lengths miss samples that they were not told."""

    lengths_km: tuple[float, ...]
    missed_rms: tuple[float, ...] = Field(description="Of ln(1 + abundance), one a length.")
    best_km: float = Field(description="The length of these that misses least.")
    mean_rms: float = Field(description="What one number for the whole box would miss.")
    left_out: int
    suggested_km: float | None = Field(description="By how alike samples are, by distance.")
    suggested_epsilon2: float | None
    unsuggested: str = Field(description="Why there is no suggestion.")


def abundance_map(asked: MapAsked) -> AbundanceMap:
    """The map of a taxon and its relative error, with the samples it is made of."""
    result = _mapped(asked)
    table = samples(asked)
    rows = biodiversity.residual_table(result)
    scores = json.loads(result.attrs["scores"])
    low, high = np.quantile(rows["observed"], (0.05, 0.95))
    kept = _shown(rows)
    drawn = kept["observed"].index
    return AbundanceMap(
        abundance=_field(
            result["abundance_log1p"], asked.taxon, "ln(1 + m⁻³)", low, max(high, low + 0.1)
        ),
        error=_field(result["relative_error"], "Relative error", "0 sure, 1 unknown", 0.0, 1.0),
        samples=tuple(
            Sample(
                id=str(row),
                longitude=x,
                latitude=y,
                date=date,
                abundance=abundance,
                observed=seen,
                residual=left if np.isfinite(left) else None,
            )
            for row, x, y, date, abundance, seen, left in zip(
                drawn,
                figures(kept["decimalLongitude"]),
                figures(kept["decimalLatitude"]),
                pd.DatetimeIndex(kept["time"]).strftime("%Y-%m-%d"),
                figures(table["value"].to_numpy()[drawn], 4),
                figures(kept["observed"], 4),
                figures(kept["residual"], 3),
                strict=True,
            )
        ),
        missed=tuple(map(str, _most_missed(rows))),
        used=scores["observations_used"],
        outside=scores["observations_outside"],
        residual_rms=scores["residual_rms"],
        origin=origin(table),
    )


@lru_cache(maxsize=32)
def length_errors(asked: LengthsAsked) -> LengthErrors:
    """How well maps of several lengths predict samples left out, the same for all of them."""
    table = samples(asked)
    judged = table.iloc[:: -(-len(table) // MOST_JUDGED)].reset_index(drop=True)
    judged.attrs = dict(table.attrs)
    told = [
        json.loads(
            biodiversity.zooplankton_map(
                judged,
                _sea(asked.data),
                corr_length_km=length,
                epsilon2=asked.epsilon2,
                cv_fraction=LEFT_OUT,
            ).attrs["scores"]
        )
        for length in LENGTHS_KM
    ]
    missed = figures([each["left_out_rms"] for each in told])
    suggested, suggested_epsilon2, why = _suggested(judged)
    return LengthErrors(
        lengths_km=LENGTHS_KM,
        missed_rms=tuple(missed),
        best_km=LENGTHS_KM[int(np.argmin(missed))],
        mean_rms=figures([np.log1p(judged["value"]).std(ddof=0)])[0],
        left_out=told[0]["left_out"],
        suggested_km=suggested,
        suggested_epsilon2=suggested_epsilon2,
        unsuggested=why,
    )


@lru_cache(maxsize=32)
def _mapped(asked: MapAsked) -> xr.Dataset:
    return biodiversity.zooplankton_map(
        samples(asked),
        _sea(asked.data),
        corr_length_km=asked.corr_length_km,
        epsilon2=asked.epsilon2,
        cv_fraction=0.0,
        taxon=asked.taxon,
        aphia_id=APHIA_IDS.get(asked.taxon),
    )


@cache
def _sea(data: DataSet) -> xr.DataArray:
    extent = EXTENTS[data]
    land = bluecloud_catalogs.land(extent.bbox)
    return biodiversity.sea_mask(land.geometry, bbox=extent.bbox, resolution=extent.resolution)


def _suggested(table: pd.DataFrame) -> tuple[float | None, float | None, str]:
    """Length and epsilon2 that samples suggest; else why they suggest nothing."""
    try:
        fit = biodiversity.fit_covariance(table, max_pairs=200_000)
    except RoutineError as error:  # too few, or nothing in common: the map is made all the same
        return None, None, str(error)
    epsilon2 = fit.epsilon2 if np.isfinite(fit.epsilon2) else None
    return figures([fit.corr_length], 3)[0], epsilon2 and figures([epsilon2], 2)[0], ""


def _most_missed(rows: pd.DataFrame) -> list[int]:
    return list(rows["residual"].abs().nlargest(MOST_MISSED).index)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows evenly from all, and those that the map misses most."""
    evenly = range(0, len(rows), -(-len(rows) // MOST_SAMPLES))
    return rows.loc[sorted({*evenly, *_most_missed(rows)})]


def _field(values: xr.DataArray, name: str, units: str, low: float, high: float) -> GridField:
    south, north = values["latitude"].values[[0, -1]]
    west, east = values["longitude"].values[[0, -1]]
    half = float(values["latitude"].values[1] - south) / 2
    rows = np.reshape(figures(values, 3), values.shape)[::-1]
    return GridField(
        name=name,
        units=units,
        west=west - half,
        south=south - half,
        east=east + half,
        north=north + half,
        values=tuple(tuple(row) for row in rows.tolist()),
        low=float(low),
        high=float(high),
    )
