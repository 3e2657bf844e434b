"""Tokens for the two doors to Copernicus' scenes, WEkEO and the Data Space.

Each has its own account: a person stores them as ``wekeo`` and ``cdse``. A token may be stored
itself, or the name and password that one is got for; it is asked for at each reading, since
those of the Data Space end after ten minutes. A password that is not taken is told apart from
a service that does not answer, and neither is ever shown.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ..answers import as_json, told_by
from ..credentials import Credential, required
from ..errors import CredentialRequired, MalformedAnswer
from ..places import Ask

if TYPE_CHECKING:
    from ..places import File, Place

_REFUSED = frozenset({400, 401, 403})
_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# WEkEO's own accounts come first; those of two other services are taken there too.
_ORIGINS = (None, "eumetsat", "cmems")


def wekeo(place: Place) -> str:
    """The header ``Authorization`` for WEkEO.

    Raises
    ------
    CredentialRequired
        If no login is stored, or it is not taken.
    """
    login = required("wekeo", where="https://www.wekeo.eu/register")
    if login.token is not None:
        return login.bearer()
    file: File | None = None
    for origin in _ORIGINS:
        told = {"username": login.username, "password": _secret(login)}
        body = json.dumps(told | ({"origin": origin} if origin else {})).encode()
        ask = Ask("gettoken", "identity", "POST", body, _JSON, frozenset({200}) | _REFUSED)
        (file,) = place.fetch([ask])
        if file.status not in _REFUSED:
            return f"Bearer {_token(file)}"
    raise CredentialRequired(f"wekeo does not take the login: {told_by(file.content)}")  # type: ignore[union-attr]


def cdse(place: Place) -> str:
    """A token of the Copernicus Data Space.

    Raises
    ------
    CredentialRequired
        If no login is stored, or it is not taken.
    """
    login = required("cdse", where="https://dataspace.copernicus.eu")
    if login.token is not None:
        return login.token.get_secret_value()
    form = {
        "client_id": "cdse-public",
        "grant_type": "password",
        "username": login.username,
        "password": _secret(login),
    }
    path = "auth/realms/CDSE/protocol/openid-connect/token"
    ask = Ask(
        path, "keycloak", "POST", urlencode(form).encode(), _FORM, frozenset({200}) | _REFUSED
    )
    (file,) = place.fetch([ask])
    if file.status in _REFUSED:
        raise CredentialRequired(f"cdse does not take the login: {told_by(file.content)}")
    return _token(file)


def _secret(login: Credential) -> str:
    return login.password.get_secret_value() if login.password else ""


def _token(file: File) -> str:
    told: Any = as_json(file)
    token = told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token:
        raise MalformedAnswer(f"{file.path}: the answer to a login holds no access_token")
    return token
