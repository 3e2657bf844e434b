"""Cells of a grid that an ERDDAP serves, asked for by their numbers.

No rounding moves a number, and what comes must lie where the axes said: a server, or a sample
that is a whole file, may send more, and what was asked for is taken from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..declarations import Line
from ..errors import MalformedAnswer
from .erddap import ask, encoded, is_empty, moments, opened
from .erddap_columns import Column, columns

if TYPE_CHECKING:
    import xarray as xr

    from ..places import Ask, File, Place

Run: TypeAlias = dict[str, range]  # which cells of each axis, in the server's order
Made: TypeAlias = Mapping[str, tuple[Any, Any, dict[str, Any]]]
_AXES = {
    "time": {"standard_name": "time", "axis": "T"},
    "latitude": {"standard_name": "latitude", "axis": "Y", "units": "degrees_north"},
    "longitude": {"standard_name": "longitude", "axis": "X", "units": "degrees_east"},
}


class GriddapOptions(BaseModel):
    """Which dataset of which server, and what its variables become.

    Attributes
    ----------
    columns
        Variables by the server's names; all are on all axes.
    axes
        The server's axes in its order: latitude, longitude, and time and the vertical where
        there are such.
    vertical
        Which of them is depth or altitude.
    most_mb
        How much is read at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-]+$")]
    service: Line | None = None
    columns: dict[str, Column]
    axes: tuple[Line, ...] = ("time", "latitude", "longitude")
    vertical: Line | None = None
    most_mb: float = 200.0


def cells_ask(options: GriddapOptions, query: str) -> Ask:
    """A request of a dataset, by its query."""
    path = f"griddap/{options.dataset}.nc?{encoded(query)}"
    return ask(path, options.service, f"griddap/{options.dataset}.nc")


def cells_table(file: File) -> xr.Dataset:
    """The dataset of an answer.

    Raises
    ------
    MalformedAnswer
        If it is none, or says that there are no such cells.
    """
    if is_empty(file):
        raise MalformedAnswer(f"{file.path}: the server has no such cells, which it announced")
    return opened(file)


@dataclass
class Grid:
    """A dataset whose axes are known, and the files read of it."""

    place: Place
    options: GriddapOptions
    chosen: Mapping[str, Column]
    axes: Mapping[str, xr.DataArray]
    files: list[File] = field(default_factory=list)

    def read(self, run: Run) -> xr.Dataset:
        """The cells of a run, all variables."""
        file = self.place.fetch([cells_ask(self.options, self._query(run, self.chosen))])[0]
        self.files.append(file)
        made = self._columns(file, run, self.chosen)
        return self._dataset(run, made)

    def lazy(self, run: Run) -> xr.Dataset:
        """The cells of a run as dask arrays; what they are like is known from the first cell."""
        import dask.array
        from dask.delayed import delayed

        da: Any = dask.array  # whose functions have no types

        first = {name: each[:1] for name, each in run.items()}
        file = self.place.fetch([cells_ask(self.options, self._query(first, self.chosen))])[0]
        self.files.append(file)
        like = self._columns(file, first, self.chosen)
        steps = [
            {**run, "time": range(at, at + 1)} for at in run["time"]
        ] if "time" in run else [run]  # fmt: skip
        made = {}
        for native, column in self.chosen.items():
            dims, value, attrs = like[column.name]
            blocks = [
                da.from_delayed(
                    delayed(self._block)(native, step),
                    shape=tuple(len(step[name]) for name in dims),
                    dtype=value.dtype,
                )
                for step in steps
            ]
            joined = da.concatenate(blocks, axis=0) if len(blocks) > 1 else blocks[0]
            made[column.name] = (dims, joined, attrs)
        return self._dataset(run, made)

    def _block(self, native: str, run: Run) -> Any:
        """The values of one variable in a run, asked for when they are computed."""
        column = self.chosen[native]
        file = self.place.fetch([cells_ask(self.options, self._query(run, {native: column}))])[0]
        return self._columns(file, run, {native: column})[column.name][1]

    def _query(self, run: Run, chosen: Mapping[str, Column]) -> str:
        cells = "".join(f"[{each[0]}:{each.step}:{each[-1]}]" for each in run.values())
        return ",".join(f"{name}{cells}" for name in chosen)

    def _columns(self, file: File, run: Run, chosen: Mapping[str, Column]) -> Made:
        """The columns of an answer, which must lie where the axes say."""
        import numpy as np

        table = cells_table(file)
        where = {}
        for name, each in run.items():
            if name not in table.variables:
                raise MalformedAnswer(f"{file.path}: the answer lacks {name}")
            expected, came = self.axes[name].values[list(each)], table[name].values
            order = np.argsort(came)
            at = np.searchsorted(came, expected, sorter=order).clip(max=max(came.size - 1, 0))
            if not came.size or not np.array_equal(came[order[at]], expected):
                raise MalformedAnswer(
                    f"{file.path}: {name} has {came.size} values, and not those asked for"
                )
            where[name] = order[at]
        made = columns(table.isel(where), chosen, mode=None, path=file.path)
        dims = tuple(run)
        wrong = [name for name, (found, _, _) in made.items() if tuple(found) != dims]
        if wrong:
            raise MalformedAnswer(f"{file.path}: {wrong[0]} is not on {', '.join(dims)}")
        return made

    def _dataset(self, run: Run, made: Made) -> xr.Dataset:
        import xarray as xr

        coordinates: dict[str, Any] = {}
        for name, each in run.items():
            axis = self.axes[name].isel({name: list(each)})
            values = moments(axis, "the time axis") if name == "time" else axis.values
            kept = {
                key: axis.attrs[key]
                for key in ("standard_name", "long_name", "units", "positive", "axis")
                if key in axis.attrs and not (name == "time" and key == "units")
            }
            coordinates[name] = (name, values, {**kept, **_AXES.get(name, {})})
        return xr.Dataset(dict(made), coords=coordinates)

    def empty(self, run: Run) -> xr.Dataset:
        """No cells, in the same variables; nothing is asked for."""
        import numpy as np

        shape = tuple(len(each) for each in run.values())
        made = {
            column.name: (
                tuple(run),
                np.zeros(shape, dtype="float32"),
                {
                    key: each
                    for key, each in (
                        ("standard_name", column.standard_name),
                        ("units", column.units),
                    )
                    if each
                },
            )
            for column in self.chosen.values()
        }
        return self._dataset(run, made)
