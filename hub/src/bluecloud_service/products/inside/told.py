"""What is found of a file, and what grids and tables have in common: places and times."""

from __future__ import annotations

from typing import Any

LATITUDES = ("latitude", "lat", "decimalLatitude")
LONGITUDES = ("longitude", "lon", "decimalLongitude")
TIMES = ("time", "date", "datetime", "eventDate", "collection_date")
_MOST_WORDS, _MOST_NAMES = 30, 200


class Told:
    """What is found of one file."""

    def __init__(self, path: str, kind: str) -> None:
        self.path, self.kind = path, kind
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self.variables: list[dict[str, str]] = []
        self.facts: dict[str, Any] = {}

    def plain(self) -> dict[str, Any]:
        """As JSON has it, bounded."""
        return {
            "path": self.path,
            "kind": self.kind,
            "errors": [e[:500] for e in self.errors[:_MOST_WORDS]],
            "warnings": [w[:500] for w in self.warnings[:_MOST_WORDS]],
            "variables": self.variables[:_MOST_NAMES],
            **self.facts,
        }


def ends(values: Any) -> tuple[float, float] | None:
    """The least and the greatest number; None where there is none."""
    import numpy as np

    finite = values[np.isfinite(values)] if values.size else values
    return (float(finite.min()), float(finite.max())) if finite.size else None


def boxed(
    longitudes: tuple[float, float] | None, latitudes: tuple[float, float] | None, told: Told
) -> None:
    """Keep the box of a file, or say why that is none; in degrees, the least and the greatest."""
    if longitudes is None or latitudes is None:
        told.errors.append("its latitude or longitude has no value")
        return
    (west, east), (south, north) = longitudes, latitudes
    if not (-90 <= south <= north <= 90):
        told.errors.append(f"latitude goes from {south:g} to {north:g}: it is in -90 to 90")
    elif not (-180 <= west <= east <= 360):
        told.errors.append(f"longitude goes from {west:g} to {east:g}: it is in -180 to 360")
    else:
        told.facts["bbox"] = [west, south, east, north]
