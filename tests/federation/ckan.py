"""CKAN's action API over a list of packages: a small part of Solr's grammar, and its refusals."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.federation.server import Reply

MOST_ROWS = 1000


@dataclass(frozen=True)
class Packages:
    """What a CKAN holds."""

    packages: Sequence[dict[str, Any]]

    def answer(self, method: str, action: str, asked: dict[str, str]) -> Reply | None:
        """What an action answers; a read-only site takes GET only."""
        if method != "GET":
            return Reply(b"<html><h1>403 Forbidden</h1></html>", 403, "text/html")
        if action in {"group_list", "organization_list"}:
            return envelope(sorted({group for each in self.packages for group in groups(each)}))
        if action == "site_read":
            return envelope(True)
        if action == "package_show":
            for each in self.packages:
                if each["name"] == asked.get("id"):
                    return envelope(each)
            return refused("Not Found Error", "Not found", 404)
        if action != "package_search":
            return None
        try:
            start, rows = int(asked.get("start", 0)), int(asked.get("rows", 10))
        except ValueError:
            return refused("Validation Error", "Must be a natural number", 409)
        found = [each for each in self.packages if holds(each, asked.get("q", ""))]
        for part in filter(None, asked.get("fq", "").split(" AND ")):
            name, mark, value = part.partition(":")
            if name == "groups":
                found = [each for each in found if value in groups(each)]
            elif name == "metadata_modified" and (begin := re.match(r"\[(\S+) TO \*\]", value)):
                since = begin[1]
                found = [each for each in found if each.get("metadata_modified", "") >= since]
            elif not mark or name not in {"groups", "metadata_modified"}:
                return refused("Search Query Error", f"Invalid search query: {part}", 400)
        shown = found[start : start + min(rows, MOST_ROWS)]
        return envelope({"count": len(found), "results": shown})


def groups(package: dict[str, Any]) -> list[str]:
    """The communities of a package."""
    return [each["name"] for each in package.get("groups", [])]


def holds(package: dict[str, Any], words: str) -> bool:
    """Whether all words occur somewhere."""
    text = json.dumps(package, ensure_ascii=False).casefold()
    return all(word in text for word in words.casefold().split() if word != "*:*")


def envelope(result: object) -> Reply:
    """A result as CKAN wraps it."""
    body = {"help": "https://docs.ckan.org", "success": True, "result": result}
    return Reply(json.dumps(body).encode(), content_type="application/json;charset=utf-8")


def refused(kind: str, message: str, status: int) -> Reply:
    """An error as CKAN wraps it."""
    body = {"success": False, "error": {"__type": kind, "message": message}}
    return Reply(json.dumps(body).encode(), status, "application/json;charset=utf-8")
