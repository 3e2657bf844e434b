"""The small index that is shipped, so that a search answers without any network.

It holds every entry of every source, and what the harvesters find in the samples. Its records
lie in ``catalogs/samples/records``, a file a source and a line a record, and are made an index
of, in a private folder, when a process first needs one: that takes a moment, and nothing that
tantivy wrote has to be shipped.

    python -m bluecloud_catalogs.discovery.small            writes the records
    python -m bluecloud_catalogs.discovery.small --check    fails if they are stale
"""

from __future__ import annotations

import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from ..errors import CatalogueError, SourceError
from ..harvest import HARVESTERS
from ..places import place_of
from ..tree import read_sources, root
from .entries import record_of_entry
from .index import Index
from .index_writing import Writer
from .records import Record

_MOST = 100  # of one source's samples
_HEAP = 15_000_000


def small_index() -> Index:
    """The index, made once a process."""
    return _made(folder())


def folder() -> Path:
    """Where the records lie."""
    return root() / "catalogs" / "samples" / "records"


def shipped_records(place: Path) -> Iterator[Record]:
    """The records in a folder.

    Raises
    ------
    CatalogueError
        Naming file and line, if one is none.
    """
    for path in sorted(place.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                yield Record.model_validate_json(line)
            except ValidationError as error:
                raise CatalogueError(f"{path}, line {number}: {error}") from error


def sampled_records() -> dict[str, list[Record]]:
    """By source, its entries and what its harvester finds in its sample."""
    found: dict[str, list[Record]] = {}
    entries = read_sources().entries
    for _, entry in sorted(entries.items()):
        found.setdefault(entry.source, []).append(record_of_entry(entry))
    for source, harvester in sorted(HARVESTERS.items()):
        place = place_of(entries[harvester.entry], "sample")
        if place is None:
            continue
        records: list[Record] = []
        try:
            for page in harvester.pages(place):
                records += page.records
                if len(records) >= _MOST:
                    break
        except SourceError:
            pass  # its sample has data and no list of holdings
        sample = entries[harvester.entry].declaration.sample
        if sample is not None and sample.synthetic:
            records = [_marked(record) for record in records]
        found[source] += records[:_MOST]
    return found


def _marked(record: Record) -> Record:
    """A record of a synthetic sample, which says so in its title."""
    if "SYNTHETIC" in record.title:
        return record
    return record.model_copy(update={"title": f"SYNTHETIC SAMPLE: {record.title}"})


def lines(records: Iterable[Record]) -> str:
    """The records, one a line."""
    return "".join(f"{record.model_dump_json(exclude_defaults=True)}\n" for record in records)


def main(arguments: Iterable[str]) -> int:
    """Write or check the records; the exit status of the program."""
    made = {
        folder() / f"{source}.jsonl": lines(records)
        for source, records in sampled_records().items()
    }
    there = {path: path.read_text(encoding="utf-8") for path in folder().glob("*.jsonl")}
    if "--check" in arguments:
        stale = sorted(
            path.name for path in made.keys() | there if made.get(path) != there.get(path)
        )
        if stale:
            sys.stderr.write(
                f"{', '.join(stale)}: stale: run python -m bluecloud_catalogs.discovery.small\n"
            )
        return 1 if stale else 0
    folder().mkdir(parents=True, exist_ok=True)
    for path in there.keys() - made:
        path.unlink()
    for path, content in made.items():
        path.write_text(content, encoding="utf-8")
    return 0


@cache
def _made(place: Path) -> Index:
    private = tempfile.TemporaryDirectory(prefix="bluecloud-small-")
    with Writer(Path(private.name), heap=_HEAP) as writer:
        writer.rebuild(shipped_records(place))
    index = Index(Path(private.name))
    weakref.finalize(index, private.cleanup)
    return index


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
