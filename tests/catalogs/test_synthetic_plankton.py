"""The tows that no ship made: what their entry promises."""

import pytest

import bluecloud_catalogs


def read():
    return bluecloud_catalogs.open_catalog("biodiversity").plankton_tows_synthetic.read()


@pytest.fixture(scope="module")
def tows():
    return read()


def test_twenty_taxa_are_found_in_tows_of_every_month_of_twelve_years(tows):
    assert tows["scientificName"].nunique() == 20
    assert tows["time"].dt.to_period("M").nunique() == 144
    assert tows.groupby(tows["time"].dt.to_period("M"))["eventID"].nunique().max() == 36
    assert tows["eventID"].str.startswith("SYNTHETIC").all()


def test_each_taxon_of_a_tow_has_one_row_of_thirds(tows):
    assert not tows.duplicated(["eventID", "scientificName"]).any()
    thirds = tows["measurementValue"] * 3
    assert (thirds.round() >= 1).all()
    assert (thirds - thirds.round()).abs().max() < 0.01


def test_they_say_that_they_are_synthetic_and_are_the_same_each_time(tows):
    assert tows.attrs["synthetic"] == "true"
    assert read().equals(tows)


def test_warm_water_copepods_replace_those_of_the_cold(tows):
    calanus = tows[tows["scientificName"].isin(["Calanus finmarchicus", "Calanus helgolandicus"])]
    years = calanus.groupby([calanus["time"].dt.year, "scientificName"])["measurementValue"].sum()
    share = years.unstack()["Calanus finmarchicus"] / years.groupby(level=0).sum()
    assert share.loc[:2008].mean() > share.loc[2015:].mean() + 0.1
