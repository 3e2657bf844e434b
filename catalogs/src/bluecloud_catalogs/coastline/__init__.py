"""Land, for maps and masks: Natural Earth, as the npm package world-atlas 2.0.2 carries it.

The two files are the package's own, unchanged, so that no map asks the network for a coast.
Natural Earth is in the public domain; world-atlas is under the ISC licence beside this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ParameterError

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

SCALES = ("50m", "110m")
CITATION = "Made with Natural Earth (https://www.naturalearthdata.com), public domain"


def land(
    bbox: Sequence[float] | None = None, *, scale: Literal["50m", "110m"] = "50m"
) -> gpd.GeoDataFrame:
    """Give the land of a box as polygons, cut at its edges.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees; the whole earth if none is given. West above east
        crosses the antimeridian: longitudes then go on beyond 180, so that a map is in one
        piece.
    scale
        ``50m`` is for seas and regions (details of some 10 km), ``110m`` for oceans.

    Returns
    -------
    geopandas.GeoDataFrame
        One valid polygon a row, in EPSG:4326 (longitude, latitude); no row where all is sea.

    Raises
    ------
    ParameterError
        If the box is no box on the earth, or the scale is another.

    Examples
    --------
    >>> outlines = [polygon.exterior.coords for polygon in land([-6, 30, 37, 46]).geometry]
    >>> holoviews.Polygons(outlines).opts(color="lightgrey")
    """
    import geopandas as gpd

    if scale not in SCALES:
        raise ParameterError(f"scale is {scale!r}: {' or '.join(SCALES)}")
    everything = _everything(scale)
    if bbox is None:
        return everything.copy()
    west, south, east, north = _checked(bbox)
    if west <= east:
        return _cut(everything, (west, south, east, north))
    import pandas as pd

    ahead = _cut(everything, (west, south, 180.0, north))
    behind = _cut(everything, (-180.0, south, east, north))
    behind = behind.set_geometry(behind.geometry.translate(xoff=360.0))
    return gpd.GeoDataFrame(pd.concat([ahead, behind], ignore_index=True), crs=everything.crs)


def topology(scale: Literal["50m", "110m"] = "50m") -> bytes:
    """The same land as it is kept: TopoJSON, whose rings leap where they cross 180 degrees.

    Raises
    ------
    ParameterError
        If the scale is another.
    """
    if scale not in SCALES:
        raise ParameterError(f"scale is {scale!r}: {' or '.join(SCALES)}")
    return (files(__package__) / f"land-{scale}.json").read_bytes()


@cache
def _everything(scale: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    with as_file(files(__package__) / f"land-{scale}.json") as path:
        read = gpd.read_file(path, layer="land")[["geometry"]].set_crs("EPSG:4326")
    # Where the original's rings touch themselves, they are split: the area stays.
    whole = read.explode(ignore_index=True)
    whole = whole.set_geometry(whole.geometry.map(_unbroken)).explode(ignore_index=True)
    valid = whole.make_valid().explode(ignore_index=True)
    polygons = valid[valid.geom_type == "Polygon"]
    return gpd.GeoDataFrame(geometry=polygons.reset_index(drop=True))


def _unbroken(polygon: Polygon) -> BaseGeometry:
    """The same land within -180 to 180 degrees, cut at the antimeridian.

    The package's rings leap from 180 to -180 where they cross it: taken in the plane as they
    are, Chukotka would be a band around the earth. A ring that goes round a pole is closed there.
    """
    import numpy as np
    from shapely import MultiPolygon, Point, box, make_valid, unary_union
    from shapely import Polygon as Ring
    from shapely.affinity import translate

    def laid_out(coordinates: Any) -> BaseGeometry:
        x, y = np.array(coordinates).T
        x = np.unwrap(x, period=360)
        if abs(x[-1] - x[0]) > 180:
            pole = np.copysign(90.0, y.mean())
            x, y = np.append(x, [x[-1], x[0]]), np.append(y, [pole, pole])
        x = x - 360 * np.round((x.min() + x.max()) / 720)
        return make_valid(Ring(np.column_stack([x, y])))

    rings = [polygon.exterior, *polygon.interiors]
    leaps = [bool(np.abs(np.diff(np.array(ring.coords)[:, 0])).max() > 180) for ring in rings]
    if not leaps[0]:
        return polygon
    ground = laid_out(polygon.exterior.coords)
    for ring, leap in zip(polygon.interiors, leaps[1:], strict=True):
        if leap:  # the pole itself, of which the original leaves out a thousandth of a degree
            continue
        hole = laid_out(ring.coords)
        x, y = hole.representative_point().coords[0]
        shift = next(k for k in (0, 360, -360) if ground.contains(Point(x + k, y)))
        ground = ground.difference(translate(hole, xoff=shift))
    pieces = [
        translate(ground.intersection(box(k - 180, -90, k + 180, 90)), xoff=-k)
        for k in (-360, 0, 360)
    ]
    parts = [part for piece in pieces for part in getattr(piece, "geoms", [piece])]
    return unary_union(MultiPolygon([part for part in parts if part.geom_type == "Polygon"]))


def _cut(everything: gpd.GeoDataFrame, box: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    pieces = everything.clip(box, keep_geom_type=True).explode(ignore_index=True)
    return pieces[pieces.geom_type == "Polygon"].reset_index(drop=True)


def _checked(bbox: Sequence[float]) -> tuple[float, float, float, float]:
    numbers = tuple(float(each) for each in bbox)
    if len(numbers) != 4:
        raise ParameterError(f"bbox is {list(bbox)}: four numbers, west, south, east, north")
    west, south, east, north = numbers
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        raise ParameterError(
            f"bbox is {list(bbox)}: west and east are -180 to 180 degrees, south is below north "
            "and both are -90 to 90"
        )
    if west == east:
        raise ParameterError(f"bbox is {list(bbox)}: it has no width")
    return west, south, east, north
