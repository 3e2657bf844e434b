"""The addresses of feedback: write to a laboratory's managers, see their answers, answer.

A thread is its person's and its laboratory's managers'; to anybody else it is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import Response

from bluecloud_hub.labs import Laboratory
from bluecloud_runner.folders import RUN

from ..errors import NotAllowed, NotThere
from ..identity import Person
from ..runs.routes import Asker
from ..runs.wire import Asked
from ..texts import plain
from .store import About, Feedback, State, Thread

Slug = Annotated[str, Path(max_length=40, description="A laboratory")]
ThreadId = Annotated[str, Path(pattern="^[0-9a-f]{20}$", description="A thread of feedback")]
Limit = Annotated[int, Query(ge=1, le=1000)]
MOST_CHARACTERS = 4000


def _words(text: str) -> str:
    words = plain(text)
    if not words:
        raise ValueError("it is empty: write a sentence")
    return words


def _line(text: str) -> str:
    if not (text == "" or text.isprintable()):
        raise ValueError("it is one line of text")
    return text


Text = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_words)]


class Said(Asked):
    """Words for a thread."""

    text: Text


class Begun(Said):
    """The first words of a thread, and what they are about.

    Attributes
    ----------
    version
        Of the laboratory's release.
    notebook, run
        The name of a notebook's file, and of a run of one's own.
    """

    version: Annotated[str, Field(max_length=100), AfterValidator(_line)] = ""
    notebook: Annotated[str, Field(max_length=255), AfterValidator(_line)] = ""
    run: Annotated[str, Field(pattern=f"^$|{RUN}")] = ""


class ToldWords(BaseModel):
    """What somebody wrote."""

    author: str
    is_manager: bool
    text: str
    at: datetime


class Told(BaseModel):
    """A thread, as `store.Thread` has it.

    Attributes
    ----------
    news
        Whether a manager wrote what its person has not looked at.
    """

    id: str
    laboratory: str
    person: str
    version: str
    notebook: str
    run: str
    state: State
    made: datetime
    changed: datetime
    news: bool
    words: list[ToldWords]

    @classmethod
    def of(cls, thread: Thread) -> Told:
        """What is told of it."""
        return cls(
            **vars(thread.about),
            id=thread.id,
            laboratory=thread.laboratory,
            person=thread.person,
            state=thread.state,
            made=thread.made,
            changed=thread.changed,
            news=thread.is_news,
            words=[ToldWords(**vars(words)) for words in thread.words],
        )


class News(BaseModel):
    """How many threads have an answer that was not looked at."""

    answered: int


def router(feedback: Feedback, laboratories: Mapping[str, Laboratory]) -> APIRouter:
    """The routes of feedback, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["feedback"])
    of_laboratory, one = "/laboratories/{laboratory}/feedback", "/feedback/{thread}"

    def known(slug: str) -> Laboratory:
        if slug not in laboratories:
            raise NotThere(f"there is no laboratory {slug!r}; there are {', '.join(laboratories)}")
        return laboratories[slug]

    def held(person: Person, thread: str) -> Thread:
        """A thread that the person may read and write to."""
        found = feedback.get(thread)
        if found.person != person.name and not person.manages(found.laboratory):
            raise NotThere(f"there is no thread of feedback {thread}")
        return found

    @routes.post(of_laboratory, status_code=201, summary="Write to a laboratory's managers")
    def begin(laboratory: Slug, begun: Begun, person: Asker) -> Told:
        if not known(laboratory).admits(person.groups, is_operator=person.is_operator):
            raise NotAllowed(f"you may not open the laboratory {laboratory!r}")
        about = About(begun.version, begun.notebook, begun.run)
        return Told.of(feedback.begin(str(person.name), laboratory, begun.text, about))

    @routes.get(of_laboratory, summary="What people wrote, for a laboratory's managers")
    def for_managers(
        laboratory: Slug, person: Asker, state: State | None = None, limit: Limit = 100
    ) -> list[Told]:
        known(laboratory)
        if not person.manages(laboratory):
            raise NotAllowed(f"you do not manage {laboratory!r}")
        return [
            Told.of(each) for each in feedback.of_laboratory(laboratory, state=state, limit=limit)
        ]

    @routes.get("/feedback", summary="My threads, the last changed first")
    def mine(person: Asker, limit: Limit = 100) -> list[Told]:
        return [Told.of(each) for each in feedback.of_person(str(person.name), limit=limit)]

    @routes.get("/feedback/news", summary="How many of my threads have a new answer")
    def news(person: Asker) -> News:
        return News(answered=feedback.news(str(person.name)))

    @routes.post(f"{one}/words", summary="Write to a thread")
    def write(thread: ThreadId, said: Said, person: Asker) -> Told:
        found = held(person, thread)
        as_manager = found.person != person.name
        return Told.of(feedback.write(thread, str(person.name), said.text, is_manager=as_manager))

    @routes.post(f"{one}/close", summary="Close a thread")
    def close(thread: ThreadId, person: Asker) -> Told:
        held(person, thread)
        return Told.of(feedback.close(thread))

    @routes.delete(one, status_code=204, summary="Take a thread of mine away")
    def remove(thread: ThreadId, person: Asker) -> Response:
        found = held(person, thread)
        if found.person != person.name:
            raise NotAllowed("a thread is taken away by whoever began it")
        feedback.remove(thread)
        return Response(status_code=204)

    return routes
