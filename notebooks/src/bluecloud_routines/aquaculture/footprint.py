"""Where the waste of fish farms settles on the sea floor, and whose it is.

Uneaten feed and faeces sink for minutes, while the current carries them (Gowen et al. 1989) and
turbulence spreads them. Many particles are released all through a record of currents; of each is
known exactly where it lands, so that of what is released nothing is lost.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from bluecloud_routines.aquaculture._boxes import in_metres
from bluecloud_routines.aquaculture._settled import Landed, connectivity_of, maps_of
from bluecloud_routines.aquaculture._sinking import Currents, Floats, checked_currents
from bluecloud_routines.aquaculture.waste import KINDS, Waste
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

REFERENCES = (
    "Gowen, Bradbury and Brown (1989), in: De Pauw et al., Aquaculture, a biotechnology in "
    "progress; Corner et al. (2006, https://doi.org/10.1016/j.aquaculture.2006.03.036)"
)


class WasteFootprint(NamedTuple):
    """Where it settles, how much, and under whose farm."""

    maps: xr.Dataset
    budget: pd.DataFrame
    connectivity: pd.DataFrame


def waste_footprint(
    currents: xr.Dataset,
    farms: gpd.GeoDataFrame,
    *,
    depth_m: float,
    net_depth_m: float = 10.0,
    waste: Waste | None = None,
    diffusivity: float = 0.1,
    cell_m: float = 25.0,
    particles: int = 50_000,
    near_m: float = 0.0,
    crs: object = None,
    seed: int = 0,
) -> WasteFootprint:
    """Carbon that settles in a year around fish farms.

    Parameters
    ----------
    currents
        ``uo`` and ``vo``, m s-1 to the east and the north, on evenly spaced ``time`` and, if they
        have, ``depth`` (m, downward); the same for all farms. They must go on for longer than
        the slowest particle sinks, and should cover tides and seasons.
    farms
        One row a farm: a polygon, from which particles come evenly, or a point; ``production_t``,
        tonnes of fish a year; ``name`` if there is one.
    depth_m, net_depth_m
        Of the sea floor and of the nets, from whose whole depth particles come; above 0 and 0 or
        more, the second not below the first.
    waste
        What is lost, and how it sinks; see :class:`Waste`.
    diffusivity
        Of the random walk in each horizontal direction, m2 s-1, 0 or more.
    cell_m
        Width of the cells of the map, above 0.
    particles
        Of each farm and each kind, 1 or more.
    near_m
        What lands this close to a farm's outline lands under it, 0 or more.
    crs
        A reference system in metres; that of the farms, if none is given. Its y is taken for
        north: near the middle of a UTM zone it is.
    seed
        The same seed gives the same particles.

    Returns
    -------
    WasteFootprint
        ``maps``: on ``y`` and ``x``, ``carbon_flux``, ``feed_carbon_flux`` and
        ``faeces_carbon_flux`` (g m-2 year-1), ``carbon_flux_error`` (standard error by the number
        of particles) and ``particle_count``. The map holds all particles.
        ``budget``: one row a farm and kind: ``carbon_kg`` a year, ``distance_m`` (mean from the
        place of release) and ``sinking_time_s`` (mean).
        ``connectivity``: of the carbon of each farm (rows), the part that lands under each
        (columns), and ``elsewhere``.

    Raises
    ------
    ParameterError
        If an option is outside its range, the reference system is not in metres, or the map
        would have more than 25 million cells.
    UnitsError
        If currents or farms say no units or reference system, or other ones.
    TimeAxisError
        If the currents' times are unsorted, repeated, uneven, or too short for the sinking.
    ValuesError
        If there is no farm, a production is missing or negative, or currents are missing.

    References
    ----------
    Gowen, Bradbury and Brown (1989); Corner et al. (2006),
    https://doi.org/10.1016/j.aquaculture.2006.03.036
    """
    waste = waste or Waste()
    _check(depth_m, net_depth_m, diffusivity, cell_m, particles, near_m)
    placed = _placed(farms, crs)
    water = checked_currents(currents, depth_m)
    random = np.random.default_rng(seed)
    landed: dict[tuple[int, str], Landed] = {}
    rows = []
    for n, farm in enumerate(placed.itertuples()):
        carbon = waste.carbon_kg(float(farm.production_t))
        for kind in KINDS:
            start = _within(farm.geometry, particles, random)
            depth = random.uniform(0, min(net_depth_m, depth_m), particles)
            sinks = waste.velocities[kind] * np.exp(
                waste.spread * random.standard_normal(particles).clip(-3, 3)
            )
            way, seconds = _way(water, depth, sinks, depth_m, diffusivity, random)
            x, y = start + way
            landed[n, kind] = Landed(x, y, carbon[kind])
            rows.append(
                {
                    "name": farm.name,
                    "kind": kind,
                    "carbon_kg": carbon[kind],
                    "distance_m": float(np.hypot(*way).mean()),
                    "sinking_time_s": float(seconds.mean()),
                }
            )
    used = {
        "depth_m": depth_m,
        "net_depth_m": net_depth_m,
        "diffusivity": diffusivity,
        "cell_m": cell_m,
        "particles": particles,
        "near_m": near_m,
        "seed": seed,
        **asdict(waste),
    }
    maps = maps_of(landed, cell_m, placed.crs)
    maps.attrs = {"references": REFERENCES, "parameters": json.dumps(used)}
    return WasteFootprint(maps, pd.DataFrame(rows), connectivity_of(landed, placed, near_m))


def affected_area(maps: xr.Dataset, thresholds: Sequence[float]) -> pd.DataFrame:
    """Area of the sea floor that gets more carbon than each threshold.

    Parameters
    ----------
    maps
        As :func:`waste_footprint` gives them.
    thresholds
        g m-2 year-1, 0 or more.

    Returns
    -------
    pandas.DataFrame
        ``threshold``, ``area_m2``, and ``carbon_percent``: the part of all carbon within it.

    Raises
    ------
    ParameterError
        If a threshold is negative or not finite.
    """
    wrong = [one for one in thresholds if not 0 <= one < np.inf]
    if wrong:
        raise ParameterError(f"thresholds has {wrong}: 0 or more are needed, g m-2 year-1")
    flux = maps["carbon_flux"].to_numpy()
    cell = abs(float(maps["x"][1] - maps["x"][0]) * float(maps["y"][1] - maps["y"][0]))
    total = max(float(flux.sum()), np.finfo(float).tiny)
    return pd.DataFrame(
        {
            "threshold": list(thresholds),
            "area_m2": [cell * int((flux > one).sum()) for one in thresholds],
            "carbon_percent": [100 * float(flux[flux > one].sum()) / total for one in thresholds],
        }
    )


def _check(
    depth_m: float,
    net_depth_m: float,
    diffusivity: float,
    cell_m: float,
    particles: int,
    near_m: float,
) -> None:
    if not 0 < depth_m < np.inf or not 0 <= net_depth_m <= depth_m:
        raise ParameterError(
            f"depth_m is {depth_m} and net_depth_m {net_depth_m}: above 0, and 0 to the depth"
        )
    for name, value in (("diffusivity", diffusivity), ("near_m", near_m)):
        if not 0 <= value < np.inf:
            raise ParameterError(f"{name} is {value}: 0 or more")
    if not 0 < cell_m < np.inf:
        raise ParameterError(f"cell_m is {cell_m}: above 0, in metres")
    if particles < 1:
        raise ParameterError(f"particles is {particles}: 1 or more")


def _placed(farms: gpd.GeoDataFrame, crs: object) -> gpd.GeoDataFrame:
    """The farms in metres, with a name and a production each."""
    if len(farms) == 0:
        raise ValuesError("there is no farm")
    if farms.crs is None:
        raise UnitsError("the farms have no reference system: set it, as farms.set_crs(4326)")
    placed = farms.to_crs(in_metres(crs or farms.crs)).reset_index(drop=True)
    kinds = set(placed.geometry.geom_type)
    if not kinds <= {"Point", "Polygon", "MultiPolygon"} or placed.geometry.is_empty.any():
        raise ValuesError(f"the farms are {sorted(kinds)}: points or polygons are needed")
    if "production_t" not in placed:
        raise ValuesError("the farms have no column 'production_t', tonnes a year")
    production = placed["production_t"].to_numpy(np.float64)
    if not (np.isfinite(production).all() and (production >= 0).all()):
        raise ValuesError(f"production_t is {production.tolist()}: 0 or more are needed")
    if "name" not in placed:
        placed["name"] = [f"farm {n}" for n in range(1, len(placed) + 1)]
    if placed["name"].duplicated().any():
        raise ValuesError(f"farms of one name: {placed['name'][placed['name'].duplicated()][:1]}")
    return placed


def _within(shape: shapely.Geometry, number: int, random: np.random.Generator) -> Floats:
    """Places spread evenly over a polygon, or the point, as (x and y, number)."""
    if shape.geom_type == "Point":
        return np.repeat([[shape.x], [shape.y]], number, axis=1)
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    parts, have = [], 0
    while have < number:
        x, y = random.uniform(west, east, number), random.uniform(south, north, number)
        inside = shapely.contains_xy(shape, x, y)
        parts.append(np.stack([x[inside], y[inside]]))
        have += int(inside.sum())
    found: Floats = np.concatenate(parts, axis=1)[:, :number]
    return found


def _way(
    water: Currents,
    depth: Floats,
    sinks: Floats,
    bottom_m: float,
    diffusivity: float,
    random: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Metres to the east and the north until each particle lands, and its seconds."""
    seconds = (bottom_m - depth) / sinks
    longest = float(seconds.max())
    if longest > water.duration_s:
        raise TimeAxisError(
            f"the currents go on for {water.duration_s / 3600:.1f} hours, and the slowest particle "
            f"sinks for {longest / 3600:.1f}: a longer record is needed"
        )
    released = random.uniform(0, 1, depth.size) * (water.duration_s - longest)
    way = water.carried(depth, released, sinks, bottom_m)
    way += np.sqrt(2 * diffusivity * seconds) * random.standard_normal(way.shape)
    return way, seconds
