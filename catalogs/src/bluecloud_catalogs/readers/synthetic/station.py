"""A station of a coastal sea that never was, sampled once a month.

A model of plankton needs nutrients, temperature and chlorophyll of one place over some years, and
no such series arrives with a package. Here each is a cycle of the year with noise: nutrients high
in winter and used up in spring, silicate first, and chlorophyll with a large bloom in April and a
small one in September.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ...places import Place

FIRST_MONTH, MONTHS = "2014-01", 48
LATITUDE, LONGITUDE, DEPTH_M = 51.3, 2.9, 3.0
SPRING_DAY, AUTUMN_DAY = 110, 265
MISSING = {"silicate": (7, 31), "chlorophyll": (11, 12), "din": (20,)}  # months not measured
SEED = 20140101


class SyntheticStation(SourceReader):
    """Computes the samples, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them."""
        dataset = self._dataset()
        return Reading(dataset, count=dataset.sizes["time"])

    def _dataset(self) -> xr.Dataset:
        import numpy as np
        import pandas as pd
        import xarray as xr

        # RandomState's streams are frozen for ever; those of the newer generators may change.
        random = np.random.RandomState(SEED)
        months = pd.date_range(FIRST_MONTH, periods=MONTHS, freq="MS", unit="ns")
        time = months + pd.to_timedelta(random.randint(8, 20, MONTHS) * 24 + 9, "h")
        day = time.day_of_year.to_numpy().astype(float)
        noise = random.standard_normal((5, MONTHS))
        values = {
            "din": (2 + 14 * _winter(day, SPRING_DAY)) * np.exp(0.20 * noise[0]),
            "phosphate": (0.15 + 0.5 * _winter(day, SPRING_DAY - 15)) * np.exp(0.15 * noise[1]),
            "silicate": (1 + 9 * _winter(day, SPRING_DAY - 25)) * np.exp(0.20 * noise[2]),
            "temperature": 12.5 - 6.5 * np.cos(2 * np.pi * (day - 45) / 365.25) + 0.5 * noise[3],
            "chlorophyll": _green(day) * np.exp(0.25 * noise[4]),
        }
        for name, lacking in MISSING.items():
            values[name][list(lacking)] = np.nan
        return xr.Dataset(
            {name: ("time", series.round(3), _ATTRS[name]) for name, series in values.items()},
            coords={
                "time": ("time", time, {"standard_name": "time", "axis": "T"}),
                "latitude": ((), LATITUDE, _LATITUDE),
                "longitude": ((), LONGITUDE, _LONGITUDE),
                "depth": ((), DEPTH_M, _DEPTH),
            },
        )


def _winter(day: npt.NDArray[np.float64], used_up: float) -> npt.NDArray[np.float64]:
    """1 in late winter, falling steeply at the day when it is used up, rising again in autumn."""
    import numpy as np

    fall = 1 / (1 + np.exp((day - used_up) / 12))
    rise = 1 / (1 + np.exp(-(day - 300) / 20))
    return fall + rise


def _green(day: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chlorophyll of the year, mg m-3."""
    import numpy as np

    spring = 16 * np.exp(-0.5 * ((day - SPRING_DAY) / 20) ** 2)
    autumn = 4 * np.exp(-0.5 * ((day - AUTUMN_DAY) / 22) ** 2)
    return 2.5 + spring + autumn


def _about(standard_name: str, units: str, what: str) -> dict[str, str]:
    return {"standard_name": standard_name, "units": units, "long_name": f"SYNTHETIC {what}"}


_IN_WATER = "mole_concentration_of_{}_in_sea_water"
_ATTRS = {
    "din": _about(
        _IN_WATER.format("dissolved_inorganic_nitrogen"), "mmol m-3", "dissolved inorganic nitrogen"
    ),
    "phosphate": _about(_IN_WATER.format("phosphate"), "mmol m-3", "phosphate"),
    "silicate": _about(_IN_WATER.format("silicate"), "mmol m-3", "silicate"),
    "temperature": _about("sea_water_temperature", "degree_Celsius", "temperature"),
    "chlorophyll": _about(
        "mass_concentration_of_chlorophyll_a_in_sea_water", "mg m-3", "chlorophyll a"
    ),
}
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}
_DEPTH = {"standard_name": "depth", "units": "m", "positive": "down"}
