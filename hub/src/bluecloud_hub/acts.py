"""What of the hub's requests is written into the audit log: all that change something.

Each request that is no look is an act, known by its handler; those that JupyterHub gets with a new
version are acts too, under their own names. Who enters another's server does so by the hub's word,
which is where it is seen. What programs say all the time and changes nothing of anybody's is left
out, by name.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from jupyterhub import orm
from tornado.web import HTTPError

from bluecloud_hub.audit import Audit, Outcome

log = logging.getLogger("JupyterHub")

_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
_LEFT_OUT = {
    "ActivityAPIHandler": "laboratories say every few minutes that they are used",
    "CSPReportHandler": "browsers say what a page was not allowed",
    "OAuthTokenHandler": "the second half of a login, or of an entry, that is written before",
}
_ACTS = {
    ("POST", "Login"): "login",
    ("POST", "LoginHandler"): "login",
    ("GET", "GenericOAuthCallbackHandler"): "login",
    ("GET", "OAuthCallbackHandler"): "login",
    ("GET", "LogoutHandler"): "logout",
    ("POST", "ChangePassword"): "password.change",
    ("POST", "SpawnHandler"): "server.start",
    ("GET", "SpawnHandler"): "server.start",
    ("POST", "UserServerAPIHandler"): "server.start",
    ("DELETE", "UserServerAPIHandler"): "server.stop",
    ("POST", "UserAPIHandler"): "person.make",
    ("POST", "UserListAPIHandler"): "person.make",
    ("PATCH", "UserAPIHandler"): "person.change",
    ("DELETE", "UserAPIHandler"): "person.remove",
    ("POST", "GroupAPIHandler"): "group.make",
    ("DELETE", "GroupAPIHandler"): "group.remove",
    ("POST", "GroupUsersAPIHandler"): "group.add",
    ("DELETE", "GroupUsersAPIHandler"): "group.take-out",
    ("POST", "UserTokenListAPIHandler"): "token.make",
    ("DELETE", "UserTokenAPIHandler"): "token.remove",
    ("GET", "OAuthAuthorizeHandler"): "server.enter",
    ("POST", "OAuthAuthorizeHandler"): "server.enter",
}


def write_act(audit: Audit, handler: Any, address: str) -> None:
    """Write down what a request did, if it did anything; that it cannot be is an error of ours."""
    kind, method = type(handler).__name__, handler.request.method
    act = _ACTS.get((method, kind), "")
    if kind in _LEFT_OUT or (method in _LOOKS and not act):
        return
    status = handler.get_status()
    if act in {"server.start", "server.enter"} and method == "GET" and status == 200:
        return  # a page, on which they are asked first
    actor, on = _actor(handler), "/".join(str(arg) for arg in handler.path_args if arg)
    details = {}
    if act == "logout":
        actor = actor or _logged_out(handler)
    if act == "login":
        on = ""
        actor = actor or _claimed(handler)
        details["address"] = address
    elif act == "server.enter":
        owner, on = _entered(handler)
        if owner in {"", actor}:
            return
    elif not actor:
        return  # nobody did nothing: it was refused, which the log has
    if kind == "GroupUsersAPIHandler":
        details["people"] = _people(handler)
    outcome: Outcome = "done" if status < 400 else "refused" if status < 500 else "failed"
    try:
        audit.write(actor, act or f"{method} {kind}", on, outcome=outcome, **details)
    except OSError:
        log.exception("the audit log does not take what %s did: %s %s", actor, act or kind, on)


def _actor(handler: Any) -> str:
    try:
        user = handler.current_user
    except (HTTPError, RuntimeError):
        return ""
    name = str(getattr(user, "name", "") or "")
    return f"service:{name}" if isinstance(user, orm.Service) else name


def _logged_out(handler: Any) -> str:
    """Whose the cookie of the request was: the handler itself has forgotten them."""
    user = handler._user_for_cookie(handler.hub.cookie_name)
    return str(user.name) if user is not None else ""


def _claimed(handler: Any) -> str:
    """Whom somebody said to be who was not let in; only if there is such a person.

    Else it may be anything, such as a password in the wrong field.
    """
    name = handler.authenticator.normalize_username(handler.get_body_argument("username", ""))
    return name if orm.User.find(handler.db, name) is not None else "(nobody of ours)"


def _entered(handler: Any) -> tuple[str, str]:
    """Whose server an entry is to, and which; empty where it is to none."""
    identifier = handler.get_argument("client_id", "")
    client = handler.db.query(orm.OAuthClient).filter_by(identifier=identifier).first()
    spawner = client.spawner if client is not None else None
    if spawner is None:
        return "", ""
    return spawner.user.name, f"{spawner.user.name}/{spawner.name}"


def _people(handler: Any) -> str:
    try:
        return ", ".join(str(name) for name in json.loads(handler.request.body)["users"])
    except (ValueError, KeyError, TypeError):
        return ""
