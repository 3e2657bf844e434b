"""Tables of PANGAEA, such as SOCAT's cruises: a description between ``/*`` and ``*/``, then rows.

The description names each column with its unit, method and comment, in the order of the columns,
and the data's licence and citation, which are taken as those of what is read. Where a comment
says that a column is the WOCE flag of another, that one gets L20 flags beside it; the native
column stays.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from .. import qc
from ..answers import as_text
from ..declarations import Service
from ..errors import MalformedAnswer, ParameterError
from ..places import Ask, with_query
from .asked import Asked, Box, Period, during, inside
from .base import Reading, SourceReader
from .icos_meta import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

_PARAMETER = re.compile(
    r"^(?P<name>.*?)(?:\s+\[(?P<unit>[^\[\]]*)\])?"
    r"\s+\((?P<short>[^()]*(?:\([^()]*\))?[^()]*)\)(?P<more>(?:\s+\*.*)?)$"
)
_COMMENT = re.compile(r"\* COMMENT: (?P<comment>.*?)(?= \* [A-Z]+: |$)")
_FLAG_OF = re.compile(r"WOCE quality flag for (?P<of>\w+)")
_STANDARD = {"Date/Time": "time", "Latitude": "latitude", "Longitude": "longitude"}
_NAMES = {
    "Temp": "sea_water_temperature",
    "Depth water": "depth",
    "PPPP interp": "air_pressure_at_mean_sea_level",
    "fCO2water_SST_wet": "fugacity_of_carbon_dioxide_in_sea_water",
    "fCO2rec": "fugacity_of_carbon_dioxide_in_sea_water",
}


@dataclass(frozen=True)
class Parameter:
    """A column as the description has it."""

    name: str
    unit: str
    comment: str


@dataclass(frozen=True)
class Described:
    """What stands before the table."""

    parameters: Sequence[Parameter]
    about: Mapping[str, str]


class PangaeaOptions(BaseModel):
    """Which service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service


class PangaeaRequest(Asked):
    """Which dataset, by the number in its DOI, and of it all that fulfils every condition given."""

    dataset: Annotated[int, Field(gt=0, lt=10**8)] | None = None
    bbox: Box = None
    time: Period = None


class Pangaea(SourceReader):
    """Reads the table of a dataset."""

    protocol = "PANGAEA tab-delimited text"
    makes = "pandas:DataFrame"
    options = PangaeaOptions
    request = PangaeaRequest

    def read(
        self, place: Place, options: PangaeaOptions, request: PangaeaRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for."""
        if request.dataset is None:
            raise ParameterError("which dataset? Give the number after PANGAEA. in its DOI")
        path = with_query(f"10.1594/PANGAEA.{request.dataset}", {"format": "textfile"})
        ask = Ask(path, options.service, sample=f"pangaea/{request.dataset}.tab")
        file = place.fetch([ask])[0]
        table, told = read_tab(file)
        for name in ("bbox", "time"):
            needed = {"longitude", "latitude"} if name == "bbox" else {"time"}
            if getattr(request, name) is not None and not needed <= set(table):
                raise ParameterError(f"{name}: this dataset has no {', '.join(sorted(needed))}")
        if request.bbox is not None:
            east, north = table["longitude"].to_numpy(), table["latitude"].to_numpy()
            table = table[inside(request.bbox, east, north)]
        if request.time is not None:
            table = table[during(request.time, table["time"].to_numpy("datetime64[ns]"))]
        notes = {"dataset_title": told.about.get("title", "")}
        if place.tier != "sample":
            own = ("licence", "citation")
            notes |= {name: told.about[name] for name in own if name in told.about}
        return Reading(table.reset_index(drop=True), len(table), [file], notes)


def read_tab(file: File) -> tuple[pd.DataFrame, Described]:
    """The table of a file and what stands before it.

    ``attrs["columns"]`` has unit, CF name and comment of each column.

    Raises
    ------
    MalformedAnswer
        If it is none of PANGAEA's, not whole, or its description does not fit its columns.
    """
    import pandas as pd

    text = as_text(file).replace("\r\n", "\n")
    head, mark, body = text.partition("\n*/\n")
    if not text.startswith("/* DATA DESCRIPTION:") or not mark:
        raise MalformedAnswer(f"{file.path}: it is no text of PANGAEA with a description")
    if not body.endswith("\n"):
        raise MalformedAnswer(f"{file.path}: it is not whole: its last line does not end")
    told = _described(head)
    header = body.split("\n", 1)[0].split("\t")
    if len(header) != len(told.parameters):
        raise MalformedAnswer(
            f"{file.path}: it describes {len(told.parameters)} parameters, and has "
            f"{len(header)} columns"
        )
    try:
        table = pd.read_csv(io.StringIO(body), sep="\t", quoting=3)
    except (ValueError, pd.errors.ParserError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error
    names = _names(header, told.parameters)
    table.columns = pd.Index(names)
    columns = {}
    for name, each in zip(names, told.parameters, strict=True):
        known = {
            "units": UNITS.get(each.unit, each.unit),
            "standard_name": _NAMES.get(name, name if name in _STANDARD.values() else ""),
            "comment": each.comment,
        }
        columns[name] = {key: value for key, value in known.items() if value}
    if "time" in table:
        moments = pd.to_datetime(table["time"], utc=True, format="ISO8601", errors="coerce")
        table["time"] = moments.dt.tz_localize(None).astype("datetime64[ns]")
    for name in ("latitude", "longitude"):
        if name in table:
            table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
            columns[name]["units"] = "degrees_north" if name == "latitude" else "degrees_east"
    _add_flags(table, names, told.parameters)
    table.attrs["columns"] = columns
    return table, told


def _described(head: str) -> Described:
    fields: dict[str, list[str]] = {}
    key = ""
    for line in head.split("\n")[1:]:
        label, tab, rest = line.partition("\t")
        key = label.rstrip(":") if label else key
        fields.setdefault(key, []).append(rest if tab else line)
    parameters = []
    for line in fields.get("Parameter(s)", []):
        found = _PARAMETER.match(line.strip())
        if found is None:
            raise MalformedAnswer(f"parameter {line.strip()!r} is not described as PANGAEA does")
        comment = _COMMENT.search(found["more"])
        parameters.append(
            Parameter(found["name"], found["unit"] or "", comment["comment"] if comment else "")
        )
    citation = fields.get("Citation", [""])[0].strip().rstrip(",")
    about = {
        "citation": citation,
        "licence": " ".join(fields.get("License", [])).strip(),
        "title": re.sub(r"^.*?\(\d{4}\): ", "", citation).partition(". ")[0],
    }
    return Described(parameters, {name: value for name, value in about.items() if value})


def _names(header: Sequence[str], parameters: Sequence[Parameter]) -> list[str]:
    """Names without units, each once; a second of a name is called by the word of its comment."""
    names: list[str] = []
    for column, parameter in zip(header, parameters, strict=True):
        name = re.sub(r"\s*\[[^\[\]]*\]", "", column).strip()
        name = _STANDARD.get(name, name)
        if name.endswith("...)") and re.fullmatch(r"\w+", parameter.comment):
            name = parameter.comment
        number = 2
        while name in names:
            name = f"{name.removesuffix(f'_{number - 1}')}_{number}"
            number += 1
        names.append(name)
    return names


def _add_flags(table: pd.DataFrame, names: Sequence[str], parameters: Sequence[Parameter]) -> None:
    """Put L20 flags after each column that another is the WOCE flag of."""
    of: dict[str, str] = {
        each.comment: name for name, each in zip(names, parameters, strict=True) if each.comment
    }
    for name, each in zip(names, parameters, strict=True):
        found = _FLAG_OF.search(each.comment)
        flagged: Any = of.get(found["of"]) if found else None
        if flagged is not None:
            codes = qc.to_l20(table[name].to_numpy(dtype=object), "woce water")
            table.insert(list(table.columns).index(flagged) + 1, f"{flagged}_QC", codes)
