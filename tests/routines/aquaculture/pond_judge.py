"""Indices by spyndex and thresholds by scikit-image, in the environment of the judges.

    .venv/judges/bin/python pond_judge.py given.npz found.npz

``given`` has bands as single and double precision, and ``repeats``; ``found`` gets the indices of
the doubles, the threshold of each precision's NDWI, and the shortest times.
"""

import sys
import time

import numpy as np
import spyndex
from skimage.filters import threshold_otsu

given = np.load(sys.argv[1])
bands = {key: given[key] for key in ("B", "G", "N", "S1", "S2")}
found = {}
for name in ("NDWI", "MNDWI", "AWEIsh"):
    found[name] = spyndex.computeIndex(name, params=bands)
seconds = {"index": [], "otsu": []}
single = {key: bands[key].astype(np.float32) for key in ("G", "N")}
for _ in range(int(given["repeats"])):
    begin = time.perf_counter()
    image = spyndex.computeIndex("NDWI", params=single)
    seconds["index"].append(time.perf_counter() - begin)
    begin = time.perf_counter()
    found["threshold_single"] = threshold_otsu(image)
    seconds["otsu"].append(time.perf_counter() - begin)
found["threshold_double"] = threshold_otsu(found["NDWI"])
found["threshold_few"] = threshold_otsu(found["MNDWI"], nbins=16)
np.savez(sys.argv[2], **found, **{f"seconds_{key}": min(each) for key, each in seconds.items()})
