"""People of a deployment with passwords: made, put into groups, given a new password.

``python -m bluecloud_hub.people add ada --group environment`` prints a first password once;
the person changes it on the page *Change password*. It works on a running hub, through its
API, with a token that only this deployment's operators can read.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import string
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote

from bluecloud_hub import tokens
from bluecloud_hub.audit import Audit, account
from bluecloud_hub.errors import HubError, PeopleError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.passwords import Passwords
from bluecloud_hub.settings import Settings, read_settings

_NAME = r"[a-z0-9][a-z0-9._@+-]{0,63}"
_LETTERS = string.ascii_letters + string.digits


def token(state: Path) -> str:
    """The token of this tool."""
    return tokens.token(state, "people")


class People:
    """The people of one running hub. A name is in lower case, whoever writes it how."""

    def __init__(self, settings: Settings) -> None:
        if settings.authentication != "password":
            raise PeopleError(
                f"authentication is {settings.authentication!r}: its provider keeps the people"
            )
        self._state = settings.state_folder
        self._labs = settings.labs_folder
        self._passwords = Passwords(settings.state_folder)
        self._audit = Audit(settings.state_folder)
        self._api = f"http://127.0.0.1:{settings.hub_port}/hub/api"

    def add(self, name: str, *, groups: Iterable[str] = (), operator: bool = False) -> str | None:
        """Make a person and give the first password; one who is there keeps theirs (``None``).

        Raises
        ------
        PeopleError
            If the hub does not answer, or the name or a group cannot be.
        """
        _check_name(name)
        self._check_groups(groups := list(groups))
        person = f"users/{quote(name.lower(), safe='')}"
        is_new = self._ask("POST", person, also=409) != 409
        if operator:
            self._ask("PATCH", person, {"admin": True})
        for group in groups:
            self._ask("POST", f"groups/{quote(group, safe='')}", also=409)
            self._ask("POST", f"groups/{quote(group, safe='')}/users", {"users": [name.lower()]})
        return self.password(name) if is_new else None

    def password(self, name: str) -> str:
        """Give a person a new random password.

        Raises
        ------
        PeopleError
            If there is no such person.
        """
        self._ask("GET", f"users/{quote(name.lower(), safe='')}")
        # No dash: at its beginning a program takes it for an option.
        word = "".join(secrets.choice(_LETTERS) for _ in range(16))
        self._passwords.keep(name.lower(), word)
        self._audit.write(account(), "password.set", name.lower())
        return word

    def remove(self, name: str) -> None:
        """Take a person away, their servers and password first; their files stay."""
        person = f"users/{quote(name.lower(), safe='')}"
        self._passwords.forget(name.lower())
        self._audit.write(account(), "password.remove", name.lower())
        for server in self._read(person).get("servers") or {}:
            self._ask("DELETE", f"{person}/servers/{quote(server, safe='')}")
        self._ask("DELETE", person)

    def _check_groups(self, groups: Iterable[str]) -> None:
        laboratories = read_laboratories(self._labs).values()
        allowed = sorted({group for each in laboratories for group in each.groups})
        for group in groups:
            if group not in allowed:
                raise PeopleError(
                    f"group = {group!r}: no laboratory has it; there are {', '.join(allowed)}"
                )

    def _read(self, path: str) -> dict[str, Any]:
        with self._answer("GET", path, None) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, also: int = 0
    ) -> int:
        try:
            with self._answer(method, path, body) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                if error.code == also:
                    return error.code
                raise PeopleError(
                    f"the hub refused {method} {path}: {error.code} "
                    f"{error.read().decode('utf-8', 'replace')[:300]}"
                ) from error

    def _answer(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the address is ours, and http
            f"{self._api}/{path}",
            method=method,
            data=None if method == "GET" else json.dumps(body or {}).encode(),
            headers={"Authorization": f"token {token(self._state)}"},
        )
        try:
            return urllib.request.urlopen(request, timeout=60)  # noqa: S310 - as above
        except HTTPError:
            raise
        except URLError as error:
            raise PeopleError(f"no hub answers at {self._api}: {error.reason}") from error


def _check_name(name: str) -> None:
    if not re.fullmatch(_NAME, name.lower()):
        raise PeopleError(
            f"name = {name!r}: it has 1 to 64 letters without accents, digits and . _ @ + -, and "
            "begins with a letter or a digit"
        )


def main(arguments: list[str] | None = None) -> int:
    """Make, change or take away a person of the running hub."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_hub.people", description=main.__doc__
    )
    acts = parser.add_subparsers(dest="act", required=True)
    add = acts.add_parser("add", help="make a person and print a first password, or add groups")
    add.add_argument("name")
    add.add_argument("--group", action="append", default=[], help="e.g. environment-managers")
    add.add_argument("--operator", action="store_true", help="may do everything")
    acts.add_parser("password", help="print a new password").add_argument("name")
    acts.add_parser("remove", help="take a person away; files stay").add_argument("name")
    chosen = parser.parse_args(arguments)
    try:
        people = People(read_settings())
        if chosen.act == "add":
            word = people.add(chosen.name, groups=chosen.group, operator=chosen.operator)
            said = word or "there already, with the same password as before"
            sys.stdout.write(f"{chosen.name.lower()}: {said}\n")
        elif chosen.act == "password":
            sys.stdout.write(f"{chosen.name.lower()}: {people.password(chosen.name)}\n")
        else:
            people.remove(chosen.name)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
