"""The index in PostgreSQL finds what the index in files finds, and what brute force finds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from typer.testing import CliRunner

from bluecloud.cli import application
from bluecloud_catalogs.discovery.backend import Searchable
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.postgres import PostgresIndex
from bluecloud_catalogs.discovery.postgres_writing import PostgresWriter
from bluecloud_catalogs.discovery.query import FACETS, Facet, checked
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.discovery.remote import Remote
from bluecloud_catalogs.errors import DataError, ParameterError, SourceUnavailable
from tests.discovery import brute
from tests.discovery.database import Server, database
from tests.discovery.generated import records
from tests.discovery.service import serving

pytestmark = pytest.mark.postgis

NUMBER = 3_000
ALL: tuple[Facet, ...] = (*FACETS, "collection")


def found(index: Searchable, **asked: object) -> list[str]:
    """The ids of all that is found, page by page."""
    ids: list[str] = []
    token = None
    while True:
        page = index.search(checked(**{"limit": 1000, **asked}, token=token))
        ids += [record.id for record in page.records]
        token = page.token
        if token is None:
            assert page.total == len(ids)
            return ids


def record(number: int, **told: object) -> Record:
    given = {"source": "argogdac", "collection": "c", "level": "granule", "title": "a cast"}
    return Record.model_validate({"id": f"argogdac:{number}", **given, **told})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with database() as started:
        yield started


def fresh(server: Server, name: str) -> str:
    """The address of an empty database."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.url.removesuffix("/postgres") + f"/{name}"


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> str:
    """An empty database."""
    return fresh(server, f"of_{abs(hash(request.node.name))}")


@pytest.fixture(scope="module")
def known() -> list[Record]:
    return list(records(NUMBER))


@pytest.fixture(scope="module")
def index(known: list[Record], server: Server) -> PostgresIndex:
    """As the index in files is made in its own test: some of it anew, much replaced."""
    with PostgresWriter(server.url) as writer:
        writer.rebuild(each.model_copy(update={"title": "old"}) for each in known[:2_000])
        writer.upsert(known[1_500:])
        writer.upsert(known[:1_500])
        writer.upsert([record(-1)])
        assert writer.delete(["argogdac:-1", "argogdac:never"]) == 1
        writer.compact()
    return PostgresIndex(server.url)


@pytest.fixture(scope="module")
def files(known: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("index")
    with Writer(folder) as writer:
        writer.rebuild(known)
    return Index(folder)


def test_300_random_searches_find_what_brute_force_finds(
    index: PostgresIndex, known: list[Record]
) -> None:
    everything, wrong, some = brute.Brute(known), [], 0
    for asked in brute.queries(300, seed=21):
        right = {each.id for each in everything.find(asked)}
        some += bool(right)
        if sorted(found(index, **asked)) != sorted(right):
            wrong.append(asked)
    assert wrong == []
    assert some > 150


def test_it_answers_as_the_index_in_files_does(index: PostgresIndex, files: Index) -> None:
    for asked in [{}, *brute.queries(200, seed=22)]:
        query = checked(**asked, limit=40)
        page = index.search(query)
        assert page == files.search(query), asked
        assert index.count(query) == files.count(query), asked
        assert index.facets(query, ALL) == files.facets(query, ALL), asked
        if page.token:
            second = checked(**asked, limit=40, token=page.token)
            assert index.search(second) == files.search(second), asked


def test_platforms_collections_levels_and_ids_are_found(index: PostgresIndex, files: Index) -> None:
    one = files.search(checked(sources="argogdac", limit=1)).records[0]
    for asked in (
        {"platforms": str(one.platform_code)},
        {"collections": one.collection.upper()},
        {"levels": ["collection", "product"]},
        {"ids": [one.id, "argogdac:none"]},
        {"bbox": [-180, -90, 180, 90]},
        {"time": "../1960"},
        {"time": "2020-02-01/.."},
    ):
        assert found(index, **asked) == found(files, **asked), asked
        assert found(index, **asked), asked


@pytest.mark.parametrize("box", [[170, -5, -170, 5], [170, -5, 190, 5], [175, -5, 180, 5]])
def test_a_box_over_the_antimeridian_has_both_sides(server: Server, box: list[float]) -> None:
    with PostgresWriter(fresh(server, f"box{box[0]}_{abs(box[2])}")) as writer:
        writer.upsert(
            [
                record(1, bbox=(-180, 0, -180, 0)),
                record(2, bbox=(179, 0, -179, 1)),
                record(3, bbox=(0, 0, 1, 1)),
            ]
        )
        assert set(found(writer, bbox=box)) == {"argogdac:1", "argogdac:2"}
        assert set(found(writer, bbox=box, text="cast")) == {"argogdac:1", "argogdac:2"}


def test_a_hair_beside_a_box_is_outside_of_it(url: str) -> None:
    """PostGIS' own index rounds to single precision, which would let it in."""
    with PostgresWriter(url) as writer:
        writer.upsert([record(1, bbox=(10.000000001, 0, 10.000000001, 0))])
        assert found(writer, bbox=[5, -5, 10.000000001, 5]) == ["argogdac:1"]
        assert found(writer, bbox=[5, -5, 10.0000000009, 5]) == []


def test_records_of_one_moment_each_have_their_place(url: str) -> None:
    with PostgresWriter(url) as writer:
        writer.rebuild(record(number) for number in range(12_000))
        writer.upsert(record(number) for number in range(12_000, 14_000))
        assert len(set(found(writer))) == 14_000


def test_what_postgresql_cannot_keep_as_it_is_is_found_all_the_same(url: str) -> None:
    long = "x" * 5000
    odd = [
        record(1, native=["a\0b"], keywords=[long]),
        Record.model_validate({**record(2).model_dump(), "id": f"argogdac:{long}"}),
        Record.model_validate({**record(3).model_dump(), "id": "argogdac:a\0b"}),
    ]
    with PostgresWriter(url) as writer:
        writer.upsert(odd)
        writer.upsert(odd)
        assert found(writer, variables=["a\0b"]) == ["argogdac:1"]
        assert found(writer, ids="argogdac:a\0b") == ["argogdac:a\0b"]
        assert {each.id for each in writer.search(checked()).records} == {e.id for e in odd}
        assert writer.delete(each.id for each in odd) == 3


def test_what_is_asked_is_never_a_statement(url: str) -> None:
    with PostgresWriter(url) as writer:
        writer.upsert([record(1)])
        for asked in (
            {"ids": "x'); DROP TABLE bluecloud.records; --"},
            {"variables": "%s'{}\"\\"},
            {"text": "cast'); DELETE FROM bluecloud.records; --"},
        ):
            found(writer, **asked)
        assert found(writer) == ["argogdac:1"]


def test_a_change_that_fails_is_as_if_it_had_not_been(url: str) -> None:
    def stops() -> Iterator[Record]:
        yield record(2)
        raise KeyboardInterrupt

    with PostgresWriter(url) as writer:
        writer.upsert([record(1)])
        before = writer.generation
        with pytest.raises(KeyboardInterrupt):
            writer.rebuild(stops())
        assert found(writer) == ["argogdac:1"]
        assert writer.generation == before
        writer.rebuild([record(3)])
        writer.rebuild([record(4)])
        assert found(writer) == ["argogdac:4"]
        assert writer.generation == before + 2


def test_readers_never_see_half_of_a_change(url: str) -> None:
    """Each change gives 300 records one new title; a reader must never see two titles."""

    def wave(number: int) -> list[Record]:
        return [record(each, collection="changing", title=f"wave {number}") for each in range(300)]

    wrong: list[object] = []
    seen: set[str] = set()
    stop = threading.Event()
    reads = 0
    with PostgresWriter(url) as writer:
        writer.rebuild(wave(0))
        reader = PostgresIndex(url)

        def read() -> None:
            nonlocal reads
            while not stop.is_set():
                try:
                    page = reader.search(checked(text="wave", limit=1000))
                except SourceUnavailable as error:
                    wrong.append(error)
                    return
                titles = {each.title for each in page.records}
                if len(titles) != 1 or page.total != 300 or len(page.records) != 300:
                    wrong.append((page.total, titles))
                seen.update(titles)
                reads += 1

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(1, 31):
            (writer.rebuild if number % 5 == 0 else writer.upsert)(wave(number))
        stop.set()
        for thread in threads:
            thread.join()
        reader.close()
    assert wrong == []
    assert reads > 10
    assert len(seen) > 3


def test_only_one_writes(url: str) -> None:
    with PostgresWriter(url), pytest.raises(DataError, match="another program"):
        PostgresWriter(url)
    PostgresWriter(url).close()


def test_a_reader_needs_to_select_and_no_more(url: str, server: Server) -> None:
    with PostgresWriter(url) as writer:
        writer.upsert([record(1)])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'")
        connection.execute("GRANT USAGE ON SCHEMA bluecloud TO reader")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA bluecloud TO reader")
    restricted = url.replace(f"postgres:{server.password}", "reader:reads")
    assert found(PostgresIndex(restricted)) == ["argogdac:1"]
    with pytest.raises((DataError, SourceUnavailable)), PostgresWriter(restricted) as writer:
        writer.delete(["argogdac:1"])
    assert found(PostgresIndex(url)) == ["argogdac:1"]


def test_a_database_without_an_index_is_an_error_and_not_an_empty_index(url: str) -> None:
    with pytest.raises(SourceUnavailable, match="holds no index.*bluecloud data harvest"):
        PostgresIndex(url)


@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:pass-word@127.0.0.1/x",
        "postgresql://u:pass-word@127.0.0.1",
        "postgresql:///x?password=pass-word",
        "postgresql://u:pass-word@127.0.0.1:port/x",
        "postgresql://u:pass-word%zz@127.0.0.1/x",
        "postgresql://u:pass-word@[::1/x",
        "dbname=x password=pass-word",
    ],
)
def test_what_is_no_address_is_said_without_its_password(address: str) -> None:
    with pytest.raises(ParameterError, match="BLUECLOUD_INDEX_URL") as refusal:
        PostgresIndex(address)
    assert "pass-word" not in str(refusal.value)


def test_a_refused_login_is_said_without_its_password(server: Server) -> None:
    wrong = server.url.replace(server.password, "not-my-word")
    with pytest.raises(SourceUnavailable, match="does not answer") as refusal:
        PostgresIndex(wrong)
    assert "not-my-word" not in str(refusal.value)


def test_the_service_searches_the_database(
    index: PostgresIndex, server: Server, tmp_path: Path
) -> None:
    settings = {"BLUECLOUD_INDEX_URL": server.url, "BLUECLOUD_SERVICE_ANONYMOUS": "1"}
    with serving(None, **settings, BLUECLOUD_SERVICE_PER_MINUTE="100000") as address:
        health = httpx.get(f"{address}/health", trust_env=False).json()
        assert (health["index"], health["records"]) == ("harvested", NUMBER)
        there = Remote(address)
        for asked in brute.queries(20, seed=23):
            query = checked(**asked, limit=30)
            assert there.search(query) == index.search(query), asked
            assert there.facets(query) == index.facets(query), asked


def test_a_database_that_went_away_is_an_error_until_it_is_back() -> None:
    with database() as server:
        with PostgresWriter(server.url) as writer:
            writer.upsert([record(1)])
        settings = {"BLUECLOUD_INDEX_URL": server.url, "BLUECLOUD_SERVICE_ANONYMOUS": "1"}
        with serving(None, **settings) as address:

            def status() -> int:
                return httpx.get(f"{address}/stac/search", trust_env=False).status_code

            assert status() == 200
            server.stop()
            assert status() == 503
            server.start()
            assert status() == 200
            server.stop()
            server.start()
            assert status() == 200


def test_harvesting_fills_the_database(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_INDEX_URL", url)
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    words = ["data", "harvest", "argogdac", "--tier", "sample", "--holdings", str(tmp_path)]
    told = CliRunner().invoke(application(), words)
    assert told.exit_code == 0, told.output
    assert not (tmp_path / "search").exists()
    assert len(found(PostgresIndex(url), sources="argogdac")) > 5


def test_without_a_database_nothing_of_it_is_loaded() -> None:
    code = (
        "import sys, json, bluecloud_catalogs.discovery.harvesting, bluecloud_service.searched;"
        "print(json.dumps('psycopg' in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert json.loads(ran.stdout) is False
