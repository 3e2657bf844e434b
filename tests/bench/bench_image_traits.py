"""A scene of some 2,000 bodies: ours against scikit-image's regionprops, which measures one by one.

Both label the same mask and measure area, diameter, axes, eccentricity, outline, grey value and
middle of each body; scikit-image runs in the environment of the judges, and its time is that of
label and regionprops_table alone. Their axes differ by a pixel's own moment, which is allowed for.
"""

import time

import numpy as np

from bluecloud_routines.genomics import particle_traits
from tests.bench.ratio import Ratio
from tests.routines.genomics.mbtr_peer import JUDGES
from tests.routines.genomics.skimage_peer import measured_by_skimage

_SIZE, _BODIES = 2048, 4000
_REPEATS = 3


def run() -> list[Ratio]:
    """Time both, and see that they measure the same."""
    random = np.random.default_rng(61)
    mask = np.zeros((_SIZE, _SIZE), dtype=bool)
    offset = np.arange(-15, 16)
    for _ in range(_BODIES):
        row, column = random.integers(15, _SIZE - 15, 2)
        radii = random.uniform(2, 14, 2)
        body = (offset[:, None] / radii[0]) ** 2 + (offset / radii[1]) ** 2 <= 1
        mask[row - 15 : row + 16, column - 15 : column + 16] |= body
    image = 200 - 120.0 * mask + random.normal(scale=5, size=mask.shape)
    theirs = measured_by_skimage(image, mask, repeats=_REPEATS)
    best = np.inf
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        ours = particle_traits(mask, image, pixel_um=1.0)
        best = min(best, time.perf_counter() - begin)
    axis = np.sqrt(np.maximum(ours["major"].to_numpy() ** 2 - 16 / 12, 0))
    for mine, peer in (
        (ours["area"], theirs["area"]),
        (ours["perimeter"], theirs["perimeter"]),
        (axis, theirs["axis_major_length"]),
    ):
        difference = float(np.abs(np.asarray(mine) - peer).max())
        if difference > 1e-6:
            raise AssertionError(f"not the same traits: {difference}")
    (folder,) = JUDGES.parents[1].glob("lib/*/site-packages/scikit_image-*.dist-info")
    version = folder.name.removeprefix("scikit_image-").removesuffix(".dist-info")
    return [
        Ratio(
            name=f"traits of {len(ours)} bodies in {_SIZE} x {_SIZE} pixels",
            peer_name=f"scikit-image {version}",
            ours=best,
            peer=float(theirs["seconds"]),
            unit="s",
            target=1 / 2,
            note="area, outline and axes of each body the same",
        )
    ]
