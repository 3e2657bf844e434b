"""The history of releases in the service's database: what is so, whatever files say.

A change of what people are given names the release that was thought to be current. It is made in
one statement that holds only if that is still so; of two at once, one is, and the other is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
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
    and_,
    select,
)
from sqlalchemy.exc import IntegrityError

from ..errors import NotThere, Overtaken
from .records import PROMOTABLE, Audience, Kept, Kind, Move, Origin, State

METADATA = MetaData()
RELEASES = Table(
    "releases",
    METADATA,
    Column("laboratory", String(30), primary_key=True),
    Column("digest", String(71), primary_key=True),
    Column("image", String(300), nullable=False),
    Column("version", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made", Float, nullable=False),
    Column("based_on", String(71), nullable=False),
    Column("state", String(10), nullable=False),
    Column("since", Float, nullable=False),
    Column("words", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("report", Integer, nullable=False),
)
CHANNELS = Table(
    "release_channels",
    METADATA,
    Column("laboratory", String(30), primary_key=True),
    Column("audience", String(10), primary_key=True),
    Column("digest", String(71)),
    Column("written", String(300), nullable=False),
)
MOVES = Table(
    "release_moves",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("laboratory", String(30), nullable=False),
    Column("audience", String(10), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("before", String(71)),
    Column("after", String(71)),
    Column("by", String(255), nullable=False),
    Column("at", Float, nullable=False),
)
_TIMES = ("made", "since", "not_before", "at")


class Releases:
    """The tables of releases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Releases --------------------------------------------------------------------------------

    def add(
        self,
        laboratory: str,
        digest: str,
        *,
        image: str,
        version: str,
        message: str,
        origin: Origin,
        made_by: str,
        based_on: str = "",
        state: State = "waiting",
    ) -> Kept:
        """Keep a release; one that is there already stays as it is, unless it was removed."""
        now = datetime.now(UTC).timestamp()
        row = {
            "laboratory": laboratory,
            "digest": digest,
            "image": image,
            "version": version,
            "message": message,
            "origin": origin,
            "made_by": made_by,
            "made": now,
            "based_on": based_on,
            "state": state,
            "since": now,
            "words": "",
            "attempts": 0,
            "failures": 0,
            "not_before": 0.0,
            "report": 0,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(RELEASES.insert().values(row))
        except IntegrityError:
            self._change(laboratory, digest, {"removed"}, row)
        return self.one(laboratory, digest)

    def one(self, laboratory: str, digest: str) -> Kept:
        """A release.

        Raises
        ------
        NotThere
            If the laboratory has none of that digest.
        """
        found = self.find(laboratory, digest)
        if found is None:
            raise NotThere(f"{laboratory} has no release {digest}")
        return found

    def find(self, laboratory: str, digest: str) -> Kept | None:
        """A release, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select(RELEASES).where(_of(laboratory, digest))).mappings()
            return next((_kept(each) for each in row), None)

    def of(self, laboratory: str, *, limit: int = 100) -> list[Kept]:
        """A laboratory's releases, the newest first."""
        return self._found(RELEASES.c.laboratory == laboratory, newest_first=True)[:limit]

    def in_state(self, *states: State) -> list[Kept]:
        """Releases of all laboratories, the oldest first."""
        return self._found(RELEASES.c.state.in_(states))

    def change(self, release: Kept, frm: State | Sequence[State], **values: Any) -> Kept:
        """Change a release that is in a state, and note since when if that becomes another.

        Raises
        ------
        Overtaken
            If it is in no such state any more.
        """
        states = {frm} if isinstance(frm, str) else set(frm)
        if "state" in values:
            values.setdefault("since", datetime.now(UTC).timestamp())
        if not self._change(release.laboratory, release.digest, states, values):
            now = self.one(release.laboratory, release.digest)
            raise Overtaken(f"release {release.name} is {now.state} by now: look again")
        return self.one(release.laboratory, release.digest)

    def next_waiting(self, now: datetime) -> Kept | None:
        """The candidate that has waited longest of those that may be tried now."""
        due = and_(RELEASES.c.state == "waiting", RELEASES.c.not_before <= now.timestamp())
        return next(iter(self._found(due)), None)

    def _change(
        self, laboratory: str, digest: str, states: set[Any], values: Mapping[str, Any]
    ) -> bool:
        known = {
            name: value.timestamp() if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        statement = (
            RELEASES.update()
            .where(_of(laboratory, digest), RELEASES.c.state.in_(states))
            .values(known)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def _found(self, which: Any, *, newest_first: bool = False) -> list[Kept]:
        order = RELEASES.c.made.desc() if newest_first else RELEASES.c.since
        with self._engine.connect() as connection:
            rows = connection.execute(select(RELEASES).where(which).order_by(order)).mappings()
            return [_kept(row) for row in rows]

    # What people are given --------------------------------------------------------------------

    def given(self, laboratory: str, audience: Audience) -> Kept | None:
        """What an audience is given; None is, of testers, what everyone is given."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(RELEASES)
                .join(
                    CHANNELS,
                    and_(
                        CHANNELS.c.laboratory == RELEASES.c.laboratory,
                        CHANNELS.c.digest == RELEASES.c.digest,
                    ),
                )
                .where(_channel(laboratory, audience))
            ).mappings()
            return next((_kept(row) for row in found), None)

    def written(self, laboratory: str) -> str:
        """The image that the hub's file named when it was last looked at; empty before."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(CHANNELS.c.written).where(_channel(laboratory, "everyone"))
            ).scalar()
            return str(found or "")

    def note_written(self, laboratory: str, image: str) -> None:
        """Note which image the hub's file names."""
        statement = CHANNELS.update().where(_channel(laboratory, "everyone")).values(written=image)
        with self._engine.begin() as connection:
            connection.execute(statement)

    def move(
        self,
        laboratory: str,
        audience: Audience,
        to: str | None,
        *,
        expected: str | None,
        kind: Kind,
        by: str,
    ) -> None:
        """Give an audience another release, if it has the expected one now.

        Testers who are given what everyone is given from now on have none of their own any more.

        Raises
        ------
        Overtaken
            If it has another one now, or the release may not be promoted any more.
        """
        self._make_channel(laboratory, audience)
        now = datetime.now(UTC).timestamp()
        with self._engine.begin() as connection:
            moved = connection.execute(
                CHANNELS.update()
                .where(
                    _channel(laboratory, audience),
                    CHANNELS.c.digest.is_not_distinct_from(expected),
                    *([_is_promotable(laboratory, to)] if to else []),
                )
                .values(digest=to)
            ).rowcount
            if moved:
                _note(connection, laboratory, audience, kind, expected, to, by, now)
            if moved and audience == "everyone":
                follows = connection.execute(
                    CHANNELS.update()
                    .where(_channel(laboratory, "testers"), CHANNELS.c.digest == to)
                    .values(digest=None)
                ).rowcount
                if follows:
                    _note(connection, laboratory, "testers", "withdraw", to, None, by, now)
        if not moved:
            raise Overtaken(self._who_was_quicker(laboratory, audience, expected, to))

    def moves(self, laboratory: str) -> list[Move]:
        """Every change of what a laboratory's people are given, the oldest first."""
        statement = select(MOVES).where(MOVES.c.laboratory == laboratory).order_by(MOVES.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(statement).mappings()
            return [
                Move(
                    audience=row["audience"],
                    kind=row["kind"],
                    before=row["before"],
                    after=row["after"],
                    by=row["by"],
                    at=datetime.fromtimestamp(row["at"], UTC),
                )
                for row in rows
            ]

    def _make_channel(self, laboratory: str, audience: Audience) -> None:
        row = {"laboratory": laboratory, "audience": audience, "digest": None, "written": ""}
        with self._engine.connect() as connection:
            there = connection.execute(
                select(CHANNELS.c.audience).where(_channel(laboratory, audience))
            ).first()
        if there:
            return
        try:
            with self._engine.begin() as connection:
                connection.execute(CHANNELS.insert().values(row))
        except IntegrityError:
            return  # another was quicker

    def _who_was_quicker(
        self, laboratory: str, audience: Audience, expected: str | None, to: str | None
    ) -> str:
        current = self.given(laboratory, audience)
        if (current.digest if current else None) == expected and to:
            release = self.one(laboratory, to)
            return f"release {release.name} is {release.state}: only a green one is promoted"
        whose = "its testers have" if audience == "testers" else "everyone has"
        last = next((m for m in reversed(self.moves(laboratory)) if m.audience == audience), None)
        by = f", by {last.by} at {last.at:%Y-%m-%d %H:%M} UTC" if last else ""
        named = current.name if current else "no release of their own"
        return (
            f"{laboratory}: you thought that {whose} {expected or 'none'}, and by now {whose} "
            f"{named}{by}: look again"
        )


def _note(
    connection: Connection,
    laboratory: str,
    audience: Audience,
    kind: Kind,
    before: str | None,
    after: str | None,
    by: str,
    at: float,
) -> None:
    connection.execute(
        MOVES.insert().values(
            laboratory=laboratory,
            audience=audience,
            kind=kind,
            before=before,
            after=after,
            by=by,
            at=at,
        )
    )


def _of(laboratory: str, digest: str) -> Any:
    return and_(RELEASES.c.laboratory == laboratory, RELEASES.c.digest == digest)


def _channel(laboratory: str, audience: Audience) -> Any:
    return and_(CHANNELS.c.laboratory == laboratory, CHANNELS.c.audience == audience)


def _is_promotable(laboratory: str, digest: str) -> Any:
    which = and_(_of(laboratory, digest), RELEASES.c.state.in_(PROMOTABLE))
    return select(RELEASES.c.digest).where(which).exists()


def _kept(row: Mapping[Any, Any]) -> Kept:
    times = {
        name: datetime.fromtimestamp(value, UTC) for name, value in row.items() if name in _TIMES
    }
    return Kept(**{**row, **times})


def later(failures: int, now: datetime) -> datetime:
    """When to try again after so many failures: a minute, doubled each time, to an hour."""
    return now + timedelta(seconds=min(60 * 2 ** max(0, failures - 1), 3600))
