"""What was searched is what is read: box, period and depth carried into an entry's request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

import pytest

from bluecloud_catalogs.catalogue import EntryReader
from bluecloud_catalogs.discovery.entries import record_of_entry
from bluecloud_catalogs.discovery.narrowing import Narrowed, Wish, narrowed
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.tree import read_sources

ENTRIES = read_sources().entries
WISH = Wish(bbox=(2, 39, 6, 41), time=("2020-02-01", "2020-02-28"), depth=(0, 50))


def of(name: str, wish: Wish) -> Narrowed:
    return narrowed(ENTRIES[name], record_of_entry(ENTRIES[name]), wish)


def test_box_and_period_take_the_place_of_the_examples() -> None:
    read = of("argo_profiles", WISH)
    assert read.request == {"bbox": [2, 39, 6, 41], "time": ["2020-02-01", "2020-02-28"]}
    assert read.beyond == ("depth",), "profiles are read whole"


def test_what_is_not_searched_stays_as_the_example_has_it() -> None:
    example = ENTRIES["cmems_temperature_daily"].declaration.example
    only_depth = of("cmems_temperature_daily", Wish(depth=(0, 10)))
    assert only_depth == Narrowed({**example, "depth": [0, 10]})
    assert of("cmems_temperature_daily", Wish()) == Narrowed(example)


def test_an_examples_platforms_are_elsewhere() -> None:
    example = ENTRIES["argo_trajectories"].declaration.example
    assert "platform" in example
    read = of("argo_trajectories", WISH)
    assert read.request == example
    assert "Give platform" in read.refused, "and not that float's part of the box"


def test_what_an_entry_cannot_be_asked_for_is_said() -> None:
    assert of("argo_floats", WISH).beyond == ("bbox", "time")
    # Nothing is beyond a box that holds all there is.
    inside = Wish(bbox=(-180, -90, 180, 90))
    assert of("ostia_sst_monthly", inside).beyond == ()
    assert of("ostia_sst_monthly", WISH).beyond[:1] == ("bbox",)


@pytest.mark.parametrize(
    ("time", "is_beyond"),
    [
        (("1982", "2023"), False),
        (("1982-01", "2023-12"), False),
        (("..", "2023-12-31"), False),
        (("1982-01-01", ".."), False),
        (("1982-01-01", "2023-12-30"), True),
        (("1982-01-02", ".."), True),
        (("1983", "2023"), True),
        (("1982", "2022"), True),
    ],
)
def test_a_period_holds_a_record_or_not(time: tuple[str, str], is_beyond: bool) -> None:
    # It covers the whole of 1982 to 2023, and takes no period.
    assert (of("sst_daily_synthetic", Wish(time=time)).beyond == ("time",)) is is_beyond


def test_a_side_that_was_left_open_is_the_records_or_today() -> None:
    begun = record_of_entry(ENTRIES["argo_profiles"]).time
    assert begun is not None
    assert begun[0] is not None
    early = of("argo_profiles", Wish(time=("..", "2001")))
    assert early.request["time"] == [begun[0].date().isoformat(), "2001"]
    late = of("argo_profiles", Wish(time=("2024-05", "..")))
    first, last = cast("list[str]", late.request["time"])
    assert (first, date.fromisoformat(last)) == ("2024-05", datetime.now(UTC).date())


def test_only_the_part_of_a_box_that_there_are_data_of_is_asked() -> None:
    entry = ENTRIES["emodnet_sea_level"]
    west, south, east, north = entry.declaration.extent.bbox
    record = record_of_entry(entry).model_copy(update={"bbox": (-20.0, 30.0, 20.0, 60.0)})
    assert (west, south, east, north) != record.bbox
    half = narrowed(entry, record, Wish(bbox=(0, 0, 90, 45)))
    assert half.request["bbox"] == [0, 30, 20, 45]
    # One that goes over the antimeridian is asked as it is.
    round_it = narrowed(entry, record, Wish(bbox=(170, -10, -170, 10)))
    assert round_it.request["bbox"] == [170, -10, -170, 10]


def test_what_is_too_much_to_be_read_at_once_is_said_and_the_example_read() -> None:
    example = ENTRIES["euroargo_bgc_points"].declaration.example
    whole = of("euroargo_bgc_points", Wish(bbox=(-6, 30, 37, 46), time=("2010", "..")))
    assert whole.request == example
    assert "square degrees" in whole.refused
    part = of("euroargo_bgc_points", Wish(bbox=(2, 39, 4, 41), time=("2020-01", "2020-02")))
    assert part == Narrowed({"bbox": [2, 39, 4, 41], "time": ["2020-01", "2020-02"]})


def test_one_thing_is_read_as_itself() -> None:
    granule = Record(
        id="argogdac:5900865/12",
        source="argogdac",
        collection="Argo GDAC",
        level="granule",
        title="Float 5900865, cycle 12",
        bbox=(3.0, 40.0, 3.0, 40.0),
        time=(datetime(2020, 2, 3, tzinfo=UTC), datetime(2020, 2, 3, tzinfo=UTC)),
        access="open",
        entry="argo_profiles",
        request={"platform": [5900865], "cycles": [12]},
    )
    read = narrowed(ENTRIES["argo_profiles"], granule, WISH)
    assert read == Narrowed({"platform": [5900865], "cycles": [12]})


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_every_entry_takes_what_it_is_narrowed_to(name: str) -> None:
    entry = ENTRIES[name]
    read = narrowed(entry, record_of_entry(entry), WISH)
    EntryReader(entry, "found")(**read.request)
    takes = set(entry.declaration.parameters)
    for asked in ("bbox", "time", "depth"):
        assert asked in read.request or asked in read.beyond or asked not in takes or read.refused
