"""Tables of ICOS data objects, as CSV or in the Carbon Portal's binary columns.

Both are asked for by the object's description, which says what columns and how many rows there
are: what comes is held against it. The binary form has no header: each column whole, after the
other, in big-endian numbers. The table is described to the server by columns sorted by label.

Flags of the Ocean Thematic Centre are WOCE's: 2 is good. They become L20 in ``<column>_QC``, and
stay as they are beside it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .. import qc
from ..answers import as_text
from ..declarations import Service
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Box, Period, during, inside
from .base import Reading, SourceReader
from .icos_login import REDIRECTIONS, accepted, secrets_for
from .icos_meta import FLAG_SUFFIX, Column, DataObject, ObjectId, described, rights

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

_FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "int32": ("INT", ">i4"),
        "float32": ("FLOAT", ">f4"),
        "float64": ("DOUBLE", ">f8"),
        "iso8601dateTime": ("DOUBLE", ">f8"),
        "iso8601date": ("INT", ">i4"),
        "iso8601timeOfDay": ("INT", ">i4"),
        "bmpChar": ("CHAR", ">u2"),
        "byte": ("BYTE", ">i1"),
    }
)
_TEXT = ("STRING", "")  # whose values are elsewhere: such a column cannot be asked for
_NO_INTEGER = -(2**31)  # what stands for no value in a column of integers
_TIME = "TIMESTAMP"


class IcosDataOptions(BaseModel):
    """Which services, which form, and how much is read at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meta: Service
    data: Service
    login: Service
    form: Literal["csv", "binary"] = "csv"
    most: Annotated[int, Field(ge=1)] = 20_000_000


class IcosDataRequest(Asked):
    """Which object, which of its columns (none: all), and of it all that fulfils each condition."""

    object: ObjectId | None = None
    columns: (
        Annotated[
            tuple[Annotated[str, Field(min_length=1, max_length=100)], ...],
            Field(min_length=1, max_length=200, strict=False),
        ]
        | None
    ) = None
    bbox: Box = None
    time: Period = None


class IcosData(SourceReader):
    """Reads the table of an object."""

    protocol = "ICOS data download"
    makes = "pandas:DataFrame"
    options = IcosDataOptions
    request = IcosDataRequest

    def read(
        self, place: Place, options: IcosDataOptions, request: IcosDataRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for; licence and citation are the object's own."""
        if request.object is None:
            raise ParameterError("which object? Give the 24 characters at the end of its PID")
        meta, told = described(place, options.meta, request.object)
        wanted = _wanted(told, request)
        if (told.rows or 0) * len(wanted) > options.most:
            raise RequestTooLarge(
                f"{told.rows} rows of {len(wanted)} columns are asked for at once, "
                f"{options.most} values are allowed: name fewer columns"
            )
        fetch = _csv if options.form == "csv" else _binary
        file, table = fetch(place, options, told, wanted)
        if told.rows is not None and len(table) != told.rows:
            raise MalformedAnswer(
                f"{file.path}: the object has {told.rows} rows, and {len(table)} came"
            )
        table = _chosen(_flagged(table, wanted), wanted, request)
        table.attrs.update(told.about)
        table.attrs["columns"] = {
            each.label: {"units": each.units, "standard_name": each.standard_name}
            for each in wanted
            if not each.is_flag
        }
        own = {} if place.tier == "sample" else rights(told)
        return Reading(table, count=len(table), files=[meta, file], notes=own)


def binary_columns(content: bytes, formats: Sequence[str], rows: int) -> list[Any]:
    """The columns of binary data, in the order asked for, as numbers of this machine.

    Parameters
    ----------
    content, rows
        Each column whole, one after the other, big-endian, of so many values.
    formats
        What each is, as in a description.

    Raises
    ------
    ValueError
        If there are not just as many bytes.
    """
    import numpy as np

    types = [np.dtype(_FORMATS[each][1]) for each in formats]
    needed = rows * sum(each.itemsize for each in types)
    if len(content) != needed:
        raise ValueError(f"{needed} bytes of {len(types)} columns, and there are {len(content)}")
    found, at = [], 0
    for each in types:
        values = np.frombuffer(content, each, rows, at)
        found.append(values.astype(each.newbyteorder("=")))
        at += rows * each.itemsize
    return found


def _wanted(told: DataObject, request: IcosDataRequest) -> list[Column]:
    """The columns asked for, with those that conditions need and the flags of each."""
    by_label = {each.label: each for each in told.columns}
    if not by_label:
        raise ParameterError(
            f"object = {told.id}: {told.file_name} has no columns: it is no table of the portal's"
        )
    if request.columns is None:
        return list(by_label.values())
    unknown = [name for name in request.columns if name not in by_label]
    if unknown:
        raise ParameterError(
            f"columns has {', '.join(unknown)}: the object has {', '.join(by_label)}"
        )
    names = [*request.columns, *(f"{name}{FLAG_SUFFIX}" for name in request.columns)]
    kinds = {each.kind: each.label for each in told.columns}
    names.append(kinds.get("timeStamp", _TIME))
    if request.bbox is not None:
        names += [kinds[kind] for kind in ("longitude", "latitude") if kind in kinds]
    return [each for each in by_label.values() if each.label in names]


def _csv(
    place: Place, options: IcosDataOptions, told: DataObject, wanted: Sequence[Column]
) -> tuple[File, pd.DataFrame]:
    import pandas as pd

    ask = Ask(
        with_query(f"csv/{told.id}", {"col": [each.label for each in wanted]}),
        options.data,
        statuses=REDIRECTIONS | {200},
        secrets=secrets_for(place, options.login),
        sample=f"csv/{told.id}.csv",
        follow=False,
    )
    file = accepted(place.fetch([ask])[0])
    text = as_text(file)
    if not text.endswith("\n"):
        raise MalformedAnswer(f"{file.path}: it is not whole: its last line does not end")
    try:
        table = pd.read_csv(io.StringIO(text), low_memory=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise MalformedAnswer(f"{file.path}: it is no CSV: {error}") from error
    absent = [each.label for each in wanted if each.label not in table]
    if absent:
        raise MalformedAnswer(
            f"{file.path}: it has no {', '.join(absent)}: it has {', '.join(table.columns)}"
        )
    table = table[[each.label for each in wanted]]
    try:
        for each in wanted:
            if each.kind == "timeStamp":
                moments = pd.to_datetime(table[each.label], utc=True, format="ISO8601")
                table = table.assign(
                    **{each.label: moments.dt.tz_localize(None).astype("datetime64[ns]")}
                )
            elif not each.is_flag and each.unit:
                table = table.assign(**{each.label: pd.to_numeric(table[each.label])})
    except (ValueError, TypeError) as error:
        raise MalformedAnswer(f"{file.path}: {each.label}: {error}") from error
    return file, table


def _binary(
    place: Place, options: IcosDataOptions, told: DataObject, wanted: Sequence[Column]
) -> tuple[File, pd.DataFrame]:
    import numpy as np
    import pandas as pd

    # A column without a format is in no binary table.
    ordered = sorted((each for each in told.columns if each.format), key=lambda one: one.label)
    unknown = [each.label for each in wanted if each.format not in _FORMATS]
    if unknown or told.rows is None:
        raise MalformedAnswer(
            f"objects/{told.id}: its description is too old for binary data: it has no formats of "
            f"{', '.join(unknown) or 'rows'}; read it as CSV"
        )
    chosen = [each for each in ordered if each in wanted]
    body = {
        "tableId": told.id,
        "subFolder": told.format,
        "schema": {
            "columns": [_FORMATS.get(each.format, _TEXT)[0] for each in ordered],
            "size": told.rows,
        },
        "columnNumbers": [ordered.index(each) for each in chosen],
    }
    ask = Ask(
        "cpb",
        options.data,
        method="POST",
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/octet-stream"},
        statuses=REDIRECTIONS | {200},
        secrets=secrets_for(place, options.login),
        sample=f"cpb/{told.id}.cpb",
        follow=False,
    )
    file = accepted(place.fetch([ask])[0])
    # A sample has the columns of the whole table.
    had = ordered if place.tier == "sample" else chosen
    try:
        values = binary_columns(file.content, [each.format for each in had], told.rows)
    except ValueError as error:
        raise MalformedAnswer(f"{file.path}: it is no binary table: {error}") from error
    found: dict[str, Any] = {}
    for each, numbers in zip(had, values, strict=True):
        if each.format == "iso8601dateTime":
            known = np.isfinite(numbers)
            milliseconds = np.where(known, numbers, 0).astype("int64").astype("datetime64[ms]")
            moments = milliseconds.astype("datetime64[ns]")
            found[each.label] = np.where(known, moments, np.datetime64("NaT", "ns"))
        elif each.format == "bmpChar":
            found[each.label] = [chr(number) if number else None for number in numbers]
        elif each.format == "int32":
            missing = numbers == _NO_INTEGER
            found[each.label] = pd.array(numbers, dtype="Int64")
            found[each.label][missing] = pd.NA
        else:
            found[each.label] = numbers
    return file, pd.DataFrame({each.label: found[each.label] for each in wanted})


def _flagged(table: pd.DataFrame, wanted: Sequence[Column]) -> pd.DataFrame:
    """The table with an L20 flag beside each column that has flags, and ``time``."""
    labels = {each.label for each in wanted}
    for each in wanted:
        name = each.label.removesuffix(FLAG_SUFFIX)
        if each.is_flag and name in labels:
            flags = table[each.label].to_numpy(dtype=object, na_value=float("nan"))
            codes = qc.to_l20(flags, "woce water")
            table.insert(list(table.columns).index(each.label), f"{name}_QC", codes)
    stamps = [each.label for each in wanted if each.kind == "timeStamp"]
    if stamps:
        table.insert(0, "time", table[stamps[0]])
    return table


def _chosen(
    table: pd.DataFrame, wanted: Sequence[Column], request: IcosDataRequest
) -> pd.DataFrame:
    labels = {each.kind: each.label for each in wanted}
    if request.time is not None:
        if "time" not in table:
            raise ParameterError("time: the object has none to be asked for")
        table = table[during(request.time, table["time"].to_numpy("datetime64[ns]"))]
    if request.bbox is not None:
        if not {"longitude", "latitude"} <= set(labels):
            raise ParameterError("bbox: the object has no positions: it is of a fixed station")
        east, north = (
            table[labels[kind]].to_numpy("float64") for kind in ("longitude", "latitude")
        )
        table = table[inside(request.bbox, east, north)]
    return table.reset_index(drop=True)
