"""A selection of a gridded Zarr store as a dataset: planned first, then read or left to dask.

The plan is made from the store's consolidated metadata and its axes alone: which places of
each axis, how many bytes, which chunks. Only then are chunks asked for. Elevations, which
count upwards and are negative in the sea, become depths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask
from . import gridded_axes as axes

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    import xarray as xr

    from ..places import File, Place
    from .gridded_axes import Places
    from .zarr_array import CheckedArray
    from .zarr_store import PlaceStore

METADATA = ".zmetadata"
MOST_BYTES = 500e6  # in memory; a laboratory has some gigabytes, and work is done with them
MOST_CHUNKS = 4000
_CELSIUS = {"degrees_C", "degree_C", "degreesC", "degrees C", "degrees_Celsius"}
_DIMENSIONS = "_ARRAY_DIMENSIONS"
_NAMES = {"lat": "latitude", "lon": "longitude", "nav_lat": "latitude", "nav_lon": "longitude"}


@dataclass(frozen=True)
class Wanted:
    """Where and when; what is None is not restricted."""

    bbox: tuple[float, float, float, float] | None = None
    time: tuple[datetime | None, datetime | None] | None = None
    depth: tuple[float, float] | None = None


@dataclass(frozen=True)
class Axis:
    """An axis as the store has it, and the places of it that are wanted."""

    variable: xr.Variable
    places: Places


class Grid:
    """A store with consolidated metadata, opened."""

    def __init__(self, place: Place, root: Ask) -> None:
        from .zarr_array import CheckedArray
        from .zarr_store import PlaceStore

        sample = root.sample_path
        self.store: PlaceStore = PlaceStore(place, root.path, sample=sample, proof=METADATA)
        asked = Ask(f"{root.path}/{METADATA}", sample=f"{sample}/{METADATA}")
        (file,) = place.fetch([asked])
        self.metadata_file = file
        self.arrays: dict[str, CheckedArray] = {}
        for name in self._consolidated(file):
            self.arrays[name] = CheckedArray(self.store, name, zarr_format=2)

    def _consolidated(self, file: File) -> list[str]:
        """The names of the arrays; their metadata is put into the store."""
        import json

        told = as_json(file)
        metadata = told.get("metadata") if isinstance(told, dict) else None
        if not isinstance(metadata, dict) or ".zgroup" not in metadata:
            raise MalformedAnswer(f"{file.path}: it is no consolidated metadata of a Zarr group")
        for key, content in metadata.items():
            self.store.put(key, json.dumps(content).encode())
        names = [key.removesuffix("/.zarray") for key in metadata if key.endswith("/.zarray")]
        for name in names:
            dimensions = metadata.get(f"{name}/.zattrs", {}).get(_DIMENSIONS)
            if not isinstance(dimensions, list):
                raise MalformedAnswer(f"{file.path}: {name} does not say which dimensions it has")
        return names

    @property
    def files(self) -> list[File]:
        """All that was had."""
        return [self.metadata_file, *self.store.files]

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """The store's own attributes."""
        import json

        told = json.loads(self.store.has(".zattrs") or b"{}")
        return told if isinstance(told, dict) else {}

    @property
    def variables(self) -> list[str]:
        """The names of what is no axis."""
        return [name for name in self.arrays if name not in self.axis_names]

    @cached_property
    def axis_names(self) -> set[str]:
        """The names of the arrays that are axes: those of one dimension, which has their name."""
        return {name for name in self.arrays if self.dimensions(name) == [name]}

    def dimensions(self, name: str) -> list[str]:
        """The dimensions of an array."""
        return [str(each) for each in self.arrays[name].attrs[_DIMENSIONS]]

    def axes(self, names: Sequence[str], wanted: Wanted) -> dict[str, Axis]:
        """The axes of these variables, with the places that are wanted."""
        import numpy as np

        dimensions = dict.fromkeys(each for name in names for each in self.dimensions(name))
        absent = [each for each in dimensions if each not in self.arrays]
        if absent:
            raise MalformedAnswer(
                f"{self.metadata_file.path}: {', '.join(absent)} has no values in the store"
            )
        whole = {each: [np.arange(self.arrays[each].shape[0])] for each in dimensions}
        self.store.fetch(
            [key for each in dimensions for key in self.arrays[each].keys(whole[each])]
        )
        decoded = self._decoded(dimensions)
        return {each: self._axis(decoded[each], wanted) for each in dimensions}

    def _decoded(self, names: Mapping[str, None]) -> xr.Dataset:
        """Axes with their times decoded."""
        import xarray as xr

        raw = {
            name: xr.Variable((name,), self.arrays[name][:], _attrs(self.arrays[name]))
            for name in names
        }
        try:
            return xr.decode_cf(xr.Dataset(coords=raw), decode_timedelta=False)
        except (ValueError, OverflowError) as error:
            raise MalformedAnswer(f"{self.metadata_file.path}: {error}") from error

    def _axis(self, coordinate: xr.DataArray, wanted: Wanted) -> Axis:
        import numpy as np
        import xarray as xr

        values = coordinate.values
        name = _NAMES.get(str(coordinate.name), str(coordinate.name))
        places = np.arange(values.size)
        if name == "longitude" and wanted.bbox is not None:
            places, values = axes.columns(wanted.bbox[0], wanted.bbox[2], values)
        elif name == "latitude" and wanted.bbox is not None:
            places = axes.between(wanted.bbox[1], wanted.bbox[3], values)
            values = values[places]
        elif name == "time" and wanted.time is not None:
            if not np.issubdtype(values.dtype, np.datetime64):
                raise MalformedAnswer(f"{self.metadata_file.path}: time has no units of time")
            places = axes.steps(wanted.time, values)
            values = values[places]
        elif name in {"elevation", "depth"}:
            return self._vertical(coordinate, wanted)
        variable = xr.Variable(coordinate.dims, values, coordinate.attrs, coordinate.encoding)
        return Axis(variable, places)

    def _vertical(self, coordinate: xr.DataArray, wanted: Wanted) -> Axis:
        """Depths from the surface down, whichever way the store counts."""
        import numpy as np
        import xarray as xr

        upwards = coordinate.name == "elevation"
        depth = -coordinate.values if upwards else coordinate.values
        places = (
            axes.levels(*wanted.depth, depth) if wanted.depth else np.arange(coordinate.values.size)
        )
        places = places[np.argsort(depth[places], kind="stable")]
        attrs = {
            "standard_name": "depth",
            "long_name": "Depth",
            "units": coordinate.attrs.get("units", "m"),
            "positive": "down",
            "axis": "Z",
        }
        # Plus zero: the surface of a store that counts upwards would be minus zero.
        return Axis(xr.Variable(("depth",), depth[places] + 0.0, attrs), places)

    def plan(self, names: Sequence[str], axes_of: Mapping[str, Axis], *, lazy: bool) -> list[str]:
        """The chunks that hold what is wanted.

        Raises
        ------
        RequestTooLarge
            If it is more than is read at once, with its size.
        """
        from math import prod

        size, keys = 0.0, []
        for name in names:
            places = [axes_of[each].places for each in self.dimensions(name)]
            size += self.arrays[name].size(places)
            chunks = prod(
                len(set((place // length).tolist()))
                for place, length in zip(places, self.arrays[name].chunks, strict=True)
            )
            if not lazy and (size > MOST_BYTES or chunks > MOST_CHUNKS):
                raise too_large(size, chunks)
            keys += [] if lazy else self.arrays[name].keys(places)
        return keys

    def dataset(self, names: Sequence[str], axes_of: Mapping[str, Axis]) -> xr.Dataset:
        """The selection, chunk by chunk as dask arrays."""
        import dask.array as da
        import numpy as np
        import xarray as xr

        from .zarr_array import Window

        raw = {}
        for name in names:
            array = self.arrays[name]
            dimensions = self.dimensions(name)
            shape = tuple(axes_of[each].places.size for each in dimensions)
            if 0 in shape:  # dask would ask for chunks, to take nothing from them
                data = np.empty(shape, array.dtype)
            else:
                places = [axes_of[each].places for each in dimensions]
                window = Window(array, places)
                data = da.from_array(  # type: ignore[no-untyped-call]
                    window, chunks=window.chunks, asarray=False, lock=False
                )
                for position, wanted in enumerate(places):
                    data = _taken(data, window.within(wanted, position), position)
            named = ["depth" if each == "elevation" else each for each in dimensions]
            raw[name] = xr.Variable(named, data, _attrs(array))
        decoded = xr.decode_cf(xr.Dataset(raw), decode_timedelta=False)
        coordinates = {str(axis.variable.dims[0]): axis.variable for axis in axes_of.values()}
        return decoded.assign_coords(coordinates)


def too_large(size: float, chunks: int) -> RequestTooLarge:
    """Say how much was asked for, and what can be done."""
    return RequestTooLarge(
        f"{_human(size)} in memory and {chunks} chunks or more are asked for; {_human(MOST_BYTES)} "
        f"and {MOST_CHUNKS} chunks are read at once: ask for a smaller bbox, a shorter time, "
        "fewer depths or variables, or open it with to_dask()"
    )


def known(names: Sequence[str] | None, has: Sequence[str], *, of: str) -> list[str]:
    """The variables asked for, all if none is named.

    Raises
    ------
    ParameterError
        If one is not there.
    """
    unknown = sorted(set(names or ()) - set(has))
    if unknown:
        raise ParameterError(
            f"variables has {', '.join(unknown)}: {of} has {', '.join(has) or 'none'}"
        )
    return list(names or has)


def _taken(data: Any, places: Places, axis: int) -> Any:
    """These places of one axis; a run of them as a slice, which keeps the chunks."""
    import numpy as np

    if np.all(np.diff(places) == 1):
        cut = slice(int(places[0]), int(places[-1]) + 1)
    elif np.all(np.diff(places) == -1):
        last = int(places[-1]) - 1
        cut = slice(int(places[0]), last if last >= 0 else None, -1)
    else:
        return data[(slice(None),) * axis + (places,)]
    return data[(slice(None),) * axis + (cut,)]


def _attrs(array: CheckedArray) -> dict[str, Any]:
    """An array's attributes; the fill value of Zarr 2 is what CF calls so."""
    attrs = {name: value for name, value in array.attrs.items() if name != _DIMENSIONS}
    fill = array.array.metadata.fill_value
    if fill is not None and "_FillValue" not in attrs and array.ndim > 1:
        attrs["_FillValue"] = _plain(fill)
    if attrs.get("units") in _CELSIUS:
        # UDUNITS takes all of these; pint, and so cf-xarray, this one.
        attrs["units"] = "degree_Celsius"
    return attrs


def _plain(value: Any) -> np.generic | Any:
    return value.item() if hasattr(value, "item") else value


def _human(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} PB"
