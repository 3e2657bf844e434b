"""Farms of 200,000 cages: ours against scikit-learn and geopandas, as a script has it.

The peer clusters the centres with scikit-learn's DBSCAN, by its fastest tree and on all cores,
and makes the table of farms with geopandas: counts, areas and the convex hull of each farm. Both
begin with boxes in metres. By turns, and the best time of each counts.
"""

import time
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sklearn.cluster import DBSCAN

from bluecloud_routines.aquaculture import farm_inventory
from tests.bench.ratio import Ratio

_REPEATS = 3
_FARMS, _CAGES, _YEARS = 10_000, 20, 4
_REACH_M, _LEAST = 50.0, 5
_METRES = "EPSG:3035"


def run() -> list[Ratio]:
    """Time both, and see that they made the same farms."""
    cages = _cages(_FARMS)
    for program in (_ours, _peer):
        program(_cages(40))
    best = {_ours: np.inf, _peer: np.inf}
    found: dict[object, gpd.GeoDataFrame] = {}
    for _ in range(_REPEATS):
        for program in best:
            begin = time.perf_counter()
            found[program] = program(cages)
            best[program] = min(best[program], time.perf_counter() - begin)
    ours, peer = (
        found[program].sort_values(["year", "cages", "area_m2"], ignore_index=True)
        for program in best
    )
    for column in ("year", "cages", "area_m2", "hull_area_m2"):
        if len(ours) != len(peer) or not np.allclose(ours[column], peer[column]):
            raise AssertionError(f"not the same farms: {len(ours)} and {len(peer)}, by {column}")
    return [
        Ratio(
            name="inventory of 200,000 cages in four years, boxes to farms",
            peer_name=f"scikit-learn {version('scikit-learn')}, geopandas {version('geopandas')}",
            ours=best[_ours],
            peer=best[_peer],
            unit="s",
            target=0.5,
            note=f"{len(ours)} farms, the same with both",
        )
    ]


def _cages(farms: int) -> gpd.GeoDataFrame:
    """Farms of cages in rows, some of them with others in reach, in years."""
    random = np.random.default_rng(22)
    centre = random.uniform([3e6, 1.5e6], [5e6, 3e6], (farms, 2))
    row, column = np.divmod(np.arange(_CAGES), 5)
    grid = 30.0 * np.column_stack([column, row])
    corner = (centre[:, None, :] + grid).reshape(-1, 2)
    size = random.uniform(8, 25, len(corner))
    boxes = shapely.box(*corner.T, *(corner + size[:, None]).T)
    year = 2000 + np.repeat(np.arange(farms) % _YEARS, _CAGES)
    shape = np.where(random.random(len(corner)) < 0.5, "circle", "square")
    return gpd.GeoDataFrame({"type": shape, "year": year}, geometry=boxes, crs=_METRES)


def _ours(cages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return farm_inventory(cages, eps_m=_REACH_M, min_cages=_LEAST, crs=_METRES).farms


def _peer(cages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    box = cages.area
    filled = np.where(cages["type"] == "circle", np.pi / 4, 0.75)
    table = cages.assign(area_m2=box * filled, cages=1)
    parts = []
    for _, seen in table.groupby("year"):
        centre = seen.centroid
        points = np.column_stack([centre.x, centre.y])
        clustering = DBSCAN(eps=_REACH_M, min_samples=_LEAST, algorithm="kd_tree", n_jobs=-1)
        parts.append(seen.assign(farm=clustering.fit_predict(points)))
    labelled = pd.concat(parts)
    farms = labelled[labelled["farm"] >= 0].dissolve(
        ["year", "farm"], aggfunc={"cages": "sum", "area_m2": "sum"}, method="coverage"
    )
    hulls = farms.convex_hull
    return farms.assign(hull_area_m2=hulls.area, geometry=hulls).reset_index()
