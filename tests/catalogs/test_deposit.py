"""Depositing: a licence first, files whole, one publication, and nothing left behind."""

from datetime import date

import pytest
from pydantic import ValidationError

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
    SourceError,
    descriptions,
)
from bluecloud_catalogs import deposit as module
from bluecloud_catalogs.deposit import (
    B2SHARE,
    ZENODO,
    Description,
    Person,
    Related,
    deposit,
    settled,
)
from tests.federation.invenio import Invenio
from tests.federation.server import Request, serve

TOLD = {
    "title": "Heatwaves of the western Mediterranean",
    "description": "<p>Days.</p>",
    "creators": (Person(family_name="Rossi", given_name="A.", orcid="0000-0002-1825-0097"),),
    "licence": "cc-by-4.0",
    "published": date(2026, 11, 24),
    "publisher": "Blue-Cloud",
    "keywords": ("heatwave",),
}


class Service:
    """A repository that is a folder of one server."""

    kind = "emulated"

    def __init__(self, repository: Invenio) -> None:
        self.repository = repository

    def answer(self, request: Request):
        return self.repository.answer(request, request.path)


@pytest.fixture(params=[B2SHARE, ZENODO], ids=lambda each: each.name)
def kept(request, monkeypatch):
    """A repository, what it holds, and the server it runs on."""
    repository = request.param
    state = Invenio((f"token-{repository.name}",), resource_types=repository.several_types)
    with serve({repository.name: Service(state)}) as server:
        name = repository.name.upper()
        monkeypatch.setenv(f"BLUECLOUD_{name}_URL", server.address(repository.name))
        monkeypatch.setenv(f"BLUECLOUD_{name}_TOKEN", f"token-{repository.name}")
        yield repository, state, server


@pytest.fixture
def files(tmp_path):
    (tmp_path / "days.csv").write_text("day,sst\n1,20.5\n")
    (tmp_path / "read me.txt").write_text("About.\n")
    return [tmp_path / "days.csv", tmp_path / "read me.txt"]


def test_files_are_published_with_a_doi(kept, files):
    repository, state, _ = kept
    done = deposit(repository, Description(**TOLD), files)
    assert done.doi.startswith("10.5072/")
    assert state.drafts == {}
    published = state.published[done.id]["metadata"]
    assert published["rights"] == [{"id": "cc-by-4.0"}]
    assert published["title"] == TOLD["title"]
    assert ("resource_types" in published) is repository.several_types
    assert state.content[done.id, "read me.txt"] == b"About.\n"
    assert state.content[done.id, "days.csv"] == files[0].read_bytes()


def test_a_licence_is_required():
    told = {name: value for name, value in TOLD.items() if name != "licence"}
    with pytest.raises(ValidationError, match="licence"):
        Description(**told)
    with pytest.raises(ValidationError, match="licence"):
        Description(**{**TOLD, "licence": ""})


@pytest.mark.parametrize("lacking", ["creators", "title", "description"])
def test_what_a_record_must_say_is_required(lacking):
    with pytest.raises(ValidationError, match=lacking):
        Description(**{**TOLD, lacking: () if lacking == "creators" else ""})


def test_without_a_token_nothing_is_sent(kept, files, monkeypatch):
    repository, _, server = kept
    monkeypatch.delenv(f"BLUECLOUD_{repository.name.upper()}_TOKEN")
    with pytest.raises(CredentialRequired, match=repository.tokens):
        deposit(repository, Description(**TOLD), files)
    assert server.asked == []


def test_the_token_of_another_server_is_not_taken_and_not_shown(kept, files, monkeypatch):
    repository, _, server = kept
    monkeypatch.setenv(f"BLUECLOUD_{repository.name.upper()}_TOKEN", "secret-of-another")
    with pytest.raises(CredentialRequired) as caught:
        deposit(repository, Description(**TOLD), files)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(module._Session("x", {"Authorization": "secret"}))
    assert all("secret" not in path for path in server.paths)


def test_what_cannot_be_deposited_is_refused_before_anything_is_sent(kept, files, monkeypatch):
    repository, _, server = kept
    said = Description(**TOLD)
    with pytest.raises(ParameterError, match="at least one"):
        deposit(repository, said, [])
    with pytest.raises(ParameterError, match=r"two have the name days\.csv"):
        deposit(repository, said, [files[0], files[0]])
    with pytest.raises(ParameterError, match="there is no file"):
        deposit(repository, said, [files[0].with_name("gone.csv")])
    monkeypatch.setattr(descriptions, "MOST_MB", 1e-6)
    with pytest.raises(RequestTooLarge, match="the repository's own page"):
        deposit(repository, said, files)
    assert server.asked == []


def test_a_draft_that_lacks_something_is_taken_away(kept, files):
    repository, state, _ = kept
    state.resource_types = not state.resource_types  # it wants what is not sent
    with pytest.raises(RequestRefused, match="lacks metadata.resource_type"):
        deposit(repository, Description(**TOLD), files)
    assert state.drafts == {}
    assert state.published == {}


def test_a_file_that_arrives_otherwise_is_not_published(kept, files):
    repository, state, _ = kept
    state.wrong_checksum = True
    with pytest.raises(MalformedAnswer, match=r"days\.csv did not arrive as it left"):
        deposit(repository, Description(**TOLD), files)
    assert state.drafts == {}
    assert state.published == {}


def test_a_draft_that_cannot_be_taken_away_is_told(kept, files):
    repository, _, server = kept
    server.faults["/content"] = "500"
    server.faults["0001/draft"] = "500"
    with pytest.raises(SourceError, match="its draft draft-00001 is left there"):
        deposit(repository, Description(**TOLD), files)


def test_a_lost_answer_to_the_publication_is_asked_after(kept, files):
    repository, state, server = kept
    # The server publishes, and the connection breaks before it says so.
    server.faults["/actions/publish"] = "html"
    done = deposit(repository, Description(**TOLD), files)
    assert done.id in state.published


@pytest.mark.parametrize("fault", ["500", "truncated", "reset", "expired token", "html"])
def test_a_repository_that_fails_is_a_named_error(kept, files, fault):
    repository, state, server = kept
    server.faults["/records"] = fault
    with pytest.raises(SourceError):
        deposit(repository, Description(**TOLD), files)
    assert state.published == {}


def test_an_address_with_a_password_is_refused_and_not_shown(kept, files, monkeypatch):
    repository, *_ = kept
    name = f"BLUECLOUD_{repository.name.upper()}_URL"
    monkeypatch.setenv(name, "https://user:secret@example.org")
    with pytest.raises(module.CatalogueError, match="user or password") as caught:
        deposit(repository, Description(**TOLD), files)
    assert "secret" not in str(caught.value)


def test_a_deposit_that_was_broken_off_is_settled_by_its_draft(kept, files):
    repository, state, _ = kept

    def broken_off(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deposit(repository, Description(**TOLD), files, noted=broken_off)
    assert [*state.drafts] == ["draft-00001"]
    for _ in range(2):
        assert settled(repository, "draft-00001") is None
        assert state.drafts == {}
    done = deposit(repository, Description(**TOLD), files)
    assert settled(repository, done.id) == done


def test_what_it_has_to_do_with_and_whose_it_is_goes_along(kept, files):
    repository, state, _ = kept
    related = (
        Related(identifier="10.5072/abc", relation="isderivedfrom"),
        Related(identifier="https://example.org/x", relation="isidenticalto"),
    )
    people = (Person.called("Marie Skłodowska Curie", affiliation="Paris"), Person.called("Plato"))
    said = Description(**{**TOLD, "creators": people, "related": related})
    told = state.published[deposit(repository, said, files).id]["metadata"]
    assert [
        (each["scheme"], each["relation_type"]["id"]) for each in told["related_identifiers"]
    ] == [
        ("doi", "isderivedfrom"),
        ("url", "isidenticalto"),
    ]
    first, second = (each["person_or_org"] for each in told["creators"])
    assert (first["family_name"], first["given_name"]) == ("Curie", "Marie Skłodowska")
    assert (second["family_name"], "given_name" in second) == ("Plato", False)
