"""Whose runs are next, how many together, and how many at once.

Fair shares: of all who wait, the one with the least running now is next, and of those the one
who waits longest; so a sweep of a thousand does not keep anybody waiting for longer than one
unit. Admission is by the sum of what the running units may use, which is held below what the
deployment gives to runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """One run that waits.

    Attributes
    ----------
    alike
        What runs of one unit must have in common: submission, image, limits.
    """

    run: str
    person: str
    laboratory: str
    alike: str
    cpus: float
    memory_bytes: int
    submitted: datetime


@dataclass(frozen=True)
class Busy:
    """One unit that runs, and what it may use."""

    person: str
    laboratory: str
    cpus: float
    memory_bytes: int


@dataclass(frozen=True)
class Capacity:
    """What runs may use together; ``memory_bytes`` is 0 where no limit is held.

    ``batch`` is the most runs of one unit.
    """

    cpus: float
    memory_bytes: int = 0
    batch: int = 20


def next_units(
    waiting: Sequence[Waiting], busy: Iterable[Busy], capacity: Capacity
) -> list[list[Waiting]]:
    """The units to be started now, each the runs of it in their order."""
    running = list(busy)
    free_cpus = capacity.cpus - sum(unit.cpus for unit in running)
    free_memory = capacity.memory_bytes - sum(unit.memory_bytes for unit in running)
    of_person = Counter(unit.person for unit in running)
    of_laboratory = Counter(unit.laboratory for unit in running)
    queues: dict[tuple[str, str], list[Waiting]] = defaultdict(list)
    for each in sorted(waiting, key=lambda one: (one.submitted, one.run)):
        queues[each.person, each.alike].append(each)
    alone = not running
    chosen: list[list[Waiting]] = []
    while queues:
        first = min(
            queues,
            key=lambda at: (
                of_person[at[0]],
                of_laboratory[queues[at][0].laboratory],
                queues[at][0].submitted,
                queues[at][0].run,
            ),
        )
        head = queues[first][0]
        fits = head.cpus <= free_cpus + 1e-9 and (
            not capacity.memory_bytes or head.memory_bytes <= free_memory
        )
        # One that is larger than all there is runs alone, rather than never.
        if not fits and not alone:
            break  # and nobody overtakes it: else a large one would wait for ever
        share = queues[first][: capacity.batch]
        del queues[first][: capacity.batch]
        if not queues[first]:
            del queues[first]
        chosen.append(share)
        alone = False
        free_cpus -= head.cpus
        free_memory -= head.memory_bytes
        of_person[head.person] += 1
        of_laboratory[head.laboratory] += 1
    return chosen
