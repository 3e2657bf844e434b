"""One catch on the map twice, in squares of two widths.

A square is modelled where a report of wider ones was shared out to it. Which are is known without
asking how the routine shares: it is what is gone from the map when wider reports are left out.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import Field

from bluecloud_routines import fisheries
from bluecloud_routines.errors import ParameterError

from ..wire import GridField, Origin, Shown, figures
from .catches import CatchAsked, catch_of, origin_of

_WIDER = "wider than the grid"
_IRREGULAR = "irregular area"
_LISTED = 8
_AFRICA = 20.0  # degrees east of its southern tip
_ROUNDING = 1e-9  # where one map is subtracted from another


class MapsAsked(CatchAsked):
    """The widths of two maps of a catch."""

    upper: float | None = Field(
        default=None, description="Degrees; null for the finest in which nothing is modelled."
    )
    lower: float = Field(default=20.0, description="Degrees.")


class Square(Shown):
    """One square, and what was caught in it."""

    west: float
    south: float
    catch: float = Field(description="Tonnes.")
    share: float = Field(description="Of all that is on the map, 0 to 1.")
    modelled: float = Field(description="Which part of it was split from wider reports, 0 to 1.")


class ScaleMap(Shown):
    """A catch in squares of one width."""

    width: float = Field(description="Degrees.")
    field: GridField
    squares: int = Field(description="With a catch.")
    catch: float = Field(description="Tonnes on the map.")
    modelled: float = Field(description="Which part was split from wider reports, 0 to 1.")
    left_out: float = Field(description="Tonnes of wider reports that are not on the map.")
    split: tuple[tuple[float, float, float, float], ...] = Field(
        description="The reported squares that were split: west, south, east, north."
    )
    largest: tuple[Square, ...]


class CatchMaps(Shown):
    """One catch at two scales, in colours that mean the same in both."""

    upper: ScaleMap
    lower: ScaleMap
    native: float | None = Field(
        description="The finest width in which nothing is modelled, degrees; null if there is none."
    )
    reported: float = Field(description="Tonnes.")
    irregular: float = Field(description="Tonnes reported for areas that are no squares.")
    origin: Origin


def catch_maps(asked: MapsAsked) -> CatchMaps:
    """A catch in squares of two widths, in tonnes per square degree.

    Raises
    ------
    ParameterError
        If a width is none of those that there are.
    ValuesError
        If there is no catch.
    """
    table = catch_of(asked)
    native = native_width(asked)
    upper = asked.upper or native or max(fisheries.RESOLUTIONS)
    fine, coarse = (gridded(asked, width) for width in (upper, asked.lower))
    densities = [density(grid) for grid in (fine, coarse)]
    if not all(np.isfinite(each).any() for each in densities):
        raise ParameterError(
            f"every report is wider than {min(upper, asked.lower):g} degrees, and left out: "
            "choose wider squares, or share wider reports out"
        )
    lows, highs = zip(*((np.nanmin(each), np.nanmax(each)) for each in densities), strict=True)
    # Squares of the coarse map have no less than its least; a finer one hardly shows below it.
    limits = max(0.01, float(lows[1])), float(max(highs))
    return CatchMaps(
        upper=_scale_map(asked, table, upper, limits),
        lower=_scale_map(asked, table, asked.lower, limits),
        native=native,
        reported=figures([fine.attrs["reported"]])[0],
        irregular=figures([fine["catch_lost"].sel(loss=_IRREGULAR).item()])[0],
        origin=origin_of(table),
    )


def gridded(asked: CatchAsked, width: float, *, downgrade: str | None = None) -> xr.Dataset:
    """The catch in squares of a width, all reports summed."""
    key = (asked.species, asked.gear, asked.first_year, asked.last_year)
    return _gridded(*key, width, downgrade or asked.downgrade)


@lru_cache(maxsize=64)
def _gridded(
    species: str, gear: str, first: int, last: int, width: float, downgrade: str
) -> xr.Dataset:
    asked = CatchAsked(species=species, gear=gear, first_year=first, last_year=last)
    found = fisheries.catch_at_scale(
        catch_of(asked),
        resolution=width,
        downgrade=downgrade,  # type: ignore[arg-type]  # the routine refuses what is none
        period="all",
        by=(),
    )
    return found.isel(time=0)


def modelled_share(asked: CatchAsked, width: float) -> float:
    """Which part of the catch on the map was split from wider reports, 0 to 1."""
    if asked.downgrade == "drop":
        return 0.0
    total = float(gridded(asked, width)["catch"].sum())
    lost = gridded(asked, width, downgrade="drop")["catch_lost"].sel(loss=_WIDER).item()
    return float(lost) / total if total else 0.0


def native_width(asked: CatchAsked) -> float | None:
    """The finest width in which no report is split, degrees."""
    for width in fisheries.RESOLUTIONS:
        left_out = gridded(asked, width, downgrade="drop")["catch_lost"].sel(loss=_WIDER)
        if not left_out.item() > 0:
            return width
    return None


def density(grid: xr.Dataset) -> xr.DataArray:
    """Tonnes per square degree, missing where nothing was caught."""
    heights, widths = (grid[name].diff("bnds").isel(bnds=0) for name in ("lat_bnds", "lon_bnds"))
    return (grid["catch"] / (heights * widths)).where(grid["catch"] > 0)


def _scale_map(
    asked: CatchAsked, table: pd.DataFrame, width: float, limits: tuple[float, float]
) -> ScaleMap:
    grid = gridded(asked, width)
    kept = gridded(asked, width, downgrade="drop")["catch"]
    catch = grid["catch"]
    total = float(catch.sum())
    order = np.argsort(catch.to_numpy(), axis=None)[::-1][:_LISTED]
    largest = []
    for row, column in zip(*np.unravel_index(order, catch.shape), strict=True):
        here = catch[row, column]
        if not here > 0:
            break
        share = 1 - float(kept[row, column]) / float(here)
        largest.append(
            Square(
                west=float(grid["lon_bnds"][column, 0]),
                south=float(grid["lat_bnds"][row, 0]),
                catch=figures([here.item()])[0],
                share=figures([here.item() / total])[0],
                modelled=figures([share if share > _ROUNDING else 0.0])[0],
            )
        )
    return ScaleMap(
        width=width,
        field=_field(grid, width, limits),
        squares=int((catch > 0).sum()),
        catch=figures([total])[0],
        modelled=figures([modelled_share(asked, width)])[0],
        left_out=figures([grid["catch_lost"].sel(loss=_WIDER).item()])[0],
        split=() if asked.downgrade == "drop" else _split(table, width),
        largest=tuple(largest),
    )


def _field(grid: xr.Dataset, width: float, limits: tuple[float, float]) -> GridField:
    """The occupied rows and columns alone, from Africa eastwards: so no ocean is cut in two."""
    field = density(grid)
    begin = int(np.ceil((_AFRICA + 180) / width))
    field = field.roll(lon=-begin)
    occupied = np.isfinite(field.to_numpy())
    rows, columns = (np.flatnonzero(occupied.any(axis=axis)) for axis in (1, 0))
    part = field.isel(lat=slice(rows[0], rows[-1] + 1), lon=slice(columns[0], columns[-1] + 1))
    values = [
        tuple(None if np.isnan(value) else value for value in figures(row, 3))
        for row in part.to_numpy()[::-1]
    ]
    # The middle of a row that is cut by a pole is not that of its square.
    south = (rows[0] - field.sizes["lat"] / 2) * width
    west = -180 + (begin + columns[0]) * width
    return GridField(
        name="catch",
        units="t per square degree",
        west=west,
        south=south,
        east=west + part.sizes["lon"] * width,
        north=south + len(values) * width,
        values=tuple(values),
        low=limits[0],
        high=limits[1],
    )


def _split(table: pd.DataFrame, width: float) -> tuple[tuple[float, float, float, float], ...]:
    """The reported squares that no single square of a width holds."""
    codes = pd.Series(table.loc[table["catch"] > 0, "area"].astype(str).unique())
    boxes = fisheries.cwp_boxes(codes[codes.str.fullmatch(r"[5-9]\d{6}")])
    edges = [boxes[["west", "east"]].to_numpy(), boxes[["south", "north"]].to_numpy()]
    wide = [np.floor(low / width) * width + width < high for low, high in (e.T for e in edges)]
    found = boxes.loc[wide[0] | wide[1], ["west", "south", "east", "north"]]
    return tuple((w, s, e, n) for w, s, e, n in found.to_numpy(float).tolist())
