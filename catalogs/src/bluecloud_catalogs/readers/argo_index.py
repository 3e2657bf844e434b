"""The index files of an Argo GDAC: one row a profile file, three million rows and growing.

Rows are chosen on the columns as they come, and only what is left gets the columns that are
worked out from file names. Positions and dates may be blank or hold 99999: such profiles
exist, have no place or time, and are in no box and no period.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ..declarations import RelativePath
from ..errors import MalformedAnswer, ParameterError
from .argo_tree import Measured, Tree, index_asks
from .asked import Asked, Box, Period, Platforms, during, inside
from .base import Reading, SourceReader

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

PROFILES = "ar_index_global_prof.txt"
FLOATS = "ar_index_global_meta.txt"
_GZIP = b"\x1f\x8b"
_FILE_NAME = r"(?P<dac>[^/]+)/(?P<platform>\d+)/profiles/\w*?_(?P<cycle>\d+)(?P<direction>D?)\.nc$"


class ArgoIndexOptions(BaseModel):
    """Which index file, by its name without ``.gz``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: RelativePath = PROFILES


class ArgoIndexRequest(Asked):
    """Which profiles: all that fulfil every condition given."""

    platform: Platforms = None
    bbox: Box = None
    time: Period = None
    measured: Measured = None
    tree: Tree = "https"


class ArgoIndex(SourceReader):
    """Reads a profile index as a table."""

    protocol = "Argo GDAC index over HTTP, FTP or S3"
    makes = "pandas:DataFrame"
    options = ArgoIndexOptions
    request = ArgoIndexRequest

    def read(
        self, place: Place, options: ArgoIndexOptions, request: ArgoIndexRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for; the index's own header is in the table's attrs."""
        if request.measured is not None and options.file == PROFILES:
            raise ParameterError(
                "measured: the core index does not say what a profile measured; the index of "
                "biogeochemical profiles does"
            )
        file, table = read_index(place, options.file, request.tree)
        chosen = choose(table, request)
        columns = chosen["file"].str.extract(_FILE_NAME)
        unknown = int(columns["dac"].isna().sum())
        if unknown:
            example = chosen["file"][columns["dac"].isna()].iloc[0]
            raise MalformedAnswer(f"{file.path}: {unknown} file names as {example!r} are unknown")
        chosen = chosen.assign(
            dac=columns["dac"],
            platform=columns["platform"].astype("int64"),
            cycle=columns["cycle"].astype("int64"),
            direction=columns["direction"].replace("", "A"),
        )
        chosen.attrs = dict(table.attrs)
        return Reading(chosen.reset_index(drop=True), count=len(chosen), files=[file])


def choose(table: pd.DataFrame, request: ArgoIndexRequest) -> pd.DataFrame:
    """The rows of an index that fulfil every condition of a request."""
    import numpy as np

    chosen = np.ones(len(table), dtype=bool)
    if request.platform is not None:
        folders = [f"/{platform}/" for platform in request.platform]
        named = [table["file"].str.contains(folder, regex=False) for folder in folders]
        chosen &= np.logical_or.reduce([name.to_numpy(dtype=bool) for name in named])
    if request.bbox is not None:
        longitude, latitude = table["longitude"].to_numpy(), table["latitude"].to_numpy()
        chosen &= inside(request.bbox, longitude, latitude)
    if request.time is not None:
        chosen &= during(request.time, table["date"].to_numpy())
    if request.measured is not None:
        words = " " + table["parameters"] + " "
        for name in request.measured:
            chosen &= words.str.contains(f" {name} ", regex=False).to_numpy(dtype=bool)
    return table[chosen]


def read_index(place: Place, name: str, tree: Tree = "https") -> tuple[File, pd.DataFrame]:
    """The file as it was had, compressed if the place has it so, and its table.

    Raises
    ------
    MalformedAnswer
        If it is no Argo index, or not whole.
    """
    file = place.first(index_asks(tree, name))
    content = file.content
    if content.startswith(_GZIP):  # a server may have unpacked it on the way
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise MalformedAnswer(f"{file.path}: it is not whole: {error}") from error
    return file, _table(file.path, content)


def _table(path: str, content: bytes) -> pd.DataFrame:
    import pandas as pd

    header, columns = _header(path, content)
    if not content.endswith(b"\n"):
        raise MalformedAnswer(f"{path}: it is not whole: its last line does not end")
    text = [name for name in columns if name not in {"latitude", "longitude"}]
    try:
        table = pd.read_csv(
            io.BytesIO(content),
            comment="#",
            dtype=dict.fromkeys(text, "str"),
            keep_default_na=False,
            na_values={name: [""] for name in ("latitude", "longitude")},
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise MalformedAnswer(f"{path}: {error}") from error
    for name in {"date", "date_update"} & set(columns):
        # To nanoseconds, as all time is here; what is no date is not known.
        dates = pd.to_datetime(table[name], format="%Y%m%d%H%M%S", errors="coerce")
        table[name] = dates.astype("datetime64[ns]")
    if "latitude" in columns:
        table["latitude"] = table["latitude"].where(table["latitude"].abs() <= 90)
        table["longitude"] = table["longitude"].where(table["longitude"].abs() <= 360)
    table.attrs.update(header)
    return table


def _header(path: str, content: bytes) -> tuple[dict[str, str], list[str]]:
    """What the lines beginning with # say, as ``index_date_of_update``, and the column names."""
    header, lines = {}, io.BytesIO(content)
    line = b""
    for line in lines:
        if not line.startswith(b"#"):
            break
        key, _, value = line[1:].decode("latin-1").partition(":")
        header["index_" + key.strip().lower().replace(" ", "_")] = value.strip()
    columns = line.decode("latin-1").strip().split(",")
    if columns[0] != "file" or "date_update" not in columns or not header:
        raise MalformedAnswer(f"{path}: it is no Argo index: it begins {content[:40]!r}")
    return header, columns
