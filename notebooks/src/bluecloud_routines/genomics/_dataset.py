"""The results of :func:`community_diversity` as variables of a dataset, each saying what it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._rarefaction import Sample
from bluecloud_routines.genomics._tables import counts_of, one_of, whole_number
from bluecloud_routines.genomics.dissimilarity import METRICS
from bluecloud_routines.genomics.diversity import alpha_diversity
from bluecloud_routines.genomics.ordination import Ordination
from bluecloud_routines.genomics.permutations import PermutationTest, table_of_tests
from bluecloud_routines.genomics.rarefaction import METHODS, richness_at_coverage

ORDINATIONS = {
    "pcoa": "Gower (1966), https://doi.org/10.1093/biomet/53.3-4.325",
    "nmds": "Kruskal (1964), https://doi.org/10.1007/BF02289694",
}
# What each number of a sample is: its long name; all are pure numbers.
_NUMBERS = {
    "reads": "number of reads",
    "richness": "number of taxa observed (Hill number of order 0)",
    "hill_1": "effective number of common taxa (Hill number of order 1)",
    "hill_2": "effective number of dominant taxa (Hill number of order 2)",
    "shannon": "Shannon entropy (natural logarithm)",
    "chao1": "Chao1 estimate of the number of taxa (bias-corrected)",
    "coverage": "estimated share of the community's individuals that belong to observed taxa",
}


@dataclass(frozen=True)
class Options:
    """The options of :func:`community_diversity`, checked."""

    depth: int
    coverage: float | None
    curve_points: int
    metric: str
    pseudo_count: float
    ordination: str
    axes: int
    group: str | None
    environment: tuple[str, ...]
    permutations: int
    seed: int

    def __post_init__(self) -> None:
        one_of("metric", self.metric, METRICS)
        one_of("ordination", self.ordination, ORDINATIONS)
        whole_number("curve_points", self.curve_points, 2, 1000)
        whole_number("axes", self.axes, 2, 10)


def coordinates(context: pd.DataFrame, group: str | None) -> dict[str, xr.Variable]:
    """The samples' names, and of their context what says where, when and which group."""
    samples = context.index.astype(str).to_numpy(dtype=object)
    told = {
        "sample": ("name of the sample", samples),
        "other_sample": ("name of the other sample", samples),
    }
    made = {
        name: xr.Variable(name, names, {"long_name": long}) for name, (long, names) in told.items()
    }
    for name, units in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
        if name in context:
            attrs = {"standard_name": name, "units": units}
            made[name] = xr.Variable("sample", context[name].to_numpy(np.float64), attrs)
    if "time" in context and pd.api.types.is_datetime64_any_dtype(context["time"]):
        times = context["time"].to_numpy("datetime64[ns]")
        made["time"] = xr.Variable("sample", times, {"standard_name": "time"})
    if group is not None:
        words = context[group].astype(str).to_numpy(dtype=object)
        made["group"] = xr.Variable("sample", words, {"long_name": group})
    return made


def within(counts: pd.DataFrame, options: Options) -> dict[str, xr.Variable]:
    """Diversity of each sample, as counted, at equal reads and at equal coverage."""
    alpha = alpha_diversity(counts)
    made = {
        name: _numbers("sample", alpha[name].to_numpy(np.float64), long)
        for name, long in _NUMBERS.items()
    }
    depth = np.array([float(options.depth)])
    samples = [Sample(row) for row in counts_of(counts)]
    enough = [sample.reads >= options.depth for sample in samples]
    rarefied = [
        (float(sample.richness_at(depth)[0]), sample.deviation_at(depth[0]))
        if is_enough
        else (np.nan, np.nan)
        for sample, is_enough in zip(samples, enough, strict=True)
    ]
    expected, deviation = np.array(rarefied).T
    at = f"of {options.depth} reads"
    made["rarefied_richness"] = _numbers("sample", expected, f"expected number of taxa {at}")
    made["rarefied_richness_sd"] = _numbers(
        "sample", deviation, f"standard deviation of the number of taxa over draws {at}"
    )
    made["rarefied_richness"].attrs["ancillary_variables"] = "rarefied_richness_sd too_few_reads"
    made["too_few_reads"] = _flag(
        np.logical_not(enough),
        f"whether the sample has too few reads for a draw {at}",
        ("no", "yes"),
    )
    equal = richness_at_coverage(counts, coverage=options.coverage)
    level = float(equal["coverage"].iloc[0])
    at = f"at a coverage of {level:.4f}"
    made["coverage_richness"] = _numbers(
        "sample", equal["richness"].to_numpy(), f"expected number of taxa {at}"
    )
    made["coverage_richness"].attrs |= {
        "ancillary_variables": "coverage_method coverage_reads",
        "coverage": level,
    }
    made["coverage_reads"] = _numbers("sample", equal["depth"].to_numpy(), f"number of reads {at}")
    methods = equal["method"].map(METHODS.index).to_numpy()
    made["coverage_method"] = _flag(methods, f"how the richness {at} was had", METHODS)
    return made


def curves(counts: pd.DataFrame, options: Options) -> dict[str, xr.Variable]:
    """Rarefaction curves, each up to its sample's own reads."""
    samples = [Sample(row) for row in counts_of(counts)]
    parts = np.linspace(0, 1, options.curve_points)
    sizes = [np.round(1 + parts * (sample.reads - 1)) for sample in samples]
    pairs = list(zip(samples, sizes, strict=True))
    dims = ("sample", "point")
    return {
        "curve_reads": _numbers(dims, np.array(sizes), "number of reads drawn"),
        "curve_richness": _numbers(
            dims, np.array([s.richness_at(n) for s, n in pairs]), "expected number of taxa"
        ),
        "curve_coverage": _numbers(
            dims, np.array([s.coverage_at(n) for s, n in pairs]), "expected coverage"
        ),
    }


def between(
    distances: pd.DataFrame, places: Ordination, options: Options
) -> dict[str, xr.Variable]:
    """How unlike the samples are, and their places."""
    name = options.metric.replace("_", "-").replace("bray-curtis", "Bray-Curtis")
    made = {
        "dissimilarity": _numbers(
            ("sample", "other_sample"), distances.to_numpy(), f"{name} dissimilarity of two samples"
        ),
        "axis": xr.Variable("axis", np.arange(1, options.axes + 1), {"long_name": "axis"}),
        "coordinate": _numbers(
            ("sample", "axis"), places.coordinates.to_numpy(), "place of the sample on the axis"
        ),
    }
    if options.ordination == "pcoa":
        made["explained"] = _numbers(
            "axis", places.explained.to_numpy(), "share of the positive variation on the axis"
        )
        made["negative_share"] = _numbers(
            (), np.array(places.negative), "sum of negative eigenvalues over that of positive ones"
        )
    else:
        made["stress"] = _numbers((), np.array(places.stress), "Kruskal's stress, first kind")
    return made


def tested(tests: Sequence[PermutationTest]) -> dict[str, xr.Variable]:
    table = table_of_tests(tests)
    if table.empty:
        return {}
    names = (table["test"] + ", " + table["subject"]).to_numpy(dtype=object)
    statistics = table["statistic"].to_numpy(dtype=object)
    return {
        "test": xr.Variable("test", names, {"long_name": "test and its subject"}),
        "test_statistic": xr.Variable("test", statistics, {"long_name": "statistic of the test"}),
        "test_value": _numbers("test", table["value"].to_numpy(), "value of the statistic"),
        "test_r_squared": _numbers("test", table["r_squared"].to_numpy(), "share explained"),
        "test_p_value": _numbers("test", table["p_value"].to_numpy(), "p-value by permutation"),
        "test_samples": _numbers("test", table["samples"].to_numpy(np.float64), "samples tested"),
    }


def fitted(fitted: pd.DataFrame) -> dict[str, xr.Variable]:
    names = fitted.index.to_numpy(dtype=object)
    arrows = fitted.iloc[:, :-3].to_numpy(np.float64)
    return {
        "variable": xr.Variable("variable", names, {"long_name": "fitted measurement"}),
        "fit_direction": _numbers(("variable", "axis"), arrows, "direction of growth"),
        "fit_r_squared": _numbers("variable", fitted["r_squared"].to_numpy(), "share explained"),
        "fit_p_value": _numbers("variable", fitted["p_value"].to_numpy(), "p-value by permutation"),
        "fit_samples": _numbers(
            "variable", fitted["samples"].to_numpy(np.float64), "samples with a value"
        ),
    }


def _numbers(dims: str | tuple[str, ...], values: np.ndarray, long_name: str) -> xr.Variable:
    return xr.Variable(dims, values, {"long_name": long_name, "units": "1"})


def _flag(values: np.ndarray, long_name: str, meanings: Sequence[str]) -> xr.Variable:
    codes = np.arange(len(meanings), dtype=np.int8)
    attrs = {"long_name": long_name, "flag_values": codes, "flag_meanings": " ".join(meanings)}
    return xr.Variable("sample", np.asarray(values).astype(np.int8), attrs)
