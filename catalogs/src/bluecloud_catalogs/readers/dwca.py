"""A table of a Darwin Core archive as an IPT gives it, complete with what its others say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..declarations import RelativePath
from ..errors import ParameterError
from ..places import Ask, with_query
from . import darwin_core
from .asked import Asked, Box, Period, during, inside
from .base import Reading, SourceReader
from .dwca_archive import EVENT, MEASUREMENTS, OCCURRENCE, Archive, archive_of
from .taxa import Taxa

if TYPE_CHECKING:
    import pandas as pd

    from ..places import Place

Table = Literal["occurrences", "measurements", "events"]


class ArchiveOptions(BaseModel):
    """Where an IPT gives archives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: RelativePath = "archive.do"


class ArchiveRequest(Asked):
    """Which archive, which of its tables, and of it all that fulfils every condition given."""

    resource: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,99}$")] | None = None
    table: Table = "occurrences"
    bbox: Box = None
    time: Period = None
    taxa: Taxa = None


class DarwinCoreArchive(SourceReader):
    """Reads a table of an archive, complete with what others of its tables say."""

    protocol = "Darwin Core archive (IPT)"
    makes = "pandas:DataFrame"
    options = ArchiveOptions
    request = ArchiveRequest

    def read(
        self, place: Place, options: ArchiveOptions, request: ArchiveRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for; licence and citation are the dataset's own."""
        if request.resource is None:
            raise ParameterError(
                "which archive? Give resource, as it stands after r= in the archive's address"
            )
        path = with_query(options.path, {"r": request.resource})
        file = place.fetch([Ask(path, sample=f"archives/{request.resource}.zip")])[0]
        archive = archive_of(file)
        table = chosen(typed(table_of(archive, request.table)), request)
        notes = {"dataset_title": archive.about.get("title", "")}
        if archive.ragged:
            told = [f"{name}: {number}" for name, number in archive.ragged.items()]
            notes["rows_with_cells_of_no_column"] = ", ".join(told)
        if place.tier != "sample":
            own = ("licence", "citation")
            notes |= {name: archive.about[name] for name in own if name in archive.about}
        return Reading(table, count=len(table), files=[file], notes=notes)


def table_of(archive: Archive, name: Table) -> pd.DataFrame:
    """One of the three tables, joined with the others.

    Raises
    ------
    ParameterError
        If the archive has no such table.
    """
    events = archive.tables.get(EVENT)
    occurrences = archive.tables.get(OCCURRENCE)
    if name == "events" and events is not None:
        return darwin_core.inherited(events)
    if occurrences is not None and events is not None:
        occurrences = darwin_core.with_events(occurrences, events)
    if name == "occurrences" and occurrences is not None:
        return occurrences
    measured = next((archive.tables[kind] for kind in MEASUREMENTS if kind in archive.tables), None)
    if name == "measurements" and measured is not None and occurrences is not None:
        return darwin_core.with_measurements(occurrences, measured, events)
    raise ParameterError(
        f"table = {name!r}: this archive has {', '.join(archive.tables)}, and not what that needs"
    )


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with positions as numbers, and ``time`` and ``aphia_id`` worked out."""
    found = table.reset_index(drop=True)
    for name, most in (("decimalLongitude", 180.0), ("decimalLatitude", 90.0)):
        if name in found:
            found[name] = darwin_core.degrees(found[name], most)
    if "eventDate" in found:
        found["time"] = darwin_core.event_time(found["eventDate"])
    for name in ("scientificNameID", "taxonID"):
        if name in found and "aphia_id" not in found:
            found["aphia_id"] = darwin_core.aphia_ids(found[name])
    return found


def chosen(table: pd.DataFrame, request: ArchiveRequest) -> pd.DataFrame:
    """The rows asked for.

    Raises
    ------
    ParameterError
        If the table lacks what is asked of it.
    """
    wanted = {
        "bbox": ("decimalLongitude", "decimalLatitude"), "time": ("time",), "taxa": ("aphia_id",)
    }  # fmt: skip
    for name, columns in wanted.items():
        if getattr(request, name) is not None and not set(columns) <= set(table.columns):
            raise ParameterError(f"{name}: this table has no {', '.join(columns)} to be asked for")
    if request.bbox is not None:
        table = table[
            inside(
                request.bbox,
                table["decimalLongitude"].to_numpy(),
                table["decimalLatitude"].to_numpy(),
            )
        ]
    if request.time is not None:
        table = table[during(request.time, table["time"].to_numpy("datetime64[ns]"))]
    if request.taxa is not None:
        table = table[table["aphia_id"].isin(request.taxa).to_numpy(dtype=bool)]
    return table.reset_index(drop=True)
