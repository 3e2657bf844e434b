"""A person's token at the ICOS Carbon Portal: where it is, whether it has ended, how it is sent.

A token says itself when it ends, so that one that has is told before anything is asked. With a
name and a password a new one is fetched, which the Carbon Portal means programs to do. That the
data licence is accepted is a matter of the person's profile: where it is not, the portal sends
to a page, and nobody but the person can go there.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ..credentials import required
from ..errors import CredentialRequired, LicenceNotAccepted, MalformedAnswer
from ..places import Ask

if TYPE_CHECKING:
    from ..places import File, Place

PROFILE = "https://cpauth.icos-cp.eu/home"
_COOKIE = "cpauthToken"
_SEPARATOR = b"\x1e"
REDIRECTIONS = frozenset({301, 302, 303, 307, 308})


def secrets_for(place: Place, service: str) -> dict[str, str]:
    """The headers with a person's token; none for a place that wants no login.

    Raises
    ------
    CredentialRequired
        If there is no login, or the token has ended.
    """
    if place.tier != "live":
        return {}
    credential = required("icos", where=PROFILE)
    if credential.token is not None:
        # The profile's page shows it as the cookie that it is, with its name.
        token = credential.token.get_secret_value().strip().removeprefix(f"{_COOKIE}=")
    elif credential.password is not None:
        token = _fetched(place, service, credential.username, credential.password)
    ends = expiry(token)
    if ends is not None and ends <= datetime.now(UTC):
        raise CredentialRequired(
            f"icos: the token ended on {ends:%Y-%m-%d at %H:%M} UTC (they last 28 hours): copy a "
            f"new one from {PROFILE}, or store name and password instead"
        )
    return {"Cookie": f"{_COOKIE}={token}"}


def expiry(token: str) -> datetime | None:
    """When a token ends; nothing for what says no such thing."""
    try:
        content = base64.b64decode(token.strip() + "=" * (-len(token.strip()) % 4))
        milliseconds = json.loads(content.partition(_SEPARATOR)[0])[0]
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (binascii.Error, ValueError, TypeError, IndexError, KeyError, OverflowError, OSError):
        return None


def accepted(file: File) -> File:
    """The file, if it is one and no way to a page.

    Raises
    ------
    LicenceNotAccepted
        If the portal sends to a page.
    """
    if file.status in REDIRECTIONS:
        raise LicenceNotAccepted(
            f"{file.path.partition('?')[0]}: ICOS sends to "
            f"{file.headers.get('location', 'another page')}: accept the ICOS data licence once, "
            f"in your profile at {PROFILE}"
        )
    return file


def _fetched(place: Place, service: str, username: str | None, password: object) -> str:
    from pydantic import SecretStr

    assert isinstance(password, SecretStr)  # noqa: S101 -- narrows for mypy
    form = urlencode({"mail": username or "", "password": password.get_secret_value()})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    ask = Ask("password/login", service, method="POST", body=form.encode(), secrets=kind)
    file = place.fetch([ask])[0]
    name, _, rest = file.headers.get("set-cookie", "").partition("=")
    token = rest.partition(";")[0].strip('"')
    if name.strip() != _COOKIE or not token:
        raise MalformedAnswer("password/login: ICOS gave no token for name and password")
    return token
