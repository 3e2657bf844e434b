"""What a laboratory's managers see of a survey: figures and words, from five answers on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from statistics import fmean

from pydantic import BaseModel

from ..usage.store import FEWEST
from .questions import HIGHEST, IN_WORDS, LOWEST, NAMES, SENTENCES, Name
from .store import Survey

_FORMULA = re.compile(r"(^\s*|[;\t\n]\s*)([=+\-@])")
_COLUMNS = ("laboratory", "begun", "ended", "question", "answer", "count")


class Figures(BaseModel):
    """How far people agree with a sentence: ``counts`` is how many said 1, 2, ... 7."""

    name: Name
    sentence: str
    counts: list[int]
    mean: float


class Results(BaseModel):
    """A survey, with what was answered where enough have.

    Attributes
    ----------
    ended
        None while it is on.
    answers
        How many; ``<5`` of fewer than five, of which nothing more is told.
    score
        Of UMUX-Lite, from 0 to 100; None of fewer than five.
    in_words
        What was written in answer to ``question``, in the order of its letters.
    """

    begun: datetime
    ended: datetime | None
    answers: str
    score: float | None
    figures: list[Figures]
    question: str
    in_words: list[str]

    @classmethod
    def of(cls, survey: Survey) -> Results:
        """What is told of it."""
        answers = survey.answers if len(survey.answers) >= FEWEST else ()
        figures = [_figures(name, [getattr(one, name) for one in answers]) for name in NAMES]
        means = [each.mean for each in figures]
        return cls(
            begun=survey.begun,
            ended=survey.ended,
            answers=str(len(answers)) if answers else f"<{FEWEST}",
            score=100 * (fmean(means) - LOWEST) / (HIGHEST - LOWEST) if answers else None,
            figures=figures if answers else [],
            question=IN_WORDS,
            in_words=[one.words for one in answers if one.words],
        )


def as_csv(laboratory: str, surveys: Iterable[Results]) -> str:
    """Surveys as CSV: a line for each degree of agreement and each answer in words."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for survey in surveys:
        ended = survey.ended.isoformat() if survey.ended else ""
        begin = (laboratory, survey.begun.isoformat(), ended)
        for each in survey.figures:
            for degree, count in enumerate(each.counts, LOWEST):
                rows.writerow((*begin, each.sentence, degree, count))
        for words in survey.in_words:
            rows.writerow((*begin, survey.question, _as_text(words), 1))
    return written.getvalue()


def _figures(name: Name, said: list[int]) -> Figures:
    counts = [said.count(degree) for degree in range(LOWEST, HIGHEST + 1)]
    return Figures(
        name=name, sentence=SENTENCES[name], counts=counts, mean=fmean(said) if said else 0.0
    )


def _as_text(words: str) -> str:
    """Words that no spreadsheet takes for a formula and computes.

    Not at their beginning alone: some programs begin a new cell at a semicolon, tabulator or line.
    """
    return _FORMULA.sub(r"\1'\2", words)
