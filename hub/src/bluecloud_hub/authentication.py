"""How people log in: with a password an operator gave them, or with OpenID Connect.

Passwords are kept as JupyterHub's FirstUseAuthenticator keeps them, which is maintained and
works on JupyterHub 6 (NativeAuthenticator 1.3 fails on every login there). Its one habit that a
deployment on a network cannot have, that whoever comes first sets the password, is taken away:
an operator sets the first one, and the person changes it.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from firstuseauthenticator import FirstUseAuthenticator
from firstuseauthenticator.firstuseauthenticator import CustomLoginHandler
from jupyterhub.handlers import BaseHandler, LoginHandler
from jupyterhub.orm import new_token
from tornado import web
from traitlets import Tuple as TraitTuple
from traitlets.config import Config

from bluecloud_hub.addresses import Trusted, sender
from bluecloud_hub.attempts import Attempts
from bluecloud_hub.errors import PeopleError, SettingsError
from bluecloud_hub.passwords import Passwords
from bluecloud_hub.settings import Settings


class PasswordAuthenticator(FirstUseAuthenticator):
    """Passwords that an operator gave out; nobody else can make an account or claim one."""

    create_users = False
    check_passwords_on_startup = False  # names are in lower case from the first

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.attempts = Attempts()
        self.trusted = Trusted(self.trusted_proxies)

    trusted_proxies = TraitTuple(
        help="Networks and names of proxies in front of the deployment's own."
    ).tag(config=True)

    @property
    def passwords(self) -> Passwords:
        """Where they are kept."""
        return Passwords(Path(self.dbm_path).parent.parent)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The person's name where the password is theirs and no pause is kept, else nothing."""
        name: str = self.normalize_username(data.get("username", ""))
        address = sender(handler.request, self.trusted)
        if pause := self.attempts.pause_s(name, address):
            handler.custom_login_error = (
                f"There were too many wrong passwords. Wait for {pause} seconds, then try again; "
                "whoever forgot theirs is given a new one by an operator."
            )
            handler.set_header("Retry-After", str(pause))
            return None
        self.attempts.begin(name, address)
        # In a thread: a hash takes a third of a second, and the hub serves everybody in one.
        matches = await asyncio.to_thread(self.passwords.match, name, data.get("password", ""))
        if not matches or not self._user_exists(name):
            return None
        self.attempts.was_right(name, address)
        return name

    def delete_user(self, user: Any) -> None:
        """Whoever is taken away leaves no password for the next of that name."""
        self.passwords.forget(user.name)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """The login page, and our page to change a password."""
        return [(r"/login", Login), (r"/auth/change-password", ChangePassword)]


class Login(CustomLoginHandler):
    """The login page, also of a form that is too old, at which FirstUseAuthenticator's fails."""

    def _render(
        self, login_error: str | None = None, username: str | None = None, **more: Any
    ) -> Any:
        return LoginHandler._render(self, self.custom_login_error or login_error, username, **more)


class ChangePassword(BaseHandler):
    """The page on which a person changes their password, knowing the present one."""

    async def _show(self, *, done: bool = False, wrong: str = "") -> None:
        page = await self.render_template("change_password.html", done=done, wrong=wrong)
        self.finish(page)

    @web.authenticated
    async def get(self) -> None:
        """Show the form."""
        await self._show()

    @web.authenticated
    async def post(self) -> None:
        """Change it, and end every other session of this person."""
        user = self.current_user
        passwords: Passwords = self.authenticator.passwords
        present = self.get_body_argument("present", "", strip=False)
        chosen = self.get_body_argument("chosen", "", strip=False)
        attempts: Attempts = self.authenticator.attempts
        address = sender(self.request, self.authenticator.trusted)
        if pause := attempts.pause_s(user.name, address):
            self.set_status(429)
            self.set_header("Retry-After", str(pause))
            await self._show(wrong=f"Too many wrong passwords: wait for {pause} seconds.")
            return
        attempts.begin(user.name, address)
        if not await asyncio.to_thread(passwords.match, user.name, present):
            self.set_status(403)
            await self._show(wrong="This is not your present password.")
            return
        attempts.was_right(user.name, address)
        try:
            await asyncio.to_thread(passwords.keep, user.name, chosen)
        except PeopleError as error:
            self.set_status(400)
            await self._show(wrong=f"Not changed: {error}.")
            return
        user.orm_user.cookie_id = new_token()
        self.db.commit()
        self.set_login_cookie(user)
        await self._show(done=True)


def configure(c: Config, settings: Settings) -> None:
    """Set the authenticator of a deployment.

    Raises
    ------
    SettingsError
        If the OpenID provider cannot be asked where its endpoints are.
    """
    c.Authenticator.admin_users = set(settings.operators)
    c.Authenticator.allow_existing_users = True
    if settings.authentication == "password":
        c.JupyterHub.authenticator_class = PasswordAuthenticator
        c.PasswordAuthenticator.dbm_path = str(Passwords(settings.state_folder).path)
        c.PasswordAuthenticator.allow_all = False
        c.PasswordAuthenticator.trusted_proxies = settings.trusted_proxies
        return
    found = discover(settings.oidc_issuer or "")
    c.JupyterHub.authenticator_class = "generic-oauth"
    oidc = c.GenericOAuthenticator
    oidc.client_id = settings.oidc_client_id
    secret = settings.oidc_client_secret
    oidc.client_secret = secret.get_secret_value() if secret else ""
    oidc.oauth_callback_url = f"{settings.public_url}/hub/oauth_callback"
    oidc.authorize_url = found["authorization_endpoint"]
    oidc.token_url = found["token_endpoint"]
    oidc.userdata_url = found["userinfo_endpoint"]
    oidc.login_service = settings.oidc_login_service
    oidc.scope = list(settings.oidc_scopes)
    oidc.username_claim = settings.oidc_username_claim
    oidc.allow_all = settings.oidc_open
    if settings.members == "claims":
        # The provider says who is in which group, anew at each login; the desk only shows it.
        oidc.manage_groups = True
        oidc.auth_state_groups_key = f"oauth_user.{settings.oidc_groups_claim}"
        oidc.admin_groups = {"operators"}


def discover(issuer: str) -> dict[str, str]:
    """The endpoints an OpenID provider publishes (OpenID Connect Discovery 1.0, section 4).

    Raises
    ------
    SettingsError
        If the provider does not answer, names another issuer or leaves an endpoint out.
    """
    name = "BLUECLOUD_OIDC_ISSUER"
    if urlsplit(issuer).scheme not in ("http", "https"):
        raise SettingsError(f"{name}: {issuer!r} is no http(s) address")
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - http(s), checked above
            found: dict[str, str] = json.load(answer)
    except (URLError, TimeoutError, ValueError) as error:
        raise SettingsError(f"{name}: {address} gives no configuration: {error}") from error
    needed = {"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"}
    if missing := needed - set(found):
        raise SettingsError(f"{name}: {address} lacks {', '.join(sorted(missing))}")
    if found["issuer"].rstrip("/") != issuer.rstrip("/"):
        raise SettingsError(f"{name}: {issuer!r} calls itself {found['issuer']!r}")
    return found
