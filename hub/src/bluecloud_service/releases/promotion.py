"""What people are given, in the database and in the files from which the hub starts laboratories.

The database is changed first, in one transaction; the files follow from it under the lock of all
who write them. A service that is killed between the two is put right by whoever looks next. A file
that names something else than the database, and than what was written before, is an operator's
(``make images``): that release is taken into the history.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bluecloud_hub.errors import ReleaseError
from bluecloud_hub.releases import (
    Release,
    read_release,
    release_path,
    write_release,
    writing,
)

from ..errors import NotAsked, NotNow
from .records import Audience, Kept, Kind, Steps, steps
from .store import Releases

log = logging.getLogger(__name__)

OPERATOR = "make images"  # who made a release that the files tell of first


class Promotion:
    """Gives people releases.

    Parameters
    ----------
    folder
        ``BLUECLOUD_STATE/releases``, which the hub reads.
    """

    def __init__(self, store: Releases, folder: Path) -> None:
        self._store = store
        self._folder = folder

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold what people are given: nobody changes it meanwhile, in this process or another.

        Raises
        ------
        NotNow
            If the files cannot be read or written.
        """
        try:
            with writing(self._folder):
                yield
        except (ReleaseError, OSError) as error:
            raise NotNow(f"the files of releases cannot be used: {error}") from error

    def settle(self, laboratory: str) -> None:
        """Bring the files of a laboratory and the database together.

        Raises
        ------
        NotNow
            If they cannot be read or written.
        """
        with self.held():
            self._settle(laboratory)

    def move(
        self,
        laboratory: str,
        audience: Audience,
        to: str | None,
        *,
        expected: str | None,
        kind: Kind,
        by: str,
    ) -> None:
        """Give an audience another release; see `Releases.move`."""
        with self.held():
            self._settle(laboratory)
            self._store.move(laboratory, audience, to, expected=expected, kind=kind, by=by)
            self._settle(laboratory)

    def step(
        self, laboratory: str, audience: Audience, kind: Kind, *, expected: str | None, by: str
    ) -> None:
        """Go one step back (``rollback``) or forward again (``forward``).

        Raises
        ------
        NotAsked
            If there is no such step.
        Overtaken
            If the audience has another release than the expected one.
        """
        with self.held():
            self._settle(laboratory)
            left = self.steps(laboratory, audience)
            targets = left.back if kind == "rollback" else left.forward
            if not targets or (targets[-1] is None and audience == "everyone"):
                way = "before it" if kind == "rollback" else "after it"
                raise NotAsked(f"{laboratory}: {audience} had no release {way} to go to")
            self._store.move(laboratory, audience, targets[-1], expected=expected, kind=kind, by=by)
            self._settle(laboratory)

    def steps(self, laboratory: str, audience: Audience) -> Steps:
        """Where one step back and one forward lead."""
        return steps(m for m in self._store.moves(laboratory) if m.audience == audience)

    def _settle(self, laboratory: str) -> None:
        found = self._read(laboratory)
        given = self._store.given(laboratory, "everyone")
        known = {given.image, self._store.written(laboratory)} if given else set()
        if found and found.image not in known:
            given = self._adopted(laboratory, found, given)
        elif given and (found is None or found.image != given.image):
            write_release(self._folder, _release(given))
        if given:
            self._store.note_written(laboratory, given.image)
        own = self._store.given(laboratory, "testers")
        path = release_path(self._folder, laboratory, testers=True)
        if own is None:
            path.unlink(missing_ok=True)
        elif not path.exists() or read_release(self._folder, laboratory, testers=True) != _release(
            own
        ):
            write_release(self._folder, _release(own), testers=True)

    def _read(self, laboratory: str) -> Release | None:
        if not release_path(self._folder, laboratory).exists():
            return None
        return read_release(self._folder, laboratory)

    def _adopted(self, laboratory: str, found: Release, before: Kept | None) -> Kept:
        """Take what an operator made into the history."""
        log.info("%s: %s is from an operator, and is in the history now", laboratory, found.name)
        kept = self._store.add(
            laboratory,
            found.digest,
            image=found.image,
            version=found.version,
            message="",
            origin="server",
            made_by=OPERATOR,
            state="server",
        )
        self._store.move(
            laboratory,
            "everyone",
            kept.digest,
            expected=before.digest if before else None,
            kind="server",
            by=OPERATOR,
        )
        return kept


def _release(kept: Kept) -> Release:
    return Release(
        slug=kept.laboratory,
        version=kept.version,
        image=kept.image,
        local="@" not in kept.image,
        released=kept.made,
    )
