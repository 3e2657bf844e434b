"""The carbonate system of 100,000 waters from alkalinity and carbon: ours against PyCO2SYS.

Both give pH, both pressures of CO2, the ions and the saturation of aragonite and calcite, with
the same constants; PyCO2SYS's buffer factors, which we do not give, are switched off. They run
by turns in one process, and the best time of each counts.
"""

import time
from importlib.metadata import version

import numpy as np
import xarray as xr

from bluecloud_routines.environment import carbon_system
from tests.bench.ratio import Ratio

_WATERS = 100_000
_REPEATS = 3
_SAME = 1e-9  # relative
_THEIRS = {
    "ph": "pH_total",
    "pco2": "pCO2",
    "fco2": "fCO2",
    "carbonate": "carbonate",
    "bicarbonate": "bicarbonate",
    "omega_aragonite": "saturation_aragonite",
    "omega_calcite": "saturation_calcite",
}


def run() -> list[Ratio]:
    """Time both, and see that they say the same."""
    import PyCO2SYS

    random = np.random.default_rng(21)
    temperature, salinity, pressure, alkalinity = (
        random.uniform(low, high, _WATERS)
        for low, high in ((-1.5, 32), (20, 40), (0, 5000), (1900, 2500))
    )
    carbon = alkalinity * random.uniform(0.8, 1.0, _WATERS)

    def array(values: np.ndarray, units: str) -> xr.DataArray:
        return xr.DataArray(values, dims="water", attrs={"units": units})

    def ours() -> xr.Dataset:
        return carbon_system(
            array(temperature, "degree_Celsius"),
            array(salinity, "1"),
            alkalinity=array(alkalinity, "umol kg-1"),
            dissolved_carbon=array(carbon, "umol kg-1"),
            pressure=array(pressure, "dbar"),
        )

    def peer() -> dict[str, np.ndarray]:
        where = {"temperature": temperature, "salinity": salinity, "pressure": pressure}
        return PyCO2SYS.sys(alkalinity, carbon, 1, 2, opt_buffers_mode=0, **where)

    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    found = {}
    for _ in range(_REPEATS):
        for who, work in (("ours", ours), ("peer", peer)):
            begin = time.perf_counter()
            found[who] = work()
            seconds[who].append(time.perf_counter() - begin)
    apart = max(
        float(np.max(np.abs(found["ours"][name].values / found["peer"][theirs] - 1)))
        for name, theirs in _THEIRS.items()
    )
    if apart > _SAME:
        raise AssertionError(f"not the same result: {apart:.1e} apart, {_SAME:.0e} allowed")
    return [
        Ratio(
            name="carbonate system, 100,000 waters of all depths",
            peer_name=f"PyCO2SYS {version('PyCO2SYS')}",
            ours=min(seconds["ours"]),
            peer=min(seconds["peer"]),
            unit="s",
            target=0.2,
            note=f"seven quantities differ by at most {apart:.0e} of their value",
        )
    ]
