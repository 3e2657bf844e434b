"""A deployment behind TLS: people, sockets, registry, operators; and no forged word is believed."""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.platform.deployments import running
from tests.platform.person import Person, _Loopback
from tests.platform.secured import Secured
from tests.service.serving import until

pytestmark = pytest.mark.docker
LAB = "environment"
FORGED = "203.0.113.7"
SCOPE = "access:services!service=bluecloud"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Containers with certificates that were given."""
    with running(Secured(tmp_path_factory.mktemp("tls"))) as deployment:
        yield deployment


@asynccontextmanager
async def browser(secured: Secured) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that follows nothing by itself."""
    async with httpx.AsyncClient(
        transport=_Loopback(secured.trust), base_url=secured.address, timeout=60
    ) as client:
        yield client


def shown(secured: Secured, name: str, trust: ssl.SSLContext | None = None) -> dict[str, object]:
    """The certificate that a browser is shown for a name, once it has checked it."""
    context = trust or secured.trust
    assert context
    with (
        socket.create_connection(("127.0.0.1", secured.https), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        return dict(secure.getpeercert() or {})


async def test_a_person_works_over_tls_and_every_cookie_is_for_tls_alone(secured: Secured) -> None:
    async with await secured.person("ada", "environment") as ada:
        assert (await ada.start(LAB)).status_code == 200
        assert (await ada.watch(LAB))[-1].ready
        server = await ada.server(LAB)
        assert server.startswith(f"{secured.of_name('ada')}/user/ada/")
        assert await ada.run(LAB, "print(6 * 7)") == "42\n"
        cookies = {(each.name, each.domain): each.secure for each in ada.client.cookies.jar}
        names = {name.removeprefix("__Host-") for name, _ in cookies}
        assert names >= {"_xsrf", "jupyterhub-session-id"}
        assert any(domain.startswith("ada.") for _, domain in cookies)
        assert [name for name, is_secure in cookies.items() if not is_secure] == []
        # A form without the token of its page is refused, as it is without TLS.
        forged = await ada.client.post(f"/hub/spawn/ada/{LAB}")
        assert forged.status_code == 403


async def test_who_comes_without_tls_is_sent_to_it_and_told_to_stay(secured: Secured) -> None:
    async with httpx.AsyncClient(trust_env=False) as plain:
        for name in (secured.host, f"ada.{secured.host}"):
            came = await plain.get(
                f"http://127.0.0.1:{secured.http}/hub/login?next=%2Fhub%2Fhome",
                headers={"Host": f"{name}:{secured.http}"},
            )
            to = f"https://{name}:{secured.https}/hub/login?next=%2Fhub%2Fhome"
            assert (came.status_code, came.headers["location"]) == (308, to)
        came = await plain.get(f"http://127.0.0.1:{secured.http}/", headers={"Host": "evil.test"})
        assert (came.status_code, "location" in came.headers) == (421, False)
    async with browser(secured) as client:
        other = await client.get("/hub/login", headers={"Host": "evil.test"})
        assert (other.status_code, other.text) == (421, "this server has no such name")
        for address in (
            secured.address,
            secured.of_name("ada"),
            secured.of_name("registry--service"),
        ):
            answer = await client.get(f"{address}/v2/")
            kept = answer.headers["strict-transport-security"]
            assert kept == "max-age=31536000; includeSubDomains", address
            assert "server" not in answer.headers or "Caddy" not in answer.headers["server"]
        longer = await client.post("/hub/login", content=b"x" * 2_000_000)
        assert longer.status_code == 413
    context = ssl.create_default_context(cadata=secured.authority.pem)
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", secured.https), timeout=10) as plain_socket,
        context.wrap_socket(plain_socket, server_hostname=secured.host) as secure,
    ):
        assert (secure.selected_alpn_protocol(), secure.version()) == ("h2", "TLSv1.3")
    old = ssl.create_default_context(cadata=secured.authority.pem)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shown(secured, secured.host, old)["subject"]


async def test_what_a_client_says_of_its_address_and_scheme_is_not_believed(
    secured: Secured,
) -> None:
    forged = {
        "X-Forwarded-For": FORGED,
        "X-Real-IP": FORGED,
        "Forwarded": f"for={FORGED};proto=http",
        "X-Forwarded-Proto": "http",
        "X-Scheme": "http",
        "X-Forwarded-Host": "evil.test",
    }
    mark = f"forged-{os.getpid()}"
    async with browser(secured) as client:
        assert (await client.get(f"/hub/{mark}", headers=forged)).status_code == 404
        answer = await client.get("/hub/login", headers=forged)
        assert answer.status_code == 200
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("; Secure" in each for each in cookies), cookies
        landing = await client.get(
            f"{secured.of_name('bluecloud--service')}/services/bluecloud/openapi.json",
            headers=forged,
        )
        assert landing.status_code == 200
        assert "evil.test" not in landing.text
        names = "/services/bluecloud/names?domain=x"
        for path in (names, f"/{names}", names.replace("names", "%6eames")):
            inner = await client.get(f"{secured.of_name('bluecloud--service')}{path}")
            assert (inner.status_code, inner.text) == (404, ""), path
    written = secured.compose("logs", "--no-color", "hub").splitlines()
    said = [json.loads(each[each.index("{") :]) for each in written if mark in each and "{" in each]
    (seen,) = {each["address"] for each in said if "address" in each}
    logged = [
        json.loads(each[each.index("{") :])
        for each in secured.compose("logs", "--no-color", "front").splitlines()
        if mark in each
    ]
    # The hub, behind two proxies, sees whom the front sees.
    assert [each["request"]["remote_ip"] for each in logged] == [seen]
    assert seen != FORGED
    assert "headers" not in logged[0]["request"]


async def test_images_are_pushed_and_pulled_through_the_front(secured: Secured) -> None:
    registry = secured.of_name("registry--service")
    async with await secured.person("mia", f"{LAB}-managers") as mia, browser(secured) as client:
        mine = await mia.token(scopes=[SCOPE])
        asked = await client.get(f"{registry}/v2/")
        (realm,) = re.findall(r'realm="([^"]*)"', asked.headers["www-authenticate"])
        assert (asked.status_code, realm) == (401, secured.settings["BLUECLOUD_REGISTRY_REALM"])
        told = await client.get(
            realm,
            params={
                "service": "bluecloud-registry",
                "scope": f"repository:bluecloud/{LAB}:pull,push",
            },
            auth=("mia", mine),
        )
        headers = {"Authorization": f"Bearer {told.json()['token']}"}
        blobs = f"{registry}/v2/bluecloud/{LAB}/blobs"
        begun = await client.post(f"{blobs}/uploads/", headers=headers)
        assert begun.status_code == 202, begun.text
        assert begun.headers["location"].startswith(f"{registry}/v2/")
        layer = os.urandom(3_000_000)  # longer than a form may be
        digest = f"sha256:{sha256(layer).hexdigest()}"
        put = await client.put(
            f"{begun.headers['location']}&digest={digest}", content=layer, headers=headers
        )
        assert put.status_code == 201, put.text
        assert (await client.get(f"{blobs}/{digest}", headers=headers)).content == layer


def doctor(secured: Secured, *checks: str) -> dict[str, dict[str, str]]:
    """What the operator's doctor finds, in a container as the service's."""
    only = [word for each in checks for word in ("--only", each)]
    inside = ("run", "--rm", "--no-deps", "-T", "service", "bluecloud", "doctor", "--json")
    try:
        told = secured.compose(*inside, *only)
    except AssertionError as error:  # its status is 1 or 2
        told = str(error)
    findings = json.loads(told[told.index("{\n") : told.rindex("\n}") + 2])["findings"]
    return {each["check"]: each for each in findings}


async def test_a_renewed_certificate_is_shown_without_a_break_and_the_doctor_sees_it(
    secured: Secured,
) -> None:
    found = doctor(secured, "certificate", "proxy", "networks")
    assert {name: each["verdict"] for name, each in found.items()} == dict.fromkeys(found, "ok")
    tls, host = secured.state / "tls", secured.host
    async with await secured.person("ada", "environment") as ada:
        await ada.start(LAB)
        kernel = await ada.start_kernel(LAB)
        channel = await ada._connected(LAB, f"api/kernels/{kernel}/channels")
        async with channel as socket_before:
            before = shown(secured, host)["serialNumber"]
            secured.authority.give(tls, host, f"*.{host}")
            until(lambda: shown(secured, host)["serialNumber"] != before)
            # What was open goes on, where the front's configuration is another.
            assert await socket_before.ping() is not None
            await (await socket_before.ping())
    kept = shown(secured, host)["serialNumber"]
    (tls / "privkey.pem").write_text("half of a pair")
    until(lambda: "cannot be used" in secured.compose("logs", "front"))
    assert shown(secured, host)["serialNumber"] == kept
    secured.authority.give(tls, host)  # not for people's names
    until(lambda: shown(secured, host)["serialNumber"] != kept)
    found = doctor(secured, "certificate")
    assert found["certificate"]["verdict"] == "fault"
    assert f"for anybody.{host} is for {host}" in found["certificate"]["found"]


AUTHORITY = """
services:
  authority:
    image: {images}/front
    entrypoint: [caddy, run, --adapter, caddyfile, --config, /etc/authority.caddy]
    volumes: ["{folder}/authority.caddy:/etc/authority.caddy:ro"]
    tmpfs: [/tmp, "/var/lib/bluecloud-front:uid=10443"]
    networks:
      edge:
        aliases: [authority.test]
  front:
    networks:
      edge:
        aliases: [{names}]
"""
ACME = """
{
	admin off
	skip_install_trust
}
https://authority.test {
	tls internal
	acme_server {
		challenges http-01
	}
}
"""


async def test_certificates_are_fetched_for_the_deployments_names_and_for_no_others(
    secured: Secured, tmp_path: Path
) -> None:
    """By an ACME server of the test's own, which asks back by HTTP-01 as Let's Encrypt does."""
    await (await secured.person("ada", "environment")).client.aclose()
    host, tls = secured.host, secured.state / "tls"
    names = [
        f"{each}.{host}" for each in ("ada", "nobody", "bluecloud--service", "registry--service")
    ]
    (tmp_path / "authority.caddy").write_text(ACME)
    (tmp_path / "authority.yaml").write_text(
        AUTHORITY.format(
            images=secured.settings["BLUECLOUD_IMAGES"],
            folder=tmp_path,
            names=", ".join([host, *names]),
        )
    )
    secured.files = (*secured.files, tmp_path / "authority.yaml")
    secured.settings |= {
        "BLUECLOUD_TLS": "acme",
        "BLUECLOUD_ACME_CA": "https://authority.test/acme/local/directory",
    }
    secured.write_settings()
    for name in ("fullchain.pem", "privkey.pem"):
        (tls / name).unlink()
    secured.compose("up", "--detach", "authority")
    root = "/var/lib/bluecloud-front/caddy/pki/authorities/local/root.crt"
    until(
        lambda: (
            "BEGIN" in secured.compose("exec", "-T", "authority", "sh", "-c", f"cat {root} || :")
        )
    )
    signed_by = secured.compose("exec", "-T", "authority", "cat", root)
    (tls / "acme-root.pem").write_text(signed_by)
    secured.compose("up", "--detach")
    secured.wait()
    secured.wait_for_service()
    secured.trust = ssl.create_default_context(cadata=signed_by)
    for name in (host, names[0], *names[2:]):
        assert shown(secured, name)["subjectAltName"] == (("DNS", name),)
    with pytest.raises(ssl.SSLError):
        shown(secured, f"nobody.{host}")
    async with Person(secured.address, "ada", secured.password("ada"), secured.trust) as ada:
        assert (await ada.log_in()).url.path == "/hub/home"
    found = doctor(secured, "certificate")["certificate"]  # they are of twelve hours
    assert (found["verdict"], f"that of https://{host} ends in 0 days" in found["found"]) == (
        "ok",
        True,
    )
