"""The Argo GDAC: a tree of files, recorded where there are recordings, else our own sample."""

from pathlib import Path

from tests.federation.server import Folders, Provider

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "argogdac"
EXAMPLES = {
    "argo_index": {"bbox": [-180, -90, 180, 90], "time": ["1990", "2030"]},
    "argo_profiles": {"bbox": [-180, -90, 180, 90], "time": ["1990", "2030"]},
}


def provider(data: Path | None) -> Provider:
    """The recorded profiles with the index of those that are there, or the sample."""
    recorded = data / "argogdac" if data else None
    if recorded is None or not recorded.is_dir():
        return Folders((SAMPLE,), "emulated")
    return Folders((recorded / "ftp-subset-indexes", recorded / "ftp"))
