"""Heat content of three layers of 20,000 profiles of 100 samples, each at depths of its own.

The peer is what a script does: TEOS-10 by GSW for all samples at once, then NumPy's interpolation
and trapezoids for each profile and layer. Both call the same GSW; the best of three turns counts.
"""

import time
from importlib.metadata import version

import gsw
import numpy as np
import xarray as xr

from bluecloud_routines.environment import ocean_heat_content, seawater_properties
from tests.bench.ratio import Ratio

_PROFILES, _SAMPLES, _REPEATS = 20_000, 100, 3
_LAYERS = [(0.0, 300.0), (0.0, 700.0), (300.0, 700.0)]


def run(profiles: int = _PROFILES) -> list[Ratio]:
    """Time both, and see that they find the same heat."""
    pressure, temperature, salinity, latitude, longitude = _casts(profiles)
    two = ("profile", "sample")
    where = {"latitude": ("profile", latitude), "longitude": ("profile", longitude)}
    named = {"units": "degree_Celsius", "standard_name": "sea_water_temperature"}
    array = xr.DataArray(temperature, dims=two, coords=where, attrs=named)

    def ours() -> np.ndarray:
        water = seawater_properties(
            array,
            xr.DataArray(salinity, dims=two, attrs={"units": "1"}),
            pressure=xr.DataArray(pressure, dims=two, attrs={"units": "dbar"}),
        )
        found = ocean_heat_content(water, along="sample", layers=_LAYERS)
        return found["heat_content"].values

    def peer() -> np.ndarray:
        depth = -gsw.z_from_p(pressure, latitude[:, None])
        absolute = gsw.SA_from_SP(salinity, pressure, longitude[:, None], latitude[:, None])
        conservative = gsw.CT_from_t(absolute, temperature, pressure)
        heat = gsw.rho(absolute, conservative, pressure) * 3991.86795711963 * conservative
        found = np.full((profiles, len(_LAYERS)), np.nan)
        for row in range(profiles):
            z, h = depth[row], heat[row]
            for column, (top, bottom) in enumerate(_LAYERS):
                if z[-1] >= bottom:
                    levels = np.concatenate([[top], z[(z > top) & (z < bottom)], [bottom]])
                    found[row, column] = np.trapezoid(np.interp(levels, z, h), levels)
        return found

    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    found = {}
    for _ in range(_REPEATS):
        for who, work in (("ours", ours), ("peer", peer)):
            begin = time.perf_counter()
            found[who] = work()
            seconds[who].append(time.perf_counter() - begin)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=1e-9)
    return [
        Ratio(
            name=f"heat content, {profiles:,} profiles x {_SAMPLES} samples, 3 layers",
            peer_name=f"gsw {version('gsw')} with a loop",
            ours=min(seconds["ours"]),
            peer=min(seconds["peer"]),
            unit="s",
            target=0.9,
            note="the same heat to nine digits; half of our time is GSW's own",
        )
    ]


def _casts(profiles: int) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(7)
    steps = random.uniform(4, 16, (profiles, _SAMPLES))
    pressure = 4 + np.cumsum(steps, axis=1) - steps[:, :1]
    temperature = 4 + 14 * np.exp(-pressure / 300) + 0.1 * random.standard_normal(pressure.shape)
    salinity = 34.8 + 0.6 * np.exp(-pressure / 250)
    latitude, longitude = random.uniform(20, 60, profiles), random.uniform(-60, -20, profiles)
    return pressure, temperature, salinity, latitude, longitude
