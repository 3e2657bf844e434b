"""Farms of boxes that people or a model drew around cages on images from above, year by year."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import geopandas as gpd
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import aquaculture
from bluecloud_routines.errors import ParameterError

from .farms import AROUND, Farms, SizeAsked, shown

ENTRY = "cages_synthetic"
CRS = "EPSG:3035"  # metres, equal-area, as in farm_inventory.ipynb


class BoxAsked(SizeAsked):
    """Which boxes around cages are one farm, and how large a farm must be."""

    year: int | None = Field(description="Of the images; the last that there is if null.")
    eps_m: float = Field(
        ge=1, le=2000, description="Cages whose centres are this close are neighbours."
    )
    min_cages: int = Field(
        ge=1, le=200, description="So many neighbours, itself among them, put a cage into a farm."
    )


def box_farms(asked: BoxAsked) -> Farms:
    """The farms of one year."""
    return shown(
        "boxes",
        box_table(asked),
        asked,
        extent(),
        years=_years(),
        scenes=None,
        wrong_cells=None,
    )


def box_table(asked: BoxAsked) -> gpd.GeoDataFrame:
    """All farms of that year, of any area, with what they are from among the attributes.

    Raises
    ------
    ParameterError
        If there are no images of that year.
    """
    year = asked.year or _years()[-1]
    if year not in _years():
        raise ParameterError(f"year is {year}: one of {list(_years())}")
    table = _inventory(asked.eps_m, asked.min_cages)
    chosen: gpd.GeoDataFrame = table[table["year"] == year].reset_index(drop=True)
    chosen.attrs = table.attrs
    return chosen


@cache
def extent() -> tuple[float, float, float, float]:
    """The box that was looked at, degrees."""
    west, south, east, north = map(float, _cages().to_crs("EPSG:4326").total_bounds)
    return west - AROUND, south - AROUND, east + AROUND, north + AROUND


def _years() -> tuple[int, ...]:
    return tuple(sorted(set(map(int, _cages()["date"].dt.year))))


@cache
def _cages() -> gpd.GeoDataFrame:
    cages: Any = bluecloud_catalogs.open_catalog("aquaculture")[ENTRY].read()
    return cages


@lru_cache(maxsize=32)
def _inventory(eps_m: float, min_cages: int) -> gpd.GeoDataFrame:
    return aquaculture.farm_inventory(
        _cages(), eps_m=eps_m, min_cages=min_cages, crs=CRS, aligned=True
    ).farms
