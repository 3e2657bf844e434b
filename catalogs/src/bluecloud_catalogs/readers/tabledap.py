"""Rows of a table that an ERDDAP serves, as a dataset of points.

ERDDAP filters well and stops answering when too much is asked: so a request without a platform
needs a box and a period, and how much they hold together is limited before anything is sent.
It says nothing of how many rows there are; that a file is whole is what its header says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from ..declarations import Line
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from . import boxes
from .asked import Asked, Box, Cycles, Period, during, inside
from .base import Reading, SourceReader
from .erddap import ask, encoded, is_empty, moments, opened
from .erddap_asked import Between, Names
from .erddap_columns import Column, columns, text

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ..places import Place
    from .boxes import Part

_DAY_S = 86_400


class TabledapOptions(BaseModel):
    """Which dataset of which server, and what its variables become.

    Attributes
    ----------
    columns
        By the server's names. Longitude, latitude, time, and the vertical are among them.
    vertical, platform, cycle, mode
        The server's names of pressure or depth, of the platform's identifier, of its cycle,
        and of the data mode by which adjusted values count.
    most_square_degree_days
        How large box and period may be together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]+$")]
    service: Line | None = None
    columns: dict[str, Column]
    longitude: Line = "longitude"
    latitude: Line = "latitude"
    time: Line = "time"
    vertical: Line | None = None
    platform: Line | None = None
    cycle: Line | None = None
    mode: Line | None = None
    most_square_degree_days: float = 20_000.0

    @property
    def positions(self) -> dict[str, str]:
        """The server's names of the coordinates, with what they become."""
        natives = [self.time, self.latitude, self.longitude, *filter(None, [self.vertical])]
        return {name: self.columns[name].name for name in natives}


class TabledapRequest(Asked):
    """Which rows: all that fulfil every condition given.

    ``vertical`` is a first and a last pressure or depth, in the units the entry says.
    """

    platform: Names = None
    cycles: Cycles = None
    bbox: Box = None
    time: Period = None
    vertical: Between = None


class Tabledap(SourceReader):
    """Reads rows of an ERDDAP table."""

    protocol = "ERDDAP tabledap"
    makes = "xarray:Dataset"
    options = TabledapOptions
    request = TabledapRequest

    def read(
        self, place: Place, options: TabledapOptions, request: TabledapRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for."""
        import xarray as xr

        _check(options, request)
        several = boxes.parts(request.bbox) if request.bbox else (None,)
        paths = [_path(options, request, box) for box in several]
        sample = f"tabledap/{options.dataset}.nc"
        files = place.fetch([ask(path, options.service, sample) for path in paths])
        found = []
        for number, (file, path) in enumerate(zip(files, paths, strict=True)):
            if not is_empty(file):
                table = opened(file)
                wanted = _wanted(table, options, request, several, number, path)
                found.append(_dataset(table.isel(row=wanted), options, path))
        dataset = xr.concat(found, "row") if found else _empty(options)
        return Reading(dataset, count=dataset.sizes["row"], files=files)


def _check(options: TabledapOptions, request: TabledapRequest) -> None:
    for name, given in (("platform", request.platform), ("cycles", request.cycles)):
        if given is not None and getattr(options, name.removesuffix("s")) is None:
            raise ParameterError(f"{name}: {options.dataset} has none to be asked for")
    if request.vertical is not None and options.vertical is None:
        raise ParameterError(f"vertical: {options.dataset} has none to be asked for")
    if request.platform is not None:
        return
    if request.cycles is not None:
        raise ParameterError("cycles are counted by platform: give platform with them")
    if request.bbox is None or request.time is None or None in request.time:
        raise ParameterError("which rows? Give platform, or bbox and time with both its ends")
    west, south, east, north = request.bbox
    width = 360.0 if east - west == 360 else (east - west) % 360
    first, after = request.time
    assert first is not None  # noqa: S101 -- narrows for mypy
    assert after is not None  # noqa: S101
    asked = width * (north - south) * (after - first).total_seconds() / _DAY_S
    if asked > options.most_square_degree_days:
        raise RequestTooLarge(
            f"a box of {width * (north - south):.0f} square degrees over "
            f"{(after - first).days} days is {asked:.0f} square degrees times days, and "
            f"{options.most_square_degree_days:.0f} are allowed: ask for a smaller box or a "
            "shorter period"
        )


def _path(options: TabledapOptions, request: TabledapRequest, box: Part | None) -> str:
    """The request of one box: variables, then conditions."""
    names = [each for name, column in options.columns.items() for each in column.natives(name)]
    names += [name for name in (options.platform, options.cycle, options.mode) if name]
    conditions = []
    if request.platform is not None:
        conditions.append(_one_of(options.platform, request.platform))
    if request.cycles is not None:
        conditions.append(_one_of(options.cycle, [str(cycle) for cycle in request.cycles]))
    if box is not None:
        west, south, east, north = box
        conditions += [f"{options.longitude}>={west!r}", f"{options.longitude}<={east!r}"]
        conditions += [f"{options.latitude}>={south!r}", f"{options.latitude}<={north!r}"]
    if request.vertical is not None:
        first, last = request.vertical
        conditions += [f"{options.vertical}>={first!r}", f"{options.vertical}<={last!r}"]
    since, after = request.time or (None, None)
    if since is not None:
        conditions.append(f"{options.time}>={_moment(since)}")
    if after is not None:
        conditions.append(f"{options.time}<{_moment(after)}")
    query = "&".join([",".join(dict.fromkeys(names)), *conditions])
    return f"tabledap/{options.dataset}.nc?{encoded(query)}"


def _one_of(name: str | None, values: Sequence[str]) -> str:
    # A regular expression; dots and dashes are all that could mean something in one.
    several = "|".join(value.replace(".", "[.]") for value in values)
    return f'{name}=~"{several}"'


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds") + "Z"


def _wanted(
    table: xr.Dataset,
    options: TabledapOptions,
    request: TabledapRequest,
    several: Sequence[Part | None],
    number: int,
    path: str,
) -> npt.NDArray[np.bool_]:
    """Whether each row is in what was asked, and in no part of the box that came before."""
    import numpy as np

    asked = [*options.positions, options.platform, options.cycle]
    absent = [name for name in asked if name and name not in table]
    if absent:
        raise MalformedAnswer(f"{path}: the answer lacks {', '.join(absent)}")
    wanted = np.ones(table.sizes["row"], dtype=bool)
    longitude, latitude = table[options.longitude].values, table[options.latitude].values
    for place, part in enumerate(several[: number + 1]):
        if part is not None:
            here = inside(part, longitude, latitude)
            wanted &= here if place == number else ~here
    if request.time is not None:
        wanted &= during(request.time, moments(table[options.time], path))
    if request.platform is not None:
        wanted &= np.isin(text(table[options.platform].values), request.platform)
    if request.cycles is not None:
        wanted &= np.isin(table[options.cycle].values, request.cycles)
    if request.vertical is not None:
        first, last = request.vertical
        wanted &= (table[options.vertical].values >= first) & (
            table[options.vertical].values <= last
        )
    return wanted


def _dataset(table: xr.Dataset, options: TabledapOptions, path: str) -> xr.Dataset:
    import xarray as xr

    made = columns(table, options.columns, mode=options.mode, path=path)
    name = options.columns[options.time].name
    about = {key: value for key, value in made[name][2].items() if key != "units"}
    made[name] = ("row", moments(table[options.time], path), {**about, "standard_name": "time"})
    for key, (dims, values, attrs) in made.items():
        if getattr(values, "dtype", None) is not None and values.dtype.kind in "SO":
            made[key] = (dims, text(values), attrs)
    coordinates = list(options.positions.values())
    return xr.Dataset(
        {key: each for key, each in made.items() if key not in coordinates},
        coords={key: made[key] for key in coordinates},
        attrs={"featureType": "point", "Conventions": "CF-1.11"},
    )


def _empty(options: TabledapOptions) -> xr.Dataset:
    """No rows, in the same columns."""
    import numpy as np
    import xarray as xr

    natives = {each for name, column in options.columns.items() for each in column.natives(name)}
    natives |= {name for name in (options.platform, options.cycle, options.mode) if name}
    none = xr.Dataset({name: ("row", np.zeros(0)) for name in natives})
    none[options.time].attrs["units"] = "seconds since 1970-01-01T00:00:00Z"
    for name, column in options.columns.items():
        if column.native_units is not None:
            none[name].attrs["units"] = column.native_units
    return _dataset(none, options, options.dataset)
