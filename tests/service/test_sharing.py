"""Whose runs are next: everybody has a turn, and no more runs than there is room for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_service.runs.sharing import Busy, Capacity, Waiting, next_units

START = datetime(2026, 1, 1, tzinfo=UTC)


def waiting(
    person: str, at: int, *, cpus: float = 1.0, memory: int = 0, alike: str | None = None
) -> Waiting:
    return Waiting(
        run=f"{person}-{at:04d}",
        person=person,
        laboratory="environment",
        alike=alike or f"{person}{at}",
        cpus=cpus,
        memory_bytes=memory,
        submitted=START + timedelta(seconds=at),
    )


def busy(person: str, cpus: float = 1.0, memory: int = 0) -> Busy:
    return Busy(person, "environment", cpus, memory)


def runs(units: list[list[Waiting]]) -> list[list[str]]:
    return [[one.run for one in unit] for unit in units]


def test_runs_of_a_sweep_share_units() -> None:
    sweep = [waiting("ada", n, alike="sweep") for n in range(50)]
    units = next_units(sweep, [], Capacity(cpus=2, batch=20))
    assert [len(unit) for unit in units] == [20, 20]
    assert runs(units)[0] == [f"ada-{n:04d}" for n in range(20)]


def test_whoever_has_least_running_is_next() -> None:
    sweep = [waiting("ada", n, alike="sweep") for n in range(50)]
    units = next_units([*sweep, waiting("ben", 90)], [busy("ada")], Capacity(cpus=2))
    assert runs(units) == [["ben-0090"]]


def test_a_large_one_is_not_overtaken_for_ever() -> None:
    large = waiting("ada", 0, cpus=4)
    small = [waiting("ben", n) for n in range(1, 9)]
    assert next_units([large, *small], [busy("cleo")], Capacity(cpus=4)) == []
    assert runs(next_units([large, *small], [], Capacity(cpus=4))) == [["ada-0000"]]


def test_one_larger_than_everything_runs_alone() -> None:
    giant = waiting("ada", 0, cpus=64, memory=2**40)
    other = waiting("ben", 1)
    units = next_units([giant, other], [], Capacity(cpus=2, memory_bytes=2**30))
    assert runs(units) == [["ada-0000"]]
    assert next_units([giant], [busy("ben")], Capacity(cpus=2)) == []


def test_memory_is_held_as_cores_are() -> None:
    wait = [waiting(person, 0, memory=2**30) for person in "abcd"]
    units = next_units(wait, [], Capacity(cpus=64, memory_bytes=3 * 2**30))
    assert len(units) == 3


people = st.sampled_from("abc")
sizes = st.sampled_from([0.5, 1.0, 2.0])


@settings(max_examples=60, deadline=None)
@given(
    wait=st.lists(st.tuples(people, st.integers(0, 30), sizes), max_size=30),
    out=st.lists(st.tuples(people, sizes), max_size=3),
    cpus=st.sampled_from([2.0, 3.0, 8.0]),
)
def test_room_is_never_exceeded_and_nobody_is_forgotten(
    wait: list[tuple[str, int, float]], out: list[tuple[str, float]], cpus: float
) -> None:
    asked = [
        Waiting(f"{n}", person, "environment", f"{person}{cores}", cores, 0, START + timedelta(at))
        for n, (person, at, cores) in enumerate(wait)
    ]
    going = [busy(person, cores) for person, cores in out]
    units = next_units(asked, going, Capacity(cpus=cpus, batch=4))
    chosen = [one.run for unit in units for one in unit]
    assert len(set(chosen)) == len(chosen)
    used = sum(unit.cpus for unit in going) + sum(unit[0].cpus for unit in units)
    assert used <= cpus or not units or (len(units) == 1 and not going)
    assert all(len(unit) <= 4 and len({one.alike for one in unit}) == 1 for unit in units)
    if asked and not going:
        assert units
