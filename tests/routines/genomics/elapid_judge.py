"""Fit a maximum entropy model with elapid, in the environment of the judges.

    .venv/judges/bin/python elapid_judge.py given.npz found.npz

``given`` has ``presences``, ``background``, ``classes``, ``beta`` and ``repeats``; ``found`` gets
the suitability of the background and the shortest time of a fit.
"""

import sys
import time

import elapid
import numpy as np

given = np.load(sys.argv[1])
presences, background = given["presences"], given["background"]
points = np.vstack([presences, background])
is_there = np.repeat([1, 0], [len(presences), len(background)])
seconds = []
for _ in range(int(given["repeats"])):
    model = elapid.MaxentModel(
        feature_types=str(given["classes"]), beta_multiplier=float(given["beta"]), n_cpus=1
    )
    begin = time.perf_counter()
    model.fit(points, is_there)
    seconds.append(time.perf_counter() - begin)
np.savez(sys.argv[2], predicted=model.predict(background), seconds=min(seconds))
