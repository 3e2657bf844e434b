"""What can be asked of products, without a word about HTTP: found, fetched, withdrawn."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from ..errors import NotAllowed, NotThere, Overtaken
from ..identity import Person
from ..runs.outputs import open_below
from .deposits import Deposits
from .drafts import FILES, Drafts
from .entries import documents, tombstone
from .records import PUBLIC, Kept, State
from .repositories import REPOSITORIES
from .shown import Shown
from .store import Products
from .wire import Detail, Product

log = logging.getLogger(__name__)


class ProductService:
    """Products, as the people who use them ask for them.

    Parameters
    ----------
    address
        Where the service lies below its host.
    """

    def __init__(
        self, store: Products, drafts: Drafts, shown: Shown, deposits: Deposits, address: str
    ) -> None:
        self._store = store
        self._drafts = drafts
        self._shown = shown
        self._deposits = deposits
        self._address = address

    def finish(self, kept: Kept) -> Kept:
        """Move the files of an approved product to their place, and publish it; once or again."""
        try:
            self._drafts.store(kept, documents(kept, self._address))
        except NotThere as error:
            words = f"{error}: propose it again"
            return self._store.change(
                kept.id, ["storing"], state="refused", version=None, words=words
            )
        try:
            return self._store.change(kept.id, ["storing"], state="published")
        except Overtaken:  # another service was quicker
            return self._store.one(kept.id)

    def published(
        self, person: Person, laboratory: str | None, *, withdrawn: bool = False
    ) -> list[Product]:
        """What is published and a person sees, the newest first.

        Parameters
        ----------
        withdrawn
            With what was withdrawn, whose ``words`` say why.
        """
        states: tuple[State, ...] = PUBLIC if withdrawn else ("published",)
        found = filter(self._shown.to(person), self._store.in_state(*states))
        return [Product.of(one) for one in found if laboratory in {None, one.laboratory}]

    def product(self, person: Person, laboratory: str, slug: str, version: int | None) -> Detail:
        """A product; its newest version that was not withdrawn, where none is named."""
        if version is not None:
            return self._shown.detail(
                self._shown.version(person, laboratory, slug, version), person
            )
        versions = [*filter(self._shown.to(person), self._store.versions(laboratory, slug))]
        if not versions:
            raise NotThere(f"{laboratory} has published no {slug}")
        there = [one for one in versions if one.state == "published"]
        return self._shown.detail((there or versions)[0], person)

    def file(
        self, person: Person, laboratory: str, slug: str, version: int, path: str
    ) -> tuple[BinaryIO, str]:
        """A file of a product, opened, and its name.

        Raises
        ------
        NotAllowed
            If an embargo holds it back.
        NotThere
            If there is none, or the product was withdrawn, with the reason.
        """
        kept = self._shown.version(person, laboratory, slug, version)
        if kept.state == "withdrawn":
            raise NotThere(f"{kept.name} was withdrawn by {kept.decided_by}: {kept.words}")
        if kept.is_held:
            raise NotAllowed(f"the files of {kept.name} are under embargo until {kept.embargo}")
        folder = self._drafts.folder(kept)
        if folder is None:
            raise NotThere(f"the files of {kept.name} are gone")
        return open_below(folder / FILES, path), quote(PurePosixPath(path).name)

    def withdraw(
        self, person: Person, laboratory: str, slug: str, version: int, reason: str
    ) -> Detail:
        """Take a version's files away for ever; what is known of it stays, with the reason.

        Raises
        ------
        NotAllowed
            If it is neither theirs nor of a laboratory that they manage.
        Overtaken
            If it is withdrawn already, or being deposited just now.
        """
        kept = self._shown.version(person, laboratory, slug, version)
        if not person.manages(laboratory) and kept.proposed_by != person.name:
            raise NotAllowed(f"{kept.name} is withdrawn by who made it, or by a manager")
        decided = {"decided_by": str(person.name), "words": reason}
        with self._deposits.nobody_at_it(kept.id, REPOSITORIES):
            kept = self._store.change(kept.id, ["published"], state="withdrawn", **decided)
            self._drafts.bury(kept, tombstone(kept))
        return self._shown.detail(kept, person)

    def mend(self, *, age_s: float = 0.0) -> None:
        """Finish what was begun, and give out what an embargo held back until today, and DOIs.

        Parameters
        ----------
        age_s
            How long ago it was decided: what is newer may be on its way just now.
        """
        waiting = self._store.in_state("waiting", "storing")
        self._drafts.discard_others(kept.id for kept in waiting)
        before = datetime.now(UTC).timestamp() - age_s
        for kept in waiting:
            if kept.state == "storing" and kept.decided and kept.decided.timestamp() <= before:
                _tried(self.finish, kept)
        for kept in self._store.in_state("published"):
            _tried(self._drafts.release, kept)
            _tried(lambda one: self._drafts.cite(one, documents(one, self._address)), kept)
        for kept in self._store.in_state("withdrawn"):
            _tried(lambda one: self._drafts.bury(one, tombstone(one)), kept)


def _tried(step: Callable[[Kept], object], kept: Kept) -> None:
    """Do a step; what fails is left for the next time, and keeps no other product waiting."""
    try:
        step(kept)
    except Exception:
        log.exception("%s could not be finished", kept.name)
