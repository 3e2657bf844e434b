"""Fit with mbtr, in the environment of the judges: its predictions and its seconds.

    .venv/judges/bin/python mbtr_judge.py given.npz found.npz

``given`` has ``x``, ``y``, ``points`` and the options; ``found`` gets the predictions for
``points`` after one round and after all, and the shortest time of a fit, once compiled.
"""

import sys
import time

import numpy as np
from mbtr.mbtr import MBT

given = np.load(sys.argv[1])
options = {
    "n_boosts": int(given["rounds"]),
    "early_stopping_rounds": int(given["rounds"]),
    "learning_rate": float(given["learning_rate"]),
    "n_q": int(given["n_q"]),
    "min_leaf": int(given["min_leaf"]),
    "lambda_weights": float(given["penalty"]),
    "lambda_leaves": 0.0,
}
seconds = []
for _ in range(int(given["repeats"])):
    begin = time.perf_counter()
    model = MBT(**options).fit(given["x"], given["y"])
    seconds.append(time.perf_counter() - begin)
if len(model.trees) != options["n_boosts"]:
    raise SystemExit(f"it kept {len(model.trees)} of {options['n_boosts']} trees")
np.savez(
    sys.argv[2],
    first=model.predict(given["points"], n=1),
    predicted=model.predict(given["points"]),
    seconds=min(seconds),
)
