"""A repository of InvenioRDM, emulated with its states: draft, files, publication.

A draft may be incomplete, and says so in ``errors``; only publishing refuses it. A file is
announced, sent, and committed, and only a committed one counts. After publication there is no
draft any more, and the record has a DOI. B2SHARE and Zenodo differ in one field.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.federation.server import Reply, Request


@dataclass
class Draft:
    """What has been sent of a record so far."""

    metadata: dict[str, Any]
    token: str = ""  # whose it is
    files: dict[str, bytes | None] = field(default_factory=dict)  # none: announced, not sent
    committed: set[str] = field(default_factory=set)


@dataclass
class Invenio:
    """One repository; ``tokens`` are those that it gave, and no other server's."""

    tokens: tuple[str, ...]
    resource_types: bool  # B2SHARE's plural, or InvenioRDM's own singular
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    content: dict[tuple[str, str], bytes] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    number: int = 0
    wrong_checksum: bool = False  # a disk that lies

    def answer(self, request: Request, path: str) -> Reply | None:
        """What the repository answers at a path below its address."""
        if path.endswith("/"):
            return told("Not Found", 404)
        parts = path.split("/")
        if parts[0] != "records":
            return None
        if request.method == "GET" and "draft" not in parts:
            return self.read(request, parts)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            return told("The server could not verify that you are authorized.", 401)
        if parts == ["records"]:
            return self.create(json.loads(request.body), bearer)
        draft = self.drafts.get(parts[1])
        if draft is None:
            return told("The persistent identifier does not exist.", 404)
        if draft.token != bearer:
            return told("Permission denied.", 403)
        return self.change(request, parts, draft)

    def read(self, request: Request, parts: list[str]) -> Reply | None:
        """A search, a record, or the content of a file."""
        address = request.address
        if len(parts) == 1:
            words = request.query.get("q", "").casefold().split()
            size, page = int(request.query.get("size", 10)), int(request.query.get("page", 1))
            found = [
                self.shown(id, address)
                for id, record in self.published.items()
                if all(word in json.dumps(record).casefold() for word in words)
            ]
            hits = {"total": len(found), "hits": found[(page - 1) * size : page * size]}
            return as_json({"hits": hits, "links": {}})
        if parts[1] not in self.published:
            return told("The persistent identifier does not exist.", 404)
        if len(parts) == 2:
            return as_json(self.shown(parts[1], address))
        if parts[2] == "files" and parts[-1] == "content":
            found_content = self.content.get((parts[1], unquote(parts[3])))
            return None if found_content is None else Reply(found_content)
        return None

    def shown(self, id: str, address: str) -> dict[str, Any]:
        """A record with the links of its files; one kept from version 2 as it was."""
        record = self.published[id]
        if "files" in record:
            return record
        entries = {
            key: {
                "size": len(content),
                "checksum": f"md5:{md5(content)}",
                "links": {"content": f"{address}/{self.name}/records/{id}/files/{key}/content"},
            }
            for (of, key), content in self.content.items()
            if of == id
        }
        return {**record, "files": {"enabled": bool(entries), "entries": entries}}

    @property
    def name(self) -> str:
        """The folder of its service."""
        return "b2share" if self.resource_types else "zenodo"

    def create(self, told_record: dict[str, Any], token: str) -> Reply:
        """A draft, which nobody else sees."""
        self.number += 1
        id = f"draft-{self.number:05d}"
        self.drafts[id] = Draft(told_record["metadata"], token)
        return as_json(self.draft(id), 201)

    def draft(self, id: str) -> dict[str, Any]:
        """A draft as it is shown, with what it lacks."""
        metadata = self.drafts[id].metadata
        kind = "resource_types" if self.resource_types else "resource_type"
        needed = ["title", "publication_date", "creators", kind]
        missing = [
            {"field": f"metadata.{name}", "messages": ["Missing data for required field."]}
            for name in needed
            if not metadata.get(name)
        ]
        return {"id": id, "metadata": metadata, "is_draft": True, "errors": missing}

    def change(self, request: Request, parts: list[str], draft: Draft) -> Reply | None:
        """Everything that is done to a draft."""
        id, rest = parts[1], parts[3:]
        if not rest:
            if request.method == "DELETE":
                del self.drafts[id]
                return Reply(status=204)
            return as_json(self.draft(id)) if request.method == "GET" else None
        if rest == ["actions", "publish"]:
            return self.publish(id, draft)
        if rest == ["files"]:
            for each in json.loads(request.body):
                draft.files[each["key"]] = None
            return as_json({"entries": [{"key": key} for key in draft.files]}, 201)
        key = unquote(rest[1])
        if key not in draft.files:
            return told(f"File with key {key} not found.", 404)
        if rest[2] == "content":
            draft.files[key] = request.body
            return as_json({"key": key, "status": "pending"})
        content = draft.files[key]
        if content is None:
            return told("The file has no content.", 400)
        draft.committed.add(key)
        checksum = "0" * 32 if self.wrong_checksum else md5(content)
        shown = {"key": key, "status": "completed", "checksum": f"md5:{checksum}"}
        return as_json({**shown, "size": len(content)})

    def publish(self, id: str, draft: Draft) -> Reply:
        """Publish, or say what is lacking."""
        missing = self.draft(id)["errors"]
        if not draft.files or draft.committed != set(draft.files):
            missing.append({"field": "files.enabled", "messages": ["Missing uploaded files."]})
        if missing:
            body = {"status": 400, "message": "A validation error occurred.", "errors": missing}
            return as_json(body, 400)
        del self.drafts[id]
        published = id.replace("draft", "record")
        doi = {"identifier": f"10.5072/{published}", "provider": "datacite"}
        # A draft keeps its identifier when it is published.
        self.published[id] = {"id": id, "pids": {"doi": doi}, "metadata": draft.metadata}
        for key, content in draft.files.items():
            self.content[id, key] = content or b""
        return as_json(self.published[id], 202)


def md5(content: bytes) -> str:
    """The checksum that repositories give."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def told(message: str, status: int) -> Reply:
    """A refusal."""
    return as_json({"status": status, "message": message}, status)


def as_json(content: object, status: int = 200) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json")
