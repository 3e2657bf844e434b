"""Running harvesters: what sources hold becomes records, which are kept and found.

A run asks only for what changed since the last one that came to its end. Each page is kept
when it comes, with the cursor of the next, so that a run that was cut off goes on there. With
the last page everything goes into the source's file of STAC-GeoParquet, and what changed into
the index. A full run also takes away what a source does not list any more. Records that could
not be used lie with their reasons in ``quarantine``.

::

    <folder>/records/<source>.parquet     what is known, the system of record
    <folder>/search                       the index, made from it
    <folder>/harvest/<source>.json        where a run is
    <folder>/harvest/<source>/            pages of a run that has not ended
    <folder>/quarantine/<source>.jsonl    what could not be used, of the last run
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import DataError, MalformedAnswer
from . import parquet
from .entries import record_of_entry
from .records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..harvest import Harvester, Page
    from ..places import Place
    from .backend import Backend

_MUCH = 10  # records; fewer come and go

Told = Callable[[int, int], None]


class _State(BaseModel):
    """Where a source's harvest is."""

    model_config = ConfigDict(extra="forbid")

    since: datetime | None = None  # when the last run that ended began
    began: datetime | None = None  # when the run began that goes on
    asked_since: datetime | None = None
    cursor: str | None = None
    pages: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class Harvested:
    """What a run did: records got, of which how many are new or changed, gone, and not usable."""

    source: str
    got: int
    changed: int
    gone: int
    quarantined: int


class Holdings:
    """The records of all sources, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def search(self) -> Path:
        """The folder of the index."""
        return self.folder / "search"

    def file(self, source: str) -> Path:
        """The records of a source."""
        return self.folder / "records" / f"{source}.parquet"

    def records(self) -> Iterator[Record]:
        """The records of all sources."""
        return parquet.read_all(self.folder / "records")

    def harvest(
        self,
        harvester: Harvester,
        place: Place,
        *,
        writer: Backend | None = None,
        full: bool = False,
        accept_loss: bool = False,
        tell: Told | None = None,
    ) -> Harvested:
        """Run a harvester to its end, from where it was cut off or from what changed.

        Parameters
        ----------
        harvester, place
            What lists the source's holdings, and where it asks.
        writer
            The index that gets what changed.
        full
            Ask for everything, and take away what is not listed any more. What was put aside
            this time is listed, and stays as it was known.
        accept_loss
            Let a full run take away more than half of what was known.
        tell
            Called after each page with how many records were got and quarantined so far.

        Raises
        ------
        SourceError
            If the source gives no proper answer; the next run goes on with the page after the
            last that came.
        MalformedAnswer
            If a full run lists nothing, or less than half of what was known: nothing is lost.
        """
        source = harvester.source
        state = self._state(source)
        if state.began is None or (full and state.asked_since is not None):
            self._forget_pages(source)
            since = None if full else state.since
            state = _State(since=state.since, began=datetime.now(UTC), asked_since=since)
            self._quarantine(source).unlink(missing_ok=True)
            self._save(source, state)
        got = sum(1 for _ in self._pending(source)) if state.pages else 0
        is_over = state.pages > 0 and state.cursor is None
        if not is_over:
            for page in _pages(harvester, place, state):
                self._keep(source, page, state)
                got += len(page.records)
                if tell:
                    tell(got, state.quarantined)
        return self._settle(source, state, writer, got, accept_loss=accept_loss)

    def keep_entries(self, writer: Backend | None = None) -> int:
        """Keep a record of every entry of the catalogue; how many are new or changed."""
        from ..tree import read_sources

        by_source: dict[str, list[Record]] = {}
        for entry in read_sources().entries.values():
            by_source.setdefault(entry.source, []).append(record_of_entry(entry))
        changed: list[Record] = []
        for source, records in by_source.items():
            known = self._known(source)
            new = [record for record in records if known.get(record.id) != record]
            if new:
                parquet.merge(self.file(source), new)
            changed += new
        if writer is not None:
            writer.upsert(changed)
        return len(changed)

    def rebuild(self, writer: Backend) -> int:
        """Make the index anew from the records; how many they are."""
        return writer.rebuild(self.records())

    # A run -------------------------------------------------------------------------------------

    def _keep(self, source: str, page: Page, state: _State) -> None:
        """Keep a page, then that it was kept: cut off between the two, it comes once more."""
        if page.records:
            parquet.write(self._pages(source) / f"{state.pages:06}.parquet", page.records)
        if page.quarantined:
            path = self._quarantine(source)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.writelines(f"{json.dumps(asdict(each))}\n" for each in page.quarantined)
        state.pages += 1
        state.cursor = page.cursor
        state.quarantined += len(page.quarantined)
        self._save(source, state)

    def _settle(
        self, source: str, state: _State, writer: Backend | None, got: int, *, accept_loss: bool
    ) -> Harvested:
        """Put what came into the records and the index, and say that the run has ended."""
        known = self._known(source)
        new = {record.id: record for record in self._pending(source)}
        changed = [record for record in new.values() if known.get(record.id) != record]
        gone: list[str] = []
        if state.asked_since is None:
            gone = [each for each in known if each not in new and ":entry/" not in each]
            gone = _without(gone, self._put_aside(source))
        # A source that has lost so much is rarer than one that is broken.
        if gone and (not new or (_MUCH < len(gone) > len(known) / 2)) and not accept_loss:
            self._save(source, _State(since=state.since))
            self._forget_pages(source)
            raise MalformedAnswer(
                f"{source} lists {len(new) or 'nothing'}, and {len(gone)} of its records would be "
                "gone: they are kept; harvest with --full --accept-loss if that is so"
            )
        if changed or gone or not self.file(source).exists():
            parquet.merge(self.file(source), changed, gone)
        if writer is not None:
            writer.upsert(changed)
            writer.delete(gone)
            writer.compact()
        self._save(source, _State(since=state.began))
        self._forget_pages(source)
        return Harvested(source, got, len(changed), len(gone), state.quarantined)

    def _known(self, source: str) -> dict[str, Record]:
        path = self.file(source)
        return {record.id: record for record in parquet.read(path)} if path.exists() else {}

    def _pending(self, source: str) -> Iterator[Record]:
        return parquet.read_all(self._pages(source))

    def _pages(self, source: str) -> Path:
        return self.folder / "harvest" / source

    def _quarantine(self, source: str) -> Path:
        return self.folder / "quarantine" / f"{source}.jsonl"

    def _put_aside(self, source: str) -> list[str]:
        path = self._quarantine(source)
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["native_id"]) for line in lines]

    def _forget_pages(self, source: str) -> None:
        shutil.rmtree(self._pages(source), ignore_errors=True)

    def _state(self, source: str) -> _State:
        path = self._pages(source).with_suffix(".json")
        try:
            return _State.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return _State()
        except ValidationError as error:
            raise DataError(f"{path} is no state of a harvest: take it away: {error}") from error

    def _save(self, source: str, state: _State) -> None:
        path = self._pages(source).with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(state.model_dump_json(exclude_none=True))
        new.replace(path)


def _pages(harvester: Harvester, place: Place, state: _State) -> Iterator[Page]:
    """The pages of a run; what a harvester stumbles over is an answer not as promised."""
    try:
        yield from harvester.pages(place, since=state.asked_since, cursor=state.cursor)
    except (DataError, OSError, MemoryError):
        raise
    except Exception as error:
        if place.tier == "sample":  # our own: the mistake is the harvester's
            raise
        raise MalformedAnswer(
            f"{harvester.source}: the list is not as its protocol promises: "
            f"{type(error).__name__}: {error}"
        ) from error


def _without(gone: list[str], put_aside: Sequence[str]) -> list[str]:
    """The ids that were not put aside, by their own name or as a part of a path or an address."""
    names = {part for name in put_aside for part in (name, *re.split(r"[/#?&=]", name))}
    return [each for each in gone if each.partition(":")[2] not in names]
