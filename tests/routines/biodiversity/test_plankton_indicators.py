"""Indicators of communities, against scikit-bio, against enumeration, and worked out by hand."""

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skbio.diversity import alpha

from bluecloud_routines import BaselineError, ParameterError, UnitsError, ValuesError
from bluecloud_routines._diversity import concentration, shannon_entropy
from bluecloud_routines._rarefaction import expected_taxa
from bluecloud_routines.biodiversity import abundance_observations, plankton_indicators

FEW = settings(deadline=None, max_examples=25)


def one_sample(counts: list[int], *, sample: int = 0, volume: float = 1.0) -> pd.DataFrame:
    """A sample in which so many of each taxon were counted, as abundances."""
    table = pd.DataFrame(
        {
            "decimalLongitude": -12.0,
            "decimalLatitude": 52.0,
            "time": pd.Timestamp(2010, 5, 1),
            "sample": sample,
            "taxon": [f"Taxon t{number}" for number in range(len(counts))],
            "value": np.array(counts) / volume,
        }
    )
    table.attrs["units"] = "m-3"
    return table


def many(seed: int = 0, *, samples: int = 400, taxa: int = 12) -> pd.DataFrame:
    """Samples in three years and four cells, with integer abundances and many zeros."""
    random = np.random.default_rng(seed)
    names = ["Calanus finmarchicus", "Calanus helgolandicus", "Acartia clausi", "Sagitta elegans"]
    names += [f"Taxon t{number}" for number in range(taxa - len(names))]
    where = pd.DataFrame(
        {
            "decimalLongitude": random.uniform(-20, -10, samples),
            "decimalLatitude": random.uniform(50, 60, samples),
            "time": pd.Timestamp(2010, 1, 1)
            + pd.to_timedelta(random.integers(0, 3 * 365, samples), "D"),
            "sample": np.arange(samples),
        }
    )
    table = where.merge(pd.DataFrame({"taxon": names}), how="cross")
    table["value"] = random.poisson(random.gamma(0.4, 6.0, len(table))).astype(float)
    table.attrs["units"] = "m-3"
    return table


def of_one(counts: list[int], **options: object) -> dict[str, float]:
    found = plankton_indicators(one_sample(counts), min_samples=1, volume_m3=1, **options)
    return {str(name): float(each.squeeze()) for name, each in found.items()}


@pytest.mark.parametrize(
    ("counts", "name", "value"),
    [
        ([10, 10, 10, 10], "shannon", 1.3862943611198906),
        ([10, 10, 10, 10], "simpson", 0.75),
        ([10, 10, 10, 10], "pielou", 1.0),
        ([1, 2, 3, 4], "shannon", 1.2798542258336676),
        ([1, 2, 3, 4], "simpson", 1 - 30 / 100),
        ([1, 2, 3, 4], "margalef", 3 / np.log(10)),
        ([5, 1, 1, 2, 2, 10], "chao1", 6 + 1 / 3),
        ([7], "pielou", np.nan),
        ([0, 3, 0], "richness", 1),
    ],
)
def test_numbers_worked_out_by_hand(counts: list[int], name: str, value: float) -> None:
    assert of_one(counts)[name] == pytest.approx(value, rel=1e-12, nan_ok=True)


def test_every_cell_and_year_has_scikit_bios_numbers() -> None:
    table = many()
    found = plankton_indicators(table, min_samples=1, volume_m3=1)
    lower = table.assign(
        year=table["time"].dt.year,
        latitude=np.floor(table["decimalLatitude"] / 5) * 5 + 2.5,
        longitude=np.floor(table["decimalLongitude"] / 5) * 5 + 2.5,
    )
    peers = {
        "shannon": lambda row: alpha.shannon(row, base=np.e),
        "simpson": alpha.simpson,
        "pielou": alpha.pielou_e,
        "margalef": alpha.margalef,
        "chao1": alpha.chao1,
        "richness": alpha.sobs,
    }
    groups = lower.groupby(["year", "latitude", "longitude"])
    assert len(groups) == 12
    for key, rows in groups:
        cell = found.sel(dict(zip(("year", "latitude", "longitude"), key, strict=True)))
        counts = rows.groupby("taxon")["value"].sum().to_numpy().astype(int)
        assert int(cell["n_samples"]) == rows["sample"].nunique()
        assert int(cell["n_individuals"]) == counts.sum()
        for name, peer in peers.items():
            assert float(cell[name]) == pytest.approx(peer(counts), rel=1e-12), name


@FEW
@given(
    counts=st.lists(st.integers(0, 4), min_size=2, max_size=5).filter(lambda c: 1 < sum(c) <= 11),
    size=st.integers(1, 6),
)
def test_expected_taxa_are_the_mean_over_all_draws(counts: list[int], size: int) -> None:
    individuals = [taxon for taxon, count in enumerate(counts) for _ in range(count)]
    found = float(expected_taxa(np.array([counts]), size)[0])
    if size > len(individuals):
        assert np.isnan(found)
    else:
        draws = [len(set(draw)) for draw in combinations(individuals, size)]
        assert found == pytest.approx(np.mean(draws), rel=1e-10)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 10**6))
def test_neither_the_order_of_rows_nor_a_unit_of_effort_changes_shares(seed: int) -> None:
    table = many(seed, samples=60)
    found = plankton_indicators(table, min_samples=3)
    mixed = table.sample(frac=1, random_state=seed % 1000)
    mixed["value"] *= 7.0
    again = plankton_indicators(mixed, min_samples=3)
    for name in ("richness", "shannon", "simpson", "pielou", "calanus_share", "calanus_ratio"):
        np.testing.assert_allclose(again[name], found[name], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(again["copepod_abundance"], 7 * found["copepod_abundance"])
    assert np.all((found["calanus_share"] >= 0) | found["calanus_share"].isnull())


def test_cells_with_few_samples_have_no_indicator_and_say_how_many_they_have() -> None:
    table = many(samples=200)
    every = plankton_indicators(table, min_samples=1)
    found = plankton_indicators(table, min_samples=15)
    few = found["n_samples"] < 15
    assert 0 < int(few.sum()) < few.size
    assert found["shannon"].where(few).isnull().all()
    np.testing.assert_array_equal(found["shannon"].where(~few), every["shannon"].where(~few))
    assert int(found["n_samples"].sum()) == 200


def test_without_a_volume_nothing_that_needs_counts_is_given() -> None:
    found = plankton_indicators(many(), min_samples=1)
    assert all(found[name].isnull().all() for name in ("margalef", "expected_taxa", "chao1"))
    assert "n_individuals" not in found
    assert not found["shannon"].isnull().any()


def test_calanus_and_its_ratio_by_hand() -> None:
    table = one_sample([6, 2, 5])
    table["taxon"] = ["Calanus finmarchicus", "Calanus helgolandicus", "Sagitta elegans"]
    found = plankton_indicators(table, min_samples=1)
    assert float(found["calanus_ratio"].squeeze()) == 3
    assert float(found["calanus_share"].squeeze()) == 0.75
    assert float(found["copepod_abundance"].squeeze()) == 8  # arrow worms are no copepods
    none = plankton_indicators(table[2:], min_samples=1)
    assert none["calanus_share"].isnull().all()


def test_the_anomaly_of_copepods_by_hand() -> None:
    tables = []
    # log10(1 + abundance) is 1 and 3 in Mays, 2 and 2 in Junes: departures -1 and 1, 0 and 0.
    for number, (time, value) in enumerate(
        [("2010-05", 9), ("2011-05", 999), ("2010-06", 99), ("2011-06", 99)]
    ):
        table = one_sample([value], sample=number)
        tables.append(table.assign(taxon="Acartia clausi", time=pd.Timestamp(time)))
    table = pd.concat(tables)
    table.attrs["units"] = "m-3"
    found = plankton_indicators(table, min_samples=1, min_months=2)
    assert found["copepod_anomaly"].values.ravel().tolist() == pytest.approx([-0.5, 0.5])
    since = plankton_indicators(table, min_samples=1, min_months=2, baseline=(2010, 2010))
    assert since["copepod_anomaly"].values.ravel().tolist() == pytest.approx([0, 1])
    many_months = plankton_indicators(table, min_samples=1, min_months=3)
    assert many_months["copepod_anomaly"].isnull().all()
    assert json.loads(since.attrs["parameters"])["baseline"] == [2010, 2010]


def test_a_row_without_anything_has_no_diversity() -> None:
    nothing = np.zeros((1, 3))
    assert np.isnan(concentration(nothing)[0])
    assert np.isnan(shannon_entropy(nothing)[0])
    found = of_one([0, 0])
    assert found["richness"] == 0
    assert np.isnan(found["shannon"])
    assert np.isnan(found["chao1"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell_size": 0}, "cell_size is 0: 0.1 to 90"),
        ({"min_samples": 0}, "min_samples is 0: a whole number 1 to"),
        ({"n_es": 1}, "n_es is 1: a whole number 2 to"),
        ({"min_months": 13}, "min_months is 13: a whole number 1 to 12"),
        ({"volume_m3": -3}, "volume_m3 is -3: above 0"),
        ({"copepods": ()}, "copepods is empty"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        plankton_indicators(many(samples=5), **options)


def test_observations_that_cannot_be_are_refused() -> None:
    table = many(samples=5)
    with pytest.raises(ParameterError, match=r"no \['sample'\].*by_taxon=True"):
        plankton_indicators(table.drop(columns="sample"))
    with pytest.raises(ValuesError, match="there are no observations"):
        plankton_indicators(table[:0])
    litres = table.copy()
    litres.attrs["units"] = "l-1"
    with pytest.raises(UnitsError, match="'l-1': 'm-3' is needed"):
        plankton_indicators(litres)
    for column, value, message in (
        ("value", np.inf, "row 3 has a longitude, latitude or value that is no number"),
        ("value", -1, "row 3 has an abundance below zero"),
        ("decimalLongitude", 200, "row 3 has a longitude outside -180 to 180"),
        ("time", pd.NaT, "row 3 has no time, sample or taxon"),
    ):
        wrong = table.copy()
        wrong.loc[3, column] = value
        with pytest.raises(ValuesError, match=message):
            plankton_indicators(wrong)
    for column, value in (("value", "many"), ("time", "in spring")):
        wrong = table.astype({column: object})
        wrong.loc[3, column] = value
        wrong.attrs = table.attrs
        with pytest.raises(ValuesError, match="no number, or a time no date"):
            plankton_indicators(wrong)
    moved = table.copy()
    moved.loc[3, "decimalLatitude"] += 1
    with pytest.raises(ValuesError, match="sample 0 is at more than one place or time"):
        plankton_indicators(moved)
    with pytest.raises(ValuesError, match="individuals were counted in samples of 1e.09 m3"):
        plankton_indicators(table, volume_m3=1e9)
    twice = pd.concat([table, table[:1]])
    twice.attrs = table.attrs
    with pytest.raises(ValuesError, match="two rows in sample 0: add them up"):
        plankton_indicators(twice)
    with pytest.raises(BaselineError, match=r"1990-1995 has no samples: there are those of 201"):
        plankton_indicators(table, baseline=(1990, 1995))


def test_measurements_become_a_row_for_each_taxon_of_each_sample() -> None:
    measured = pd.DataFrame(
        {
            "decimalLongitude": 1.0,
            "decimalLatitude": 55.0,
            "time": pd.Timestamp(2012, 3, 1),
            "eventID": ["a", "a", "a", "b"],
            "scientificName": ["Acartia clausi", "Acartia clausi", "Temora", "Temora"],
            "measurementType": "abundance",
            "measurementValue": ["1", "2", "4", "8"],
            "measurementUnit": "ind/m3",
        }
    )
    found = abundance_observations(measured, by_taxon=True)
    assert found["taxon"].tolist() == ["Acartia clausi", "Temora", "Temora"]
    assert found["sample"].tolist() == [0, 0, 1]
    assert found["value"].tolist() == [3, 4, 8]
    assert abundance_observations(measured)["value"].sum() == 15
    with pytest.raises(ParameterError, match=r"no \['scientificName'\]"):
        abundance_observations(measured.drop(columns="scientificName"), by_taxon=True)


@pytest.mark.parametrize("edge", [0.3, 0.6, 0.7, 1.2, -0.3, -0.7])
def test_a_place_on_an_edge_is_in_the_cell_that_begins_there(edge: float) -> None:
    table = one_sample([1, 2]).assign(decimalLatitude=edge, decimalLongitude=edge)
    table.attrs["units"] = "m-3"
    found = plankton_indicators(table, cell_size=0.1, min_samples=1)
    assert found["latitude"].item() == pytest.approx(edge + 0.05)
    assert found["longitude"].item() == pytest.approx(edge + 0.05)
