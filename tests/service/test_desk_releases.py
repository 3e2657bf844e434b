"""Releases at the desk, on the real history: what the page offers is what its buttons do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lxml.html
import pytest

from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.settings import checkout
from bluecloud_service.database import open_database
from bluecloud_service.desk.acts import Acts
from bluecloud_service.desk.board import Board, Boards
from bluecloud_service.desk.counted import Counted
from bluecloud_service.desk.hub import HubDesk
from bluecloud_service.desk.pages import Pages
from bluecloud_service.desk.storage import Size
from bluecloud_service.feedback import Feedback
from bluecloud_service.keys import Keys
from bluecloud_service.settings import ServiceSettings
from bluecloud_service.survey import Surveys
from bluecloud_service.usage import Read, Usage
from tests.service.releasing import MIA, SLUG, Parts, digest

LABORATORY = read_laboratories(checkout() / "hub" / "labs")[SLUG]


class Releasing:
    """The desk of a laboratory of which nothing is asked but its releases."""

    def __init__(self, state: Path) -> None:
        self.parts = Parts(state)
        hub = HubDesk(ServiceSettings())
        database = open_database(f"sqlite:///{state / 'service.sqlite'}")
        feedback, keys = Feedback(database), Keys(["k" * 32])
        surveys = Surveys(database, keys)
        boards = Boards(
            {SLUG: LABORATORY},
            hub,
            self.parts.service,
            feedback,
            Usage(database, keys, lambda _: ()),
            surveys,
            database,
            state,
            members="desk",
        )
        self.acts = Acts(boards, hub, self.parts.service, feedback, surveys, state)

    def page(self) -> Any:
        """The page, parsed."""
        board = Board(
            laboratory=LABORATORY,
            groups=[],
            servers=[],
            releases=self.parts.service.listed(MIA, SLUG),
            runs=Counted({"succeeded": 3, "failed": 1}, {"out-of-memory": 1}),
            sources=[Read("argogdac", {"live": 2, "sample": 1}, None)],
            shared=Size(5_000_000, is_whole=False),
            free=7_000_000_000,
            threads=[],
            surveys=[],
            notice=None,
            products=None,
        )
        told = {"board": board, "person": MIA, "proof": "p", "said": ""}
        answer = Pages("/desk", "/hub/home").page("desk", **told)
        return lxml.html.fromstring(bytes(answer.body).decode())

    def press(self, button: str) -> str:
        """Press the first button that begins so."""
        for form in self.page().iterfind(".//form"):
            if form.find(".//button").text_content().startswith(button):
                return self.acts.do(MIA, SLUG, form.action.rpartition("/")[2], form.fields)
        raise AssertionError(f"there is no button {button!r}")

    def buttons(self) -> list[str]:
        """What can be done with releases."""
        found = [one.text_content() for one in self.page().iterfind(".//button")]
        return [one for one in found if one.startswith("Give")]


@pytest.fixture
def desk(tmp_path: Path) -> Releasing:
    return Releasing(tmp_path)


def test_a_release_goes_to_testers_to_everyone_and_back_by_the_pages_buttons(
    desk: Releasing,
) -> None:
    desk.parts.everyone(digest("a"), None)
    desk.parts.propose(digest("b"), "Coasts <are> drawn", "0.3.0")
    assert desk.parts.checked(digest("b")).state == "green"
    text = desk.page().text_content()
    assert "Coasts <are> drawn" in text
    assert desk.press("Give to testers: 0.3.0") == "promoted"
    assert desk.press("Give to everyone: 0.3.0") == "promoted"
    listed = desk.parts.service.listed(MIA, SLUG)
    assert (listed.testers.release, listed.everyone.release) == (None, digest("b"))
    assert desk.press("Give everyone back what they had before: aaaa") == "back"
    assert desk.parts.service.listed(MIA, SLUG).everyone.release == digest("a")


def test_a_refused_release_says_why_and_has_no_button(desk: Releasing) -> None:
    desk.parts.propose(digest("a"), "bad")
    assert desk.parts.checked(digest("a")).state == "refused"
    page = desk.page()
    assert desk.buttons() == []
    assert page.xpath("//a[starts-with(., 'Report')]/@href") == [
        f"/desk/{SLUG}/releases/{digest('a')}"
    ]


def test_runs_are_counted_by_cause_and_a_size_that_is_not_whole_says_so(desk: Releasing) -> None:
    text = " ".join(desk.page().text_content().split())
    assert "4 runs, by state" in text
    cells = [[cell.text for cell in row] for row in desk.page().iterfind(".//tbody/tr")]
    assert ["out of memory", "1"] in cells
    assert ["argogdac", "2", "0", "1", "not in these days"] in cells
    assert "at least 5 MB; 7,000 MB are free" in text
