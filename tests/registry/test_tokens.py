"""Who may do what in the registry: docker-registry, which believes the service's tokens."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from fastapi import FastAPI

from bluecloud.lab import Refused, Registry, Unreachable, publish
from bluecloud.lab.images import Descriptor, digest_of
from bluecloud_hub.demo import free_port
from bluecloud_service.errors import NotAllowed
from bluecloud_service.identity import Person
from bluecloud_service.registry import CERTIFICATE, SERVICE, Signer, router, signer_of
from bluecloud_service.registry.grants import Access
from tests.registry.conftest import Deployed
from tests.registry.made import laboratory, push_image
from tests.registry.serving import serving
from tests.service.serving import four_people, serving_runs

NOBODY = ""
PEOPLE = (NOBODY, "eve", "ada", "ben", "mia", "olga")  # eve is unknown to the hub
MAY_PULL = {"environment": {"ada", "ben", "mia", "olga"}, "restricted": {"ada", "olga"}}
MAY_PUSH = {"environment": {"mia", "olga"}, "restricted": {"olga"}}
REFUSED = "does not let you (pull from|push to) bluecloud/|no token for the registry: .*token"


def asked(deployed: Deployed, person: str, *scopes: str, **more: Any) -> httpx.Response:
    with deployed.service.client(person) as client:
        params = {"service": SERVICE, "scope": list(scopes), **more}
        return client.get("/registry/token", params=params)


def given(answer: httpx.Response) -> dict[str, list[str]]:
    """What a token allows, by repository; its signature is the registry's to check."""
    assert answer.status_code == 200, answer.text
    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    return {each["name"]: each["actions"] for each in claims["access"]}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("slug", ["environment", "restricted"])
def test_who_may_read_and_who_may_write(deployed: Deployed, person: str, slug: str) -> None:
    repository = f"bluecloud/{slug}"
    body = f"{person} was here".encode()
    with deployed.reached("olga") as olga:
        olga.push_blob(repository, digest_of(b"there"), BytesIO(b"there"))
    with deployed.reached(person) as registry:
        if person in MAY_PULL[slug]:
            assert registry.blob(repository, Descriptor("", digest_of(b"there"), 5)) == b"there"
        else:
            with pytest.raises(Refused, match=REFUSED):
                registry.blob(repository, Descriptor("", digest_of(b"there"), 5))
        if person in MAY_PUSH[slug]:
            registry.push_blob(repository, digest_of(body), BytesIO(body))
            return
        with pytest.raises(Refused, match=REFUSED):
            registry.push_blob(repository, digest_of(body), BytesIO(body))
    with deployed.reached("olga") as olga:
        assert not olga.has_blob(repository, digest_of(body))


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_deletes_lists_or_uses_another_repository(deployed: Deployed, person: str) -> None:
    scopes = [
        "repository:bluecloud/environment:delete,*",
        "repository:bluecloud/environment/deeper:pull,push",
        "repository:bluecloud/astronomy:pull,push",
        "repository:bluecloud/base:pull,push",
        "repository:environment:pull,push",
        "repository:other/environment:pull,push",
        "repository(plugin):bluecloud/environment:pull,push",
        "registry:catalog:*",
    ]
    answer = asked(deployed, person, *scopes)
    if person in {NOBODY, "eve"}:
        assert (answer.status_code, answer.json()["code"]) == (401, "NotKnown")
        return
    assert given(answer) == {}


def test_an_image_is_deleted_by_nobody(deployed: Deployed, tmp_path: Path) -> None:
    with deployed.reached("olga") as olga:
        image = push_image(olga, laboratory(tmp_path))
        token = asked(deployed, "olga", "repository:bluecloud/environment:pull,push,delete").json()
        address = f"{deployed.registry.address}/v2/bluecloud/environment/manifests/{image.digest}"
        headers = {"Authorization": f"Bearer {token['token']}"}
        answer = httpx.delete(address, headers=headers, trust_env=False)
        assert answer.status_code == 401
        assert olga.has_manifest("bluecloud/environment", image.digest)


def test_several_scopes_are_given_each_for_itself(deployed: Deployed) -> None:
    both = "repository:bluecloud/environment:pull,push repository:bluecloud/restricted:push,pull"
    assert given(asked(deployed, "ada", both)) == {
        "bluecloud/environment": ["pull"],
        "bluecloud/restricted": ["pull"],
    }
    assert given(asked(deployed, "mia", *both.split())) == {
        "bluecloud/environment": ["pull", "push"]
    }
    assert given(asked(deployed, "ada")) == {}


def test_a_manager_publishes_and_a_member_does_not(deployed: Deployed, tmp_path: Path) -> None:
    tree = laboratory(tmp_path / "tree")
    with deployed.reached("mia") as mia:
        current = push_image(mia, tree).digest
    there = deployed.registry.address
    before = deployed.registry.images("bluecloud/environment")
    told = r"environment: its managers \(group environment-managers\) .*does not let you push to"
    with pytest.raises(Refused, match=told):
        publish("environment", tree, there, "ada", "0.2.0", current=current)
    assert deployed.registry.images("bluecloud/environment") == before
    digest = publish("environment", tree, there, "mia", "0.2.0", current=current)
    assert digest in deployed.registry.images("bluecloud/environment")
    with deployed.reached("ben") as ben:
        assert ben.manifest("bluecloud/environment", digest).digest == digest


def test_a_laboratorys_own_token_publishes_for_its_person(
    deployed: Deployed, tmp_path: Path
) -> None:
    with deployed.reached("mia@environment") as mia:
        push_image(mia, laboratory(tmp_path))
    with deployed.reached("mia@environment") as mia, pytest.raises(Refused):
        mia.push_blob("bluecloud/restricted", digest_of(b"x"), BytesIO(b"x"))


def test_a_laboratorys_own_token_publishes_into_no_other(deployed: Deployed) -> None:
    for person in ("mia@restricted", "olga@restricted"):
        with deployed.reached(person) as registry, pytest.raises(Refused):
            registry.push_blob("bluecloud/environment", digest_of(b"x"), BytesIO(b"x"))


def test_a_token_that_the_hub_does_not_know_is_said_so(deployed: Deployed, tmp_path: Path) -> None:
    tree = laboratory(tmp_path / "tree")
    with pytest.raises(Refused, match="the hub does not know this token"):
        publish(
            "environment",
            tree,
            deployed.registry.address,
            "eve",
            "0.2.0",
            current=digest_of(b"x"),
        )


def test_a_token_with_no_letters_of_a_header_is_none(deployed: Deployed) -> None:
    with Registry(deployed.registry.address, "a\nb") as registry, pytest.raises(Refused):
        registry.has_blob("bluecloud/environment", digest_of(b"x"))


def test_a_registry_token_that_has_ended_is_fetched_anew(
    deployed: Deployed, signer: Signer
) -> None:
    access = [Access("repository", "bluecloud/environment", ("pull", "push"))]
    ended = signer.sign("mia", access, seconds=-3600).token
    address = f"{deployed.registry.address}/v2/bluecloud/environment/blobs/{digest_of(b'ended')}"
    headers = {"Authorization": f"Bearer {ended}"}
    assert httpx.head(address, headers=headers, trust_env=False).status_code == 401
    with deployed.reached("mia") as mia:
        # As if the token of an hour ago were still at hand.
        scopes = ("repository:bluecloud/environment:pull,push",)
        mia._wire._exchange._known[scopes] = ended
        mia.push_blob("bluecloud/environment", digest_of(b"ended"), BytesIO(b"ended"))
        assert mia.has_blob("bluecloud/environment", digest_of(b"ended"))


def test_a_token_of_another_key_is_not_believed(deployed: Deployed, tmp_path: Path) -> None:
    access = [Access("repository", "bluecloud/environment", ("pull", "push"))]
    forged = signer_of(tmp_path).sign("mia", access).token
    answer = httpx.post(
        f"{deployed.registry.address}/v2/bluecloud/environment/blobs/uploads/",
        headers={"Authorization": f"Bearer {forged}"},
        trust_env=False,
    )
    assert answer.status_code == 401


def basic(deployed: Deployed, name: str, password: str) -> httpx.Response:
    """As ``docker login`` asks."""
    params = {"service": SERVICE, "account": name, "client_id": "docker", "offline_token": "true"}
    address = f"{deployed.service.address}/registry/token"
    return httpx.get(address, params=params, auth=(name, password), trust_env=False)


def test_docker_logs_in_with_a_name_and_a_token(deployed: Deployed) -> None:
    answer = basic(deployed, "mia", "mia")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["token"] == answer.json()["access_token"]
    for name, password in (("ada", "mia"), ("mia", ""), ("", "mia"), ("mia", "eve")):
        answer = basic(deployed, name, password)
        assert (answer.status_code, answer.json()["code"]) == (401, "NotKnown"), (name, password)


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", f"Basic {base64.b64encode(b'mia').decode()}", "Basic /w==", "x"]
)
def test_a_login_that_is_none_is_not_known(deployed: Deployed, header: str) -> None:
    address = f"{deployed.service.address}/registry/token"
    answer = httpx.get(
        address,
        params={"service": SERVICE},
        headers={"Authorization": header},
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "NotKnown")


@pytest.mark.parametrize(
    ("scopes", "more", "told"),
    [
        ((), {"service": "another"}, "service = 'another': tokens are given for 'bluecloud-reg"),
        ((), {"service": ""}, "service = ''"),
        (("repository",), {}, "scope = 'repository': it is as repository:"),
        (("repository:a\0b:pull,",), {}, "scope = "),
        (("repository:a:pull",) * 21, {}, "scope: at most 20 at once"),
        ((f"repository:{'a' * 600}:pull",), {}, "scope = "),
    ],
)
def test_what_is_not_asked_as_it_should_be_is_refused(
    deployed: Deployed, scopes: tuple[str, ...], more: dict[str, str], told: str
) -> None:
    answer = asked(deployed, "mia", *scopes, **more)
    assert (answer.status_code, answer.json()["code"]) == (400, "NotAsked"), answer.text
    assert told in answer.json()["description"]


async def test_a_run_neither_reads_nor_writes(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(router(signer_of(tmp_path), {}, lambda *_: Person("mia", unit="a unit")))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
    async with client:
        with pytest.raises(NotAllowed, match="a run neither reads nor writes the registry"):
            await client.get("/registry/token", params={"service": SERVICE})


def test_who_asks_too_often_is_told_when_to_ask_again(tmp_path: Path) -> None:
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path, BLUECLOUD_SERVICE_PER_MINUTE="4") as service,
        service.client("mia") as mia,
    ):
        answers = [mia.get("/registry/token", params={"service": SERVICE}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "TooOften"
    assert int(answers[2].headers["retry-after"]) >= 1


def test_a_registry_that_sends_to_another_host_gets_no_token_of_ours(tmp_path: Path) -> None:
    signer_of(tmp_path)
    realm = "http://localhost:9/token"
    name = digest_of(b"x")
    told = f"http://127.0.0.1:{free_port()}/token"
    with serving(tmp_path / "registry", realm=realm, keys=tmp_path) as served:
        refused = pytest.raises(Refused, match=f"'{realm}' for its tokens, which is another host")
        with Registry(served.address, "mia") as registry, refused:
            registry.has_blob("bluecloud/environment", name)
        silent = pytest.raises(Unreachable, match=f"{told}, which gives tokens, does not answer")
        with Registry(served.address, "mia", exchange=told) as registry, silent:
            registry.has_blob("bluecloud/environment", name)


def test_the_key_is_the_services_alone_and_stays(deployed: Deployed, tmp_path: Path) -> None:
    folder = deployed.service.state / "service"
    assert stat.S_IMODE((folder / "registry-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "PRIVATE" not in (folder / CERTIFICATE).read_text()
    signer_of(tmp_path)
    first = (tmp_path / CERTIFICATE).read_bytes()
    (tmp_path / CERTIFICATE).unlink()
    signer_of(tmp_path)
    assert (tmp_path / CERTIFICATE).read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == [CERTIFICATE, "registry-key.pem"]


def test_of_services_that_begin_at_once_one_makes_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        signers = list(pool.map(signer_of, [tmp_path] * 8))
    kept = x509.load_pem_x509_certificate((tmp_path / CERTIFICATE).read_bytes())
    for signer in signers:
        token = signer.sign("mia", []).token
        claims = jwt.decode(token, kept.public_key(), algorithms=["ES256"], audience=SERVICE)
        assert claims["sub"] == "mia"
