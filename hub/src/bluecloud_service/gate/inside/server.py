"""Starts the candidate's own command beside a hub that is just large enough for it, and asks it.

The hub knows one token. What the server does with that token, with none and with a wrong one
says whether it asks the hub at all whom it lets in.
"""

import json
import os
import re
import secrets
import subprocess
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PERSON = "gate"
PORT = 8888  # where the hub asks for a laboratory
MOST = 2_000_000  # bytes of an answer that are read
CONFIG = re.compile(rb'<script id="jupyter-config-data"[^>]*>(.*?)</script>', re.DOTALL)


def serve(order: dict[str, Any], log: Path) -> dict[str, Any]:
    """Start it, ask it, and end it; its output goes into a file."""
    token = secrets.token_hex(16)
    hub = _Hub(token, order["slug"], order["hub_version"])
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    prefix = f"/user/{PERSON}/{order['slug']}/"
    place = f"http://127.0.0.1:{order.get('port', PORT)}{prefix}"
    began = time.monotonic()
    with log.open("wb") as out:
        try:
            child = subprocess.Popen(
                order["command"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | _environment(hub, token, place, prefix),
                cwd=os.environ.get("HOME", "/"),
            )
        except OSError as error:
            return {"started": False, "tail": str(error)}
    told: dict[str, Any] = {"started": False}
    try:
        give_up = began + order["seconds"] - 10
        while time.monotonic() < give_up and child.poll() is None:
            answer = ask(f"{place}api")
            if answer["status"]:
                told |= {"started": True, "seconds": time.monotonic() - began}
                told |= _asked(place, token, answer)
                break
            time.sleep(0.1)
        told["exit_code"] = child.poll()
    finally:
        child.kill()
        child.wait()
    told["hub_asked"] = sorted(hub.asked)
    return told


def _asked(place: str, token: str, first: dict[str, Any]) -> dict[str, Any]:
    page = ask(f"{place}lab", token)
    found = CONFIG.search(page["body"])
    try:
        config = json.loads(found[1]) if found else {}
    except ValueError:
        config = {}
    panel = ask(f"{place}bluecloud/api/laboratory", token)
    return {
        "version": first["version"],
        "with_token": ask(f"{place}api/status", token)["status"],
        "without_token": ask(f"{place}api/status")["status"],
        "wrong_token": ask(f"{place}api/status", secrets.token_hex(16))["status"],
        "page": page["status"],
        "extensions": [str(each.get("name")) for each in config.get("federated_extensions", [])],
        "disabled": [str(each) for each in config.get("disabledExtensions", [])],
        "panel": panel["status"],
        "panel_says": panel["body"][:2000].decode("utf-8", "replace"),
    }


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirection)


def ask(address: str, token: str = "") -> dict[str, Any]:
    """The status of an answer (0 where there is none), its beginning, and JupyterHub's version."""
    headers = {"Authorization": f"token {token}"} if token else {}
    asked = urllib.request.Request(address, headers=headers)  # noqa: S310 - the candidate's own
    try:
        with _opener.open(asked, timeout=30) as answer:
            return _told(answer.status, answer)
    except urllib.error.HTTPError as error:
        return _told(error.code, error)
    except OSError:
        return {"status": 0, "body": b"", "version": ""}


def _told(status: int, answer: Any) -> dict[str, Any]:
    version = answer.headers.get("X-JupyterHub-Version") or ""
    return {"status": status, "body": answer.read(MOST), "version": version}


def _environment(hub: "_Hub", token: str, place: str, prefix: str) -> dict[str, str]:
    """What a hub tells a server that it starts."""
    slug, api = hub.slug, f"http://127.0.0.1:{hub.server_port}/hub/api"
    scopes = json.dumps([f"access:servers!server={PERSON}/{slug}"])
    return {
        "JUPYTERHUB_ACTIVITY_URL": f"{api}/users/{PERSON}/activity",
        "JUPYTERHUB_API_TOKEN": token,
        "JUPYTERHUB_API_URL": api,
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_CLIENT_ID": f"jupyterhub-user-{PERSON}-{slug}",
        "JUPYTERHUB_DEFAULT_URL": "/lab",
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": scopes,
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{prefix}oauth_callback",
        "JUPYTERHUB_OAUTH_SCOPES": scopes,
        "JUPYTERHUB_ROOT_DIR": str(Path(os.environ.get("HOME", "/"))),
        "JUPYTERHUB_SERVER_NAME": slug,
        "JUPYTERHUB_SERVICE_PREFIX": prefix,
        "JUPYTERHUB_SERVICE_URL": place,
        "JUPYTERHUB_USER": PERSON,
    }


class _Hub(ThreadingHTTPServer):
    """As much of a hub as a server asks for."""

    daemon_threads = True

    def __init__(self, token: str, slug: str, version: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.token, self.slug, self.version = token, slug, version
        self.asked: set[str] = set()


class _Answers(BaseHTTPRequestHandler):
    server: _Hub

    def do_GET(self) -> None:
        """Say which hub this is, and whose a token is."""
        path = self.path.split("?")[0]
        self.server.asked.add(path)
        if path.rstrip("/") == "/hub/api":
            self._answer(200, {"version": self.server.version})
        elif path != "/hub/api/user":
            self._answer(404, {"message": "there is no more of this hub"})
        elif self.headers.get("Authorization", "").split(" ")[-1] == self.server.token:
            scope = f"access:servers!server={PERSON}/{self.server.slug}"
            self._answer(
                200,
                {"kind": "user", "name": PERSON, "admin": False, "groups": [], "scopes": [scope]},
            )
        else:
            self._answer(403, {"message": "not a token of this hub"})

    def do_POST(self) -> None:
        """Take what a server says of its activity."""
        self.server.asked.add(self.path.split("?")[0])
        self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST))
        self._answer(200, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-JupyterHub-Version", self.server.version)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the output is the step's."""
