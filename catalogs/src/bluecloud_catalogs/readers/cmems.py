"""Copernicus Marine's datasets, from the stores that its own client reads.

A dataset lies twice in the store, once in chunks for maps and once for series; the one with
fewer chunks to fetch is read, as the provider's client chooses. How much it would be is worked
out from the dataset's record before anything of the store is asked for. The stores are open;
the provider counts its users by a name in the query, which is not sent: no login is asked for.
"""

from __future__ import annotations

from datetime import datetime
from math import prod
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..errors import MalformedAnswer, NotFound, ParameterError
from . import gridded_axes as axes
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .cmems_stac import Asset, Described, Dimension, Series, ask, describe
from .gridded_axes import Depths
from .zarr_grid import MOST_BYTES, MOST_CHUNKS, Grid, Wanted, known, too_large

if TYPE_CHECKING:
    import xarray as xr

    from ..places import Place

_DATASET = r"^[A-Za-z0-9][A-Za-z0-9_.+-]{1,199}$"


def _names(value: object) -> object:
    """One name, or several, each once."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple):
        if not value:
            raise ValueError("must not be empty: leave it out to mean all")
        if wrong := [each for each in value if not isinstance(each, str)]:
            raise ValueError(f"must be names, and {str(wrong[0])[:60]} is none")
        return tuple(dict.fromkeys(value))
    return value


Identifier = Annotated[str, Field(pattern=_DATASET)]
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_names)]


class CmemsOptions(BaseModel):
    """Which dataset of which product, and its variables; none: the request says which."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: Identifier | None = None
    dataset: Identifier | None = None
    variables: tuple[str, ...] = ()


class CmemsRequest(Asked):
    """Which part of a dataset.

    ``depth`` is the shallower and the deeper in metres; ``series`` forces one of the stores;
    ``product`` and ``dataset`` are for entries that leave them open.
    """

    product: Identifier | None = None
    dataset: Identifier | None = None
    variables: Names | None = None
    bbox: Box = None
    time: Period = None
    depth: Depths = None
    series: Series | None = None


class Cmems(SourceReader):
    """Reads a dataset of Copernicus Marine."""

    protocol = "Copernicus Marine STAC and ARCO Zarr"
    makes = "xarray:Dataset"
    lazy = True
    options = CmemsOptions
    request = CmemsRequest

    def read(
        self, place: Place, options: CmemsOptions, request: CmemsRequest, *, lazy: bool
    ) -> Reading:
        """Read the part asked for; lazily a chunk of the store is a chunk of dask's."""
        product, dataset = options.product or request.product, options.dataset or request.dataset
        if product is None or dataset is None:
            raise ParameterError("which dataset? Give product and dataset, as the catalogue has it")
        if {request.product, request.dataset} - {None, product, dataset}:
            raise ParameterError(f"product and dataset are {product} and {dataset} here")
        if options.variables:
            known(request.variables, options.variables, of=dataset)
        described = describe(place, product, dataset)
        offered = list(described.version.properties.variables)
        names = known(request.variables or options.variables or None, offered, of=dataset)
        wanted = Wanted(request.bbox, request.time, request.depth)
        series, asset = _chosen(described, names, wanted, request.series, lazy=lazy)
        grid = Grid(place, ask(asset.href))
        missing = [name for name in names if name not in grid.arrays]
        if missing:
            raise MalformedAnswer(f"{asset.href}: it has no {', '.join(missing)}, as was promised")
        found = grid.axes(names, wanted)
        keys = grid.plan(names, found, lazy=lazy)
        count = max(
            prod(found[each].places.size for each in grid.dimensions(name)) for name in names
        )
        if not lazy and count:
            grid.store.fetch(keys)
        selected = grid.dataset(names, found)
        if not lazy:
            selected = selected.compute(scheduler="threads")
        _describe(selected, described)
        selected.attrs = {**grid.attrs}
        files = [*described.files, *grid.files]
        return Reading(selected, count, files, _notes(described, product, series))


def _chosen(
    described: Described, names: list[str], wanted: Wanted, forced: Series | None, *, lazy: bool
) -> tuple[Series, Asset]:
    """The store to read: the forced one, or that of which fewer chunks are needed."""
    stores = described.version.stores
    if forced is not None and forced not in stores:
        raise NotFound(f"{described.version.item} has no {forced}: it has {', '.join(stores)}")
    estimates = {
        series: _estimate(asset, described, names, wanted)
        for series, asset in stores.items()
        if forced in (None, series)
    }
    series = min(estimates, key=lambda each: estimates[each][1])
    size, chunks = estimates[series]
    if not lazy and (size > MOST_BYTES or chunks > MOST_CHUNKS):
        raise too_large(size, chunks)
    return series, stores[series]


def _estimate(
    asset: Asset, described: Described, names: list[str], wanted: Wanted
) -> tuple[float, int]:
    """Bytes and chunks, as far as the record tells; the store itself tells the rest."""
    size, chunks = 0.0, 0
    for name in names:
        cube = described.version.properties.variables[name]
        told = {each: (asset.dimensions or {}).get(each) for each in cube.dimensions}
        pairs = [
            _counted(each, dimension, name, wanted) for each, dimension in told.items() if dimension
        ]
        size += 4.0 * prod(cells for cells, _ in pairs)
        chunks += prod(parts for _, parts in pairs)
    return size, chunks


def _counted(name: str, dimension: Dimension, variable: str, wanted: Wanted) -> tuple[int, int]:
    """How many places of an axis are wanted, and of how many chunks."""
    import numpy as np

    chunk = dimension.chunk
    length = (chunk.get(variable) if isinstance(chunk, dict) else chunk) or dimension.length
    values = _values(dimension)
    places = np.arange(dimension.length)
    if values is not None:
        if name == "longitude" and wanted.bbox:
            places = axes.columns(wanted.bbox[0], wanted.bbox[2], values)[0]
        elif name == "latitude" and wanted.bbox:
            places = axes.between(wanted.bbox[1], wanted.bbox[3], values)
        elif name == "elevation" and wanted.depth:
            places = axes.levels(*wanted.depth, -values)
        elif name == "time" and wanted.time and (dimension.units or "").startswith("millisec"):
            places = axes.steps(wanted.time, values.astype("datetime64[ms]"))
            # The record is a day or more behind its store, which grows: what is asked for
            # beyond its end is not known to be nothing.
            places = places if places.size else np.arange(1)
    return places.size, len(set((places // length).tolist()))


def _values(dimension: Dimension) -> Any:
    """The values of an axis as its record has them, if it has them as numbers."""
    import numpy as np

    told = dimension.coords
    if told is None:
        return None
    if told.values is not None:
        numbers = all(isinstance(each, int | float) for each in told.values)
        return np.asarray(told.values, dtype=float) if numbers else None
    if isinstance(told.min, int | float) and isinstance(told.step, int | float):
        return told.min + told.step * np.arange(dimension.length)
    return None


def _describe(dataset: xr.Dataset, described: Described) -> None:
    """Give variables the names and units of the record where the store has none."""
    for name, variable in dataset.data_vars.items():
        cube = described.version.properties.variables[str(name)]
        if cube.standard_name:
            variable.attrs.setdefault("standard_name", cube.standard_name)
        if cube.unit:
            variable.attrs.setdefault("units", cube.unit)
    for name, standard_name in (("latitude", "latitude"), ("longitude", "longitude")):
        if name in dataset.coords:
            dataset[name].attrs.setdefault("standard_name", standard_name)


def _notes(described: Described, product: str, series: Series) -> dict[str, str]:
    dataset, version, part = described.version.name
    told = described.version.properties
    notes = {
        "product_id": product,
        "dataset_id": dataset,
        "dataset_version": version,
        "dataset_part": part,
        "series": series,
        "doi": described.product.cited or "",
        "dataset_updated": _iso(told.updated),
        # What is after this day may still change.
        "updating_since": _iso(told.updating),
    }
    return {name: value for name, value in notes.items() if value}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
