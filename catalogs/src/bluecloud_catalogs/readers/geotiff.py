"""The grid of a GeoTIFF as a coverage service writes it, without a library of image formats.

One band or several of numbers, in strips or tiles, plain or deflated, on a grid in degrees. What is
cut off is an error: where each strip lies and how long it is stands in the file. Format: TIFF 6.0
(Adobe, 1992) and OGC GeoTIFF 1.1 (19-008r4).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import MalformedAnswer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..places import File

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES, _ROWS_A_STRIP = 256, 257, 258, 259, 277, 278
_STRIPS, _STRIP_SIZES, _PLANAR, _PREDICTOR = 273, 279, 284, 317
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_SIZES, _FORMAT = 322, 323, 324, 325, 339
_SCALE, _TIEPOINT, _KEYS, _NODATA = 33550, 33922, 34735, 42113
_RASTER_TYPE, _GEOGRAPHIC_TYPE, _POINT = 1025, 2048, 2
_GEOGRAPHIC = {4326, 4258}
_DEFLATED = {8, 32946}
_KINDS = {1: "u", 2: "i", 3: "f"}
# Of an entry: 1 byte, 2 text, 3 short, 4 long, 12 double.
_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 16: "Q"}


@dataclass(frozen=True)
class Raster:
    """Values by band, latitude and longitude; the middles of cells, in degrees.

    What the file says is no data is NaN. Latitudes go as the file has them, from the north.
    """

    values: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]
    longitude: npt.NDArray[np.float64]


def raster(file: File) -> Raster:
    """The grid of a file.

    Raises
    ------
    MalformedAnswer
        If it is no GeoTIFF in degrees, is not whole, or is packed in a way that is not read.
    """
    try:
        tags, order = _tags(file.content)
        bands = _bands(file.content, tags, order)
        latitude, longitude = _axes(tags, bands.shape[1:])
    except (struct.error, KeyError, IndexError, ValueError, zlib.error) as error:
        raise MalformedAnswer(
            f"{file.path}: it is no GeoTIFF that can be read, or not whole: {error}"
        ) from error
    import numpy as np

    values = bands.astype("float64")
    if _NODATA in tags:
        # It is written as text: a float's value may come out a little beside itself.
        absent = np.float64(tags[_NODATA][0].rstrip(b"\0 "))
        values[np.isclose(values, absent, rtol=1e-6, atol=0) | (values == absent)] = np.nan
    return Raster(values, latitude, longitude)


def _tags(content: bytes) -> tuple[dict[int, tuple[Any, ...]], str]:
    """The entries of the first directory, by their numbers, and the order of bytes."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        raise ValueError(f"it begins {content[:16]!r}")
    (at,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, at)
    tags = {}
    for number in range(count):
        here = at + 2 + 12 * number
        tag, kind, size = struct.unpack_from(f"{order}HHI", content, here)
        letter = _TYPES.get(kind)
        if letter is None:
            continue
        form = f"{order}{size}{letter}"
        where = here + 8
        if struct.calcsize(form) > 4:
            (where,) = struct.unpack_from(f"{order}I", content, where)
        tags[tag] = struct.unpack_from(form, content, where)
    return tags, order


def _bands(content: bytes, tags: Mapping[int, tuple[Any, ...]], order: str) -> npt.NDArray[Any]:
    """Values by band, row and column."""
    import numpy as np

    width, height = int(tags[_WIDTH][0]), int(tags[_HEIGHT][0])
    samples = int(tags.get(_SAMPLES, (1,))[0])
    bits, kind = set(tags[_BITS]), set(tags.get(_FORMAT, (1,)))
    if len(bits) > 1 or len(kind) > 1 or tags.get(_PREDICTOR, (1,))[0] != 1:
        raise ValueError("its bands differ, or are predicted, which is not read")
    dtype = np.dtype(f"{order}{_KINDS[kind.pop()]}{bits.pop() // 8}")
    together = tags.get(_PLANAR, (1,))[0] == 1
    depth = samples if together else 1
    if _TILES in tags:
        block = int(tags[_TILE_HEIGHT][0]), int(tags[_TILE_WIDTH][0])
        places, sizes = tags[_TILES], tags[_TILE_SIZES]
    else:
        rows = int(tags.get(_ROWS_A_STRIP, (height,))[0])
        block = min(rows, height), width
        places, sizes = tags[_STRIPS], tags[_STRIP_SIZES]
    down, across = -(-height // block[0]), -(-width // block[1])
    whole = np.zeros((samples, down * block[0], across * block[1]), dtype=dtype)
    for number in range(down * across * (samples // depth)):
        plane, rest = divmod(number, down * across)
        row, column = divmod(rest, across)
        piece = content[places[number] : places[number] + sizes[number]]
        if len(piece) < sizes[number]:
            raise ValueError(f"{sizes[number] - len(piece)} bytes of a strip are missing")
        cells = np.frombuffer(_unpacked(piece, tags), dtype=dtype)
        lines = cells.size // (block[1] * depth)  # the last strip may have fewer
        if lines < min(block[0], height - row * block[0]):
            raise ValueError("a strip has too few values")
        here = cells[: lines * block[1] * depth].reshape(lines, block[1], depth)
        top, left = row * block[0], column * block[1]
        first = 0 if together else plane
        whole[first : first + depth, top : top + lines, left : left + block[1]] = here.transpose(
            2, 0, 1
        )
    return whole[:, :height, :width]


def _unpacked(piece: bytes, tags: Mapping[int, tuple[Any, ...]]) -> bytes:
    compression = tags.get(_COMPRESSION, (1,))[0]
    if compression == 1:
        return piece
    if compression in _DEFLATED:
        return zlib.decompress(piece)
    raise ValueError(f"it is packed by method {compression}: only plain and deflated are read")


def _axes(
    tags: Mapping[int, tuple[Any, ...]], shape: tuple[int, ...]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The middles of its cells: latitude and longitude."""
    import numpy as np

    keys = {tags[_KEYS][at]: tags[_KEYS][at + 3] for at in range(4, len(tags[_KEYS]) - 3, 4)}
    if keys.get(_GEOGRAPHIC_TYPE) not in _GEOGRAPHIC:
        raise ValueError(f"its grid is in reference system {keys.get(_GEOGRAPHIC_TYPE)}")
    step_x, step_y = tags[_SCALE][:2]
    column, row, _, west, north, _ = tags[_TIEPOINT][:6]
    middle = 0.0 if keys.get(_RASTER_TYPE) == _POINT else 0.5
    longitude = west + (np.arange(shape[1]) - column + middle) * step_x
    latitude = north - (np.arange(shape[0]) - row + middle) * step_y
    return latitude, longitude
