"""Farms made of cages: how many, where, of which types, and how large.

The method is that of Quaade et al. (2024). Their boxes are of cages seen from above, so the area
of a cage is only known within bounds: a circle fills π/4 of its box, a square between half of it
(turned by 45°) and all of it. A circle that the edge of the image cuts fills between half of
what is left of its box (a triangle) and π/4 (half or a quarter of an ellipse).

Squares of one farm mostly lie side by side, so that all of them are turned alike: an area that
is too small for one is too small for all. That is the default (``aligned``), and it is how the
authors draw a farm's area; with independent cages the standard deviation is smaller.
"""

import json
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from bluecloud_routines.aquaculture._boxes import CIRCLE, EUROPE, SQUARE, checked_cages, in_metres
from bluecloud_routines.aquaculture._density import density_clusters
from bluecloud_routines.errors import ParameterError

REFERENCES = (
    "Quaade et al. (2024, https://doi.org/10.1126/sciadv.adn4944); "
    "Ester et al. (1996), A density-based algorithm for discovering clusters, KDD-96"
)
Floats = NDArray[np.float64]

_WIDEST_M = 10_000.0
_SUMS = ["area_m2", "area_min_m2", "area_max_m2"]
_COUNTS = ["cages", "circles", "squares", "cut"]


class FarmInventory(NamedTuple):
    """Cages with their farm, and farms with their cages."""

    cages: gpd.GeoDataFrame
    farms: gpd.GeoDataFrame


def farm_inventory(
    cages: gpd.GeoDataFrame,
    *,
    eps_m: float = 50.0,
    min_cages: int = 5,
    crs: str = EUROPE,
    aligned: bool = True,
) -> FarmInventory:
    """Make farms of cages, year by year.

    Parameters
    ----------
    cages
        One row a cage, seen from above: its box as a polygon, ``type`` (``circle`` or
        ``square``), ``date`` or ``year`` of the image, and if it is known ``borders``, how many
        edges of the image the box touches (0, 1 or 2). Other columns are kept. A table of
        corners becomes such a one by :func:`box_table`. A cage that was seen on two images of
        one year must be in it once.
    eps_m
        Cages whose centres are this close are neighbours: above 0, at most 10,000 metres.
    min_cages
        How many neighbours, itself among them, put a cage into the midst of a farm: 1 or more.
    crs
        The projected reference system, in metres, in which distances and areas are taken.
    aligned
        Whether the squares of a farm are turned alike, or each on its own.

    Returns
    -------
    FarmInventory
        ``cages``: as given, in ``crs``, with ``year``, ``farm`` (number within the year, from
        the west, from 1; 0 where the cage belongs to none), ``area_m2`` and its bounds and
        standard deviation.
        ``farms``: one row a farm and year, with the numbers of ``cages``, ``circles``,
        ``squares`` and of those ``cut`` by an image's edge, ``area_m2`` of all cages with
        ``area_min_m2``, ``area_max_m2`` and ``area_sd_m2``, ``longitude`` and ``latitude`` of
        the centre, ``hull_area_m2``, and the convex hull of the boxes as geometry.

    Raises
    ------
    ParameterError
        If an option is outside its range, or the reference system is not in metres.
    UnitsError
        If the cages have no reference system.
    ValuesError
        If there is no cage, or one lacks its box, type or date.

    References
    ----------
    Quaade et al. (2024), https://doi.org/10.1126/sciadv.adn4944
    """
    if not 0 < eps_m <= _WIDEST_M:
        raise ParameterError(f"eps_m is {eps_m}: above 0, at most {_WIDEST_M:g} metres")
    if min_cages < 1:
        raise ParameterError(f"min_cages is {min_cages}: 1 or more")
    metric = in_metres(crs)
    found = checked_cages(cages, metric)
    found = found.assign(farm=_farm_of_each(found, eps_m, min_cages), **_areas(found))
    farms = _farms(found, aligned=aligned, crs=metric)
    parameters = {"eps_m": eps_m, "min_cages": min_cages, "crs": crs, "aligned": aligned}
    for table in (found, farms):
        table.attrs = {
            **cages.attrs,
            "references": REFERENCES,
            "parameters": json.dumps(parameters),
        }
    return FarmInventory(found, farms)


def _farm_of_each(cages: gpd.GeoDataFrame, eps_m: float, min_cages: int) -> NDArray[np.int64]:
    boxes = cages.geometry.to_numpy()
    bounds = shapely.bounds(boxes)
    centres = (bounds[:, :2] + bounds[:, 2:]) / 2  # the centroid of a box, many times faster
    farm = np.zeros(len(cages), dtype=np.int64)
    years = cages["year"].to_numpy()
    for year in np.unique(years):
        here = np.flatnonzero(years == year)
        farm[here] = 1 + density_clusters(centres[here], reach=eps_m, least=min_cages)
    return farm


def _areas(cages: gpd.GeoDataFrame) -> dict[str, Floats]:
    """Area of each cage with its bounds; between these every area is as likely."""
    box = shapely.area(cages.geometry.to_numpy())
    circle = cages["type"].to_numpy() == CIRCLE
    cut = cages["borders"].to_numpy() > 0
    low = np.where(circle & ~cut, np.pi / 4, 0.5) * box
    high = np.where(circle, np.pi / 4, 1.0) * box
    return {
        "area_m2": (low + high) / 2,
        "area_min_m2": low,
        "area_max_m2": high,
        "area_sd_m2": (high - low) / np.sqrt(12),
    }


def _farms(cages: gpd.GeoDataFrame, *, aligned: bool, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    inside = cages[cages["farm"] > 0]
    counted = pd.DataFrame(
        {
            "year": inside["year"],
            "farm": inside["farm"],
            "cages": 1,
            "circles": (inside["type"] == CIRCLE).astype(int),
            "squares": (inside["type"] == SQUARE).astype(int),
            "cut": (inside["borders"] > 0).astype(int),
            **{name: inside[name] for name in _SUMS},
            "variance": inside["area_sd_m2"] ** 2,
        }
    )
    grouped = counted.groupby(["year", "farm"], sort=True)
    farms = grouped.sum().reset_index()
    spread = farms["area_max_m2"] - farms["area_min_m2"]
    farms["area_sd_m2"] = spread / np.sqrt(12) if aligned else np.sqrt(farms["variance"])
    hulls = _hulls(inside.geometry.to_numpy(), np.asarray(grouped.ngroup(), dtype=np.int64))
    centre = gpd.GeoSeries(shapely.centroid(hulls), crs=crs).to_crs("EPSG:4326")
    farms["longitude"], farms["latitude"] = centre.x.to_numpy(), centre.y.to_numpy()
    farms["hull_area_m2"] = shapely.area(hulls)
    columns = ["year", "farm", *_COUNTS, *_SUMS, "area_sd_m2"]
    columns += ["hull_area_m2", "longitude", "latitude"]
    return gpd.GeoDataFrame(farms[columns], geometry=hulls, crs=crs)


def _hulls(boxes: NDArray[np.object_], farm: NDArray[np.int64]) -> NDArray[np.object_]:
    """The convex hull of the boxes of each farm, in the order of their numbers."""
    if not len(boxes):
        return np.empty(0, dtype=object)
    order = np.argsort(farm, kind="stable")
    together = shapely.multipolygons(boxes[order], indices=farm[order])
    hulls: NDArray[np.object_] = shapely.convex_hull(together)
    return hulls
