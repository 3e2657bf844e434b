"""How people log in: with a password an operator gave them, or with OpenID Connect.

Passwords are kept by JupyterHub's FirstUseAuthenticator, which is maintained and works on
JupyterHub 6 (NativeAuthenticator 1.3 fails on every login there). Its one habit that a
deployment on a network cannot have, that whoever comes first sets the password, is taken away:
an operator sets the first one, and the person changes it.
"""

from __future__ import annotations

import dbm
import json
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from firstuseauthenticator import FirstUseAuthenticator
from traitlets.config import Config

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.settings import Settings

MAX_PASSWORD_BYTES = 72  # what bcrypt reads; its library refuses more with an exception
MIN_PASSWORD_LENGTH = 12


def passwords(state: Path) -> Path:
    """Where password hashes are kept; `dbm` may add an ending."""
    return state / "hub" / "passwords"


class PasswordAuthenticator(FirstUseAuthenticator):
    """Passwords that an operator gave out; nobody else can make an account or claim one."""

    create_users = False

    def _validate_password(self, password: str) -> bool:
        return len(password) >= self.min_password_length and _readable(password)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The person's name where the password is theirs, else nothing.

        Somebody without a stored password is refused, whatever they type.
        """
        if not _readable(data["password"]) or not self._has_password(data["username"]):
            return None
        name: str | None = await super().authenticate(handler, data)
        return name

    def _has_password(self, username: str) -> bool:
        with dbm.open(self.dbm_path, "c", 0o600) as stored:
            return self.normalize_username(username).encode() in stored


def _readable(password: str) -> bool:
    return len(password.encode()) <= MAX_PASSWORD_BYTES


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
        c.PasswordAuthenticator.dbm_path = str(passwords(settings.state_folder))
        c.PasswordAuthenticator.min_password_length = MIN_PASSWORD_LENGTH
        c.PasswordAuthenticator.allow_all = False
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
    if urlsplit(issuer).scheme not in ("http", "https"):
        raise SettingsError(f"BLUECLOUD_OIDC_ISSUER: {issuer!r} is no http(s) address")
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - http(s), checked above
            found: dict[str, str] = json.load(answer)
    except (URLError, TimeoutError, ValueError) as error:
        raise SettingsError(
            f"BLUECLOUD_OIDC_ISSUER: {address} gives no configuration: {error}"
        ) from error
    missing = {"issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"} - set(
        found
    )
    if missing:
        raise SettingsError(f"BLUECLOUD_OIDC_ISSUER: {address} lacks {', '.join(sorted(missing))}")
    if found["issuer"].rstrip("/") != issuer.rstrip("/"):
        raise SettingsError(f"BLUECLOUD_OIDC_ISSUER: {issuer!r} calls itself {found['issuer']!r}")
    return found
