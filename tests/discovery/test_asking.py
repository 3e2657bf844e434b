"""Providers searched where they are: what they find, where it lies, and what they do not say."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from bluecloud_catalogs import MalformedAnswer, ParameterError, SourceError
from bluecloud_catalogs.discovery.asking import MOST, ask, askable
from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.discovery.records import Record
from tests.federation.conftest import federation, recordings, running
from tests.federation.server import Federation

__all__ = ["federation", "running"]

WORDS = {"emodnet": "oxygen", "eudat": "buoy", "eurobis": "coral", "eurobioimaging": "sea"}


@pytest.mark.parametrize("source", WORDS)
def test_a_provider_finds_by_words(federation: Federation, source: str) -> None:
    if recordings() is None:
        pytest.skip("BLUECLOUD_TEST_DATA names no folder of recordings: see tests/README.md")
    found = ask(source, checked(text=WORDS[source]))
    assert 0 < len(found) <= MOST
    assert {record.source for record in found} == {source}
    assert len({record.id for record in found}) == len(found)
    assert all(record.title for record in found)
    assert federation.asked, "the provider was asked"
    assert federation.unknown == []


def test_what_is_found_touches_box_and_period(federation: Federation) -> None:
    everywhere = ask("eudat", checked(text="buoy"))
    placed = [record for record in everywhere if record.bbox]
    assert placed
    west, south, _east, _north = placed[0].bbox or (0, 0, 0, 0)
    box = [max(west - 0.5, -180), max(south - 0.5, -90), west + 0.5, south + 0.5]
    there = ask("eudat", checked(text="buoy", bbox=box))
    assert placed[0].id in {record.id for record in there}
    assert all(record.bbox for record in there), "what has no place is in no box"
    assert ask("eudat", checked(text="buoy", bbox=[-150, -89, -149, -88])) == ()
    assert ask("eudat", checked(text="buoy", time="1700/1701")) == ()


def test_a_variable_is_asked_as_its_words(federation: Federation) -> None:
    ask("eudat", checked(variables=["DOXY"]))
    (path, _headers) = federation.asked[-1]
    assert "dissolved" in path
    assert "oxygen" in path


@pytest.mark.parametrize("fault", ["500", "html", "truncated", "reset"])
def test_a_provider_that_fails_is_an_error_and_not_an_empty_page(
    federation: Federation, fault: str
) -> None:
    federation.faults["package_search"] = fault  # type: ignore[assignment]
    with pytest.raises(SourceError):
        ask("eudat", checked(text="buoy"))


def test_records_that_cannot_be_read_are_an_error_if_there_are_no_others(
    monkeypatch: pytest.MonkeyPatch, federation: Federation
) -> None:
    import bluecloud_catalogs.harvest.eudat as harvest

    real, made = harvest.record_of, itertools.count()

    def fails(package: dict[str, Any], community: str) -> Record:
        if next(made) >= first_that_fails:
            raise ValueError("its date is no date")
        return real(package, community)

    monkeypatch.setattr(harvest, "record_of", fails)
    first_that_fails = 1
    assert len(ask("eudat", checked(text="buoy"))) == 1
    first_that_fails = 0
    with pytest.raises(MalformedAnswer, match="records can be read; ValueError: its date is no"):
        ask("eudat", checked(text="buoy"))


def test_what_cannot_be_asked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="argogdac has no search: there are emodnet, eudat"):
        ask("argogdac", checked(text="oxygen"))
    with pytest.raises(ParameterError, match="searched by words"):
        ask("eudat", checked(bbox=[0, 0, 1, 1]))
    monkeypatch.setenv("BLUECLOUD_TIERS", "snapshot,sample")
    assert not askable()
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    assert "EMODnet" in askable()["emodnet"]
