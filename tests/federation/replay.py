"""Recorded answers by the address they came from: what was recorded is given, and no other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.federation.server import Reply, Request

TYPES = {
    "csv": "text/csv",
    "gml": "application/gml+xml",
    "html": "text/html",
    "js": "application/json",
    "json": "application/json",
    "nc": "application/x-netcdf",
    "xml": "text/xml",
    "xsd": "text/xml",
}


@dataclass(frozen=True)
class Replayed:
    """One recorded answer."""

    path: Path
    status: int = 200


@dataclass(frozen=True)
class Replay:
    """Recordings by service, path and query, both decoded."""

    answers: Mapping[str, Replayed]

    def answer(self, request: Request) -> Reply | None:
        """The recording of this very request."""
        found = self.answers.get(asked_of(request.path, request.raw_query))
        if found is None:
            return None
        kind = found.path.name.rpartition(".")[2]
        return Reply(found.path.read_bytes(), found.status, TYPES.get(kind, "text/plain"))


def asked_of(path: str, raw_query: str) -> str:
    """A request as one line, however it was encoded."""
    return f"{path.strip('/')}?{unquote(raw_query).replace('+', ' ')}"


def replayed(
    recordings: Mapping[str, Replayed], services: Mapping[str, str]
) -> Mapping[str, Replayed]:
    """Recordings by what a provider's folder is asked.

    Parameters
    ----------
    recordings
        By the address they came from.
    services
        The folder of each beginning of an address.
    """
    found = {}
    for address, recording in recordings.items():
        for beginning, folder in services.items():
            if address.startswith(beginning):
                parts = urlsplit(address[len(beginning) :].lstrip("/"))
                query = address.partition("?")[2]
                found[asked_of(f"{folder}/{parts.path.partition('?')[0]}", query)] = recording
                break
    return found


def argopy_index(folder: Path) -> Mapping[str, Replayed]:
    """Recordings of argopy's maintainers; a text of ERDDAP's is what came with 404."""
    listed = json.loads((folder / "index.json").read_text())
    found = {}
    for each in listed if isinstance(listed, list) else listed["items"]:
        name = each.get("file") or f"{each['sha']}.{each['ext']}"
        path = folder / name
        if path.is_file():
            empty = path.read_bytes().startswith(b"Error {")
            found[each.get("uri") or each["url"]] = Replayed(path, 404 if empty else 200)
    return found
