"""The last good answers of providers, kept as files with their date.

``BLUECLOUD_SNAPSHOTS`` names the folder; without it nothing is kept. An answer is two files,
its body and a note beside it, both written aside and moved into place, so that several
laboratories can share the folder. The note goes last: a body without one does not count.
"""

import hashlib
import json
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .http import Validators


@dataclass(frozen=True)
class Kept:
    """One kept answer."""

    body: Path
    validators: Validators
    kept_at: str
    status: int = 200

    def content(self) -> bytes:
        """Its bytes."""
        return self.body.read_bytes()


@dataclass(frozen=True)
class Snapshots:
    """The folder of kept answers."""

    path: Path

    @classmethod
    def from_environment(cls) -> "Snapshots | None":
        """The folder that ``BLUECLOUD_SNAPSHOTS`` names, if it does."""
        told = os.environ.get("BLUECLOUD_SNAPSHOTS")
        return cls(Path(told)) if told else None

    def find(self, url: str) -> Kept | None:
        """What was kept of this address; nothing if it cannot be read, or was spoilt."""
        note_path = self._note(url)
        try:
            note = json.loads(note_path.read_text(encoding="utf-8"))
            body = self.path / f"{note['sha256']}.body"
            if hashlib.sha256(body.read_bytes()).hexdigest() != note["sha256"]:
                return None
            validators = Validators(note["etag"], note["last_modified"])
            return Kept(body, validators, note["kept_at"], int(note.get("status", 200)))
        except (OSError, ValueError, KeyError, TypeError):  # others write here too
            return None

    def keep(self, url: str, content: bytes, validators: Validators, status: int = 200) -> None:
        """Keep an answer in place of the one before."""
        self.path.mkdir(parents=True, exist_ok=True)
        sha256 = hashlib.sha256(content).hexdigest()
        note = {
            "url": url,
            "sha256": sha256,
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "status": status,
            "kept_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._write(self.path / f"{sha256}.body", content)
        self._write(self._note(url), json.dumps(note).encode())

    def _note(self, url: str) -> Path:
        return self.path / f"{hashlib.sha256(url.encode()).hexdigest()}.json"

    def _write(self, path: Path, content: bytes) -> None:
        aside = path.with_name(f".{uuid.uuid4()}")
        aside.write_bytes(content)
        aside.replace(path)
