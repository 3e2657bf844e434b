"""Publishing an item in the catalogue of a context of D4Science, its files in one's workspace.

The catalogue (gCat) keeps no files and knows no drafts: an item links to where its files are. So
the files go first, into a folder of the person's workspace (StorageHub) that nobody else sees, and
each has to be as long there as it left. Then each is given a link that everybody may follow, and
the item last, with the files' checksums: that is the publication. What fails before takes the
folder away again.

Folder and item have one name, which the caller gives and no other thing has: so that to ask twice
is to publish once. What is there under that name is found, and a folder that was left without its
item is taken away and filled anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .answers import as_json
from .contexts import CONTEXT, WHERE, ContextLogin
from .credentials import Credential
from .descriptions import Deposited, Description, checked, checksum
from .errors import (
    CatalogueError,
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    SourceError,
)
from .places import Ask, File, place_of, with_query
from .readers.d4science import part

NAME = "d4science"
TITLE = "D4Science"
TOKENS = WHERE
_NAME = r"[a-z0-9][a-z0-9_-]{1,98}[a-z0-9]"
_DEFAULT = "/d4science.research-infrastructures.eu/D4OS/Blue-CloudLab"
_PAGES = "https://data.d4science.org/ctlg"
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def context() -> str:
    """In which context items are published: ``BLUECLOUD_D4SCIENCE_CONTEXT``.

    Raises
    ------
    CatalogueError
        If that is none.
    """
    told = os.environ.get("BLUECLOUD_D4SCIENCE_CONTEXT") or _DEFAULT
    if not re.fullmatch(CONTEXT, told):
        raise CatalogueError(f"BLUECLOUD_D4SCIENCE_CONTEXT={told}: a context is as {_DEFAULT}")
    return told


def publish_item(
    name: str,
    description: Description,
    files: Sequence[Path],
    *,
    login: Credential | None = None,
    noted: Callable[[str], None] = lambda _: None,
) -> Deposited:
    """Publish files as an item; that of this name, where there is one already. It has no DOI.

    Parameters
    ----------
    name
        Of the item and of its folder: small letters, digits, ``_`` and ``-``.
    login
        Whose item it is; the login that is stored where none is given.
    noted
        Told the folder's name before it is made, and nothing when it was taken away.

    Raises
    ------
    ParameterError
        If there are no files, or two of one name; before anything is sent.
    RequestTooLarge
        If they are more than is sent from here.
    CredentialRequired
        If there is no login, or D4Science does not take it.
    RequestRefused
        If the catalogue does not know the licence or take the item; nothing is left there.
    SourceError
        If it gives no proper answer. The message says whether the folder is left there.
    """
    sent = checked(files)
    publishing = _Publishing(_login(login), name)
    found = publishing.settled()
    if found is not None:
        return found
    licence = publishing.licence(description.licence)
    noted(name)
    try:
        resources = publishing.send(sent)
        return publishing.publish(_item(name, description, licence, resources))
    except DataError as error:
        try:
            publishing.take_away()
        except DataError:
            raise type(error)(
                f"{error}; the folder {name} is left in your workspace: delete it by hand"
            ) from error
        noted("")
        raise


def settled_item(name: str, *, login: Credential | None = None) -> Deposited | None:
    """What became of an item whose publication was broken off: None where its folder is gone.

    Raises
    ------
    SourceError
        If D4Science gives no proper answer.
    """
    return _Publishing(_login(login), name).settled()


def _login(login: Credential | None) -> ContextLogin:
    from .tree import read_sources  # which knows the readers, and they ask with what is here

    place = place_of(read_sources().entries["d4science_workspace"], "live")
    assert place is not None  # noqa: S101 -- the provider's own place is always there
    return ContextLogin(place, context(), login)


@dataclass(frozen=True)
class _Publishing:
    """The steps of one item."""

    login: ContextLogin
    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(_NAME, self.name):
            raise ParameterError(
                f"name = {self.name!r}: an item's is small letters, digits, _ and -"
            )

    def settled(self) -> Deposited | None:
        """The item, if it is published; else what was left of an earlier attempt is taken away."""
        found = self.item()
        if found is None:
            self.take_away()
        return found

    def item(self) -> Deposited | None:
        """The item of this name, if it is published."""
        try:
            told = as_json(self._ask(Ask(f"items/{self.name}", "catalogue")))
        except NotFound:
            return None
        extras = told.get("extras") if isinstance(told, dict) else None
        pages = [each.get("value") for each in extras or () if each.get("key") == "Item URL"]
        own = f"{_PAGES}/{self.login.context.rpartition('/')[2]}/{self.name}"
        return Deposited(self.name, "", str(pages[0]) if pages else own)

    def licence(self, spdx: str) -> str:
        """The licence as the catalogue calls it.

        Raises
        ------
        RequestRefused
            If it has no such licence.
        """
        known = as_json(self._ask(Ask("licenses", "catalogue")))
        try:
            names = [str(each["id"]) for each in known]
        except (KeyError, TypeError) as error:
            raise MalformedAnswer("licenses: it is no list of licences") from error
        found = next((each for each in names if each.casefold() == spdx), None)
        if found is None:
            raise RequestRefused(
                f"{NAME}: its catalogue has no licence {spdx}; it has {', '.join(names)}"
            )
        return found

    def take_away(self) -> None:
        """Delete the folder for good, if it is there."""
        for each in self._children(self._root()):
            if each.get("name") == self.name:
                path = with_query(f"items/{each.get('id')}", {"force": "true"})
                statuses = frozenset({200, 202, 204})
                self._ask(Ask(path, "workspace", "DELETE", statuses=statuses))

    def send(self, files: Mapping[str, Path]) -> list[dict[str, str]]:
        """Send the files, and give what the item says of each.

        Raises
        ------
        MalformedAnswer
            If one is not as long there as it left.
        """
        made = {"name": self.name, "description": "Files of a published item", "hidden": "false"}
        folder = self._made(self._root(), "FOLDER", urlencode(made).encode(), None, {})
        sent = {}
        for name, path in files.items():
            said = {"name": name, "description": name}
            sent[name] = self._made(folder, "FILE", b"", path, said)
        there = {each.get("name"): each.get("content") or {} for each in self._children(folder)}
        resources = []
        for name, path in files.items():
            size = path.stat().st_size
            if there.get(name, {}).get("size") != size:
                raise MalformedAnswer(f"{name} did not arrive as it left: it was {size} bytes")
            link = as_json(self._ask(Ask(f"items/{sent[name]}/publiclink", "workspace")))
            if not isinstance(link, str) or not link.startswith(("https://", "http://")):
                raise MalformedAnswer(f"publiclink: {name} was given no address")
            resources.append(
                {
                    "name": name,
                    "url": link,
                    "format": path.suffix.removeprefix(".").upper(),
                    "description": f"{size} bytes, SHA-256 {checksum(path, 'sha256')}",
                }
            )
        return resources

    def publish(self, item: Mapping[str, Any]) -> Deposited:
        """Make the item. If the answer is lost, the item itself tells whether it happened."""
        ask = Ask(
            "items",
            "catalogue",
            "POST",
            json.dumps(item).encode(),
            _JSON,
            frozenset({200, 201}),
            repeatable=False,
        )
        try:
            self._ask(ask)
        except RequestRefused:
            raise
        except SourceError:
            found = self.item()
            if found is None:
                raise
            return found
        found = self.item()
        if found is None:
            raise MalformedAnswer(f"{NAME}: it took the item {self.name}, and has none")
        return found

    def _made(
        self, folder: str, kind: str, body: bytes, file: Path | None, form: Mapping[str, str]
    ) -> str:
        """Make something in a folder; its identifier, which comes as plain text."""
        headers = _FORM if file is None else {}
        ask = Ask(
            f"items/{folder}/create/{kind}",
            "workspace",
            "POST",
            body,
            headers,
            frozenset({200, 201}),
            repeatable=False,
            file=file,
            form=form,
        )
        try:
            told = self._ask(ask).content.decode(errors="replace").strip().strip('"')
        except OSError as error:
            raise ParameterError(f"files: {file} cannot be read: {error.strerror}") from error
        if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", told):
            raise MalformedAnswer(f"create/{kind}: the answer is no identifier")
        return told

    def _root(self) -> str:
        path = with_query("", {"exclude": "hl:accounting"})
        told = part(as_json(self._ask(Ask(path, "workspace"))), "item", dict)
        return str(told.get("id", ""))

    def _children(self, folder: str) -> list[Mapping[str, Any]]:
        path = with_query(
            f"items/{folder}/children", {"exclude": "hl:accounting", "showHidden": "false"}
        )
        found: list[Mapping[str, Any]] = part(
            as_json(self._ask(Ask(path, "workspace"))), "itemlist", list
        )
        return found

    def _ask(self, ask: Ask) -> File:
        return self.login.fetch([ask])[0]


def _item(
    name: str, told: Description, licence: str, resources: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """The item as the catalogue takes it: CKAN's, with a type (``system:type``)."""
    creators = (
        f"{each.name} ({each.orcid})" if each.orcid else each.name for each in told.creators
    )
    extras = {
        "system:type": "Dataset",
        "Creators": "; ".join(creators),
        "Publisher": told.publisher,
        "Publication date": told.published.isoformat(),
        **({"Version": told.version} if told.version else {}),
    }
    for relation in dict.fromkeys(each.relation for each in told.related):
        of = (each.identifier for each in told.related if each.relation == relation)
        extras[relation] = "; ".join(of)
    tags = (" ".join(re.sub(r"[^\w .-]+", " ", each).split())[:100] for each in told.keywords)
    return {
        "name": name,
        "title": told.title,
        "notes": told.description,
        "license_id": licence,
        "private": False,
        "tags": [{"name": each} for each in dict.fromkeys(tags) if len(each) > 1],
        "resources": [*resources],
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
    }
