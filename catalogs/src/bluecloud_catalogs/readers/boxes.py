"""A box in the parts that a server understands: none of them over the antimeridian.

Servers count longitudes from -180 to 180, most of them, and take a west that lies east of its
east for a mistake, or for everything but what was meant.
"""

from __future__ import annotations

from typing import TypeAlias

Part: TypeAlias = tuple[float, float, float, float]


def parts(box: Part) -> tuple[Part, ...]:
    """One box, or the two at either side of the antimeridian; longitudes from -180 to 180.

    Parameters
    ----------
    box
        West, south, east, north in degrees, as ``asked.Box`` takes it.
    """
    west, south, east, north = box
    if east - west == 360:
        return ((-180.0, south, 180.0, north),)
    width = (east - west) % 360
    first = (west + 180) % 360 - 180
    last = first + width
    if last <= 180:
        return ((first, south, last, north),)
    return (first, south, 180.0, north), (-180.0, south, last - 360, north)


def touch(one: Part, other: Part) -> bool:
    """Whether two boxes, each as ``asked.Box`` takes it, have a place in common; borders count."""
    return any(
        a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
        for a in parts(one)
        for b in parts(other)
    )


def polygon(box: Part) -> str:
    """A box as a polygon in WKT, longitude first, counter-clockwise."""
    west, south, east, north = (f"{side:.6f}".rstrip("0").rstrip(".") for side in box)
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return f"POLYGON(({','.join(f'{x} {y}' for x, y in corners)}))"
