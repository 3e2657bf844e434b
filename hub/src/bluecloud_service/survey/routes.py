"""The addresses of surveys: answer, change and withdraw; and, for managers, switch and read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import Response

from bluecloud_hub.labs import Laboratory

from ..errors import NotAllowed, NotThere
from ..identity import Person
from ..runs.routes import Asker
from ..runs.wire import Asked
from ..texts import plain
from ..usage.store import FEWEST
from .questions import HIGHEST, IN_WORDS, LOWEST, SENTENCES, Answer, Name
from .results import Results, as_csv
from .store import Surveys

Slug = Annotated[str, Path(max_length=40, description="A laboratory")]
Degree = Annotated[int, Field(ge=LOWEST, le=HIGHEST, strict=True)]
MOST_CHARACTERS = 2000


class Given(Asked):
    """An answer: how far you agree, from 1 (not at all) to 7 (entirely), and words or none."""

    meets_needs: Degree
    easy_to_use: Degree
    words: Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(plain)] = ""


class Switch(Asked):
    """Whether a laboratory's survey is to be on."""

    on: bool


class Sentence(BaseModel):
    """A sentence that is agreed to, or not."""

    name: Name
    sentence: str


class Mine(BaseModel):
    """A survey as whoever answers sees it.

    Attributes
    ----------
    sentences, question
        What is agreed to from 1 to 7, and what is answered in words.
    fewest
        So many answers there are before managers see any.
    answer
        My own; None where there is none.
    """

    on: bool
    sentences: list[Sentence]
    question: str
    fewest: int
    answer: Given | None


def router(surveys: Surveys, laboratories: Mapping[str, Laboratory]) -> APIRouter:
    """The routes of surveys, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["survey"])
    base = "/laboratories/{laboratory}/survey"

    def admitted(slug: str, person: Person) -> str:
        """The name of a person who may open a laboratory."""
        if slug not in laboratories:
            raise NotThere(f"there is no laboratory {slug!r}; there are {', '.join(laboratories)}")
        if not laboratories[slug].admits(person.groups, is_operator=person.is_operator):
            raise NotAllowed(f"you may not open the laboratory {slug!r}")
        return str(person.name)

    def managed(slug: str, person: Person) -> None:
        if slug not in laboratories:
            raise NotThere(f"there is no laboratory {slug!r}")
        if not person.manages(slug):
            raise NotAllowed(f"you do not manage {slug!r}")

    def told(slug: str, name: str) -> Mine:
        own = surveys.answer_of(name, slug)
        return Mine(
            on=surveys.is_on(slug),
            sentences=[Sentence(name=key, sentence=said) for key, said in SENTENCES.items()],
            question=IN_WORDS,
            fewest=FEWEST,
            answer=Given(**vars(own)) if own else None,
        )

    def results_of(slug: str, person: Person) -> list[Results]:
        managed(slug, person)
        return [Results.of(survey) for survey in surveys.all_of(slug)]

    @routes.get(base, summary="Whether the survey is on, what it asks, and my answer")
    def mine(laboratory: Slug, person: Asker) -> Mine:
        return told(laboratory, admitted(laboratory, person))

    @routes.put(base, summary="Switch it on or off")
    def switch(laboratory: Slug, asked: Switch, person: Asker) -> list[Results]:
        managed(laboratory, person)
        (surveys.begin if asked.on else surveys.end)(laboratory)
        return results_of(laboratory, person)

    @routes.put(f"{base}/answer", summary="Answer, in the place of what I answered before")
    def answer(laboratory: Slug, given: Given, person: Asker) -> Mine:
        name = admitted(laboratory, person)
        surveys.answer(name, laboratory, Answer(**given.model_dump()))
        return told(laboratory, name)

    @routes.delete(f"{base}/answer", summary="Withdraw my answer")
    def withdraw(laboratory: Slug, person: Asker) -> Mine:
        name = admitted(laboratory, person)
        surveys.withdraw(name, laboratory)
        return told(laboratory, name)

    @routes.get(f"{base}/results", summary="What was answered, the newest survey first")
    def results(laboratory: Slug, person: Asker) -> list[Results]:
        return results_of(laboratory, person)

    @routes.get(f"{base}/results.csv", summary="The same as CSV")
    def results_csv(laboratory: Slug, person: Asker) -> Response:
        content = as_csv(laboratory, results_of(laboratory, person))
        return Response(content, media_type="text/csv; charset=utf-8")

    return routes
