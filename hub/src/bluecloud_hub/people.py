"""People of a deployment with passwords: made, put into groups, given a new password.

``python -m bluecloud_hub.people add ada --group environment`` prints a first password once;
the person changes it on the page *Change password*. It works on a running hub, through its
API, with a token that only this deployment's operators can read.
"""

from __future__ import annotations

import argparse
import dbm
import json
import os
import secrets
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote

import bcrypt

from bluecloud_hub.authentication import MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH, passwords
from bluecloud_hub.errors import HubError, PeopleError
from bluecloud_hub.settings import Settings, read_settings

SCOPES = ["admin:users", "admin:groups", "groups"]


def token(state: Path) -> str:
    """The token of this tool, made on first use and readable by the hub's account alone."""
    path = state / "hub" / "people.token"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8")


class People:
    """The people of one running hub."""

    def __init__(self, settings: Settings) -> None:
        if settings.authentication != "password":
            raise PeopleError(
                f"authentication is {settings.authentication!r}: its provider keeps the people"
            )
        self._state = settings.state_folder
        self._api = f"http://127.0.0.1:{settings.hub_port}/hub/api"

    def add(self, name: str, *, groups: Iterable[str] = (), operator: bool = False) -> str:
        """Make a person, or change one, and give them a new password, which is returned.

        Raises
        ------
        PeopleError
            If the hub does not answer or refuses the name.
        """
        self._ask("POST", f"users/{quote(name, safe='')}", {"admin": operator}, also=(409,))
        self._ask("PATCH", f"users/{quote(name, safe='')}", {"admin": operator})
        for group in groups:
            self._ask("POST", f"groups/{quote(group, safe='')}", also=(409,))
            self._ask("POST", f"groups/{quote(group, safe='')}/users", {"users": [name]})
        return self.password(name)

    def password(self, name: str, chosen: str | None = None) -> str:
        """Set a person's password, a random one where none is given, and return it.

        Raises
        ------
        PeopleError
            If it is shorter than 12 characters or longer than 72 bytes.
        """
        word = chosen or secrets.token_urlsafe(12)
        if len(word) < MIN_PASSWORD_LENGTH or len(word.encode()) > MAX_PASSWORD_BYTES:
            raise PeopleError(
                f"a password has {MIN_PASSWORD_LENGTH} characters at least and "
                f"{MAX_PASSWORD_BYTES} bytes at most; this one has {len(word)} and "
                f"{len(word.encode())}"
            )
        with dbm.open(str(passwords(self._state)), "c", 0o600) as stored:
            stored[name.lower().encode()] = bcrypt.hashpw(word.encode(), bcrypt.gensalt())
        return word

    def remove(self, name: str) -> None:
        """Take a person away; their files stay."""
        self._ask("DELETE", f"users/{quote(name, safe='')}")
        with dbm.open(str(passwords(self._state)), "c", 0o600) as stored:
            if name.lower().encode() in stored:
                del stored[name.lower().encode()]

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, also: tuple[int, ...] = ()
    ) -> None:
        request = urllib.request.Request(  # noqa: S310 - the address is ours, and http
            f"{self._api}/{path}",
            method=method,
            data=json.dumps(body or {}).encode(),
            headers={"Authorization": f"token {token(self._state)}"},
        )
        try:
            urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - as above
        except HTTPError as error:
            with error:
                if error.code not in also:
                    raise PeopleError(
                        f"the hub refused {method} {path}: {error.code} "
                        f"{error.read().decode('utf-8', 'replace')[:300]}"
                    ) from error
        except URLError as error:
            raise PeopleError(f"no hub answers at {self._api}: {error.reason}") from error


def main(arguments: list[str] | None = None) -> int:
    """Make, change or take away a person of the running hub."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_hub.people", description=main.__doc__
    )
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="make a person, and print a first password")
    add.add_argument("name")
    add.add_argument(
        "--group", action="append", default=[], help="e.g. environment, environment-managers"
    )
    add.add_argument("--operator", action="store_true", help="may do everything")
    acts.add_parser("password", help="print a new password").add_argument("name")
    acts.add_parser("remove", help="take a person away; their files stay").add_argument("name")
    chosen = parser.parse_args(arguments)
    try:
        people = People(read_settings())
        if chosen.act == "add":
            word = people.add(chosen.name, groups=chosen.group, operator=chosen.operator)
            sys.stdout.write(f"{chosen.name}: {word}\n")
        elif chosen.act == "password":
            sys.stdout.write(f"{chosen.name}: {people.password(chosen.name)}\n")
        else:
            people.remove(chosen.name)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
