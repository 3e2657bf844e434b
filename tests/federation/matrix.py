"""The table of sources in ``catalogs/README.md``: what the tests showed of each.

``make sources-table`` runs the tests of catalogues and federation and writes it; whenever they
all run, with recordings, a test compares it with what they showed. So no cell is written by
hand, and one that is no longer so fails.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from bluecloud_catalogs.tree import Entry, read_sources
from tests.federation.opened import opened
from tests.federation.recorded import used

README = Path(__file__).resolve().parents[2] / "catalogs" / "README.md"
BEGIN, END = "<!-- sources: made by make sources-table -->", "<!-- sources: end -->"
HEAD = (
    "source",
    "entries",
    "protocols",
    "read live, of those that can be",
    "sample tier",
    "recordings read",
    "judged by the provider's client",
    "faults survived",
    "verified live",
)
# The programs that read each emulated source as they are, or why there is none.
CLIENTS: Mapping[str, str] = {
    "argogdac": "argopy",
    "bluecloud": "beacon-api",
    "cmems": "copernicusmarine",
    "d4science": "none exists in Python",
    "dias": "hda, pystac-client, openeo",
    "emodnet": "erddapy, OWSLib",
    "ena": "ena-api-handler",
    "eudat": "ckanapi",
    "euroargo": "argopy, erddapy",
    "eurobioimaging": "ome-zarr, s3fs",
    "eurobis": "none exists in Python that can be pointed at another server",
    "icos": "none exists that may be used: icoscp_core is GPL",
    "seadatanet": "none exists in Python",
}
# Folders of recordings that are not named as their source.
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "emodnet": ("emodnet", "erddap", "gridded"),
    "eurobis": ("eurobis", "obis"),
}
SAMPLED = "test_its_snippet_runs_with_the_provider_out_of_reach"
_passed: set[str] = set()


def note(nodeid: str, outcome: str) -> None:
    """Remember a test's end."""
    if outcome == "passed":
        _passed.add(nodeid)


def table(recordings: Path, is_recording: Mapping[str, bool]) -> str:
    """The table in Markdown, by what has passed in this run.

    Parameters
    ----------
    recordings
        The folder of recordings.
    is_recording
        Of each path below it, whether it is data or an answer.
    """
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in read_sources().entries.values():
        entries[entry.source].append(entry)
    read = opened(recordings) | used
    rows = [
        _row(source, found, _recordings(source, read, is_recording))
        for source, found in sorted(entries.items())
    ]
    lines = (HEAD, ("---",) * len(HEAD), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_table(readme: str, made: str) -> str:
    """The text with the table between its two marks."""
    return re.sub(
        f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n\n{made}\n\n{END}", readme, flags=re.DOTALL
    )


def _row(source: str, entries: list[Entry], recordings: str) -> tuple[str, ...]:
    live = [entry.name for entry in entries if "live" in entry.tiers]
    sampled = [entry for entry in entries if entry.declaration.sample]
    real = sum(not getattr(entry.declaration.sample, "synthetic", True) for entry in sampled)
    faults = _count(r"test_faults\.py::test_a_source_that_fails_is_a_named_error", f"{source}-")
    days = Counter(str(entry.declaration.live_verified) for entry in entries)
    return (
        f"`{source}`",
        str(len(entries)),
        ", ".join(sorted({entry.reader.protocol for entry in entries})),
        f"{_named('test_an_entry_is_read_live', live)} of {len(live)}" if live else "none to ask",
        f"{_named(SAMPLED, [each.name for each in sampled])} of {len(entries)}, {real} real",
        recordings,
        _judged(source),
        f"{faults} of 10" if live else "none to ask",
        ", ".join(f"{day} ({number})" for day, number in sorted(days.items())),
    )


def _judged(source: str) -> str:
    client = CLIENTS[source]
    if client.startswith("none exists"):
        return client
    return f"{client}: {_count(rf'judges/test_{source}', '')} tests"


def _recordings(source: str, read: Iterable[str], is_recording: Mapping[str, bool]) -> str:
    folders = FOLDERS.get(source, (source,))
    own = {
        path for path, counts in is_recording.items() if counts and path.split("/")[0] in folders
    }
    return f"{len(own & set(read))} of {len(own)}" if own else "none exists"


def _count(test: str, parameter: str) -> int:
    return sum(bool(re.search(test, each)) and f"[{parameter}" in f"{each}[" for each in _passed)


def _named(test: str, names: Iterable[str]) -> int:
    shown = {each for each in _passed if f"::{test}[" in each}
    return sum(any(re.search(rf"[\[-]{name}\]$", each) for each in shown) for name in names)
