"""Biogeochemical Argo: synthetic profiles (S-files) and what the sensors gave (B-files).

An S-file has pressure, temperature, salinity and the biogeochemical parameters of one cycle on
one axis; a B-file has the latter alone, with the intermediate ones, on the axes of their sensors,
often several in one file. In both a data mode belongs to a parameter, not to a profile.

``mode="standard"`` gives, for each parameter, adjusted values where its own mode is A or D, the
others where it is R, and of these what is flagged good (1), probably good (2), changed (5) or
estimated (8), as the community's recommendation has it, at pressures that are good. Concentrations
in mode R are left out: nobody has looked at them. Light and backscatter in mode R are used. Each
parameter is masked by itself, because sensors sample at different depths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from ..errors import NotFound, ParameterError
from .argo_bgc_dataset import bgc_standard
from .argo_dataset import expert
from .argo_files import read_files
from .argo_index import ArgoIndexRequest, choose, read_index
from .argo_profiles import cycles_of, limited, wanted_profiles
from .argo_tree import Measured, Tree, file_asks
from .asked import Asked, Box, Cycles, Period, Platforms
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from ..places import Place

SYNTHETIC_INDEX = "argo_synthetic-profile_index.txt"
BIO_INDEX = "argo_bio-profile_index.txt"


class ArgoBgcOptions(BaseModel):
    """Which kind of files: synthetic profiles, or the sensors' own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Literal["synthetic", "bio"] = "synthetic"


class ArgoBgcRequest(Asked):
    """Which profiles, of which all of ``measured`` were measured, and how they are to be read."""

    platform: Platforms = None
    cycles: Cycles = None
    bbox: Box = None
    time: Period = None
    measured: Measured = None
    mode: Literal["standard", "expert"] = "standard"
    tree: Tree = "https"


class ArgoBgc(SourceReader):
    """Reads biogeochemical profiles as a dataset of profiles by levels."""

    protocol = "Argo GDAC NetCDF over HTTP, FTP or S3"
    makes = "xarray:Dataset"
    options = ArgoBgcOptions
    request = ArgoBgcRequest

    def read(
        self, place: Place, options: ArgoBgcOptions, request: ArgoBgcRequest, *, lazy: bool
    ) -> Reading:
        """Read the profiles asked for."""
        if request.cycles is not None and request.platform is None:
            raise ParameterError("cycles are counted by float: give platform with them")
        if request.platform is None and request.bbox is None and request.time is None:
            raise ParameterError(
                "which profiles? Give platform (and cycles), or bbox and time, or all of them"
            )
        index = SYNTHETIC_INDEX if options.files == "synthetic" else BIO_INDEX
        file, table = read_index(place, index, request.tree)
        dated = table.attrs.get("index_date_of_update", "unknown")
        if request.platform is not None:
            of_floats = choose(table, ArgoIndexRequest(platform=request.platform))["file"]
            absent = [
                wmo for wmo in request.platform if not of_floats.str.contains(f"/{wmo}/").any()
            ]
            if absent:
                floats = ", ".join(map(str, absent))
                raise NotFound(f"{file.path}, of {dated}, has no float {floats}")
        asked = ArgoIndexRequest(
            platform=request.platform,
            bbox=request.bbox,
            time=request.time,
            measured=request.measured,
        )
        names = choose(table, asked)["file"]
        if request.cycles is not None and request.platform is not None:
            paths = cycles_of(file.path, dated, names, request.platform, request.cycles)
        else:
            paths = [*names]
        files = place.fetch(file_asks(request.tree, limited(paths)))
        columns = read_files(files, mode="PARAMETER_DATA_MODE")
        if request.mode == "expert":
            dataset = expert(columns)
        else:
            dataset = bgc_standard(columns, files=[each.path for each in files])
        dataset = dataset.isel(
            N_PROF=wanted_profiles(dataset, bbox=request.bbox, time=request.time)
        )
        notes = {"index_date_of_update": dated}
        return Reading(dataset, dataset.sizes["N_PROF"], [file, *files], notes)
