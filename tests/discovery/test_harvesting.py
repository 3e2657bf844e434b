"""A harvest can be cut off anywhere and loses nothing; what is bad is put aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluecloud_catalogs.discovery import parquet
from bluecloud_catalogs.discovery.harvesting import Harvested, Holdings
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.errors import MalformedAnswer, SourceUnavailable
from bluecloud_catalogs.harvest import Harvester, Page, Quarantined
from bluecloud_catalogs.places import Folder, Place

PLACE = Folder(None)


def record(number: int, title: str = "a sample") -> Record:
    return Record(
        id=f"ena:{number}", source="ena", collection="samples", level="sample", title=title
    )


class Listing(Harvester):
    """A source that holds what a test says, ten a page, and may stop answering."""

    source = "ena"
    entry = "none"

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.stops_after: int | None = None
        self.bad: Quarantined | None = None
        self.asked: list[tuple[datetime | None, str | None]] = []

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        self.asked.append((since, cursor))
        listed = self.records if since is None else [r for r in self.records if r.title == "new"]
        for number, start in enumerate(range(int(cursor or 0), max(len(listed), 1), 10)):
            if number == self.stops_after:
                raise SourceUnavailable("ena: no connection")
            after = start + 10
            bad = (self.bad or Quarantined("ena", f"X{start}", "its date is no date"),)
            yield Page(tuple(listed[start:after]), bad, str(after) if after < len(listed) else None)


def kept(holdings: Holdings) -> dict[str, str]:
    return {each.id: each.title for each in holdings.records()}


def test_a_harvest_is_kept_found_and_what_is_bad_put_aside(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    told: list[tuple[int, int]] = []
    with Writer(holdings.search) as writer:
        done = holdings.harvest(
            Listing([record(n) for n in range(25)]),
            PLACE,
            writer=writer,
            tell=lambda got, bad: told.append((got, bad)),
        )
    assert done == Harvested("ena", got=25, changed=25, gone=0, quarantined=3)
    assert told == [(10, 1), (20, 2), (25, 3)]
    assert len(kept(holdings)) == 25
    assert Index(holdings.search).count(checked(sources="ena")) == 25
    bad = (tmp_path / "quarantine" / "ena.jsonl").read_text().splitlines()
    assert json.loads(bad[0]) == {
        "source": "ena",
        "native_id": "X0",
        "reason": "its date is no date",
    }


def test_a_harvest_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    holdings, source = Holdings(tmp_path), Listing([record(n) for n in range(35)])
    source.stops_after = 2
    with pytest.raises(SourceUnavailable):
        holdings.harvest(source, PLACE)
    assert kept(holdings) == {}
    source.stops_after = None
    assert Holdings(tmp_path).harvest(source, PLACE).got == 35
    assert source.asked == [(None, None), (None, "20")]
    assert len(kept(holdings)) == 35
    assert not (tmp_path / "harvest" / "ena").exists()


def test_the_next_harvest_asks_for_what_changed(tmp_path: Path) -> None:
    holdings, source = Holdings(tmp_path), Listing([record(n) for n in range(12)])
    before = datetime.now(UTC)
    holdings.harvest(source, PLACE)
    source.records = [record(3, "new"), record(99, "new")]
    done = holdings.harvest(source, PLACE)
    assert source.asked[1][0] is not None
    assert before <= source.asked[1][0] <= datetime.now(UTC)
    assert (done.got, done.changed, done.gone) == (2, 2, 0)
    assert len(kept(holdings)) == 13
    assert kept(holdings)["ena:3"] == "new"


def test_a_full_harvest_takes_away_what_is_not_listed_any_more(tmp_path: Path) -> None:
    holdings, source = Holdings(tmp_path), Listing([record(n) for n in range(12)])
    entry = record(0).model_copy(update={"id": "ena:entry/reads"})
    with Writer(holdings.search) as writer:
        holdings.harvest(source, PLACE, writer=writer)
        parquet.merge(holdings.file("ena"), [entry])
        source.records = source.records[:9]
        done = holdings.harvest(source, PLACE, writer=writer, full=True)
        assert (done.changed, done.gone) == (0, 3)
        assert writer.count(checked()) == 9
    assert len(kept(holdings)) == 10
    assert "ena:entry/reads" in kept(holdings)


def test_the_index_can_always_be_made_again(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    with Writer(holdings.search) as writer:
        holdings.harvest(Listing([record(n) for n in range(25)]), PLACE, writer=writer)
        before = [each.id for each in writer.search(checked(limit=1000)).records]
    for path in sorted(holdings.search.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    with Writer(holdings.search) as writer:
        assert holdings.rebuild(writer) == 25
        assert [each.id for each in writer.search(checked(limit=1000)).records] == before


def test_entries_are_found_beside_what_they_read(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    with Writer(holdings.search) as writer:
        assert holdings.keep_entries(writer) >= 4
        assert holdings.keep_entries(writer) == 0
        page = writer.search(checked(text="argo profiles", levels="collection"))
    assert "argo_profiles" in {each.entry for each in page.records}


def test_a_source_that_lists_nothing_of_what_it_had_loses_nothing(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    listing = Listing([record(number) for number in range(3)])
    with Writer(holdings.search) as writer:
        holdings.harvest(listing, PLACE, writer=writer)
        listing.records = []
        with pytest.raises(
            MalformedAnswer, match="lists nothing, and 3 of its records would be gone"
        ):
            holdings.harvest(listing, PLACE, writer=writer, full=True)
        assert len(kept(holdings)) == Index(holdings.search).count(checked()) == 3
        listing.records = [record(1)]
        assert holdings.harvest(listing, PLACE, writer=writer, full=True).gone == 2


def test_a_list_that_lost_most_is_not_believed_unless_told_to_be(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    listing = Listing([record(number) for number in range(30)])
    holdings.harvest(listing, PLACE)
    listing.records = listing.records[:10]
    with pytest.raises(MalformedAnswer, match="lists 10, and 20 of its records would be gone"):
        holdings.harvest(listing, PLACE, full=True)
    assert len(kept(holdings)) == 30
    assert holdings.harvest(listing, PLACE, full=True, accept_loss=True).gone == 20
    assert len(kept(holdings)) == 10


def test_what_is_put_aside_this_time_is_not_gone(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path)
    listing = Listing([record(number) for number in range(12)])
    holdings.harvest(listing, PLACE)
    bad = listing.records.pop(3)
    listing.bad = Quarantined("ena", f"https://example.org/{bad.id.partition(':')[2]}", "no place")
    listing.records.pop(3)
    done = holdings.harvest(listing, PLACE, full=True)
    assert done.gone == 1
    assert bad.id in kept(holdings)


def test_what_a_harvester_stumbles_over_is_no_answer(tmp_path: Path) -> None:
    class Stumbling(Listing):
        def pages(self, place, *, since=None, cursor=None):
            yield from super().pages(place, since=since, cursor=cursor)
            raise KeyError("id")

    listing = Stumbling([record(number) for number in range(3)])
    with pytest.raises(MalformedAnswer, match="ena: the list is not as .* KeyError: 'id'"):
        Holdings(tmp_path).harvest(listing, Folder(tmp_path, "live"))
