"""CSV of a person's own: a heading with units, and rows of numbers, dates and words.

A unit stands in brackets after a name (``temperature [degC]``, ``depth (m)``), in a second row, as
ERDDAP writes it, or is given beside the file. What a column is, is known by its CF name, by a few
words that everybody uses, or is given beside the file too.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import UnusableFile

if TYPE_CHECKING:
    import pandas as pd

_WITH_UNIT = re.compile(r"^(?P<name>.*?)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))$")
_ABSENT = {"", "nan", "na", "n/a", "null", "none", "-"}
_PLACES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("time", "date", "datetime", "date_time", "timestamp", "time_utc"), "time"),
        **dict.fromkeys(("latitude", "lat"), "latitude"),
        **dict.fromkeys(("longitude", "lon", "long", "lng"), "longitude"),
    }
)
WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("temperature", "temp", "t90"), "sea_water_temperature"),
        **dict.fromkeys(("salinity", "sal", "psal"), "sea_water_practical_salinity"),
        **dict.fromkeys(("pressure", "pres"), "sea_water_pressure_due_to_sea_water"),
        "depth": "depth",
        **dict.fromkeys(
            ("chlorophyll", "chl", "chla", "chlorophyll_a"),
            "mass_concentration_of_chlorophyll_a_in_sea_water",
        ),
    }
)
# What is dissolved has one CF name by volume and one by mass: its unit says which.
_DISSOLVED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("oxygen", "dissolved_oxygen", "o2", "doxy"),
            ("dissolved_molecular_oxygen", "oxygen"),
        ),
        **dict.fromkeys(("nitrate", "no3"), ("nitrate", "nitrate")),
        **dict.fromkeys(("nitrite", "no2"), ("nitrite", "nitrite")),
        **dict.fromkeys(("phosphate", "po4"), ("phosphate", "phosphate")),
        **dict.fromkeys(("silicate", "sio4"), ("silicate", "silicate")),
    }
)
_TEXT_UNITS = {"utc", "iso8601", "iso 8601", "text", "-"}


def read_csv_table(
    content: bytes,
    *,
    name: str,
    units: Mapping[str, str],
    names: Mapping[str, str],
) -> pd.DataFrame:
    """The table, with ``time``, ``latitude`` and ``longitude`` under these names.

    Parameters
    ----------
    content
        The file's bytes: UTF-8, or Latin-1.
    name
        What to call it in errors.
    units, names
        By column as the file calls it, its unit and its CF standard name.

    Raises
    ------
    UnusableFile
        With line and column, if it is not such a table.
    """
    import pandas as pd

    rows = _rows(content, name)
    if len(rows) < 2:
        raise UnusableFile(f"{name}: it has {len(rows)} lines: a heading and rows are needed")
    (_, heading), *body = rows
    labels, told = zip(*(_label(cell) for cell in heading), strict=True)
    _check_labels(labels, name)
    second = body[0][1]
    if not any(told) and _is_units(second, labels):
        told = tuple(cell.strip() for cell in second)
        body = body[1:]
    for number, row in body:
        if len(row) != len(labels):
            raise UnusableFile(
                f"{name}, line {number}: {len(row)} cells, and {len(labels)} columns"
            )
    table, about = {}, {}
    for position, label in enumerate(labels):
        cells = [(number, row[position].strip()) for number, row in body]
        place = _PLACES.get(label.casefold(), "")
        key = place or label
        unit = units.get(label, told[position])
        if place != "time" and unit and unit.casefold() not in _TEXT_UNITS | {"1"}:
            _check_numbers(cells, label, name, unit)
        table[key] = _time(cells, label, name) if place == "time" else _cells(cells)
        standard = names.get(label) or place or _known(label, unit)
        about[key] = {"units": unit, "standard_name": standard, "native": label}
    unknown = (set(units) | set(names)) - set(labels)
    if unknown:
        raise UnusableFile(
            f"{name}: units or names are given for {', '.join(sorted(unknown))}, which are no "
            f"columns: there are {', '.join(labels)}"
        )
    found = pd.DataFrame(table)
    found.attrs["columns"] = {
        key: {word: value for word, value in each.items() if value} for key, each in about.items()
    }
    found.attrs["lines"] = [number for number, _ in body]
    return found


def _rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """Lines that say something, with their numbers; those that begin with # are comments."""
    if b"\0" in content[:4096]:
        raise UnusableFile(f"{name}: it is no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise UnusableFile(f"{name}: it is empty")
    counts = {sign: lines[0].count(sign) for sign in (",", ";", "\t")}
    delimiter = max(counts, key=lambda sign: counts[sign])
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        return [
            (reader.line_num, row)
            for row in reader
            if any(cell.strip() for cell in row) and not row[0].startswith("#")
        ]
    except csv.Error as error:
        raise UnusableFile(f"{name}, line {reader.line_num}: {error}") from error


def _label(cell: str) -> tuple[str, str]:
    found = _WITH_UNIT.match(cell.strip())
    if found and found["name"]:
        return found["name"].strip(), (found["square"] or found["round"] or "").strip()
    return cell.strip(), ""


def _check_labels(labels: tuple[str, ...], name: str) -> None:
    for position, label in enumerate(labels, start=1):
        if not label:
            raise UnusableFile(f"{name}: column {position} has no name")
    keys = [_PLACES.get(label.casefold(), label) for label in labels]
    if twice := [key for key in dict.fromkeys(keys) if keys.count(key) > 1]:
        raise UnusableFile(f"{name}: more than one column is {', '.join(twice)}")


def _is_units(row: list[str], labels: tuple[str, ...]) -> bool:
    """Whether a row has units: no numbers, and something under a name of time or position."""
    words = [cell.strip() for cell in row]
    if any(_is_number(word) and word != "1" for word in words):
        return False
    units = dict(zip((label.casefold() for label in labels), words, strict=False))
    placed = [units[label] for label in units if label in _PLACES]
    return any(word.casefold() in _TEXT_UNITS or "degree" in word for word in placed)


def _is_number(word: str) -> bool:
    try:
        # Python takes 1_0 for ten, and inf is what a division by zero left there.
        return "_" not in word and math.isfinite(float(word))
    except ValueError:
        return False


def _known(label: str, unit: str) -> str:
    """The CF name that a label and its unit mean together; empty where they mean none."""
    word = re.sub(r"[\s-]+", "_", label.casefold())
    if word in _DISSOLVED and "mol" in unit:
        by_volume, by_mass = _DISSOLVED[word]
        if re.search(r"kg", unit):
            return f"moles_of_{by_mass}_per_unit_mass_in_sea_water"
        return f"mole_concentration_of_{by_volume}_in_sea_water"
    return WORDS.get(word) or _cf(label)


def _cf(label: str) -> str:
    """A name that is written as CF writes its names is taken for one."""
    return label if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+){2,}", label) else ""


def _check_numbers(cells: list[tuple[int, str]], label: str, name: str, unit: str) -> None:
    """Refuse words where there is a unit: a slip of the pen must not make a column of text."""
    for number, text in cells:
        if text.casefold() not in _ABSENT and not _is_number(text):
            comma = " with a point, not a comma" if _is_number(text.replace(",", ".")) else ""
            raise UnusableFile(
                f"{name}, line {number}, {label}: {text!r} is no number, and its unit is {unit}: "
                f"write a number{comma}, or one of "
                f"{', '.join(sorted(word for word in _ABSENT if word))} for none"
            )


def _cells(cells: list[tuple[int, str]]) -> Any:
    """Numbers where all are, else words."""
    values = [None if text.casefold() in _ABSENT else text for _, text in cells]
    if all(value is None or _is_number(value) for value in values):
        return [float("nan") if value is None else float(value) for value in values]
    return ["" if value is None else value for value in values]


def _time(cells: list[tuple[int, str]], label: str, name: str) -> Any:
    import pandas as pd

    try:
        return _moments([text for _, text in cells])
    except ValueError:
        pass
    for number, text in cells:
        try:
            _moments([text])
        except ValueError:
            raise UnusableFile(
                f"{name}, line {number}, {label}: {text!r} is no date as 2020-06-30 or "
                "2020-06-30T12:00:00Z"
            ) from None
    return pd.to_datetime([text for _, text in cells], utc=True)


def _moments(texts: list[str]) -> Any:
    import pandas as pd

    moments = pd.to_datetime(pd.Series(texts, dtype="object"), format="ISO8601", utc=True)
    return moments.dt.tz_localize(None).astype("datetime64[ns]").array
