"""The desk: a page a laboratory for its managers, whose forms do what they say and nothing else."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.html
import pytest

from bluecloud import feedback
from bluecloud.service import Service
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.notices import read_notice
from bluecloud_hub.quotas import Quota, keep
from bluecloud_hub.service import Place, place, scopes
from bluecloud_hub.settings import checkout, read_settings
from bluecloud_service.database import open_database
from bluecloud_service.desk.acts import SAID
from bluecloud_service.desk.storage import Size, size_of
from bluecloud_service.feedback.store import About, Feedback
from tests.service.desk_hub import Browser, DeskHub, desk_hub, server
from tests.service.publishing import GRID, ORCID, READ, Publishing
from tests.service.serving import PEOPLE, Serving, serving_runs

LAB = "environment"


@dataclass
class Desk:
    """A service with its hub."""

    service: Serving
    hub: DeskHub


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    hub = DeskHub(PEOPLE)
    with (
        desk_hub(hub) as address,
        serving_runs(
            address,
            tmp_path_factory.mktemp("state"),
            JUPYTERHUB_API_TOKEN="the service's own",
            BLUECLOUD_HOME_QUOTA="20G",
        ) as service,
    ):
        yield Desk(service, hub)


@pytest.fixture
def desk(serving: Desk) -> Desk:
    """The same service; its hub is as new."""
    serving.hub.groups = {
        LAB: ["ada", "ben"],
        f"{LAB}-testers": [],
        f"{LAB}-managers": ["mia"],
    }
    serving.hub.servers = {
        "ada": {LAB: server(), "genomics": server()},
        "ben": {LAB: server(ready=False)},
    }
    serving.hub.refuses_stops = ""
    serving.hub.stopped.clear()
    return serving


@pytest.fixture
def mia(desk: Desk) -> Iterator[Browser]:
    with Browser(desk.service, "mia") as browser:
        yield browser


def page_of(browser: Browser, path: str = f"/desk/{LAB}") -> Any:
    """A page, parsed."""
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return lxml.html.fromstring(answer.text)


def form_of(browser: Browser, act: str, **given: str) -> dict[str, str]:
    """The fields of the first form of an act that has these in it."""
    for form in page_of(browser).iterfind(".//form"):
        fields = dict(form.form_values())
        if form.action.endswith(f"/{act}") and given.items() <= fields.items():
            return fields
    raise AssertionError(f"there is no form {act} with {given}")


def send(browser: Browser, act: str, form: dict[str, str]) -> str:
    """Send a form, and what the page then says."""
    answer = browser.post(f"/desk/{LAB}/{act}", form)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].removeprefix(browser.base)
    (said,) = page_of(browser, path).find_class("bc-said")
    return str(said.text_content())


def fault(answer: Any, status: int) -> str:
    """What a page says that something was not done with."""
    assert answer.status_code == status, answer.text
    (words,) = lxml.html.fromstring(answer.text).find_class("bc-fault")
    return str(words.text_content())


def test_the_desk_shows_people_servers_and_states(mia: Browser) -> None:
    page = page_of(mia)
    text = page.text_content()
    captions = [caption.text_content() for caption in page.iterfind(".//caption")]
    assert [c for c in captions if c.startswith("Group")] == [
        f"Group {LAB}: 2", f"Group {LAB}-testers: nobody", f"Group {LAB}-managers: 1",
    ]  # fmt: skip
    rows = [row.text_content().split() for row in page.iterfind(".//tr")]
    assert ["ada", "running", "2026-01-05", "08:30", "UTC", "2026-01-05"] in [r[:6] for r in rows]
    assert ["ben", "stuck"] in [r[:2] for r in rows]
    assert "genomics" not in text
    levels = [int(one.tag[1]) for one in page.xpath("//h1|//h2|//h3")]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert all(table.find("caption") is not None for table in page.iterfind(".//table"))


def test_it_holds_no_script_and_is_shown_in_no_frame(mia: Browser) -> None:
    answer = mia.get(f"/desk/{LAB}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    page = lxml.html.fromstring(answer.text)
    assert page.xpath("//script|//style|//@style|//@onclick") == []
    (sheet,) = page.xpath("//link/@href")
    assert mia.client.get(sheet).headers["content-type"].startswith("text/css")


def test_a_browser_is_sent_to_the_hub_and_back_to_the_page_it_asked_for(desk: Desk) -> None:
    with Browser(desk.service, "") as browser:
        sent = browser.get(f"/desk/{LAB}")
        assert sent.status_code == 302
        asked = parse_qs(urlsplit(sent.headers["location"]).query)
        assert urlsplit(sent.headers["location"]).path == "/hub/api/oauth2/authorize"
        assert asked["redirect_uri"] == ["/services/bluecloud/oauth_callback"]
        cookie = sent.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        wrong = browser.get("/oauth_callback?code=mia&state=another")
        assert "not begun here" in fault(wrong, 403)
        state = asked["state"][0]
        unknown = browser.get(f"/oauth_callback?code=nobody&state={state}")
        assert "does not know this login" in fault(unknown, 403)
        back = browser.get(f"/oauth_callback?code=mia&state={state}")
        assert back.headers["location"] == f"{browser.base}/desk/{LAB}"
        # A login is finished once.
        again = browser.get(f"/oauth_callback?code=mia&state={state}")
        assert "not begun here" in fault(again, 403)


@pytest.mark.parametrize("path", ["/desk/..%2f..%2fevil", "/desk//evil.example.org", "/desk/a@b"])
def test_a_login_leads_nowhere_but_to_a_desk(desk: Desk, path: str) -> None:
    with Browser(desk.service, "") as browser:
        sent = browser.get(path)
        if sent.status_code == 302:
            state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
            back = browser.get(f"/oauth_callback?code=mia&state={state}")
            assert back.headers["location"] == f"{browser.base}/desk"
        else:
            assert sent.status_code == 404


def test_a_cookie_that_was_made_elsewhere_is_no_login(desk: Desk) -> None:
    with Browser(desk.service, "mia") as mia, Browser(desk.service, "") as browser:
        sent = browser.get("/desk")
        under_way = sent.cookies["bluecloud-desk-login"]
        for forged in ("mia", "é", under_way, mia.client.cookies["bluecloud-desk"][:-2]):
            browser.client.cookies.clear()
            headers = {"Cookie": f"bluecloud-desk={forged}".encode()}
            answer = browser.client.get(f"{browser.base}/desk/{LAB}", headers=headers)
            assert answer.status_code == 302


def test_a_manager_lets_people_in_and_out(desk: Desk, mia: Browser) -> None:
    form = form_of(mia, "members", group=f"{LAB}-testers", do="add")
    assert "in the group now" in send(mia, "members", {**form, "person": " ben "})
    assert desk.hub.groups[f"{LAB}-testers"] == ["ben"]
    form = form_of(mia, "members", group=LAB, person="ada", do="remove")
    assert "no more" in send(mia, "members", form)
    assert desk.hub.groups[LAB] == ["ben"]
    unknown = mia.post(f"/desk/{LAB}/members", {**form, "person": "zoe", "do": "add"})
    assert "No such user: zoe" in fault(unknown, 400)
    neither = mia.post(f"/desk/{LAB}/members", {**form, "do": "exile"})
    assert "(add, remove)" in fault(neither, 400)
    assert desk.hub.groups[LAB] == ["ben"]


def test_managers_are_made_by_operators(desk: Desk, mia: Browser) -> None:
    form = form_of(mia, "members", group=LAB, do="add")
    own = mia.post(f"/desk/{LAB}/members", {**form, "group": f"{LAB}-managers", "person": "ben"})
    assert "changed by operators" in fault(own, 403)
    other = mia.post(f"/desk/{LAB}/members", {**form, "group": "genomics", "person": "mia"})
    assert "there are environment" in fault(other, 400)
    with Browser(desk.service, "olga") as olga:
        form = form_of(olga, "members", group=f"{LAB}-managers", do="add")
        send(olga, "members", {**form, "person": "ben"})
    assert desk.hub.groups[f"{LAB}-managers"] == ["mia", "ben"]


def test_a_form_from_elsewhere_does_nothing(desk: Desk, mia: Browser) -> None:
    form = form_of(mia, "members", group=LAB, person="ada", do="remove")
    path = f"/desk/{LAB}/members"
    for origin in ("http://evil.example.org", "null", "http://127.0.0.1:9"):
        assert "from the desk alone" in fault(mia.post(path, form, origin), 403)
    silent = mia.client.post(f"{mia.base}{path}", data=form)
    assert "from the desk alone" in fault(silent, 403)
    with Browser(desk.service, "olga") as olga:
        foreign = {**form, "proof": form_of(olga, "message")["proof"]}
    for proof in (foreign, {**form, "proof": ""}, {**form, "proof": "ü"}):
        assert "logged in again" in fault(mia.post(path, proof), 403)
    as_json = mia.client.post(
        f"{mia.base}{path}", content=json.dumps(form), headers={"Origin": mia.origin}
    )
    assert "urlencoded" in fault(as_json, 400)
    assert desk.hub.groups[LAB] == ["ada", "ben"]


def test_a_members_stuck_server_is_stopped_and_no_other_one(desk: Desk, mia: Browser) -> None:
    form = form_of(mia, "stop", person="ada")
    assert "being stopped" in send(mia, "stop", {**form, "name": "genomics", "server": "genomics"})
    assert desk.hub.stopped == [f"ada/{LAB}"]
    gone = mia.post(f"/desk/{LAB}/stop", form)
    assert "has no server named" in fault(gone, 400)
    sly = mia.post(f"/desk/{LAB}/stop", {**form, "person": "ada/servers/genomics?"})
    assert "the hub knows no such person" in fault(sly, 400)
    desk.hub.refuses_stops = "ben is pending spawn, please wait"
    waits = mia.post(f"/desk/{LAB}/stop", {**form, "person": "ben"})
    assert "pending spawn, please wait" in fault(waits, 400)
    assert list(desk.hub.servers["ada"]) == ["genomics"]


def test_a_message_is_kept_where_the_hub_finds_it_and_is_text(desk: Desk, mia: Browser) -> None:
    form = form_of(mia, "message")
    sly = "<script>alert(1)</script> & back at noon"
    assert "is shown to everybody" in send(mia, "message", {**form, "text": sly})
    notice = read_notice(desk.service.state, LAB)
    assert notice is not None
    assert (notice.text, notice.by) == (sly, "mia")
    page = page_of(mia)
    assert page.find_class("bc-notice")[0].text_content().startswith(sly)
    assert page.xpath("//script") == []
    for text in ("x" * 301, "a\nb"):
        assert "one line" in fault(mia.post(f"/desk/{LAB}/message", {**form, "text": text}), 400)
    assert "no more" in send(mia, "message", {**form, "text": ""})
    assert read_notice(desk.service.state, LAB) is None


def test_a_thread_is_answered_and_closed_from_the_desk(desk: Desk, mia: Browser) -> None:
    with Service(desk.service.address, "ada") as ada:
        sent = feedback.send("Where is <b>the coast</b>?", laboratory=LAB, service=ada)
        (quote,) = page_of(mia).iterfind(".//blockquote")
        assert quote.text_content() == "Where is <b>the coast</b>?"
        form = form_of(mia, "answer", thread=sent.id)
        assert "is sent" in send(mia, "answer", {**form, "text": "In the next release."})
        [answered] = feedback.mine(ada)
        assert (answered.state, answered.words[1].author) == ("answered", "mia")
        assert "closed" in send(mia, "close", form_of(mia, "close", thread=sent.id))
        other = feedback.send("Which primer?", laboratory="genomics", service=ada)
        elsewhere = mia.post(f"/desk/{LAB}/answer", {**form, "thread": other.id, "text": "No."})
        assert "no thread" in fault(elsewhere, 404)
        empty = mia.post(f"/desk/{LAB}/answer", {**form, "text": " "})
        assert fault(empty, 400) == "Text: it is empty: write a sentence."


def test_a_thread_without_an_answer_is_put_out_of_sight_by_no_number_of_others(
    desk: Desk, mia: Browser
) -> None:
    store = Feedback(open_database(f"sqlite:///{desk.service.state / 'service/service.sqlite'}"))
    lost = store.begin("ben", LAB, "Nobody answers me.", About())
    for number in range(60):
        store.close(store.begin("ada", LAB, f"number {number}", About()).id)
    quotes = [quote.text_content() for quote in page_of(mia).iterfind(".//blockquote")]
    assert quotes[0] == "Nobody answers me."
    assert len(quotes) < 60
    store.close(lost.id)


def test_nothing_that_an_address_says_is_shown(mia: Browser) -> None:
    page = page_of(mia, f"/desk/{LAB}?said=<b>everything is well</b>")
    assert page.find_class("bc-said") == []


def test_an_operator_sees_all_laboratories_and_a_manager_their_own(
    desk: Desk, mia: Browser
) -> None:
    own = [a.text for a in page_of(mia, "/desk").iterfind(".//tbody//a")]
    assert own == [read_laboratories(checkout() / "hub" / "labs")[LAB].title]
    with Browser(desk.service, "olga") as olga:
        page = page_of(olga, "/desk")
        assert len(page.findall(".//tbody/tr")) == 5
        assert "(1 stuck)" in page.text_content()
    with Browser(desk.service, "ada") as ada:
        assert "you manage none" in fault(ada.get("/desk"), 403)
        assert "its managers'" in fault(ada.get(f"/desk/{LAB}"), 403)


def test_an_operator_alone_sees_whose_homes_hold_too_much(desk: Desk, mia: Browser) -> None:
    quota, old = Quota(20 * 10**9, 7 * 86400.0), 1_774_000_000.0  # of March 2026
    state = desk.service.state
    with Browser(desk.service, "olga") as olga:
        assert "quota" not in page_of(olga, "/desk").text_content()
        keep(state, "xara", 23 * 10**9, quota, now=old)
        keep(state, "yves", 30 * 10**9, quota)
        keep(state, "zara", 19 * 10**9, quota)
        table = page_of(olga, "/desk").findall(".//table")[1]
        rows = [[cell.text_content() for cell in row] for row in table.iterfind("tbody/tr")]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("yves", "30,000 MB", "not yet"),
        ("xara", "23,000 MB", "yes"),
    ]
    assert rows[1][2] == "2026-03-20 09:46 UTC"
    assert "quota" not in page_of(mia, "/desk").text_content()


def test_what_is_not_there_is_a_page_too(desk: Desk, mia: Browser) -> None:
    assert "no laboratory" in fault(mia.get("/desk/astronomy"), 404)
    form = form_of(mia, "message")
    assert "nothing called 'burn'" in fault(mia.post(f"/desk/{LAB}/burn", form), 404)
    refused = mia.post(f"/desk/{LAB}/promote", {**form, "digest": "x", "to": "all"})
    assert "to: input" in fault(refused, 400).lower()


def test_a_folders_size_is_that_of_its_files_and_follows_no_link(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "large").write_bytes(b"x" * 1000)
    (inside / "deep" / "small").write_bytes(b"x" * 10)
    (inside / "deep" / "link").symlink_to(outside)
    link = (inside / "deep" / "link").lstat().st_size
    assert size_of([inside, tmp_path / "absent"]) == Size(10 + link, is_whole=True)
    assert size_of([inside], seconds=-1) == Size(0, is_whole=False)


def test_the_service_may_at_the_hub_what_a_desk_does_and_no_more() -> None:
    groups = ["environment", "environment-managers"]
    may = scopes(groups, "desk")
    assert set(may) == {
        "read:users:name", "read:users:groups", "read:roles:users", "list:users",
        "read:servers", "delete:servers",
        "groups!group=environment", "groups!group=environment-managers",
    }  # fmt: skip
    # Where a provider's claims make groups, they are only looked at.
    assert "read:groups!group=environment" in scopes(groups, "claims")
    assert not any(each.startswith("groups") for each in scopes(groups, "claims"))


def test_the_desk_is_where_jupyterhub_has_the_service() -> None:
    one = read_settings({"BLUECLOUD_PUBLIC_URL": "http://127.0.0.1:8000"})
    assert place(one).callback == "/services/bluecloud/oauth_callback"
    own = read_settings(
        {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_PUBLIC_URL": "https://vre.example.org"}
    )
    there = "https://bluecloud--service.vre.example.org"
    assert place(own) == Place("https://vre.example.org", there, "https://vre.example.org")
    assert place(own).desk(LAB) == f"{there}/services/bluecloud/desk/{LAB}"


def test_a_product_is_published_refused_and_sent_back_at_the_desk(desk: Desk, mia: Browser) -> None:
    lab = Publishing(desk.service)
    run = lab.run(READ, GRID)
    waiting = [lab.proposed(run, slug=f"warm_{n}", title=f"Warm <{n}>")["id"] for n in range(3)]
    text = page_of(mia).text_content()
    assert "Warm <1>" in text
    assert "by ada, " in text
    assert f"Ada Lovelace ({ORCID})" in text
    assert "(cmems:ostia_sst_monthly, live): UK Open Government Licence" in text
    one, other, third = waiting
    published = form_of(mia, "decide", proposal=one, decision="approve")
    assert send(mia, "decide", published) == SAID["published"]
    assert lab.told("ada", "GET", f"/proposals/{one}")["state"] == "published"
    why_not = form_of(mia, "decide", proposal=other) | {"decision": "refuse", "words": "No <b>."}
    assert send(mia, "decide", why_not) == SAID["refused"]
    told = lab.told("ada", "GET", f"/proposals/{other}")
    assert (told["state"], told["words"]) == ("refused", "No <b>.")
    unsaid = form_of(mia, "decide", proposal=third) | {"decision": "changes", "words": " "}
    assert "say why" in fault(mia.post(f"/desk/{LAB}/decide", unsaid), 400)
    assert send(mia, "decide", unsaid | {"words": "Name the sea."}) == SAID["sent-back"]
    assert "None." in page_of(mia).text_content()
    # It is decided once; and a proposal is another laboratory's nowhere else.
    assert "look again" in fault(mia.post(f"/desk/{LAB}/decide", published), 409)
    gone = unsaid | {"words": "Which?", "proposal": "0" * 20}
    assert "no proposal" in fault(mia.post(f"/desk/{LAB}/decide", gone), 404)


def test_what_has_to_be_answered_first_is_asked(desk: Desk, mia: Browser) -> None:
    lab = Publishing(desk.service)
    unknown = READ + 'read("nowhere", "somewhere", "")'
    held = lab.proposed(lab.run(unknown, GRID), slug="held")["id"]
    text = page_of(mia).text_content()
    assert "To be answered first" in text
    assert f"bluecloud products approve {held}" in text
    forced = form_of(mia, "decide", proposal=held) | {"decision": "approve", "words": ""}
    refused = fault(mia.post(f"/desk/{LAB}/decide", forced), 422)
    assert "under which licence is it?" in refused
