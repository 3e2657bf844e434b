"""Depositing in a repository of InvenioRDM: B2SHARE (version 3) and Zenodo.

A deposit goes draft, files, publication. Publication cannot be undone, so that all that can be
known to be wrong is known before: what the repository finds lacking in the draft is an error, and
each file must have arrived with the checksum it left with. A deposit that fails before is taken
away again. One that was broken off, as by a machine that went down, is settled by its draft's
identifier: it was published, or is taken away.

A token is one server's: that of B2SHARE's training site is not B2SHARE's. It is stored as any
login (``credentials.py``) under the repository's name, ``b2share`` or ``zenodo``;
``BLUECLOUD_B2SHARE_URL`` and ``BLUECLOUD_ZENODO_URL`` name another server.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from .credentials import Credential, required
from .declarations import WebAddress
from .descriptions import Deposited, Description, Person, Related, checked, checksum
from .errors import (
    CatalogueError,
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    SourceError,
)
from .http import Answer, Call, Method, get_all

__all__ = [
    "B2SHARE",
    "ZENODO",
    "Deposited",
    "Description",
    "Person",
    "Related",
    "Repository",
    "deposit",
    "settled",
]
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True)
class Repository:
    """A repository: its name, which is that of its login, and where it is."""

    name: str
    title: str
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
    name="b2share",
    title="EUDAT B2SHARE",
    url="https://b2share.eudat.eu/api",
    tokens="https://b2share.eudat.eu/account/settings",
    several_types=True,
)
ZENODO = Repository(
    name="zenodo",
    title="Zenodo",
    url="https://zenodo.org/api",
    tokens="https://zenodo.org/account/settings/applications",
    several_types=False,
)


def deposit(
    repository: Repository,
    description: Description,
    files: Sequence[Path],
    *,
    login: Credential | None = None,
    noted: Callable[[str], None] = lambda _: None,
) -> Deposited:
    """Deposit and publish files; gives the DOI.

    Parameters
    ----------
    login
        Whose deposit it is; the login that is stored where none is given.
    noted
        Told the draft's identifier when there is one, and nothing when it was taken away: what
        was told last is what is left there if the deposit is broken off.

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
    sent = checked(files)
    session = _session(repository, login)
    draft = session.ask("POST", "records", _record(repository, description), {201})
    try:
        id = str(draft["id"])
    except (KeyError, TypeError):
        raise MalformedAnswer(f"{repository.name}: its draft has no id") from None
    noted(id)
    try:
        lacking = draft.get("errors") or []
        if lacking:
            raise RequestRefused(f"{repository.name}: the deposit lacks {_fields(lacking)}")
        _send(session, id, sent)
    except DataError as error:
        raise _taken_away(session, id, error, noted) from error
    return _published(session, repository, id, noted)


def settled(
    repository: Repository, draft: str, *, login: Credential | None = None
) -> Deposited | None:
    """What became of a draft whose deposit was broken off: None where it is gone, by now at least.

    Raises
    ------
    CredentialRequired
        If it was not published, and the login is not that of whose draft it is.
    SourceError
        If the repository gives no proper answer.
    """
    session = _session(repository, login)
    try:
        return _deposited(session, repository, draft)
    except NotFound:
        pass
    with suppress(NotFound):
        session.ask("DELETE", f"records/{quote(draft, safe='')}/draft", None, {200, 204})
    return None


def _session(repository: Repository, login: Credential | None) -> _Session:
    given = login or required(repository.name, where=repository.tokens)
    return _Session(repository.address, {"Authorization": given.bearer()})


def _record(repository: Repository, told: Description) -> dict[str, Any]:
    kind = {"id": told.resource_type}
    creators = []
    for each in told.creators:
        person: dict[str, Any] = {"type": "personal", "family_name": each.family_name}
        if each.given_name:
            person["given_name"] = each.given_name
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
    if told.related:
        metadata["related_identifiers"] = [
            {
                "identifier": each.identifier,
                "scheme": each.scheme,
                "relation_type": {"id": each.relation},
            }
            for each in told.related
        ]
    name = "resource_types" if repository.several_types else "resource_type"
    metadata[name] = [kind] if repository.several_types else kind
    return {
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True},
        "metadata": metadata,
    }


def _send(session: _Session, id: str, files: Mapping[str, Path]) -> None:
    """Announce, send and commit each file, and hold it against its checksum."""
    session.ask("POST", f"records/{id}/draft/files", [{"key": name} for name in files], {201})
    for name, file in files.items():
        path = f"records/{id}/draft/files/{quote(name)}"
        wanted = checksum(file, "md5")
        session.send(f"{path}/content", file)
        done = session.ask("POST", f"{path}/commit", None, {200, 201})
        if done.get("checksum", "") != f"md5:{wanted}":
            raise MalformedAnswer(f"{path}: {name} did not arrive as it left: its md5 is another")


def _taken_away(
    session: _Session, id: str, error: DataError, noted: Callable[[str], None]
) -> DataError:
    """The error, after its draft was deleted; or saying that it was not."""
    try:
        session.ask("DELETE", f"records/{id}/draft", None, {200, 204})
    except DataError:
        return type(error)(f"{error}; its draft {id} is left there: delete it by hand")
    noted("")
    return type(error)(str(error))


def _published(
    session: _Session, repository: Repository, id: str, noted: Callable[[str], None]
) -> Deposited:
    """Publish a draft. If the answer is lost, the record itself tells whether it happened."""
    try:
        session.ask("POST", f"records/{id}/draft/actions/publish", None, {200, 202})
    except RequestRefused as error:
        raise _taken_away(session, id, error, noted) from error
    except SourceError as error:
        try:
            return _deposited(session, repository, id)
        except SourceError:
            raise type(error)(f"{error}; its draft {id} is left there") from error
    return _deposited(session, repository, id)


def _deposited(session: _Session, repository: Repository, id: str) -> Deposited:
    told = session.ask("GET", f"records/{quote(id, safe='')}", None, {200})
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

    def send(self, path: str, file: Path) -> None:
        """Send a file as it is read."""
        headers = {"Content-Type": "application/octet-stream"}
        try:
            self._get(Call(
                f"{self.address}/{path}", "PUT", b"", headers, frozenset({200, 201}),
                self.secrets, file=file,
            ))  # fmt: skip
        except OSError as error:
            raise ParameterError(f"files: {file.name} cannot be read: {error.strerror}") from error

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
