"""A coverage of a Web Coverage Service 2.0.1: its description first, then the part asked for.

The description says how large an answer will be, which moments there are and what stands for no
data. Where cells lie is taken from the GeoTIFF: an origin in a description is the middle of the
first cell with one server, and its corner with the next. A moment that is not given would be the
last one there is, so each is named.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from ..declarations import Line, RelativePath
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from . import boxes
from .asked import Asked, Box, Period, during
from .base import Reading, SourceReader
from .geotiff import raster
from .ogc import sound
from .wcs_description import Coverage, described

if TYPE_CHECKING:
    import xarray as xr

    from ..places import File, Place
    from .boxes import Part

_MOST_MOMENTS = 60
_BYTES_A_CELL = 8


class WcsOptions(BaseModel):
    """Which band of which coverage, and what it becomes.

    Attributes
    ----------
    service, path
        The source's service and the path below it; without them the entry's own address.
    band
        The field of the coverage; none: its only one.
    season
        The axis of seasons, one a quarter of the year, of coverages that have one beside time.
    name, standard_name, long_name, units
        Of the variable that comes out.
    most_mb
        How much is read at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    coverage: Line
    service: Line | None = None
    path: RelativePath | None = None
    band: Line | None = None
    season: Line | None = None
    name: Line
    standard_name: Line | None = None
    long_name: Line
    units: Line
    most_mb: float = 200.0


class WcsRequest(Asked):
    """Which cells: those whose middle lies in the box, at the moments of the period."""

    bbox: Box = None
    time: Period = None


class WcsCoverage(SourceReader):
    """Reads a coverage as a dataset on time, latitude and longitude."""

    protocol = "OGC WCS 2.0.1"
    makes = "xarray:Dataset"
    options = WcsOptions
    request = WcsRequest

    def read(
        self, place: Place, options: WcsOptions, request: WcsRequest, *, lazy: bool
    ) -> Reading:
        """Read the cells asked for."""
        import xarray as xr

        file = place.fetch([_describe(options)])[0]
        coverage = described(file, options.coverage)
        moments = _moments(coverage, request, options)
        parts = _parts(coverage, request)
        _check_size(coverage, parts, moments, options)
        steps_asked: list[datetime | None] = [*moments] or [None]
        asks = [_get(options, coverage, part, moment) for moment in steps_asked for part in parts]
        files = place.fetch(asks) if parts and (moments or not coverage.moments) else []
        if not files:
            return Reading(_empty(options, coverage), count=0, files=[file])
        steps = []
        for number, moment in enumerate(steps_asked):
            here = files[number * len(parts) : (number + 1) * len(parts)]
            cells = [
                _cells(each, options, coverage, part)
                for each, part in zip(here, parts, strict=True)
            ]
            step = xr.concat(cells, "longitude") if len(cells) > 1 else cells[0]
            steps.append(step.expand_dims(time=[moment]) if moment else step)
        dataset = xr.concat(steps, "time") if len(steps) > 1 else steps[0]
        count = math.prod(dataset.sizes.values())
        return Reading(_dressed(dataset, options), count=count, files=[file, *files])


def _describe(options: WcsOptions) -> Ask:
    query = {
        "service": "WCS",
        "version": "2.0.1",
        "request": "DescribeCoverage",
        "coverageId": options.coverage,
    }
    path = with_query(options.path or "", query)
    return Ask(path, options.service, sample=f"{options.coverage}/description.xml")


def _moments(coverage: Coverage, request: WcsRequest, options: WcsOptions) -> list[datetime]:
    import numpy as np

    if not coverage.moments:
        if request.time is not None:
            raise ParameterError(f"time: {options.coverage} has none to be asked for")
        return []
    if request.time is None:
        return list(coverage.moments)
    known = np.array(coverage.moments, dtype="datetime64[ns]")
    chosen = during(request.time, known)
    return [moment for moment, is_in in zip(coverage.moments, chosen, strict=True) if is_in]


def _parts(coverage: Coverage, request: WcsRequest) -> list[Part]:
    """The box, cut to where the coverage is; nothing where it is not."""
    west, south, east, north = coverage.bbox
    asked = boxes.parts(request.bbox) if request.bbox else (coverage.bbox,)
    cut = [
        (max(west, part[0]), max(south, part[1]), min(east, part[2]), min(north, part[3]))
        for part in asked
    ]
    return [part for part in cut if part[0] < part[2] and part[1] < part[3]]


def _check_size(
    coverage: Coverage, parts: list[Part], moments: list[datetime], options: WcsOptions
) -> None:
    if len(moments) > _MOST_MOMENTS:
        raise RequestTooLarge(
            f"{len(moments)} moments of {options.coverage} are asked for at once, "
            f"{_MOST_MOMENTS} are allowed: give a shorter time"
        )
    step_x, step_y = coverage.step
    cells = sum(
        ((part[2] - part[0]) / step_x + 1) * ((part[3] - part[1]) / step_y + 1) for part in parts
    )
    size_mb = cells * max(1, len(moments)) * _BYTES_A_CELL / 1e6
    if size_mb > options.most_mb:
        raise RequestTooLarge(
            f"the box has {cells:.0f} cells and {max(1, len(moments))} moments, {size_mb:.0f} MB: "
            f"{options.most_mb:g} MB are read at once: ask for a smaller box or a shorter time"
        )


def _get(options: WcsOptions, coverage: Coverage, part: Part, moment: datetime | None) -> Ask:
    latitude, longitude = coverage.axes
    subsets = [
        f"{latitude}({part[1]:.10g},{part[3]:.10g})",
        f"{longitude}({part[0]:.10g},{part[2]:.10g})",
    ]
    if moment is not None:
        subsets.append(f'time("{moment.isoformat(timespec="milliseconds")}Z")')
        if options.season is not None:  # else the first would be meant
            subsets.append(f"{options.season}({(moment.month - 1) // 3 + 1})")
    query: dict[str, object] = {
        "service": "WCS",
        "version": "2.0.1",
        "request": "GetCoverage",
        "coverageId": options.coverage,
        "format": "image/tiff",
        "subset": subsets,
        "rangeSubset": options.band,
    }
    name = f"{moment:%Y%m%dT%H%M%S}" if moment else "grid"
    path = with_query(options.path or "", query, safe="(),:/")
    return Ask(path, options.service, sample=f"{options.coverage}/{name}.tif")


def _cells(file: File, options: WcsOptions, coverage: Coverage, part: Part) -> xr.Dataset:
    """The cells of an answer whose middle lies in the part."""
    import numpy as np
    import xarray as xr

    found = raster(sound(file))
    for values, step in ((found.longitude, coverage.step[0]), (found.latitude, coverage.step[1])):
        if values.size > 1 and not np.allclose(abs(np.diff(values)), step, rtol=1e-3):
            raise MalformedAnswer(
                f"{file.path}: its cells are {abs(values[1] - values[0]):g} degrees wide, and "
                f"{step:g} were announced: it was computed anew"
            )
    if found.values.shape[0] != 1:
        raise MalformedAnswer(f"{file.path}: it has {found.values.shape[0]} bands, and not one")
    values = found.values[0]
    for absent in coverage.absent.get(options.band or next(iter(coverage.absent), ""), ()):
        values[np.isclose(values, absent, rtol=1e-6, atol=0)] = np.nan
    rows = (found.latitude >= part[1]) & (found.latitude <= part[3])
    columns = (found.longitude >= part[0]) & (found.longitude <= part[2])
    return xr.Dataset(
        {options.name: (("latitude", "longitude"), values[np.ix_(rows, columns)])},
        coords={"latitude": found.latitude[rows], "longitude": found.longitude[columns]},
    )


def _empty(options: WcsOptions, coverage: Coverage) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    dims = ("time", "latitude", "longitude") if coverage.moments else ("latitude", "longitude")
    coords: dict[str, Any] = {name: np.zeros(0) for name in dims}
    if "time" in coords:
        coords["time"] = np.zeros(0, dtype="datetime64[ns]")
    dataset = xr.Dataset({options.name: (dims, np.zeros((0,) * len(dims)))}, coords=coords)
    return _dressed(dataset, options)


def _dressed(dataset: xr.Dataset, options: WcsOptions) -> xr.Dataset:
    attrs = {
        "standard_name": options.standard_name,
        "long_name": options.long_name,
        "units": options.units,
        "original_name": options.band or options.coverage,
    }
    dataset[options.name].attrs = {key: value for key, value in attrs.items() if value}
    dataset["latitude"].attrs = {
        "standard_name": "latitude",
        "units": "degrees_north",
        "axis": "Y",
    }
    dataset["longitude"].attrs = {
        "standard_name": "longitude",
        "units": "degrees_east",
        "axis": "X",
    }
    if "time" in dataset:
        dataset["time"] = dataset["time"].astype("datetime64[ns]")
        dataset["time"].attrs = {"standard_name": "time", "axis": "T"}
    dataset.attrs = {"Conventions": "CF-1.11", "featureType": "grid"}
    return dataset
