"""Depositing a product in a repository, with the login of whoever asks.

Publication cannot be undone, and a version goes into a repository once. So its row is written
before anything is sent, and one at a time is at it. Who asks again is answered with what there is,
and where a service went down in between, the repository is asked what became of the draft.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bluecloud_catalogs.credentials import Credential
from bluecloud_catalogs.descriptions import MOST_MB
from bluecloud_catalogs.errors import (
    CredentialRequired,
    DataError,
    ParameterError,
    RequestRefused,
)

from ..credentials.store import Credentials
from ..errors import NotAllowed, NotAsked, NotNow, NotThere, ServiceError
from ..identity import Person
from .deposit_wire import Deposit, DepositPlan, Parcel
from .deposits import Deposits, KeptDeposit
from .drafts import FILES, Drafts
from .entries import documents
from .parcels import packed, parcels
from .records import Kept
from .repositories import REPOSITORIES, Repository, RepositoryName, described
from .sight import Sight
from .store import Products

log = logging.getLogger(__name__)
_MOST_AT_ONCE = 4  # each holds a thread of the service's for as long as it takes


class DepositService:
    """Deposits, as those ask for them who may.

    Parameters
    ----------
    address
        Where the service lies below its host.
    pages
        The address of this deployment's products for everybody; empty where nobody outside
        reaches it.
    """

    def __init__(
        self,
        store: Products,
        deposits: Deposits,
        drafts: Drafts,
        credentials: Credentials,
        sight: Sight,
        address: str,
        pages: str,
    ) -> None:
        self._store = store
        self._deposits = deposits
        self._drafts = drafts
        self._credentials = credentials
        self._sight = sight
        self._address = address
        self._pages = pages
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def plan(
        self, person: Person, laboratory: str, slug: str, version: int, name: RepositoryName
    ) -> DepositPlan:
        """What would be sent, and whether it can be; nothing is sent.

        Raises
        ------
        NotAllowed
            If it is neither theirs nor of a laboratory that they manage.
        """
        kept = self._theirs(person, laboratory, slug, version)
        repository, found = REPOSITORIES[name], self._deposits.one(kept.id, name)
        why_not = ""
        try:
            self._open(kept)
            self._login(person, name)
        except ServiceError as error:
            why_not = str(error)
        return DepositPlan(
            repository=name,
            title=repository.title,
            address=repository.address,
            description=described(
                kept, takes_html=False, page=self._page(kept), earlier=self._earlier(kept, name)
            ),
            files=[
                Parcel(name=each, bytes=sum(output.bytes for output in of))
                for each, of in parcels(kept).items()
            ],
            why_not=why_not,
            deposit=self._told(found) if found else None,
        )

    def deposit(
        self, person: Person, laboratory: str, slug: str, version: int, name: RepositoryName
    ) -> Deposit:
        """Deposit and publish a version; that which there is, where it was deposited before.

        Raises
        ------
        NotAllowed
            If it is neither theirs nor of a laboratory that they manage.
        NotAsked
            If it is not open to everybody, there is no login, or the repository refuses it.
        Overtaken
            If somebody is depositing it there now.
        NotNow
            If the repository does not answer as it should; the words say what is left there.
        """
        kept = self._theirs(person, laboratory, slug, version)
        found = self._deposits.one(kept.id, name)
        if found and found.state == "deposited":
            return self._told(found)
        self._open(kept)
        login = self._login(person, name)
        with self._turn(), self._deposits.at_it(kept.id, name):
            self._open(self._store.one(kept.id))  # it may have been withdrawn in between
            found = self._deposits.one(kept.id, name)
            if found and found.state == "deposited":  # in between
                return self._told(found)
            with self._files(kept) as files:
                self._deposits.begin(kept.id, name, str(person.name))
                try:
                    done = self._sent(kept, name, files, login, found, person)
                except DataError as error:
                    self._deposits.fail(kept.id, name, str(error))
                    raise _refusal(error, name, REPOSITORIES[name]) from error
        try:
            cited = self._store.one(kept.id)
            self._drafts.cite(cited, documents(cited, self._address))
        except OSError:  # it is published; its citation is mended from time to time
            log.exception("%s could not be given its DOI", kept.name)
        return self._told(done)

    def _sent(
        self,
        kept: Kept,
        name: RepositoryName,
        files: Iterable[Path],
        login: Credential,
        before: KeptDeposit | None,
        person: Person,
    ) -> KeptDeposit:
        repository, words = REPOSITORIES[name], ""
        if before and before.draft:
            if before.person != person.name:
                words = f"{before.draft} of {before.person} may be left there, unpublished."
            try:
                done = repository.settled(before.draft, login)
            except CredentialRequired:  # it is another's draft; or nothing will be taken from here
                words = f"{before.draft} is left there, unpublished: whoever began it deletes it."
            else:
                if done:
                    return self._deposits.end(kept.id, name, done, person=before.person)
                self._deposits.note(kept.id, name, "")
        description = described(
            kept,
            takes_html=repository.takes_html,
            page=self._page(kept),
            earlier=self._earlier(kept, name),
        )
        done = repository.deposit(
            kept,
            description,
            [*files],
            login,
            lambda draft: self._deposits.note(kept.id, name, draft),
        )
        return self._deposits.end(kept.id, name, done, person=str(person.name), words=words)

    # ----------------------------------------------------------------------------------------

    def _theirs(self, person: Person, laboratory: str, slug: str, version: int) -> Kept:
        kept = self._store.version(laboratory, slug, version)
        if not self._sight.shows(kept, person):
            raise NotThere(f"{laboratory} has published no {slug} of version {version}")
        if not person.manages(laboratory) and kept.proposed_by != person.name:
            raise NotAllowed(f"{kept.name} is deposited by who made it, or by a manager")
        return kept

    def _open(self, kept: Kept) -> None:
        """Refuse what is not open to everybody, and what is too large to be sent from here."""
        if kept.state == "withdrawn":
            raise NotAsked(f"{kept.name} was withdrawn by {kept.decided_by}: {kept.words}")
        if kept.members_only:
            raise NotAsked(f"{kept.name} is its laboratory's members': a repository is everybody's")
        if kept.is_held:
            raise NotAsked(f"the files of {kept.name} are under embargo until {kept.embargo}")
        size_mb = sum(one["bytes"] for one in kept.files) / 1e6
        if size_mb > MOST_MB:
            raise NotAsked(
                f"{kept.name} is {size_mb:.0f} MB, and {MOST_MB:g} MB are sent from here: deposit "
                "it on the repository's own page"
            )

    def _login(self, person: Person, name: RepositoryName) -> Credential:
        login = self._credentials.one(str(person.name), name)
        if login is None:
            raise NotAsked(
                f"you have stored no login for {name} that is in force: make one at "
                f"{REPOSITORIES[name].tokens} and store it with 'bluecloud credentials add {name} "
                "--token'"
            )
        return login

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(blocking=False):
            raise NotNow("other products are being deposited just now: try again in a minute")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _files(self, kept: Kept) -> Iterator[list[Path]]:
        folder = self._drafts.folder(kept)
        if folder is None:
            raise NotThere(f"the files of {kept.name} are gone")
        with packed(kept, folder / FILES, self._drafts.scratch) as files:
            yield [*files]

    def _earlier(self, kept: Kept, name: RepositoryName) -> list[str]:
        """The DOI in this repository of the last version before this that has one."""
        for one in self._store.versions(kept.laboratory, kept.slug):
            if (one.version or 0) < (kept.version or 0):
                found = self._deposits.one(one.id, name)
                if found and found.doi:
                    return [found.doi]
        return []

    def _page(self, kept: Kept) -> str:
        own = f"products/{kept.laboratory}/{kept.slug}/{kept.version}"
        return f"{self._pages}/{own}" if self._pages else ""

    def _told(self, kept: KeptDeposit) -> Deposit:
        is_at_it = kept.state == "begun" and self._deposits.is_at_it(kept.product, kept.repository)
        return Deposit.of(kept, is_at_it=is_at_it)


def _refusal(error: DataError, name: str, repository: Repository) -> ServiceError:
    """The error in the service's own terms."""
    if isinstance(error, CredentialRequired):
        return NotAsked(
            f"{repository.title} does not take your login: {error}: make one at "
            f"{repository.tokens} and store it with 'bluecloud credentials add {name} --token'"
        )
    if isinstance(error, ParameterError | RequestRefused):
        return NotAsked(f"{repository.title} does not take it: {error}")
    return NotNow(f"{repository.title} does not answer as it should: {error}")
