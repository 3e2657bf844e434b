"""Ocean Data View's text format as SeaDataNet exchanges it: one table, every row complete.

Three things make it more than a table of text. Metadata stand on the first row of a station only,
so that they are carried down, though never into the next station. The flags of each variable
are in the column after it, and all of these have one name, so that they belong by position. And
the first lines, which begin with ``//``, say which parameter of the BODC vocabularies a column
is, and in which unit.

A variable keeps the name it has in the file. Beside it stand its flags in L20 as ``<name>_QC``,
and as ``<name>_QC_native`` those of the file, where it uses another scheme. What is flagged missing
is missing. Encodings (a byte order mark, Latin-1), line ends, and headers of dates vary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import qc
from ..answers import as_text
from ..errors import MalformedAnswer
from .sdn_names import code_of, standard_name, unit_of
from .sdn_time import from_chronological_julian_day

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File

_MAPPING = re.compile(
    r"<subject>(?:SDN:LOCAL:)?(?P<name>.*?)</subject>\s*<object>(?P<p01>.*?)</object>\s*"
    r"<units>(?P<p06>.*?)</units>(?:\s*<instrument>(?P<instrument>.*?)</instrument>)?"
)
_UNIT = re.compile(r"^(?P<name>.*?)\s*\[(?P<unit>[^\[\]]*)\]\s*$")
_TYPE = re.compile(
    r":(?:METAVAR|PRIMARYVAR|SIGNED_BYTE|BYTE|SIGNED_SHORT|SHORT|INTEGER|FLOAT|DOUBLE|TEXT|"
    r"INDEXED_TEXT)(?::.*)?$"
)
_FLAGS = re.compile(r"^QV:(?P<scheme>[A-Za-z]*)(?::(?P<of>.*))?$")
_DATE = re.compile(r"^(yyyy-mm-dd|mon/day/yr)", re.IGNORECASE)
# What ODV calls its schemes; what it does not name is its own.
_SCHEMES: Mapping[str, qc.Scheme] = {
    "SEADATANET": "l20",
    "": "odv",
    "ODV": "odv",
    "ARGO": "argo",
    "GTSPP": "gtspp",
    "IODE": "iode",
    "OCEANSITES": "oceansites",
    "QARTOD": "qartod",
    "WOCEBOTTLE": "woce water",
    "WOCECTD": "woce ctd",
    "WOCESAMPLE": "woce water",
}
_STATION = ("Cruise", "Station", "Type")
_STANDARD = {"Longitude": "longitude", "Latitude": "latitude", "Bot. Depth": "bottom_depth"}
_ROW_TIME = {"DTUT8601", "CJDY1101"}


@dataclass(frozen=True)
class _Column:
    """A column of the file: its name, unit, and which column flags it."""

    position: int
    name: str
    unit: str
    flags: int | None = None
    scheme: str = ""


@dataclass(frozen=True)
class _Table:
    """A file's header and cells."""

    path: str
    comments: Sequence[str]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def read_odv(file: File) -> pd.DataFrame:
    """The table of an ODV file, a row a level, with what is known of its columns in the attrs.

    ``attrs["columns"]`` has, by column, its ``units`` (UDUNITS where the P06 code has such),
    ``p01``, ``p06``, ``standard_name`` and ``instrument``, as far as the file tells them.

    Raises
    ------
    MalformedAnswer
        If it is no ODV file, is not whole, or has a date or position that is none.
    """
    import pandas as pd

    table = _split(file)
    metadata, variables = _columns(table)
    cells = pd.DataFrame(table.rows, dtype="str")
    mapped = {found["name"].strip(): found.groupdict() for found in _mappings(table.comments)}
    filled = _metadata(table, cells, metadata)
    about: dict[str, dict[str, str]] = {}
    for column in variables:
        told = mapped.get(column.name, {})
        about[column.name] = _about(column, told)
        _add_variable(filled, cells, column, about[column.name])
    for number, name in enumerate(table.header):
        if (flags := _FLAGS.match(name)) and (flags["of"] or "").upper() == "SAMPLE":
            filled["sample_QC"] = _l20(cells[number], flags["scheme"].upper())
    found = pd.DataFrame(filled)
    for column in variables:
        if about[column.name].get("p01") in _ROW_TIME:
            found["station_time"] = found["time"]
            found["time"] = _row_time(table, found[column.name], about[column.name]["p01"])
    found.attrs["columns"] = about
    return found


def _split(file: File) -> _Table:
    text = as_text(file).replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        raise MalformedAnswer(f"{file.path}: it is not whole: its last line does not end")
    lines = text.split("\n")[:-1]
    comments = [line.rstrip("\t") for line in lines if line.startswith("//")]
    body = [line for line in lines if line.strip() and not line.startswith("//")]
    header = [_TYPE.sub("", name.strip()) for name in body[0].split("\t")] if body else []
    while header and not header[-1]:
        header.pop()
    if tuple(header[:2]) != _STATION[:2] or not any(_DATE.match(name) for name in header):
        raise MalformedAnswer(
            f"{file.path}: it is no ODV text: no line of columns that begins Cruise, Station and "
            "has a date as yyyy-mm-dd or mon/day/yr"
        )
    rows = []
    for number, line in enumerate(body[1:], start=1):
        row = [cell.strip() for cell in line.split("\t")]
        if len(row) < len(header) or any(row[len(header) :]):
            raise MalformedAnswer(
                f"{file.path}: row {number} has {len(row)} cells, and there are {len(header)} "
                "columns"
            )
        rows.append(row[: len(header)])
    return _Table(file.path, comments, header, rows)


def _columns(table: _Table) -> tuple[list[_Column], list[_Column]]:
    """Metadata and variables, each of these with the column that flags it.

    The first variable is the first that is flagged; with no flags at all, what follows the
    depth of the bottom.
    """
    flagged = [number for number, name in enumerate(table.header) if _FLAGS.match(name)]
    named = [name.partition("[")[0].strip() for name in table.header]
    if flagged:
        first = flagged[0] - 1
    else:
        first = named.index("Bot. Depth") + 1 if "Bot. Depth" in named else len(named)
    metadata: list[_Column] = []
    variables: list[_Column] = []
    seen: dict[str, int] = {}
    for number, name in enumerate(table.header):
        if number in flagged:
            continue
        parted = _UNIT.match(name)
        label, unit = (parted["name"], parted["unit"]) if parted else (name, "")
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label = f"{label}_{seen[label]}"
        flags = number + 1 if number + 1 in flagged else None
        match = _FLAGS.match(table.header[number + 1]) if flags is not None else None
        scheme = match["scheme"].upper() if match else ""
        column = _Column(number, label, unit, flags, scheme)
        (metadata if number < first else variables).append(column)
    return metadata, variables


def _mappings(comments: Sequence[str]) -> list[re.Match[str]]:
    return [found for line in comments if (found := _MAPPING.search(line))]


def _about(column: _Column, told: Mapping[str, Any]) -> dict[str, str]:
    p01, p06 = code_of(told.get("p01") or ""), code_of(told.get("p06") or "")
    about = {
        "units": unit_of(p01, p06, column.unit),
        "p01": p01,
        "p06": p06,
        "standard_name": standard_name(p01, p06) or "",
        "instrument": told.get("instrument") or "",
    }
    return {name: value for name, value in about.items() if value}


def _metadata(table: _Table, cells: pd.DataFrame, columns: Sequence[_Column]) -> dict[str, Any]:
    """Metadata on every row: carried down within a station, and never into the next one."""
    import pandas as pd

    first = [column.position for column in columns if column.name in _STATION]
    begins = (cells[first] != "").any(axis=1) if len(cells) else pd.Series([], dtype=bool)
    if len(cells) and not begins.iloc[0]:
        raise MalformedAnswer(f"{table.path}: its first row belongs to no station")
    station = begins.cumsum()
    found: dict[str, Any] = {}
    dates: dict[str, pd.Series[str]] = {}
    for column in columns:
        filled = cells[column.position].mask(cells[column.position] == "")
        filled = filled.groupby(station).ffill()
        name = column.name
        if _DATE.match(name) or name.lower().startswith("hh:mm"):
            dates[name] = filled
        elif name in _STANDARD:
            found[_STANDARD[name]] = _numbers(table, name, filled)
        else:
            found[name] = filled
    found["time"] = _station_time(table, dates)
    return found


def _numbers(table: _Table, name: str, texts: pd.Series[str]) -> pd.Series[float]:
    import pandas as pd

    try:
        return pd.to_numeric(texts).astype("float64")
    except ValueError as error:
        raise MalformedAnswer(f"{table.path}: {name}: {error}") from error


def _station_time(table: _Table, columns: Mapping[str, pd.Series[str]]) -> Any:
    """Dates as either header has them, with the hour from a column of its own if it is there."""
    import pandas as pd

    name, dates = next((name, each) for name, each in columns.items() if _DATE.match(name))
    hours = next((each for name, each in columns.items() if not _DATE.match(name)), None)
    if name.lower().startswith("mon/day/yr"):
        parts = dates.str.extract(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
        iso = parts[2] + "-" + parts[0].str.zfill(2) + "-" + parts[1].str.zfill(2)
        dates = iso.where(dates.isna() | iso.notna(), dates)
    if hours is not None and not dates.str.contains("T").any():
        dates = dates.where(hours.isna(), dates + "T" + hours.fillna(""))
    try:
        return (
            pd.to_datetime(dates, format="ISO8601", utc=True)
            .dt.tz_localize(None)
            .astype("datetime64[ns]")
        )
    except ValueError as error:
        raise MalformedAnswer(f"{table.path}: {name}: {error}") from error


def _add_variable(
    found: dict[str, Any], cells: pd.DataFrame, column: _Column, about: Mapping[str, str]
) -> None:
    """Put a variable and its flags beside what there is; what is flagged missing is missing."""
    import pandas as pd

    texts = cells[column.position].mask(cells[column.position] == "")
    flags = None
    if column.flags is not None:
        native = cells[column.flags]
        flags = _l20(native, column.scheme)
        texts = texts.mask(flags == "9")
    numbers = pd.to_numeric(texts, errors="coerce")
    is_text = about.get("p01") == "DTUT8601" or bool((numbers.isna() & texts.notna()).any())
    found[column.name] = texts if is_text else numbers.astype("float64")
    if flags is not None and column.flags is not None:
        found[f"{column.name}_QC"] = flags
        if column.scheme != "SEADATANET":
            found[f"{column.name}_QC_native"] = cells[column.flags]


def _l20(native: pd.Series[str], scheme: str) -> Any:
    return qc.to_l20(native.to_numpy(dtype=object), _SCHEMES.get(scheme, "odv"))


def _row_time(table: _Table, values: pd.Series[Any], p01: str) -> Any:
    """The time of each row, where a variable gives it."""
    import pandas as pd

    if p01 == "CJDY1101":
        return from_chronological_julian_day(values.to_numpy("float64"))
    try:
        moments = pd.to_datetime(values, format="ISO8601", utc=True)
    except ValueError as error:
        raise MalformedAnswer(f"{table.path}: {values.name}: {error}") from error
    return moments.dt.tz_localize(None).astype("datetime64[ns]")
