"""What spyndex and scikit-image make of the same bands: they run among the judges."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

JUDGES = Path(__file__).parents[3] / ".venv" / "judges" / "bin" / "python"
NAMES = {"blue": "B", "green": "G", "nir": "N", "swir1": "S1", "swir2": "S2"}


def is_there(*modules: str) -> bool:
    """Whether the judges have these modules."""
    asked = "; ".join(f"import {each}" for each in modules)
    return (
        JUDGES.exists()
        and not subprocess.run(
            [str(JUDGES), "-c", asked], check=False, capture_output=True
        ).returncode
    )


def judged(bands: Mapping[str, NDArray[np.float64]], *, repeats: int = 1) -> dict[str, NDArray]:
    """Indices, thresholds and seconds, by the names that ``pond_judge.py`` gives them."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(given, repeats=repeats, **{NAMES[name]: band for name, band in bands.items()})
        done = subprocess.run(
            [str(JUDGES), str(Path(__file__).with_name("pond_judge.py")), str(given), str(found)],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise RuntimeError(f"the judge did not run: {done.stderr[-2000:]}")
        with np.load(found) as result:
            return dict(result)
