"""The person's own copies of the curated notebooks.

Copies lie in ``<home>/<slug>``, and ``<home>/.bluecloud/<slug>/curated.json`` remembers the
checksum each was made from. From the two follows all else:

- a copy that equals what it was made from follows the curated notebook when that changes;
- a copy the person changed, by a saved run too, is never written again;
- a copy the person deleted is not brought back at start, only when it is opened.

Every write is a new file that takes its name at once, by link or rename: a reader sees a whole
notebook, and a name that exists is not overwritten.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bluecloud_panel.errors import HomeNotWritable

_LIMIT = 1000  # copies under one name in one minute; more is a loop and no person


@dataclass(frozen=True)
class CopyState:
    """How the person's copy stands to the curated notebook."""

    path: Path | None
    changed: bool = False
    curated_is_newer: bool = False


class Copies:
    """The copies of one laboratory's notebooks in one home."""

    def __init__(self, home: Path, slug: str) -> None:
        self._home = home
        self._folder = home / slug
        self._record = home / ".bluecloud" / slug / "curated.json"

    def state(self, curated: Path) -> CopyState:
        """How the copy of a curated notebook stands; reads only."""
        copy = self._folder / curated.name
        if not copy.is_file():
            return CopyState(None)
        try:
            now = _checksum(copy)
        except OSError:
            return CopyState(copy, changed=True)  # theirs, and closed even to us: left alone
        made_from = self._remembered().get(curated.stem)
        latest = _checksum(curated)
        if now == latest:
            return CopyState(copy)
        changed = now != made_from
        return CopyState(copy, changed=changed, curated_is_newer=latest != made_from)

    def make_all(self, curated: list[Path]) -> None:
        """Make the copies that never were, and bring unchanged ones up to date.

        Raises
        ------
        HomeNotWritable
            If the home takes no writing.
        """
        remembered = self._remembered()
        for notebook in curated:
            if notebook.stem not in remembered or self.state(notebook).path is not None:
                self.make(notebook)

    def make(self, curated: Path) -> Path:
        """The person's copy, made or brought up to date unless they changed it.

        Raises
        ------
        HomeNotWritable
            If there is no copy yet and the home takes no writing.
        """
        copy = self._folder / curated.name
        state = self.state(curated)
        if state.path is not None and state.changed:
            return copy
        content = curated.read_bytes()
        with _writing(self._home):
            if state.path is None:
                if not _write_new(copy, content):
                    raise HomeNotWritable(f"{copy} is in the way: it is no file")
            elif state.curated_is_newer:
                _replace(copy, content)
            self._remember(curated.stem, hashlib.sha256(content).hexdigest())
        return copy

    def write_fresh(self, name: str, content: bytes) -> Path:
        """A new notebook under a readable name that nothing has yet: the name and the minute.

        Raises
        ------
        HomeNotWritable
            If the home takes no writing.
        """
        stem = f"{name} {datetime.now():%Y-%m-%d %H%M}"
        with _writing(self._home):
            for number in range(1, _LIMIT):
                path = self._folder / (f"{stem}.ipynb" if number == 1 else f"{stem}-{number}.ipynb")
                if not path.exists() and _write_new(path, content):
                    return path
        raise HomeNotWritable(f"{self._folder} already has {_LIMIT} notebooks named {stem}")

    def check_writable(self) -> None:
        """Write and remove a file, since permissions alone do not tell of a full or ro disk.

        Raises
        ------
        HomeNotWritable
            If that failed, with the reason.
        """
        with _writing(self._home), tempfile.TemporaryFile(dir=self._home) as probe:
            probe.write(b"\0")
            probe.flush()

    def _remembered(self) -> dict[str, str]:
        """The checksums copies were made from; a record that cannot be read remembers none.

        None is the safe answer: copies then count as changed by the person.
        """
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in record.items()} if isinstance(record, dict) else {}

    def _remember(self, name: str, checksum: str) -> None:
        remembered = self._remembered()
        if remembered.get(name) != checksum:
            text = json.dumps({**remembered, name: checksum}, indent=1, sort_keys=True)
            _replace(self._record, text.encode())


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """Say plainly what a failed write means to the person."""
    try:
        yield
    except OSError as error:
        raise HomeNotWritable(
            f"Nothing can be written to {home}: {error.strerror or error}"
        ) from error


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file whose name is free; False if another took the name meanwhile."""
    temporary = _temporary(path, content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def _replace(path: Path, content: bytes) -> None:
    _temporary(path, content).replace(path)


def _temporary(path: Path, content: bytes) -> Path:
    """The content in a file beside the path; hidden, so that no listing shows it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary = Path(file.name)
    temporary.chmod(0o644)
    return temporary
