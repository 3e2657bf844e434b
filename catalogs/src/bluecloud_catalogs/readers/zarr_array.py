"""Arrays of a Zarr store as dask reads them: faults are of our kinds, also in a chunk's bytes.

This module imports zarr: readers import it inside their functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import zarr

from ..errors import DataError, MalformedAnswer

if TYPE_CHECKING:
    import numpy as np

    from .zarr_store import PlaceStore


class CheckedArray:
    """A Zarr array as dask and NumPy read it, whose faults are of our kinds."""

    def __init__(self, store: PlaceStore, name: str, *, zarr_format: Literal[2, 3]) -> None:
        try:
            self.array = zarr.open_array(store=store, path=name, mode="r", zarr_format=zarr_format)
            self.dtype = self.array.dtype
        except DataError:
            raise
        except Exception as error:
            raise MalformedAnswer(
                f"{name}: it is no Zarr array of format {zarr_format}: {error}"
            ) from error
        if self.array.metadata.fill_value is None:
            store.unfilled.add(name)
        self.name = name
        self.shape, self.ndim = self.array.shape, self.array.ndim
        self.attrs: dict[str, Any] = dict(self.array.attrs)

    @property
    def chunks(self) -> tuple[int, ...]:
        """The lengths of what is fetched at once: a chunk, or a shard of several."""
        return self.array.shards or self.array.chunks

    def keys(self, indexers: Sequence[np.ndarray]) -> list[str]:
        """The files that hold these places of each dimension."""
        parts = [
            sorted(set((indexer // length).tolist()))
            for indexer, length in zip(indexers, self.chunks, strict=True)
        ]
        encode = self.array.metadata.encode_chunk_key
        return [f"{self.name}/{encode(place)}" for place in product(*parts)]

    def size(self, indexers: Sequence[np.ndarray]) -> int:
        """The bytes of what is at these places, in memory."""
        return int(prod(len(indexer) for indexer in indexers) * self.dtype.itemsize)

    def __getitem__(self, index: Any) -> Any:
        try:
            return self.array[index]
        except DataError:
            raise
        except Exception as error:
            raise MalformedAnswer(f"{self.name}: a chunk cannot be decoded: {error}") from error


class Window:
    """A part of an array along its chunks, as dask reads it.

    A store of years has a million chunks, and dask keeps a task for each of those it was
    given: so it is given those alone that hold what is wanted.
    """

    def __init__(self, array: CheckedArray, places: Sequence[np.ndarray]) -> None:
        edges = [
            (
                int(place.min()) // length * length,
                min((int(place.max()) // length + 1) * length, size),
            )
            for place, length, size in zip(places, array.chunks, array.shape, strict=True)
        ]
        self._array, self._starts = array, [start for start, _ in edges]
        self.shape = tuple(end - start for start, end in edges)
        self.ndim, self.dtype, self.chunks = array.ndim, array.dtype, array.chunks

    def within(self, places: np.ndarray, axis: int) -> np.ndarray:
        """Places of the array as places of this part of it."""
        return places - self._starts[axis]

    def __getitem__(self, index: Any) -> Any:
        moved = tuple(
            slice(each.start + start, each.stop + start)
            for each, start in zip(index, self._starts, strict=True)
        )
        return self._array[moved]
