"""What the hub refuses, it refuses on the server side, whichever way the request came."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.platform.deployments import LABORATORY, Deployment, Local
from tests.platform.person import Person

pytestmark = pytest.mark.one_engine


@pytest.fixture
async def gus(deployment: Deployment) -> AsyncIterator[Person]:
    """Somebody who is in no group."""
    async with await deployment.person("gus") as person:
        yield person


async def test_a_closed_laboratory_is_not_on_the_page(gus: Person) -> None:
    page = await gus.home()
    assert f'data-laboratory="{LABORATORY}"' in page
    assert "restricted" not in page.lower()


async def test_a_forged_form_does_not_open_it(gus: Person) -> None:
    answer = await gus.start("restricted", size="small")
    assert answer.status_code == 403
    assert "not open to gus" in answer.text


async def test_the_api_does_not_open_it_either(gus: Person) -> None:
    answer = await gus.client.post(
        "/hub/api/users/gus/servers/restricted",
        params={"_xsrf": await gus.xsrf()},
        json={"user_options": {"size": "small"}},
    )
    assert answer.status_code == 403
    assert "not open to gus" in answer.json()["message"]


async def test_a_group_opens_it(deployment: Deployment) -> None:
    async with await deployment.person("hanna", "restricted-testers") as hanna:
        assert 'data-laboratory="restricted"' in await hanna.home()


@pytest.mark.parametrize(
    ("laboratory", "options", "said"),
    [
        (
            "atlantis",
            {},
            "&#39;atlantis&#39; is not a laboratory; there are: aquaculture, biodiversity, "
            "environment, fisheries, genomics, restricted",
        ),
        ("", {}, "A server is a laboratory and bears its name"),
        (LABORATORY, {"size": "huge"}, "&#39;huge&#39; is not a size of &#39;environment&#39;"),
    ],
)
async def test_what_does_not_exist_is_refused_by_name(
    gus: Person, laboratory: str, options: dict[str, str], said: str
) -> None:
    answer = await gus.start(laboratory, **options)
    assert answer.status_code == 400
    assert said in answer.text


@pytest.mark.parametrize(
    "options", [{"image": "debian"}, {"size": ["small"]}, {"size": "small", "mem_limit": "64G"}]
)
async def test_the_api_takes_the_size_and_nothing_else(
    gus: Person, options: dict[str, object]
) -> None:
    answer = await gus.client.post(
        f"/hub/api/users/gus/servers/{LABORATORY}",
        params={"_xsrf": await gus.xsrf()},
        json={"user_options": options},
    )
    assert answer.status_code == 400


async def test_nobody_starts_another_persons_server(gus: Person, deployment: Deployment) -> None:
    deployment.add("ida")
    answer = await gus.client.post(
        f"/hub/spawn/ida/{LABORATORY}", params={"_xsrf": await gus.xsrf()}, data={"size": "small"}
    )
    assert answer.status_code in (403, 404)


async def test_a_form_without_its_token_is_refused(gus: Person) -> None:
    answer = await gus.client.post(f"/hub/spawn/gus/{LABORATORY}", data={"size": "small"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "password", ["wrong-password", "", "x" * 90, "ü" * 40], ids=["wrong", "empty", "long", "wide"]
)
async def test_a_wrong_password_does_not_log_in(deployment: Deployment, password: str) -> None:
    await deployment.person("jon", log_in=False)
    async with Person(deployment.address, "jon", password) as jon:
        answer = await jon.log_in()
    assert answer.status_code in (200, 403)
    assert "Invalid username or password" in answer.text


async def test_nobody_can_make_an_account(deployment: Deployment) -> None:
    async with Person(deployment.address, "mallory", "a-long-password-of-mine") as mallory:
        answer = await mallory.log_in()
        assert "Invalid username or password" in answer.text
        assert (await mallory.client.get("/hub/signup")).status_code == 404


async def test_a_person_changes_their_password(deployment: Deployment) -> None:
    async with await deployment.person("kim") as kim:
        page = await kim.client.get("/hub/auth/change-password")
        xsrf = {"_xsrf": page.text.split('xsrf_token: "')[1].split('"')[0]}

        async def change(present: str, chosen: str) -> str:
            answer = await kim.client.post(
                "/hub/auth/change-password",
                params=xsrf,
                data={"present": present, "chosen": chosen},
            )
            return answer.text

        async with Person(deployment.address, "kim", kim.password) as elsewhere:
            await elsewhere.log_in()
            assert "not your present password" in await change("guessed", "quite-another-one")
            assert "12 characters at least" in await change(kim.password, "short")
            assert "72 bytes at most; this one has 80" in await change(kim.password, "ü" * 40)
            assert "password is changed" in await change(kim.password, "quite-another-one")
            # Whoever had the old one open somewhere is out; this window is not.
            assert (await elsewhere.client.get("/hub/home")).url.path == "/hub/login"
            assert (await kim.client.get("/hub/home")).url.path == "/hub/home"
    async with Person(deployment.address, "kim", "quite-another-one") as kim:
        assert (await kim.log_in()).url.path == "/hub/home"


async def test_a_login_without_a_password_is_refused_and_no_error(deployment: Deployment) -> None:
    async with Person(deployment.address, "nobody", "") as nobody:
        page = await nobody.client.get("/hub/login")
        token = page.text.split('name="_xsrf" value="')[1].split('"')[0]
        answer = await nobody.client.post("/hub/login", data={"_xsrf": token, "username": "ada"})
        assert answer.status_code == 403


async def test_whoever_is_let_out_can_still_stop_what_runs(local: Local) -> None:
    async with await local.person("liv", "restricted") as liv:
        await liv.start("restricted")
        assert (await liv.watch("restricted"))[-1].ready
        local.people()._ask("DELETE", "groups/restricted/users", {"users": ["liv"]})
        page = await liv.home()
        assert 'data-laboratory="restricted" data-state="running"' in page
        assert "no longer open to you" in page
        assert (await liv.stop("restricted")).is_success
        assert 'data-laboratory="restricted"' not in await liv.home()
        assert (await liv.start("restricted")).status_code == 403


async def test_a_refused_size_is_not_the_next_default(local: Local) -> None:
    async with await local.person("moa") as moa:
        assert (await moa.start(LABORATORY, size="huge")).status_code == 400
        answer = await moa.client.get(f"/hub/spawn/moa/{LABORATORY}")
        assert answer.status_code == 200
        assert (await moa.watch(LABORATORY))[-1].ready
        await moa.stop(LABORATORY)
