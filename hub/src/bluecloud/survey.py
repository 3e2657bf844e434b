"""Answer the survey of a laboratory, where its managers have switched it on; and for them, read it.

::

    from bluecloud import survey

    survey.answer(6, 5, "A map of heatwaves; I could.", laboratory="environment")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .service import Service


@dataclass(frozen=True)
class Answer:
    """How far somebody agrees with each sentence, from 1 to 7, and words, or none."""

    meets_needs: int
    easy_to_use: int
    words: str


@dataclass(frozen=True)
class Survey:
    """A survey as whoever answers sees it.

    Attributes
    ----------
    sentences
        What is agreed to, by the name of its field in an `Answer`.
    question
        What is answered in words.
    fewest
        So many answers there are before managers see any.
    answer
        One's own; None where there is none.
    """

    on: bool
    sentences: Mapping[str, str]
    question: str
    fewest: int
    answer: Answer | None

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Survey:
        """A survey as the service tells it."""
        own = said["answer"]
        return cls(
            on=said["on"],
            sentences={each["name"]: each["sentence"] for each in said["sentences"]},
            question=said["question"],
            fewest=said["fewest"],
            answer=Answer(**own) if own else None,
        )


@dataclass(frozen=True)
class Figures:
    """How far people agree with a sentence: ``counts`` is how many said 1, 2, ... 7."""

    name: str
    sentence: str
    counts: tuple[int, ...]
    mean: float


@dataclass(frozen=True)
class Results:
    """A survey, as managers see it.

    Attributes
    ----------
    ended
        None while it is on.
    answers
        How many; ``<5`` of fewer than five, of which nothing more is told.
    score
        Of UMUX-Lite, from 0 to 100; None of fewer than five.
    in_words
        What was written in answer to ``question``.
    """

    begun: datetime
    ended: datetime | None
    answers: str
    score: float | None
    figures: tuple[Figures, ...]
    question: str
    in_words: tuple[str, ...]

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Results:
        """Results as the service tells them."""
        return cls(
            begun=datetime.fromisoformat(said["begun"]),
            ended=datetime.fromisoformat(said["ended"]) if said["ended"] else None,
            answers=said["answers"],
            score=said["score"],
            figures=tuple(
                Figures(**{**each, "counts": tuple(each["counts"])}) for each in said["figures"]
            ),
            question=said["question"],
            in_words=tuple(said["in_words"]),
        )


def mine(laboratory: str, service: Service | None = None) -> Survey:
    """Whether a laboratory's survey is on, what it asks, and one's own answer."""
    return Survey.told((service or Service()).ask("GET", _path(laboratory)))


def answer(
    meets_needs: int,
    easy_to_use: int,
    words: str = "",
    *,
    laboratory: str,
    service: Service | None = None,
) -> Survey:
    """Answer a laboratory's survey, in the place of what one answered before.

    Parameters
    ----------
    meets_needs, easy_to_use
        How far one agrees, from 1 (not at all) to 7 (entirely).
    words
        At most 2,000 characters.

    Raises
    ------
    ServiceError
        If it is refused: the survey is not on, or this is no answer.
    """
    body = {"meets_needs": meets_needs, "easy_to_use": easy_to_use, "words": words}
    path = f"{_path(laboratory)}/answer"
    return Survey.told((service or Service()).ask("PUT", path, json=body))


def withdraw(laboratory: str, service: Service | None = None) -> Survey:
    """Withdraw one's answer, while the survey is on."""
    return Survey.told((service or Service()).ask("DELETE", f"{_path(laboratory)}/answer"))


def switch(laboratory: str, *, on: bool, service: Service | None = None) -> list[Results]:
    """Switch a laboratory's survey on or off, as its manager."""
    told = (service or Service()).ask("PUT", _path(laboratory), json={"on": on})
    return [Results.told(said) for said in told]


def results(laboratory: str, service: Service | None = None) -> list[Results]:
    """What was answered, the newest survey first, for a manager."""
    told = (service or Service()).ask("GET", f"{_path(laboratory)}/results")
    return [Results.told(said) for said in told]


def results_csv(laboratory: str, service: Service | None = None) -> str:
    """The same as CSV."""
    with (service or Service()).stream(f"{_path(laboratory)}/results.csv") as read:
        return read.read().decode()


def _path(laboratory: str) -> str:
    return f"/laboratories/{quote(laboratory, safe='')}/survey"
