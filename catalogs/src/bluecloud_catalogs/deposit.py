"""Depositing in a repository of InvenioRDM: B2SHARE (version 3) and Zenodo.

A deposit goes draft, files, publication. Publication cannot be undone, so that all that can be
known to be wrong is known before: a licence must be named, what the repository finds lacking in
the draft is an error, and each file must have arrived with the checksum it left with. A deposit
that fails before is taken away again.

A token is one server's: that of B2SHARE's training site is not B2SHARE's. It is stored as any
login (``credentials.py``) under the repository's name, ``b2share`` or ``zenodo``;
``BLUECLOUD_B2SHARE_URL`` and ``BLUECLOUD_ZENODO_URL`` name another server.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from .credentials import required
from .declarations import Line, WebAddress
from .errors import (
    CatalogueError,
    DataError,
    MalformedAnswer,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
    SourceError,
)
from .http import Answer, Call, Method, get_all

MOST_MB = 500.0  # what is larger is better sent with the repository's own page
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True)
class Repository:
    """A repository: its name, which is that of its login, and where it is."""

    name: str
    url: str
    tokens: str  # the page where a person makes one
    several_types: bool  # B2SHARE has a list where InvenioRDM has one

    @property
    def address(self) -> str:
        """Its address, or the one that the environment names instead.

        Raises
        ------
        CatalogueError
            If that is none.
        """
        variable = f"BLUECLOUD_{self.name.upper()}_URL"
        told = os.environ.get(variable)
        if not told:
            return self.url
        try:
            return TypeAdapter(WebAddress).validate_python(told)
        except ValidationError as error:
            raise CatalogueError(f"{variable}: {error.errors()[0]['msg']}") from None


B2SHARE = Repository(
    "b2share", "https://b2share.eudat.eu/api", "https://b2share.eudat.eu/account/settings", True
)
ZENODO = Repository(
    "zenodo", "https://zenodo.org/api", "https://zenodo.org/account/settings/applications", False
)


class Person(BaseModel):
    """Who made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family_name: Line
    given_name: Line
    orcid: Annotated[str, Field(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")] | None = None
    affiliation: Line | None = None


class Description(BaseModel):
    """What is said of a deposit. ``licence`` is an SPDX identifier in small letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    description: Annotated[str, Field(min_length=1)]
    creators: Annotated[tuple[Person, ...], Field(min_length=1)]
    licence: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{1,60}$")]
    published: date
    publisher: Line
    keywords: tuple[Line, ...] = ()
    version: Line | None = None
    resource_type: Annotated[str, Field(pattern=r"^[a-z-]+$")] = "dataset"


@dataclass(frozen=True)
class Deposited:
    """A published deposit."""

    id: str
    doi: str
    url: str


def deposit(repository: Repository, description: Description, files: Sequence[Path]) -> Deposited:
    """Deposit and publish files; gives the DOI.

    Raises
    ------
    ParameterError
        If there are no files, or two of one name; before anything is sent.
    RequestTooLarge
        If they are more than is sent from here.
    CredentialRequired
        If there is no token, or the repository does not take it.
    RequestRefused
        If the repository finds something lacking; nothing is left there.
    SourceError
        If it gives no proper answer. The message says whether a draft is left there.
    """
    contents = _contents(files)
    login = required(repository.name, where=repository.tokens)
    session = _Session(repository.address, {"Authorization": login.bearer()})
    draft = session.ask("POST", "records", _record(repository, description), {201})
    try:
        id = str(draft["id"])
    except (KeyError, TypeError):
        raise MalformedAnswer(f"{repository.name}: its draft has no id") from None
    try:
        lacking = draft.get("errors") or []
        if lacking:
            raise RequestRefused(f"{repository.name}: the deposit lacks {_fields(lacking)}")
        _send(session, id, contents)
    except DataError as error:
        raise _taken_away(session, id, error) from error
    return _published(session, repository, id)


def _contents(files: Sequence[Path]) -> Mapping[str, bytes]:
    if not files:
        raise ParameterError("files: there must be at least one")
    names = [path.name for path in files]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ParameterError(f"files: two have the name {', '.join(sorted(twice))}")
    absent = [str(path) for path in files if not path.is_file()]
    if absent:
        raise ParameterError(f"files: there is no file {', '.join(absent)}")
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    if size_mb > MOST_MB:
        raise RequestTooLarge(
            f"files: they are {size_mb:.0f} MB, and {MOST_MB:g} MB are sent at once from here: "
            "use the repository's own page"
        )
    return {path.name: path.read_bytes() for path in files}


def _record(repository: Repository, told: Description) -> dict[str, Any]:
    kind = {"id": told.resource_type}
    creators = []
    for each in told.creators:
        person: dict[str, Any] = {
            "type": "personal",
            "family_name": each.family_name,
            "given_name": each.given_name,
        }
        if each.orcid:
            person["identifiers"] = [{"scheme": "orcid", "identifier": each.orcid}]
        creator: dict[str, Any] = {"person_or_org": person}
        if each.affiliation:
            creator["affiliations"] = [{"name": each.affiliation}]
        creators.append(creator)
    metadata: dict[str, Any] = {
        "title": told.title,
        "description": told.description,
        "publication_date": told.published.isoformat(),
        "publisher": told.publisher,
        "creators": creators,
        "rights": [{"id": told.licence}],
        "subjects": [{"subject": each} for each in told.keywords],
    }
    if told.version:
        metadata["version"] = told.version
    name = "resource_types" if repository.several_types else "resource_type"
    metadata[name] = [kind] if repository.several_types else kind
    return {
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True},
        "metadata": metadata,
    }


def _send(session: _Session, id: str, contents: Mapping[str, bytes]) -> None:
    """Announce, send and commit each file, and hold it against its checksum."""
    session.ask("POST", f"records/{id}/draft/files", [{"key": name} for name in contents], {201})
    for name, content in contents.items():
        path = f"records/{id}/draft/files/{quote(name)}"
        session.send(f"{path}/content", content)
        done = session.ask("POST", f"{path}/commit", None, {200, 201})
        wanted = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if done.get("checksum", "") != f"md5:{wanted}":
            raise MalformedAnswer(f"{path}: {name} did not arrive as it left: its md5 is another")


def _taken_away(session: _Session, id: str, error: DataError) -> DataError:
    """The error, after its draft was deleted; or saying that it was not."""
    try:
        session.ask("DELETE", f"records/{id}/draft", None, {200, 204})
    except DataError:
        return type(error)(f"{error}; its draft {id} is left there: delete it by hand")
    return type(error)(str(error))


def _published(session: _Session, repository: Repository, id: str) -> Deposited:
    """Publish a draft. If the answer is lost, the record itself tells whether it happened."""
    try:
        session.ask("POST", f"records/{id}/draft/actions/publish", None, {200, 202})
    except RequestRefused as error:
        raise _taken_away(session, id, error) from error
    except SourceError as error:
        try:
            return _deposited(session, repository, id)
        except SourceError:
            raise type(error)(f"{error}; its draft {id} is left there") from error
    return _deposited(session, repository, id)


def _deposited(session: _Session, repository: Repository, id: str) -> Deposited:
    told = session.ask("GET", f"records/{id}", None, {200})
    doi = ((told.get("pids") or {}).get("doi") or {}).get("identifier") or told.get("doi")
    if not doi:
        raise MalformedAnswer(f"{repository.name}: the record {id} is published, and has no DOI")
    page = (told.get("links") or {}).get("self_html")
    return Deposited(id, str(doi), str(page or f"https://doi.org/{doi}"))


def _fields(lacking: Sequence[Any]) -> str:
    return "; ".join(
        f"{each.get('field', '?')}: {' '.join(each.get('messages') or [])}" for each in lacking
    )


@dataclass(frozen=True)
class _Session:
    """Requests to one server with one token, which no message shows."""

    address: str
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return f"_Session({self.address!r})"

    def ask(self, method: Method, path: str, body: Any, statuses: set[int]) -> Any:
        """The JSON that is answered; an empty mapping for an empty answer."""
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self._get(Call(
            f"{self.address}/{path}", method, sent, _JSON, frozenset({*statuses, 400}),
            self.secrets, repeatable=method != "POST",
        ))  # fmt: skip
        told = self._json(path, answer)
        if answer.status == 400:
            detail = _fields(told.get("errors") or []) or told.get("message", "")
            raise RequestRefused(f"{self.address}/{path}: {detail}")
        return told

    def send(self, path: str, content: bytes) -> None:
        """Send the bytes of a file."""
        headers = {"Content-Type": "application/octet-stream"}
        self._get(Call(
            f"{self.address}/{path}", "PUT", content, headers, frozenset({200, 201}), self.secrets
        ))  # fmt: skip

    def _get(self, call: Call) -> Answer:
        return get_all([call], connections=1)[0]

    def _json(self, path: str, answer: Answer) -> Any:
        if not answer.content:
            return {}
        try:
            told = json.loads(answer.content)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise MalformedAnswer(f"{self.address}/{path}: the answer is no JSON object")
        return told
