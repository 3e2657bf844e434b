"""An earlier run is the answer only if it did the same, of data that cannot have changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bluecloud_runner.environment import environment
from bluecloud_service.database import open_database
from bluecloud_service.runs.capsule.keeping import Capsules
from bluecloud_service.runs.index import RunIndex, row_of
from bluecloud_service.runs.reuse import Earlier, Reuse
from bluecloud_service.runs.state import state_of
from bluecloud_service.runs.store import Runs, sameness
from tests.service.work import judge, work

NOW = {"BLUECLOUD_TIERS": "live,sample", "BLUECLOUD_OBIS_URL": "https://api.obis.org"}
SAMPLE = {"source": "eurobis", "entry": "zooplankton", "tier": "sample"}
LIVE = {"source": "eurobis", "entry": "zooplankton", "tier": "live"}
OWN = {"source": "own", "entry": "my_table", "tier": "sample"}


class Past:
    """Runs of the past, and what is asked of them."""

    def __init__(self, folder: Path) -> None:
        self.runs = Runs(folder / "runs", for_containers=False)
        self.index = RunIndex(open_database(f"sqlite:///{folder / 'index.sqlite'}"))

    def did(
        self,
        *accesses: Any,
        settings: Mapping[str, str] = NOW,
        hours_ago: float = 1.0,
        person: str = "ada",
        vouched: bool = True,
    ) -> str:
        """A run that has succeeded, and read this; its id."""
        (run,) = self.runs.runs_of(self.runs.submit(person, work("n")))
        assert self.runs.claim(run, "unit-1")
        told = environment("python3").model_copy(update={"settings": dict(settings)})
        content = told.model_dump_json().encode()
        run.environment.write_bytes(content)
        run.accesses.write_text(
            "".join(a if isinstance(a, str) else json.dumps(a) + "\n" for a in accesses)
        )
        sums = {"environment.json": hashlib.sha256(content).hexdigest()} if vouched else {}
        verdict = judge(run, witnessed=sums)
        at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
        said = verdict.model_dump(mode="json")
        self.runs.note(
            run,
            "ended",
            attempt=1,
            state="succeeded",
            cause=None,
            verdict=said,
            started=at,
            ended=at,
        )
        request = run.request()
        self.index.put([row_of(request, state_of(run), same=sameness(request))])
        return request.id

    def asked(self, *, hours: float = 0, **more: Any) -> Earlier:
        """What is found for the same work now, of Ada's."""
        capsules = Capsules(self.runs)
        reuse = Reuse(self.runs, self.index, capsules, NOW)
        return reuse.earlier("ada", replace(work("n"), **more), age_s=round(hours * 3600))


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def test_a_run_of_samples_is_the_answer_and_it_is_said_whose_and_when(past: Past) -> None:
    run = past.did(SAMPLE)
    found = past.asked()
    assert [row.id for row in found.rows] == [run]
    assert found.rows[0].ended is not None
    when = datetime.fromtimestamp(found.rows[0].ended, UTC)
    assert found.words == f"answered by {run} of ada, which ended {when:%Y-%m-%d %H:%M} UTC"


def test_the_last_of_several_is_the_answer(past: Past) -> None:
    past.did(SAMPLE)
    last = past.did(SAMPLE)
    assert [row.id for row in past.asked().rows] == [last]


@pytest.mark.parametrize(
    "more",
    [
        {"parameters": ({"n": 2},)},
        {"parameters": ({"n": 1}, {"n": 2})},
        {"image": "sha256:" + "1" * 64},
        {"version": "0.2.0"},
        {"content": b"{}"},
        {"laboratory": "genomics"},
    ],
    ids=str,
)
def test_other_work_is_not_answered(past: Past, more: dict[str, Any]) -> None:
    past.did(SAMPLE)
    found = past.asked(**more)
    assert (list(found.rows), found.words) == ([], "no earlier run of yours did all of this")


def test_another_persons_run_is_neither_the_answer_nor_told(past: Past) -> None:
    run = past.did(SAMPLE, person="ben")
    found = past.asked()
    assert (list(found.rows), run in found.words, "ben" in found.words) == ([], False, False)


@pytest.mark.parametrize(
    ("read", "words"), [(LIVE, "it read zooplankton, live data, on"), (OWN, "a file of yours")]
)
def test_what_can_have_changed_counts_only_as_far_back_as_is_allowed(
    past: Past, read: dict[str, str], words: str
) -> None:
    past.did(SAMPLE, read, hours_ago=2)
    assert words in past.asked().words
    assert list(past.asked(hours=1.9).rows) == []
    assert len(past.asked(hours=2.1).rows) == 1


def test_a_run_of_other_tiers_or_addresses_is_not_the_answer(past: Past) -> None:
    past.did(SAMPLE, settings={**NOW, "BLUECLOUD_TIERS": "sample"})
    assert "BLUECLOUD_TIERS='sample', which is now otherwise" in past.asked().words
    past.did(SAMPLE, settings={"BLUECLOUD_TIERS": NOW["BLUECLOUD_TIERS"]})
    assert "BLUECLOUD_OBIS_URL=''" in past.asked().words


def test_a_run_of_which_it_is_not_known_what_it_read_is_not_the_answer(past: Past) -> None:
    past.did(SAMPLE, "no json\n")
    assert "not known what it read" in past.asked().words
    past.did(SAMPLE, vouched=False)
    assert "not known in what it was run" in past.asked().words
