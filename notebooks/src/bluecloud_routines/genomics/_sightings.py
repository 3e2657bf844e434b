"""Where presences and background of :func:`taxon_niche` lie among the cells of a grid."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._maps import Cells
from bluecloud_routines.genomics._tables import Floats, Integers
from bluecloud_routines.genomics.folds import blocked_folds

_RADIUS_KM = 6371.0088
_DEGREE_KM = np.pi * _RADIUS_KM / 180


@dataclass(frozen=True)
class Places:
    """The latitude and longitude of each cell that has all features, and how to find it.

    Attributes
    ----------
    position
        (cell, 2): latitude and longitude, degrees.
    numbers
        On the grid: the number of each cell, -1 for one without features.
    axes
        The grid's latitudes and longitudes.
    """

    position: Floats
    numbers: Integers
    axes: tuple[Floats, Floats]

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """The cells of a grid on ``latitude`` and ``longitude``.

        Raises
        ------
        ValuesError
            If the grid has other axes, or one is not even.
        """
        grid = cells.template
        if set(grid.dims) != {"latitude", "longitude"}:
            raise ValuesError(f"the grid is on {grid.dims}: latitude and longitude are needed")
        axes = [grid[name].to_numpy().astype(np.float64) for name in ("latitude", "longitude")]
        for name, axis in zip(("latitude", "longitude"), axes, strict=True):
            steps = np.diff(axis)
            if len(axis) < 2 or not np.allclose(steps, steps[0], rtol=1e-3) or steps[0] == 0:
                raise ValuesError(f"the grid's {name} is not even: cells of one width are needed")
        has = cells.has_features if grid.dims[0] == "latitude" else cells.has_features.T
        numbers = np.full(cells.has_features.shape, -1)
        numbers[cells.has_features] = np.arange(len(cells.values))
        where = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        if grid.dims[0] != "latitude":
            numbers = numbers.T
        position = np.empty((len(cells.values), 2))
        position[numbers[has]] = where[has]
        return cls(position, numbers, (axes[0], axes[1]))

    def cells_of(self, sightings: pd.DataFrame, what: str) -> Integers:
        """The cell of each sighting; -1 for one outside of the grid or without features.

        Raises
        ------
        ValuesError
            If there is no position, or one is missing or not on the earth.
        """
        absent = [name for name in ("latitude", "longitude") if name not in sightings]
        if absent or sightings.empty:
            raise ValuesError(f"the {what} have no {absent or 'row'}: positions are needed")
        try:
            at = sightings[["latitude", "longitude"]].to_numpy(np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise ValuesError(f"a position of the {what} is no number: {error}") from error
        wrong = ~((np.abs(at[:, 0]) <= 90) & (np.abs(at[:, 1]) <= 360))
        if wrong.any():
            raise ValuesError(
                f"{int(wrong.sum())} of the {what} have a position that is missing or not on the "
                f"earth, the first is {sightings.index[wrong][0]!r}"
            )
        latitude, longitude = self.axes
        rows = np.rint((at[:, 0] - latitude[0]) / (latitude[1] - latitude[0]))
        # Longitudes go round: they are counted from the grid's western border.
        step = longitude[1] - longitude[0]
        border = min(longitude[0], longitude[-1]) - abs(step) / 2
        around = border + (at[:, 1] - border) % 360
        columns = np.rint((around - longitude[0]) / step)
        inside = (rows >= 0) & (rows < len(latitude)) & (columns >= 0) & (columns < len(longitude))
        found = np.full(len(at), -1)
        found[inside] = self.numbers[rows[inside].astype(int), columns[inside].astype(int)]
        return found

    def background(
        self, counted: Integers | None, number: int, seed: int
    ) -> tuple[Integers, Floats]:
        """Cells drawn with replacement, and how often: by area, or by the visits to each."""
        share = np.cos(np.deg2rad(self.position[:, 0]))
        if counted is not None:
            share = np.bincount(counted, minlength=len(share)).astype(np.float64)
        drawn = np.random.default_rng(seed).multinomial(number, share / share.sum())
        cells = np.flatnonzero(drawn)
        return cells, drawn[cells].astype(np.float64)

    def thinned(self, cells: Integers, kilometres: float, seed: int) -> Integers:
        """As many of the cells as are no nearer than that to one another, taken in random order."""
        tree = cKDTree(_on_sphere(self.position[cells]))
        chord = 2 * np.sin(min(kilometres / _RADIUS_KM, np.pi) / 2)
        near = tree.query_ball_tree(tree, chord * (1 - 1e-9))
        is_kept = np.ones(len(cells), dtype=bool)
        is_done = np.zeros(len(cells), dtype=bool)
        for number in np.random.default_rng(seed).permutation(len(cells)):
            if is_kept[number]:
                is_done[number] = True
                others = [each for each in near[number] if not is_done[each]]
                is_kept[others] = False
        return cells[is_kept]

    def folds(
        self, presences: Integers, background: Integers, kilometres: float, folds: int, seed: int
    ) -> tuple[Integers, Integers]:
        """The fold of each presence and background cell: squares of the sea are held out whole.

        Folds have about as many presences each; squares without any follow their neighbours.

        Raises
        ------
        ValuesError
            If fewer squares than folds have presences.
        """
        degrees = kilometres / _DEGREE_KM
        position = pd.DataFrame(self.position[presences], columns=["latitude", "longitude"])
        of_presence = blocked_folds(position, folds=folds, seed=seed, block_degrees=degrees)
        squares, other = (
            np.floor(np.column_stack([at[:, 0], at[:, 1] % 360]) / degrees)
            for at in (self.position[presences], self.position[background])
        )
        middle = (np.vstack([squares, other]) + 0.5) * degrees
        nearest = cKDTree(_on_sphere(middle[: len(squares)])).query(
            _on_sphere(middle[len(squares) :])
        )[1]
        return of_presence, of_presence[nearest]


def _on_sphere(position: Floats) -> Floats:
    latitude, longitude = np.deg2rad(position).T
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude),
         np.sin(latitude)]
    )  # fmt: skip
