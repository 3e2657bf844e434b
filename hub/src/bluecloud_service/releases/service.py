"""What people ask of releases, and who may: managers of a laboratory, of that laboratory alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.notices import read_notice
from bluecloud_hub.releases import release_for

from ..errors import NotAllowed, NotAsked, NotNow, NotThere
from ..identity import Person
from .comparing import WORDS, compare
from .images import Images
from .promotion import Promotion
from .records import AUDIENCES, PROMOTABLE, Audience, Kept
from .reports import last_lines, report_path
from .store import Releases
from .wire import Back, Candidate, Detail, Given, Listed, Mine, Moved, Promote, Release

Form = Literal["json", "html", "bill"]
_ENDINGS: Mapping[Form, str] = {"json": ".json", "html": ".html", "bill": ".cdx.json"}
_MOVES_TOLD = 50


class ReleaseService:
    """Releases, as people ask for them.

    Parameters
    ----------
    folder
        Where reports lie.
    files
        ``BLUECLOUD_STATE/releases``, from which the hub starts laboratories; None where these have
        no images, as on engine ``local``.
    images
        None where there is no registry.
    state
        ``BLUECLOUD_STATE``, where what managers say to everybody is.
    wake
        Called when there is a new candidate.
    """

    def __init__(
        self,
        store: Releases,
        promotion: Promotion,
        laboratories: Mapping[str, Laboratory],
        folder: Path,
        files: Path | None,
        images: Images | None,
        *,
        state: Path,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._promotion = promotion
        self._laboratories = laboratories
        self._folder = folder
        self._files = files
        self._images = images
        self._state = state
        self._wake = wake

    # For everybody who may open the laboratory ---------------------------------------------

    def mine(self, person: Person, slug: str, running: str | None) -> Mine:
        """The release that a person is given, beside the one that they run.

        Raises
        ------
        NotThere, NotAllowed
            If there is no such laboratory, or they may not open it.
        """
        laboratory = self._laboratory(slug)
        if not laboratory.admits(person.groups, is_operator=person.is_operator):
            raise NotAllowed(f"you may not open the laboratory {slug!r}")
        notice = read_notice(self._state, slug)
        said = notice.text if notice else ""
        if self._files is None:
            return Mine(
                laboratory=slug,
                digest="",
                version=laboratory.version,
                message="",
                as_tester=False,
                compared="same",
                words="",
                notice=said,
            )
        try:
            release = release_for(self._files, slug, person.groups)
        except HubError as error:
            raise NotNow(str(error)) from error
        kept = self._store.find(slug, release.digest)
        own = self._store.given(slug, "testers") if f"{slug}-testers" in person.groups else None
        compared = compare(self._store, slug, release.digest, running)
        return Mine(
            laboratory=slug,
            digest=release.digest,
            version=release.version,
            message=kept.message if kept else "",
            as_tester=own is not None and own.digest == release.digest,
            compared=compared,
            words=WORDS[compared].format(name=release.name),
            notice=said,
        )

    # For managers ----------------------------------------------------------------------------

    def listed(self, person: Person, slug: str) -> Listed:
        """A laboratory's releases, and who has which."""
        self._managed(person, slug)
        return Listed(
            laboratory=slug,
            registry=self._images.registry if self._images else "",
            everyone=self._given(slug, "everyone"),
            testers=self._given(slug, "testers"),
            releases=[Release.of(kept) for kept in self._store.of(slug)],
            moves=[Moved.of(move) for move in reversed(self._store.moves(slug))][:_MOVES_TOLD],
        )

    def propose(self, person: Person, slug: str, candidate: Candidate) -> Release:
        """Take an image of the registry for a candidate, which the gate checks next.

        The same digest again is the same release, with what was found of it.

        Raises
        ------
        NotPublished, RegistryAway
            If the registry does not have it, or does not answer.
        """
        self._managed(person, slug)
        images = self._registry()
        if not (candidate.message.isprintable()):
            raise NotAsked("message: it is one line of text")
        images.check_published(slug, candidate.digest)
        kept = self._store.add(
            slug,
            candidate.digest,
            image=images.name(slug, candidate.digest),
            version=candidate.version,
            message=candidate.message,
            origin=candidate.origin,
            made_by=str(person.name),
            based_on=candidate.based_on or "",
        )
        if kept.state == "removing":
            raise NotNow(f"release {kept.name} is being removed: publish it again in a minute")
        self._wake()
        return Release.of(kept)

    def detail(self, person: Person, slug: str, digest: str) -> Detail:
        """A release, whole."""
        self._managed(person, slug)
        kept = self._store.one(slug, digest)
        attempt = report_path(self._folder, slug, digest, kept.attempts)
        ahead = 0
        if kept.state == "waiting":
            busy = self._store.in_state("waiting", "checking")
            ahead = sum(one.state == "checking" or one.since < kept.since for one in busy)
        return Detail(
            **Release.of(kept).model_dump(),
            reasons=self._reasons(kept),
            progress=last_lines(attempt) if kept.attempts else [],
            ahead=ahead,
        )

    def report(self, person: Person, slug: str, digest: str, form: Form) -> bytes:
        """The gate's report of a release, in one of its forms.

        Raises
        ------
        NotThere
            If the release was not checked.
        """
        self._managed(person, slug)
        kept = self._store.one(slug, digest)
        path = report_path(self._folder, slug, digest, kept.report)
        try:
            return path.with_suffix(_ENDINGS[form]).read_bytes()
        except FileNotFoundError:
            raise NotThere(f"release {kept.name} has no report: it is {kept.state}") from None

    def check_again(self, person: Person, slug: str, digest: str) -> Release:
        """Have the gate check a release once more.

        Raises
        ------
        NotAsked
            If people are given it now.
        Overtaken
            If it is neither green nor refused.
        """
        self._managed(person, slug)
        self._registry()
        kept = self._store.one(slug, digest)
        for audience in AUDIENCES:
            given = self._store.given(slug, audience)
            if given and given.digest == digest:
                raise NotAsked(f"release {kept.name} is what {audience} have: it stays as it is")
        words = f"{person.name} asked for another check"
        again = self._store.change(
            kept, ("green", "refused"), state="waiting", words=words, failures=0, not_before=0.0
        )
        self._wake()
        return Release.of(again)

    def promote(self, person: Person, slug: str, digest: str, asked: Promote) -> Listed:
        """Give a release to testers, or to everyone after them.

        Raises
        ------
        NotAsked
            If it is not green, or its testers have not had it.
        Overtaken
            If they have another one now than the manager thought.
        """
        self._managed(person, slug)
        images = self._registry()
        kept = self._store.one(slug, digest)
        had = {(move.audience, move.after) for move in self._store.moves(slug)}
        if kept.state not in PROMOTABLE:
            raise NotAsked(
                f"release {kept.name} is {kept.state}: only a green one is promoted. {kept.words}"
            )
        if asked.to == "everyone" and not had & {("testers", digest), ("everyone", digest)}:
            raise NotAsked(
                f"release {kept.name} goes to the testers first (group {slug}-testers), and to "
                "everyone then"
            )
        given = self._store.given(slug, asked.to)
        if given is None or given.digest != digest or asked.current != digest:
            images.fetch(slug, kept.image)
            self._promotion.move(
                slug,
                asked.to,
                digest,
                expected=asked.current,
                kind="promote",
                by=str(person.name),
            )
        return self.listed(person, slug)

    def step(
        self, person: Person, slug: str, kind: Literal["rollback", "forward"], asked: Back
    ) -> Listed:
        """Go one step back, or forward again.

        Raises
        ------
        NotAsked
            If there is no such step.
        Overtaken
            As of `promote`.
        """
        self._managed(person, slug)
        images = self._registry()
        left = self._promotion.steps(slug, asked.to)
        targets = left.back if kind == "rollback" else left.forward
        if targets and targets[-1]:
            images.fetch(slug, self._store.one(slug, targets[-1]).image)
        self._promotion.step(slug, asked.to, kind, expected=asked.current, by=str(person.name))
        return self.listed(person, slug)

    def _given(self, slug: str, audience: Audience) -> Given:
        kept = self._store.given(slug, audience)
        left = self._promotion.steps(slug, audience)
        may_go_back = bool(left.back) and (left.back[-1] is not None or audience == "testers")
        return Given(
            release=kept.digest if kept else None,
            may_go_back=may_go_back,
            back_to=left.back[-1] if may_go_back else None,
            may_go_forward=bool(left.forward),
            forward_to=left.forward[-1] if left.forward else None,
        )

    def _reasons(self, kept: Kept) -> list[str]:
        """What stands against a refused release, check by check."""
        if kept.state != "refused" or not kept.report:
            return [kept.words] if kept.state == "refused" else []
        from ..gate import read_report  # needs Docker's client, which is slow to import
        from ..gate.report import TITLES

        path = report_path(self._folder, kept.laboratory, kept.digest, kept.report)
        try:
            report = read_report(path)
        except (OSError, ValueError):
            return [kept.words]
        return [
            f"{TITLES[check.name]}: {'; '.join(check.faults) or check.sentence}"
            for check in report.checks
            if check.state != "passed"
        ]

    def _laboratory(self, slug: str) -> Laboratory:
        if slug not in self._laboratories:
            known = ", ".join(self._laboratories)
            raise NotThere(f"there is no laboratory {slug[:40]!r}; there are {known}")
        return self._laboratories[slug]

    def _managed(self, person: Person, slug: str) -> None:
        self._laboratory(slug)
        if not person.manages(slug):
            raise NotAllowed(
                f"you do not manage the laboratory {slug!r}: its managers do (group "
                f"{slug}-managers), and not from another laboratory's server"
            )

    def _registry(self) -> Images:
        if self._images is None:
            raise NotAsked(
                "this deployment checks no releases: laboratories are started without images here, "
                "on Docker Swarm or Kubernetes, or BLUECLOUD_REGISTRY is not set"
            )
        return self._images
