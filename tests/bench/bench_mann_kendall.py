"""Mann and Kendall's test with Sen's slope, of many cells: ours against pymannkendall's loop.

Yearly values of 40 years, and monthly ones of 20 years compared by month. The peer takes a series
at a time; the same numbers are asserted for every cell. The best of three turns counts.
"""

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from bluecloud_routines.mann_kendall import monotonic_trend
from tests.bench.ratio import Ratio

_CELLS, _REPEATS = 1_000, 3


def run(cells: int = _CELLS) -> list[Ratio]:
    """Time both on both kinds of series."""
    import pymannkendall

    yearly, monthly = _series(cells, 40), _series(cells // 5, 240)
    months = xr.DataArray(np.arange(240) % 12, dims="year")
    by_year = yearly.assign_coords(year=np.arange(40.0))
    by_month = monthly.assign_coords(year=np.arange(240) / 12)
    return [
        _ratio(
            f"Mann-Kendall, {cells:,} series of 40 years",
            lambda: monotonic_trend(by_year),
            lambda: [pymannkendall.original_test(row) for row in yearly.values],
        ),
        _ratio(
            f"seasonal Mann-Kendall, {cells // 5:,} series of 240 months",
            lambda: monotonic_trend(by_month, season=months),
            lambda: [pymannkendall.seasonal_test(row, period=12) for row in monthly.values],
        ),
    ]


def _ratio(name: str, ours: Callable[[], xr.Dataset], peer: Callable[[], list[Any]]) -> Ratio:
    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    found: dict[str, Any] = {}
    for _ in range(_REPEATS):
        for who, work in (("ours", ours), ("peer", peer)):
            begin = time.perf_counter()
            found[who] = work()
            seconds[who].append(time.perf_counter() - begin)
    for name_of, field in (("score", "s"), ("p_value", "p"), ("trend", "slope")):
        expected = [getattr(each, field) for each in found["peer"]]
        np.testing.assert_allclose(found["ours"][name_of], expected, rtol=1e-9, atol=1e-12)
    return Ratio(
        name=name,
        peer_name=f"pymannkendall {version('pymannkendall')}",
        ours=min(seconds["ours"]),
        peer=min(seconds["peer"]),
        unit="s",
        target=0.2,
        note="the same score, probability and slope; ours with the slope's interval",
    )


def _series(cells: int, steps: int) -> xr.DataArray:
    random = np.random.default_rng(6)
    values = random.standard_normal((cells, steps)).round(2) + 0.02 * np.arange(steps)
    return xr.DataArray(values, dims=("cell", "year"))
