"""Fish farms that never were, off Malta, as boxes around their cages.

No entry of any source carries boxes of cages. So that farms can be counted without a network, and
the count be held against what is known, those of ``FARMS`` are made in three years: one lies near
no site of the (synthetic) register, and one is gone in the last year.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import cos, radians, sin
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from ...places import Place

METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True)
class Layout:
    """Cages in rows and columns, so many metres from centre to centre."""

    type: str
    size_m: float
    spacing_m: float
    rows: int
    columns: int


@dataclass(frozen=True)
class Farm:
    """Where a farm is, how it is turned, and what it is in which year."""

    name: str
    longitude: float
    latitude: float
    turned: float
    years: dict[int, Layout]


FARMS = (
    Farm(
        "Marsaxlokk",
        14.552,
        35.815,
        30,
        {
            2005: Layout("square", 8, 12, 2, 6),
            2013: Layout("square", 8, 12, 3, 8),
            2021: Layout("circle", 22, 32, 2, 6),
        },
    ),
    Farm(
        "Xghajra",
        14.600,
        35.878,
        120,
        {2013: Layout("circle", 18, 30, 2, 4), 2021: Layout("circle", 18, 30, 2, 8)},
    ),
    Farm(
        "Comino",
        14.205,
        35.970,
        80,
        {2005: Layout("square", 10, 14, 3, 6), 2013: Layout("square", 10, 14, 3, 6)},
    ),
    Farm("Salina", 14.470, 35.970, 10, {2021: Layout("circle", 25, 34, 2, 3)}),
)
# Cages of no farm: year, longitude, latitude.
ALONE = ((2005, 14.580, 35.850), (2013, 14.330, 36.005), (2021, 14.250, 35.990))
CUT = ("Xghajra", 2013)  # the first cage of this farm lies at the edge of its image
DAYS = {2005: "2005-06-21", 2013: "2013-07-02", 2021: "2021-06-14"}


def truth() -> str:
    """The farms as JSON: name, place, and number of cages by year."""
    return json.dumps(
        [
            {
                "name": farm.name,
                "longitude": farm.longitude,
                "latitude": farm.latitude,
                "cages": {year: one.rows * one.columns for year, one in farm.years.items()},
            }
            for farm in FARMS
        ]
    )


def centres(farm: Farm, year: int) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of each cage of a farm."""
    layout = farm.years[year]
    turned = radians(farm.turned)
    for row in range(layout.rows):
        for column in range(layout.columns):
            along = (column - (layout.columns - 1) / 2) * layout.spacing_m
            across = (row - (layout.rows - 1) / 2) * layout.spacing_m
            east = along * cos(turned) - across * sin(turned)
            north = along * sin(turned) + across * cos(turned)
            yield moved(farm.longitude, farm.latitude, east, north)


def moved(longitude: float, latitude: float, east_m: float, north_m: float) -> tuple[float, float]:
    """A place so many metres to the east and the north."""
    return (
        longitude + east_m / (METRES_A_DEGREE * cos(radians(latitude))),
        latitude + north_m / METRES_A_DEGREE,
    )


class SyntheticCages(SourceReader):
    """Makes the table of boxes, the same one each time."""

    protocol = "computed"
    makes = "geopandas:GeoDataFrame"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Make all of it."""
        table = _cages()
        return Reading(table, count=len(table), notes={"farms": truth()})


def _cages() -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely

    rows = []
    for farm in FARMS:
        for year, layout in farm.years.items():
            turned = radians(farm.turned)
            wide = 1.0
            if layout.type == "square":
                wide = abs(cos(turned)) + abs(sin(turned))
            for number, (longitude, latitude) in enumerate(centres(farm, year)):
                cut = number == 0 and (farm.name, year) == CUT
                half = layout.size_m * wide / 2
                rows.append((layout.type, year, longitude, latitude, half, cut))
    rows += [
        ("circle", year, longitude, latitude, 8.0, False) for year, longitude, latitude in ALONE
    ]
    boxes = []
    for _, _, longitude, latitude, half, cut in rows:
        west, south = moved(longitude, latitude, 0.0 if cut else -half, -half)
        east, north = moved(longitude, latitude, half, half)
        boxes.append(shapely.box(west, south, east, north))
    return gpd.GeoDataFrame(
        {
            "cage": range(1, len(rows) + 1),
            "type": [row[0] for row in rows],
            "date": pd.to_datetime([DAYS[row[1]] for row in rows]),
            "borders": [int(row[5]) for row in rows],
        },
        geometry=boxes,
        crs="EPSG:4326",
    )
