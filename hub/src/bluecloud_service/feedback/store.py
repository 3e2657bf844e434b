"""Threads of feedback, in the service's database."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    func,
    select,
)

from ..errors import NotAsked, NotThere

State = Literal["open", "answered", "closed"]

MOST_OPEN = 50  # threads of one person that are not closed
MOST_WORDS = 200  # of one thread

_TABLES = MetaData()
THREADS = Table(
    "feedback",
    _TABLES,
    Column("id", String(20), primary_key=True),
    Column("laboratory", String(30), nullable=False),
    Column("person", String(255), nullable=False),
    Column("version", String(100), nullable=False),
    Column("notebook", String(255), nullable=False),
    Column("run", String(25), nullable=False),
    Column("state", String(10), nullable=False),
    Column("made", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("seen", Float, nullable=False),
)
WORDS = Table(
    "feedback_words",
    _TABLES,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("thread", String(20), nullable=False),
    Column("author", String(255), nullable=False),
    Column("is_manager", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
)


@dataclass(frozen=True)
class About:
    """What a thread is about, as far as it was told; empty where it was not.

    Attributes
    ----------
    version
        Of the laboratory's release.
    notebook, run
        The name of a notebook's file, and of a run.
    """

    version: str = ""
    notebook: str = ""
    run: str = ""


@dataclass(frozen=True)
class Words:
    """What somebody wrote, and whether as a manager of the laboratory."""

    author: str
    is_manager: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Thread:
    """A thread.

    Attributes
    ----------
    state
        ``open`` until a manager wrote the last word, then ``answered``; ``closed`` by either,
        until somebody writes again.
    seen
        When its person last looked at their threads.
    """

    id: str
    laboratory: str
    person: str
    about: About
    state: State
    made: datetime
    changed: datetime
    seen: datetime
    words: tuple[Words, ...] = ()

    @property
    def is_news(self) -> bool:
        """Whether a manager wrote since its person last looked."""
        return any(each.is_manager and each.at > self.seen for each in self.words)


class Feedback:
    """The table of threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, person: str, laboratory: str, text: str, about: About) -> Thread:
        """Begin a thread.

        Raises
        ------
        NotAsked
            If the person has as many open ones as one may have.
        """
        now = _now()
        thread = Thread(
            secrets.token_hex(10), laboratory, person, about, "open", now, now, now,
            (Words(person, False, text, now),),
        )  # fmt: skip
        row = {
            "id": thread.id,
            "laboratory": laboratory,
            "person": person,
            "version": about.version,
            "notebook": about.notebook,
            "run": about.run,
            "state": thread.state,
            "made": now.timestamp(),
            "changed": now.timestamp(),
            "seen": now.timestamp(),
        }
        with self._engine.begin() as connection:
            waiting = select(func.count()).where(
                THREADS.c.person == person, THREADS.c.state != "closed"
            )
            if connection.execute(waiting).scalar_one() >= MOST_OPEN:
                raise NotAsked(
                    f"you have {MOST_OPEN} threads of feedback that are not closed, and more "
                    "cannot be: close one first"
                )
            connection.execute(THREADS.insert().values(row))
            _write(connection, thread.id, thread.words[0])
        return thread

    def write(self, thread: str, author: str, text: str, *, is_manager: bool) -> Thread:
        """Add words to a thread, which opens it again.

        Raises
        ------
        NotThere
            If there is no such thread.
        NotAsked
            If it has as many words as one may have.
        """
        words = Words(author, is_manager, text, _now())
        with self._engine.begin() as connection:
            found = _one(connection, thread)
            if len(found.words) >= MOST_WORDS:
                raise NotAsked(f"the thread has {MOST_WORDS} entries: begin another one")
            _write(connection, thread, words)
            state: State = "answered" if is_manager else "open"
            _change(connection, thread, state=state, changed=words.at.timestamp())
        return replace(found, state=state, changed=words.at, words=(*found.words, words))

    def close(self, thread: str) -> Thread:
        """Close a thread; what is written to it later opens it again.

        Raises
        ------
        NotThere
            If there is no such thread.
        """
        with self._engine.begin() as connection:
            found = _one(connection, thread)
            _change(connection, thread, state="closed")
        return replace(found, state="closed")

    def remove(self, thread: str) -> None:
        """Take a thread away, with all that was written."""
        with self._engine.begin() as connection:
            connection.execute(delete(WORDS).where(WORDS.c.thread == thread))
            connection.execute(delete(THREADS).where(THREADS.c.id == thread))

    def get(self, thread: str) -> Thread:
        """A thread.

        Raises
        ------
        NotThere
            If there is no such thread.
        """
        with self._engine.connect() as connection:
            return _one(connection, thread)

    def of_person(self, person: str, *, limit: int) -> list[Thread]:
        """A person's threads, the last changed first; from now on what they hold was seen."""
        with self._engine.begin() as connection:
            found = _found(connection, THREADS.c.person == person, limit)
            seen = THREADS.update().where(THREADS.c.person == person)
            connection.execute(seen.values(seen=_now().timestamp()))
        return found

    def news(self, person: str) -> int:
        """How many of a person's threads have an answer that they have not looked at."""
        answered = (
            select(func.count(THREADS.c.id.distinct()))
            .join(WORDS, WORDS.c.thread == THREADS.c.id)
            .where(
                THREADS.c.person == person,
                WORDS.c.is_manager.is_(True),
                WORDS.c.at > THREADS.c.seen,
            )
        )
        with self._engine.connect() as connection:
            return int(connection.execute(answered).scalar_one())

    def of_laboratory(self, laboratory: str, *, state: State | None, limit: int) -> list[Thread]:
        """A laboratory's threads, the last changed first."""
        which = THREADS.c.laboratory == laboratory
        if state is not None:
            which &= THREADS.c.state == state
        with self._engine.connect() as connection:
            return _found(connection, which, limit)


def _write(connection: Connection, thread: str, words: Words) -> None:
    row = {
        "thread": thread,
        "author": words.author,
        "is_manager": words.is_manager,
        "text": words.text,
        "at": words.at.timestamp(),
    }
    connection.execute(WORDS.insert().values(row))


def _change(connection: Connection, thread: str, **values: object) -> None:
    connection.execute(THREADS.update().where(THREADS.c.id == thread).values(**values))


def _one(connection: Connection, thread: str) -> Thread:
    found = _found(connection, THREADS.c.id == thread, 1)
    if not found:
        raise NotThere(f"there is no thread of feedback {thread}")
    return found[0]


def _found(connection: Connection, which: ColumnElement[bool], limit: int) -> list[Thread]:
    asked = select(THREADS).where(which).order_by(THREADS.c.changed.desc()).limit(limit)
    rows = connection.execute(asked).mappings().all()
    words = _words(connection, [str(row["id"]) for row in rows])
    return [
        Thread(
            row["id"],
            row["laboratory"],
            row["person"],
            About(row["version"], row["notebook"], row["run"]),
            row["state"],
            _at(row["made"]),
            _at(row["changed"]),
            _at(row["seen"]),
            tuple(words.get(str(row["id"]), ())),
        )
        for row in rows
    ]


def _words(connection: Connection, threads: Sequence[str]) -> dict[str, list[Words]]:
    found: dict[str, list[Words]] = {}
    asked = select(WORDS).where(WORDS.c.thread.in_(threads)).order_by(WORDS.c.number)
    for row in connection.execute(asked).mappings():
        one = Words(row["author"], bool(row["is_manager"]), row["text"], _at(row["at"]))
        found.setdefault(row["thread"], []).append(one)
    return found


def _now() -> datetime:
    return datetime.now(UTC)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
