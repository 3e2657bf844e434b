"""One gridded variable of one NetCDF file, cleaned to what a routine expects.

Files made by a model's post-processing carry the scaffolding of forecasts (reference times,
bounds without attributes, a grid mapping that says nothing). What comes out is the variable
under its entry's name on coordinates time, latitude and longitude with CF attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ..declarations import Line, RelativePath
from ..errors import MalformedAnswer, NotFound, NotLazy
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from ..places import Place

_COORDINATES = {
    "time": {"standard_name": "time", "axis": "T", "long_name": "time"},
    "latitude": {"standard_name": "latitude", "axis": "Y", "units": "degrees_north"},
    "longitude": {"standard_name": "longitude", "axis": "X", "units": "degrees_east"},
}


class GriddedFileOptions(BaseModel):
    """Which variable of which file, and what it becomes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: RelativePath
    variable: Line
    name: Line
    standard_name: Line
    long_name: Line
    cell_methods: Line


class GriddedFile(SourceReader):
    """Reads a variable on time, latitude and longitude from a file of this machine."""

    protocol = "NetCDF file"
    makes = "xarray:Dataset"
    lazy = True
    options = GriddedFileOptions

    def read(
        self, place: Place, options: GriddedFileOptions, request: BaseModel, *, lazy: bool
    ) -> Reading:
        """Read the variable; lazily as dask arrays, a chunk a time step of the file."""
        from ..places import File

        folder = place.folder()
        if folder is None:
            raise NotLazy("a gridded file is read from a folder of this machine only")
        path = folder / options.file
        if not path.is_file():
            raise NotFound(f"the {place.tier} has no file {options.file}")
        dataset = self._cleaned(path, options, lazy=lazy)
        file = File(options.file, path.read_bytes())
        return Reading(dataset, count=dataset.sizes["time"], files=[file])

    def _cleaned(self, path: Path, options: GriddedFileOptions, *, lazy: bool) -> xr.Dataset:
        import xarray as xr

        try:
            opened = xr.open_dataset(
                path, engine="netcdf4", chunks={} if lazy else None, decode_timedelta=False
            )
            variable = opened[options.variable].reset_coords(drop=True)
        except (OSError, ValueError, KeyError) as error:
            raise MalformedAnswer(f"{options.file}: {error}") from error
        if not lazy:
            with opened:
                variable.load()
        variable.attrs = {
            "standard_name": options.standard_name,
            "long_name": options.long_name,
            "units": variable.attrs["units"],
            "cell_methods": options.cell_methods,
            "original_name": options.variable,
            "original_standard_name": variable.attrs.get("standard_name", "none"),
        }
        variable.encoding = {
            name: value
            for name, value in variable.encoding.items()
            if name in {"dtype", "_FillValue"}
        }
        dataset = variable.to_dataset(name=options.name)
        for name, attributes in _COORDINATES.items():
            dataset[name].attrs = dict(attributes)
        dataset["time"].encoding.pop("bounds", None)
        return dataset
