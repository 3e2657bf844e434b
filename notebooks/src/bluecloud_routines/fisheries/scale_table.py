"""One table for the question of scale: what a catch says of itself at each resolution."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries.grids import Downgrade, Grid
from bluecloud_routines.fisheries.scale import catch_at_scale
from bluecloud_routines.fisheries.statistics import (
    cells_for_share,
    entropy,
    gini,
    morans_i,
    taylor_slope,
)

Floats = NDArray[np.float64]


def scale_statistics(
    catch: pd.DataFrame,
    *,
    resolutions: Sequence[float] = (5, 10, 20, 30),
    downgrade: Downgrade = "equal",
    unit: str = "t",
    areas: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How the catch of a table is spread over cells of each width, all rows pooled.

    Parameters
    ----------
    catch, downgrade, unit, areas
        As :func:`catch_at_scale` has them; choose species, gears and years beforehand.
    resolutions
        Widths in degrees, each once.

    Returns
    -------
    pandas.DataFrame
        One row a width, from fine to coarse:

        - ``resolution`` (degrees), ``cells`` with a catch, ``catch`` in them, and ``lost``, the
          share of the reported catch that is in no cell (irregular areas above all);
        - ``entropy``, ``gini``, ``cells_50`` and ``cells_90`` (cells with half and nine tenths
          of the catch), ``moran``;
        - ``mean`` and ``variance`` of the catch of a cell over the waters fished: all cells,
          also empty ones, within the occupied cells of the coarsest grid; ``taylor``, their
          log-log slope from this width to the next;
        - ``entropy_low`` and ``entropy_high``, ``gini_low`` and ``gini_high``: the least and
          most over all grids of this width that begin elsewhere, by steps of the finest. The
          difference is nobody's choice of fishing place, but that of the grid (the modifiable
          areal unit problem). NaN where the width is no multiple of the finest.

        The attribute ``taylor_slope`` is the slope over all widths.

    Raises
    ------
    ParameterError
        If the resolutions are none, repeated or not allowed.
    ValuesError, UnitsError, TimeAxisError
        As :func:`catch_at_scale`.

    References
    ----------
    Taylor (1961), https://doi.org/10.1038/189732a0; Openshaw (1984), The Modifiable Areal Unit
    Problem
    """
    widths = sorted(float(each) for each in resolutions)
    if not widths or len(set(widths)) < len(widths):
        raise ParameterError(f"resolutions are {list(resolutions)}: at least one, each once")
    fields: dict[float, Floats] = {}
    rows = []
    for width in widths:
        result = catch_at_scale(
            catch,
            resolution=width,
            downgrade=downgrade,
            period="all",
            unit=unit,
            by=(),
            areas=areas,
        )
        field = fields[width] = result["catch"].to_numpy()[0]
        reported = float(result.attrs["reported"])
        rows.append(
            {
                "resolution": width,
                "cells": int((field > 0).sum()),
                "catch": float(field.sum()),
                "lost": float(result["catch_lost"].sum()) / reported if reported else 0.0,
                "entropy": entropy(field),
                "gini": gini(field),
                "cells_50": cells_for_share(field, 0.5),
                "cells_90": cells_for_share(field, 0.9),
                "moran": morans_i(field),
            }
        )
    table = pd.DataFrame(rows)
    waters = _square_degrees(fields[widths[-1]], Grid(widths[-1]))
    number = waters / table["resolution"] ** 2
    squares = np.array([(fields[width] ** 2).sum() for width in widths])
    table["mean"] = table["catch"] / number
    table["variance"] = squares / number - table["mean"] ** 2
    moments = table[["mean", "variance"]].to_numpy()
    pairs = pairwise(moments)
    table["taylor"] = [*(taylor_slope(*np.stack(pair).T) for pair in pairs), np.nan]
    zonings = [_over_zonings(fields[widths[0]], widths[0], width) for width in widths]
    names = ("entropy_low", "entropy_high", "gini_low", "gini_high")
    table[list(names)] = np.array(zonings)
    table.attrs = {
        "taylor_slope": taylor_slope(table["mean"], table["variance"]),
        "units": unit,
    }
    return table


def _square_degrees(field: Floats, grid: Grid) -> float:
    """How many degrees of latitude times longitude the occupied cells cover."""
    heights = np.diff(grid.latitude_bounds(), axis=1)[:, 0]
    return float(((field > 0).sum(axis=1) * heights).sum() * grid.resolution)


def _over_zonings(field: Floats, finest: float, width: float) -> tuple[float, float, float, float]:
    """Least and most entropy and Gini over the grids of a width, moved by steps of the finest."""
    steps = round(width / finest)
    if steps * finest != width:
        return (float("nan"),) * 4
    row, column = np.nonzero(field)
    values = field[row, column]
    rows, columns = field.shape
    across = columns // steps
    found = []
    for down in range(steps):
        # Counted from the equator, where every grid begins.
        band = (row - rows // 2 + down) // steps + rows
        for right in range(steps):
            cell = band * across + ((column - columns // 2 + right) % columns) // steps
            sums = np.bincount(cell, weights=values)
            found.append((entropy(sums), gini(sums)))
    (low_h, low_g), (high_h, high_g) = np.min(found, axis=0), np.max(found, axis=0)
    return float(low_h), float(high_h), float(low_g), float(high_g)
