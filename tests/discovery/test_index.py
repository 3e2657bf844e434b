"""The index finds what looking at every record finds, whatever is being written meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bluecloud_catalogs.discovery.index import COLUMNS, Index
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.query import FACETS, Query, checked, facet_values
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.discovery.words import words_of
from bluecloud_catalogs.errors import DataError, ParameterError, SourceUnavailable
from tests.discovery import brute
from tests.discovery.generated import records

NUMBER = 6_000
ROOT = Path(__file__).resolve().parents[2]


def found(index: Index, **asked: object) -> list[str]:
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
def known() -> list[Record]:
    return list(records(NUMBER))


@pytest.fixture(scope="module")
def index(known: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Three segments, in one of which much was replaced."""
    folder = tmp_path_factory.mktemp("index")
    with Writer(folder) as writer:
        writer.rebuild(
            each.model_copy(update={"title": "old"}) for each in known[: NUMBER * 3 // 4]
        )
        writer.upsert(known[NUMBER // 2 :])
        writer.upsert(known[: NUMBER // 2])
        writer.upsert([record(-1)])
        writer.delete(["argogdac:-1", "argogdac:never"])
    return Index(folder)


def test_500_random_searches_find_what_brute_force_finds(index: Index, known: list[Record]) -> None:
    everything, wrong, some = brute.Brute(known), [], 0
    for asked in brute.queries(500, seed=11):
        right = {each.id for each in everything.find(asked)}
        some += bool(right)
        if sorted(found(index, **asked)) != sorted(right):
            wrong.append(asked)
    assert wrong == []
    assert some > 250


def test_facets_count_what_is_found(index: Index, known: list[Record]) -> None:
    everything = brute.Brute(known)
    for asked in brute.queries(60, seed=12):
        right = everything.find(asked)
        counts = index.facets(checked(**asked), FACETS)
        for facet in ("source", "level", "decade", "platform"):
            told: dict[str, int] = {}
            for each in right:
                for value in facet_values(each)[facet]:
                    told[value] = told.get(value, 0) + 1
            assert counts[facet] == told, (asked, facet)
        for code, number in counts["variable"].items():
            assert number == sum(code in each.p02 for each in right)


def test_pages_are_the_whole_in_its_order(index: Index) -> None:
    for asked in ({"bbox": [-20, 30, 40, 60]}, {"text": "oxygen norwegian"}):
        whole = found(index, **asked)
        assert found(index, **asked, limit=37) == whole
        levels = [index.search(checked(ids=each)).records[0].level for each in whole[:3]]
        assert levels[0] == "collection"


@pytest.mark.parametrize("limit", [7, 1000])
def test_what_has_the_words_in_its_title_comes_first(
    index: Index, known: list[Record], limit: int
) -> None:
    for text in ("profile", "temperature baltic", "oxygen"):
        titled = [each.id for each in known if set(words_of(text)) <= set(words_of(each.title))]
        whole = found(index, text=text, limit=limit)
        assert sorted(whole[: len(titled)]) == sorted(titled), text
        assert len(whole) > len(titled) or text == "profile"
        for part in (whole[: len(titled)], whole[len(titled) :]):
            ids, in_order = set(part), found(index, text=text)
            assert part == [each for each in in_order if each in ids]


def test_an_index_that_knows_no_titles_is_searched_as_ever(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        writer.upsert([record(1, title="sea level"), record(2, description="the level of the sea")])
        text = writer.state().text
        assert len(found(writer, text="sea level", limit=1)) == 2
        text._has_titles = False
        assert len(found(writer, text="sea level", limit=1)) == 2


def test_the_newest_comes_first(index: Index) -> None:
    page = index.search(checked(levels="granule", time="../2010"))
    ends = [each.time[1] for each in page.records if each.time and each.time[1]]
    assert ends == sorted(ends, reverse=True)


def test_oxygen_finds_what_argo_calls_doxy(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        writer.upsert([record(1, native=["DOXY"]), record(2, p02=["DOXY"]), record(3)])
        assert set(found(writer, text="oxygen")) == {"argogdac:1", "argogdac:2"}
        assert set(found(writer, text="Dissolved Oxygen")) == {"argogdac:1", "argogdac:2"}
        assert found(writer, variables=["SDN:P02::DOXY"], text="cast") == [
            *found(writer, variables=["oxygen"])
        ]


@pytest.mark.parametrize("box", [[170, -5, -170, 5], [170, -5, 190, 5], [175, -5, 180, 5]])
def test_a_box_over_the_antimeridian_has_both_sides(tmp_path: Path, box: list[float]) -> None:
    with Writer(tmp_path) as writer:
        writer.upsert(
            [
                record(1, bbox=(-180, 0, -180, 0)),
                record(2, bbox=(179, 0, -179, 1)),
                record(3, bbox=(0, 0, 1, 1)),
            ]
        )
        assert set(found(writer, bbox=box)) == {"argogdac:1", "argogdac:2"}
        assert set(found(writer, bbox=box, text="cast")) == {"argogdac:1", "argogdac:2"}


def test_records_of_one_moment_each_have_their_place(tmp_path: Path) -> None:
    """A rank has 26 bits of the id: that many without a time cannot all differ in them."""
    with Writer(tmp_path) as writer:
        writer.rebuild(record(number) for number in range(20_000))
        writer.upsert(record(number) for number in range(20_000, 22_000))
        assert len(set(found(writer))) == 22_000


def test_segments_are_made_one_and_nothing_changes(tmp_path: Path, known: list[Record]) -> None:
    with Writer(tmp_path) as writer:
        writer.rebuild(known[:2000])
        for start in range(2000, 2600, 100):
            writer.upsert(known[start : start + 150])
        writer.delete([known[5].id, known[2100].id])
        before = found(writer), found(writer, text="profile")
        assert len(writer.state().parts) == 7
        writer.compact()
        assert len(writer.state().parts) == 2
        assert (found(writer), found(writer, text="profile")) == before


def test_a_change_that_was_never_committed_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    def stops() -> object:
        yield record(2)
        raise KeyboardInterrupt

    with Writer(tmp_path) as writer:
        writer.upsert([record(1)])
        with pytest.raises(KeyboardInterrupt):
            writer.rebuild(stops())  # type: ignore[arg-type]
        assert found(writer) == found(writer, text="cast") == ["argogdac:1"]
        writer.upsert([record(3)])
        assert set(found(Index(tmp_path))) == {"argogdac:1", "argogdac:3"}


def test_only_one_writes(tmp_path: Path) -> None:
    with Writer(tmp_path), pytest.raises(DataError, match="another process"):
        Writer(tmp_path)


def test_a_folder_without_an_index_is_an_error_and_not_an_empty_index(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no index"):
        Index(tmp_path)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"bbox": [0, 10, 5, -10]}, "south 10 is above north -10"),
        ({"time": "2020/2015"}, "begins"),
        ({"depth": [100, 10]}, "shallowest, deepest"),
        ({"sources": ["No Such"]}, "sources"),
        ({"limit": 0}, "limit"),
        ({"text": "!!!"}, "no word"),
        ({"text": "x" * 501}, "500"),
        ({"token": "first"}, "token"),
        ({"colour": "blue"}, "colour is unknown"),
    ],
)
def test_what_cannot_be_asked_is_said(asked: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        checked(**asked)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account: run as root")
def test_a_folder_that_cannot_be_written_to_is_opened_and_followed() -> None:
    """As from a laboratory: by an account that may only read."""
    with tempfile.TemporaryDirectory() as told:
        folder = Path(told)
        folder.chmod(0o755)
        with Writer(folder / "index") as writer:
            writer.upsert([record(1)])
            with subprocess.Popen(
                [sys.executable, "-c", FOLLOWER, str(folder / "index")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as reader:
                assert reader.stdin
                assert reader.stdout
                counts = []
                for number in range(2, 5):
                    reader.stdin.write("count\n")
                    reader.stdin.flush()
                    counts.append(reader.stdout.readline().strip())
                    writer.upsert([record(number)])
                reader.stdin.close()
    assert counts == ["1 False", "2 False", "3 False"]


FOLLOWER = """
import os, sys
from pathlib import Path
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.query import checked
# Once as who may read Python's own files too, so that all of them are loaded.
assert Index(Path(sys.argv[1])).count(checked(text="cast")) == 1
os.setgid(65534), os.setuid(65534)
index = Index(Path(sys.argv[1]))
for _ in sys.stdin:
    print(index.count(checked(text="cast")), os.access(sys.argv[1], os.W_OK), flush=True)
"""
READER = """
import json, sys
from pathlib import Path
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.query import checked
index = Index(Path(sys.argv[1]))
print("open", flush=True)
seen, reads, wrong = set(), 0, []
while not Path(sys.argv[2]).exists():
    state = index.state()
    index.state = lambda: state  # one look at one state, from both sides
    page = index.search(checked(text="wave", limit=1000))
    rows = index.search(checked(collections="changing", limit=1000))
    del index.state
    waves = {each.title for each in page.records}
    same = [each.id for each in page.records] == [each.id for each in rows.records]
    if page.total != 300 or len(waves) != 1 or not same:
        wrong.append([page.total, sorted(waves), rows.total])
    seen |= waves
    reads += 1
print(json.dumps([reads, len(seen), wrong[:3]]))
"""


def test_three_processes_never_see_half_of_a_change(tmp_path: Path) -> None:
    """Each change gives 300 records one new title; a reader must never see two titles."""

    def wave(number: int) -> list[Record]:
        return [record(each, collection="changing", title=f"wave {number}") for each in range(300)]

    stop = tmp_path / "stop"
    with Writer(tmp_path / "index") as writer:
        writer.rebuild([*wave(0), *(record(each) for each in range(1000, 3000))])
        readers = [
            subprocess.Popen(
                [sys.executable, "-c", READER, str(tmp_path / "index"), str(stop)],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            for _ in range(3)
        ]
        try:
            for reader in readers:
                assert reader.stdout
                assert reader.stdout.readline() == "open\n"
            for number in range(1, 41):
                writer.upsert(wave(number))
                if number % 10 == 0:
                    writer.compact()
        finally:
            stop.touch()
            told = [reader.communicate()[0] for reader in readers]
    for reads, states, wrong in map(json.loads, told):
        assert wrong == []
        assert reads > 20
        assert states > 5


def test_files_of_old_states_are_taken_away(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        for number in range(4):
            writer.upsert([record(number)])
        for path in (tmp_path / COLUMNS).iterdir():
            os.utime(path, (0, 0))
        writer.rebuild([record(9)])
        left = {path.name for path in (tmp_path / COLUMNS).iterdir()}
        assert left == {"g5", "manifest-5.json"}
        assert found(writer) == ["argogdac:9"]


def test_a_query_in_json_is_the_same_query() -> None:
    asked = checked(text="oxygen", bbox=[170, -5, -170, 5], time="2015/2020", depth=[0, 10])
    assert Query.model_validate_json(asked.model_dump_json()) == asked
