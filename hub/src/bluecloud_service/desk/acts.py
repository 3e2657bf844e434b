"""What managers do at the desk, each act a form; and what is said when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bluecloud_hub.labs import Laboratory
from bluecloud_hub.notices import MOST_CHARACTERS, Notice, clear_notice, write_notice

from ..errors import NotAllowed, NotAsked, NotThere
from ..feedback import Feedback
from ..feedback.routes import Said
from ..identity import Person
from ..products.proposals import ProposalService
from ..products.wire import Decide
from ..releases.service import ReleaseService
from ..releases.wire import Back, Promote
from ..survey import Surveys
from .board import Boards
from .hub import HubDesk

Form = Mapping[str, str]
Act = Callable[[Person, Laboratory, Form], str]

# What is said when an act is done, by its name in an address, of which nothing else is shown.
SAID = {
    "added": "They are in the group now.",
    "removed": "They are in the group no more. What they have running goes on until it is stopped.",
    "promoted": "It is given from now on; what runs stays as it is until it is started again.",
    "back": "They are given the one before; what runs stays as it is until it is started again.",
    "answered": "Your answer is sent.",
    "closed": "The thread is closed.",
    "said": "The message is shown to everybody who opens the laboratory.",
    "cleared": "The message is shown no more.",
    "published": "The product is published; whoever may see it finds it.",
    "refused": "The product is refused, and whoever proposed it is told why.",
    "sent-back": "The product is sent back with what is to be changed.",
    "survey-on": "The survey is on: members see it in the panel's tab Feedback.",
    "survey-off": "The survey is off. Whose an answer was cannot be told any more.",
    "stopped": "The server is being stopped. Its files are kept.",
}


class Acts:
    """What can be done at the desk of a laboratory by whoever manages it."""

    def __init__(
        self,
        boards: Boards,
        hub: HubDesk,
        releases: ReleaseService,
        feedback: Feedback,
        surveys: Surveys,
        state: Path,
        proposals: ProposalService | None = None,
    ) -> None:
        self._boards = boards
        self._hub = hub
        self._releases = releases
        self._feedback = feedback
        self._surveys = surveys
        self._state = state
        self._proposals = proposals
        self.all: dict[str, Act] = {
            "members": self._members,
            "promote": self._promote,
            "rollback": self._rollback,
            "answer": self._answer,
            "close": self._close,
            "message": self._message,
            "survey": self._survey,
            "decide": self._decide,
            "stop": self._stop,
        }

    def do(self, person: Person, slug: str, act: str, form: Form) -> str:
        """Do something; what is said of it, by its name in `SAID`.

        Raises
        ------
        ServiceError
            If it cannot be done, with the reason.
        """
        laboratory = self._boards.managed(person, slug)
        if act not in self.all:
            raise NotThere(f"there is nothing called {act[:40]!r} to do at a desk")
        try:
            return self.all[act](person, laboratory, form)
        except ValidationError as error:
            told = "; ".join(
                ": ".join(
                    [*(str(name) for name in one["loc"]), one["msg"].removeprefix("Value error, ")]
                )
                for one in error.errors()
            )
            raise NotAsked(told) from error

    def _members(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        group, whom = form.get("group", ""), form.get("person", "").strip()
        may_change = self._boards.may_change(person, laboratory)
        if group not in may_change:
            raise NotAsked(f"group = {group[:60]!r}: there are {', '.join(may_change)}")
        if not may_change[group]:
            raise NotAllowed(
                f"the members of {group} are changed by operators, or by the provider of logins"
            )
        if not whom or not whom.isprintable() or len(whom) > 255:
            raise NotAsked("person: it is the name that somebody logs in with")
        do = form.get("do")
        if do not in {"add", "remove"}:
            raise NotAsked("do: somebody is added or removed (add, remove)")
        (self._hub.add if do == "add" else self._hub.remove)(group, whom)
        return "added" if do == "add" else "removed"

    def _promote(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        asked = Promote.model_validate(
            {"to": form.get("to"), "current": form.get("current") or None}
        )
        self._releases.promote(person, laboratory.slug, form.get("digest", ""), asked)
        return "promoted"

    def _rollback(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        asked = Back.model_validate({"to": form.get("to"), "current": form.get("current") or None})
        self._releases.step(person, laboratory.slug, "rollback", asked)
        return "back"

    def _answer(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        said = Said.model_validate({"text": form.get("text", "")})
        thread = self._thread(laboratory, form)
        self._feedback.write(thread, str(person.name), said.text, is_manager=True)
        return "answered"

    def _close(self, _: Person, laboratory: Laboratory, form: Form) -> str:
        self._feedback.close(self._thread(laboratory, form))
        return "closed"

    def _thread(self, laboratory: Laboratory, form: Form) -> str:
        """A thread of this laboratory's: one of another is not there."""
        found = self._feedback.get(form.get("thread", ""))
        if found.laboratory != laboratory.slug:
            raise NotThere(f"there is no thread of feedback {found.id}")
        return found.id

    def _message(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        text = form.get("text", "").strip()
        if not text:
            clear_notice(self._state, laboratory.slug)
            return "cleared"
        if not text.isprintable() or len(text) > MOST_CHARACTERS:
            raise NotAsked(f"text: it is one line, of {MOST_CHARACTERS} characters at most")
        notice = Notice(text=text, by=str(person.name), since=datetime.now(UTC))
        write_notice(self._state, laboratory.slug, notice)
        return "said"

    def _survey(self, _: Person, laboratory: Laboratory, form: Form) -> str:
        do = form.get("do")
        if do not in {"on", "off"}:
            raise NotAsked("do: a survey is switched on or off")
        (self._surveys.begin if do == "on" else self._surveys.end)(laboratory.slug)
        return f"survey-{do}"

    def _decide(self, person: Person, laboratory: Laboratory, form: Form) -> str:
        asked = Decide.model_validate(
            {
                "decision": form.get("decision"),
                "words": form.get("words", ""),
                "open_to_all": form.get("open") == "yes",
            }
        )
        identifier = form.get("proposal", "")
        if self._proposals is None or (
            self._proposals.proposal(person, identifier).laboratory != laboratory.slug
        ):
            raise NotThere(f"nothing called {identifier[:40]!r} waits in {laboratory.slug}")
        self._proposals.decide(person, identifier, asked)
        return {"approve": "published", "refuse": "refused"}.get(asked.decision, "sent-back")

    def _stop(self, _: Person, laboratory: Laboratory, form: Form) -> str:
        # Its name is the laboratory's, whatever a form says: no other server can be meant.
        self._hub.stop(form.get("person", ""), laboratory.slug)
        return "stopped"
