"""The login of the desk's pages, through JupyterHub's OAuth; and what proves a form to be ours.

The hub's token for whoever logged in is in a cookie, sealed, that no script reads and that goes to
these pages alone; the hub is asked about it as about any other token, so that whoever logs out
there is out here too. JupyterHub's own ``HubOAuth`` writes its cookies through Tornado, which the
service is not made with; what is left of it is one request, made here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import httpx
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bluecloud_hub import tracing
from bluecloud_hub.service import Place

from ..errors import NotAllowed, NotKnown, NotNow
from ..keys import Keys
from ..settings import NAME, ServiceSettings

SESSION, UNDER_WAY = "bluecloud-desk", "bluecloud-desk-login"
_SESSION_S, _UNDER_WAY_S = 12 * 3600, 600


class Login:
    """Logs people in to the desk.

    Parameters
    ----------
    place
        Where a browser finds the hub and these pages.
    """

    def __init__(self, settings: ServiceSettings, keys: Keys, place: Place) -> None:
        self._settings = settings
        self._place = place
        self._prefix = settings.prefix.rstrip("/")
        derived = keys.of("desk")
        self._seal = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
        self._forms = keys.of("desk forms")[0]
        # The hub is near: no proxy of the environment is to see a token.
        self._hub = httpx.Client(
            timeout=10, trust_env=False, event_hooks={"request": [tracing.hand_on]}
        )

    def begin(self, request: Request) -> Response:
        """Send a browser to the hub, and remember which page it asked for."""
        state = secrets.token_urlsafe(32)
        asked = {
            "client_id": f"service-{NAME}",
            "redirect_uri": self._place.callback,
            "response_type": "code",
            "state": state,
        }
        answer = RedirectResponse(
            f"{self._place.hub}/hub/api/oauth2/authorize?{urlencode(asked)}", 302
        )
        said = {"state": state, "next": self._next(request.url.path)}
        self._keep(answer, UNDER_WAY, said, seconds=_UNDER_WAY_S)
        return answer

    def finish(self, request: Request) -> Response:
        """Take what the hub sent back, and go to the page that was asked for.

        Raises
        ------
        NotAllowed
            If this browser began no such login, or the hub does not give a token for it.
        NotNow
            If the hub does not answer.
        """
        begun = self._read(request, UNDER_WAY, _UNDER_WAY_S)
        state = request.query_params.get("state", "")
        if not hmac.compare_digest(begun.get("state", "").encode(), state.encode()) or not state:
            raise NotAllowed("this login was not begun here, or a while ago: open the desk again")
        token = self._token(request.query_params.get("code", ""))
        answer = RedirectResponse(self._next(begun.get("next", "")), 303)
        self._keep(answer, SESSION, {"token": token}, seconds=_SESSION_S)
        answer.delete_cookie(UNDER_WAY, path=self._prefix)
        return answer

    def token(self, request: Request) -> str:
        """The hub's token of whoever sent a request.

        Raises
        ------
        NotKnown
            If they did not log in, or a while ago.
        """
        token = self._read(request, SESSION, _SESSION_S).get("token", "")
        if not token:
            raise NotKnown("log in to see the desk")
        return token

    def proof(self, token: str) -> str:
        """What a form of this login carries, which no other page can know."""
        return hmac.new(self._forms, token.encode(), hashlib.sha256).hexdigest()

    def check(self, request: Request, token: str, proof: str) -> None:
        """Check that a form was sent from a page of ours.

        Raises
        ------
        NotAllowed
            If it comes from elsewhere, or from a page of another login.
        """
        origin = request.headers.get("origin")
        if origin is None:
            is_ours = request.headers.get("sec-fetch-site") == "same-origin"
        elif self._place.service:
            is_ours = origin == self._place.service
        else:
            near = request.headers.get("host", "")
            is_ours = origin == self._place.public or urlsplit(origin).netloc == near != ""
        if not is_ours:
            raise NotAllowed("a form of the desk is sent from the desk alone: nothing was done")
        if not hmac.compare_digest(self.proof(token).encode(), proof.encode()):
            raise NotAllowed("you logged in again since this page was made: nothing was done")

    def _next(self, path: str) -> str:
        desk = f"{self._prefix}/desk"
        return path if re.fullmatch(f"{re.escape(desk)}(/[a-z0-9]{{1,40}})?", path) else desk

    def _token(self, code: str) -> str:
        secret = self._settings.hub_token
        asked = {
            "client_id": f"service-{NAME}",
            "client_secret": secret.get_secret_value() if secret else "",
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._place.callback,
        }
        try:
            answer = self._hub.post(f"{self._settings.hub_api}/oauth2/token", data=asked)
            if answer.status_code in {400, 401, 403}:
                raise NotAllowed("the hub does not know this login: open the desk again")
            answer.raise_for_status()
            return str(answer.json()["access_token"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise NotNow(f"the hub could not be asked for the login: {error}") from error

    def _keep(self, answer: Response, name: str, said: Mapping[str, str], *, seconds: int) -> None:
        answer.set_cookie(
            name,
            self._seal.encrypt(json.dumps([name, said]).encode()).decode(),
            max_age=seconds,
            path=self._prefix,
            secure=(self._place.service or self._place.public).startswith("https:"),
            httponly=True,
            samesite="lax",
        )

    def _read(self, request: Request, name: str, seconds: int) -> dict[str, str]:
        try:
            sealed = request.cookies.get(name, "").encode()
            kind, said = json.loads(self._seal.decrypt(sealed, ttl=seconds))
        except (InvalidToken, UnicodeError):
            return {}
        return said if kind == name else {}
