"""What browsers are told of the hub's pages, and what is tried with logins, links and forms."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from tests.platform.deployments import LABORATORY, Deployment, Local
from tests.platform.person import Person

PAGES = ["/hub/home", f"/hub/spawn//{LABORATORY}", "/hub/token", "/hub/auth/change-password"]
OPEN = ["/hub/login", "/hub/nowhere", "/hub/health", "/hub/api/"]


@pytest.fixture
async def yara(local: Local) -> AsyncIterator[Person]:
    async with await local.person("yara") as person:
        yield person


def directives(answer: httpx.Response) -> dict[str, str]:
    """The content security policy of an answer."""
    told = answer.headers["content-security-policy"]
    return dict(one.strip().partition(" ")[::2] for one in told.split(";"))


async def test_no_page_is_framed_or_speaks_with_another_origin(yara: Person) -> None:
    async with httpx.AsyncClient(base_url=yara.address, trust_env=False) as stranger:
        answers = [await yara.client.get(page) for page in PAGES]
        answers += [await stranger.get(page) for page in OPEN]
    for answer in answers:
        policy = directives(answer)
        assert policy["default-src"] == "'none'", answer.url
        assert policy["frame-ancestors"] == "'none'"
        assert (policy["base-uri"], policy["connect-src"]) == ("'none'", "'self'")
        assert "http" not in " ".join(policy.values()), "engine local has one origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"


async def test_cookies_of_a_login_are_read_by_no_script_and_sent_by_no_other_site(
    local: Local,
) -> None:
    made = await local.person("yara", log_in=False)
    async with made as person:
        answer = await person.log_in()
    found: dict[str, dict[str, str]] = {}
    for one in [*answer.history, answer]:
        for line in one.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    found[name] = dict(morsel)
    assert "jupyterhub-hub-login" in found
    for name, told in found.items():
        assert str(told["samesite"]).lower() == "lax", name
        # Scripts send that one back, by which the hub knows that they are its own.
        assert told["httponly"] or name == "_xsrf", name


@pytest.mark.parametrize(
    "leads",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/%2F/evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "///evil.example/hub/home",
        "/hub/../../evil",
        "http://127.0.0.1@evil.example/",
    ],
)
async def test_a_login_leads_nowhere_else(local: Local, leads: str) -> None:
    """Open redirects: whatever a link to the login page asks for."""
    made = await local.person("yara", log_in=False)
    async with made as person:
        page = await person.client.get("/hub/login", params={"next": leads})
        action = html.unescape(re.findall(r'<form[^>]*action="([^"]*)"', page.text)[0])
        body = {"username": person.name, "password": person.password, "_xsrf": await person.xsrf()}
        answer = await person.client.post(action, data=body, follow_redirects=False)
        assert answer.status_code in {302, 400, 403}, answer.text
        to = urlsplit(str(answer.url.join(answer.headers.get("location", "/hub/home"))))
        here = urlsplit(person.address)
        assert (to.scheme, to.netloc) == (here.scheme, here.netloc)


async def test_a_session_that_somebody_planted_is_not_theirs(local: Local) -> None:
    """Session fixation: the attacker knows each cookie of before the login."""
    made = await local.person("yara", log_in=False)
    async with made as person, httpx.AsyncClient(base_url=person.address, trust_env=False) as thief:
        await thief.get("/hub/login")
        planted = {one.name: one.value or "" for one in thief.cookies.jar}
        planted |= {"jupyterhub-session-id": "planted", "jupyterhub-hub-login": "planted"}
        for name, value in planted.items():
            path = "/hub/" if name == "jupyterhub-hub-login" else "/"
            person.client.cookies.set(name, value, path=path)
            thief.cookies.set(name, value, path=path)
        answer = await person.log_in()
        assert answer.url.path == "/hub/home"
        now = {one.value for one in person.client.cookies.jar if one.name == "jupyterhub-hub-login"}
        assert now != {"planted"}
        refused = await thief.get("/hub/home")
        assert (refused.status_code, "/hub/login" in refused.headers["location"]) == (302, True)


async def test_a_token_in_an_address_opens_nothing(deployment: Deployment) -> None:
    """Addresses are kept in histories and logs."""
    async with await deployment.person("yara") as yara:
        token = await yara.token(scopes=["access:servers!user", "read:users!user"])
        await yara.start(LABORATORY)
        try:
            assert (await yara.watch(LABORATORY))[-1].ready
            server = await yara.server(LABORATORY)
            places = ["/hub/api/user", f"{server}/api/status", f"{server}/lab"]
            netloc = urlsplit(deployment.address).netloc
            is_local = deployment.engine == "local"
            service = "" if is_local else f"http://bluecloud--service.{netloc}"
            places += [f"{service}/services/bluecloud/{page}" for page in ("products", "desk")]
            asked = {"follow_redirects": False, "timeout": 30}
            async with httpx.AsyncClient(
                base_url=yara.address, transport=yara.client._transport, **asked
            ) as stranger:
                for place in places:
                    answer = await stranger.get(place, params={"token": token})
                    assert answer.status_code in {302, 303, 401, 403, 404}, (place, answer.text)
                    assert token not in answer.headers.get("location", ""), place
                told = {"Authorization": f"token {token}"}
                assert (await stranger.get("/hub/api/user", headers=told)).status_code == 200
        finally:
            await yara.stop(LABORATORY)


async def test_no_form_is_taken_from_another_page(yara: Person) -> None:
    """CSRF: each form of the hub's pages, sent as another site could send it."""
    tried = 0
    for page in PAGES:
        answer = await yara.client.get(page)
        for form in re.findall(r"<form\b.*?</form>", answer.text, re.S):
            action = html.unescape((re.findall(r'action="([^"]*)"', form) or [page])[0])
            names = re.findall(r'name="([^"]+)"', form)
            body = {name: "x" for name in names if name != "_xsrf"}
            target = action.partition("?")[0] or page
            sent = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
            refused = await yara.client.post(target, data=body, headers=sent)
            assert refused.status_code == 403, (page, target, refused.text[:200])
            tried += 1
    assert tried >= 3


@pytest.mark.browser
def test_the_hubs_own_pages_need_nothing_that_is_forbidden(browser: Browser, local: Local) -> None:
    password = local.add("zoe")
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{local.address}/hub/login")
    page.fill("#username_input", "zoe")
    page.fill("#password_input", password)
    page.click("#login_submit")
    page.wait_for_url("**/hub/home")
    for path in PAGES:
        page.goto(f"{local.address}{path}", wait_until="networkidle")
    context.close()
    assert [one for one in said if "Content Security Policy" in one] == []
