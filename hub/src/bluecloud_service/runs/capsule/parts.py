"""The files of a capsule: where each lies, what it is, and whose word it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bluecloud_runner.folders import Record, RunFolder

# By whom a file is told: the person who submitted it, the service, the runner under its seal,
# or the notebook itself.
Teller = Literal["person", "service", "runner", "notebook"]

METADATA = "ro-crate-metadata.json"
OUTPUTS = "outputs/"


class Part(Record):
    """One file of a capsule, as it was when the capsule was written."""

    path: str
    bytes: int
    sha256: str
    by: Teller


@dataclass(frozen=True)
class _Kind:
    name: str
    encoding: str


KINDS = {
    "notebook.ipynb": _Kind("Notebook as it was submitted", "application/x-ipynb+json"),
    "executed.ipynb": _Kind("Notebook as it was executed", "application/x-ipynb+json"),
    "executed.html": _Kind("Executed notebook as a page", "text/html"),
    "run.json": _Kind("Who ran what, when, and how it ended", "application/json"),
    "parameters.json": _Kind("Parameters, and what may be asked for", "application/json"),
    "environment.json": _Kind("Packages, hardware and settings", "application/json"),
    "resources.csv": _Kind("Processor, memory and disk over time", "text/csv"),
    "accesses.jsonl": _Kind("Each reading of a source", "application/jsonl"),
    "log.txt": _Kind("What the notebook printed", "text/plain"),
}
_ENCODINGS = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".html": "text/html",
    ".json": "application/json",
    ".nc": "application/x-netcdf",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".txt": "text/plain",
}


def encoding(path: str) -> str:
    """The media type of an output, by its name."""
    return _ENCODINGS.get(Path(path).suffix.lower(), "application/octet-stream")


def place(run: RunFolder, path: str) -> tuple[Path, str]:
    """Where a part of a run's capsule lies: a folder, and the path below it."""
    if path.startswith(OUTPUTS):
        return run.outputs, path.removeprefix(OUTPUTS)
    if path == "executed.ipynb":
        return run.work, run.executed.name
    if path == "notebook.ipynb":
        return run.given, run.notebook.name
    return run.capsule, path
