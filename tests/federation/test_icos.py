"""ICOS over HTTP: logins and licences, both forms of download, SPARQL as text, and a harvest."""

import json
from datetime import datetime

import numpy as np
import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    DataError,
    LicenceNotAccepted,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import place_of
from bluecloud_catalogs.readers.icos_data import IcosDataOptions
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.icos import BUOY, EXAMPLES, NO_LICENCE, PASSWORD, SHIP, USER, token


@pytest.fixture(autouse=True)
def _recorded():
    recorded("icos/meta_objects")


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


def test_both_downloads_give_the_same_table(federation):
    text, binary = (ours(name, object=BUOY) for name in ("icos_data", "icos_data_binary"))
    assert len(text) == len(binary) == 10639
    assert list(text.columns) == list(binary.columns)
    for name in ("Temp [degC]", "P_sal [psu]", "pCO2 [uatm]", "fCO2 [uatm]"):
        np.testing.assert_allclose(text[name], binary[name], rtol=1e-6)
    assert text["time"].equals(binary["time"])
    assert text["Temp [degC]_QC"].equals(binary["Temp [degC]_QC"])
    assert set(text["Temp [degC]_QC"]) == {"1", "4"}


def test_only_the_columns_asked_for_are_asked_for(federation):
    found = ours("icos_data", object=BUOY, columns=["pCO2 [uatm]"])
    assert list(found.columns) == [
        "time", "TIMESTAMP", "pCO2 [uatm]", "pCO2 [uatm]_QC", "pCO2 [uatm] QC Flag",
    ]  # fmt: skip
    sent = [path for path in federation.paths if "/csv/" in path]
    assert sent[0].count("col=") == 3
    binary = ours("icos_data_binary", object=BUOY, columns=["pCO2 [uatm]"])
    assert list(binary.columns) == list(found.columns)


def test_licence_and_citation_are_the_objects_own(federation):
    found = ours("icos_data", object=BUOY)
    assert found.attrs["licence"].startswith("ICOS CCBY4 Data Licence")
    assert found.attrs["citation"].startswith("Gkritzalis, T.")
    assert found.attrs["doi"] == "10.18160/TPH2-QBBE"
    ship = ours("icos_data", object=SHIP)
    assert ship.attrs["licence"].startswith("CC BY 4.0")  # the source's, where none is stated
    assert ship.attrs["citation"].startswith("Skjelvan, I.")


def test_an_object_too_old_for_binary_data_is_told_to_be_read_as_csv(federation):
    with pytest.raises(MalformedAnswer, match="read it as CSV"):
        ours("icos_data_binary", object=SHIP)
    assert not any("/cpb" in path for path in federation.paths)


def test_a_ships_data_are_cut_to_box_and_period(federation):
    found = ours(
        "icos_data", object=SHIP, bbox=[3.5, 57.0, 4.0, 58.0], time=["2018-02-25", "2018-03-01"]
    )
    assert 0 < len(found) < 3612
    assert found["Longitude"].between(3.5, 4.0).all()
    with pytest.raises(ParameterError, match="fixed station"):
        ours("icos_data", object=BUOY, bbox=[0, 0, 1, 1])


def test_a_licence_that_is_not_accepted_is_the_persons_to_accept(federation, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ICOS_TOKEN", token(user=NO_LICENCE))
    for name in ("icos_data", "icos_data_binary"):
        with pytest.raises(LicenceNotAccepted, match="accept the ICOS data licence once, in your"):
            ours(name, object=BUOY)
    assert not any("licence_accept" in path for path in federation.paths)


def test_a_token_goes_as_a_cookie_to_data_alone_and_is_shown_nowhere(federation):
    ours("icos_data", object=BUOY)
    cookies = {path: headers.get("Cookie", "") for path, headers in federation.asked}
    assert all(("cpauthToken=" in cookie) is ("/data/" in path) for path, cookie in cookies.items())
    assert not any("cpauthToken" in path for path in federation.paths)


def test_a_token_copied_with_its_name_is_the_same_token(federation, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ICOS_TOKEN", f"cpauthToken={token()}")
    assert len(ours("icos_data", object=BUOY, columns=["fCO2 [uatm]"])) == 10639


def test_a_token_that_has_ended_asks_no_data(federation, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ICOS_TOKEN", token(hours=-1))
    with pytest.raises(CredentialRequired, match="the token ended on"):
        ours("icos_data", object=BUOY)
    assert not any("/data/" in path for path in federation.paths)


def test_a_name_and_a_password_fetch_a_token(federation, monkeypatch):
    monkeypatch.delenv("BLUECLOUD_ICOS_TOKEN")
    monkeypatch.setenv("BLUECLOUD_ICOS_USER", USER)
    monkeypatch.setenv("BLUECLOUD_ICOS_PASSWORD", PASSWORD)
    assert len(ours("icos_data", object=BUOY, columns=["fCO2 [uatm]"])) == 10639
    assert not any(PASSWORD in path or USER in path for path in federation.paths)
    monkeypatch.setenv("BLUECLOUD_ICOS_PASSWORD", "another-password")
    with pytest.raises(CredentialRequired) as caught:
        ours("icos_data", object=BUOY)
    assert "another-password" not in str(caught.value)


def test_without_a_login_it_is_said_where_to_get_one(federation, monkeypatch):
    monkeypatch.delenv("BLUECLOUD_ICOS_TOKEN")
    with pytest.raises(CredentialRequired, match="https://cpauth.icos-cp.eu/home"):
        ours("icos_data", object=BUOY)
    assert len(ours("icos_object", object=BUOY)) == 9  # which is for everybody


def test_unknown_columns_and_too_much_are_refused_before_the_data_are_asked_for(federation):
    with pytest.raises(ParameterError, match=r"columns has CO2: the object has TIMESTAMP, Temp"):
        ours("icos_data", object=BUOY, columns=["CO2"])
    entry = declared("icos_data")
    options = IcosDataOptions(meta="meta", data="data", login="cpauth", most=1000)
    with pytest.raises(RequestTooLarge, match="10639 rows of 9 columns"):
        entry.reader.read(place_of(entry, "live"), options, asked(entry, {"object": BUOY}),
                          lazy=False)  # fmt: skip
    assert not any("/data/" in path for path in federation.paths)


def test_latest_versions_are_listed_and_older_ones_are_not(federation):
    table = ours("icos_ocean_objects")
    assert sorted(each.rpartition("/")[2] for each in table["object"]) == sorted([BUOY, SHIP])
    assert set(table["station"]) == {"NO-SOOP-G.O.Sars", "BE-FOS-Thornton Buoy"}
    assert ours("icos_ocean_objects", contains={"type": "fos"})["size"].tolist() == [1042099.0]
    assert len(ours("icos_ocean_objects", time=["2021-01-25", "2021-01-25"])) == 1
    (headers,) = {
        (headers["Content-Type"], headers["Accept"].partition(",")[0])
        for path, headers in federation.asked
    }
    assert headers == ("text/plain; charset=utf-8", "application/sparql-results+json")


def test_an_object_that_is_not_there_is_not_found(federation):
    with pytest.raises(NotFound):
        ours("icos_object", object="A" * 24)


def test_a_cruise_has_its_own_licence_and_citation(federation):
    table = ours("socat_cruise", dataset=850132, bbox=[-40, 55, -35, 61])
    assert 0 < len(table) < 526
    assert table.attrs["licence"] == "Creative Commons Attribution 3.0 Unported (CC-BY)"
    assert table.attrs["citation"].startswith("Olsen, Are;")


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("fault", ["html", "exception report", "500", "truncated", "expired token"])
def test_no_entry_takes_a_fault_for_an_answer(federation, name, fault):
    federation.faults["/icos"] = fault
    with pytest.raises(DataError) as caught:
        ours(name, **EXAMPLES[name])
    assert not isinstance(caught.value, ParameterError)


@pytest.mark.parametrize("name", ["icos_data", "icos_data_binary"])
@pytest.mark.parametrize("fault", ["html", "exception report", "500", "cut short", "expired token",
                                   "licence redirect"])  # fmt: skip
def test_a_download_that_fails_is_no_data_though_its_description_came(federation, name, fault):
    federation.faults["/icos/data"] = fault
    with pytest.raises(DataError) as caught:
        ours(name, object=BUOY)
    assert not isinstance(caught.value, ParameterError)


def test_a_harvest_lists_what_is_latest_and_since_a_day(federation):
    place = place_of(declared("icos_ocean_objects"), "live")
    (page,) = HARVESTERS["icos"].pages(place)
    assert {each.id for each in page.records} == {f"icos:{BUOY}", f"icos:{SHIP}"}
    (recent,) = HARVESTERS["icos"].pages(place, since=datetime(2021, 1, 22))
    assert [each.id for each in recent.records] == [f"icos:{SHIP}"]
    first = min(each.assets[0].href for each in page.records)
    (rest,) = HARVESTERS["icos"].pages(place, cursor=first)
    assert len(rest.records) == 1
    json.dumps([each.model_dump(mode="json") for each in page.records])
