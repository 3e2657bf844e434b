"""Weights of nine criteria from their comparisons: ours against ahpy.

It runs in the environment of the judges. The weights are compared; the best time of each counts.
"""

import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bluecloud_routines.aquaculture import ahp_weights
from tests.bench.ratio import Ratio
from tests.routines.aquaculture.pond_peer import JUDGES

_REPEATS = 30
_NAMES = "abcdefghi"


def run() -> list[Ratio]:
    """Time both, and see that they give the same weights."""
    random = np.random.default_rng(9)
    table = pd.DataFrame(1.0, index=list(_NAMES), columns=list(_NAMES))
    pairs = []
    for n, row in enumerate(_NAMES):
        for column in _NAMES[n + 1 :]:
            value = float(random.integers(1, 4))
            table.loc[row, column], table.loc[column, row] = value, 1 / value
            pairs.append([row, column, value])
    judge = Path(__file__).parents[1] / "routines" / "aquaculture" / "ahp_judge.py"
    asked = [str(JUDGES), str(judge), json.dumps(pairs), str(_REPEATS)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=120).stdout
    peer = json.loads(told)
    best = np.inf
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = ahp_weights(table)
        best = min(best, time.perf_counter() - begin)
    difference = max(abs(found.weights[name] - peer["weights"][name]) for name in _NAMES)
    if difference > 1e-8:
        raise AssertionError(f"not the same weights: they differ by {difference}")
    return [
        Ratio(
            name="weights of 9 criteria compared in pairs (AHP)",
            peer_name=_version(),
            ours=1000 * best,
            peer=1000 * peer["seconds"],
            unit="ms",
            target=1.0,
            note=f"largest difference of weights {difference:.0e}",
        )
    ]


def _version() -> str:
    folders = Path(JUDGES).parents[1].glob("lib/*/site-packages/ahpy-*.dist-info")
    return next(iter(folders)).name.removesuffix(".dist-info").replace("-", " ")
