"""Cages in radar scenes.

The scenes are looked at once for each detector. Limits of how often and how large are then tried
on what was kept of that look.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, Literal

import geopandas as gpd
import xarray as xr
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import aquaculture

from .farms import AROUND, Farms, SizeAsked, shown

ENTRY = "sigma0_synthetic"
COAST_BUFFER_M = 100.0  # all as in detect_cages.ipynb
MAX_DISTANCE_M = 10_000.0
LOOKS = 4.4
MIN_SCENES = 6
LARGEST_M2 = 10_000_000.0  # the person's limits are kept apart, so that what they drop is counted

Method = Literal["ca", "os", "two-parameter"]


class RadarAsked(SizeAsked):
    """How bright, how often and how large an object in radar scenes must be."""

    method: Method = Field(
        description="A cell is held against the mean of a ring, its order, or mean and deviation."
    )
    pfa: float = Field(
        ge=1e-9, le=1e-2, description="Probability of a false alarm of one cell in one scene."
    )
    persistence: float = Field(
        gt=0, le=1, description="Part of the scenes in which a cell must have been detected."
    )
    max_length_m: float = Field(gt=0, le=20_000)
    merge_m: float = Field(ge=0, le=1000, description="Cells this close are one object.")


def radar_farms(asked: RadarAsked) -> Farms:
    """Objects that are brighter than the sea in scene after scene."""
    data, bbox, searched = scenes()
    number = data.sizes["time"]
    chance = aquaculture.persistent_false_alarm(
        number, pfa=asked.pfa, persistence=asked.persistence
    )
    return shown(
        "radar",
        radar_table(asked),
        asked,
        bbox,
        years=(),
        scenes=number,
        wrong_cells=float(searched.sum()) * chance,
    )


def radar_table(asked: RadarAsked) -> gpd.GeoDataFrame:
    """All objects of any area, with what they are from among the attributes."""
    return _objects(asked.method, asked.pfa, asked.persistence, asked.merge_m, asked.max_length_m)


@cache
def scenes() -> tuple[xr.Dataset, tuple[float, float, float, float], xr.DataArray]:
    """The scenes, the box around them in degrees, and which of their cells are searched."""
    data: Any = bluecloud_catalogs.open_catalog("aquaculture")[ENTRY].read()
    crs = data["spatial_ref"].attrs["crs_wkt"]
    x, y = data["x"].values, data["y"].values
    corners = gpd.GeoSeries.from_xy(x[[0, -1, 0, -1]], y[[0, 0, -1, -1]], crs=crs)
    west, south, east, north = map(float, corners.to_crs("EPSG:4326").total_bounds)
    land = bluecloud_catalogs.land([west - 0.2, south - 0.2, east + 0.2, north + 0.2])
    sea = aquaculture.sea_mask(data, land)
    searched = aquaculture.waters(sea, coast_buffer_m=COAST_BUFFER_M, max_distance_m=MAX_DISTANCE_M)
    around = (west - AROUND, south - AROUND, east + AROUND, north + AROUND)
    return data, around, searched


@lru_cache(maxsize=12)
def _seen(method: Method, pfa: float) -> aquaculture.Detections:
    data, _, searched = scenes()
    detector = aquaculture.Detector(method=method, pfa=pfa, looks=LOOKS, window=41, guard=21)
    seen = aquaculture.detections(data["sigma0"], waters=searched, detector=detector)
    return seen._replace(attrs={**data.attrs, **seen.attrs})


@lru_cache(maxsize=64)
def _objects(
    method: Method, pfa: float, persistence: float, merge_m: float, max_length_m: float
) -> gpd.GeoDataFrame:
    shapes = aquaculture.Shapes(
        merge_m=merge_m, min_area_m2=0.0, max_area_m2=LARGEST_M2, max_length_m=max_length_m
    )
    seen = _seen(method, pfa)
    return aquaculture.cages_of(
        seen, min_scenes=MIN_SCENES, persistence=persistence, shapes=shapes
    ).objects
