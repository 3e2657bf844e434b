"""Darwin Core archives (DwC-A): a zip of tables with a file that says what their columns are.

GBIF's Python community has a good reader of the archive's description, python-dwca-reader, and
we use it for that. The tables we read ourselves: there blanks would become NaN, a quotation mark
in a text would swallow rows, and a default would go over what is there.
"""

from __future__ import annotations

import csv
import io
import tarfile
import tempfile
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MalformedAnswer, RequestTooLarge
from ..http import Patience

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File

OCCURRENCE, EVENT = "Occurrence", "Event"
MEASUREMENTS = ("ExtendedMeasurementOrFact", "MeasurementOrFact")


@dataclass(frozen=True)
class Archive:
    """The tables of an archive, by what their rows are, and what its metadata say."""

    core: str
    tables: dict[str, pd.DataFrame]
    ragged: dict[str, int]  # by table, the rows with more cells than columns are described
    about: dict[str, str] = field(default_factory=dict)


def archive_of(file: File) -> Archive:
    """The tables of an archive.

    Raises
    ------
    MalformedAnswer
        If it is none, or not whole.
    RequestTooLarge
        If it unpacks to more than is read at once.
    """
    from dwca.exceptions import InvalidArchive
    from dwca.read import DwCAReader

    _check_members(file)
    suffix = ".zip" if file.content.startswith(b"PK") else ".tgz"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"archive{suffix}"
        path.write_bytes(file.content)
        try:
            with warnings.catch_warnings():
                # It leaves files to the garbage collector, which warns of each.
                warnings.simplefilter("ignore", ResourceWarning)
                with DwCAReader(str(path)) as reader:
                    described, about = _described(reader), _about(reader.metadata)
                    read = {
                        _short(each.type) or OCCURRENCE: _rows(file, each, told)
                        for each, told in described
                    }
        except InvalidArchive as error:
            raise MalformedAnswer(f"{file.path}: it is no Darwin Core archive: {error}") from error
        except (OSError, KeyError, ValueError, SyntaxError, AttributeError) as error:
            raise MalformedAnswer(
                f"{file.path}: it is no Darwin Core archive, or not whole: {error!r}"
            ) from error
    core = _short(described[0][0].type) or OCCURRENCE
    tables = _linked({name: table for name, (table, _) in read.items()}, core)
    ragged = {name: number for name, (_, number) in read.items() if number}
    return Archive(core, tables, ragged, about)


def _check_members(file: File) -> None:
    """Refuse what would be written elsewhere, or is too much."""
    most = Patience.from_environment().most_bytes
    try:
        if file.content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
                size = sum(each.file_size for each in archive.infolist())
                names = archive.namelist()
                if archive.testzip() is not None:
                    raise MalformedAnswer(f"{file.path}: the zip is not whole")
        else:
            with tarfile.open(fileobj=io.BytesIO(file.content)) as tar:
                members = tar.getmembers()
                size = sum(each.size for each in members)
                names = [each.name for each in members]
                if not all(each.isfile() or each.isdir() for each in members):
                    raise MalformedAnswer(f"{file.path}: the archive has links in it")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError) as error:
        raise MalformedAnswer(
            f"{file.path}: it is no archive, or not whole ({error}): it begins "
            f"{file.content[:40]!r}"
        ) from error
    if any(name.startswith("/") or ".." in Path(name).parts for name in names):
        raise MalformedAnswer(f"{file.path}: the archive has files that lie outside of it")
    if size > most:
        raise RequestTooLarge(
            f"{file.path}: it unpacks to {size / 1e6:.0f} MB, and {most / 1e6:g} MB are read at "
            "once: set BLUECLOUD_HTTP_MOST_MB"
        )


def _described(reader: Any) -> list[tuple[Any, bytes]]:
    """The tables of an open archive, the core first: what describes each, and its bytes."""
    told = reader.descriptor
    every = [told.core, *told.extensions] if told else [reader.core_file.file_descriptor]
    return [
        (each, Path(reader.absolute_temporary_path(each.file_location)).read_bytes())
        for each in every
    ]


def _rows(file: File, described: Any, content: bytes) -> tuple[pd.DataFrame, int]:
    """A table as it is described, and how many of its rows have more cells than that.

    Columns have short names, and blanks are filled with defaults.
    """
    import pandas as pd

    quote = described.fields_enclosed_by
    width = 1 + max([each["index"] or 0 for each in described.fields], default=0)
    try:
        text = io.StringIO(content.decode(described.file_encoding or "utf-8-sig"), newline="")
        told = csv.reader(
            text,
            delimiter=described.fields_terminated_by,
            quotechar=quote or None,
            quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        )
        rows = [row for row in list(told)[described.lines_to_ignore :] if row]
    except (LookupError, UnicodeDecodeError, TypeError, csv.Error) as error:
        raise MalformedAnswer(f"{file.path}, {described.file_location}: {error}") from error
    ragged = sum(any(row[width:]) for row in rows)
    # Blanks at the end of a line are often not written.
    cells = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    table = pd.DataFrame(cells, dtype="str", columns=range(width))
    found = {}
    key = described.id_index if described.represents_corefile else described.coreid_index
    if key is not None and key in table:
        found["id"] = table[key]
    for each in described.fields:
        index, default = each["index"], each["default"]
        if index is None:
            values = pd.Series([default] * len(table), index=table.index, dtype="str")
        else:
            values = table[index]
            values = values.mask(values == "", default) if default is not None else values
        found[_short(each["term"])] = values
    return pd.DataFrame(found), ragged


def _linked(tables: dict[str, pd.DataFrame], core: str) -> dict[str, pd.DataFrame]:
    """Tables in which the archive's own link has the name of what it links to."""
    key = {EVENT: "eventID", OCCURRENCE: "occurrenceID", "Taxon": "taxonID"}.get(core)
    linked = {}
    for name, table in tables.items():
        if key and key not in table and "id" in table:
            table = table.assign(**{key: table["id"]})
        elif key and name != core and "id" in table:
            blank = table[key] == ""
            filled = table[key].mask(blank, table["id"]) if key == "eventID" else table[key]
            table = table.assign(**{key: filled})
        linked[name] = table
    return linked


def _short(term: str | None) -> str:
    return (term or "").rpartition("/")[2]


def _about(metadata: Any) -> dict[str, str]:
    """Title, licence and citation of the metadata in EML, where there are such."""
    if metadata is None:
        return {}
    found = {}
    for name, path in (
        ("title", "dataset/title"),
        ("licence", "dataset/intellectualRights"),
        ("citation", "additionalMetadata/metadata/gbif/citation"),
    ):
        element = metadata.find(path)
        if element is not None:
            found[name] = " ".join("".join(element.itertext()).split())
    return {name: text for name, text in found.items() if text}
