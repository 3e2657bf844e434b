"""What scikit-image makes of the same image: it runs in the environment of the judges."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.routines.genomics.mbtr_peer import JUDGES, Floats


def measured_by_skimage(
    image: Floats, mask: NDArray[np.bool_], *, window: int = 51, repeats: int = 1
) -> Mapping[str, Floats]:
    """Its thresholds, the traits of each body by its own names, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, image=image, mask=mask, window=window, repeats=repeats)
        done = subprocess.run(
            [str(JUDGES), str(Path(__file__).with_name("skimage_judge.py")), given, found],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"scikit-image did not run: {done.stderr[-2000:]}")
        with np.load(found) as result:
            return dict(result)
