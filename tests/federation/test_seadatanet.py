"""SeaDataNet over HTTP: logins, orders, pages for people, and a harvest that loses no record."""

from datetime import datetime

import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    DataError,
    LicenceNotAccepted,
    MalformedAnswer,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import Ask, place_of
from bluecloud_catalogs.readers.sparql import bindings
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.seadatanet import EXAMPLES, TOKEN


@pytest.fixture(autouse=True)
def _recorded():
    recorded("seadatanet")


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


def test_an_order_of_three_dialects_is_one_table(federation):
    table = ours("seadatanet_order_text", download="orders/profiles.zip")
    assert len(table) == 110 + 88 + 76
    assert set(table["Cruise"]) == {
        "DIAPALIS 2", "MI CTD Oceanographic Survey", "H10_CO_4900778_20101214_18043",
    }  # fmt: skip
    assert table.attrs["columns"]["NTRAYYDZ"]["units"] == "umol L-1"


def test_a_token_is_sent_to_the_order_and_shown_nowhere(federation, monkeypatch):
    ours("seadatanet_order_text", download="orders/profiles.zip")
    path, headers = federation.asked[-1]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in path
    monkeypatch.setenv("BLUECLOUD_SEADATANET_TOKEN", "a-token-that-is-wrong")
    with pytest.raises(CredentialRequired) as caught:
        ours("seadatanet_order_text", download="orders/profiles.zip")
    assert "a-token-that-is-wrong" not in str(caught.value)
    monkeypatch.delenv("BLUECLOUD_SEADATANET_TOKEN")
    federation.asked.clear()
    with pytest.raises(CredentialRequired, match="seadatanet wants a login"):
        ours("seadatanet_order_text", download="orders/profiles.zip")
    assert federation.asked == []


def test_a_redirection_is_not_followed_with_a_token(federation):
    federation.faults["/seadatanet/ddas"] = "licence redirect"
    with pytest.raises(LicenceNotAccepted, match="sends to /licence first"):
        ours("seadatanet_order_netcdf", download="orders/netcdf.zip")
    assert not any("/licence" in path for path in federation.paths)


def test_of_an_order_of_several_kinds_one_is_chosen(federation):
    with pytest.raises(ParameterError, match="several kinds, profile, trajectory"):
        ours("seadatanet_order_netcdf", download="orders/mixed.zip")
    track = ours("seadatanet_order_netcdf", download="orders/mixed.zip", feature="trajectory")
    assert track.sizes["INSTANCE"] == 1
    with pytest.raises(ParameterError, match="the download has"):
        ours("seadatanet_order_netcdf", download="orders/mixed.zip", feature="timeSeries")


def test_an_order_is_cut_to_the_box_and_period(federation):
    found = ours(
        "seadatanet_order_netcdf",
        download="orders/netcdf.zip",
        bbox=[160, -30, -170, -10],
        time=["2001-12-12", "2001-12-13"],
    )
    assert [str(each)[:10] for each in found["TIME"].values] == [
        "2001-12-12", "2001-12-13", "2001-12-13",
    ]  # fmt: skip
    assert ours("seadatanet_order_text", download="orders/profiles.zip", bbox=[0, 0, 1, 1]).empty


def test_a_zip_that_unpacks_to_too_much_is_refused_by_its_size(federation, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_MOST_MB", "0.03")
    with pytest.raises(RequestTooLarge, match="orders/mixed.zip"):
        ours("seadatanet_order_netcdf", download="orders/mixed.zip", feature="trajectory")


def test_a_zip_without_such_files_is_told_with_what_it_has(federation):
    with pytest.raises(MalformedAnswer, match="no file ends in .nc: it has diap.txt"):
        ours("seadatanet_order_netcdf", download="orders/profiles.zip")


def test_the_wrong_path_of_the_nvs_gives_a_page_and_no_result(federation):
    place = place_of(declared("nvs_argo_parameters"), "live")
    file = place.fetch([Ask("sparql?query=x", "nvs")])[0]
    with pytest.raises(MalformedAnswer, match="the end-point is at another path"):
        list(bindings(file, ("argo",)))


def test_mappings_come_from_the_engine(federation):
    table = ours("nvs_argo_parameters", contains={"argo": "/DOXY/"})
    assert table["p01"].tolist() == ["http://vocab.nerc.ac.uk/collection/P01/current/DOXMZZXX/"]


def test_organisations_are_found_by_name_and_by_the_day_of_their_change(federation):
    table = ours("edmo_organisations", contains={"name": "shom"})
    assert table["organisation"].tolist() == ["https://edmo.seadatanet.org/report/540"]
    (day,) = table["modified"].dt.strftime("%Y-%m-%d")
    assert "https://edmo.seadatanet.org/report/540" in list(
        ours("edmo_organisations", time=day)["organisation"]
    )
    assert len(ours("edmo_organisations", time=day)) == 1


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("fault", ["html", "exception report", "500", "truncated", "expired token"])
def test_no_entry_takes_a_fault_for_an_answer(federation, name, fault):
    federation.faults["/seadatanet"] = fault
    with pytest.raises(DataError) as caught:
        ours(name, **EXAMPLES[name])
    assert not isinstance(caught.value, ParameterError)


def test_every_listed_record_is_harvested_or_quarantined(federation):
    place = place_of(declared("cdi_record"), "live")
    federation.faults["/963-DS03-4/"] = "html"
    pages = list(HARVESTERS["seadatanet"].pages(place))
    records = [each for page in pages for each in page.records]
    bad = [each for page in pages for each in page.quarantined]
    assert len(records) + len(bad) == 553
    assert [each.native_id for each in bad] == ["963-DS03-4"]
    assert "no XML" in bad[0].reason
    assert len({each.id for each in records}) == 552
    assert federation.unknown == []


def test_a_harvest_goes_on_where_it_stopped(federation):
    place = place_of(declared("cdi_record"), "live")
    pages = HARVESTERS["seadatanet"].pages(place)
    first, second = next(pages), next(pages)
    again = next(HARVESTERS["seadatanet"].pages(place, cursor=first.cursor))
    assert again == second


def test_a_harvest_since_a_day_leaves_out_what_has_not_changed(federation):
    place = place_of(declared("cdi_record"), "live")
    page = next(HARVESTERS["seadatanet"].pages(place, since=datetime(2017, 2, 14)))
    assert page.records == ()
    page = next(HARVESTERS["seadatanet"].pages(place, since=datetime(2017, 2, 13)))
    assert len(page.records) == 20


def test_a_harvest_of_a_source_that_is_down_fails_by_name(federation):
    place = place_of(declared("cdi_record"), "live")
    federation.faults["/seadatanet"] = "500"
    with pytest.raises(SourceUnavailable):
        next(HARVESTERS["seadatanet"].pages(place))
