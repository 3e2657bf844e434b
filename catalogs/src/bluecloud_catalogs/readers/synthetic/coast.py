"""Stations off a river's mouth that never were, sampled once a month for twenty years.

An assessment of eutrophication needs nutrients, chlorophyll, oxygen, temperature and salinity of
the same samples, over years, and no such table arrives with a package. Here the river's share
falls with the distance from its mouth and rises in spring and autumn; its phosphorus falls from
year to year, as after treatment plants were built. Plankton follows the nutrients, and oxygen the
plankton.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import xarray as xr

    from ...places import Place

FIRST_MONTH, MONTHS = "2004-01", 240
STATIONS = {  # from the mouth outward, latitude and longitude
    "Mouth": (44.95, 12.60),
    "Bay": (44.75, 12.50),
    "Coast 1": (44.50, 12.50),
    "Coast 2": (44.20, 12.65),
    "Shelf 1": (44.60, 12.95),
    "Shelf 2": (44.30, 13.20),
    "Offshore 1": (44.40, 13.60),
    "Offshore 2": (43.90, 13.90),
}
SHARES = (0.30, 0.20, 0.13, 0.09, 0.07, 0.045, 0.025, 0.018)  # of river water, mean of the year
MISSING = 0.03  # of the samples, each variable by itself
SEED = 20040101


class SyntheticCoast(SourceReader):
    """Computes the samples, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them."""
        dataset = self._dataset()
        return Reading(dataset, count=dataset.sizes["station"] * dataset.sizes["time"])

    def _dataset(self) -> xr.Dataset:
        import numpy as np
        import pandas as pd
        import xarray as xr

        # RandomState's streams are frozen for ever; those of the newer generators may change.
        random = np.random.RandomState(SEED)
        days = random.randint(5, 25, MONTHS)
        time = pd.date_range(FIRST_MONTH, periods=MONTHS, freq="MS", unit="ns")
        time = time + pd.to_timedelta(24 * days + 9, "h")
        noise = random.standard_normal((6, len(STATIONS), MONTHS))
        day = time.day_of_year.to_numpy()
        year = np.asarray((time - time[0]).days) / 365.25
        warm = -np.cos(2 * np.pi * (day - 45) / 365.25)
        flow = 1 + 0.35 * np.cos(4 * np.pi * (day - 130) / 365.25)
        river = np.array(SHARES)[:, None] * flow * np.exp(0.25 * noise[0])
        river = np.minimum(river, 0.6)
        nitrogen = (1.0 + 130 * river) * np.exp(0.25 * noise[1])
        phosphorus = (0.12 + 2.4 * river * np.exp(-0.04 * year)) * np.exp(0.2 * noise[2])
        chlorophyll = 1.9 * phosphorus**1.1 * np.exp(0.3 * warm + 0.3 * noise[3])
        temperature = 16.5 + 8.5 * warm + 0.6 * noise[4]
        bloom = 0.03 * np.log1p(chlorophyll) * (1 + warm) + 0.03 * noise[5]
        values: dict[str, Any] = {
            "chlorophyll": chlorophyll,
            "din": nitrogen,
            "total_phosphorus": phosphorus,
            "temperature": temperature,
            "salinity": 38.2 * (1 - river),
            # Saturation falls with temperature, roughly; plankton lifts it above.
            "oxygen": (1 + bloom) * (293 - 5.6 * (temperature - 10)) * (1 + 0.15 * river),
        }
        for name in values:
            values[name][random.uniform(size=values[name].shape) < MISSING] = np.nan
        latitude, longitude = np.array(list(STATIONS.values())).T
        return xr.Dataset(
            {
                name: (("station", "time"), each.round(3), _about(*_ABOUT[name]))
                for name, each in values.items()
            },
            coords={
                "station": ("station", list(STATIONS), {"long_name": "station"}),
                "time": ("time", time, {"standard_name": "time", "axis": "T"}),
                "latitude": ("station", latitude, _LATITUDE),
                "longitude": ("station", longitude, _LONGITUDE),
                "depth": ((), 0.5, _DEPTH),
            },
        )


def _about(standard_name: str, units: str, what: str) -> dict[str, str]:
    named = {"standard_name": standard_name} if standard_name else {}
    return {**named, "units": units, "long_name": f"SYNTHETIC {what}"}


_ABOUT = {
    "chlorophyll": (
        "mass_concentration_of_chlorophyll_a_in_sea_water", "mg m-3", "chlorophyll a",
    ),
    "din": (
        "mole_concentration_of_dissolved_inorganic_nitrogen_in_sea_water", "umol L-1",
        "dissolved inorganic nitrogen",
    ),
    "total_phosphorus": ("", "umol L-1", "total phosphorus"),
    "temperature": ("sea_water_temperature", "degree_Celsius", "temperature"),
    "salinity": ("sea_water_practical_salinity", "1", "practical salinity"),
    "oxygen": (
        "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water", "umol L-1",
        "dissolved oxygen",
    ),
}  # fmt: skip
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}
_DEPTH = {"standard_name": "depth", "units": "m", "positive": "down"}
