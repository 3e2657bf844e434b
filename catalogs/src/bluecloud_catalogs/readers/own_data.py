"""A person's own file, as it was checked when it was added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from ..declarations import RelativePath
from ..errors import NotFound
from .base import Nothing, Reading, SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from ..places import Place


class OwnDatasetOptions(BaseModel):
    """Which file of the entry's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: RelativePath
    kind: Literal["netcdf", "odv", "cnv", "csv"]


class OwnTableOptions(OwnDatasetOptions):
    """What was told beside the file when it was added."""

    units: dict[str, str] = {}
    names: dict[str, str] = {}
    given: dict[str, str] = {}


class OwnDataset(SourceReader):
    """Reads a NetCDF file of one's own."""

    protocol = "own file"
    makes = "xarray:Dataset"
    options = OwnDatasetOptions
    request = Nothing

    def read(self, place: Place, options: Any, request: Nothing, *, lazy: bool) -> Reading:
        """Read all of it."""
        from ..own.files import read_own
        from ..places import File

        path = _path(place, options.file)
        data = read_own(path, kind=options.kind, **self._told(options))
        return Reading(data, count=_count(data), files=[File(options.file, path.read_bytes())])

    def _told(self, options: Any) -> dict[str, Any]:
        return {}


class OwnTable(OwnDataset):
    """Reads an ODV, CNV or CSV file of one's own."""

    makes = "pandas:DataFrame"
    options = OwnTableOptions

    def _told(self, options: OwnTableOptions) -> dict[str, Any]:
        import pandas as pd

        given: dict[str, Any] = dict(options.given)
        if "time" in given:
            given["time"] = pd.Timestamp(given["time"]).as_unit("ns")
        for name in {"latitude", "longitude"} & set(given):
            given[name] = float(given[name])
        told = {"units": options.units, "names": options.names}
        return {**({name: each for name, each in told.items() if each}), "given": given}


def _path(place: Place, name: str) -> Path:
    folder = place.folder()
    if folder is None or (folder / name).is_symlink() or not (folder / name).is_file():
        raise NotFound(f"the file {name} is gone from {folder}")
    return folder / name


def _count(data: Any) -> int:
    return len(data) if not hasattr(data, "data_vars") else max(data.sizes.values(), default=1)
