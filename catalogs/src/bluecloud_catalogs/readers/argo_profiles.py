"""Argo profiles as the programme's own rules say they are to be used.

``mode="standard"`` is for science: adjusted values where the profile's data mode is A or D,
the others where it is R, and only levels at which date, position, pressure and every parameter
the profile measured are flagged good (1) or probably good (2). ``mode="expert"`` is all that
the files have, as they have it. Names are those of argopy (``TIME`` for ``JULD``), so that
work can go from one to the other.

A cycle has one primary profile, and may have others that sampled otherwise (near the surface,
say). ``samplings="primary"`` gives the first of each; floats of which much is wanted are then
read from their multi-profile file, one request instead of hundreds. ``samplings="all"`` reads
the files of the profiles, which hold all. By default whole floats are read the first way, and
named cycles, boxes and periods the other.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from ..errors import NotFound, ParameterError, RequestTooLarge
from .argo_dataset import STANDARD_NAMES, expert, standard
from .argo_files import primary, read_files
from .argo_index import FLOATS, PROFILES, ArgoIndexRequest, choose, read_index
from .argo_tree import Tree, file_asks
from .asked import Asked, Box, Cycles, Period, Platforms, during, inside
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

    from ..places import File, Place

MOST_FLOATS = 50  # some megabytes each
_MUCH = 0.25  # of a float's profiles: its multi-profile file is then the smaller download
MOST_FILES = 2000  # about 100 MB; what is more is better had from a monthly snapshot


class ArgoProfilesRequest(Asked):
    """Which profiles: all that fulfil every condition given, and how they are to be read."""

    platform: Platforms = None
    cycles: Cycles = None
    bbox: Box = None
    time: Period = None
    mode: Literal["standard", "expert"] = "standard"
    samplings: Literal["primary", "all"] | None = None
    tree: Tree = "https"

    @property
    def is_primary(self) -> bool:
        """Whether only the primary profile of each cycle is wanted."""
        whole_floats = self.platform is not None and self.cycles is None
        return self.samplings == "primary" or (self.samplings is None and whole_floats)


class ArgoProfiles(SourceReader):
    """Reads core profiles as a dataset of profiles by levels."""

    protocol = "Argo GDAC NetCDF over HTTP, FTP or S3"
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
        files = place.fetch(file_asks(request.tree, paths))
        is_standard = request.mode == "standard"
        columns = read_files(files, STANDARD_NAMES if is_standard else None)
        if request.is_primary:
            columns = primary(columns)
        dataset = standard(columns) if is_standard else expert(columns)
        wanted = wanted_profiles(dataset, bbox=request.bbox, time=request.time)
        dataset = dataset.isel(N_PROF=wanted)
        notes = {"index_date_of_update": dated}
        return Reading(dataset, dataset.sizes["N_PROF"], [index, *files], notes)

    def _paths(self, place: Place, request: ArgoProfilesRequest) -> tuple[File, str, list[str]]:
        """The index that was asked, its date, and the paths of the files to read."""
        whole_floats = request.platform is not None and request.cycles is None
        by_float = whole_floats and request.is_primary
        file, table = read_index(place, FLOATS if by_float else PROFILES, request.tree)
        dated = table.attrs.get("index_date_of_update", "unknown")
        if request.platform is None:
            asked = ArgoIndexRequest(bbox=request.bbox, time=request.time)
            names = choose(table, asked)["file"]
            paths = _by_float(names, table["file"]) if request.is_primary else [*names]
            return file, dated, limited(paths)
        names = choose(table, ArgoIndexRequest(platform=request.platform))["file"]
        absent = [wmo for wmo in request.platform if not names.str.contains(f"/{wmo}/").any()]
        if absent:
            raise NotFound(f"{file.path}, of {dated}, has no float {', '.join(map(str, absent))}")
        if by_float:
            if len(names) > MOST_FLOATS:
                raise RequestTooLarge(
                    f"{len(names)} whole floats are asked for at once, {MOST_FLOATS} are allowed"
                )
            return file, dated, [name.replace("_meta.nc", "_prof.nc") for name in names]
        if request.cycles is not None:
            paths = cycles_of(file.path, dated, names, request.platform, request.cycles)
            return file, dated, limited(paths)
        return file, dated, limited([*names])


def cycles_of(
    path: str, dated: str, names: pd.Series[str], platforms: Sequence[int], cycles: Sequence[int]
) -> list[str]:
    """Of the profile files of floats, those of some cycles.

    Raises
    ------
    NotFound
        If there is none of a cycle, naming the index (its path and date) that says so.
    """
    cycle = names.str.extract(r"_(\d+)D?\.nc$")[0].astype("int64")
    missing = sorted(set(cycles) - set(cycle))
    if missing:
        raise NotFound(
            f"{path}, of {dated}, has no cycle {', '.join(map(str, missing))} "
            f"of float {', '.join(map(str, platforms))}: "
            f"there are {cycle.min()} to {cycle.max()}"
        )
    return [*names[cycle.isin(cycles)]]


def _by_float(wanted: pd.Series[str], every: pd.Series[str]) -> list[str]:
    """The multi-profile files of floats of which much is wanted, and else single profiles."""
    of_wanted, of_every = (
        [str(name).partition("/profiles/")[0] for name in names] for names in (wanted, every)
    )
    counts, all_of_float = Counter(of_wanted), Counter(of_every)
    whole = {
        home for home, count in counts.items() if count > 1 and count >= _MUCH * all_of_float[home]
    }
    single = [name for name, home in zip(wanted, of_wanted, strict=True) if home not in whole]
    return [*(f"{home}/{home.rpartition('/')[2]}_prof.nc" for home in sorted(whole)), *single]


def limited(names: list[str]) -> list[str]:
    """The names, if they are not too many to be read at once.

    Raises
    ------
    RequestTooLarge
        With their number, if they are.
    """
    if len(names) > MOST_FILES:
        raise RequestTooLarge(
            f"{len(names)} profiles are asked for at once, {MOST_FILES} are allowed: "
            "ask for a smaller box or a shorter period"
        )
    return names


def wanted_profiles(
    dataset: xr.Dataset,
    *,
    bbox: tuple[float, float, float, float] | None,
    time: tuple[datetime | None, datetime | None] | None,
) -> npt.NDArray[np.bool_]:
    """Whether each profile is in what was asked; the files themselves say where and when."""
    import numpy as np

    wanted = np.ones(dataset.sizes["N_PROF"], dtype=bool)
    if bbox is not None:
        wanted &= inside(bbox, dataset["LONGITUDE"].values, dataset["LATITUDE"].values)
    if time is not None:
        wanted &= during(time, dataset["TIME"].values)
    return wanted
