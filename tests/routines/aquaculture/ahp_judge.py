"""Weights by ahpy, in the environment of the judges.

    .venv/judges/bin/python ahp_judge.py '[["a", "b", 3.0], ...]' repeats

Prints its weights and the shortest time in seconds as JSON.
"""

import json
import sys
import time

import ahpy

pairs = {(row, column): value for row, column, value in json.loads(sys.argv[1])}
seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.perf_counter()
    weights = ahpy.Compare("criteria", pairs, precision=9).target_weights
    seconds.append(time.perf_counter() - begin)
print(json.dumps({"weights": {k: float(v) for k, v in weights.items()}, "seconds": min(seconds)}))
