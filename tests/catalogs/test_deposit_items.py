"""Publishing items: files first, one item, and nothing left behind when it fails."""

import hashlib
from datetime import date

import pytest

from bluecloud_catalogs import (
    CatalogueError,
    CredentialRequired,
    ParameterError,
    RequestRefused,
    SourceError,
)
from bluecloud_catalogs.deposit_items import publish_item, settled_item
from bluecloud_catalogs.descriptions import Deposited, Description, Person, Related
from tests.federation.server import serve
from tests.federation.sources.d4science import LOGIN, D4Science, Kept

SAID = Description(
    title="Heatwaves of the western Mediterranean",
    description="Days.",
    creators=(Person.called("A. Rossi", orcid="0000-0002-1825-0097"), Person.called("Curie")),
    licence="cc-by-4.0",
    published=date(2026, 11, 24),
    publisher="Blue-Cloud",
    keywords=("heat; wave", "x"),
    version="2",
    related=(Related(identifier="10.5072/abc", relation="isderivedfrom"),),
)
DONE = Deposited("rossi_days", "", "https://data.d4science.org/ctlg/Blue-CloudLab/rossi_days")


@pytest.fixture
def own(monkeypatch):
    """A D4Science of one's own, and the server it runs on."""
    provider = D4Science()
    with serve({"d4science": provider}) as server:
        monkeypatch.setenv("BLUECLOUD_D4SCIENCE_URL", server.address("d4science"))
        for name, value in LOGIN.items():
            monkeypatch.setenv(name, value)
        yield provider, server


@pytest.fixture
def files(tmp_path):
    (tmp_path / "days.csv").write_text("day,sst\n1,20.5\n")
    (tmp_path / "read me.txt").write_bytes(b"About.\xff\r\n--x\n")
    return [tmp_path / "days.csv", tmp_path / "read me.txt"]


def test_an_item_links_to_its_files_and_is_published_once(own, files):
    provider, _ = own
    told: list[str] = []
    assert publish_item("rossi_days", SAID, files, noted=told.append) == DONE
    assert told == ["rossi_days"]
    (item,) = provider.published.values()
    extras = {each["key"]: each["value"] for each in item["extras"]}
    assert extras["Creators"] == "Rossi, A. (0000-0002-1825-0097); Curie"
    assert (extras["Version"], extras["isderivedfrom"]) == ("2", "10.5072/abc")
    assert (item["license_id"], item["tags"]) == ("CC-BY-4.0", [{"name": "heat wave"}])
    sent = {kept.name: kept.content for kept in provider.kept.values() if kept.content is not None}
    assert sent == {path.name: path.read_bytes() for path in files}
    for each, path in zip(item["resources"], files, strict=True):
        assert each["url"].startswith("https://data.d4science.org/shub/")
        assert hashlib.sha256(path.read_bytes()).hexdigest() in each["description"]
    assert publish_item("rossi_days", SAID, files) == DONE
    assert len(provider.published) == 1


@pytest.mark.parametrize("at", ["create/FILE", "publiclink", "POST items"])
def test_what_fails_before_the_item_takes_the_folder_away(own, files, at):
    provider, server = own
    told: list[str] = []
    if at == "POST items":
        provider.publish = lambda _: None  # it knows no such request
    else:
        server.faults[at] = "500"
    with pytest.raises(SourceError) as caught:
        publish_item("rossi_days", SAID, files, noted=told.append)
    assert "left in your workspace" not in str(caught.value)
    assert (told, provider.kept) == (["rossi_days", ""], {})


def test_a_folder_that_is_left_is_told_and_the_next_attempt_takes_it_away(own, files):
    provider, server = own
    told: list[str] = []
    server.faults["create/FILE"] = "500"
    server.faults["force=true"] = "500"
    with pytest.raises(SourceError, match="the folder rossi_days is left in your workspace"):
        publish_item("rossi_days", SAID, files, noted=told.append)
    assert told == ["rossi_days"]
    server.faults.clear()
    provider.kept["00000000-left-0001"] = Kept("00000000-0000-0000-0000-000000000010", "rossi_days")
    assert settled_item("rossi_days") is None
    assert provider.kept == {}
    assert publish_item("rossi_days", SAID, files) == settled_item("rossi_days") == DONE
    assert [kept.name for kept in provider.kept.values()].count("rossi_days") == 1


def test_a_lost_answer_to_the_publication_is_asked_after(own, files):
    provider, server = own
    server.faults["catalogue/items"] = "reset once"
    server.faults["catalogue/items/"] = "reset once"  # looked for twice before: asked again
    assert publish_item("rossi_days", SAID, files) == DONE
    assert len(provider.published) == 1


def test_what_cannot_be_published_is_refused_before_anything_is_sent(own, files, monkeypatch):
    provider, _ = own
    with pytest.raises(ParameterError, match="small letters"):
        publish_item("Rossi days", SAID, files)
    with pytest.raises(ParameterError, match="at least one"):
        publish_item("rossi_days", SAID, [])
    odd = SAID.model_copy(update={"licence": "odc-by-1.0"})
    with pytest.raises(RequestRefused, match="no licence odc-by-1.0; it has CC-BY-4.0, CC0-1.0"):
        publish_item("rossi_days", odd, files)
    monkeypatch.setenv("BLUECLOUD_D4SCIENCE_CONTEXT", "Blue-CloudLab")
    with pytest.raises(CatalogueError, match="a context is as"):
        publish_item("rossi_days", SAID, files)
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_CONTEXT")
    monkeypatch.delenv("BLUECLOUD_D4SCIENCE_TOKEN")
    with pytest.raises(CredentialRequired, match="bluecloud credentials add d4science"):
        publish_item("rossi_days", SAID, files)
    assert (provider.kept, provider.published) == ({}, {})
