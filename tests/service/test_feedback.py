"""A word to a laboratory's managers, and their answers: by address, in Python, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bluecloud import feedback
from bluecloud.cli import application
from bluecloud.service import Service, ServiceError
from bluecloud_service.database import open_database
from bluecloud_service.feedback.store import MOST_OPEN, MOST_WORDS, About, Feedback
from tests.service.serving import Serving, four_people, serving_runs

LAB = "environment"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    state = tmp_path_factory.mktemp("state")
    with four_people() as hub, serving_runs(hub, state) as served:
        yield served


@pytest.fixture
def store(tmp_path: Path) -> Feedback:
    return Feedback(open_database(f"sqlite:///{tmp_path / 'service.sqlite'}"))


def test_a_thread_goes_from_a_member_to_a_manager_and_back(service: Serving) -> None:
    with Service(service.address, "ada") as ada, Service(service.address, "mia") as mia:
        sent = feedback.send(
            "  The map has no coast.\nPlease?  ",
            laboratory=LAB, notebook="marine_heatwaves.ipynb", run=f"{'0' * 20}-0001", service=ada,
        )  # fmt: skip
        assert (sent.state, sent.news, sent.person) == ("open", False, "ada")
        assert sent.words[0].text == "The map has no coast.\nPlease?"
        [waiting] = feedback.to_managers(LAB, state="open", service=mia)
        assert (waiting.id, waiting.notebook) == (sent.id, "marine_heatwaves.ipynb")
        assert feedback.news(ada) == 0
        answered = feedback.write(sent.id, "In the next release.", mia)
        assert [words.is_manager for words in answered.words] == [False, True]
        assert (answered.state, feedback.news(ada)) == ("answered", 1)
        assert feedback.to_managers(LAB, state="open", service=mia) == []
        [seen] = feedback.mine(ada)
        assert (seen.news, seen.words[1].author) == (True, "mia")
        # It was looked at; and what one writes oneself is no news.
        assert (feedback.news(ada), feedback.mine(ada)[0].news) == (0, False)
        assert feedback.close(sent.id, mia).state == "closed"
        assert feedback.write(sent.id, "Thank you.", ada).state == "open"
        feedback.remove(sent.id, ada)
        assert feedback.mine(ada) == feedback.to_managers(LAB, service=mia) == []


def test_it_is_for_its_person_and_the_managers_of_its_laboratory(service: Serving) -> None:
    with Service(service.address, "ada") as ada, Service(service.address, "ben") as ben:
        sent = feedback.send("One thing.", laboratory=LAB, service=ada)
        with pytest.raises(ServiceError, match="there is no thread"):
            feedback.write(sent.id, "?", ben)
        with pytest.raises(ServiceError, match="there is no thread"):
            feedback.close(sent.id, ben)
        with pytest.raises(ServiceError, match="you do not manage"):
            feedback.to_managers(LAB, service=ben)
        assert feedback.mine(ben) == []
    with (
        Service(service.address, "mia") as mia,
        pytest.raises(ServiceError, match="taken away by whoever began it"),
    ):
        feedback.remove(sent.id, mia)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"text": ""}, "it is empty"),
        ({"text": " \n "}, "it is empty"),
        ({"text": "x" * 4001}, "at most 4000"),
        ({"text": "a\0b"}, "none of a text"),
        ({"text": "\u202eb"}, "none of a text"),
        ({"text": "a", "run": "../x"}, "run"),
        ({"text": "a", "notebook": "a\nb"}, "one line of text"),
        ({"text": "a", "person": "mia"}, "person"),
        ({}, "text"),
    ],
)
def test_what_is_no_feedback_is_refused(service: Serving, body: dict[str, str], said: str) -> None:
    with service.client("ada") as ada:
        address = f"{service.address}/laboratories/{LAB}/feedback"
        answer = ada.post(address, json=body)
        assert answer.status_code == 400
        assert said in answer.json()["description"]


def test_half_a_character_is_no_text(service: Serving) -> None:
    with service.client("ada") as ada:
        address = f"{service.address}/laboratories/{LAB}/feedback"
        kind = {"Content-Type": "application/json"}
        half = b'{"text": "' + rb"\ud800" + b'"}'
        assert ada.post(address, content=half, headers=kind).status_code == 400


def test_nobody_fills_the_desk(store: Feedback) -> None:
    for number in range(MOST_OPEN):
        last = store.begin("ada", LAB, f"thing {number}", About())
    with pytest.raises(Exception, match="close one first"):
        store.begin("ada", LAB, "one more", About())
    store.begin("ben", LAB, "another's", About())
    store.close(last.id)
    thread = store.begin("ada", LAB, "one more", About())
    for number in range(MOST_WORDS - 1):
        store.write(thread.id, "ada", f"and {number}", is_manager=False)
    with pytest.raises(Exception, match="begin another one"):
        store.write(thread.id, "ada", "and so on", is_manager=False)
    assert [words.text for words in store.get(thread.id).words][:2] == ["one more", "and 0"]
    assert len(store.of_laboratory(LAB, state=None, limit=10)) == 10
    assert store.of_laboratory(LAB, state="closed", limit=10)[0].id == last.id


def test_the_commands(service: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service.address)
    monkeypatch.setenv("BLUECLOUD_LAB", LAB)
    monkeypatch.setenv("BLUECLOUD_RELEASE", "0.1.0")

    def told(person: str, *words: str, status: int = 0) -> str:
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", person)
        done = CliRunner().invoke(application(), ["feedback", *words])
        assert done.exit_code == status, done.output
        return done.output

    sent = told("ben", "send", "Where is the coast?", "--notebook", "bloom.ipynb")
    name = sent.partition(":")[0]
    assert sent == f"{name}: sent to the managers of {LAB}\n"
    assert f"{name}  open  ({LAB}, 0.1.0, bloom.ipynb)" in told("ben", "list")
    assert name in told("mia", "list", "--laboratory", LAB, "--state", "open")
    answer = told("mia", "write", name[:8], "In the package.", "--laboratory", LAB)
    assert answer == f"{name}: answered\n"
    shown = told("ben", "list")
    assert "answered, with a new answer" in shown
    assert "mia, manager:\n    In the package.\n" in shown
    assert "with a new answer" not in told("ben", "list")
    assert told("ben", "list", "--state", "open").startswith("no thread")
    assert told("ben", "close", name[:8]) == f"{name}: closed\n"
    assert "is not the name of a thread" in told("ben", "close", "zzz", status=1)
    assert "you do not manage" in told("ben", "list", "--laboratory", LAB, status=1)
    assert told("ben", "remove", name) == f"{name}: removed\n"
    assert told("ben", "list").startswith("no thread")
