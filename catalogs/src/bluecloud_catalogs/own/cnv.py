"""Sea-Bird's ``.cnv``: what their processing writes of a cast of a CTD.

Lines that begin with ``*`` come from the instrument, those with ``#`` from the processing; after
``*END*`` there are numbers in columns. A variable's line is ``# name 0 = prDM: Pressure [db]``: the
short name says what it is (Sea-Bird, SBE Data Processing manual, appendix VI), the brackets in
which unit. Time and position stand in the header, once a cast, if the ship's NMEA was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import UnusableFile

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"^# name (\d+) = ([^:]+?)\s*:\s*(.*)$")
_UNIT = re.compile(r"\[([^\]]*)\]")
_LAST_BRACKETS = re.compile(r"\[([^\[\]]*)\]\s*$")
_DEGREES = re.compile(r"^([0-9]+)[ d]+([0-9.]+)['m ]*([NSEW])$", re.IGNORECASE)
_MOMENT = re.compile(r"([A-Z][a-z]{2} \d{1,2} \d{4})\s+(\d{2}:\d{2}:\d{2})")
# The short names of which the meaning is one of ours; first the pattern, then the CF name and unit.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    (r"pr(DM|dM|SM|M|50M|E)?", "sea_water_pressure_due_to_sea_water", "dbar"),
    (r"dep[SF]?M", "depth", "m"),
    (r"(t|tv|ts)[0-9]*9[0-9]?C|t4990C|t[01]90Cm?", "sea_water_temperature", "degree_Celsius"),
    (r"(t|tv|ts)[0-9]*68C", "sea_water_temperature", "degree_Celsius"),
    (r"sal[0-9]{2}", "sea_water_practical_salinity", "1"),
    (r"(sbeox|oxs?ol|sbox)[0-9]*Mm/Kg", "moles_of_oxygen_per_unit_mass_in_sea_water", "umol kg-1"),
    (
        r"(sbeox|sbox)[0-9]*Mm/L",
        "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water",
        "umol L-1",
    ),
    (r"(sbeox|sbox)[0-9]*M[Ll]/L", "volume_fraction_of_oxygen_in_sea_water", "mL L-1"),
    (r"(sbeox|sbox)[0-9]*Mg/L", "mass_concentration_of_oxygen_in_sea_water", "mg L-1"),
    (r"c[0-9]+S/m", "sea_water_electrical_conductivity", "S m-1"),
    (r"c[0-9]+mS/cm", "sea_water_electrical_conductivity", "mS cm-1"),
    (r"fl(ECO-AFL|SP|S|C|SPuv0)?", "mass_concentration_of_chlorophyll_in_sea_water", "mg m-3"),
    (r"latitude", "latitude", "degrees_north"),
    (r"longitude", "longitude", "degrees_east"),
)
# Sea-Bird's words for units, as UDUNITS and pint have them.
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "db": "dbar", "salt water, m": "m", "fresh water, m": "m",
        "ITS-90, deg C": "degree_Celsius",
        "IPTS-68, deg C": "degree_Celsius", "deg C": "degree_Celsius", "PSU": "1", "S/m": "S m-1",
        "mS/cm": "mS cm-1", "umol/kg": "umol kg-1", "umol/l": "umol L-1", "ml/l": "mL L-1",
        "mg/l": "mg L-1", "mg/m^3": "mg m-3", "% saturation": "percent", "kg/m^3": "kg m-3",
        "sigma-theta, kg/m^3": "kg m-3", "density, kg/m^3": "kg m-3", "%": "percent", "V": "V",
        "1/m": "m-1", "m/s": "m s-1", "Chen-Millero, m/s": "m s-1", "seconds": "s", "deg": "degree",
        "NTU": "1",
    }
)  # fmt: skip


@dataclass
class _Header:
    """What the lines above the numbers say."""

    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    data_begins: int = 0


def read_cnv(content: bytes, *, name: str) -> pd.DataFrame:
    """The table of a cast, with time and position where the header has them.

    ``attrs["columns"]`` says what each column is, as other tables of ours do.

    Raises
    ------
    UnusableFile
        With the line, if it is no such file, is binary, or has a row that is not one.
    """
    import pandas as pd

    lines = content.decode("latin-1").splitlines()
    header = _header(lines, name)
    if header.told.get("file_type", "ascii").strip() != "ascii":
        raise UnusableFile(f"{name}: its numbers are binary: convert it to ASCII with Translate")
    bad = _number(header.told.get("bad_flag", "-9.990e-29"))
    width = len(header.names)
    rows = []
    for number, line in enumerate(lines[header.data_begins :], start=header.data_begins + 1):
        if not line.strip():
            continue
        values = _row(line, width)
        if values is None:
            raise UnusableFile(
                f"{name}, line {number}: {line.strip()[:60]!r} is not {width} numbers"
            )
        rows.append([float("nan") if value == bad else value for value in values])
    _check_count(header, len(rows), name)
    labels = [label for label, _ in header.names.values()]
    table = pd.DataFrame(rows, columns=labels, dtype="float64")
    about = {label: _about(label, words) for label, words in header.names.values()}
    for kind, value in _place(header).items():
        if kind not in table:
            table[kind] = value
    table.attrs["columns"] = about
    return table


def _header(lines: list[str], name: str) -> _Header:
    header = _Header()
    if not lines or not lines[0].startswith("*"):
        raise UnusableFile(f"{name}: it is no Sea-Bird file: its first line does not begin with *")
    for number, line in enumerate(lines, start=1):
        if line.startswith("*END*"):
            header.data_begins = number
            break
        if found := _NAME.match(line):
            header.names[int(found[1])] = (found[2].strip(), found[3].strip())
        elif "=" in line and line[:1] in "*#":
            key, _, value = line.lstrip("*# ").partition("=")
            header.told[key.strip()] = value.strip()
    if not header.data_begins or not header.names:
        raise UnusableFile(f"{name}: it has no line *END*, or no line '# name 0 = ...' before it")
    if sorted(header.names) != list(range(len(header.names))):
        raise UnusableFile(f"{name}: its variables are numbered {sorted(header.names)}, with a gap")
    labels = [label for label, _ in header.names.values()]
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise UnusableFile(f"{name}: two variables are named {', '.join(sorted(twice))}")
    header.names = {number: header.names[number] for number in sorted(header.names)}
    return header


def _row(line: str, width: int) -> list[float] | None:
    words = line.split()
    if len(words) != width:  # columns of eleven characters may touch
        words = [line[start : start + 11] for start in range(0, 11 * width, 11)]
        if len(line.rstrip()) > 11 * width:
            return None
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def _check_count(header: _Header, rows: int, name: str) -> None:
    told = header.told.get("nvalues", "").split()
    if told and told[0].isdecimal() and int(told[0]) != rows:
        raise UnusableFile(
            f"{name}: it says that it has {told[0]} rows, and has {rows}: it is not whole"
        )


def _about(label: str, words: str) -> dict[str, str]:
    brackets = _LAST_BRACKETS.search(words)
    native = brackets[1].strip() if brackets else ""
    about = {"units": _UNITS.get(native, native or "1"), "long_name": words}
    for pattern, standard_name, units in _KNOWN:
        if re.fullmatch(pattern, label):
            return {**about, "standard_name": standard_name, "units": _UNITS.get(native, units)}
    return about


def _place(header: _Header) -> dict[str, Any]:
    """Time and position of the cast; those of NMEA go before those that somebody typed."""
    import pandas as pd

    found: dict[str, Any] = {}
    for kind in ("Latitude", "Longitude"):
        for key in (f"NMEA {kind}", kind):
            if key in header.told and (degrees := _degrees(header.told[key])) is not None:
                found.setdefault(kind.lower(), degrees)
    for key in ("NMEA UTC (Time)", "start_time", "System UTC", "System UpLoad Time"):
        moment = _MOMENT.search(header.told.get(key, ""))
        if moment:
            when = datetime.strptime(f"{moment[1]} {moment[2]}", "%b %d %Y %H:%M:%S")
            found.setdefault("time", pd.Timestamp(when).as_unit("ns"))
    return found


def _degrees(text: str) -> float | None:
    found = _DEGREES.match(text.strip())
    if not found:
        return None
    value = int(found[1]) + float(found[2]) / 60
    return -value if found[3].upper() in "SW" else value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
