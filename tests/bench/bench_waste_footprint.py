"""Particles that sink through a turning tide: ours against OpenDrift's sediment drift.

20,000 particles of one farm, released through 20 hours. Theory has them on a ring; the mean
distance of both is held against it. OpenDrift also does much that is not asked here, and goes in
steps of a tenth of the time that a particle sinks; it runs in the environment of the judges.
"""

import subprocess
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from bluecloud_routines.aquaculture import Waste, waste_footprint
from tests.bench.ratio import Ratio
from tests.routines.aquaculture.pond_peer import JUDGES

_SPEED, _PERIOD_H, _SINKS, _DEPTH_M = 0.3, 12.42, 0.03, 30.0
_PARTICLES, _RELEASE_H = 20_000, 20
_REPEATS = 5


def run() -> list[Ratio]:
    """Time both, and see that they lay the same ring."""
    turning = 2 * np.pi / (_PERIOD_H * 3600)
    ring = 2 * _SPEED / turning * np.sin(turning * _DEPTH_M / _SINKS / 2)
    peer = _peer()
    seconds = np.arange(0, _RELEASE_H * 3600 + _DEPTH_M / _SINKS + 600, 600.0)
    about = {"units": "m s-1"}
    currents = xr.Dataset(
        {
            "uo": ("time", _SPEED * np.cos(turning * seconds), about),
            "vo": ("time", _SPEED * np.sin(turning * seconds), about),
        },
        coords={"time": pd.Timestamp("2021-06-01") + pd.to_timedelta(seconds, "s")},
    )
    farm = gpd.GeoDataFrame(
        {"production_t": [100.0]}, geometry=[shapely.Point(463_900, 3_970_400)], crs="EPSG:32633"
    )
    # Both kinds sink alike, so that half of the particles are each.
    waste = Waste(feed_sinks=_SINKS, faeces_sink=_SINKS, spread=0.0)
    how = {"depth_m": _DEPTH_M, "net_depth_m": 0.0, "diffusivity": 0.0}
    best = np.inf
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = waste_footprint(currents, farm, waste=waste, particles=_PARTICLES // 2, **how)
        best = min(best, time.perf_counter() - begin)
    ours = float(found.budget["distance_m"].mean())
    theirs = float(peer["distance_m"].mean())
    if int(peer["settled"]) < _PARTICLES:
        raise AssertionError(f"of {_PARTICLES} particles {peer['settled']} settled")
    if abs(ours / ring - 1) > 1e-3 or abs(theirs / ring - 1) > 0.05:
        raise AssertionError(f"not the same ring: {ours} and {theirs} m, by theory {ring}")
    return [
        Ratio(
            name="20,000 particles that sink through a tide, with the map",
            peer_name=_version(),
            ours=best,
            peer=float(peer["seconds"]),
            unit="s",
            target=0.05,
            note=f"ring of {ring:.1f} m: ours {ours:.1f}, theirs {theirs:.1f}",
        )
    ]


def _peer() -> dict[str, np.ndarray]:
    judge = Path(__file__).parents[1] / "routines" / "aquaculture" / "drift_judge.py"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "found.npz"
        given = (_SPEED, _PERIOD_H, _SINKS, _DEPTH_M, _PARTICLES, _RELEASE_H)
        subprocess.run(
            [str(JUDGES), str(judge), str(target), *map(str, given)],
            check=True,
            capture_output=True,
            timeout=900,
        )
        with np.load(target) as found:
            return dict(found)


def _version() -> str:
    folders = Path(JUDGES).parents[1].glob("lib/*/site-packages/opendrift-*.dist-info")
    return next(iter(folders)).name.removesuffix(".dist-info").replace("-", " ")
