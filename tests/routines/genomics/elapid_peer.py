"""What elapid makes of the same points: it runs in the environment of the judges."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from tests.routines.genomics.mbtr_peer import JUDGES, Floats


def is_installed() -> bool:
    """Whether the judges have it."""
    return bool(list(JUDGES.parents[1].glob("lib/*/site-packages/elapid-*.dist-info")))


def fitted_by_elapid(
    presences: Floats, background: Floats, *, classes: str, beta: float, repeats: int = 1
) -> tuple[Floats, float]:
    """The suitability of the background, and the seconds of the shortest fit."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        options = {"classes": classes, "beta": beta, "repeats": repeats}
        np.savez(given, presences=presences, background=background, **options)
        done = subprocess.run(
            [str(JUDGES), str(Path(__file__).with_name("elapid_judge.py")), str(given), str(found)],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"elapid did not run: {done.stderr[-2000:]}")
        with np.load(found) as result:
            return result["predicted"], float(result["seconds"])
