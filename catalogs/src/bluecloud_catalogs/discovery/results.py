"""What a search found, as a person uses it in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..declarations import OWN_SOURCE
from ..errors import DataError
from .backend import Counts, Page, Searchable
from .casts import grouped
from .query import FACETS, Query
from .records import Record
from .spelling import did_you_mean
from .vocabulary import shipped

if TYPE_CHECKING:
    import pandas as pd

    from ..catalogue import LaboratoryCatalog
    from ..readers.base import Data

_SHOWN = 20
# Where and when it was is in every record, and tells nothing of what was measured.
_COORDINATES = {"time", "latitude", "longitude", "depth", "geometry", "title", "id", "name"}
_LEFT = 'style="text-align: left"'  # JupyterLab puts all cells to the right, as numbers


@dataclass(frozen=True)
class Results:
    """A page of what was found; ``total`` says how much there is in all.

    Attributes
    ----------
    query
        What was asked.
    page
        This page's records.
    index
        What was searched, and ``where`` in words.
    """

    query: Query
    page: Page = field(repr=False)
    index: Searchable = field(repr=False)
    where: str

    @property
    def total(self) -> int:
        """How many records there are."""
        return self.page.total

    @cached_property
    def suggestion(self) -> str:
        """What may have been meant, where nothing was found; empty else."""
        return did_you_mean(self.query.text) if self.query.text and not self.total else ""

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of this page."""
        return self.page.records

    @property
    def token(self) -> str | None:
        """What asks for the next page; None after the last."""
        return self.page.token

    @cached_property
    def facets(self) -> Counts:
        """How many of all that was found have each source, level, variable, platform, decade."""
        return self.index.facets(self.query, FACETS)

    @cached_property
    def casts(self) -> list[tuple[Record, ...]]:
        """The records of this page, those of the same cast together, the best of them first."""
        return grouped(self.records, self.index)

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __getitem__(self, number: int) -> Record:
        return self.records[number]

    def next(self) -> Results | None:
        """The next page, or None after the last."""
        if self.token is None:
            return None
        query = self.query.model_copy(update={"token": self.token})
        return Results(query, self.index.search(query), self.index, self.where)

    def all(self) -> Iterator[Record]:
        """Every record that was found, page after page."""
        page: Results | None = self
        while page is not None:
            yield from page
            page = page.next()

    def open(self, number: int) -> Data:
        """Read what a record of this page stands for, through the catalogue.

        Raises
        ------
        DataError
            If no entry of the catalogue reads it; the message names where it lies.
        SourceError
            If no tier of the entry answers.
        """
        record = self.records[number]
        if record.entry is None:
            raise DataError(
                f"{record.id}: no entry of the catalogue reads it; it lies at "
                f"{', '.join(asset.href for asset in record.assets) or 'no address that is known'}"
            )
        from .opening import reader_of

        return reader_of(record).read()

    def to_intake(self) -> LaboratoryCatalog:
        """Give this page as an Intake catalogue of what can be read, by name."""
        from .opening import catalogue_of

        return catalogue_of(self.records)

    def to_pandas(self) -> pd.DataFrame:
        """Give this page as a table, a record a row; ask with a larger ``limit`` for more."""
        import pandas as pd

        rows = [record.model_dump(exclude={"assets", "bbox", "time", "depth"}) for record in self]
        table = pd.DataFrame(rows, columns=[c for c in Record.model_fields if c not in _SPREAD])
        for at, name in enumerate(("west", "south", "east", "north")):
            table[name] = [record.bbox[at] if record.bbox else None for record in self]
            table[name] = table[name].astype("float64")
        for at, name in enumerate(("first", "last")):
            moments = [record.time[at] if record.time else None for record in self]
            table[name] = pd.to_datetime(pd.Series(moments, dtype="object"), utc=True)
        return table

    def to_geoparquet(self, path: str | Path) -> int:
        """Write all that was found as STAC-GeoParquet; how many records that is."""
        from .parquet import write

        return write(Path(path), self.all())

    def __repr__(self) -> str:
        lines = [f"{self.total} found in {self.where}; {len(self)} on this page"]
        lines += [f"  {at}: {record.id}  {record.title}" for at, record in enumerate(self)][:_SHOWN]
        lines += [f"  did you mean {self.suggestion}?"] if self.suggestion else []
        return "\n".join([*lines, *(["  ..."] if len(self) > _SHOWN else [])])

    def _repr_html_(self) -> str:
        numbers = {record.id: at for at, record in enumerate(self)}
        rows = []
        for best, *others in self.casts[:_SHOWN]:
            also = ", ".join(other.id for other in others)
            shown = next((numbers[each.id] for each in (best, *others) if each.id in numbers), "")
            names = ", ".join(measured(best)[:4])
            cells = (shown, best.title, best.source, _when(best), names, best.id, also)
            rows.append("".join(f"<td {_LEFT}>{html.escape(str(cell))}</td>" for cell in cells))
        head = ("", "title", "source", "when", "variables", "id", "also held as")
        top = "".join(f"<th {_LEFT}>{cell}</th>" for cell in head)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        counts = "; ".join(
            f"{facet}: " + ", ".join(f"{value} {number}" for value, number in [*of.items()][:5])
            for facet, of in self.facets.items()
            if of
        )
        meant = f"; did you mean {html.escape(self.suggestion)}?" if self.suggestion else ""
        return (
            f"<p><b>{self.total}</b> found in {html.escape(self.where)}; "
            f"{len(self)} on this page{meant}</p><table><thead><tr>{top}</tr></thead>"
            f"<tbody>{body}</tbody></table><p>{html.escape(counts)}</p>"
        )


_SPREAD = {"assets", "bbox", "time", "depth"}


def _when(record: Record) -> str:
    if record.time is None:
        return ""
    first, last = (str(side.date()) if side else "" for side in record.time)
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"since {first}" if first else f"until {last}"


def measured(record: Record) -> list[str]:
    """What was measured, in words; one's own data by their own names, known elsewhere or not."""
    told = record.native if record.source == OWN_SOURCE else record.cf or record.native
    named = [shipped().label(code) for code in record.p02] or [*told]
    found = [name for name in named if name not in _COORDINATES] or named
    return [name.replace("_", " ") for name in found]
