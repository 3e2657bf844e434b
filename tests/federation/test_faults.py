"""Every source with every fault: a named error within its deadline, and never half an answer.

One entry for each protocol of a source is taken through them, twice: when all that is asked of
the source fails, and when only what the entry asks last does, with the rest already here. What
waits, waits together: with a fault the entries of all sources are read at once, in processes,
since the NetCDF library is not made for threads. Each source's test looks at its own.
"""

import functools
import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest

from bluecloud_catalogs import DataError, ParameterError
from bluecloud_catalogs.tiers import read
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared
from tests.federation.server import Fault, Federation
from tests.federation.sources import sources

FAULTS: list[Fault] = [
    "silent", "reset", "429", "500", "html", "exception report", "truncated", "drip",
    "expired token", "licence redirect",
]  # fmt: skip
IMPATIENT = {"BLUECLOUD_HTTP_SILENCE_S": "0.5", "BLUECLOUD_HTTP_DEADLINE_S": "1"}
PATIENCE_S = 20  # three tries and their pauses are 9; a busy machine takes longer
AT_ONCE = 8  # processes
# What is asked last under another number each time.
ANEW = {"sentinel2_chlorophyll_index": "/file.nc"}


_entry = functools.cache(declared)  # the federation is where it is until the end


@dataclass(frozen=True)
class Outcome:
    """What became of reading: a checksum, or the kind and the words of an error."""

    took_s: float
    checksum: str = ""
    kind: type[DataError] | None = None
    said: str = ""


@dataclass(frozen=True)
class Whole:
    """What an entry answers while nothing fails."""

    name: str
    parameters: Mapping[str, Any]
    answer: Outcome
    last: str  # what it asks last, if that is not what it asks first or more than once; or nothing


def outcome(name: str, parameters: Mapping[str, Any], settings: Mapping[str, str]) -> Outcome:
    """Read an entry, with the settings of the process that asks for it."""
    os.environ.update(settings)
    entry = _entry(name)
    began = time.monotonic()
    try:
        found = read(entry, asked(entry, parameters), lazy=False)
    except DataError as error:
        return Outcome(time.monotonic() - began, kind=type(error), said=str(error))
    return Outcome(time.monotonic() - began, checksum=str(found.attrs["checksum"]))


def settings_now() -> dict[str, str]:
    """Where the federation is, who one is to it, and little patience."""
    told = {name: value for name, value in os.environ.items() if name.startswith("BLUECLOUD_")}
    return {**told, "NO_PROXY": os.environ["NO_PROXY"], **IMPATIENT}


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Processes that read, each from one that has imported what readers do when they need it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["geopandas", "netCDF4", "xarray", "bluecloud_catalogs.tree"])
    with ProcessPoolExecutor(AT_ONCE, context) as made:
        yield made


@dataclass
class Experience:
    """What was read so far, by source: once is enough."""

    whole: dict[str, list[Whole]] = field(default_factory=dict)  # while nothing failed
    failed: dict[str, dict[str, list[tuple[Whole, Outcome]]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def experience() -> Experience:
    """Nothing at first."""
    return Experience()


def wholes(federation: Federation, source: str) -> list[Whole]:
    """Of each protocol, the first entry that has an example."""
    examples = sources()[source].EXAMPLES
    of_each: dict[str, str] = {}
    for name in examples:
        of_each.setdefault(_entry(name).declaration.reader, name)
    return [whole(federation, name, examples[name]) for name in of_each.values()]


def whole(federation: Federation, name: str, parameters: Mapping[str, Any]) -> Whole:
    """What one entry answers, and which of its requests may fail alone."""
    federation.served.clear()
    found = outcome(name, parameters, {})
    assert found.checksum, found.said
    *before, last = (unquote(path) for path in federation.served)
    last = ANEW.get(name, last)
    is_alone = bool(before) and not any(last in each for each in before)
    return Whole(name, parameters, found, last if is_alone else "")


def all_failing(
    federation: Federation,
    processes: ProcessPoolExecutor,
    whole: Mapping[str, list[Whole]],
    fault: Fault,
) -> dict[str, list[tuple[Whole, Outcome]]]:
    """By source, what became of reading while all was failing, and while only the last parts."""
    found: dict[str, list[tuple[Whole, Outcome]]] = {source: [] for source in whole}
    every = [(source, each) for source, entries in whole.items() for each in entries]
    long = [(source, each) for source, each in every if each.last]
    for entries, parts in (
        (every, [f"/{source}" for source in whole]),
        (long, [each.last for _, each in long]),
    ):
        federation.faults |= dict.fromkeys(parts, fault)
        failing = [
            processes.submit(outcome, each.name, each.parameters, settings_now())
            for _, each in entries
        ]
        for (source, each), future in zip(entries, failing, strict=True):
            found[source].append((each, future.result()))
        federation.faults.clear()
    return found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", sources())
def test_a_source_that_fails_is_a_named_error(federation, processes, experience, source, fault):
    there = [name for name, each in sources().items() if each.provider(recordings()) is not None]
    if source not in there:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    if not experience.whole:
        experience.whole = {name: wholes(federation, name) for name in there}
    if fault not in experience.failed:
        experience.failed[fault] = all_failing(federation, processes, experience.whole, fault)
    for each, failed in experience.failed[fault][source]:
        assert failed.kind is not None, f"{each.name} is read as if nothing had failed"
        assert not issubclass(failed.kind, ParameterError)
        assert each.name in failed.said or source in failed.said
        assert failed.took_s < PATIENCE_S + each.answer.took_s
    every = experience.whole[source]
    again = every[FAULTS.index(fault) % len(every)]  # each in its turn: all would take minutes
    assert outcome(again.name, again.parameters, {}).checksum == again.answer.checksum
