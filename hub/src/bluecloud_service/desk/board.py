"""What a laboratory's managers see on its desk: names, states and counts, and nobody's work."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from bluecloud_hub.homes import shared
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.notices import Notice, read_notice
from bluecloud_hub.quotas import Quota, beyond, is_enforced

from ..errors import NotAllowed, NotThere
from ..feedback import Feedback
from ..feedback.store import Thread
from ..identity import Person
from ..products.waiting import Waiting, WaitingProducts
from ..releases.service import ReleaseService
from ..releases.wire import Listed
from ..survey import Surveys
from ..survey.results import Results, as_csv
from ..usage.store import Month, Read, Usage
from .counted import Counted, counted
from .hub import HubDesk, Server
from .storage import Size, size_of

DAYS = 30
_MOST_OPEN, _MOST_THREADS = 500, 50


@dataclass(frozen=True)
class Group:
    """A group of the hub: who is in it, and whether whoever looks may change that."""

    name: str
    title: str
    people: list[str]
    may_change: bool


@dataclass(frozen=True)
class Board:
    """A laboratory's desk; ``products`` is None where there are none to wait."""

    laboratory: Laboratory
    groups: list[Group]
    servers: list[Server]
    releases: Listed
    runs: Counted
    sources: list[Read]
    shared: Size
    free: int
    threads: list[Thread]
    surveys: list[Results]
    notice: Notice | None
    products: Sequence[Waiting] | None


@dataclass(frozen=True)
class Line:
    """A laboratory in the list of all."""

    laboratory: Laboratory
    members: int
    servers: int
    stuck: int
    runs: Counted
    unanswered: int
    release: str
    waiting: int


@dataclass(frozen=True)
class Home:
    """A home that holds more than its quota, by its folder; ``is_held`` after the grace."""

    folder: str
    bytes: int
    since: datetime
    is_held: bool


class Boards:
    """Puts the desks of a deployment together.

    Parameters
    ----------
    members
        Who owns membership: the desk, or the claims of a login.
    """

    def __init__(
        self,
        laboratories: Mapping[str, Laboratory],
        hub: HubDesk,
        releases: ReleaseService,
        feedback: Feedback,
        usage: Usage,
        surveys: Surveys,
        database: Engine,
        state: Path,
        *,
        members: str,
        products: WaitingProducts | None = None,
        quota: Quota | None = None,
    ) -> None:
        self._laboratories = laboratories
        self._hub = hub
        self._releases = releases
        self._feedback = feedback
        self._usage = usage
        self._surveys = surveys
        self._database = database
        self._state = state
        self._is_owner = members == "desk"
        self._products = products
        self._quota = quota

    def managed(self, person: Person, slug: str) -> Laboratory:
        """A laboratory, of whoever manages it.

        Raises
        ------
        NotThere, NotAllowed
            If there is none, or they do not.
        """
        if slug not in self._laboratories:
            raise NotThere(f"there is no laboratory {slug[:40]!r}")
        if not person.manages(slug):
            raise NotAllowed(f"the desk of {slug} is its managers' (group {slug}-managers)")
        return self._laboratories[slug]

    def may_change(self, person: Person, laboratory: Laboratory) -> dict[str, bool]:
        """The groups of a laboratory, and whether somebody who manages it may change each.

        Managers let members and testers in and out; operators make managers.
        """
        slug, is_owner = laboratory.slug, self._is_owner
        return {
            slug: is_owner,
            f"{slug}-testers": is_owner,
            f"{slug}-managers": is_owner and person.is_operator,
        }

    def board(self, person: Person, slug: str) -> Board:
        """A laboratory's desk.

        Raises
        ------
        NotThere, NotAllowed
            As of `managed`.
        NotNow
            If the hub does not answer.
        """
        laboratory = self.managed(person, slug)
        titles = ("Members", "Testers", "Managers")
        changes = self.may_change(person, laboratory).items()
        return Board(
            laboratory=laboratory,
            groups=[
                Group(name, title, self._hub.people(name), may_change)
                for title, (name, may_change) in zip(titles, changes, strict=True)
            ],
            servers=[each for each in self._hub.servers() if each.laboratory == slug],
            releases=self._releases.listed(person, slug),
            runs=counted(self._database, slug, _since()),
            sources=self._usage.read_since(slug, _since()),
            shared=size_of([shared(self._state, slug)]),
            free=shutil.disk_usage(self._state).free,
            threads=self._threads(slug),
            surveys=self._results(slug),
            notice=read_notice(self._state, slug),
            products=None if self._products is None else self._products.of(slug),
        )

    def report(self, person: Person, slug: str, digest: str) -> bytes:
        """The gate's report of a release, as a page; see `ReleaseService.report`."""
        self.managed(person, slug)
        return self._releases.report(person, slug, digest, "html")

    def usage(self, person: Person, slug: str) -> list[Month]:
        """All months of a laboratory, in counts."""
        self.managed(person, slug)
        return self._usage.months(slug, "1970-01", "9999-12")

    def survey_csv(self, person: Person, slug: str) -> str:
        """All surveys of a laboratory, in counts and words, as CSV."""
        self.managed(person, slug)
        return as_csv(slug, self._results(slug))

    def _threads(self, slug: str) -> list[Thread]:
        """Those without an answer first: no number of others puts one out of sight."""
        waiting = self._feedback.of_laboratory(slug, state="open", limit=_MOST_OPEN)
        last = self._feedback.of_laboratory(slug, state=None, limit=_MOST_THREADS)
        return [*waiting, *(one for one in last if one.state != "open")]

    def _results(self, slug: str) -> list[Results]:
        return [Results.of(survey) for survey in self._surveys.all_of(slug)]

    def lines(self, person: Person) -> list[Line]:
        """The laboratories that a person manages, a line each.

        Raises
        ------
        NotAllowed
            If they manage none.
        NotNow
            If the hub does not answer.
        """
        mine = [each for slug, each in self._laboratories.items() if person.manages(slug)]
        if not mine:
            raise NotAllowed("desks are for the managers of laboratories, and you manage none")
        servers = self._hub.servers()
        return [self._line(person, laboratory, servers) for laboratory in mine]

    def homes(self, person: Person) -> list[Home]:
        """The homes that hold more than their quota, the largest first; operators see them."""
        if not person.is_operator:
            return []
        return [
            Home(
                folder,
                found.bytes,
                datetime.fromtimestamp(found.over_since or found.measured, UTC),
                is_enforced(found, self._quota),
            )
            for folder, found in beyond(self._state, self._quota)
        ]

    def _line(self, person: Person, laboratory: Laboratory, servers: list[Server]) -> Line:
        slug = laboratory.slug
        own = [each for each in servers if each.laboratory == slug]
        listed = self._releases.listed(person, slug)
        names = {each.digest: each.version for each in listed.releases}
        return Line(
            laboratory=laboratory,
            members=len(self._hub.people(slug)),
            servers=len(own),
            stuck=sum(each.state == "stuck" for each in own),
            runs=counted(self._database, slug, _since()),
            unanswered=len(self._feedback.of_laboratory(slug, state="open", limit=1000)),
            release=names.get(listed.everyone.release or "", laboratory.version),
            waiting=0 if self._products is None else len(self._products.of(slug)),
        )


def _since() -> datetime:
    return datetime.now(UTC) - timedelta(days=DAYS)
