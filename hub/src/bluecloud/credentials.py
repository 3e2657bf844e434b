"""Logins at providers: stored once with the deployment, and kept where a laboratory's readers look.

The deployment seals them. They come back to a person's own laboratories and runs alone, into the
folder that ``BLUECLOUD_CREDENTIALS_DIR`` names, one file a source.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .service import Service

FOLDER = "BLUECLOUD_CREDENTIALS_DIR"
_SOURCE = re.compile(r"[a-z0-9_]{1,30}")


@dataclass(frozen=True)
class Stored:
    """A stored login, without what it is.

    Attributes
    ----------
    kind
        ``token``, ``password``, or ``unreadable`` where it has to be stored anew.
    expires, fetched
        When it ends, where that is known; when a laboratory or run last took it.
    """

    source: str
    kind: str
    username: str | None
    stored: datetime
    expires: datetime | None
    fetched: datetime | None
    expired: bool

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Stored:
        """A stored login as the service tells it."""
        times = {
            name: datetime.fromisoformat(said[name]) if said.get(name) else None
            for name in ("stored", "expires", "fetched")
        }
        plain = {name: said[name] for name in ("source", "kind", "username", "expired")}
        return cls(**plain, **times)  # type: ignore[arg-type]


def stored(service: Service) -> list[Stored]:
    """Which logins the person has stored."""
    return [Stored.told(said) for said in service.ask("GET", "/credentials")]


def store(service: Service, source: str, **login: str) -> Stored:
    """Store a login in the place of an earlier one.

    Parameters
    ----------
    login
        ``token``; or ``username`` and ``password``.

    Raises
    ------
    ServiceError
        If it is refused; the message never holds the secret.
    """
    return Stored.told(service.ask("PUT", f"/credentials/{quote(source, safe='')}", json=login))


def remove(service: Service, source: str) -> None:
    """Forget a login, here and in the deployment; runs that have it keep it to their end."""
    service.ask("DELETE", f"/credentials/{quote(source, safe='')}")
    folder = folder_of_logins()
    if folder is not None and _SOURCE.fullmatch(source):
        (folder / f"{source}.json").unlink(missing_ok=True)


def bring(service: Service) -> list[str]:
    """Bring the person's logins to where this laboratory's readers look.

    Returns
    -------
    list of str
        The sources; a file of any other that the service had given before is taken away.

    Raises
    ------
    ServiceError
        If the service refuses, or does not answer: nothing is changed then.
    OSError
        If the folder cannot be written.
    """
    folder = folder_of_logins()
    if folder is None:
        return []
    found = service.ask("POST", "/credentials/fetch")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for source, login in found.items():
        if _SOURCE.fullmatch(source):
            _write(folder / f"{source}.json", login)
    given = folder / ".given"
    before = given.read_text(encoding="utf-8").split() if given.is_file() else []
    for source in set(before) - set(found):
        if _SOURCE.fullmatch(source):
            (folder / f"{source}.json").unlink(missing_ok=True)
    _write(given, None, " ".join(sorted(found)))
    return sorted(found)


def folder_of_logins() -> Path | None:
    """Where readers look; None where the environment names no folder."""
    told = os.environ.get(FOLDER)
    return Path(told) if told else None


def _write(path: Path, login: Any, text: str = "") -> None:
    draft = path.with_name(f".{path.name}.new")
    held = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(held, "w", encoding="utf-8") as file:
        file.write(json.dumps(login) if login is not None else text)
    draft.replace(path)
