"""Detection on 16 million cells: ours against scipy's running means, as it is mostly written.

The peer takes the mean of the ring from two calls of ``uniform_filter``, in single or in double
precision, whichever is faster. It knows nothing of missing cells and of the image's edges, so
that the result is compared where the ring is whole; ours does the rest as well. By turns, and
the best time of each counts.
"""

import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from bluecloud_routines.aquaculture import Detector, cfar, mean_multiplier
from tests.bench.ratio import Ratio

_REPEATS = 3
_SIDE = 4096
_WINDOW, _GUARD, _PFA, _LOOKS = 41, 21, 1e-4, 4.4

# Of cells whose power is within rounding of the threshold, either answer is right.
_ROUNDING = 1e-6

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]


def run() -> list[Ratio]:
    """Time both, and see that they found the same cells."""
    random = np.random.default_rng(21)
    image = random.gamma(_LOOKS, 1 / _LOOKS, (_SIDE, _SIDE)).astype(np.float32)
    image[::97, ::89] = 20.0
    programs: dict[str, Callable[[Image], Mask]] = {
        "ours": _ours,
        "single": lambda values: _peer(values, np.float32),
        "double": lambda values: _peer(values, np.float64),
    }
    for program in programs.values():
        program(image[:128, :128])
    best = dict.fromkeys(programs, np.inf)
    found: dict[str, Mask] = {}
    for _ in range(_REPEATS):
        for name, program in programs.items():
            begin = time.perf_counter()
            found[name] = program(image)
            best[name] = min(best[name], time.perf_counter() - begin)
    whole = (slice(_WINDOW // 2, -(_WINDOW // 2)),) * 2
    for name in ("single", "double"):
        differ = int((found["ours"][whole] != found[name][whole]).sum())
        if differ > _ROUNDING * image.size:
            raise AssertionError(f"not the same cells: {differ} differ from {name} precision")
    return [
        Ratio(
            name="detection in radar, 4096 x 4096 cells, ring 41 without 21",
            peer_name=f"uniform_filter of scipy {version('scipy')}",
            ours=best["ours"],
            peer=min(best["single"], best["double"]),
            unit="s",
            target=0.5,
            note=f"{int(found['ours'][whole].sum())} detections; ours also at edges and gaps",
        )
    ]


def _ours(values: Image) -> Mask:
    image = xr.DataArray(values, dims=("y", "x"), attrs={"units": "1"})
    detector = Detector(pfa=_PFA, looks=_LOOKS, window=_WINDOW, guard=_GUARD)
    found: Mask = cfar(image, detector=detector)["detection"].to_numpy() == 1
    return found


def _peer(values: Image, precision: type[np.floating]) -> Mask:
    outer, inner = _WINDOW**2, _GUARD**2
    level = uniform_filter(values, _WINDOW, output=precision) * outer
    level -= uniform_filter(values, _GUARD, output=precision) * inner
    multiplier = float(mean_multiplier(outer - inner, pfa=_PFA, looks=_LOOKS))
    level *= multiplier / (outer - inner)
    found: Mask = values > level
    return found
