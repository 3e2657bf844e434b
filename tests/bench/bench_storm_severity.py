"""Storm severity of ten years of days on 3,600 cells, and return levels of 200 cells.

The peer of the first is the same index in xarray, with its own quantile. That of the second is
pyextremes, the engineers' program, by maximum likelihood with one fit for each cell. The same
numbers are asserted. The best of two turns counts.
"""

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.environment import cell_area, return_levels, storm_severity
from tests.bench.ratio import Ratio

_YEARS, _SIDE, _CELLS, _REPEATS = 10, 60, 200, 2


def run(years: int = _YEARS, cells: int = _CELLS) -> list[Ratio]:
    """Time both of both."""
    return [_severity(years), _levels(cells)]


def _severity(years: int) -> Ratio:
    times = pd.date_range("2000-01-01", f"{1999 + years}-12-31")
    random = np.random.default_rng(8)
    wind = xr.DataArray(
        9 * random.weibull(2, (len(times), _SIDE, _SIDE)),
        dims=("time", "latitude", "longitude"),
        coords={
            "time": times,
            "latitude": 40 + 0.25 * np.arange(_SIDE),
            "longitude": 0.25 * np.arange(_SIDE),
        },
        attrs={"units": "m s-1"},
    )

    def peer() -> np.ndarray:
        season = wind.sel(time=wind["time.month"].isin([10, 11, 12, 1, 2, 3]))
        rare = season.quantile(0.98, "time").clip(min=9)
        excess = (wind / rare - 1).clip(min=0) ** 3
        found: np.ndarray = (excess * cell_area(wind)).sum(["latitude", "longitude"]).values
        return found

    seconds, found = _timed(lambda: storm_severity(wind)["severity"].values, peer)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=1e-9, atol=1e-9)
    return Ratio(
        name=f"storm severity, {years} years of days x {_SIDE * _SIDE:,} cells",
        peer_name=f"xarray {version('xarray')}",
        ours=seconds["ours"],
        peer=seconds["peer"],
        unit="s",
        target=0.9,
        note="the same index at every time; ours with its map and area",
    )


def _levels(cells: int) -> Ratio:
    import pyextremes

    random = np.random.default_rng(9)
    values = 20 + 3 * random.gumbel(size=(cells, 40))
    maxima = xr.DataArray(values, dims=("cell", "year"), attrs={"units": "m s-1"})
    years = pd.date_range("1980-01-01", periods=40, freq="365.2425D")

    def ours() -> np.ndarray:
        return return_levels(maxima, periods=[100])["return_level"].values[:, 0]

    def peer() -> np.ndarray:
        found = []
        for row in values:
            extremes = pyextremes.EVA.from_extremes(
                pd.Series(row, index=years),
                method="BM",
                extremes_type="high",
                block_size="365.2425D",
            )
            extremes.fit_model(model="MLE", distribution="genextreme")
            found.append(extremes.get_return_value(return_period=100)[0])
        return np.array(found, dtype=np.float64)

    seconds, found = _timed(ours, peer)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=2e-3)
    return Ratio(
        name=f"return levels of {cells} cells, 40 years",
        peer_name=f"pyextremes {version('pyextremes')}",
        ours=seconds["ours"],
        peer=seconds["peer"],
        unit="s",
        target=0.1,
        note="the same levels to 0.2 %, as near as its fit is; ours with their interval",
    )


def _timed(
    ours: Callable[[], np.ndarray], peer: Callable[[], np.ndarray]
) -> tuple[dict[str, float], dict[str, Any]]:
    seconds: dict[str, float] = {"ours": np.inf, "peer": np.inf}
    found: dict[str, Any] = {}
    for _ in range(_REPEATS):
        for who, work in (("ours", ours), ("peer", peer)):
            begin = time.perf_counter()
            found[who] = work()
            seconds[who] = min(seconds[who], time.perf_counter() - begin)
    return seconds, found
