"""D4Science: tokens that end, pages, and the fisheries data of its laboratories."""

import csv
import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
)
from bluecloud_catalogs.contexts import ContextLogin
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import Ask, File, place_of
from bluecloud_catalogs.readers import d4science as readers
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.server import serve
from tests.federation.sources.d4science import PASSWORD, SAMPLE, D4Science

CONTEXT = "/d4science.research-infrastructures.eu/D4OS/FisheriesAtlas"
TOKEN_PATH = "/d4science/accounts/protocol/openid-connect/token"


@pytest.fixture
def own(federation, monkeypatch):
    """A D4Science of one's own, and the server it runs on."""
    provider = D4Science()
    with serve({"d4science": provider}) as server:
        monkeypatch.setenv("BLUECLOUD_D4SCIENCE_URL", server.address("d4science"))
        yield provider, server


def items(**more):
    entry = declared("d4science_fisheries_items")
    return read(entry, asked(entry, more), lazy=False)


def tokens_asked(server) -> int:
    return server.paths.count(TOKEN_PATH)


def test_a_token_is_exchanged_for_one_of_the_context(own):
    _, server = own
    found = items()
    assert list(found["name"]) == ["synthetic_item"]
    assert found.iloc[0]["type"] == "Dataset"
    assert found.iloc[0]["resources"] == ("https://synthetic.invalid/data.csv",)
    assert found.iloc[0]["modified"] == pd.Timestamp("2026-01-01")
    assert tokens_asked(server) == 1


def test_a_token_that_has_ended_is_renewed_once(own):
    provider, server = own
    provider.lasts = 1  # the list takes one request, the item another
    assert len(items()) == 1
    assert tokens_asked(server) == 2


def test_with_name_and_password_it_is_the_refresh_token_that_renews(own, monkeypatch):
    provider, server = own
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_TOKEN")
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_USER", PASSWORD[0])
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_PASSWORD", PASSWORD[1])
    provider.lasts = 1
    assert len(items()) == 1
    assert tokens_asked(server) == 2


def test_a_login_that_has_ended_is_one_clear_error(own, monkeypatch):
    provider, server = own
    provider.lasts = 0
    with pytest.raises(CredentialRequired, match="did not take a new token .*get a new one at"):
        items()
    assert tokens_asked(server) == 2
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_TOKEN", "one-that-ended")
    with pytest.raises(CredentialRequired, match="Token is not active.*log in anew"):
        items()


def test_a_context_that_one_may_not_enter_is_said_so(own):
    entry = declared("d4science_fisheries_items")
    elsewhere = CONTEXT.replace("FisheriesAtlas", "Elsewhere")
    with pytest.raises(CredentialRequired, match="not_authorized"):
        read(entry, asked(entry, {"context": elsewhere}), lazy=False)


def test_without_a_login_nothing_is_asked(own, monkeypatch):
    _, server = own
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_TOKEN")
    with pytest.raises(CredentialRequired, match="bluecloud credentials add d4science"):
        items()
    assert server.asked == []


def test_no_secret_is_in_an_address_a_repr_a_message_or_what_is_kept(own, monkeypatch, tmp_path):
    provider, server = own
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_TOKEN")
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_USER", PASSWORD[0])
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_PASSWORD", PASSWORD[1])
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path))
    login = ContextLogin(place_of(declared("d4science_fisheries_items"), "live"), CONTEXT)
    login.fetch([Ask("items?limit=1&offset=0", "catalogue")])
    items()
    told = [repr(login), *server.paths, *(path.read_text() for path in tmp_path.glob("*"))]
    told.append(repr(Ask("x", body=b"password-of-a-person")))
    provider.lasts = 0
    with pytest.raises(CredentialRequired) as caught:
        items()
    told.append(str(caught.value))
    for secret in (PASSWORD[1], "context-0", "refresh-0"):
        assert not [text for text in told if secret in text]
    assert not list(tmp_path.glob("*.body")), "what is asked with a login is nobody else's"


def test_pages_are_turned_until_one_is_not_full(own, monkeypatch):
    monkeypatch.setattr(readers, "PAGE_ITEMS", 1)
    assert len(items()) == 1


class Answers:
    """A place that gives one answer to all."""

    tier = "sample"

    def __init__(self, *bodies: object) -> None:
        self.bodies = list(bodies)

    def fetch(self, asks):
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        return [File(ask.path, json.dumps(body).encode()) for ask in asks]


def test_a_page_that_does_not_turn_is_no_answer(monkeypatch):
    monkeypatch.setattr(readers, "PAGE_ITEMS", 1)
    with pytest.raises(MalformedAnswer, match="one that was had"):
        readers.item_names(ContextLogin(Answers(["a"]), CONTEXT))


@pytest.mark.parametrize("body", [{}, [1], "x", {"items": []}])
def test_what_is_no_list_of_names_is_no_answer(body):
    with pytest.raises(MalformedAnswer, match="no list of names"):
        readers.item_names(ContextLogin(Answers(body), CONTEXT))


@pytest.mark.parametrize("body", [[], {"title": "x"}, {"name": "a", "tags": [1]}])
def test_what_is_no_item_is_no_answer(body):
    with pytest.raises(MalformedAnswer, match="no item"):
        readers.item(body, "items/a")


def test_the_workspace_says_what_lies_in_it(own):
    entry = declared("d4science_workspace")
    found = read(entry, asked(entry, {}), lazy=False)
    assert list(found["kind"]) == ["FolderItem", "GenericFileItem"]
    assert found.iloc[1]["bytes"] == 12
    assert found.iloc[0]["modified"] == pd.Timestamp("2026-01-01")


def test_catches_are_chosen_by_species_gear_and_period_and_held_against_their_checksum(own):
    provider, _ = own
    entry = declared("tuna_atlas_catch")
    told = {"species": ["YFT", "BET"], "gear": "01.1", "time": ["2020", "2021"]}
    found = read(entry, asked(entry, told), lazy=False)
    with (SAMPLE / "zenodo" / "global_catch_firms_level0_harmonized.csv").open() as file:
        whole = [
            row
            for row in csv.DictReader(file)
            if row["species"] in ("YFT", "BET")
            and row["gear_type"] == "01.1"
            and row["time_start"] >= "2020"
        ]
    assert found["catch"].tolist() == [float(row["measurement_value"]) for row in whole]
    assert set(found["species"]) == {"YFT", "BET"}
    assert found["catch"].dtype == "float64"
    assert found["time"].dtype == "datetime64[ns]"
    assert found.attrs["record_doi"] == "10.5281/zenodo.11460074"
    assert found.attrs["record_licence"] == "cc-by-4.0"
    name = "global_catch_firms_level0_harmonized.csv"
    provider.zenodo.content["11460074", name] = b"species\n"
    shown = provider.zenodo.shown

    def stale(id, address):
        record = shown(id, address)
        record["files"]["entries"][name]["checksum"] = "md5:" + "0" * 32
        return record

    provider.zenodo.shown = stale
    with pytest.raises(MalformedAnswer, match="not whole: its md5 is another"):
        read(entry, asked(entry, told), lazy=False)


def test_a_species_that_was_not_caught_is_an_empty_table(own):
    entry = declared("tuna_atlas_nominal_catch")
    assert len(read(entry, asked(entry, {"species": "ALB"}), lazy=False)) == 0


def test_a_record_without_the_file_names_what_it_has(own):
    provider, _ = own
    for key in [key for key in provider.zenodo.content if key[0] == "11460074"]:
        del provider.zenodo.content[key]
    entry = declared("tuna_atlas_catch")
    with pytest.raises(NotFound, match="has 0 files .*it has none"):
        read(entry, asked(entry, {}), lazy=False)


def test_stocks_and_species_are_read_though_a_list_of_one_is_none(own):
    entry = declared("grsf_stocks")
    found = read(entry, asked(entry, entry.declaration.example), lazy=False)
    assert tuple(found.iloc[0][1:]) == ("COD", "Gadus morhua", "SYNTHETIC area")
    species = declared("grsf_species")
    assert read(species, asked(species, {"common_name": "cod"}), lazy=False).iloc[0][
        "asfis_code"
    ] == ("COD")
    assert len(read(species, asked(species, {"common_name": "unicorn"}), lazy=False)) == 0
    with pytest.raises(NotFound):
        read(entry, asked(entry, {"stock": "00000000-0000-0000-0000-00000000000f"}), lazy=False)


def test_the_harvest_goes_context_by_context(own):
    harvester = HARVESTERS["d4science"]
    place = place_of(declared(harvester.entry), "live")
    pages = list(harvester.pages(place))
    assert [len(page.records) for page in pages] == [1, 1]
    assert pages[0].cursor
    assert pages[1].cursor is None
    rest = list(harvester.pages(place, cursor=pages[0].cursor))
    assert rest == pages[1:]
    assert pages[0].records[0].access == "login"
    later = harvester.pages(place, since=datetime(2027, 1, 1, tzinfo=UTC))
    assert not [each for page in later for each in page.records]
