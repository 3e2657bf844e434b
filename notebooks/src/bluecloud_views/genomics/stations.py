"""How unlike the communities of stations are, and what those that were picked are made of."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import genomics
from bluecloud_routines.errors import ParameterError
from bluecloud_views.wire import Asked, Origin, Shown, figures

_STUDY = "ERP001736"
_LEAST_READS = 1000
_GROUP = "ocean_region"
_MEASURED = ("temperature", "salinity", "nitrate")
_MOST_STATIONS = 24

Rank = Literal["phylum", "class", "order", "family", "genus"]


class CommunitiesAsked(Asked):
    """How communities are compared."""

    rank: Rank
    metric: Literal["bray_curtis", "jaccard", "aitchison"]
    ordination: Literal["pcoa", "nmds"]


class CompositionAsked(Asked):
    """Which stations' communities are looked into."""

    stations: tuple[str, ...] = Field(min_length=1, max_length=_MOST_STATIONS)
    rank: Rank
    top: int = Field(ge=1, le=8, description="Taxa that are told apart; the rest is others.")


class Station(Shown):
    """One sample: where it is, its place among the communities, and how diverse it is."""

    id: str
    name: str
    group: str = Field(description="The sea.")
    latitude: float
    longitude: float
    depth: float | None = Field(description="Metres.")
    temperature: float | None = Field(description="Degrees Celsius.")
    salinity: float | None
    first: float = Field(description="Its place on the first axis of the ordination.")
    second: float
    reads: int
    richness: int = Field(description="Taxa that were observed.")
    equal_richness: float | None = Field(description="Taxa expected in equal numbers of reads.")
    shannon: float = Field(description="Entropy, natural logarithm.")
    evenness: float | None = Field(description="Pielou's: entropy over its greatest, 0 to 1.")


class Arrow(Shown):
    """Where in the ordination a measurement grows; its length is the root of what is explained."""

    name: str
    first: float
    second: float
    r_squared: float


class Communities(Shown):
    """The stations, by where they are and by how like their communities are."""

    stations: tuple[Station, ...]
    explained: tuple[float, ...] = Field(
        description="Share of the variation on each axis, 0 to 1; none for non-metric scaling."
    )
    stress: float | None = Field(description="Kruskal's, of non-metric scaling.")
    arrows: tuple[Arrow, ...]
    group_r_squared: float = Field(description="Share that the seas explain, by PERMANOVA.")
    group_p_value: float
    equal_reads: int = Field(description="Reads at which richness is compared.")
    left_out: int = Field(description="Samples with fewer than 1000 reads.")
    origin: Origin


class Share(Shown):
    """What a station's community is made of."""

    station: str
    shares: tuple[float, ...] = Field(description="Of all reads, by taxon as listed; 0 to 1.")
    others: float


class Composition(Shown):
    """The taxa of the stations that were picked."""

    taxa: tuple[str, ...] = Field(description="The most abundant of these stations first.")
    number: int = Field(description="Of all taxa that were found in these stations.")
    stations: tuple[Share, ...]


@dataclass(frozen=True)
class _Read:
    """What was counted, and what is known of the samples."""

    records: pd.DataFrame
    samples: pd.DataFrame
    origin: Origin


def communities(asked: CommunitiesAsked) -> Communities:
    """Where the stations are, how like their communities are, and how diverse each is."""
    result = _compared(asked)
    counts, left_out = _counts(asked.rank)
    context = _read().samples.loc[counts.index]
    places = result["coordinate"].values
    if asked.ordination == "nmds":
        # Its axes have no unit: the farthest sample is made one away.
        places = places / np.abs(places).max()
    arrows = zip(
        result["variable"].values,
        result["fit_direction"].values * np.sqrt(result["fit_r_squared"].values)[:, None],
        figures(result["fit_r_squared"], 3),
        strict=True,
    )
    permanova = [str(test).lower().startswith("permanova") for test in result["test"].values]
    seas = result.isel(test=permanova.index(True))
    return Communities(
        stations=tuple(
            _station(str(name), context.loc[name], result.isel(sample=n), places[n])
            for n, name in enumerate(counts.index)
        ),
        explained=tuple(figures(result["explained"], 4)) if "explained" in result else (),
        stress=figures(result["stress"], 3)[0] if "stress" in result else None,
        arrows=tuple(
            Arrow(name=str(name), first=figures(to[0])[0], second=figures(to[1])[0], r_squared=r)
            for name, to, r in arrows
        ),
        group_r_squared=figures(seas["test_r_squared"], 3)[0],
        group_p_value=figures(seas["test_p_value"], 3)[0],
        equal_reads=int(counts.sum(axis=1).min()),
        left_out=left_out,
        origin=_read().origin,
    )


def composition(asked: CompositionAsked) -> Composition:
    """What the communities of some stations are made of: the first few taxa, and others."""
    counts, _ = _counts(asked.rank)
    unknown = [name for name in asked.stations if name not in counts.index]
    if unknown:
        raise ParameterError(f"there is no station {unknown}: they are {list(counts.index)}")
    picked = counts.loc[list(asked.stations)]
    shares = picked.div(picked.sum(axis=1), axis=0)
    order = shares.mean().sort_values(ascending=False, kind="stable")
    taxa = [name for name in order.index[: asked.top] if order[name] > 0]
    return Composition(
        taxa=tuple(map(str, taxa)),
        number=int((picked.sum() > 0).sum()),
        stations=tuple(
            Share(
                station=str(name),
                shares=tuple(figures(row[taxa], 4)),
                others=max(figures(1 - row[taxa].sum(), 4)[0], 0.0),
            )
            for name, row in shares.iterrows()
        ),
    )


@functools.cache
def _read() -> _Read:
    """Reads by lineage and sample, and the samples with their water; runs join the two."""
    catalogue = bluecloud_catalogs.open_catalog("genomics")
    records = cast("pd.DataFrame", catalogue["mgnify_taxonomy"](study=_STUDY).read())
    runs = cast("pd.DataFrame", catalogue["tara_oceans_runs"].read())
    samples = cast("pd.DataFrame", catalogue["tara_oceans_samples"].read())
    read = [each.attrs for each in (records, runs, samples)]
    keys = runs[["run_accession", "sample_accession"]]
    records = records.merge(keys, on="run_accession").rename(columns={"sample_accession": "sample"})
    located = samples.dropna(subset=["latitude", "longitude"])
    return _Read(
        records=records[records["sample"].isin(located["sample_accession"])],
        samples=located.set_index("sample_accession"),
        origin=Origin(
            titles=tuple(dict.fromkeys(str(attrs["title"]) for attrs in read)),
            citations=tuple(dict.fromkeys(str(attrs["citation"]) for attrs in read)),
            synthetic=any(attrs.get("synthetic") == "true" for attrs in read),
        ),
    )


@functools.cache
def _counts(rank: Rank) -> tuple[pd.DataFrame, int]:
    """Counts of each taxon in each sample that has enough reads, and how many have not."""
    records = _read().records
    everything = genomics.community_table(records, sample="sample", count="count", rank=rank)
    enough = everything.sum(axis=1) >= _LEAST_READS
    counts = everything[enough]
    return counts.loc[:, counts.sum() > 0], int((~enough).sum())


@functools.lru_cache(maxsize=32)
def _compared(asked: CommunitiesAsked) -> xr.Dataset:
    """The notebook's own comparison."""
    counts, _ = _counts(asked.rank)
    context = _read().samples.loc[counts.index]
    return genomics.community_diversity(
        counts,
        context,
        group=_GROUP,
        environment=[name for name in _MEASURED if name in context],
        metric=asked.metric,
        ordination=asked.ordination,
    )


def _station(name: str, context: pd.Series[Any], found: xr.Dataset, at: np.ndarray) -> Station:
    richness, shannon = int(found["richness"]), float(found["shannon"])
    return Station(
        id=name,
        name=str(context.get("station") or name),
        group=str(context[_GROUP]),
        latitude=float(context["latitude"]),
        longitude=float(context["longitude"]),
        depth=_known(context.get("depth")),
        temperature=_known(context.get("temperature")),
        salinity=_known(context.get("salinity")),
        first=figures(at[0], 4)[0],
        second=figures(at[1], 4)[0],
        reads=int(found["reads"]),
        richness=richness,
        equal_richness=_known(figures(found["rarefied_richness"], 3)[0]),
        shannon=figures(shannon, 3)[0],
        evenness=figures(shannon / np.log(richness), 3)[0] if richness > 1 else None,
    )


def _known(value: Any) -> float | None:
    """A number, or nothing where it is missing."""
    return None if value is None or pd.isna(value) else float(value)
