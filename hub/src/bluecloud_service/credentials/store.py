"""The stored logins: a row for each person and source, of which the login itself is sealed."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Engine, Float, LargeBinary, MetaData, String, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bluecloud_catalogs.credentials import Credential

from ..errors import NotThere
from .vault import Unreadable, Vault

CREDENTIALS = Table(
    "credentials",
    MetaData(),
    Column("person", String(255), primary_key=True),
    Column("source", String(30), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("stored", Float, nullable=False),
    Column("expires", Float),
    Column("fetched", Float),
)


@dataclass(frozen=True)
class Stored:
    """What may be told of a stored login.

    Attributes
    ----------
    kind
        ``token``, ``password``, or ``unreadable`` if it has to be stored anew.
    username
        The name that goes with a password.
    expires, fetched
        When it ends, where that is known; when a server or run last took it.
    """

    source: str
    kind: str
    username: str | None
    stored: datetime
    expires: datetime | None
    fetched: datetime | None
    expired: bool


class Credentials:
    """The logins of all people, each its person's own."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def put(
        self, person: str, source: str, login: Credential, *, expires: datetime | None = None
    ) -> Stored:
        """Store a login in the place of an earlier one.

        Parameters
        ----------
        expires
            When it ends; where it is not told and the token says so itself (RFC 7519), that.
        """
        until = expires.timestamp() if expires else _expiry_of(login)
        row = {
            "person": person,
            "source": source,
            "sealed": self._vault.seal(person, source, login),
            "stored": time.time(),
            "expires": until,
            "fetched": None,
        }
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(CREDENTIALS).values(row)
        with self._engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["person", "source"], set_=row)
            )
        return self._told(person, row)

    def of(self, person: str) -> list[Stored]:
        """What a person has stored, without a secret."""
        return [self._told(person, row) for row in self._rows(person)]

    def remove(self, person: str, source: str) -> None:
        """Forget a login.

        Raises
        ------
        NotThere
            If none is stored.
        """
        statement = delete(CREDENTIALS).where(
            CREDENTIALS.c.person == person, CREDENTIALS.c.source == source
        )
        with self._engine.begin() as connection:
            gone = connection.execute(statement).rowcount
        if not gone:
            raise NotThere(f"you have stored no login for {source!r}")

    def fetch(self, person: str, *sources: str) -> dict[str, dict[str, str]]:
        """A person's logins by source, for a server or run of theirs: those that are in force.

        Parameters
        ----------
        sources
            Those alone; all where none is named.
        """
        found, now = {}, time.time()
        for row in self._rows(person):
            if sources and row["source"] not in sources:
                continue
            if row["expires"] is not None and row["expires"] <= now:
                continue
            try:
                found[row["source"]] = self._vault.open(person, row["source"], row["sealed"])
            except Unreadable:
                continue  # the list says so, and that it has to be stored anew
        if found:
            taken = CREDENTIALS.update().where(
                CREDENTIALS.c.person == person, CREDENTIALS.c.source.in_(list(found))
            )
            with self._engine.begin() as connection:
                connection.execute(taken.values(fetched=now))
        return found

    def one(self, person: str, source: str) -> Credential | None:
        """A person's login, for what they ask the service to do; None where none is in force."""
        found = self.fetch(person, source).get(source)
        return Credential.model_validate(found) if found else None

    def _rows(self, person: str) -> list[dict[str, Any]]:
        statement = (
            select(CREDENTIALS).where(CREDENTIALS.c.person == person).order_by(CREDENTIALS.c.source)
        )
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _told(self, person: str, row: dict[str, Any]) -> Stored:
        try:
            login = self._vault.open(person, row["source"], row["sealed"])
            kind = "token" if "token" in login else "password"
        except Unreadable:
            login, kind = {}, "unreadable"
        until = row["expires"]
        return Stored(
            source=row["source"],
            kind=kind,
            username=login.get("username"),
            stored=datetime.fromtimestamp(row["stored"], UTC),
            expires=_moment(until),
            fetched=_moment(row["fetched"]),
            expired=until is not None and until <= time.time(),
        )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _expiry_of(login: Credential) -> float | None:
    """When a token says that it ends, if it is a JSON Web Token; its signature is not asked for."""
    parts = login.token.get_secret_value().split(".") if login.token else []
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        expires = float(claims["exp"])
        datetime.fromtimestamp(expires, UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
    return expires
