"""Gene clusters: what is known of them, by hand, and what is chosen of them."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import (
    cluster_composition,
    cluster_summary,
    correspondence_analysis,
    equivalent_vectors,
    gene_clusters,
    gene_functions,
)

GENES = pd.DataFrame(
    {
        "cluster": [1, 1, 1, 1, 2, 2, 3, 3],
        "functions": [
            "K01601", "ko:K01601,ko:K00855", "-", None, "K01601;K02777", "K02777", "NA", "",
        ],
        "class": ["Mamiellophyceae", "Mamiellophyceae", None, "Dinophyceae", "A", "B", "", "A"],
    },
    index=[f"gene {number}" for number in range(8)],
)  # fmt: skip


def sea(seed: int = 1, stations: int = 20, clusters: int = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Clusters of two functions and their reads; every third has some unknown genes."""
    random = np.random.default_rng(seed)
    rows = [
        (f"c{cluster}", "-" if gene == 5 and cluster % 3 == 0 else f"K0000{cluster % 2}")
        for cluster in range(clusters)
        for gene in range(6)
    ]
    genes = pd.DataFrame(rows, columns=["cluster", "functions"])
    reads = pd.DataFrame(
        random.negative_binomial(1, 0.02, size=(stations, clusters + 1)) + 1.0,
        index=pd.Index([f"s{number}" for number in range(stations)], name="station"),
        columns=[*(f"c{number}" for number in range(clusters)), "not annotated"],
    )
    return genes.set_index(genes.index.map("gene {}".format)), reads


def test_functions_are_read_one_by_one() -> None:
    found = gene_functions(GENES)
    assert list(found.itertuples(index=False, name=None)) == [
        ("gene 0", 1, "K01601"),
        ("gene 1", 1, "K01601"),
        ("gene 1", 1, "K00855"),
        ("gene 4", 2, "K01601"),
        ("gene 4", 2, "K02777"),
        ("gene 5", 2, "K02777"),
    ]


def test_the_summary_is_that_by_hand() -> None:
    found = cluster_summary(GENES, asked=["K01601", "K99999"])
    expected = pd.DataFrame(
        {
            "genes": [4, 2, 2],
            "known": [2, 2, 0],
            "asked": [2, 1, 0],
            "unknown_rate": [0.5, 0.0, 1.0],
            "exclusivity": [1.0, 0.5, np.nan],
        },
        index=pd.Index(["1", "2", "3"], name="cluster"),
    )
    pd.testing.assert_frame_equal(found, expected)
    every = cluster_summary(GENES)
    assert every["asked"].tolist() == every["known"].tolist()


def test_the_composition_is_that_by_hand_and_adds_up() -> None:
    found = cluster_composition(GENES, by="class")
    assert found.iloc[0].tolist() == ["1", "Mamiellophyceae", 2, 0.5]
    assert found[found["cluster"] == "3"]["class"].tolist() == ["A", "unknown"]
    np.testing.assert_allclose(found.groupby("cluster")["share"].sum(), 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_rates_are_shares_and_the_order_of_genes_is_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = np.array(["-", "K00001", "K00002,K00003", "K00001 K00003", ""])
    genes = pd.DataFrame(
        {"cluster": random.integers(0, 5, 40), "functions": names[random.integers(0, 5, 40)]}
    )
    genes.loc[40] = [0, "K00001"]
    found = cluster_summary(genes, asked=["K00001"])
    for name in ("unknown_rate", "exclusivity"):
        assert found[name].dropna().between(0, 1).all()
    assert (found["asked"] <= found["known"]).all()
    assert (found["known"] <= found["genes"]).all()
    mixed = genes.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(found, cluster_summary(mixed, asked=["K00001"]))


def test_only_clusters_that_meet_all_conditions_are_chosen() -> None:
    genes, reads = sea()
    reads.loc[reads.index[3:], "c4"] = 0.0
    result = gene_clusters(genes, reads, asked=["K00000"], min_stations=5)
    assert result["cluster"].values.tolist() == ["c0", "c10", "c2", "c6", "c8"]
    assert result["stations"].sel(cluster="c0").item() == 20
    assert result["unknown_rate"].sel(cluster="c6").item() == pytest.approx(1 / 6)
    known = gene_clusters(genes, reads, asked=["K00000"], min_stations=1, unknown=0.1)
    assert known["cluster"].values.tolist() == ["c10", "c2", "c4", "c8"]
    assert known["function_share"].sel(function="K00000").values.tolist() == [1.0] * 4
    both = gene_clusters(genes, reads, asked=["K00000", "K00001"], exclusivity=1.0)
    assert both.sizes["cluster"] == 11


def test_shares_are_of_all_reads_of_the_station() -> None:
    genes, reads = sea()
    result = gene_clusters(genes, reads, asked=["K00000"])
    expected = reads.div(reads.sum(axis=1), axis=0)[result["cluster"].values]
    np.testing.assert_allclose(result["abundance"], expected)
    assert float(result["abundance"].sum("cluster").max()) < 1
    depth = np.linspace(0.1, 9, len(reads))
    deeper = gene_clusters(genes, reads.mul(depth, axis=0), asked=["K00000"])
    xr.testing.assert_allclose(deeper, result)
    counted = gene_clusters(genes, reads, asked=["K00000"], relative=False)
    np.testing.assert_allclose(counted["abundance"], reads[result["cluster"].values])


def test_it_holds_both_analyses_and_the_nearest_vector_by_hand() -> None:
    genes, reads = sea()
    result = gene_clusters(genes, reads, clusters=4, inertia=0.5, axes=3)
    shares = result["abundance"].to_pandas()
    places = correspondence_analysis(shares, axes=11, scaling=2)
    np.testing.assert_allclose(result["station_coordinate"][:, 0] ** 2 / places.eigenvalues.iloc[0],
                               places.rows["axis 1"] ** 2, rtol=1e-8)  # fmt: skip
    assert float(result["inertia"]) == pytest.approx(places.inertia)
    vectors = equivalent_vectors(shares, vectors=4)
    assert result["equivalent_cluster"].values.tolist() == vectors["column"].tolist()
    np.testing.assert_allclose(result["rv"], vectors["rv"])
    axes = int(np.argmax(places.explained.cumsum().to_numpy() >= 0.5)) + 1
    near = places.columns.iloc[:, :axes]
    for cluster, number in result["represented_by"].to_series().items():
        away = ((near.loc[vectors["column"]] - near.loc[cluster]) ** 2).sum(axis=1)
        assert vectors["column"][number - 1] == away.idxmin()
    taken = result["represented_by"].sel(cluster=result["equivalent_cluster"].values)
    assert taken.values.tolist() == [1, 2, 3, 4]


def test_a_station_without_the_clusters_has_no_place_and_positions_are_carried_over() -> None:
    genes, reads = sea()
    reads.iloc[4, :-1] = 0.0
    context = pd.DataFrame({"latitude": 1.5, "longitude": 2.5, "depth": 5}, index=reads.index)
    result = gene_clusters(genes, reads, context=context[::-1])
    assert result["station_coordinate"][4].isnull().all()
    assert int(result["station_coordinate"].isnull().any("axis").sum()) == 1
    assert result["latitude"].dims == ("station",)
    assert "depth" not in result.coords
    assert json.loads(result.attrs["parameters"])["min_genes"] == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"exclusivity": 1.5}, "exclusivity is 1.5: a share of 0 to 1"),
        ({"unknown": -0.1}, "unknown is -0.1"),
        ({"inertia": 0}, "inertia is 0: above 0 and up to 1"),
        ({"min_genes": 0}, "min_genes is 0"),
        ({"min_stations": 0}, "min_stations is 0"),
        ({"clusters": 0}, "clusters is 0"),
        ({"axes": 0}, "axes is 0"),
        ({"axes": float("inf")}, "axes is inf: a whole number"),
        ({"clusters": float("nan")}, "clusters is nan: a whole number"),
        ({"asked": ["K09999"]}, "no gene has a function of \\['K09999'\\]"),
        ({"functions": "module"}, "no column \\['module'\\]"),
        ({"min_genes": 7}, "none has 7 genes"),
        ({"min_stations": 21}, "none was found at 21 stations"),
    ],
)
def test_options_that_leave_nothing_or_are_out_of_range_are_refused(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises((ParameterError, ValuesError), match=message):
        gene_clusters(*sea(), **change)


def test_tables_that_cannot_be_used_are_refused() -> None:
    genes, reads = sea()
    homeless = genes.assign(cluster=genes["cluster"].where(genes.index != "gene 2"))
    for inputs, message in (
        ((genes.iloc[:0], reads), "the table of genes has no row"),
        ((genes.set_axis(["g"] * len(genes)), reads), "the gene 'g' occurs more than once"),
        ((homeless, reads), "1 genes are in no cluster, the first is 'gene 2'"),
        ((genes, reads.iloc[:0]), "the table has 0 rows"),
        ((genes, -reads), "is below zero"),
        ((genes, reads.replace(reads.iloc[0, 0], np.nan)), "is missing"),
        ((genes, reads * (np.arange(20) > 0)[:, None]), "station 's0' has no reads"),
    ):
        with pytest.raises(ValuesError, match=message):
            gene_clusters(*inputs, min_stations=1)
    with pytest.raises(ValuesError, match="the context has no row for"):
        gene_clusters(genes, reads, context=pd.DataFrame(index=reads.index[1:]))


def test_functions_are_asked_for_with_a_prefix_or_without() -> None:
    plain = cluster_summary(GENES, asked=["K01601"])
    pd.testing.assert_frame_equal(cluster_summary(GENES, asked=["ko:K01601"]), plain)
    genes, reads = sea()
    found = gene_clusters(genes, reads, asked=["ko:K00001", "K00001"], min_stations=1)
    assert found["function"].values.tolist() == ["K00001"]
    assert (found["function_share"] > 0).all()
    with pytest.raises(ParameterError, match=r"asked is 'K01601': a list .* \['K01601'\]"):
        cluster_summary(GENES, asked="K01601")
