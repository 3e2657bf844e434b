"""A gridded dataset that an ERDDAP serves: the part that was asked for, at once or piece by piece.

The axes are read first, so that what a request means is worked out here: which cells lie in the
box, in which longitudes the server counts, how large the answer will be. Then cells are asked
for by their numbers, which no rounding moves, and what comes must lie where the axes said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator

from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from .asked import Asked, Box, Period, during, inside, whole_number
from .base import Reading, SourceReader
from .erddap import moments
from .erddap_asked import Between, Names
from .erddap_columns import Column
from .griddap_cells import Grid, GriddapOptions, Run, cells_ask, cells_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ..places import File, Place

_SPACE = ("latitude", "longitude")
_BYTES_A_CELL = 8


def _stride(value: object) -> int:
    number = whole_number(value)
    if not 1 <= number <= 1000:
        raise ValueError("must be from 1, every cell, to 1000")
    return number


class GriddapRequest(Asked):
    """Which cells: those whose middle fulfils every condition given.

    ``stride`` takes every n-th cell in latitude and longitude; ``variables`` are the entry's.
    """

    bbox: Box = None
    time: Period = None
    vertical: Between = None
    stride: Annotated[int, BeforeValidator(_stride)] = 1
    variables: Names = None


class Griddap(SourceReader):
    """Reads a grid of an ERDDAP."""

    protocol = "ERDDAP griddap"
    makes = "xarray:Dataset"
    lazy = True
    options = GriddapOptions
    request = GriddapRequest

    def read(
        self, place: Place, options: GriddapOptions, request: GriddapRequest, *, lazy: bool
    ) -> Reading:
        """Read the cells asked for; lazily as dask arrays, a request a time step."""
        import xarray as xr

        chosen = _chosen_columns(options, request)
        _check_axes(options, request)
        file = place.fetch([cells_ask(options, ",".join(options.axes))])[0]
        axes = _axes(file, options)
        runs = _runs(axes, options, request)
        _check_size(runs, options, chosen, lazy=lazy)
        grid = Grid(place, options, chosen, axes)
        if not all(runs[0].values()):
            parts: list[xr.Dataset] = [grid.empty(runs[0])]
        else:
            parts = [grid.lazy(run) if lazy else grid.read(run) for run in runs]
        dataset = xr.concat(parts, "longitude") if len(parts) > 1 else parts[0]
        dataset.attrs = {"featureType": "grid", "Conventions": "CF-1.11"}
        count = math.prod(dataset.sizes.values())
        return Reading(dataset, count=count, files=[file, *grid.files])


def _chosen_columns(options: GriddapOptions, request: GriddapRequest) -> dict[str, Column]:
    if request.variables is None:
        return dict(options.columns)
    known = {column.name: name for name, column in options.columns.items()}
    unknown = sorted(set(request.variables) - set(known))
    if unknown or not request.variables:
        raise ParameterError(
            f"variables has {', '.join(unknown) or 'nothing'}: "
            f"{options.dataset} has {', '.join(known)}"
        )
    return {known[name]: options.columns[known[name]] for name in request.variables}


def _check_axes(options: GriddapOptions, request: GriddapRequest) -> None:
    if request.time is not None and "time" not in options.axes:
        raise ParameterError(f"time: {options.dataset} has none to be asked for")
    if request.vertical is not None and options.vertical is None:
        raise ParameterError(f"vertical: {options.dataset} has none to be asked for")


def _axes(file: File, options: GriddapOptions) -> dict[str, xr.DataArray]:
    """Each axis of the dataset, whole."""
    table = cells_table(file)
    absent = [name for name in options.axes if name not in table.variables]
    if absent:
        raise MalformedAnswer(f"{file.path}: the answer lacks {', '.join(absent)}")
    return {name: table[name] for name in options.axes}


def _runs(
    axes: Mapping[str, xr.DataArray], options: GriddapOptions, request: GriddapRequest
) -> list[Run]:
    """Which cells of each axis; one run, or more where the box goes over the axis' end.

    They are in the order in which the box goes from west to east.
    """
    import numpy as np

    wanted = {name: np.ones(axis.size, dtype=bool) for name, axis in axes.items()}
    if request.bbox is not None:
        longitude, latitude = axes["longitude"].values, axes["latitude"].values
        west, south, east, north = request.bbox
        wanted["latitude"] = (latitude >= south) & (latitude <= north)
        wanted["longitude"] = inside((west, -90, east, 90), longitude, np.zeros(longitude.size))
    if request.time is not None:
        wanted["time"] = during(request.time, moments(axes["time"], "the time axis"))
    if request.vertical is not None and options.vertical is not None:
        first, last = request.vertical
        values = axes[options.vertical].values
        wanted[options.vertical] = (values >= first) & (values <= last)
    whole = {
        name: _range(np.flatnonzero(chosen), request.stride if name in _SPACE else 1)
        for name, chosen in wanted.items()
        if name != "longitude"
    }
    columns_ = np.flatnonzero(wanted["longitude"])
    pieces = np.split(columns_, np.flatnonzero(np.diff(columns_) != 1) + 1)
    if request.bbox is not None and len(pieces) > 1:
        west = request.bbox[0]
        starts = [(axes["longitude"].values[piece[0]] - west) % 360 for piece in pieces]
        pieces = [piece for _, piece in sorted(zip(starts, pieces, strict=True), key=_first_of)]
    return [
        {name: whole.get(name, _range(piece, request.stride)) for name in options.axes}
        for piece in pieces
    ]


def _first_of(pair: tuple[float, object]) -> float:
    return pair[0]


def _range(positions: npt.NDArray[np.integer], stride: int) -> range:
    if not positions.size:
        return range(0)
    return range(int(positions[0]), int(positions[-1]) + 1, stride)


def _check_size(
    runs: list[Run], options: GriddapOptions, chosen: Mapping[str, Column], *, lazy: bool
) -> None:
    """Refuse what is too much at once; lazily a time step is what is read at once."""
    cells = 0
    for run in runs:
        sizes = {name: len(each) for name, each in run.items()}
        if lazy and "time" in sizes:
            sizes["time"] = min(sizes["time"], 1)
        cells += math.prod(sizes.values())
    size_mb = cells * len(chosen) * _BYTES_A_CELL / 1e6
    if size_mb > options.most_mb:
        raise RequestTooLarge(
            f"{cells} cells of {len(chosen)} variables are {size_mb:.0f} MB, and "
            f"{options.most_mb:g} MB are read at once: ask for a smaller box, a shorter period or "
            "a larger stride, or read it lazily with to_dask()"
        )
