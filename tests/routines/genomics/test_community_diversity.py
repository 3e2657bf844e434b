"""The whole analysis: its parts are the functions', its tables say what they are."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines import ParameterError, RoutineError, ValuesError
from bluecloud_routines.genomics import (
    RANKS,
    alpha_diversity,
    beta_diversity,
    community_diversity,
    community_table,
    permanova,
    principal_coordinates,
    rarefaction,
    richness_at_coverage,
)
from tests.routines.running import violations


def test_its_numbers_are_those_of_its_parts(counts: pd.DataFrame, context: pd.DataFrame) -> None:
    result = community_diversity(
        counts, context, group="region", environment=["temperature"], metric="aitchison", seed=4
    )
    alpha = alpha_diversity(counts)
    for name in alpha:
        np.testing.assert_array_equal(result[name], alpha[name])
    least = int(counts.sum(axis=1).min())
    expected = rarefaction(counts, depths=[least])["richness"]
    np.testing.assert_allclose(result["rarefied_richness"], expected)
    equal = richness_at_coverage(counts)
    np.testing.assert_array_equal(result["coverage_richness"], equal["richness"])
    distances = beta_diversity(counts, metric="aitchison")
    np.testing.assert_array_equal(result["dissimilarity"], distances)
    places = principal_coordinates(distances)
    np.testing.assert_array_equal(result["coordinate"], places.coordinates)
    test = permanova(distances, context["region"], seed=4)
    assert float(result["test_value"][0]) == test.value
    assert float(result["test_p_value"][0]) == test.p_value
    assert result["test"].values.tolist() == [
        "PERMANOVA, region",
        "Mantel, great-circle distance",
        "Mantel, difference of the environment",
    ]


def test_the_same_input_and_seed_give_the_same_bytes(
    counts: pd.DataFrame, context: pd.DataFrame
) -> None:
    options: dict[str, Any] = {"group": "region", "environment": ["temperature"]}
    for ordination in ("pcoa", "nmds"):
        one, other = (
            community_diversity(counts, context, ordination=ordination, **options) for _ in range(2)
        )
        xr.testing.assert_identical(one, other)


def test_curves_end_at_what_was_counted(counts: pd.DataFrame, context: pd.DataFrame) -> None:
    result = community_diversity(counts, context)
    np.testing.assert_array_equal(result["curve_reads"][:, 0], 1)
    np.testing.assert_allclose(result["curve_reads"][:, -1], result["reads"])
    np.testing.assert_allclose(result["curve_richness"][:, 0], 1, rtol=1e-9)
    np.testing.assert_allclose(result["curve_richness"][:, -1], result["richness"])
    np.testing.assert_allclose(result["curve_coverage"][:, -1], result["coverage"])


def test_samples_with_too_few_reads_are_flagged_and_have_no_number(
    counts: pd.DataFrame, context: pd.DataFrame
) -> None:
    depth = int(counts.sum(axis=1).median())
    result = community_diversity(counts, context, depth=depth)
    few = (counts.sum(axis=1) < depth).to_numpy()
    assert 0 < few.sum() < len(few)
    np.testing.assert_array_equal(result["too_few_reads"], few)
    np.testing.assert_array_equal(result["rarefied_richness"].isnull(), few)
    np.testing.assert_array_equal(result["rarefied_richness_sd"].isnull(), few)


def test_a_real_study_goes_through_at_every_rank(study: pd.DataFrame) -> None:
    reads = study.groupby("run_accession")["count"].sum()
    enough = study[study["run_accession"].map(reads) >= 1000]
    richness = []
    for rank in ("phylum", "family", "genus", "lineage"):
        counts = community_table(enough, sample="run_accession", count="count", rank=rank)
        context = pd.DataFrame(index=counts.index)
        result = community_diversity(counts, context, permutations=99)
        np.testing.assert_array_equal(result["reads"], reads[counts.index])
        assert float(result["coverage"].min()) > 0.8
        richness.append(result["richness"].values)
    assert all((finer >= coarser).all() for coarser, finer in pairwise(richness))


def test_taras_stations_are_nearer_in_nutrients_where_they_are_nearer_in_place(
    tables: Path,
) -> None:
    nutrients = pd.read_csv(tables / "APY_TARA_samples_nutrients_PANGEA.tsv", sep="\t")
    water = pd.read_csv(
        tables / "APY_TARA_water_context_PANGEA.tsv", sep="\t", encoding="latin-1"
    ).drop_duplicates("Event Label")
    context = nutrients.merge(water, left_on="Event label", right_on="Event Label")
    context = context[context["Environmental feature"].str.startswith("[SRF]")]
    context = context.drop_duplicates("Station label").set_index("Station label")
    context = context.rename(columns={"Latitude": "latitude", "Longitude": "longitude"})
    measured = ["Phosphate_median", "Nitrate and Nitrite_median", "Silicate_median"]
    context = context.dropna(subset=[*measured, "latitude", "longitude"])
    # Of the nutrients themselves, in nmol, "communities" are made whose make-up is known.
    counts = (context[measured] * 1000).round().clip(lower=1)
    result = community_diversity(counts, context, environment=measured, metric="aitchison")
    assert len(counts) > 40
    p_values = result["test_p_value"].to_series()
    assert p_values["Mantel, great-circle distance"] < 0.05
    assert p_values["Mantel, difference of the environment"] == pytest.approx(0.001)


def test_it_is_written_as_cf_and_read_back(
    counts: pd.DataFrame, context: pd.DataFrame, tmp_path: Path
) -> None:
    result = community_diversity(counts, context, group="region", environment=["temperature"])
    assert "https://doi.org/10.2307/1942268" in result.attrs["references"]
    assert json.loads(result.attrs["parameters"])["group"] == "region"
    for name, variable in result.variables.items():
        assert variable.attrs.get("long_name") or variable.attrs.get("standard_name"), name
    path = tmp_path / "community.nc"
    result.assign_attrs(Conventions="CF-1.10").to_netcdf(path)
    with xr.open_dataset(path) as again:
        xr.testing.assert_allclose(again.drop_attrs(), result.drop_attrs())
    assert violations(path, standards=["cf:1.10"]) == []


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"group": "sea"}, ParameterError, r"no column \['sea'\]: it has \['latitude'"),
        ({"environment": ["salt"]}, ParameterError, r"no column \['salt'\]"),
        ({"depth": 0}, ParameterError, "depth is 0"),
        ({"depth": 2.5}, ParameterError, "depth is 2.5"),
        ({"curve_points": 1}, ParameterError, "curve_points is 1"),
        ({"ordination": "tsne"}, ParameterError, r"ordination is 'tsne'.*pcoa"),
        ({"axes": 1}, ParameterError, "axes is 1"),
        ({"coverage": 2}, ParameterError, "coverage is 2"),
        ({"metric": "x", "ordination": "nmds"}, ParameterError, "metric is 'x'"),
        ({"permutations": 9, "group": "region"}, ParameterError, "permutations is 9"),
        ({"group": "temperature"}, ValuesError, "makes 24 groups"),
    ],
)
def test_options_out_of_range_are_refused(
    counts: pd.DataFrame,
    context: pd.DataFrame,
    options: dict[str, Any],
    error: type[RoutineError],
    says: str,
) -> None:
    with pytest.raises(error, match=says):
        community_diversity(counts, context, **options)


def test_samples_without_context_and_too_few_samples_are_refused(
    counts: pd.DataFrame, context: pd.DataFrame
) -> None:
    with pytest.raises(ValuesError, match="the context has no row for 'sample 0', 'sample 1'"):
        community_diversity(counts, context.iloc[2:])
    with pytest.raises(ValuesError, match="there are 2 samples: 3 are the least"):
        community_diversity(counts.iloc[:2], context)


RECORDS = [
    ("a", "Bacteria", "Cyanobacteria", "Prochlorococcus", 5),
    ("a", "Bacteria", "Cyanobacteria", "", 2),
    ("b", "Bacteria", "Cyanobacteria", "Synechococcus", 3),
    ("b", "Bacteria", "Cyanobacteria", "Prochlorococcus", 1),
    ("b", "Bacteria", "", "", 4),
    ("b", "Bacteria", "Proteobacteria", "Bosea", 6),
    ("b", "Eukaryota", "Chlorophyta", "Bosea", 7),
    ("a", "", "", "", 8),
    ("a", "Bacteria", "Cyanobacteria", "Prochlorococcus", 10),
]


def records() -> pd.DataFrame:
    table = pd.DataFrame(RECORDS, columns=["run", "superkingdom", "phylum", "genus", "count"])
    return table.reindex(columns=["run", *RANKS, "count"])


def test_lineages_are_added_up_to_a_rank_by_hand() -> None:
    table = community_table(records(), sample="run", count="count", rank="genus")
    assert table.loc["a"].to_dict() == {
        "Bacteria;Proteobacteria;Bosea": 0,
        "Eukaryota;Chlorophyta;Bosea": 0,
        "Bacteria (no genus)": 0,
        "Cyanobacteria (no genus)": 2,
        "Prochlorococcus": 15,
        "Synechococcus": 0,
        "unassigned (no genus)": 8,
    }
    assert table.loc["b", "Bacteria;Proteobacteria;Bosea"] == 6
    assert table.sum(axis=1).to_dict() == {"a": 25, "b": 21}
    dropped = community_table(
        records(), sample="run", count="count", rank="phylum", unassigned="drop"
    )
    assert dropped.to_dict("index") == {
        "a": {"Chlorophyta": 0, "Cyanobacteria": 17, "Proteobacteria": 0},
        "b": {"Chlorophyta": 7, "Cyanobacteria": 4, "Proteobacteria": 6},
    }


def test_no_read_is_lost_at_any_rank(study: pd.DataFrame) -> None:
    expected = study.groupby("run_accession")["count"].sum()
    for rank in (*RANKS, "lineage"):
        table = community_table(study, sample="run_accession", count="count", rank=rank)
        pd.testing.assert_series_equal(table.sum(axis=1), expected, check_names=False)
        assert table.columns.is_unique


def test_records_that_make_no_community_are_refused() -> None:
    wanted: dict[str, Any] = {"sample": "run", "count": "count"}
    with pytest.raises(ParameterError, match=r"rank is 'tribe'.*'genus'"):
        community_table(records(), rank="tribe", **wanted)
    with pytest.raises(ParameterError, match=r"unassigned is 'hide'"):
        community_table(records(), unassigned="hide", **wanted)
    with pytest.raises(ValuesError, match=r"no column \['phylum'\]"):
        community_table(records().drop(columns="phylum"), **wanted)
    with pytest.raises(ValuesError, match="no record is left.*'species'"):
        community_table(records(), rank="species", unassigned="drop", **wanted)
    with pytest.raises(ValuesError, match="name no 'run'"):
        community_table(records().assign(run=None), **wanted)
    with pytest.raises(ValuesError, match="no whole number"):
        community_table(records().assign(count=0.5), **wanted)
    with pytest.raises(ValuesError, match="is missing"):
        community_table(records().assign(count=np.nan), **wanted)
