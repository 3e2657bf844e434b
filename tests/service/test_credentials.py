"""Logins: stored once, told to nobody, given to their person's own servers and runs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud import credentials, runs
from bluecloud.service import Service
from bluecloud_catalogs.credentials import Credential
from bluecloud_service.credentials.vault import Unreadable, Vault
from bluecloud_service.keys import Keys, keys_of
from tests.service.serving import Serving, four_people, serving_runs
from tests.service.work import notebook

SECRET = "Tiefsee-7040-m"
LATE = 4102444800  # 2100-01-01


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with four_people() as hub, serving_runs(hub, tmp_path_factory.mktemp("state")) as served:
        yield served


def asked(
    service: Serving, person: str, method: str, path: str, body: Any = None
) -> httpx.Response:
    with service.client(person) as client:
        return client.request(method, f"/credentials{path}", json=body)


@pytest.fixture
def stored(service: Serving) -> Iterator[dict[str, Any]]:
    """Ada's login for one source."""
    login = {"username": "ada", "password": SECRET}
    answer = asked(service, "ada", "PUT", "/cmems", login)
    assert answer.status_code == 200, answer.text
    yield answer.json()
    asked(service, "ada", "DELETE", "/cmems")


def token_until(seconds: float) -> str:
    """A JSON Web Token that says when it ends."""
    parts = ({"alg": "none"}, {"exp": seconds})
    written = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*written, "c2lnbmVk"])


def test_a_login_is_listed_and_never_shown(service: Serving, stored: dict[str, Any]) -> None:
    listed = asked(service, "ada", "GET", "")
    assert listed.json() == [stored]
    assert (stored["source"], stored["kind"], stored["username"]) == ("cmems", "password", "ada")
    assert SECRET not in listed.text + json.dumps(stored)


def test_it_is_on_no_disk_in_the_clear(service: Serving, stored: dict[str, Any]) -> None:
    kept = [path for path in service.state.rglob("*") if path.is_file()]
    assert any(path.name.startswith("service.sqlite") for path in kept)
    for path in kept:
        assert SECRET.encode() not in path.read_bytes(), path
    assert (service.state / "service" / "key").stat().st_mode & 0o077 == 0


def test_a_server_of_theirs_fetches_it_and_nobody_else(
    service: Serving, stored: dict[str, Any]
) -> None:
    fetched = asked(service, "ada@environment", "POST", "/fetch")
    assert fetched.json() == {"cmems": {"username": "ada", "password": SECRET}}
    assert fetched.headers["cache-control"] == "no-store"
    assert asked(service, "ben@environment", "POST", "/fetch").json() == {}
    statuses = {who: asked(service, who, "POST", "/fetch").status_code for who in ("ada", "olga")}
    assert statuses == {"ada": 403, "olga": 403}
    assert asked(service, "", "POST", "/fetch").status_code == 401
    (told,) = asked(service, "ada", "GET", "").json()
    assert told["fetched"] is not None


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "", None, 200),
        ("PUT", "/cmems", {"token": "x"}, 200),
        ("DELETE", "/cmems", None, 404),
    ],
)
def test_a_login_is_its_persons_own(
    service: Serving, stored: dict[str, Any], method: str, path: str, body: Any, status: int
) -> None:
    for who in ("", "eve"):
        assert asked(service, who, method, path, body).status_code == 401
    for who in ("ben", "mia", "olga"):
        answer = asked(service, who, method, path, body)
        assert answer.status_code == status
        assert "ada" not in answer.text
        asked(service, who, "DELETE", "/cmems")
    assert asked(service, "ada", "GET", "").json() == [stored]


def test_one_that_was_forgotten_is_gone(service: Serving, stored: dict[str, Any]) -> None:
    assert asked(service, "ada", "DELETE", "/cmems").status_code == 204
    assert asked(service, "ada@environment", "POST", "/fetch").json() == {}
    answer = asked(service, "ada", "DELETE", "/cmems")
    assert (answer.status_code, answer.json()["code"]) == (404, "NotThere")


def test_a_token_says_itself_when_it_ends(service: Serving) -> None:
    told = asked(service, "mia", "PUT", "/dias", {"token": token_until(LATE)}).json()
    assert (told["expires"], told["expired"]) == ("2100-01-01T00:00:00Z", False)
    told = asked(service, "mia", "PUT", "/ena", {"token": token_until(1)}).json()
    assert (told["expires"], told["expired"]) == ("1970-01-01T00:00:01Z", True)
    told = asked(service, "mia", "PUT", "/icos", {"token": "a.b.c"}).json()
    assert (told["expires"], told["expired"]) == (None, False)
    assert set(asked(service, "mia@environment", "POST", "/fetch").json()) == {"dias", "icos"}


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/atlantis", {"token": SECRET}, "'atlantis'.*cmems"),
        ("/cmems", {}, "token, or username and password"),
        ("/cmems", {"username": "ada"}, "token, or username and password"),
        ("/cmems", {"token": SECRET, "username": "ada"}, "token, or username and password"),
        ("/cmems", {"token": f"{SECRET}\r\nX: y"}, "line ends"),
        ("/cmems", {"username": "a\nb", "password": SECRET}, "username"),
        ("/cmems", {"token": SECRET * 2000}, "token"),
        ("/cmems", {"token": SECRET, "colour": SECRET}, "colour"),
        ("/cmems", {"token": [SECRET]}, "token"),
    ],
)
def test_what_is_no_login_is_refused_without_being_repeated(
    service: Serving, path: str, body: Any, told: str
) -> None:
    answer = asked(service, "ben", "PUT", path, body)
    assert answer.status_code == 400, answer.text
    assert re.search(told, answer.json()["description"]), answer.text
    assert SECRET not in answer.text


def test_a_row_opens_under_its_own_name_alone() -> None:
    vault = Vault(Keys(["k" * 32]))
    login = Credential.model_validate({"token": SECRET})
    sealed = vault.seal("ada", "cmems", login)
    assert vault.open("ada", "cmems", sealed) == {"token": SECRET}
    for person, source in (("ben", "cmems"), ("ada", "dias")):
        with pytest.raises(Unreadable):
            vault.open(person, source, sealed)
    with pytest.raises(Unreadable):
        Vault(Keys(["other" * 8])).open("ada", "cmems", sealed)
    assert Vault(Keys(["n" * 32, "k" * 32])).open("ada", "cmems", sealed) == {"token": SECRET}


def test_a_key_is_made_once(tmp_path: Path) -> None:
    made = keys_of(None, tmp_path).of("credentials")
    assert keys_of(None, tmp_path).of("credentials") == made
    assert keys_of(None, tmp_path).of("unit tokens") != made
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


READ = """
import json, os
from pathlib import Path
from bluecloud_catalogs.credentials import credential
found = credential("cmems")
Path("seen.json").write_text(json.dumps({
    "username": found.username if found else None,
    "length": len(found.password.get_secret_value()) if found else 0,
    "mode": oct(os.stat(os.environ["BLUECLOUD_CREDENTIALS_DIR"]).st_mode & 0o777),
}))
"""
PRINT = 'print(open(os.environ["BLUECLOUD_CREDENTIALS_DIR"] + "/cmems.json").read())'
TOKEN = 'print(os.environ["BLUECLOUD_RUN_TOKEN"])'
ASK = """
import urllib.error, urllib.request
def status(method, path):
    request = urllib.request.Request(
        os.environ["BLUECLOUD_SERVICE_URL"] + path, method=method,
        headers={"Authorization": "token " + os.environ["BLUECLOUD_RUN_TOKEN"]},
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code
Path("asked.json").write_text(json.dumps([
    status("GET", "/stac/search"), status("GET", "/runs"), status("GET", "/credentials"),
    status("POST", "/credentials/fetch"),
]))
Path("token").write_text(os.environ["BLUECLOUD_RUN_TOKEN"][::-1])
"""


def test_a_run_has_its_persons_logins_and_leaves_none_of_them(
    service: Serving, stored: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "reading.ipynb"
    path.write_text(json.dumps(notebook(READ, PRINT, TOKEN, ASK)))
    with Service(service.address, "ada") as ada, Service(service.address, "ben") as ben:
        adas = runs.submit(path, laboratory="environment", service=ada)
        bens = runs.submit(path, laboratory="environment", service=ben)
        (run,), (other,) = adas.wait(timeout=120).runs, bens.wait(timeout=120).runs
        assert run.state == "succeeded", run.words
        # Ben has stored none: there is no file to print.
        assert (other.state, other.cause) == ("failed", "file-missing")
        run.fetch(tmp_path / "left")
    left = tmp_path / "left" / run.id
    seen = json.loads((left / "outputs" / "seen.json").read_text())
    assert seen == {"username": "ada", "length": len(SECRET), "mode": "0o700"}
    executed = (left / "reading.ipynb").read_text()
    assert "[redacted]" in executed
    token = (left / "outputs" / "token").read_text()[::-1]
    for text in (executed, *(p.read_text(errors="replace") for p in left.rglob("*.json"))):
        assert SECRET not in text
        assert token not in text
    assert json.loads((left / "outputs" / "asked.json").read_text()) == [200, 403, 403, 200]
    # With the end of the run its token is good for nothing.
    assert asked(service, token, "POST", "/fetch").status_code == 401
    assert asked(service, token[:-1] + "x", "POST", "/fetch").status_code == 401


def test_a_laboratory_keeps_what_is_stored_and_no_more(
    service: Serving, stored: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "logins"
    monkeypatch.setenv(credentials.FOLDER, str(folder))
    with Service(service.address, "ada@environment") as ours:
        assert credentials.bring(ours) == ["cmems"]
        kept = folder / "cmems.json"
        assert json.loads(kept.read_text())["password"] == SECRET
        assert (kept.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
        (folder / "mine.json").write_text('{"token": "put here by hand"}')
        assert asked(service, "ada", "DELETE", "/cmems").status_code == 204
        assert credentials.bring(ours) == []
    assert not kept.exists()
    assert (folder / "mine.json").exists()
