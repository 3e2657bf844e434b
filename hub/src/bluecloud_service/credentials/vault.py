"""Seals logins, so that the database that keeps them cannot tell them.

Each is bound to whose it is and for which source: a row that is copied to another person's name
does not open there.
"""

from __future__ import annotations

import base64
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bluecloud_catalogs.credentials import Credential

from ..keys import Keys


class Unreadable(Exception):  # noqa: N818 -- named for what is true
    """What is kept does not open: the key was changed, or somebody changed it."""


class Vault:
    """Seals and opens logins with the service's keys."""

    def __init__(self, keys: Keys) -> None:
        derived = keys.of("credentials")
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])

    def seal(self, person: str, source: str, login: Credential) -> bytes:
        """A login as it is kept."""
        said = {
            "token": login.token.get_secret_value() if login.token else None,
            "username": login.username,
            "password": login.password.get_secret_value() if login.password else None,
        }
        given = {name: value for name, value in said.items() if value is not None}
        bound = {"person": person, "source": source, "login": given}
        return self._fernet.encrypt(json.dumps(bound).encode())

    def open(self, person: str, source: str, sealed: bytes) -> dict[str, str]:
        """A login as its reader wants it: ``token``, or ``username`` and ``password``.

        Raises
        ------
        Unreadable
            If it does not open, or is not of this person and source.
        """
        try:
            said = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Unreadable("it does not open with the service's key") from None
        if (said["person"], said["source"]) != (person, source):
            raise Unreadable("it was stored for somebody or something else")
        login: dict[str, str] = said["login"]
        return login
