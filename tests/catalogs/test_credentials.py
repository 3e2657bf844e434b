"""Logins are found where they are put, and never shown."""

import json

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import CredentialRequired, DataError
from bluecloud_catalogs.credentials import LOGINS, credential, required

SECRET = "hush-4711"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_CREDENTIALS_DIR", str(tmp_path))
    return tmp_path


def test_a_stored_login_is_found_and_its_secret_is_not_shown(folder):
    (folder / "cmems.json").write_text(json.dumps({"username": "ada", "password": SECRET}))
    found = credential("cmems")
    assert found.username == "ada"
    assert found.password.get_secret_value() == SECRET
    assert SECRET not in repr(found) + str(found) + found.model_dump_json()


def test_the_folder_goes_before_the_environment(folder, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ICOS_TOKEN", "other")
    (folder / "icos.json").write_text(json.dumps({"token": SECRET}))
    assert credential("icos").bearer() == f"Bearer {SECRET}"


def test_the_environment_serves_where_there_is_no_folder(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_DIAS_USER", "ada")
    monkeypatch.setenv("BLUECLOUD_DIAS_PASSWORD", SECRET)
    assert credential("dias").password.get_secret_value() == SECRET


@pytest.mark.parametrize(
    "stored", ["", "[]", "{}", '{"password": "hush-4711"}', '{"token": "a", "more": 1}']
)
def test_what_is_no_login_is_refused_without_showing_it(folder, stored):
    (folder / "cmems.json").write_text(stored)
    with pytest.raises(DataError, match=r"cmems\.json: it must be a JSON object") as caught:
        credential("cmems")
    assert SECRET not in str(caught.value)


def test_half_a_login_in_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_DIAS_PASSWORD", SECRET)
    with pytest.raises(DataError, match="set are password") as caught:
        credential("dias")
    assert SECRET not in str(caught.value)


def test_a_login_that_is_not_there_says_where_to_get_one():
    with pytest.raises(CredentialRequired, match="https://example.org.*BLUECLOUD_CMEMS_TOKEN"):
        required("cmems", where="https://example.org")


def test_a_password_is_no_token(folder):
    (folder / "icos.json").write_text(json.dumps({"username": "ada", "password": SECRET}))
    with pytest.raises(CredentialRequired, match="a token is needed here"):
        credential("icos").bearer()


@pytest.mark.parametrize(
    "slug", ["aquaculture", "biodiversity", "environment", "fisheries", "genomics"]
)
def test_every_login_that_an_entry_wants_can_be_stored(slug: str) -> None:
    wanted = {f.login_name for f in bluecloud_catalogs.entries(slug) if f.login != "none"}
    assert wanted
    assert wanted <= set(LOGINS)
