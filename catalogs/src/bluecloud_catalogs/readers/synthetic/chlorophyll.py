"""Chlorophyll at the surface and depth of mixing that never were, over the North Atlantic.

A routine that finds blooms needs years of maps, and one that draws profiles needs the depth of
mixing with them; no such maps arrive with a package. Here the spring bloom moves northward with
the season, comes a little earlier each year, and is smaller in the subtropics, where chlorophyll
is highest in winter. Clouds leave gaps, and the polar night does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import xarray as xr

    from ...places import Place

FIRST_YEAR, YEARS, STEP_DAYS = 2006, 12, 8
LATITUDES = (30.0, 57.5, 2.5)  # first, last, step
LONGITUDES = (-48.0, -12.0, 3.0)
EARLIER_DAYS = 0.8  # a year
CLOUDY, SCATTER = 0.12, 0.12
SEED = 20060109


class SyntheticChlorophyll(SourceReader):
    """Computes the maps, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them."""
        dataset = self._dataset()
        return Reading(dataset, count=dataset.sizes["time"])

    def _dataset(self) -> xr.Dataset:
        import numpy as np
        import xarray as xr

        # RandomState's streams are frozen for ever; those of the newer generators may change.
        random = np.random.RandomState(SEED)
        latitude, longitude = (
            np.arange(first, last + step / 2, step) for first, last, step in (LATITUDES, LONGITUDES)
        )
        starts = np.arange(0, 365, STEP_DAYS)
        year = np.repeat(np.arange(YEARS), starts.size)
        day = np.tile(starts, YEARS).astype(float)
        first = (FIRST_YEAR + np.arange(YEARS) - 1970).astype("datetime64[Y]")
        time = first[year].astype("datetime64[D]") + starts[np.arange(year.size) % starts.size]
        # (time, latitude, longitude)
        north = latitude[None, :, None]
        shift = random.normal(0, 5, YEARS)[year] - EARLIER_DAYS * (year - YEARS / 2)
        peak = 60 + 3.0 * (north - 30) + shift[:, None, None] + 0.15 * (longitude + 30)
        away = day[:, None, None] - peak
        spring = np.exp(-0.5 * (away / 18) ** 2)
        height = 0.25 + 2.2 / (1 + np.exp(-(north - 43) / 3))
        winter = 0.5 + 0.5 * np.cos(2 * np.pi * (day[:, None, None] - 45) / 365)
        background = np.where(north < 40, 0.05 + 0.10 * winter, 0.15 + 0.06 * (1 - winter))
        green = background + height * spring
        green = green * np.exp(SCATTER * random.standard_normal(green.shape))
        night = (north > 52) & ((day < 20) | (day > 335))[:, None, None]
        green[(random.uniform(size=green.shape) < CLOUDY) | night] = np.nan
        deep = 60 + 12 * (north - 30)
        mixed = 20 + deep * np.clip(winter - 0.25, 0, None) ** 2
        mixed = mixed * np.exp(0.1 * random.standard_normal(green.shape))
        dims = ("time", "latitude", "longitude")
        return xr.Dataset(
            {
                "chlorophyll": (dims, green.round(4).astype("float32"), _CHLOROPHYLL),
                "mixed_layer_depth": (dims, mixed.round(1).astype("float32"), _MIXED),
            },
            coords={
                "time": ("time", time.astype("datetime64[ns]"), {"standard_name": "time"}),
                "latitude": ("latitude", latitude, _LATITUDE),
                "longitude": ("longitude", longitude, _LONGITUDE),
            },
        )


_CHLOROPHYLL = {
    "standard_name": "mass_concentration_of_chlorophyll_a_in_sea_water",
    "units": "mg m-3",
    "long_name": "SYNTHETIC chlorophyll a at the surface",
}
_MIXED = {
    "standard_name": "ocean_mixed_layer_thickness",
    "units": "m",
    "long_name": "SYNTHETIC depth of the mixed layer",
}
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}
