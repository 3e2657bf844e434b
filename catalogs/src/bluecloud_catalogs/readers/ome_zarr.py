"""Images in OME-Zarr, of versions 0.4 and 0.5: read piece by piece, at the resolution asked for.

An image is a pyramid: the same picture at several resolutions, the finest first. A place in a
pyramid has the same coordinates at each of its levels, in the units of its axes, and those come
out with it. So one looks at a coarse level first and then reads a part of a fine one. A plate
holds images by well and field; some stores hold several images by number.

What version a store has is told by its files, not by its address. All levels are looked at before
any pixel is: a store whose levels do not have the axes it declares is no image.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from ..errors import NotFound, ParameterError, RequestTooLarge
from .asked import Asked
from .base import Reading, SourceReader
from .ome_zarr_metadata import Group, Image, Level, image_of, open_group
from .words import Form, Name

if TYPE_CHECKING:
    import xarray as xr

    from ..places import Place
    from .zarr_array import CheckedArray

MOST_BYTES = 500e6  # in memory; a laboratory has some gigabytes, and work is done with them
MOST_CHUNKS = 4000
_MOST_PIXELS = 10_000_000
_SEGMENT = r"[\w.+()% -]*[\w+()%]"


def _pixels(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
        raise ValueError("must be the first and the first not wanted")
    told = list(value)
    if len(told) != 2 or any(isinstance(each, bool) or not isinstance(each, int) for each in told):
        raise ValueError("must be the first and the first not wanted: two whole numbers")
    first, after = told
    if not 0 <= first < after <= _MOST_PIXELS:
        raise ValueError(f"begins at 0, and ends after it begins: not {told}")
    return first, after


Pixels: TypeAlias = Annotated[
    tuple[int, int] | None,
    BeforeValidator(_pixels),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
            "title": "First pixel, and the first that is not wanted",
        }
    ),
]
Address: TypeAlias = Annotated[
    Name,
    Form(
        rf"(?=.{{1,500}}$)(https://[a-z0-9.-]+/)?{_SEGMENT}(/{_SEGMENT})*/?",
        "the path or the address of an OME-Zarr, as v0.4/idr0062A/6001240.zarr",
        most=1,
    ),
]
Well: TypeAlias = Annotated[
    Name, Form(r"[A-Za-z0-9]{1,4}/[A-Za-z0-9]{1,4}", "a well of a plate, as A/1", most=1)
]


class OmeZarrRequest(Asked):
    """Which image, at which level of its pyramid, and which part of it.

    ``field`` is the number of the image in a well, or in a store that holds several. Parts are
    pixels of the level, counted from 0, the first included and the last not.
    """

    image: Address = None
    well: Well = None
    field: Annotated[int, Field(ge=0, le=100_000)] = 0
    level: Annotated[int, Field(ge=0, le=30)] = 0
    t: Pixels = None
    c: Pixels = None
    z: Pixels = None
    y: Pixels = None
    x: Pixels = None


class OmeZarr(SourceReader):
    """Reads a part of an image."""

    protocol = "OME-Zarr"
    makes = "xarray:Dataset"
    lazy = True
    request = OmeZarrRequest

    def read(
        self, place: Place, options: object, request: OmeZarrRequest, *, lazy: bool
    ) -> Reading:
        """Read the part asked for; lazily, pixels are had when they are computed with."""
        import numpy as np

        if request.image is None:
            raise ParameterError("which image? Give its path, as image=v0.4/idr0062A/6001240.zarr")
        group = open_group(place, request.image.rstrip("/"))
        image = image_of(group, well=request.well, field=request.field)
        if request.level >= len(image.levels):
            raise ParameterError(
                f"level = {request.level}: the image has {len(image.levels)}, from 0, the finest"
            )
        level = image.levels[request.level]
        array = image.arrays[request.level]
        part = _part(image, array, request)
        places = [np.arange(each.start, each.stop) for each in part]
        if not lazy:
            _check_size(request, array, places)
            _have(group, array, places)
            pixels = array[part]
        else:
            import dask.array as da

            nothing = np.empty((0,) * array.ndim, dtype=array.dtype)
            whole: Any = da.from_array(  # type: ignore[no-untyped-call]
                array, chunks=array.chunks, name=False, meta=nothing
            )
            pixels = whole[part]
        made = _dataset(image, level, pixels, part)
        notes = {
            "image": image.path,
            "ome_zarr_version": image.version,
            "levels": "; ".join("x".join(map(str, each.shape)) for each in image.arrays),
        }
        return Reading(made, int(prod(map(len, places))), group.files, notes)


def _part(image: Image, array: CheckedArray, request: OmeZarrRequest) -> tuple[slice, ...]:
    names = [axis.name for axis in image.axes]
    wanted: Mapping[str, tuple[int, int] | None] = {
        name: getattr(request, name) for name in "tczyx"
    }
    for name, pixels in wanted.items():
        if pixels is not None and name not in names:
            raise ParameterError(f"{name}: this image has the axes {', '.join(names)}")
    part = []
    for name, length in zip(names, array.shape, strict=True):
        first, after = wanted.get(name) or (0, length)
        if after > length:
            raise ParameterError(
                f"{name} = {first} to {after}: at level {request.level} there are {length}"
            )
        part.append(slice(first, after))
    return tuple(part)


def _check_size(request: OmeZarrRequest, array: CheckedArray, places: list[Any]) -> None:
    size = array.size(places)
    chunks = prod(
        int(each[-1] // length - each[0] // length + 1)
        for each, length in zip(places, array.chunks, strict=True)
    )
    if size > MOST_BYTES or chunks > MOST_CHUNKS:
        raise RequestTooLarge(
            f"level {request.level} of {request.image}: that is {size / 1e6:.0f} MB in {chunks} "
            f"chunks, and {MOST_BYTES / 1e6:.0f} MB in {MOST_CHUNKS} are read at once: ask for "
            "a part, for a higher level, or lazily"
        )


def _have(group: Group, array: CheckedArray, places: list[Any]) -> None:
    """Fetch all chunks in one go."""
    try:
        group.store.fetch(array.keys(places))
    except NotFound:
        # A folder's way to say that one of them stands for the fill value: each is asked for then.
        return


def _dataset(image: Image, level: Level, pixels: Any, part: tuple[slice, ...]) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    coordinates = {}
    for number, axis in enumerate(image.axes):
        places = np.arange(part[number].start, part[number].stop)
        values: Any = level.shift[number] + level.scale[number] * places
        attrs = {"long_name": axis.name, "units": axis.unit}
        if axis.kind == "channel":
            values = [image.channels[each] if image.channels else str(each) for each in places]
            attrs = {"long_name": "channel"}
        coordinates[axis.name] = ((axis.name,), values, attrs)
    about = {"long_name": "intensity as recorded", "units": "1"}
    names = [axis.name for axis in image.axes]
    return xr.Dataset({"intensity": (names, pixels, about)}, coords=coordinates)
