"""Beacon nodes: subsets of the large collections of Blue-Cloud, cut out by their server.

A box and a period are wanted, and a limit is always sent: an answer as long as the limit is not
all there is, and is refused. Of a value and its adjusted one the adjusted is taken, and the raw
one only where nothing at all is said of an adjustment: a value that was adjusted away must not
come back by another door. Flags become SeaDataNet's L20, the native ones are kept beside.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..answers import is_page, told_by
from ..credentials import required
from ..declarations import Line, Service
from ..errors import MalformedAnswer, ParameterError, RequestRefused, RequestTooLarge
from ..places import Ask
from ..qc import Scheme, to_l20
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .beacon_query import query
from .columns import chosen
from .words import Depths, Form, Names

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

MOST_ROWS = 2_000_000  # some 200 MB in memory
WHERE = "https://data.blue-cloud.org"
Variables: TypeAlias = Annotated[
    Names, Form(r"[a-z][a-z0-9_]{0,39}", "a variable of the entry, as temperature", most=20)
]


class BeaconVariable(BaseModel):
    """A variable: the node's columns that hold it, the preferred first, and their flags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    native: Annotated[tuple[Line, ...], Field(min_length=1, max_length=2)]
    flags: tuple[Line, ...] = ()
    scheme: Scheme = "l20"


class BeaconOptions(BaseModel):
    """Which node and table, and what its columns are called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    table: Line
    longitude: Line = "longitude"
    latitude: Line = "latitude"
    time: Line = "time"
    depth: Line | None = None
    others: Mapping[Line, Line] = {}  # by our name, the node's: of a platform, say
    variables: Annotated[tuple[BeaconVariable, ...], Field(min_length=1)]
    output: Literal["parquet", "csv"] = "parquet"
    login: bool = True


class BeaconRequest(Asked):
    """Which values: of these variables in this box and period, and between these depths."""

    variables: Variables = None
    bbox: Box = None
    time: Period = None
    depth: Depths = None


class Beacon(SourceReader):
    """Reads a table of values, a row for each level of each profile."""

    protocol = "Beacon"
    makes = "pandas:DataFrame"
    options = BeaconOptions
    request = BeaconRequest

    def read(
        self, place: Place, options: BeaconOptions, request: BeaconRequest, *, lazy: bool
    ) -> Reading:
        """Read the values asked for."""
        wanted = self._wanted(options, request)
        assert request.bbox is not None  # noqa: S101 -- narrows for mypy, asked for above
        assert request.time is not None  # noqa: S101
        names = {
            "time": options.time,
            "longitude": options.longitude,
            "latitude": options.latitude,
            **({"depth": options.depth} if options.depth else {}),
            **options.others,
        }
        level = (options.depth, request.depth) if options.depth and request.depth else None
        native = [column for each in wanted for column in (*each.native, *each.flags)]
        body = query(
            table=options.table,
            columns=[*names.values(), *native],
            longitude=options.longitude,
            latitude=options.latitude,
            time=options.time,
            bbox=request.bbox,
            period=request.time,
            level=level,
            limit=MOST_ROWS + 1,
            output=options.output,
        )
        secrets = {}
        if options.login and place.tier == "live":
            secrets["Authorization"] = required("bluecloud", where=WHERE).bearer()
        ask = Ask(
            "api/query", options.service, "POST", body, {"Content-Type": "application/json"},
            frozenset({200}), f"{options.service}/{options.table}.{options.output}", secrets,
        )  # fmt: skip
        file = place.fetch([ask])[0]
        told = _table(file, options.output)
        if len(told) > MOST_ROWS:
            raise RequestTooLarge(
                f"the node has more than {MOST_ROWS} rows for this: ask for a smaller box, a "
                "shorter period or fewer depths"
            )
        absent = [name for name in (*names.values(), *native) if name not in told]
        if absent:
            raise MalformedAnswer(f"{file.path}: it has no column {', '.join(absent)}")
        table = _typed(told, names, wanted)
        rows = chosen(table, bbox=request.bbox, time=request.time, depth=request.depth)
        return Reading(rows, len(rows), [file])

    def _wanted(self, options: BeaconOptions, request: BeaconRequest) -> list[BeaconVariable]:
        if request.bbox is None or request.time is None:
            raise ParameterError("where and when? Give both bbox and time")
        if None in request.time:
            raise ParameterError("time: give both its ends, the nodes hold a century")
        if request.depth is not None and options.depth is None:
            raise ParameterError("depth: this node has pressure instead")
        known = {each.name: each for each in options.variables}
        unknown = [name for name in request.variables or () if name not in known]
        if unknown:
            raise ParameterError(
                f"variables: there is no {', '.join(unknown)}: there are {', '.join(known)}"
            )
        return [known[name] for name in request.variables or known]


def _table(file: File, output: str) -> pd.DataFrame:
    import pandas as pd

    content = file.content
    if is_page(content):
        raise MalformedAnswer(f"{file.path}: it is a web page, no table")
    if b"ExceptionReport" in content[:1000]:
        raise RequestRefused(f"{file.path}: {told_by(content)}")
    try:
        if output == "csv":
            if not content.endswith(b"\n"):
                raise MalformedAnswer(f"{file.path}: it is not whole: its last line does not end")
            return pd.read_csv(io.BytesIO(content))
        return pd.read_parquet(io.BytesIO(content))
    except (ValueError, OSError) as error:  # pyarrow's errors are both
        raise MalformedAnswer(f"{file.path}: it is no {output}, or not whole: {error}") from None


def _typed(
    told: pd.DataFrame, names: Mapping[str, str], wanted: list[BeaconVariable]
) -> pd.DataFrame:
    """The columns under our names; variables with their flags in both schemes."""
    import pandas as pd

    made: dict[str, Any] = {}
    for ours, theirs in names.items():
        values = told[theirs]
        if ours == "time":
            moments = pd.to_datetime(values, utc=True, errors="coerce")
            made[ours] = moments.dt.tz_localize(None).astype("datetime64[ns]")
        elif ours in {"longitude", "latitude", "depth"}:
            made[ours] = pd.to_numeric(values, errors="coerce").astype("float64")
        else:
            made[ours] = values.astype("object").where(values.notna(), "").map(_plain)
    for each in wanted:
        value, flag = _preferred(told, each)
        made[each.name] = value
        if each.flags:
            made[f"{each.name}_qc"] = to_l20(flag.to_numpy(), each.scheme)
            made[f"{each.name}_qc_native"] = flag.astype("str")
    return pd.DataFrame(made)


def _preferred(told: pd.DataFrame, each: BeaconVariable) -> tuple[pd.Series, pd.Series]:
    """Each value from the first of the columns that says anything of it, and its flag."""
    import pandas as pd

    columns = [pd.to_numeric(told[name], errors="coerce").astype("float64") for name in each.native]
    flags = [
        told[name].astype("object").where(told[name].notna(), "").map(_flag) for name in each.flags
    ]
    value = columns[0]
    flag = flags[0] if flags else pd.Series("", index=told.index)
    for number, other in enumerate(columns[1:], start=1):
        silent = value.isna() & (flag == "")
        value = value.mask(silent, other)
        if number < len(flags):
            flag = flag.mask(silent, flags[number])
    return value, flag


def _plain(value: Any) -> str:
    """Text, also of the bytes in which character arrays come."""
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip()


def _flag(value: Any) -> str:
    """A flag as one character; 1.0, which a column with gaps makes of 1, is 1."""
    text = _plain(value)
    return text.removesuffix(".0")
