"""The Argo GDAC: a tree of files, recorded where there are recordings, else our own sample.

The profiles are real. The indexes are not the recorded ones, which list thousands of profiles of
which most were not recorded: ``ftp-subset-indexes`` was made from them, with the rows whose files
are there. ``ftp/`` and ``s3/`` are the same tree again, as the source's other doors.
"""

import gzip
import os
from dataclasses import replace
from pathlib import Path

from tests.federation.server import Folders, Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "argogdac"
IS_RECORDED = Path(os.environ.get("BLUECLOUD_TEST_DATA", "/nowhere"), "recordings").is_dir()
EVERYWHERE = {"bbox": [-180, -90, 180, 90], "time": ["1990", "2030"]}
FLOAT = {"platform": [3902131 if IS_RECORDED else 9000001]}
EXAMPLES = {
    "argo_index": EVERYWHERE,
    "argo_profiles": EVERYWHERE,
    "argo_bgc_index": {"measured": ["DOXY"], "tree": "s3"},
    "argo_bgc_profiles": {**FLOAT, "measured": ["DOXY"]},
    "argo_bio_profiles": {**FLOAT, "cycles": [2], "tree": "s3"},
    "argo_trajectories": FLOAT,
    "argo_floats": FLOAT,
    "argo_technical": FLOAT,
    "argo_greylist": {"measured": ["PSAL"]},
}


class Doors:
    """One tree behind three doors: its top, and the bucket's, where indexes lie apart."""

    def __init__(self, tree: Folders) -> None:
        self._tree = tree

    @property
    def kind(self) -> Kind:
        """That of the tree."""
        return self._tree.kind

    def answer(self, request: Request) -> Reply | None:
        """The file, whichever door it is asked at."""
        path = request.path
        if path.startswith("s3/"):
            path = path.removeprefix("s3/").removeprefix("idx/")
        path = path.removeprefix("ftp/")
        found = self._tree.answer(replace(request, path=path))
        if found is None and path.endswith(".txt.gz"):  # which the GDAC has of each index
            plain = self._tree.answer(replace(request, path=path.removesuffix(".gz")))
            return plain and replace(plain, body=gzip.compress(plain.body, mtime=0))
        return found


def provider(data: Path | None) -> Provider:
    """The recorded profiles with the indexes of those that are there, or the sample."""
    recorded = data / "argogdac" if data else None
    if recorded is None or not recorded.is_dir():
        return Doors(Folders((SAMPLE,), "emulated"))
    return Doors(Folders((recorded / "ftp-subset-indexes", recorded / "ftp")))
