"""A survey that managers switch on: answered without names, and shown from five answers on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from bluecloud import survey
from bluecloud.cli import application
from bluecloud.service import Service, ServiceError
from bluecloud_service.database import open_database
from bluecloud_service.errors import NotAsked
from bluecloud_service.keys import Keys
from bluecloud_service.survey import Surveys
from bluecloud_service.survey.questions import Answer
from bluecloud_service.survey.results import Results, as_csv
from tests.service.desk_hub import Browser, DeskHub, desk_hub
from tests.service.serving import PEOPLE, Serving, serving_runs

LAB = "environment"
OTHERS = ("cleo", "dora", "emil")
KEY = Keys(["k" * 32])


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'service.sqlite'}")


def kept(database: Engine) -> list[tuple[str | None, str]]:
    """Who the database says answered, and what they wrote."""
    with database.connect() as connection:
        rows = connection.execute(text("SELECT person, words FROM survey_answers")).all()
    return [(person, words) for person, words in rows]


def test_an_answer_is_found_while_the_survey_is_on_and_is_nobodys_then(database: Engine) -> None:
    surveys = Surveys(database, KEY)
    with pytest.raises(NotAsked, match="not on"):
        surveys.answer("ada", LAB, Answer(4, 4))
    surveys.begin(LAB)
    surveys.begin(LAB)
    surveys.begin("genomics")
    surveys.answer("ada", LAB, Answer(4, 4, "A map."))
    surveys.answer("ada", LAB, Answer(5, 6, "A better map."))
    surveys.answer("ben", LAB, Answer(1, 1))
    assert surveys.answer_of("ada", LAB) == Answer(5, 6, "A better map.")
    assert surveys.answer_of("ada", "genomics") is None
    # A new key finds what was kept by the one before it, and keeps one answer of a person.
    renewed = Surveys(database, Keys(["n" * 32, "k" * 32]))
    renewed.answer("ada", LAB, Answer(7, 7, "Maps."))
    assert sorted(words for _, words in kept(database)) == ["", "Maps."]
    assert all(person and len(person) == 64 for person, _ in kept(database))
    renewed.withdraw("ben", LAB)
    renewed.withdraw("ben", LAB)
    assert len(kept(database)) == 1
    surveys.end(LAB)
    surveys.end(LAB)
    assert kept(database) == [(None, "Maps.")]
    assert (surveys.is_on(LAB), surveys.is_on("genomics")) == (False, True)
    with pytest.raises(NotAsked, match="was forgotten at its end"):
        surveys.withdraw("ada", LAB)
    surveys.begin(LAB)
    assert renewed.answer_of("ada", LAB) is None
    newest, before = surveys.all_of(LAB)
    assert (newest.ended, newest.answers) == (None, ())
    assert before.ended is not None
    assert before.answers == (Answer(7, 7, "Maps."),)


def test_figures_are_those_of_five_and_say_nothing_of_fewer(database: Engine) -> None:
    surveys = Surveys(database, KEY)
    surveys.begin(LAB)
    given = [(7, 6, "b"), (6, 6, "=1+1"), (5, 4, ""), (7, 2, "a\nc"), (5, 2, "")]
    for number, answer in enumerate(given):
        (told,) = map(Results.of, surveys.all_of(LAB))
        nothing = (told.answers, told.score, told.figures, told.in_words)
        assert nothing == ("<5", None, [], []), number
        assert as_csv(LAB, [told]).count("\n") == 1
        surveys.answer(f"person {number}", LAB, Answer(*answer))
    (told,) = map(Results.of, surveys.all_of(LAB))
    meets, easy = told.figures
    assert (meets.counts, meets.mean) == ([0, 0, 0, 0, 2, 1, 2], 6.0)
    assert (easy.counts, easy.mean) == ([0, 2, 0, 1, 0, 2, 0], 4.0)
    # (6 - 1 + 4 - 1) of the 12 that both sentences can be agreed to.
    assert told.score == pytest.approx(100 * 8 / 12)
    assert told.in_words == ["=1+1", "a\nc", "b"]  # in the order of letters, and not of time
    rows = list(csv.DictReader(io.StringIO(as_csv(LAB, [told]))))
    assert len(rows) == 7 + 7 + 3
    assert [row["answer"] for row in rows[14:]] == ["'=1+1", "a\nc", "b"]
    sly = told.model_copy(update={"in_words": ["a;=1", "a\n @b", "a\t+1", "a=1 - 2"]})
    rows = list(csv.DictReader(io.StringIO(as_csv(LAB, [sly]))))
    assert [row["answer"] for row in rows[14:]] == ["a;'=1", "a\n '@b", "a\t'+1", "a=1 - 2"]
    surveys.withdraw("person 0", LAB)
    assert Results.of(surveys.all_of(LAB)[0]).answers == "<5"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    hub = DeskHub({**PEOPLE, **{name: {"groups": []} for name in OTHERS}})
    hub.groups = {LAB: [], f"{LAB}-testers": [], f"{LAB}-managers": []}
    with (
        desk_hub(hub) as address,
        serving_runs(
            address, tmp_path_factory.mktemp("state"), JUPYTERHUB_API_TOKEN="the service's own"
        ) as served,
    ):
        yield served


def test_a_survey_goes_from_a_manager_to_members_and_back(
    service: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service.address)

    def told(person: str, *words: str, status: int = 0) -> str:
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", person)
        done = CliRunner().invoke(application(), ["lab", "survey", LAB, *words])
        assert done.exit_code == status, done.output
        return done.output

    assert "had no survey yet" in told("mia", "show")
    assert told("mia", "on") == f"{LAB}: the survey is on\n"
    assert "you do not manage" in told("ada", "off", status=1)
    assert "goes with show" in told("mia", "on", "--csv", status=1)
    with Service(service.address, "ada") as ada:
        asked = survey.mine(LAB, ada)
        assert (asked.on, asked.fewest, asked.answer) == (True, 5, None)
        assert list(asked.sentences) == ["meets_needs", "easy_to_use"]
        with pytest.raises(ServiceError, match="less than or equal to 7"):
            survey.answer(8, 1, laboratory=LAB, service=ada)
        with pytest.raises(ServiceError, match="none of a text"):
            survey.answer(1, 1, "a\0b", laboratory=LAB, service=ada)
        given = survey.answer(6, 5, " A map <b>of</b> heat. ", laboratory=LAB, service=ada)
        assert given.answer == survey.Answer(6, 5, "A map <b>of</b> heat.")
        assert survey.withdraw(LAB, ada).answer is None
        survey.answer(5, 4, "A map <b>of</b> heat.", laboratory=LAB, service=ada)
    for person in ("ben", "mia", *OTHERS):
        assert "<5 answers" in told("mia", "show") or person == OTHERS[-1]
        with Service(service.address, person) as another:
            assert survey.mine(LAB, another).answer is None
            survey.answer(5, 4, laboratory=LAB, service=another)
    shown = told("mia", "show")
    assert ": 6 answers\n  score 58 of 100\n" in shown  # 4 and 3 of the 12 that can be agreed to
    assert "easy to use. 4.0 of 7 (1:0 2:0 3:0 4:6 5:0 6:0 7:0)\n" in shown
    assert "  - A map <b>of</b> heat.\n" in shown
    as_csv_told = told("mia", "show", "--csv")
    with Browser(service, "mia") as mia:
        page = lxml.html.fromstring(mia.get(f"/desk/{LAB}").text)
        (form,) = [one for one in page.iterfind(".//form") if one.action.endswith("/survey")]
        assert "6 answers; the score is" in page.text_content()
        assert "A map <b>of</b> heat." in [one.text for one in page.iterfind(".//blockquote")]
        assert mia.get(f"/desk/{LAB}/survey.csv").text == as_csv_told
        fields = dict(form.form_values())
        assert fields["do"] == "off"
        sent = mia.post(f"/desk/{LAB}/survey", fields)
        assert sent.headers["location"].endswith("?said=survey-off")
        assert mia.post(f"/desk/{LAB}/survey", {**fields, "do": "burn"}).status_code == 400
    assert not any(name in as_csv_told + shown for name in ("ada", "ben", *OTHERS))
    with Service(service.address, "ada") as ada:
        assert survey.mine(LAB, ada).on is False
        with pytest.raises(ServiceError, match="not on"):
            survey.answer(1, 1, laboratory=LAB, service=ada)
    with Service(service.address, "mia") as manager:
        (ended,) = survey.results(LAB, manager)
    assert (ended.ended is not None, ended.answers) == (True, "6")
