"""The address of the registry's tokens, in the words of the Docker Registry v2 token protocol."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from bluecloud_hub.labs import Laboratory

from ..errors import NotAllowed, NotAsked, NotKnown
from ..identity import Person
from .grants import asked_for, granted
from .signing import SERVICE, Signer

Admit = Callable[[Request, str | None], Person]


class Token(BaseModel):
    """What a registry's client gets; ``access_token`` is the same, for clients that look there."""

    token: str
    access_token: str
    expires_in: int
    issued_at: str


def router(signer: Signer, laboratories: Mapping[str, Laboratory], admit: Admit) -> APIRouter:
    """The route of tokens.

    Parameters
    ----------
    admit
        Says who asks, by the request and its ``Authorization`` in the hub's words.
    """
    routes = APIRouter(tags=["registry"])

    @routes.get("/registry/token", summary="A token of the registry, for what I may do there")
    def token(
        request: Request,
        response: Response,
        service: Annotated[str, Query(description=f"The registry: {SERVICE}")] = "",
        scope: Annotated[
            list[str] | None, Query(description="As repository:bluecloud/slug:pull,push")
        ] = None,
    ) -> Token:
        person = _person_of(request, admit)
        if service != SERVICE:
            raise NotAsked(f"service = {service[:80]!r}: tokens are given for {SERVICE!r}")
        access = granted(person, asked_for(scope or ()), laboratories)
        signed = signer.sign(str(person.name), access)
        response.headers["Cache-Control"] = "no-store"
        return Token(
            token=signed.token,
            access_token=signed.token,
            expires_in=signed.seconds,
            issued_at=f"{signed.issued:%Y-%m-%dT%H:%M:%SZ}",
        )

    return routes


def _person_of(request: Request, admit: Admit) -> Person:
    """Who asks: by a token of the hub's, or by a name with such a token for its password.

    Raises
    ------
    NotKnown
        If nobody does, or the token is another person's than the name.
    NotAllowed
        If it is a run's.
    """
    told = request.headers.get("authorization")
    name = None
    if told and told.strip().partition(" ")[0].lower() == "basic":
        name, told = _basic(told.strip().partition(" ")[2])
    person = admit(request, told)
    if person.name is None:
        raise NotKnown(
            "the registry's tokens are somebody's: log in with your name and a token of the hub, "
            "or send 'Authorization: Bearer ...' with that token"
        )
    if name is not None and name != person.name:
        raise NotKnown(f"this token is not {name[:80]!r}'s: log in with the name it was made for")
    if person.unit:
        raise NotAllowed("a run neither reads nor writes the registry")
    return person


def _basic(encoded: str) -> tuple[str, str]:
    """The name, and the password as the token that it is (RFC 7617)."""
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name = colon = password = ""
    if not colon or not password:
        raise NotKnown("'Authorization: Basic ...' has a name and a token of the hub for password")
    return name, f"token {password}"
