"""The addresses of stored logins: store, list and forget; and fetch, for servers and runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr
from starlette.responses import JSONResponse, Response

from bluecloud_catalogs.credentials import LOGINS, Credential

from ..errors import NotAllowed, NotAsked, NotKnown
from ..identity import Person
from .store import Credentials, Stored

_MOST_TOKEN = 16 * 1024
_PLAIN = r"^[^\x00-\x1f\x7f]+$"
Source = Annotated[str, Path(max_length=30, description="A source of the catalogue")]


class Login(BaseModel):
    """A login as it is stored: a token, or a name with a password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[SecretStr, Field(min_length=1, max_length=_MOST_TOKEN)] | None = None
    username: Annotated[str, Field(min_length=1, max_length=320, pattern=_PLAIN)] | None = None
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)] | None = None
    expires: AwareDatetime | None = None


class Told(BaseModel):
    """A stored login, without what it is."""

    source: str
    kind: str
    username: str | None
    stored: datetime
    expires: datetime | None
    fetched: datetime | None
    expired: bool

    @classmethod
    def of(cls, stored: Stored) -> Told:
        """What may be told."""
        return cls(**vars(stored))


def _owner(request: Request) -> Person:
    person: Person = request.app.state.admitted(request)
    if person.name is None:
        raise NotKnown("logins are somebody's: send 'Authorization: token ...'")
    return person


def _person(request: Request) -> str:
    """Whoever stores and forgets: a person, and no run of theirs."""
    person = _owner(request)
    if person.unit:
        raise NotAllowed("a run fetches logins, and neither stores nor forgets them")
    return str(person.name)


Owner = Annotated[str, Depends(_person)]


def router(credentials: Credentials) -> APIRouter:
    """The routes of logins, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["credentials"])

    @routes.get("/credentials", summary="Which logins I have stored")
    def listed(person: Owner) -> list[Told]:
        return [Told.of(stored) for stored in credentials.of(person)]

    @routes.put("/credentials/{source}", summary="Store a login; it is never shown again")
    def put(source: Source, login: Login, person: Owner) -> Told:
        if source not in LOGINS:
            raise NotAsked(f"source = {source[:40]!r}: it is one of {', '.join(LOGINS)}")
        return Told.of(credentials.put(person, source, _checked(login), expires=login.expires))

    @routes.delete("/credentials/{source}", status_code=204, summary="Forget a login")
    def remove(source: Source, person: Owner) -> Response:
        credentials.remove(person, source)
        return Response(status_code=204)

    @routes.post("/credentials/fetch", summary="My logins, for a server or a run of mine")
    def fetch(request: Request) -> JSONResponse:
        person = _owner(request)
        if not (person.server or person.unit):
            raise NotAllowed(
                "logins are given to a laboratory's own token or a run's, and to nobody else"
            )
        found = credentials.fetch(str(person.name))
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    return routes


def _checked(login: Login) -> Credential:
    """A login of one kind.

    Raises
    ------
    NotAsked
        If it is of none, or has characters that no header and no form takes.
    """
    for name in ("token", "password"):
        secret = getattr(login, name)
        if secret is not None and not secret.get_secret_value().isprintable():
            raise NotAsked(f"{name}: it has line ends or other characters that cannot be sent")
    try:
        return Credential(token=login.token, username=login.username, password=login.password)
    except ValueError:
        raise NotAsked("send token, or username and password") from None
