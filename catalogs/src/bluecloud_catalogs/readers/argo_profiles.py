"""Argo profiles as the programme's own rules say they are to be used.

``mode="standard"`` is for science: adjusted values where the profile's data mode is A or D,
the others where it is R, and only levels at which date, position, pressure and every parameter
the profile measured are flagged good (1) or probably good (2). ``mode="expert"`` is all that
the files have, as they have it. Names are those of argopy (``TIME`` for ``JULD``), so that
work can go from one to the other.

Whole floats are read from their multi-profile file: one request, and the primary profile of
each cycle. Named cycles, boxes and periods are read from the files of the profiles, with the
secondary ones (near the surface, say) that these hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..errors import NotFound, ParameterError, RequestTooLarge
from .argo_dataset import STANDARD_NAMES, expert, standard
from .argo_files import read_files
from .argo_index import FLOATS, PROFILES, ArgoIndexRequest, choose, read_index
from .asked import Asked, Box, Cycles, Period, Platforms, during, inside
from .base import Reading, SourceReader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from ..places import File, Place

MOST_FLOATS = 50  # some megabytes each
MOST_FILES = 2000  # about 100 MB; what is more is better had from a monthly snapshot


class ArgoProfilesRequest(Asked):
    """Which profiles: all that fulfil every condition given, and how they are to be read."""

    platform: Platforms = None
    cycles: Cycles = None
    bbox: Box = None
    time: Period = None
    mode: Literal["standard", "expert"] = "standard"


class ArgoProfiles(SourceReader):
    """Reads core profiles as a dataset of profiles by levels."""

    protocol = "Argo GDAC NetCDF over HTTP"
    makes = "xarray:Dataset"
    request = ArgoProfilesRequest

    def read(
        self, place: Place, options: object, request: ArgoProfilesRequest, *, lazy: bool
    ) -> Reading:
        """Read the profiles asked for."""
        if request.cycles is not None and request.platform is None:
            raise ParameterError("cycles are counted by float: give platform with them")
        if request.platform is None and request.bbox is None and request.time is None:
            raise ParameterError(
                "which profiles? Give platform (and cycles), or bbox and time, or all of them"
            )
        index, dated, paths = self._paths(place, request)
        files = place.fetch(paths)
        if request.mode == "standard":
            dataset = standard(read_files(files, STANDARD_NAMES))
        else:
            dataset = expert(read_files(files))
        dataset = dataset.isel(N_PROF=_wanted(dataset, request))
        notes = {"index_date_of_update": dated}
        return Reading(dataset, dataset.sizes["N_PROF"], [index, *files], notes)

    def _paths(self, place: Place, request: ArgoProfilesRequest) -> tuple[File, str, list[str]]:
        """The index that was asked, its date, and the paths of the files to read."""
        by_float = request.platform is not None and request.cycles is None
        file, table = read_index(place, FLOATS if by_float else PROFILES)
        dated = table.attrs.get("index_date_of_update", "unknown")
        if request.platform is None:
            asked = ArgoIndexRequest(bbox=request.bbox, time=request.time)
            return file, dated, _limited(choose(table, asked)["file"])
        names = choose(table, ArgoIndexRequest(platform=request.platform))["file"]
        absent = [wmo for wmo in request.platform if not names.str.contains(f"/{wmo}/").any()]
        if absent:
            raise NotFound(f"{file.path}, of {dated}, has no float {', '.join(map(str, absent))}")
        if request.cycles is None:
            if len(names) > MOST_FLOATS:
                raise RequestTooLarge(
                    f"{len(names)} whole floats are asked for at once, {MOST_FLOATS} are allowed"
                )
            return file, dated, [f"dac/{name.replace('_meta.nc', '_prof.nc')}" for name in names]
        cycle = names.str.extract(r"_(\d+)D?\.nc$")[0].astype("int64")
        missing = sorted(set(request.cycles) - set(cycle))
        if missing:
            raise NotFound(
                f"{file.path}, of {dated}, has no cycle {', '.join(map(str, missing))} "
                f"of float {', '.join(map(str, request.platform))}: "
                f"there are {cycle.min()} to {cycle.max()}"
            )
        return file, dated, _limited(names[cycle.isin(request.cycles)])


def _limited(names: pd.Series[str]) -> list[str]:
    if len(names) > MOST_FILES:
        raise RequestTooLarge(
            f"{len(names)} profiles are asked for at once, {MOST_FILES} are allowed: "
            "ask for a smaller box or a shorter period"
        )
    return [f"dac/{name}" for name in names]


def _wanted(dataset: xr.Dataset, request: ArgoProfilesRequest) -> npt.NDArray[np.bool_]:
    """Whether each profile is in what was asked; the files themselves say where and when."""
    import numpy as np

    wanted = np.ones(dataset.sizes["N_PROF"], dtype=bool)
    if request.bbox is not None:
        wanted &= inside(request.bbox, dataset["LONGITUDE"].values, dataset["LATITUDE"].values)
    if request.time is not None:
        wanted &= during(request.time, dataset["TIME"].values)
    return wanted
