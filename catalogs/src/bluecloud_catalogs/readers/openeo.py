"""An index computed at an openEO back-end, where the scenes lie: only the result comes here.

A job is created, started and asked after until it is done, no longer than the deadline of a
request. Errors of a back-end are JSON with ``code``, ``message`` and ``id``; a job that fails
says why in its logs, of which the last error is told.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge, SourceUnavailable
from ..http import Patience
from ..places import Ask
from . import boxes
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .classic_netcdf import missing_bytes
from .copernicus_login import cdse
from .netcdf import loaded
from .scenes import stamp

if TYPE_CHECKING:
    import xarray as xr

    from ..places import File, Place

_SERVICE = "openeo"
_API = "openeo/1.2"
_JSON = {"Content-Type": "application/json"}
_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
_MOST_SQUARE_DEGREES = 1.0
_MOST_DAYS = 92
_WORKING = {"created", "queued", "running"}
_RESULT = "openeo/result.nc"


class OpenEoOptions(BaseModel):
    """The normalised difference of two bands of a collection, and its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    collection: Annotated[str, Field(pattern=r"^[A-Z0-9_]{3,60}$")]
    upper: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    lower: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    long_name: str


class OpenEoRequest(Asked):
    """Where and when; ``cloud_below`` in per cent."""

    bbox: Box = None
    time: Period = None
    cloud_below: Annotated[float, Field(ge=0, le=100, strict=False)] = 30.0


class OpenEoIndex(SourceReader):
    """Runs a job and reads its result."""

    protocol = "openEO 1.2"
    makes = "xarray:Dataset"
    options = OpenEoOptions
    request = OpenEoRequest

    def read(
        self, place: Place, options: OpenEoOptions, request: OpenEoRequest, *, lazy: bool
    ) -> Reading:
        """Read the index, computed for this request."""
        graph = process_graph(options, request)
        if place.tier == "live":
            file = _computed(place, graph, f"Bearer oidc/CDSE/{cdse(place)}")
        else:
            (file,) = place.fetch([Ask("result", _SERVICE, sample=_RESULT)])
        dataset = _dataset(file, options)
        steps = dataset.sizes.get("t", 1)
        return Reading(dataset, steps, [file], {"process_graph": json.dumps(graph)})


def process_graph(options: OpenEoOptions, request: OpenEoRequest) -> dict[str, Any]:
    """The process graph of a request.

    Raises
    ------
    ParameterError
        If box or period are missing, or the box goes over the antimeridian.
    RequestTooLarge
        If they are larger than is computed at once.
    """
    if request.bbox is None or request.time is None or None in request.time:
        raise ParameterError("give bbox and a time with both ends: a job is paid for by its size")
    parts = boxes.parts(request.bbox)
    if len(parts) > 1:
        raise ParameterError("bbox goes over the antimeridian: a job takes one side at a time")
    west, south, east, north = parts[0]
    area = (east - west) * (north - south)
    first, after = request.time
    assert first is not None and after is not None  # noqa: S101, PT018 -- narrows for mypy
    days = (after - first).days
    if area > _MOST_SQUARE_DEGREES or days > _MOST_DAYS:
        raise RequestTooLarge(
            f"{area:.3g} square degrees and {days} days are asked for; {_MOST_SQUARE_DEGREES:g} "
            f"and {_MOST_DAYS} are computed at once"
        )
    return {
        "load": {
            "process_id": "load_collection",
            "arguments": {
                "id": options.collection,
                "spatial_extent": {"west": west, "south": south, "east": east, "north": north},
                "temporal_extent": [stamp(first), stamp(after)],
                "bands": [options.lower, options.upper],
                "properties": {"eo:cloud_cover": _at_most(request.cloud_below)},
            },
        },
        "index": {
            "process_id": "ndvi",
            "arguments": {
                "data": {"from_node": "load"},
                "nir": options.upper,
                "red": options.lower,
            },
        },
        "save": {
            "process_id": "save_result",
            "arguments": {"data": {"from_node": "index"}, "format": "netCDF"},
            "result": True,
        },
    }


def _at_most(value: float) -> dict[str, Any]:
    arguments = {"x": {"from_parameter": "value"}, "y": value}
    return {"process_graph": {"lte": {"process_id": "lte", "arguments": arguments, "result": True}}}


def _computed(place: Place, graph: dict[str, Any], authorization: str) -> File:
    """The result of a job, which is asked after until the deadline."""
    secrets = {"Authorization": authorization}

    def asked(path: str, method: Any = "GET", body: bytes = b"") -> File:
        statuses = frozenset({200, 201, 202})
        ask = Ask(
            f"{_API}/{path}", _SERVICE, method, body, _JSON if body else {}, statuses,
            secrets=secrets, repeatable=method != "POST",
        )  # fmt: skip
        return place.fetch([ask])[0]

    wanted = {"title": "Blue-Cloud VRE", "process": {"process_graph": graph}}
    created = asked("jobs", "POST", json.dumps(wanted).encode())
    headers = created.headers
    job = headers.get("openeo-identifier") or headers.get("location", "").rpartition("/")[2]
    if not job.replace("-", "").replace("_", "").isalnum():
        raise MalformedAnswer(f"{created.path}: the back-end gave the job no name: {job!r}")
    asked(f"jobs/{job}/results", "POST")
    ends = time.monotonic() + Patience.from_environment().deadline_s
    pause_s, status = _PAUSE_S, ""
    while (status := _status(asked(f"jobs/{job}"))) in _WORKING:
        if time.monotonic() + pause_s > ends:
            raise SourceUnavailable(
                f"job {job} is {status} still: it goes on, and can be seen at "
                "https://openeo.dataspace.copernicus.eu"
            )
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
    if status != "finished":
        raise SourceUnavailable(f"job {job} is {status}: {_last_error(asked(f'jobs/{job}/logs'))}")
    results = as_json(asked(f"jobs/{job}/results"))
    assets = results.get("assets") if isinstance(results, dict) else None
    files = [
        str(each["href"])
        for each in (assets or {}).values()
        if isinstance(each, dict) and "netcdf" in str(each.get("type", "")).casefold()
    ]
    if len(files) != 1:
        raise MalformedAnswer(f"job {job} has {len(files)} NetCDF files as its result, and not one")
    return place.fetch([Ask(files[0], secrets=secrets)])[0]


def _status(file: File) -> str:
    told = as_json(file)
    status = told.get("status") if isinstance(told, dict) else None
    if not isinstance(status, str):
        raise MalformedAnswer(f"{file.path}: a job without status")
    return status


def _last_error(file: File) -> str:
    told = as_json(file)
    logs = told.get("logs", []) if isinstance(told, dict) else []
    errors = [str(each.get("message", "")) for each in logs if each.get("level") == "error"]
    return errors[-1] if errors else "its logs do not say why"


def _dataset(file: File, options: OpenEoOptions) -> xr.Dataset:
    """The result with its one variable under the entry's name."""
    if not file.content.startswith((b"\x89HDF", b"CDF")):
        raise MalformedAnswer(f"{file.path}: the result is no NetCDF file")
    if file.content.startswith(b"CDF") and missing_bytes(file.content):
        raise MalformedAnswer(f"{file.path}: the result is not whole")
    try:
        dataset = loaded(file.content)
    except (OSError, ValueError, RuntimeError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error
    variables = [name for name, each in dataset.data_vars.items() if each.ndim >= 2]
    if len(variables) != 1:
        raise MalformedAnswer(f"{file.path}: it has {variables}, and one variable was computed")
    dataset = dataset.rename({variables[0]: options.name})[[options.name]]
    dataset[options.name].attrs = {
        "long_name": options.long_name,
        "units": "1",
        "bands": f"({options.upper} - {options.lower}) / ({options.upper} + {options.lower})",
    }
    return dataset
