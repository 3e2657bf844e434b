"""How a registry is told who asks: a token of the hub's is exchanged for one of the registry's.

The registry answers 401 and names where its tokens come from (``WWW-Authenticate: Bearer``). The
person's own token opens far more than a registry, so that it is sent to nobody on the registry's
word: the address of the exchange is told by the deployment, or it is on the registry's own host.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx

from .errors import Refused, Unreachable

_PART = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


class Exchange:
    """Fetches tokens of a registry, and keeps them by what they are for.

    Parameters
    ----------
    host
        The registry's.
    token
        The person's, of the hub; None asks as nobody.
    address
        Where tokens are exchanged, whatever the registry says; None believes a registry that
        names an address on its own host.
    """

    def __init__(
        self, client: httpx.Client, host: str, token: str | None, address: str | None
    ) -> None:
        self._client = client
        self._host = host
        self._token = token
        self._address = address
        self._known: dict[tuple[str, ...], str] = {}

    def known(self, scopes: tuple[str, ...]) -> dict[str, str]:
        """The header of a request for which there is a token already; else none."""
        token = self._known.get(scopes)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def fetch(self, challenge: str, scopes: tuple[str, ...]) -> dict[str, str]:
        """The header that answers a registry's challenge.

        Raises
        ------
        Refused
            If whoever gives tokens does not know the person, or may not be asked.
        Unreachable
            If it does not answer.
        """
        kind, _, rest = challenge.strip().partition(" ")
        said = {name.lower(): value for name, value in _PART.findall(rest)}
        if kind.lower() != "bearer" or "realm" not in said:
            raise Refused(
                f"the registry {self._host} asks who you are in a way that is not understood here: "
                f"{challenge[:90]!r}; it is to be 'Bearer realm=...'"
            )
        address = self._address or self._believed(said["realm"])
        asked: list[tuple[str, str | int | float | bool | None]] = [
            ("scope", scope) for scope in scopes
        ]
        asked.append(("service", said.get("service", "")))
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            answer = self._client.get(address, params=asked, headers=headers)
        except (httpx.LocalProtocolError, UnicodeError):
            raise Refused("this is no token: it has characters that no header has") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{address}, which gives tokens, does not answer: {error}") from error
        self._known[scopes] = token = _given(answer, address)
        return {"Authorization": f"Bearer {token}"}

    def _believed(self, realm: str) -> str:
        there = urlsplit(realm)
        if (
            there.scheme not in {"http", "https"}
            or there.hostname != urlsplit(f"//{self._host}").hostname
        ):
            raise Refused(
                f"the registry {self._host} sends to {realm[:200]!r} for its tokens, which is "
                "another host: your token goes there only if it is told as the exchange"
            )
        return realm


def _given(answer: httpx.Response, address: str) -> str:
    try:
        said = answer.json()
        said = said if isinstance(said, dict) else {}
    except ValueError:
        said = {}
    token = said.get("token") or said.get("access_token")
    if answer.status_code == 200 and isinstance(token, str) and token.isascii():
        return token
    words = said.get("description") or said.get("details") or answer.text[:200]
    if answer.status_code in {400, 401, 403}:
        raise Refused(f"no token for the registry: {words}")
    raise Unreachable(
        f"{address}, which gives tokens, answered {answer.status_code} and no token: {words}"
    )
