"""Two outputs, by what they are: first their bytes, then what is in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bluecloud_runner.verification.report import Finding, Tolerance, worst
from bluecloud_runner.verification.texts import compare_json, compare_texts

_ARRAYS = frozenset({".nc", ".nc4", ".cdf", ".h5", ".zarr"})
_TABLES = frozenset({".csv", ".parquet"})
_JSON = frozenset({".json", ".geojson"})
_TEXTS = frozenset({".txt", ".md", ".yaml", ".yml", ".tsv", ".xml"})


def compare_outputs(path: str, old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    """What is not the same of an output, or one finding that all is."""
    if same_bytes(old, new):
        found = [Finding(status="same")]
    else:
        try:
            found = _by_content(old, new, tolerance)
        except Exception as error:  # noqa: BLE001 - readers of a dozen formats, of a file of any content
            words = f"the bytes differ, and it cannot be read as its name says: {error}"
            found = [Finding(status="different", words=words[:300])]
    if all(finding.status == "same" for finding in found):
        found = [worst(found)]
    return [finding.model_copy(update={"path": path}) for finding in found]


def _by_content(old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    kind = old.suffix.lower()
    if old.is_dir() or kind in _ARRAYS:
        # xarray and pandas take a second each, and are asked for nothing where bytes are equal.
        from bluecloud_runner.verification.arrays import compare_arrays

        return compare_arrays(old, new, tolerance)
    if kind in _TABLES:
        from bluecloud_runner.verification.tables import compare_tables

        return compare_tables(old, new, tolerance)
    if kind in _JSON:
        return compare_json(old, new, tolerance)
    if kind in _TEXTS:
        return compare_texts(old, new, tolerance)
    words = f"the SHA-256 was {_sha256(old)[:12]}… and is {_sha256(new)[:12]}…"
    return [Finding(status="different", words=words)]


def same_bytes(old: Path, new: Path) -> bool:
    """Whether two files, or all files of two folders, are equal to the byte."""
    if old.is_dir() and new.is_dir():
        names = [sorted(_below(folder)) for folder in (old, new)]
        return names[0] == names[1] and all(
            _sha256(old / name) == _sha256(new / name) for name in names[0]
        )
    return old.is_file() and new.is_file() and _sha256(old) == _sha256(new)


def _below(folder: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()
