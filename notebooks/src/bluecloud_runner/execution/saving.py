"""Saves a notebook while it is executed: whole, at most once a second, and on a full disk too.

A ballast lies beside it. Where nothing more can be written, it is removed for the last save.
"""

from __future__ import annotations

import time
from pathlib import Path

import nbformat

from bluecloud_runner.folders import write_whole
from bluecloud_runner.redaction import Secrets

BALLAST_BYTES = 5_000_000
_A_SECOND = 1.0
# Of the time, the most that goes into saving a large notebook.
_SHARE = 0.1


class Saving:
    """Saves one notebook to one place.

    Parameters
    ----------
    path
        Where to; None saves nowhere.
    """

    def __init__(self, notebook: nbformat.NotebookNode, path: Path | None, secrets: Secrets):
        self._notebook = notebook
        self._path = path
        self._secrets = secrets
        self._ballast = path.with_name(".ballast") if path else None
        self._next = 0.0
        self.error: OSError | None = None

    def begin(self) -> None:
        """Lay the ballast, and save for the first time."""
        if self._ballast is not None:
            try:
                write_whole(self._ballast, bytes(BALLAST_BYTES))
            except OSError:  # without it a full disk costs the last second's outputs
                self._ballast.unlink(missing_ok=True)
        self.save()

    def save_if_due(self) -> bool:
        """Save, if the last time is long enough ago; whether that is so."""
        is_due = time.monotonic() >= self._next
        if is_due:
            self.save()
        return is_due

    def save(self) -> None:
        """Save now; where it fails, what was saved before is still there, and `error` is set."""
        if self._path is None:
            return
        begin = time.monotonic()
        text = self._secrets.redact(nbformat.writes(self._notebook))
        try:
            write_whole(self._path, text.encode("utf-8", "replace"))
            self.error = None
        except OSError as error:
            self.error = error
        took = time.monotonic() - begin
        self._next = begin + max(_A_SECOND, took / _SHARE)

    def end(self) -> None:
        """Save for the last time, where need be in the ballast's room."""
        self.save()
        if self._ballast is not None:
            self._ballast.unlink(missing_ok=True)
            if self.error is not None:
                self.save()
