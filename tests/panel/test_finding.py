"""What the server half finds, suggests, adds and knows of its sources; and of itself."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import httpx
import pytest

from tests.federation.conftest import federation, running
from tests.federation.server import Federation
from tests.panel.conftest import TOKEN, LaboratoryServer, running_server
from tests.panel.test_browser import REPOSITORY

__all__ = ["federation", "running"]  # fixtures


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaboratoryServer]:
    folder = tmp_path_factory.mktemp("finding")
    (folder / "home").mkdir()
    environment = {
        "BLUECLOUD_SERVICE_URL": "http://127.0.0.1:9/services/bluecloud",  # nobody is there
        "BLUECLOUD_TIERS": "sample",
        "BLUECLOUD_IDLE_S": "1800",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # as a spawner has it
        "BLUECLOUD_OWN_DATA": str(folder / "own"),
        "BLUECLOUD_SHARED": str(folder / "shared"),
    }
    with running_server(
        REPOSITORY, folder / "home", folder / "jupyter", slug="environment", environment=environment
    ) as started:
        yield started


def found(server: LaboratoryServer, **asked: object) -> dict[str, object]:
    answer = server.post("find", asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def test_a_search_says_how_much_there_is_and_how_it_divides(server: LaboratoryServer) -> None:
    oxygen = found(server, variables=["DOXY"], bbox=[-6, 30, 37, 46], first="2010", limit=3)
    assert len(oxygen["hits"]) == 3
    counts = {facet["name"]: facet["values"] for facet in oxygen["facets"]}
    assert sum(value["number"] for value in counts["source"]) == oxygen["total"] > 3
    labels = {value["value"]: value["label"] for value in counts["variable"]}
    assert labels["DOXY"] == "dissolved oxygen in the water"
    second = found(
        server, variables=["DOXY"], bbox=[-6, 30, 37, 46], first="2010", token=oxygen["token"]
    )
    ids = [hit["id"] for page in (oxygen, second) for hit in page["hits"]]
    assert len(set(ids)) == len(ids) == oxygen["total"]
    assert second["facets"] == []


def test_a_hit_has_a_cell_that_reads_exactly_it(
    server: LaboratoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    hits = found(server, text="argo profile", levels=["granule"], limit=100)["hits"]
    hit = next(hit for hit in hits if hit["entry"])
    assert hit["citation"]
    assert hit["licence"]
    assert f'bluecloud_catalogs.open_entry("{hit["entry"]}"' in hit["snippet"]
    for name, value in hit["request"].items():
        assert f"{name}={value!r}" in hit["snippet"]
    names: dict[str, object] = {}
    exec(compile(hit["snippet"], "cell", "exec"), names)  # noqa: S102 - our own cell
    assert names[hit["entry"]].attrs["entry"] == hit["entry"]


def test_what_was_searched_is_what_a_cell_reads(
    server: LaboratoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    searched = {"bbox": [2, 39, 5, 41], "first": "2020-01-10", "last": "2020-02-20"}
    hits = found(server, text="argo", levels=["collection"], limit=100, **searched)["hits"]
    by_entry = {hit["entry"]: hit for hit in hits if hit["entry"]}
    hit = by_entry["euroargo_points"]
    assert hit["request"] == {"bbox": [2, 39, 5, 41], "time": ["2020-01-10", "2020-02-20"]}
    names: dict[str, object] = {}
    exec(compile(hit["snippet"], "cell", "exec"), names)  # noqa: S102 - our own cell
    rows = names["euroargo_points"]
    assert 2 <= rows["LONGITUDE"].min() <= rows["LONGITUDE"].max() <= 5
    assert 39 <= rows["LATITUDE"].min() <= rows["LATITUDE"].max() <= 41
    days = rows["TIME"].values.astype("datetime64[D]").astype(str)
    assert "2020-01-10" <= min(days) <= max(days) <= "2020-02-20"
    assert by_entry["argo_floats"]["beyond"] == ["bbox", "time"], "asked by number alone"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"bbox": [0, 50, 1, 40]}, "bbox"),
        ({"first": "next year"}, "time"),
        ({"depth": [100, 10]}, "depth"),
        ({"sources": ["Not A Source"]}, "sources"),
        ({"limit": 5000}, "limit"),
        ({"where": "everywhere"}, "where"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    server: LaboratoryServer, asked: dict[str, object], named: str
) -> None:
    answer = server.post("find", asked)
    assert answer.status_code == 400
    assert named in answer.json()["error"]


def test_a_service_that_is_away_is_no_empty_page(server: LaboratoryServer) -> None:
    answer = server.post("find", {"where": "service", "text": "oxygen"})
    assert answer.status_code == 503
    assert answer.json()["kind"] == "ServiceAway"
    assert found(server, text="oxygen")["total"] > 5


def test_providers_are_asked_where_they_may_be(
    server: LaboratoryServer, federation: Federation, tmp_path: Path
) -> None:
    assert server.get("laboratory").json()["askable"] == [], "samples alone are read there"
    (tmp_path / "home").mkdir()
    environment = {name: value for name, value in os.environ.items() if "BLUECLOUD" in name}
    environment["BLUECLOUD_OWN_DATA"] = str(tmp_path / "own")
    federation.faults["dataset?q="] = "silent"
    federation.faults["BioImages/search"] = "500"
    with running_server(
        REPOSITORY,
        tmp_path / "home",
        tmp_path / "jupyter",
        slug="environment",
        environment=environment,
    ) as asking:
        askable = [each["source"] for each in asking.get("laboratory").json()["askable"]]
        assert set(askable) == {"emodnet", "eudat", "eurobis", "eurobioimaging"}
        with ThreadPoolExecutor() as beside:
            wanted = {"where": "at:eurobis", "text": "coral"}
            silent, *_more = [beside.submit(asking.post, "find", wanted) for _ in range(4)]
            told = found(asking, where="at:eudat", text="buoy")
            assert told["total"] == len(told["hits"]) > 0
            assert {hit["source"] for hit in told["hits"]} == {"eudat"}
            assert found(asking, text="argo")["total"] > 0
            assert not silent.done(), "nobody waits for the one that is silent"
            failed = asking.post("find", {"where": "at:eurobioimaging", "text": "sea"})
            assert (failed.status_code, failed.json()["kind"]) == (503, "CatalogueUnavailable")
            assert "500" in failed.json()["error"]
            assert "http" not in failed.json()["error"]
            refused = asking.post("find", {"where": "at:argogdac", "text": "sea"})
            assert refused.status_code == 400
            assert "has no search" in refused.json()["error"]
            assert silent.result().status_code == 503
            assert "silent" in silent.result().json()["error"]


def test_words_are_suggested_as_what_they_are(server: LaboratoryServer) -> None:
    def suggested(text: str) -> list[tuple[str, str]]:
        answer = server.post("suggest", {"text": text}).json()
        return [(each["kind"], each["value"]) for each in answer["suggestions"]]

    assert suggested("oxyg") == [("variable", "DOXY")]
    assert suggested("cod") == [("taxon", "Gadus morhua")]
    assert suggested("Atlantic c")[0] == ("taxon", "Gadus morhua")
    assert suggested("temp")[0] == ("variable", "TEMP")
    assert suggested("zzz") == suggested("") == suggested("  ") == []


def test_sources_say_what_is_read(server: LaboratoryServer) -> None:
    def told() -> list[dict[str, str]]:
        answer: list[dict[str, str]] = server.get("sources").json()["sources"]
        return answer

    began = time.monotonic()
    until = began + 20
    while any(source["state"] == "asking" for source in told()) and time.monotonic() < until:
        time.sleep(0.2)
    states = {source["source"]: source["state"] for source in told()}
    assert len(states) >= 12
    assert set(states.values()) == {"sample"}


def test_a_file_of_ones_own_is_checked_added_and_found(server: LaboratoryServer) -> None:
    (server.home / "cruise.csv").write_text(
        "time,latitude,longitude,oxygen [umol/kg]\n2020-05-01T10:00:00Z,41.5,3.2,231.5\n"
    )
    added = server.post("own", {"path": "cruise.csv", "title": "My cruise of May"})
    assert added.status_code == 200, added.text
    assert added.json()["entry"] in added.json()["snippet"]
    titles = [hit["title"] for hit in found(server, text="cruise may")["hits"]]
    assert "My cruise of May" in titles


@pytest.mark.parametrize(
    ("path", "said"),
    [("none.csv", "none.csv"), ("../jupyter", "not in your home"), ("/etc/passwd", "passwd")],
)
def test_a_file_that_is_none_of_ones_own_is_refused(
    server: LaboratoryServer, path: str, said: str
) -> None:
    answer = server.post("own", {"path": path})
    assert answer.status_code == 400
    assert said in answer.json()["error"]


def test_the_server_tells_what_it_uses_and_when_it_stops(server: LaboratoryServer) -> None:
    before = server.get("server?no_track_activity=1").json()
    assert 0 < before["memory"]["used"] < before["memory"]["limit"]
    assert 0 < before["home"]["used"] < before["home"]["limit"]
    assert before["processor"]["limit"] >= 1
    stops = datetime.fromisoformat(before["stops_at"])
    assert 0 < (stops - datetime.now(UTC)).total_seconds() <= 1800
    time.sleep(1.1)
    later = server.get("server?no_track_activity=1").json()
    assert later["stops_at"] == before["stops_at"]  # being looked at is no activity
    assert later["processor"]["used"] >= 0
    kept = server.post("server/keep", {}).json()
    assert datetime.fromisoformat(kept["stops_at"]) > stops


async def test_a_terminal_has_the_laboratorys_programs(server: LaboratoryServer) -> None:
    made = server.client.post("api/terminals", json={})
    assert made.status_code == 200, made.text
    address = server.url.replace("http", "ws", 1)
    name = made.json()["name"]
    url = f"{address}terminals/websocket/{name}?token={TOKEN}"
    said = ""
    async with (
        asyncio.timeout(30),
        aiohttp.ClientSession() as session,
        session.ws_connect(url) as terminal,
    ):
        await terminal.send_json(["stdin", "command -v bluecloud; echo ready-$((40+2))\r"])
        while "ready-42" not in said:
            kind, text = (await terminal.receive_json())[:2]
            said += text if kind == "stdout" else ""
    assert str(Path(sys.executable).parent / "bluecloud") in said
    server.client.delete(f"api/terminals/{name}")


def test_the_land_is_kept_by_the_browser(server: LaboratoryServer) -> None:
    answer = server.get("land")
    assert "max-age" in answer.headers["cache-control"]
    assert answer.json()["objects"]["land"]["type"] == "GeometryCollection"


def test_nobody_finds_anything_without_a_token(server: LaboratoryServer) -> None:
    for route in ("find", "suggest", "own", "server/keep"):
        url = f"{server.url}bluecloud/api/{route}"
        assert httpx.post(url, json={}, trust_env=False).status_code in {401, 403}
    for route in ("sources", "server", "land"):
        url = f"{server.url}bluecloud/api/{route}"
        assert httpx.get(url, trust_env=False).status_code in {401, 403}
    assert Path(server.home).is_dir()


def test_an_index_that_is_missing_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    environment = {"BLUECLOUD_INDEX": str(tmp_path / "no-index"), "BLUECLOUD_TIERS": "sample"}
    with running_server(
        REPOSITORY,
        tmp_path / "home",
        tmp_path / "jupyter",
        slug="genomics",
        environment=environment,
    ) as server:
        answer = server.post("find", {"text": "oxygen"})
        assert answer.status_code == 503
        assert "no-index" in answer.json()["error"]
        assert len(server.get("catalogue").json()["entries"]) > 5
        assert len(server.get("sources").json()["sources"]) >= 12
