"""Zarr stores computed from a STAC record: the recorded grid of a dataset, with made-up values.

What a chunk holds is worked out when it is asked for, so that a store of a terabyte costs
nothing. Values are a pattern of the indices, exact in float32, which a test can work out too.
Land has the fill value, and a chunk that is all land has no file, as in the real stores.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FILL = 9.969209968386869e36
LAND_ROWS = 64  # the southernmost rows are Antarctica, all round


def pattern(number: int, *places: Any) -> Any:
    """The value of the variable of this number at indices of time, elevation, row and column."""
    total = 11 * number
    for weight, place in zip((7, 5, 3, 1), places, strict=False):
        total = total + weight * place
    return ((total % 200) - 100) / np.float32(64)


@dataclass(frozen=True)
class Arco:
    """The stores of one STAC item."""

    item: Mapping[str, Any]

    def answer(self, asset: str, key: str) -> bytes | None:
        """A file of a store; none where the real one has none."""
        dims = self.item["assets"][asset]["viewDims"]
        cube = self.item["properties"]["cube:variables"]
        if key == ".zgroup":
            return json.dumps({"zarr_format": 2}).encode()
        if key == ".zattrs":
            return json.dumps({"Conventions": "CF-1.8"}).encode()
        if key == ".zmetadata":
            return json.dumps(
                {"zarr_consolidated_format": 1, "metadata": self._metadata(dims, cube)}
            ).encode()
        name, _, place = key.partition("/")
        if name in dims and place == "0":
            return zlib.compress(_axis(name, dims[name]).tobytes(), 1)
        if name in cube and place.replace(".", "").isdigit():
            return self._chunk(dims, cube, name, [int(each) for each in place.split(".")])
        return None

    def _metadata(self, dims: Mapping[str, Any], cube: Mapping[str, Any]) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            ".zgroup": {"zarr_format": 2},
            ".zattrs": {"Conventions": "CF-1.8"},
        }
        for name, dim in dims.items():
            axis = _axis(name, dim)
            metadata[f"{name}/.zarray"] = _array(axis.shape, axis.shape, axis.dtype.str, None)
            metadata[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": [name], **_named(name)}
        for name, told in cube.items():
            shape = [dims[each]["len"] for each in told["dimensions"]]
            chunks = [dims[each]["chunkLen"][name] for each in told["dimensions"]]
            metadata[f"{name}/.zarray"] = _array(shape, chunks, "<f4", FILL)
            metadata[f"{name}/.zattrs"] = {
                "_ARRAY_DIMENSIONS": told["dimensions"],
                "standard_name": told["standardName"],
                "units": told["unit"],
            }
        return metadata

    def _chunk(
        self, dims: Mapping[str, Any], cube: Mapping[str, Any], name: str, place: Sequence[int]
    ) -> bytes | None:
        names = cube[name]["dimensions"]
        lengths = [dims[each]["chunkLen"][name] for each in names]
        first = [number * length for number, length in zip(place, lengths, strict=True)]
        row = names.index("latitude")
        if first[row] + lengths[row] <= LAND_ROWS:
            return None
        grid = np.ogrid[tuple(slice(a, a + b) for a, b in zip(first, lengths, strict=True))]
        number = list(cube).index(name)
        whole = np.asarray(pattern(number, *grid), dtype="<f4")
        whole = np.where(grid[row] < LAND_ROWS, np.float32(FILL), whole).astype("<f4")
        return zlib.compress(np.ascontiguousarray(whole).tobytes(), 1)


def _axis(name: str, dim: Mapping[str, Any]) -> np.ndarray:
    told = dim["coords"]
    if told["type"] == "explicit":
        values = np.asarray(told["values"], dtype="f8")
    else:
        values = told["min"] + told["step"] * np.arange(dim["len"])
    return (values / 1000).astype("<i8") if name == "time" else values.astype("<f4")


def _named(name: str) -> dict[str, str]:
    if name == "time":
        return {"units": "seconds since 1970-01-01", "calendar": "gregorian", "axis": "T"}
    units = {"latitude": "degrees_north", "longitude": "degrees_east"}.get(name, "m")
    return {"units": units, "standard_name": name}


def _array(
    shape: Sequence[int], chunks: Sequence[int], dtype: str, fill: float | None
) -> dict[str, Any]:
    return {
        "zarr_format": 2,
        "shape": list(shape),
        "chunks": list(chunks),
        "dtype": dtype,
        "compressor": {"id": "zlib", "level": 1},
        "fill_value": fill,
        "filters": None,
        "order": "C",
    }
