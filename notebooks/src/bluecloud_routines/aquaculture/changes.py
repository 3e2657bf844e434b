"""What became of farms between years, and what a register knows of them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

_ADDED = ["farms", "cages", "circles", "squares", "area_m2", "variance"]
STATES = ("first seen", "seen again", "vanished", "absent", "grown", "shrunk", "unchanged")


def farm_changes(farms: gpd.GeoDataFrame, *, same_site_m: float = 100.0) -> gpd.GeoDataFrame:
    """What is at each site in each year of the inventory, and what has changed since.

    Farms whose hulls come this close in any years are one site: farms are towed, split and
    joined. A year without a farm at a site tells of a change only if the site was looked at in
    that year, which the cages do not say.

    Parameters
    ----------
    farms
        As :func:`farm_inventory` gives them, of one or more years.
    same_site_m
        The largest distance between hulls of one site, 0 to 10,000 metres.

    Returns
    -------
    geopandas.GeoDataFrame
        One row for each ``site`` (numbered from the west, from 1) and ``year``: ``farms``,
        ``cages``, ``circles``, ``squares``, ``area_m2``, ``area_sd_m2``; ``state``, compared
        with the year before in the inventory: ``first seen``, ``seen again``, ``vanished``,
        ``absent``, or ``grown``, ``shrunk`` or ``unchanged`` in its number of cages;
        ``cages_change`` and ``area_change_m2``, missing in the first year. The geometry is the
        hull of the site in all years.

    Raises
    ------
    ParameterError
        If the distance is outside its range.
    ValuesError
        If there is no farm.
    """
    if not 0 <= same_site_m <= 10_000:
        raise ParameterError(f"same_site_m is {same_site_m}: 0 to 10,000 metres")
    if len(farms) == 0:
        raise ValuesError("there is no farm: nothing can have changed")
    site = _sites(farms, same_site_m)
    table = farms.assign(site=site, farms=1, variance=farms["area_sd_m2"] ** 2)
    years = np.unique(farms["year"])
    sites = np.unique(site)
    every = pd.MultiIndex.from_product([sites, years], names=["site", "year"])
    added = pd.DataFrame(table).groupby(["site", "year"])[_ADDED].sum()
    rows = added.reindex(every, fill_value=0).reset_index()
    rows["area_sd_m2"] = np.sqrt(rows.pop("variance"))
    rows["state"] = _states(rows)
    by_site = rows.groupby("site")
    rows["cages_change"] = by_site["cages"].diff()
    rows["area_change_m2"] = by_site["area_m2"].diff()
    hulls = table.dissolve("site", aggfunc={"farm": "size"}).geometry.convex_hull
    return gpd.GeoDataFrame(rows, geometry=hulls.loc[rows["site"]].to_numpy(), crs=farms.crs)


def compare_with_register(
    farms: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, *, within_m: float = 1000.0
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Which farms a register has, and which of its sites have a farm.

    Parameters
    ----------
    farms
        As :func:`farm_inventory` gives them; those of one year, mostly.
    sites
        The register's sites, in any reference system.
    within_m
        How far a farm may lie from its site, above 0, in metres.

    Returns
    -------
    farms, sites : geopandas.GeoDataFrame
        As they were given, with ``distance_m`` to the nearest of the others (missing where
        there is none at all) and ``matched``, whether that is near enough.

    Raises
    ------
    ParameterError
        If the distance is outside its range.
    UnitsError
        If the sites have no reference system.
    """
    if not 0 < within_m < np.inf:
        raise ParameterError(f"within_m is {within_m}: above 0, in metres")
    if sites.crs is None:
        raise UnitsError("the sites have no reference system: set it, as sites.set_crs(4326)")
    there = sites.to_crs(farms.crs)
    return (
        _nearest(farms, there.geometry, farms, within_m),
        _nearest(sites, farms.geometry, there, within_m),
    )


def _nearest(
    table: gpd.GeoDataFrame, others: gpd.GeoSeries, place: gpd.GeoDataFrame, within_m: float
) -> gpd.GeoDataFrame:
    distance = np.full(len(table), np.nan)
    if len(others) and len(table):
        (here, _), found = others.sindex.nearest(
            place.geometry, return_all=False, return_distance=True
        )
        distance[here] = found
    return table.assign(distance_m=distance, matched=distance <= within_m)


def _sites(farms: gpd.GeoDataFrame, same_site_m: float) -> NDArray[np.int64]:
    """The site of each farm, numbered from the west."""
    hulls = farms.geometry.to_numpy()
    near = shapely.STRtree(hulls).query(hulls, predicate="dwithin", distance=same_site_m)
    graph = sparse.coo_array((np.ones(near.shape[1], bool), near), shape=(len(hulls),) * 2)
    _, component = sparse.csgraph.connected_components(graph, directed=False)
    west = pd.Series(shapely.bounds(hulls)[:, 0]).groupby(component).min()
    number = west.rank(method="first").astype(np.int64)
    found: NDArray[np.int64] = number.loc[component].to_numpy(np.int64)
    return found


def _states(rows: pd.DataFrame) -> NDArray[np.str_]:
    cages = rows["cages"].to_numpy()
    by_site = rows.groupby("site")["cages"]
    before = by_site.shift(fill_value=0).to_numpy()
    ever = by_site.cumsum().to_numpy() - cages > 0
    cases = [
        (cages > 0) & ~ever,
        (cages > 0) & (before == 0),
        (cages == 0) & (before > 0),
        cages == 0,
        cages > before,
        cages < before,
    ]
    return np.select(cases, STATES[:-1], default=STATES[-1])
