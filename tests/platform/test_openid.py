"""Logging in by OpenID Connect, with a real provider on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from bluecloud_hub.authentication import discover
from bluecloud_hub.demo import free_port
from bluecloud_hub.errors import SettingsError
from tests.platform.deployments import LABORATORY, Local, running
from tests.platform.person import Person


@dataclass
class Institution:
    """A provider that knows three people: two of the marine community, one of neither."""

    issuer: str


@pytest.fixture(scope="module")
def institution() -> Iterator[Institution]:
    people = {"vera": ["restricted"], "wim": ["operators"], "xenia": []}
    claims = [
        json.dumps({"sub": name, "preferred_username": name, "groups": groups})
        for name, groups in people.items()
    ]
    port = free_port()
    words = [word for claim in claims for word in ("--user-claims", claim)]
    provider = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", f"--port={port}", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        issuer = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert provider.poll() is None, "the provider ended"
        yield Institution(issuer)
    finally:
        provider.terminate()
        provider.wait(10)


@pytest.fixture(scope="module")
def claims(institution: Institution, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A hub whose people and groups the institution keeps."""
    deployment = Local(
        tmp_path_factory.mktemp("openid"),
        BLUECLOUD_AUTHENTICATION="oidc",
        BLUECLOUD_OIDC_ISSUER=institution.issuer,
        BLUECLOUD_OIDC_CLIENT_ID="bluecloud",
        BLUECLOUD_OIDC_CLIENT_SECRET="a-secret-of-the-test",
        BLUECLOUD_OIDC_SCOPES="openid profile email groups",
        BLUECLOUD_OIDC_OPEN="true",
        BLUECLOUD_MEMBERS="claims",
    )
    with running(deployment):
        yield deployment


async def enter(deployment: Local, name: str) -> tuple[Person, httpx.Response]:
    """Follow the login button to the provider, say who one is there, and come back."""
    person = Person(deployment.address, name, "")
    form = await person.client.get("/hub/oauth_login")
    action = str(form.url)
    hidden = dict(re.findall(r'type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form.text))
    return person, await person.client.post(action, data={**hidden, "sub": name})


async def test_a_person_comes_in_with_the_groups_of_their_institution(claims: Local) -> None:
    vera, page = await enter(claims, "vera")
    async with vera:
        assert page.url.path == "/hub/home", page.text[-800:]
        assert 'data-laboratory="restricted"' in page.text
        assert "Change password" not in page.text
        await vera.start(LABORATORY, size="small")
        assert (await vera.watch(LABORATORY))[-1].ready
        await vera.stop(LABORATORY)


async def test_a_person_without_groups_sees_what_is_open_to_all(claims: Local) -> None:
    xenia, page = await enter(claims, "xenia")
    async with xenia:
        assert f'data-laboratory="{LABORATORY}"' in page.text
        assert 'data-laboratory="restricted"' not in page.text


async def test_operators_come_from_the_claims_too(claims: Local) -> None:
    wim, page = await enter(claims, "wim")
    async with wim:
        assert 'data-laboratory="restricted"' in page.text
        assert "/hub/admin" in page.text


async def test_an_answer_nobody_asked_for_is_refused(claims: Local) -> None:
    async with Person(claims.address, "mallory", "") as mallory:
        answer = await mallory.client.get("/hub/oauth_callback?code=abc&state=forged")
        assert answer.status_code in (400, 403)


async def test_a_closed_deployment_takes_only_people_it_knows(
    institution: Institution, tmp_path_factory: pytest.TempPathFactory
) -> None:
    deployment = Local(
        tmp_path_factory.mktemp("closed"),
        BLUECLOUD_AUTHENTICATION="oidc",
        BLUECLOUD_OIDC_ISSUER=institution.issuer,
        BLUECLOUD_OIDC_CLIENT_ID="bluecloud",
        BLUECLOUD_OIDC_CLIENT_SECRET="a-secret-of-the-test",
        BLUECLOUD_OPERATORS="wim",
    )
    with running(deployment):
        xenia, refused = await enter(deployment, "xenia")
        async with xenia:
            assert refused.status_code == 403
        wim, page = await enter(deployment, "wim")
        async with wim:
            assert page.url.path == "/hub/home"


def test_a_provider_that_does_not_answer_is_named() -> None:
    with pytest.raises(SettingsError, match=r"BLUECLOUD_OIDC_ISSUER.*127\.0\.0\.1:9.*refused"):
        discover("http://127.0.0.1:9")


def test_a_provider_under_another_name_is_refused(institution: Institution) -> None:
    with pytest.raises(SettingsError, match=r"BLUECLOUD_OIDC_ISSUER.*gives no configuration.*404"):
        discover(f"{institution.issuer}/realms/other")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'file:///etc/passwd' is no http\(s\) address"):
        discover("file:///etc/passwd")
