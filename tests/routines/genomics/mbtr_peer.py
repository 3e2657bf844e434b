"""What mbtr makes of the same samples: it runs in the environment of the judges."""

import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.genomics import Boosting

Floats = NDArray[np.float64]

JUDGES = Path(__file__).parents[3] / ".venv" / "judges" / "bin" / "python"


class Found(NamedTuple):
    """Its predictions after one round and after all, and the seconds of its shortest fit."""

    first: Floats
    predicted: Floats
    seconds: float


def fitted_by_mbtr(
    x: Floats, y: Floats, points: Floats, how: Boosting, *, repeats: int = 1
) -> Found:
    """Fit with the options of ``how`` and predict at the points."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(
            given,
            x=x,
            y=y,
            points=points,
            rounds=how.rounds,
            learning_rate=how.learning_rate,
            n_q=how.n_q,
            min_leaf=how.min_leaf,
            penalty=how.splitting.penalty,
            repeats=repeats,
        )
        done = subprocess.run(
            [str(JUDGES), str(Path(__file__).with_name("mbtr_judge.py")), str(given), str(found)],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"mbtr did not run: {done.stderr[-2000:]}")
        with np.load(found) as result:
            return Found(result["first"], result["predicted"], float(result["seconds"]))
