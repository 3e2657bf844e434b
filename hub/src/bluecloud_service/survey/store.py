"""Surveys and answers in the service's database, without the name of anybody.

While a survey is on, a keyed hash of its person finds an answer, so that it can be changed and
withdrawn. When it is switched off the hashes are removed, and nobody can tell any more whose an
answer is. When an answer was given is not kept at all.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    select,
)
from sqlalchemy.exc import IntegrityError

from ..errors import NotAsked
from ..keys import Keys
from .questions import Answer

_TABLES = MetaData()
SURVEYS = Table(
    "surveys",
    _TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("laboratory", String(30), nullable=False),
    Column("begun", Float, nullable=False),
    Column("ended", Float),
)
ANSWERS = Table(
    "survey_answers",
    _TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("survey", Integer, nullable=False),
    Column("person", String(64)),
    Column("meets_needs", Integer, nullable=False),
    Column("easy_to_use", Integer, nullable=False),
    Column("words", Text, nullable=False),
)


@dataclass(frozen=True)
class Survey:
    """A survey with all its answers, in the order of what they say; ``ended`` is None while on."""

    begun: datetime
    ended: datetime | None
    answers: tuple[Answer, ...]


class Surveys:
    """The tables of surveys."""

    def __init__(self, engine: Engine, keys: Keys) -> None:
        self._engine = engine
        self._keys = keys.of("survey")

    def is_on(self, laboratory: str) -> bool:
        """Whether a laboratory's survey is on."""
        with self._engine.connect() as connection:
            return _number_on(connection, laboratory) is not None

    def begin(self, laboratory: str) -> None:
        """Switch a new survey on; nothing where one is."""
        row = {"laboratory": laboratory, "begun": datetime.now(UTC).timestamp()}
        if not self.is_on(laboratory):
            try:
                with self._engine.begin() as connection:
                    connection.execute(SURVEYS.insert().values(row))
            except IntegrityError:
                return  # another manager was quicker

    def end(self, laboratory: str) -> None:
        """Switch it off, and remove what finds its answers; nothing where none is on."""
        with self._engine.begin() as connection:
            number = _hold(connection, laboratory)
            if number is None:
                return
            now = datetime.now(UTC).timestamp()
            this, given = SURVEYS.c.number == number, ANSWERS.c.survey == number
            connection.execute(SURVEYS.update().where(this).values(ended=now))
            connection.execute(ANSWERS.update().where(given).values(person=None))

    def answer_of(self, person: str, laboratory: str) -> Answer | None:
        """What a person answered to the survey that is on; None where none is, or nothing."""
        with self._engine.connect() as connection:
            number = _number_on(connection, laboratory)
            asked = select(ANSWERS).where(
                ANSWERS.c.survey == number, ANSWERS.c.person.in_(self._hashes(number, person))
            )
            row = connection.execute(asked).mappings().first()
            return _answer(row) if row else None

    def answer(self, person: str, laboratory: str, answer: Answer) -> None:
        """Keep an answer, in the place of what the person answered before.

        Raises
        ------
        NotAsked
            If no survey is on.
        """
        with self._engine.begin() as connection:
            number = _hold(connection, laboratory)
            if number is None:
                raise NotAsked(f"the survey of {laboratory} is not on")
            hashes = self._hashes(number, person)
            _remove(connection, number, hashes)
            row = {"survey": number, "person": hashes[0], **asdict(answer)}
            connection.execute(ANSWERS.insert().values(row))

    def withdraw(self, person: str, laboratory: str) -> None:
        """Remove what a person answered; nothing where they did not.

        Raises
        ------
        NotAsked
            If no survey is on: nobody can tell which answer is theirs.
        """
        with self._engine.begin() as connection:
            number = _hold(connection, laboratory)
            if number is None:
                raise NotAsked(
                    f"the survey of {laboratory} is not on: whose an answer is was forgotten at "
                    "its end"
                )
            _remove(connection, number, self._hashes(number, person))

    def all_of(self, laboratory: str) -> list[Survey]:
        """A laboratory's surveys, the newest first."""
        asked = (
            select(SURVEYS)
            .where(SURVEYS.c.laboratory == laboratory)
            .order_by(SURVEYS.c.number.desc())
        )
        # In the order of what was said, which tells nothing of when.
        said = select(ANSWERS).order_by(
            ANSWERS.c.words, ANSWERS.c.meets_needs, ANSWERS.c.easy_to_use
        )
        with self._engine.connect() as connection:
            surveys = connection.execute(asked).mappings().all()
            here = [row["number"] for row in surveys]
            given: dict[int, list[Answer]] = {}
            for row in connection.execute(said.where(ANSWERS.c.survey.in_(here))).mappings():
                given.setdefault(row["survey"], []).append(_answer(row))
        return [
            Survey(
                datetime.fromtimestamp(row["begun"], UTC),
                None if row["ended"] is None else datetime.fromtimestamp(row["ended"], UTC),
                tuple(given.get(row["number"], ())),
            )
            for row in surveys
        ]

    def _hashes(self, survey: int | None, person: str) -> list[str]:
        """What a person is in a survey, by the newest key first; another in each survey."""
        said = f"{survey}\n{person}".encode()
        return [hmac.new(key, said, hashlib.sha256).hexdigest() for key in self._keys]


def _number_on(connection: Connection, laboratory: str) -> int | None:
    which = (SURVEYS.c.laboratory == laboratory) & SURVEYS.c.ended.is_(None)
    number: int | None = connection.execute(select(SURVEYS.c.number).where(which)).scalar()
    return number


def _hold(connection: Connection, laboratory: str) -> int | None:
    """The number of the survey that is on; until the transaction's end nobody else changes it."""
    which = (SURVEYS.c.laboratory == laboratory) & SURVEYS.c.ended.is_(None)
    # A change that changes nothing takes the lock, in SQLite as in PostgreSQL.
    connection.execute(SURVEYS.update().where(which).values(laboratory=laboratory))
    return _number_on(connection, laboratory)


def _remove(connection: Connection, survey: int, hashes: list[str]) -> None:
    connection.execute(
        delete(ANSWERS).where(ANSWERS.c.survey == survey, ANSWERS.c.person.in_(hashes))
    )


def _answer(row: Any) -> Answer:
    return Answer(row["meets_needs"], row["easy_to_use"], row["words"])
