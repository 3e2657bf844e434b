"""Records of repositories in their three forms: InvenioRDM's, Zenodo's older, B2SHARE's version 2.

B2SHARE is InvenioRDM since its version 3, and so is Zenodo, which still answers in its older
form where nobody asks for the other. Records that B2SHARE kept from before have a third one.
What is read of all is the same: who, what, when, under which licence, and the files with the
checksums by which a download is known to be whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..errors import MalformedAnswer

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class RecordFile:
    """A file of a record; ``checksum`` is written ``md5:...``, ``size`` in bytes."""

    key: str
    url: str
    size: int | None
    checksum: str


@dataclass(frozen=True)
class RepositoryRecord:
    """One version of a published record."""

    id: str
    title: str
    description: str
    creators: tuple[str, ...]
    keywords: tuple[str, ...]
    published: str
    licence: str
    doi: str
    version: str
    files: tuple[RecordFile, ...]


def record(told: Any, where: str) -> RepositoryRecord:
    """A record in whichever form it comes.

    Raises
    ------
    MalformedAnswer
        If it is none of them.
    """
    try:
        metadata = told["metadata"]
        if "titles" in metadata:
            return _version_2(told, metadata)
        return _invenio(told, metadata)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise MalformedAnswer(f"{where}: it is no record: {error!r}") from error


def _invenio(told: Mapping[str, Any], metadata: Mapping[str, Any]) -> RepositoryRecord:
    creators = []
    for each in metadata.get("creators") or []:
        person = each.get("person_or_org") or each
        whole = ", ".join(filter(None, (person.get("family_name"), person.get("given_name"))))
        creators.append(person.get("name") or whole)
    rights = metadata.get("rights") or metadata.get("license") or []
    rights = rights if isinstance(rights, list) else [rights]
    doi = ((told.get("pids") or {}).get("doi") or {}).get("identifier")
    subjects = [each.get("subject") or "" for each in metadata.get("subjects") or []]
    return RepositoryRecord(
        id=str(told["id"]),
        title=metadata["title"],
        description=_plain(metadata.get("description")),
        creators=tuple(creators),
        keywords=tuple(filter(None, [*subjects, *(metadata.get("keywords") or [])])),
        published=str(metadata.get("publication_date") or "")[:10],
        licence="; ".join(str(each.get("id") or "") for each in rights),
        doi=str(doi or told.get("doi") or metadata.get("doi") or ""),
        version=str(metadata.get("version") or ""),
        files=tuple(_files(told.get("files"))),
    )


def _files(told: Any) -> list[RecordFile]:
    """Files as a list (Zenodo's older form) or as entries by name (InvenioRDM)."""
    if isinstance(told, Mapping):
        told = [{"key": key, **each} for key, each in (told.get("entries") or {}).items()]
    made = []
    for each in told or []:
        links = each.get("links") or {}
        url = links.get("content") or links.get("self") or ""
        size = each.get("size")
        made.append(RecordFile(each["key"], url, size, str(each.get("checksum") or "")))
    return made


def _version_2(told: Mapping[str, Any], metadata: Mapping[str, Any]) -> RepositoryRecord:
    descriptions = metadata.get("descriptions") or []
    base = (told.get("links") or {}).get("files", "")
    files = [
        RecordFile(
            each["key"],
            f"{base}/{quote(each['key'])}" if base else "",
            each.get("size"),
            str(each.get("checksum") or ""),
        )
        for each in told.get("files") or []
    ]
    return RepositoryRecord(
        id=str(told["id"]),
        title=metadata["titles"][0]["title"],
        description=_plain(" ".join(each.get("description", "") for each in descriptions)),
        creators=tuple(each.get("creator_name", "") for each in metadata.get("creators") or []),
        keywords=tuple(
            each if isinstance(each, str) else each.get("keyword", "")
            for each in metadata.get("keywords") or []
        ),
        published=str(metadata.get("publication_date") or told.get("created") or "")[:10],
        licence=str((metadata.get("license") or {}).get("license") or ""),
        doi=str(metadata.get("DOI") or ""),
        version="",
        files=tuple(files),
    )


def _plain(text: Any) -> str:
    """Text without tags, on one line."""
    return " ".join(_TAG.sub(" ", str(text or "")).split())


def whole(content: bytes, file: RecordFile, where: str) -> None:
    """Check that a download is the file.

    Raises
    ------
    MalformedAnswer
        If its size or checksum is another.
    """
    if file.size is not None and len(content) != file.size:
        raise MalformedAnswer(
            f"{where}: {file.key} has {len(content)} bytes, and its record says {file.size}"
        )
    kind, _, wanted = file.checksum.partition(":")
    if wanted and kind in {"md5", "sha256", "sha512"}:
        found = hashlib.new(kind, content, usedforsecurity=False).hexdigest()
        if found != wanted.lower():
            raise MalformedAnswer(f"{where}: {file.key} is not whole: its {kind} is another")
