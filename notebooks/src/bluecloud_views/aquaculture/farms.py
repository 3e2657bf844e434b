"""Farms as the view shows them, whatever they were found in, beside the register's sites."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import Field

import bluecloud_catalogs
from bluecloud_catalogs import coastline
from bluecloud_routines import aquaculture

from ..wire import Asked, Origin, Shown, figures

REGISTER = "emodnet_finfish_sites"
MOST_FARMS = 300  # that a table can be read of
AROUND = 0.05  # degrees around what was looked at
DEGREES = 7  # digits: less than a metre

Kind = Literal["radar", "boxes"]


class SizeAsked(Asked):
    """Between which sizes something is taken for a farm."""

    min_area_m2: float = Field(ge=0, le=1_000_000)
    max_area_m2: float = Field(gt=0, le=10_000_000)
    within_m: float = Field(
        gt=0, le=20_000, description="How far a farm may lie from its site in the register."
    )


class Farm(Shown):
    """A farm that was found, or an object that is taken for one."""

    id: str
    longitude: float
    latitude: float
    area_m2: float
    length_m: float | None = Field(description="Of the narrowest rectangle around it.")
    cages: int | None = Field(description="Counted, where boxes were drawn around them.")
    contrast_db: float | None = Field(description="To the sea around, in radar.")
    persistence: float | None = Field(description="Part of the radar scenes that it was seen in.")
    distance_m: float | None = Field(description="To the nearest site of the register.")
    registered: bool = Field(description="Whether that site is near enough.")
    outline: tuple[tuple[float, float], ...] = Field(description="Longitude and latitude, closed.")


class Site(Shown):
    """A site of the register."""

    id: str
    longitude: float
    latitude: float
    owner: str
    status: str
    seen: bool = Field(description="Whether a farm was found near it.")


class Farms(Shown):
    """What was found with these limits, and what the register knows."""

    kind: Kind
    farms: tuple[Farm, ...] = Field(description="The largest first; some if there are many.")
    found: int
    dropped: int = Field(description="Found, but smaller or larger than the limits.")
    sites: tuple[Site, ...]
    bbox: tuple[float, float, float, float] = Field(description="What was looked at, degrees.")
    years: tuple[int, ...] = Field(description="That there are boxes of; none of radar.")
    scenes: int | None = Field(description="Radar scenes that were looked at.")
    wrong_cells: float | None = Field(
        description="Cells of the sea that are expected to be kept by chance."
    )
    origin: Origin


def within_limits(table: gpd.GeoDataFrame, asked: SizeAsked) -> gpd.GeoDataFrame:
    """The farms of a size, the largest first, each with its latitude and longitude as `id`."""
    right = table["area_m2"].between(asked.min_area_m2, asked.max_area_m2)
    kept: gpd.GeoDataFrame = table[right].sort_values("area_m2", ascending=False)
    places = zip(kept["latitude"], kept["longitude"], strict=True)
    kept = kept.assign(id=[f"{north:.5f} {east:.5f}" for north, east in places])
    return kept.reset_index(drop=True)


@cache
def register(bbox: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """The register's sites in a box."""
    source: Any = bluecloud_catalogs.open_catalog("aquaculture")[REGISTER]
    sites: gpd.GeoDataFrame = source(bbox=list(bbox)).read()
    return sites


def compared(
    table: gpd.GeoDataFrame, asked: SizeAsked, bbox: tuple[float, float, float, float]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Farms and sites, each with the distance to the nearest of the other kind."""
    seen, known = aquaculture.compare_with_register(table, register(bbox), within_m=asked.within_m)
    seen.attrs, known.attrs = table.attrs, register(bbox).attrs
    return seen, known


def shown(
    kind: Kind,
    table: gpd.GeoDataFrame,
    asked: SizeAsked,
    bbox: tuple[float, float, float, float],
    **more: Any,
) -> Farms:
    """What the view shows of all that was found."""
    kept = within_limits(table, asked)
    seen, known = compared(kept, asked, bbox)
    outlines = gpd.GeoSeries(seen.geometry.convex_hull, crs=seen.crs).to_crs("EPSG:4326")
    farms = [
        _farm(row, outline)
        for row, outline in zip(
            seen.head(MOST_FARMS).to_dict("records"), outlines.head(MOST_FARMS), strict=True
        )
    ]
    return Farms(
        kind=kind,
        farms=tuple(farms),
        found=len(kept),
        dropped=len(table) - len(kept),
        sites=tuple(_site(number, row) for number, row in enumerate(known.to_dict("records"))),
        bbox=bbox,
        origin=origin_of(table.attrs, known.attrs),
        **more,
    )


def origin_of(*attrs: Any) -> Origin:
    """Where several data come from together."""
    cited = [str(each["citation"]) for each in attrs if each.get("citation")]
    return Origin(
        titles=tuple(str(each["title"]) for each in attrs if each.get("title")),
        citations=tuple(dict.fromkeys([*cited, coastline.CITATION])),
        synthetic=any(each.get("synthetic") == "true" for each in attrs),
    )


def _farm(row: dict[Any, Any], outline: Any) -> Farm:
    def number(name: str, digits: int = 4) -> float | None:
        value = row.get(name)
        return None if value is None or pd.isna(value) else figures([value], digits)[0]

    ring = np.asarray(outline.exterior.coords)
    flat = figures(ring, DEGREES)
    cages = number("cages")
    return Farm(
        id=row["id"],
        longitude=number("longitude", DEGREES) or 0.0,
        latitude=number("latitude", DEGREES) or 0.0,
        area_m2=number("area_m2") or 0.0,
        length_m=number("length_m"),
        cages=None if cages is None else int(cages),
        contrast_db=number("contrast_db", 3),
        persistence=number("persistence", 3),
        distance_m=number("distance_m"),
        registered=bool(row["matched"]),
        outline=tuple(zip(flat[::2], flat[1::2], strict=True)),
    )


def _site(number: int, row: dict[Any, Any]) -> Site:
    longitude, latitude = figures([row["geometry"].x, row["geometry"].y], DEGREES)
    return Site(
        id=f"site {number + 1}",
        longitude=longitude,
        latitude=latitude,
        owner=str(row.get("owner_name") or ""),
        status=str(row.get("status") or ""),
        seen=bool(row["matched"]),
    )
