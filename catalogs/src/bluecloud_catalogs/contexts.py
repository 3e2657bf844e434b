"""A person's login in one context of D4Science, for as long as it lasts.

A context is a virtual research environment, named by its path. What a person may do there is in
a token for it, which one gets for the person's own token by a UMA ticket, or at once with name
and password. It ends after minutes. So what is refused with 401 is asked once more with a new
token; a second refusal is an error that says what to do. No token is kept longer than this
object, which a reading makes and drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from .answers import as_json
from .credentials import Credential, required
from .errors import CredentialRequired, MalformedAnswer
from .places import Ask

if TYPE_CHECKING:
    from .places import File, Place

CONTEXT = r"/d4science\.research-infrastructures\.eu(/[A-Za-z0-9_.-]{1,60}){0,3}"
CLIENT = "blue-cloud.d4science.org"
WHERE = "https://services.d4science.org"
_TOKEN = "protocol/openid-connect/token"  # noqa: S105 -- the path of a page, no token
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class ContextLogin:
    """Asks a place of D4Science in a context, with a token that it renews once.

    ``login`` is the person's; the one that is stored where none is given.
    """

    place: Place
    context: str
    login: Credential | None = field(default=None, repr=False)
    _token: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)

    def fetch(self, asks: Sequence[Ask]) -> list[File]:
        """The answers; as the place's own ``fetch``, with the login.

        Raises
        ------
        CredentialRequired
            If there is no login, or D4Science takes neither it nor a new token.
        """
        if self.place.tier != "live":  # samples want no login, and nothing of it is kept
            return self.place.fetch(asks)
        if not self._token:
            self._begin()
        try:
            return self.place.fetch([self._signed(ask) for ask in asks])
        except CredentialRequired:
            self._renew()
        try:
            return self.place.fetch([self._signed(ask) for ask in asks])
        except CredentialRequired as error:
            raise CredentialRequired(
                f"D4Science did not take a new token for {self.context} either: the login has "
                f"ended, or has no access there: get a new one at {WHERE}"
            ) from error

    def _signed(self, ask: Ask) -> Ask:
        return replace(ask, secrets={**ask.secrets, "Authorization": f"Bearer {self._token}"})

    def _begin(self) -> None:
        """Get a token for the context with the login that is stored."""
        login = self.login or required("d4science", where=WHERE)
        if login.token is not None:
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:uma-ticket",
                "audience": quote(self.context, safe=""),
            }
            self._take(form, {"Authorization": login.bearer()})
            return
        assert login.password is not None  # noqa: S101 -- one of both, says the credential
        self._take(
            {
                "grant_type": "password",
                "client_id": CLIENT,
                "username": login.username or "",
                "password": login.password.get_secret_value(),
                "scope": f"offline_access d4s-context:{quote(self.context, safe='')}",
            },
            {},
        )

    def _renew(self) -> None:
        """Get another token: with the refresh token if there is one, else from the beginning."""
        if not self._refresh:
            self._begin()
            return
        self._take(
            {
                "grant_type": "refresh_token",
                "client_id": CLIENT,
                "refresh_token": self._refresh,
                "scope": f"d4s-context:{quote(self.context, safe='')}",
            },
            {},
        )

    def _take(self, form: dict[str, str], secrets: dict[str, str]) -> None:
        # A secret header, even if it says nothing, keeps the answer out of what is kept.
        ask = Ask(
            _TOKEN,
            "accounts",
            "POST",
            urlencode(form).encode(),
            _FORM,
            frozenset({200, 400, 401, 403}),
            secrets=secrets or {"Cache-Control": "no-store"},
        )
        file = self.place.fetch([ask])[0]
        told = as_json(file)
        if file.status != 200:
            reason = told.get("error_description") or told.get("error") or file.status
            raise CredentialRequired(
                f"D4Science gives no token for {self.context}: {reason}: log in anew at {WHERE} "
                "and store the token or the name and password"
            )
        token = told.get("access_token") if isinstance(told, dict) else None
        if not isinstance(token, str) or not token:
            raise MalformedAnswer(f"{_TOKEN}: the answer holds no access_token")
        self._token, self._refresh = token, str(told.get("refresh_token") or self._refresh)
