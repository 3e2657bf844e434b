"""MEDATLAS, the oldest of SeaDataNet's three formats: blocks of fixed text, a station each.

A block says how many lines of values follow, and gives for each parameter its unit and the
number that stands for no value. A line ends with one flag a parameter, written together, and a
block with a line of these numbers, which is its end and no value. The table that comes out is
as one of ODV text: flags in L20 beside each variable, what is missing missing, and what is known
of columns in ``attrs["columns"]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .. import qc
from ..answers import as_text
from ..errors import MalformedAnswer
from .sdn_names import code_of, standard_name, unit_of

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File

_STATION = re.compile(r"^\*(?P<id>[A-Z]{2}\w{8,16})\s+Data Type=\s*(?P<type>\w+)")
_WHERE = re.compile(
    r"^\*DATE=(?P<date>\d{8}) TIME=(?P<time>\d{4}) LAT=(?P<ns>[NS])(?P<lat>\d+ +[\d.]+) "
    r"LON=(?P<ew>[EW])(?P<lon>\d+ +[\d.]+) DEPTH=\s*(?P<depth>[\d.]*)"
)
_SIZE = re.compile(r"^\*NB PARAMETERS=(?P<parameters>\d+) RECORD LINES=(?P<lines>\d+)")
_PARAMETER = re.compile(
    r"^\*(?P<name>[A-Z][A-Z0-9]{3}) (?P<words>.*?)\((?P<unit>[^()]*)\)\s*def\.=\s*(?P<default>\S+)"
)
_MAPPED = re.compile(
    r"^\*<subject>SDN:LOCAL:(?P<name>\w+)</subject><object>(?P<p01>.*?)</object>"
    r"<units>(?P<p06>.*?)</units>"
)
_CLOCK = ("YEAR", "MNTH", "DAYX", "TIME")


@dataclass
class _Station:
    """What a block says before its values."""

    id: str
    cruise: str
    fixed: dict[str, Any] = field(default_factory=dict)
    lines: int = -1
    parameters: dict[str, tuple[str, str]] = field(default_factory=dict)  # unit and default
    mapped: dict[str, tuple[str, str]] = field(default_factory=dict)  # P01 and P06
    names: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)


def read_medatlas(file: File) -> pd.DataFrame:
    """The table of a MEDATLAS file, a row a level or moment.

    Raises
    ------
    MalformedAnswer
        If it is none, or a station has not as many lines as it says.
    """
    import pandas as pd

    stations = list(_stations(file.path, as_text(file)))
    if not stations:
        raise MalformedAnswer(f"{file.path}: it is no MEDATLAS text: no line as *ID Data Type=")
    about: dict[str, dict[str, str]] = {}
    tables = [_table(file.path, station, about) for station in stations]
    found = pd.concat(tables, ignore_index=True)
    found.attrs["columns"] = about
    return found


def _stations(path: str, text: str) -> Iterator[_Station]:
    cruise, station = "", None
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if begins := _STATION.match(line):
            if station:
                yield _whole(path, station)
            station = _Station(begins["id"], cruise)
        elif station is None:
            cruise = cruise or line[14:44].strip() if line.startswith("*") else cruise
        elif line.startswith("*"):
            _note(path, station, line)
        elif line.strip():
            station.rows.append(line.split())
    if station:
        yield _whole(path, station)


def _note(path: str, station: _Station, line: str) -> None:
    """Take from a line of a block's head what it says."""
    if where := _WHERE.match(line):
        try:
            moment = datetime.strptime(where["date"] + where["time"], "%d%m%Y%H%M")
        except ValueError as error:
            raise MalformedAnswer(f"{path}: station {station.id}: {error}") from error
        station.fixed["time"] = moment
        station.fixed["latitude"] = _degrees(where["lat"]) * (1 if where["ns"] == "N" else -1)
        station.fixed["longitude"] = _degrees(where["lon"]) * (1 if where["ew"] == "E" else -1)
        depth = float(where["depth"] or 0)
        station.fixed["bottom_depth"] = depth if depth > 0 else float("nan")
    elif size := _SIZE.match(line):
        station.lines = int(size["lines"])
    elif told := _MAPPED.match(line):
        station.mapped[told["name"]] = (code_of(told["p01"]), code_of(told["p06"]))
    elif told := _PARAMETER.match(line):
        station.parameters[told["name"]] = (told["unit"].strip(), told["default"])
    elif line.startswith(("*EDMO_CODE=", "*LOCAL_CDI_ID=")):
        name, _, value = line[1:].partition("=")
        station.fixed["EDMO_code" if name == "EDMO_CODE" else name] = value.strip()
    elif station.parameters and tuple(line[1:].split()) == tuple(station.parameters):
        station.names = tuple(station.parameters)


def _degrees(text: str) -> float:
    degrees, minutes = text.split()
    return int(degrees) + float(minutes) / 60


def _whole(path: str, station: _Station) -> _Station:
    if "time" not in station.fixed or not station.names:
        raise MalformedAnswer(f"{path}: station {station.id} has no date, place or parameters")
    defaults = [float(default) for _, default in station.parameters.values()]
    if station.rows and _numbers(station.rows[-1][:-1]) == defaults:
        station.rows.pop()
    if len(station.rows) != station.lines:
        raise MalformedAnswer(
            f"{path}: station {station.id} has {len(station.rows)} lines and says it has "
            f"{station.lines}"
        )
    width = len(station.names)
    for row in station.rows:
        if len(row) != width + 1 or len(row[-1]) != width:
            raise MalformedAnswer(f"{path}: station {station.id}: {row} has not {width} values")
    return station


def _numbers(texts: Sequence[str]) -> list[float]:
    """The numbers of texts; nothing where one is none."""
    try:
        return [float(text) for text in texts]
    except ValueError:
        return []


def _table(path: str, station: _Station, about: dict[str, dict[str, str]]) -> pd.DataFrame:
    import pandas as pd

    found: dict[str, Any] = {
        "Cruise": [station.cruise] * len(station.rows), "Station": station.id, **station.fixed,
    }  # fmt: skip
    if set(_CLOCK) <= set(station.names):
        found["station_time"] = found.pop("time")
        found["time"] = _clock(path, station)
    for number, name in enumerate(station.names):
        if name in _CLOCK:
            continue
        unit, default = station.parameters[name]
        p01, p06 = station.mapped.get(name, ("", ""))
        known = {
            "units": unit_of(p01, p06, unit),
            "p01": p01,
            "p06": p06,
            "standard_name": standard_name(p01, p06) or "",
        }
        about[name] = {key: value for key, value in known.items() if value}
        flags = qc.to_l20([row[-1][number] for row in station.rows], "medatlas")
        values = pd.Series([row[number] for row in station.rows], dtype="str")
        try:
            numbers = values.astype("float64")
        except ValueError as error:
            raise MalformedAnswer(f"{path}: station {station.id}: {name}: {error}") from error
        missing = (numbers == float(default)) | (flags == "9")
        found[name] = numbers.mask(missing)
        found[f"{name}_QC"] = flags
    return pd.DataFrame(found)


def _clock(path: str, station: _Station) -> Any:
    """The moment of each line of a time series."""
    import pandas as pd

    places = [station.names.index(name) for name in _CLOCK]
    texts = [" ".join(row[place] for place in places) for row in station.rows]
    try:
        moments = pd.to_datetime(texts, format="%Y %m %d %H%M%S")
    except ValueError as error:
        raise MalformedAnswer(f"{path}: station {station.id}: {error}") from error
    return moments.astype("datetime64[ns]")
