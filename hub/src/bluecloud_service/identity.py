"""Who asks: the hub says whose a token is, and whether it opens this service.

A token must have the scope ``access:services!service=bluecloud``, which a laboratory's own
token has. A run has a token of the service's own. What the hub said is believed for a minute, so
that a person who was taken away is refused soon and the hub is not asked at each search.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from bluecloud_hub import tracing

from .errors import NotAllowed, NotKnown, NotNow
from .settings import NAME, ServiceSettings

_BELIEVED_S = 60.0
_MOST = 10_000
UNIT_TOKEN = "bluecloud-unit."  # noqa: S105 - how a token begins that the service gave to runs
SCOPES = frozenset({f"access:services!service={NAME}", "access:services"})


@dataclass(frozen=True)
class Person:
    """Who asks, and in which groups; ``name`` is None where nobody said.

    Attributes
    ----------
    server, unit
        The laboratory, or the unit of runs, whose own token it is; empty for any other token.
    """

    name: str | None
    groups: frozenset[str] = frozenset()
    is_operator: bool = False
    server: str = ""
    unit: str = ""

    def manages(self, laboratory: str) -> bool:
        """Whether they see what a laboratory's managers see, and do what these do.

        By a laboratory's own token only in that laboratory: notebooks have it, and those of one
        laboratory are not to act in another where whoever opens them is a manager too.
        """
        if self.unit or self.server not in {"", laboratory}:
            return False
        return self.is_operator or f"{laboratory}-managers" in self.groups


class Identities:
    """Asks the hub who holds a token, and remembers it for a minute.

    Parameters
    ----------
    units
        Says whose a token of runs is; None where there are no runs.
    """

    def __init__(
        self, settings: ServiceSettings, units: Callable[[str], Person] | None = None
    ) -> None:
        self._settings = settings
        self._units = units
        self._known: dict[bytes, tuple[float, Person]] = {}
        self._lock = threading.Lock()
        # The hub is near: no proxy of the environment is to see a token.
        self._hub = httpx.Client(
            timeout=10, trust_env=False, event_hooks={"request": [tracing.hand_on]}
        )

    def of(self, authorization: str | None) -> Person:
        """Who sent an ``Authorization`` header.

        Raises
        ------
        NotKnown
            If there is no token, or the hub does not know it.
        NotAllowed
            If it does not open this service.
        NotNow
            If the hub does not answer.
        """
        kind, _, token = (authorization or "").strip().partition(" ")
        if kind.lower() not in {"token", "bearer"} or not token.strip():
            if self._settings.anonymous and not authorization:
                return Person(None)
            raise NotKnown("send 'Authorization: token ...' with a token of JupyterHub")
        if self._units is not None and token.strip().startswith(UNIT_TOKEN):
            return self._units(token.strip())
        key = hashlib.sha256(token.encode()).digest()
        with self._lock:
            until, person = self._known.get(key, (0.0, Person(None)))
        if until > time.monotonic():
            return person
        person = self._ask(token.strip())
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = (time.monotonic() + _BELIEVED_S, person)
        return person

    def named(self, name: str) -> Person:
        """Whoever has a name, with the groups they are in now, asked as the service itself.

        Raises
        ------
        NotAllowed
            If the hub knows nobody of that name.
        NotNow
            If the hub does not answer, or does not tell the service.
        """
        token = self._settings.hub_token
        if token is None:
            raise NotNow("JUPYTERHUB_API_TOKEN is not set: the hub cannot be asked about people")
        headers = {"Authorization": f"token {token.get_secret_value()}"}
        try:
            address = f"{self._settings.hub_api}/users/{quote(name, safe='')}"
            answer = self._hub.get(address, headers=headers)
            if answer.status_code == 404:
                raise NotAllowed(f"the hub knows nobody of the name {name!r} any more")
            answer.raise_for_status()
            told = answer.json()
            groups = frozenset(map(str, told.get("groups") or ()))
            return Person(str(told["name"]), groups, told.get("admin") is True)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotNow(f"the hub could not be asked who {name!r} is: {error}") from error

    def _ask(self, token: str) -> Person:
        try:
            answer = self._hub.get(
                f"{self._settings.hub_api}/user", headers={"Authorization": f"token {token}"}
            )
        except (httpx.LocalProtocolError, UnicodeError):
            raise NotKnown("this is no token: it has characters that no header has") from None
        except httpx.HTTPError as error:
            raise NotNow(f"the hub could not be asked who you are: {error}") from error
        if answer.status_code in {401, 403}:
            raise NotKnown("the hub does not know this token")
        if answer.status_code != 200:
            raise NotNow(f"the hub answered {answer.status_code} when asked who you are")
        try:
            told = answer.json()
            name, scopes = str(told["name"]), set(told.get("scopes") or ())
            kind, groups = told.get("kind"), frozenset(map(str, told.get("groups") or ()))
            is_operator = told.get("admin") is True
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NotNow(
                f"what the hub answered when asked who you are is no person ({error!r})"
            ) from error
        if not SCOPES & scopes:
            raise NotAllowed(f"this token lacks the scope access:services!service={NAME}")
        if kind == "service":
            return Person(None)  # a program of the deployment's: nobody's runs are its
        return Person(name, groups, is_operator, server=_server_of(name, scopes))


def _server_of(person: str, scopes: set[str]) -> str:
    """The one server of theirs that a token opens, which makes it that server's own."""
    opened = f"access:servers!server={person}/"
    found = [scope.removeprefix(opened) for scope in scopes if scope.startswith(opened)]
    return found[0] if len(found) == 1 else ""
