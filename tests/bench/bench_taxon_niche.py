"""A maximum entropy niche of 1,000 presences among 10,000 points of six measurements: elapid's.

Both make linear and hinge features with ten knots a measurement and the usual tolerance. elapid
fits a logistic regression with scikit-learn, in the environment of the judges and on one processor,
and its time is that of the fit alone; where its faster solver is not there it has one penalty for
all features, so that the two maps are alike and not the same. Ours gives the optimum of the problem
itself, to 1e-7, which the tests see.
"""

import time

import numpy as np

from bluecloud_routines.genomics import maxent
from tests.bench.ratio import Ratio
from tests.routines.genomics.elapid_peer import fitted_by_elapid
from tests.routines.genomics.mbtr_peer import JUDGES

_PRESENCES, _BACKGROUND, _MEASUREMENTS = 1000, 10_000, 6
_REPEATS = 3


def run() -> list[Ratio]:
    """Time both, and see that their maps are alike."""
    random = np.random.default_rng(51)
    background = random.normal(size=(_BACKGROUND, _MEASUREMENTS))
    every = random.normal(size=(40 * _PRESENCES, _MEASUREMENTS))
    likes = np.exp(-(((every[:, 0] - 0.7) / 0.6) ** 2) / 2 - (every[:, 1] + 0.5) ** 2 / 2)
    presences = every[random.random(len(every)) < likes][:_PRESENCES]
    theirs, peer = fitted_by_elapid(presences, background, classes="lh", beta=1.0, repeats=_REPEATS)
    best = np.inf
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        model = maxent(presences, background, classes="lh")
        best = min(best, time.perf_counter() - begin)
    alike = float(np.corrcoef(model.cloglog(background), theirs)[0, 1])
    if alike < 0.99:
        raise AssertionError(f"not alike: a correlation of {alike}")
    (folder,) = JUDGES.parents[1].glob("lib/*/site-packages/elapid-*.dist-info")
    version = folder.name.removeprefix("elapid-").removesuffix(".dist-info")
    return [
        Ratio(
            name=f"maximum entropy, {_PRESENCES + _BACKGROUND} points x {_MEASUREMENTS}",
            peer_name=f"elapid {version}",
            ours=best,
            peer=peer,
            unit="s",
            target=1 / 2,
            note=f"correlation of the two maps {alike:.4f}",
        )
    ]
