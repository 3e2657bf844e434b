"""Which gene clusters carry a function, and which few of them say where it lives.

Clusters are chosen by what is known of their genes, their reads become shares of each station's
reads, and two analyses follow. Correspondence analysis lays out stations and clusters; Escoufier's
equivalent vectors order the clusters by how much each adds to what the chosen ones say together.
A cluster that was not chosen is told which chosen one it is most like, so that a map of that one
may stand for it. Choices:

- Shares are of all reads of a station, those of clusters that were not asked for included. Depth
  of sequencing drops out, and a station where the function is rare keeps saying so.
- Most like is nearest in the correspondence analysis, over the axes that hold ``inertia`` of it.
"""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import amounts_of, rows_for, whole_number
from bluecloud_routines.genomics.annotations import cluster_summary, gene_functions, plain_names
from bluecloud_routines.genomics.correspondence import Correspondence, correspondence_analysis
from bluecloud_routines.genomics.equivalence import equivalent_vectors

_REFERENCES = (
    "Schickele et al. (2024), The genomic potential of photosynthesis in piconanoplankton is "
    "functionally redundant but taxonomically structured at a global scale, Science Advances; "
    "Robert & Escoufier (1976), https://doi.org/10.2307/2347233; "
    "Greenacre (1984), Theory and Applications of Correspondence Analysis, Academic Press"
)
_SUMMARY = {
    "genes": "number of genes",
    "known": "number of genes of known function",
    "asked": "number of genes with a function that was asked for",
    "stations": "number of stations where the cluster was found",
    "unknown_rate": "share of the genes whose function is unknown",
    "exclusivity": "share of the genes of known function that have one that was asked for",
}


def gene_clusters(
    genes: pd.DataFrame,
    reads: pd.DataFrame,
    *,
    asked: Sequence[str] = (),
    functions: str = "functions",
    min_genes: int = 5,
    min_stations: int = 10,
    exclusivity: float = 0.0,
    unknown: float = 1.0,
    relative: bool = True,
    clusters: int = 50,
    scaled: bool = True,
    axes: int = 2,
    inertia: float = 0.8,
    context: pd.DataFrame | None = None,
) -> xr.Dataset:
    """Clusters by function, their places beside the stations', and the few that stand for all.

    Parameters
    ----------
    genes
        A row a gene, by its name, with ``cluster`` and its functions, as for
        :func:`gene_functions`.
    reads
        Reads, or another amount of 0 or more: a row a station, a column a cluster. Clusters
        without genes in ``genes`` count among a station's reads and are not chosen.
    asked
        Functions, such as KEGG orthologs or modules; without any, all clusters are meant.
    functions
        The column of ``genes`` they are in.
    min_genes, min_stations
        Least genes of a cluster, and least stations where it has reads; 1 or more.
    exclusivity
        Least share of a cluster's genes of known function that are asked for, 0 to 1.
    unknown
        Largest share of its genes that may be of unknown function, 0 to 1.
    relative
        Whether reads are divided by all reads of their station.
    clusters
        How many are taken as equivalent vectors, 1 or more.
    scaled
        As for :func:`equivalent_vectors`.
    axes
        Axes of the correspondence analysis that are given, 1 or more.
    inertia
        Share of the inertia on the axes by which clusters are likened, above 0 and up to 1.
    context
        What is known of stations; of it ``latitude`` and ``longitude`` are carried over.

    Returns
    -------
    xarray.Dataset
        By ``cluster``: genes, unknown rate, exclusivity, stations, ``cluster_coordinate`` (by
        ``axis``), ``function_share`` (by ``function``) and ``represented_by``, an index of
        ``vector``. By ``station``: ``station_coordinate``, missing where none of the clusters
        was found, and ``abundance`` (by ``cluster``). By ``vector``: ``equivalent_cluster`` and
        ``rv``. By ``axis``: ``eigenvalue`` and ``explained``; and the whole ``inertia``.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If a table cannot be used, a station has no reads, or fewer than two clusters or stations
        are left; the message says at which condition.

    References
    ----------
    Schickele et al. (2024), The genomic potential of photosynthesis in piconanoplankton is
    functionally redundant but taxonomically structured at a global scale, Science Advances;
    Robert & Escoufier (1976), https://doi.org/10.2307/2347233;
    Greenacre (1984), Theory and Applications of Correspondence Analysis, Academic Press
    """
    for name, share in (("exclusivity", exclusivity), ("unknown", unknown)):
        if not 0 <= share <= 1:
            raise ParameterError(f"{name} is {share!r}: a share of 0 to 1 is allowed")
    if not 0 < inertia <= 1:
        raise ParameterError(f"inertia is {inertia!r}: above 0 and up to 1 is allowed")
    for name, number in (("min_genes", min_genes), ("min_stations", min_stations)):
        whole_number(name, number, 1, 10**9)
    for name, number in (("clusters", clusters), ("axes", axes)):
        whole_number(name, number, 1, 10**6)
    reads = reads.set_axis(reads.columns.astype(str), axis=1)
    amounts = pd.DataFrame(amounts_of(reads, "station", "cluster"), reads.index, reads.columns)
    summary = cluster_summary(genes, asked=asked, functions=functions)
    summary = summary.assign(
        stations=(amounts > 0).sum().reindex(summary.index, fill_value=0).astype(np.int64)
    )
    chosen = _chosen(summary, min_genes, min_stations, exclusivity, unknown)
    if relative:
        total = amounts.sum(axis=1)
        if (total == 0).any():
            raise ValuesError(f"station {total.index[total == 0][0]!r} has no reads: leave it out")
        amounts = amounts.div(total, axis=0)
    abundance = amounts[chosen.index]
    found = abundance[abundance.sum(axis=1) > 0]
    if len(found) < 2:
        raise ValuesError(f"the clusters were found at {len(found)} stations: 2 are the least")
    places = correspondence_analysis(found, axes=max(axes, min(found.shape)))
    vectors = equivalent_vectors(abundance, vectors=clusters, scaled=scaled)
    result = _coordinates(abundance, vectors, context)
    result |= _of_clusters(chosen, _shares(genes, chosen, asked, functions))
    result |= _places(places, abundance, axes)
    result |= _vectors(vectors, _nearest(places, vectors, inertia), chosen)
    told = "share of all reads of the station" if relative else "reads at the station"
    result["abundance"] = _numbers(
        ("station", "cluster"), abundance.to_numpy(), f"reads of the cluster, {told}"
    )
    options = {
        "asked": list(asked), "functions": functions, "min_genes": min_genes,
        "min_stations": min_stations, "exclusivity": exclusivity, "unknown": unknown,
        "relative": relative, "clusters": clusters, "scaled": scaled, "inertia": inertia,
    }  # fmt: skip
    attrs = {"references": _REFERENCES, "parameters": json.dumps(options)}
    return xr.Dataset(result, attrs=attrs)


def _chosen(
    summary: pd.DataFrame, genes: int, stations: int, exclusivity: float, unknown: float
) -> pd.DataFrame:
    """The clusters that meet all conditions; a refusal says at which one they end."""
    for what, is_met in (
        ("has a function that was asked for", summary["asked"] > 0),
        (f"has {genes} genes", summary["genes"] >= genes),
        (f"was found at {stations} stations", summary["stations"] >= stations),
        (f"has an exclusivity of {exclusivity}", summary["exclusivity"] >= exclusivity),
        (f"has no more than {unknown} of its genes unknown", summary["unknown_rate"] <= unknown),
    ):
        summary = summary[is_met.loc[summary.index]]
        if len(summary) < 2:
            only = f"only {summary.index[0]!r}" if len(summary) else "none"
            raise ValuesError(f"of the clusters that are left, {only} {what}: 2 are the least")
    return summary


def _shares(
    genes: pd.DataFrame, chosen: pd.DataFrame, asked: Sequence[str], functions: str
) -> pd.DataFrame:
    """Of each cluster's genes, the share with each function: those asked for, or the ten first."""
    found = gene_functions(genes, functions=functions)
    found = found[found["cluster"].astype(str).isin(chosen.index)]
    named = plain_names(asked) or found["function"].value_counts().index[:10].tolist()
    counts = pd.crosstab(found["cluster"].astype(str), found["function"])
    counts = counts.reindex(index=chosen.index, columns=named, fill_value=0)
    return counts.div(chosen["genes"], axis=0)


def _nearest(places: Correspondence, vectors: pd.DataFrame, inertia: float) -> np.ndarray:
    """Of each cluster, the number of the equivalent vector nearest to it; its own is its own."""
    reached = np.cumsum(places.eigenvalues.to_numpy()) / places.inertia
    axes = int(np.searchsorted(reached, inertia - 1e-9)) + 1
    # Scaling 1 has columns at the corners; principal coordinates keep their distances.
    singular = np.sqrt(places.eigenvalues.to_numpy()[:axes])
    columns = places.columns.iloc[:, :axes] * singular[: places.columns.shape[1]]
    every, taken = columns.to_numpy(), columns.loc[vectors["column"]].to_numpy()
    squares = (every**2).sum(axis=1)[:, None] - 2 * every @ taken.T + (taken**2).sum(axis=1)
    nearest = np.argmin(squares, axis=1)
    nearest[columns.index.get_indexer(pd.Index(vectors["column"]))] = np.arange(len(vectors))
    return np.asarray(nearest)


def _coordinates(
    abundance: pd.DataFrame, vectors: pd.DataFrame, context: pd.DataFrame | None
) -> dict[str, xr.Variable]:
    names = {
        "station": ("name of the station", abundance.index),
        "cluster": ("name of the cluster", abundance.columns),
    }
    made = {
        dim: xr.Variable(dim, each.astype(str).to_numpy(dtype=object), {"long_name": long})
        for dim, (long, each) in names.items()
    }
    numbers = np.arange(1, len(vectors) + 1, dtype=np.int32)
    made["vector"] = xr.Variable("vector", numbers, {"long_name": "order of the equivalent vector"})
    if context is not None:
        rows = rows_for(abundance.index, context, "context")
        for name, units in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
            if name in rows:
                attrs = {"standard_name": name, "units": units}
                made[name] = xr.Variable("station", rows[name].to_numpy(np.float64), attrs)
    return made


def _of_clusters(chosen: pd.DataFrame, shares: pd.DataFrame) -> dict[str, xr.Variable]:
    counts = chosen.dtypes[chosen.dtypes == np.int64].index
    numbers = chosen.astype(dict.fromkeys(counts, np.int32))  # CF's longest whole numbers
    made = {name: _numbers("cluster", numbers[name], long) for name, long in _SUMMARY.items()}
    names = shares.columns.astype(str).to_numpy(dtype=object)
    made["function"] = xr.Variable("function", names, {"long_name": "name of the function"})
    made["function_share"] = _numbers(
        ("cluster", "function"), shares, "share of the cluster's genes that have the function"
    )
    return made


def _places(places: Correspondence, abundance: pd.DataFrame, axes: int) -> dict[str, xr.Variable]:
    rows = places.rows.iloc[:, :axes].reindex(abundance.index)
    columns = places.columns.iloc[:, :axes].loc[abundance.columns]
    number = rows.shape[1]
    long = "of the correspondence analysis (stations at the mean of their clusters)"
    return {
        "axis": xr.Variable(
            "axis", np.arange(1, number + 1, dtype=np.int32), {"long_name": "axis"}
        ),
        "station_coordinate": _numbers(("station", "axis"), rows, f"place of the station {long}"),
        "cluster_coordinate": _numbers(
            ("cluster", "axis"), columns, f"place of the cluster {long}"
        ),
        "eigenvalue": _numbers("axis", places.eigenvalues[:number], "eigenvalue of the axis"),
        "explained": _numbers(
            "axis", places.explained[:number], "share of the inertia on the axis"
        ),
        "inertia": _numbers((), places.inertia, "inertia: chi-square of the table over its total"),
    }


def _vectors(
    vectors: pd.DataFrame, nearest: np.ndarray, chosen: pd.DataFrame
) -> dict[str, xr.Variable]:
    names = vectors["column"].astype(str).to_numpy(dtype=object)
    long = "order of the equivalent vector whose cluster is nearest, in the correspondence analysis"
    return {
        "equivalent_cluster": xr.Variable(
            "vector", names, {"long_name": "cluster taken as an equivalent vector"}
        ),
        "rv": _numbers(
            "vector", vectors["rv"], "RV coefficient of the clusters taken so far with all clusters"
        ),
        "represented_by": _numbers("cluster", (nearest + 1).astype(np.int32), long),
    }


def _numbers(dims: str | tuple[str, ...], values: object, long_name: str) -> xr.Variable:
    return xr.Variable(dims, np.asarray(values), {"long_name": long_name, "units": "1"})
