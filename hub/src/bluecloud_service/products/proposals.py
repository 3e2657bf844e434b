"""What can be asked of proposals, without a word about HTTP: made, looked at, decided."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from ..errors import NotAllowed, NotAsked, NotThere
from ..identity import Person
from ..runs.outputs import open_below
from .drafts import FILES, Drafts
from .forms import MOST_NAME, description_of, keywords_of, slug_of, things, titled
from .from_runs import FromRuns
from .judging import RefusedProduct, refusals, settled, unlicensed
from .licences import choices
from .lineage import acknowledgement
from .records import Kept
from .shown import Shown
from .sight import Sight
from .store import Products
from .wire import MOST_FILES, Decide, Detail, Licence, Product, Propose, Suggested

MOST_WAITING = 50  # proposals of one person, each with a copy of its files


class ProposalService:
    """Proposals, as the people who make them and the managers who decide ask for them.

    Parameters
    ----------
    finish
        Stores and publishes what was approved.
    """

    def __init__(
        self,
        store: Products,
        drafts: Drafts,
        from_runs: FromRuns,
        sight: Sight,
        shown: Shown,
        finish: Callable[[Kept], Kept],
    ) -> None:
        self._store = store
        self._drafts = drafts
        self._from_runs = from_runs
        self._sight = sight
        self._shown = shown
        self._finish = finish

    def suggested(self, person: Person, run: str, files: Sequence[str] | None) -> Suggested:
        """The form of a product, filled in as far as a run tells; its files are checked.

        Raises
        ------
        NotThere
            If the person has no such run, or it left no such file.
        NotAsked
            If it has not succeeded, or left nothing.
        """
        detail, folder = self._from_runs.succeeded(person, run)
        left = filter(str.isprintable, things(detail.outputs))
        names = [*files] if files else [*left][:MOST_FILES]
        draft = secrets.token_hex(10)
        try:
            checks, _ = self._from_runs.checked(draft, folder, detail, names)
        finally:
            self._drafts.discard(draft)
        inputs = self._from_runs.inputs(person, folder)
        offered = choices((one.name, one.terms) for one in inputs)
        sizes = {
            name: sum(output.bytes for output in of) for name, of in things(detail.outputs).items()
        }
        return Suggested(
            run=run,
            laboratory=detail.laboratory,
            title=titled(detail.title, inputs),
            slug=slug_of(detail.title, detail.laboratory),
            description=description_of(detail, inputs),
            files=[one.path for one in sorted(checks, key=lambda one: not one.is_data)],
            sizes=sizes,
            creators=[{"name": str(person.name)}],
            keywords=keywords_of(checks),
            licence=next((one.spdx for one in offered if not one.why_not), None),
            licences=[Licence(**vars(one)) for one in offered],
            inputs=inputs,
            acknowledgement=acknowledgement(inputs),
            checks=checks,
        )

    def propose(self, person: Person, asked: Propose) -> Detail:
        """Copy and check the files, and keep the proposal for a manager.

        Raises
        ------
        RefusedProduct
            With each reason, if a file or the licence is not as it has to be.
        NotAllowed
            If a product of that name is another person's.
        NotAsked
            If as many of theirs wait as may.
        """
        detail, folder = self._from_runs.succeeded(person, asked.run)
        laboratory = detail.laboratory
        slug = asked.slug or slug_of(asked.title, laboratory)
        if len(slug) > MOST_NAME - len(f"product_{laboratory}__v999"):
            raise NotAsked(f"slug = {slug!r}: it is too long for a name in {laboratory}")
        self._not_anothers(person, laboratory, slug)
        mine = self._store.of_person(str(person.name))
        if sum(one.state == "waiting" and one.slug != slug for one in mine) >= MOST_WAITING:
            raise NotAsked(f"{MOST_WAITING} proposals of yours wait for managers: more cannot")
        identifier = secrets.token_hex(10)
        checks, outputs = self._from_runs.checked(identifier, folder, detail, asked.files)
        try:
            inputs = self._from_runs.inputs(person, folder)
            reasons = [*refusals(checks), *unlicensed(asked.licence, inputs)]
            if reasons:
                raise RefusedProduct(reasons)
            self._not_anothers(person, laboratory, slug)  # the checks took seconds
            form = asked.model_dump(mode="json", exclude={"run", "embargo"})
            form |= {"image": detail.image, "notebook": detail.notebook}
            kept = self._store.add(
                Kept(
                    id=identifier,
                    laboratory=laboratory,
                    slug=slug,
                    version=None,
                    run=asked.run,
                    proposed_by=str(person.name),
                    proposed=datetime.now(UTC),
                    state="waiting",
                    title=titled(asked.title, inputs),
                    decided_by="",
                    decided=None,
                    words="",
                    embargo=asked.embargo,
                    members_only=self._sight.closed(laboratory),
                    form=form,
                    inputs=[one.model_dump() for one in inputs],
                    answers=[],
                    checks=[one.model_dump(mode="json") for one in checks],
                    files=[one.model_dump() for one in outputs],
                )
            )
        except BaseException:
            self._drafts.discard(identifier)
            raise
        for one in mine:
            if one.state == "waiting" and self._store.one(one.id).state == "replaced":
                self._drafts.discard(one.id)
        return self._shown.detail(kept, person)

    def proposals(self, person: Person) -> list[Product]:
        """What a person proposed, the newest first."""
        return [Product.of(kept) for kept in self._store.of_person(str(person.name))]

    def of_laboratory(self, person: Person, laboratory: str) -> list[Product]:
        """What was proposed in a laboratory, for its managers.

        Raises
        ------
        NotAllowed
            If they do not manage it.
        """
        _manages(person, laboratory)
        return [Product.of(kept) for kept in self._store.of_laboratory(laboratory)]

    def proposal(self, person: Person, identifier: str) -> Detail:
        """A proposal, for who made it and for the laboratory's managers."""
        return self._shown.detail(self._shown.proposal(person, identifier), person)

    def proposed_file(self, person: Person, identifier: str, path: str) -> tuple[BinaryIO, str]:
        """A file of a proposal, opened, and its name."""
        kept = self._shown.proposal(person, identifier)
        folder = self._drafts.folder(kept) if kept.version else self._drafts.draft(kept.id)
        if folder is None:
            raise NotThere("its files are gone")
        return open_below(folder / FILES, path), quote(PurePosixPath(path).name)

    def decide(self, person: Person, identifier: str, asked: Decide) -> Detail:
        """Approve a proposal, refuse it, or ask for changes.

        Raises
        ------
        NotAllowed
            If they do not manage its laboratory.
        Overtaken
            If it does not wait any more.
        RefusedProduct
            If it is approved, and an input is not answered for, or its name is another's.
        """
        kept = self._store.one(identifier)
        _manages(person, kept.laboratory)
        by, words = str(person.name), asked.words.strip()
        if asked.decision == "approve":
            reasons = settled(kept, asked.answers)
            owner = self._store.owner(kept.laboratory, kept.slug)
            if owner not in {"", kept.proposed_by}:
                reasons.append(f"slug = {kept.slug}: it is a product of {owner}'s")
            if reasons and kept.state == "waiting":
                raise RefusedProduct(reasons)
            answers = [answer.model_dump(mode="json") for answer in asked.answers]
            members_only = self._sight.closed(kept.laboratory) and not asked.open_to_all
            approved = self._store.approve(kept.id, by, words, answers, members_only=members_only)
            return self._shown.detail(self._finish(approved), person)
        state = "refused" if asked.decision == "refuse" else "changes"
        decided = {"decided_by": by, "decided": datetime.now(UTC), "words": words}
        kept = self._store.change(kept.id, ["waiting"], state=state, **decided)
        self._drafts.discard(kept.id)
        return self._shown.detail(kept, person)

    def _not_anothers(self, person: Person, laboratory: str, slug: str) -> None:
        owner = self._store.owner(laboratory, slug)
        if owner not in {"", person.name}:
            raise NotAllowed(f"{slug} is a product of {owner}'s: give another slug")


def _manages(person: Person, laboratory: str) -> None:
    if not person.manages(laboratory):
        raise NotAllowed(f"you do not manage a laboratory {laboratory!r}")
