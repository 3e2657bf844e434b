"""A provider that misbehaves: a named error within its deadline, and never half an answer."""

import time

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import (
    DataError,
    MalformedAnswer,
    SourceError,
    SourceUnavailable,
)
from bluecloud_catalogs.http import Call, get_all

INDEX, PROFILES = "prof.txt", "9000001_prof.nc"
CASTS = "D9000001_002.nc"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", "1")
    monkeypatch.setenv("BLUECLOUD_HTTP_DEADLINE_S", "2")


@pytest.fixture
def catalogue(gdac):
    return bluecloud_catalogs.open_catalog("environment")


FAULTS = [
    ("500", SourceUnavailable, "it answered 500"),
    ("503", SourceUnavailable, "it answered 503 .*, 3 times"),
    ("busy for an hour", SourceUnavailable, "it answered 503 .* and asks to wait 3600 s"),
    ("html", MalformedAnswer, "it is no .* it begins b'<html>"),
    ("truncated", SourceUnavailable, "the connection broke.*, 3 times"),
    ("cut short", MalformedAnswer, "it is not whole"),
    ("reset", SourceUnavailable, "the connection (broke|was closed).*, 3 times"),
    ("silent", SourceUnavailable, "no answer in time"),
    ("drip", SourceUnavailable, "no answer in time"),
]


@pytest.mark.parametrize(("fault", "kind", "message"), FAULTS)
def test_a_profile_file_that_fails(catalogue, gdac, fault, kind, message):
    gdac.faults[PROFILES] = fault
    began = time.monotonic()
    with pytest.raises(kind, match=message) as caught:
        catalogue["argo_profiles"](platform=9000001).read()
    assert time.monotonic() - began < 8
    assert PROFILES in str(caught.value)
    assert "BLUECLOUD_TIERS would have to allow sample" in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "kind", "message"), [each for each in FAULTS if each[0] in {"html", "cut short"}]
)
def test_an_index_that_fails(catalogue, gdac, fault, kind, message):
    gdac.faults[INDEX] = fault
    with pytest.raises(kind, match=message):
        catalogue["argo_index"].read()


@pytest.mark.parametrize("fault", ["500", "html", "cut short", "reset"])
def test_one_of_many_files_that_fails_costs_the_whole_answer(catalogue, gdac, fault):
    gdac.faults[CASTS] = fault
    with pytest.raises(SourceError, match=CASTS):
        catalogue["argo_profiles"](bbox=[0, 30, 10, 50]).read()


@pytest.mark.parametrize("fault", ["503 once", "reset once"])
def test_what_passes_is_tried_again(catalogue, gdac, fault):
    gdac.faults[PROFILES] = fault
    assert catalogue["argo_profiles"](platform=9000001).read().sizes["N_PROF"] == 3
    assert sum(path.endswith(PROFILES) for path in gdac.paths) == 2


@pytest.mark.parametrize(("fault", "asked"), [("500", 1), ("silent", 1), ("503", 3)])
def test_only_what_may_pass_is_tried_again(catalogue, gdac, fault, asked):
    gdac.faults[PROFILES] = fault
    with pytest.raises(SourceUnavailable):
        catalogue["argo_profiles"](platform=9000001).read()
    assert sum(path.endswith(PROFILES) for path in gdac.paths) == asked


@pytest.mark.parametrize("fault", ["503", "reset", "truncated", "503 once"])
def test_what_makes_something_new_is_asked_once(gdac, fault):
    gdac.faults[PROFILES] = fault
    with pytest.raises(SourceUnavailable, match="may have been done, so it is not asked again"):
        get_all(
            [
                Call(
                    f"{gdac.url}/dac/synthetic/9000001/9000001_prof.nc",
                    method="POST",
                    repeatable=False,
                )
            ]
        )
    assert sum(path.endswith(PROFILES) for path in gdac.paths) == 1


@pytest.mark.parametrize("told", ["soon", "0", "-1"])
def test_a_deadline_that_is_none_is_refused(catalogue, monkeypatch, told):
    monkeypatch.setenv("BLUECLOUD_HTTP_DEADLINE_S", told)
    with pytest.raises(DataError, match=f"BLUECLOUD_HTTP_DEADLINE_S={told}: it must be a number"):
        catalogue["argo_index"].read()


def test_every_request_says_who_asks(catalogue, gdac):
    catalogue["argo_profiles"](platform=9000001).read()
    assert {headers["User-Agent"] for _, headers in gdac.asked} == {
        "Blue-Cloud-VRE (bluecloud-catalogs)"
    }


def test_it_reads_inside_a_running_event_loop_as_in_a_notebook(catalogue):
    import asyncio

    async def cell():
        return catalogue["argo_index"].read()

    assert len(asyncio.run(cell())) == 6
