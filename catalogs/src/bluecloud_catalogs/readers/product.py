"""A product of a laboratory: the files that were published, as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..declarations import RelativePath
from ..errors import NotFound, ParameterError
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from ..places import File, Place

_GRIDS = {".nc": "netcdf4", ".zarr": "zarr"}


class ProductOptions(BaseModel):
    """Which files can be read, the one first that is read where none is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: Annotated[tuple[RelativePath, ...], Field(min_length=1)]


class ProductRequest(BaseModel):
    """Which of its files is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str | None = None


class ProductGrid(SourceReader):
    """Reads a NetCDF file or a store of Zarr of a product; its tables too, if they are named."""

    protocol = "product"
    makes = "xarray:Dataset"
    lazy = True
    options = ProductOptions
    request = ProductRequest

    def read(
        self, place: Place, options: ProductOptions, request: ProductRequest, *, lazy: bool
    ) -> Reading:
        """Read all of it, or open it."""
        name = request.file or options.files[0]
        if name not in options.files:
            raise ParameterError(f"file={name!r}: it is one of {', '.join(options.files)}")
        folder = place.folder()
        if folder is None or not (path := folder / "files" / name).exists():
            raise NotFound(f"the file {name} of this product is gone: it may have been withdrawn")
        is_grid = PurePosixPath(name).suffix in _GRIDS
        reading = _grid(path, _GRIDS[path.suffix], lazy=lazy) if is_grid else _table(path)
        return replace(reading, files=_published(folder, name), notes={"version": folder.name})


class ProductTable(ProductGrid):
    """Reads a table of a product: CSV, TSV or Parquet."""

    makes = "pandas:DataFrame"
    lazy = False


def _grid(path: Path, engine: Any, *, lazy: bool) -> Reading:
    import xarray as xr

    dataset = xr.open_dataset(
        path, engine=engine, decode_timedelta=False, chunks={} if lazy else None
    )
    if not lazy:
        with dataset:
            dataset = dataset.load()
    return Reading(dataset, count=max(dataset.sizes.values(), default=1))


def _table(path: Path) -> Reading:
    import pandas as pd

    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
    else:
        table = pd.read_csv(path, sep="," if path.suffix == ".csv" else "\t", comment="#")
    return Reading(table, count=len(table))


def _published(folder: Path, name: str) -> list[File]:
    """The files that are read, with the checksums under which they were published."""
    from ..places import File

    told = json.loads((folder / "product.json").read_bytes())
    found = []
    for each in told["files"]:
        if each["path"] == name or each["path"].startswith(f"{name}/"):
            file = File(each["path"], b"")
            vars(file)["sha256"] = each["sha256"]  # not to read gigabytes that are read lazily
            found.append(file)
    return found
