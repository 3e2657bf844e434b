"""What the Argo archive says of its floats, as tables: what they are, where they went, the rest.

A float has one file each of metadata, trajectory and technical messages beside its profiles, all
named after its number. The greylist is one table for the whole archive: sensors that are known to
have failed, from a day on.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Literal

from ..errors import MalformedAnswer, NotFound, ParameterError, RequestTooLarge
from ..qc import to_l20
from .argo_index import FLOATS, read_index
from .argo_tree import Measured, Tree, file_asks, index_asks
from .asked import Asked, Box, Period, Platforms, during, inside
from .base import Reading, SourceReader
from .netcdf import in_memory

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from netCDF4 import Dataset

    from ..places import File, Place

GREYLIST = "ar_greylist.txt"
TRAJECTORIES, TECHNICAL = "ar_index_global_traj.txt", "ar_index_global_tech.txt"
MOST_FLOATS = 50
_GREY_COLUMNS = ["PLATFORM_CODE", "PARAMETER_NAME", "START_DATE", "END_DATE", "QUALITY_CODE",
                 "COMMENT", "DAC"]  # fmt: skip
_PROTOCOL = "Argo GDAC NetCDF over HTTP, FTP or S3"


class FloatsRequest(Asked):
    """Which floats."""

    platform: Platforms = None
    tree: Tree = "https"


class TrajectoriesRequest(FloatsRequest):
    """Which floats, and of their positions those in a box and a period."""

    bbox: Box = None
    time: Period = None


class GreylistRequest(Asked):
    """Which entries: those of a float, of a parameter, or in force at some time of a period."""

    platform: Platforms = None
    measured: Measured = None
    time: Period = None
    tree: Tree = "https"


class ArgoFloats(SourceReader):
    """Reads the metadata of floats: a row a float."""

    protocol = _PROTOCOL
    makes = "pandas:DataFrame"
    request = FloatsRequest

    def read(self, place: Place, options: object, request: FloatsRequest, *, lazy: bool) -> Reading:
        """Read type, maker, owner, launch and sensors of each float."""
        return _of_floats(place, request, FLOATS, "meta", _about)


class ArgoTechnical(SourceReader):
    """Reads the technical messages of floats: a row a message."""

    protocol = _PROTOCOL
    makes = "pandas:DataFrame"
    request = FloatsRequest

    def read(self, place: Place, options: object, request: FloatsRequest, *, lazy: bool) -> Reading:
        """Read name, value (as text, its unit in the name) and cycle of each message."""
        return _of_floats(place, request, TECHNICAL, "tech", _messages)


class ArgoTrajectories(SourceReader):
    """Reads the positions of floats between and at their profiles: a row a position."""

    protocol = _PROTOCOL
    makes = "pandas:DataFrame"
    request = TrajectoriesRequest

    def read(
        self, place: Place, options: object, request: TrajectoriesRequest, *, lazy: bool
    ) -> Reading:
        """Read where each float came up, in the order of time; all flags as they are."""
        reading = _of_floats(place, request, TRAJECTORIES, "traj", _positions)
        table: Any = reading.data
        if request.bbox is not None:
            table = table[
                inside(request.bbox, table["longitude"].to_numpy(), table["latitude"].to_numpy())
            ]
        if request.time is not None:
            table = table[during(request.time, table["time"].to_numpy())]
        table = table.reset_index(drop=True)
        return Reading(table, len(table), reading.files, reading.notes)


class ArgoGreylist(SourceReader):
    """Reads the greylist: a row a sensor and the time from which it is not to be trusted."""

    protocol = "Argo GDAC table over HTTP, FTP or S3"
    makes = "pandas:DataFrame"
    request = GreylistRequest

    def read(
        self, place: Place, options: object, request: GreylistRequest, *, lazy: bool
    ) -> Reading:
        """Read the entries asked for; ``quality_l20`` is ``quality`` in SeaDataNet's words."""
        import pandas as pd

        # It lies at the archive's top behind every door, and is not compressed.
        file = place.first(index_asks(request.tree, GREYLIST)[1:])
        table = _greylist(file)
        if request.platform is not None:
            table = table[table["platform"].isin(request.platform)]
        if request.measured is not None:
            table = table[table["parameter"].isin(request.measured)]
        if request.time is not None:
            first, after = request.time
            if after is not None:
                table = table[table["start"] < pd.Timestamp(after)]
            if first is not None:
                table = table[~(table["end"] < pd.Timestamp(first))]
        table = table.reset_index(drop=True)
        return Reading(table, count=len(table), files=[file])


def _greylist(file: File) -> pd.DataFrame:
    import pandas as pd

    text = file.content.decode("utf-8", errors="replace")
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0] != _GREY_COLUMNS:
        raise MalformedAnswer(f"{file.path}: it is no greylist: it begins {file.content[:40]!r}")
    if not text.endswith("\n"):
        raise MalformedAnswer(f"{file.path}: it is not whole: its last line does not end")
    # A comment may hold commas, which nobody quotes.
    parts = [[*row[:5], ",".join(row[5:-1]), row[-1]] for row in rows[1:] if row]
    if wrong := next((row for row in parts if len(row) != 7 or not row[0].isdecimal()), None):
        raise MalformedAnswer(f"{file.path}: {','.join(wrong)!r} is no row of a greylist")
    names = ["platform", "parameter", "start", "end", "quality", "comment", "dac"]
    table = pd.DataFrame(parts, columns=names).astype({"platform": "int64"})
    for name in ("start", "end"):
        moments = pd.to_datetime(table[name], format="%Y%m%d", errors="coerce")
        table[name] = moments.astype("datetime64[ns]")
    table["quality_l20"] = to_l20(table["quality"].to_numpy(dtype=str), "argo")
    return table


def _of_floats(
    place: Place,
    request: FloatsRequest,
    index: str,
    kind: Literal["meta", "tech", "traj"],
    table_of: Any,
) -> Reading:
    """The tables of the floats asked for, one below the other."""
    import pandas as pd

    if request.platform is None:
        raise ParameterError("which floats? Give platform, one WMO number or several")
    if len(request.platform) > MOST_FLOATS:
        raise RequestTooLarge(
            f"{len(request.platform)} floats are asked for at once, {MOST_FLOATS} are allowed"
        )
    listed, table = read_index(place, index, request.tree)
    dated = table.attrs.get("index_date_of_update", "unknown")
    paths = []
    for wmo in request.platform:
        names = sorted(table["file"][table["file"].str.contains(f"/{wmo}/", regex=False)])
        if not names:
            raise NotFound(f"{listed.path}, of {dated}, has no float {wmo}")
        # A trajectory in delayed mode sorts before the one in real time, and is the better.
        paths.append(names[0])
    files = place.fetch(file_asks(request.tree, paths))
    found = pd.concat([_table(file, kind, table_of) for file in files], ignore_index=True)
    notes = {"index_date_of_update": dated}
    return Reading(found, count=len(found), files=[listed, *files], notes=notes)


def _table(file: File, kind: str, table_of: Any) -> pd.DataFrame:
    from .argo_files import checked

    needed = {
        "meta": ("PLATFORM_NUMBER", "LAUNCH_DATE", "SENSOR"),
        "tech": ("PLATFORM_NUMBER", "TECHNICAL_PARAMETER_NAME", "CYCLE_NUMBER"),
        "traj": ("PLATFORM_NUMBER", "CYCLE_NUMBER", "JULD", "LATITUDE"),
    }[kind]
    try:
        with in_memory(checked(file.content)) as dataset:
            dataset.set_auto_mask(False)
            dataset.set_auto_chartostring(False)
            if absent := [name for name in needed if name not in dataset.variables]:
                raise ValueError(f"it is no Argo {kind} file: it has no {', '.join(absent)}")
            table: pd.DataFrame = table_of(dataset)
    except (ValueError, OSError, RuntimeError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error
    return table


def _about(dataset: Dataset) -> pd.DataFrame:
    import pandas as pd

    words = {
        "platform_type": "PLATFORM_TYPE", "maker": "PLATFORM_MAKER", "project": "PROJECT_NAME",
        "principal_investigator": "PI_NAME", "data_centre": "DATA_CENTRE",
        "deployment_ship": "DEPLOYMENT_PLATFORM",
    }  # fmt: skip
    row: dict[str, object] = {"platform": int(_text(dataset, "PLATFORM_NUMBER")[0])}
    row |= {ours: " ".join(_text(dataset, theirs)) for ours, theirs in words.items()}
    launched = pd.to_datetime(
        "".join(_text(dataset, "LAUNCH_DATE")), format="%Y%m%d%H%M%S", errors="coerce"
    )
    row["launched"] = launched
    for ours, theirs in (("latitude", "LAUNCH_LATITUDE"), ("longitude", "LAUNCH_LONGITUDE")):
        value = float(dataset[theirs][...])
        row[ours] = value if abs(value) <= 360 else float("nan")
    row["sensors"] = ", ".join(word for word in _text(dataset, "SENSOR") if word)
    row["parameters"] = ", ".join(word for word in _text(dataset, "PARAMETER") if word)
    table = pd.DataFrame([row])
    return table.assign(launched=table["launched"].astype("datetime64[ns]"))


def _messages(dataset: Dataset) -> pd.DataFrame:
    import pandas as pd

    names = _text(dataset, "TECHNICAL_PARAMETER_NAME")
    return pd.DataFrame(
        {
            "platform": int(_text(dataset, "PLATFORM_NUMBER")[0]),
            "cycle": dataset["CYCLE_NUMBER"][:].astype("int64"),
            "name": names,
            "value": _text(dataset, "TECHNICAL_PARAMETER_VALUE"),
        }
    )


def _positions(dataset: Dataset) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    from .argo_dataset import moments

    latitude = dataset["LATITUDE"][:].astype("float64")
    longitude = dataset["LONGITUDE"][:].astype("float64")
    days = dataset["JULD"][:].astype("float64")
    placed = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 360) & (days < 999999)
    codes = pd.array([pd.NA] * len(days), dtype="Int64")
    if "MEASUREMENT_CODE" in dataset.variables:  # not before format 3
        codes = pd.array(dataset["MEASUREMENT_CODE"][:], dtype="Int64")
    table = pd.DataFrame(
        {
            "platform": int(_text(dataset, "PLATFORM_NUMBER")[0]),
            "cycle": dataset["CYCLE_NUMBER"][:].astype("int64"),
            "time": moments(np.where(placed, days, np.nan)),
            "latitude": latitude,
            "longitude": longitude,
            "measurement_code": codes,
            "time_qc": _letters(dataset["JULD_QC"][:]),
            "position_qc": _letters(dataset["POSITION_QC"][:]),
        }
    )
    table["position_qc_l20"] = to_l20(table["position_qc"].to_numpy(dtype=str), "argo")
    return table[placed].sort_values("time", kind="stable", ignore_index=True)


def _text(dataset: Dataset, name: str) -> list[str]:
    """The texts of a variable: each row of characters without its blanks."""
    import numpy as np

    characters = np.atleast_2d(dataset[name][:])
    rows = characters.reshape(-1, characters.shape[-1])
    raw = [np.ascontiguousarray(row).tobytes().replace(b"\0", b" ") for row in rows]
    return [each.decode("utf-8", errors="replace").strip() for each in raw]


def _letters(characters: npt.NDArray[np.bytes_]) -> list[str]:
    return [each.decode("latin-1").strip() for each in characters.tolist()]
