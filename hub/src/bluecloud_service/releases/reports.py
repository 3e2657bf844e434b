"""Where the gate's reports lie: one an attempt, with its page, its bill of materials and log."""

from __future__ import annotations

from pathlib import Path

_MOST_LOG = 64 * 1024


def report_path(folder: Path, laboratory: str, digest: str, attempt: int) -> Path:
    """Where the report of an attempt is; its page and its bill of materials lie beside it."""
    return folder / laboratory / digest.removeprefix("sha256:") / f"{attempt}.json"


def log_of(report: Path) -> Path:
    """Where it is written what is done."""
    return report.with_suffix(".log")


def last_lines(report: Path, most: int = 40) -> list[str]:
    """The last of what was done; nothing where nothing was."""
    try:
        with log_of(report).open("rb") as log:
            log.seek(max(0, log_of(report).stat().st_size - _MOST_LOG))
            return log.read().decode("utf-8", "replace").splitlines()[-most:]
    except FileNotFoundError:
        return []
