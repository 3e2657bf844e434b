"""Thresholds and traits by scikit-image, in the environment of the judges.

    .venv/judges/bin/python skimage_judge.py given.npz found.npz

``given`` has ``image``, ``mask``, ``window`` and ``repeats``; ``found`` gets both thresholds, the
traits of each body, and the shortest time of measuring all bodies of the mask.
"""

import sys
import time

import numpy as np
from skimage.filters import threshold_local, threshold_otsu
from skimage.measure import label, regionprops_table

NAMES = (
    "area", "equivalent_diameter_area", "axis_major_length", "axis_minor_length", "eccentricity",
    "perimeter", "intensity_mean", "centroid",
)  # fmt: skip
given = np.load(sys.argv[1])
image, mask = given["image"], given["mask"]
seconds = []
for _ in range(int(given["repeats"])):
    begin = time.perf_counter()
    traits = regionprops_table(label(mask, connectivity=2), image, properties=NAMES)
    seconds.append(time.perf_counter() - begin)
np.savez(
    sys.argv[2],
    otsu=threshold_otsu(image),
    local=threshold_local(image, int(given["window"]), method="mean", mode="mirror"),
    seconds=min(seconds),
    **traits,
)
