"""Runs that have ended, as folders alone, and their capsules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bluecloud.capsules import unpacked
from bluecloud_runner.folders import RunFolder
from bluecloud_service.runs.capsule.giving import archive
from bluecloud_service.runs.capsule.pages import Pages
from bluecloud_service.runs.capsule.writing import write
from bluecloud_service.runs.state import CANCELLED
from bluecloud_service.runs.store import Runs
from tests.service.work import judge, work

DIGEST = "sha256:" + "5" * 64
ACCESS = {
    "source": "eurobis",
    "entry": "zooplankton_abundance",
    "title": "Zooplankton",
    "request": "{}",
    "tier": "sample",
    "access_time": "2026-11-25T10:00:00+00:00",
    "dataset_version": "2024-06-06",
    "licence": "CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0)",
    "citation": "SYNTHETIC data",
    "checksum": "sha256:" + "0" * 64,
    "synthetic": "true",
    "address": "",
    "files": ["a.parquet"],
}


def ended(store: Runs, run: RunFolder, state: str = "succeeded") -> None:
    """Note the end of a run as the keeper does."""
    verdict = judge(run).model_dump(mode="json")
    now = verdict["ended"]
    store.note(
        run, "ended", attempt=1, state=state, cause=None, verdict=verdict, started=now, ended=now
    )


def begun(tmp_path: Path) -> tuple[Runs, RunFolder]:
    store = Runs(tmp_path / "runs", for_containers=False)
    (run,) = store.runs_of(store.submit("ada", work("n")))
    assert store.claim(run, "unit-1")
    return store, run


def opened(tmp_path: Path, which: str) -> Path:
    """The capsule of a run in an image, or of one that was cancelled while it waited."""
    store = Runs(tmp_path / which / "runs", for_containers=False)
    image = f"bluecloud/environment@{DIGEST}" if which == "image" else ""
    (run,) = store.runs_of(store.submit("ada", work("n", image=image)))
    if which == "image":
        assert store.claim(run, "unit-1")
        ended(store, run)
    else:
        now, cause = datetime.now(UTC).isoformat(), CANCELLED.model_dump()
        store.note(run, "ended", attempt=0, state="cancelled", cause=cause, ended=now)
    write(run, "", Pages())
    packed = tmp_path / f"{which}.zip"
    packed.write_bytes(b"".join(archive(run)))
    return unpacked(packed, tmp_path / f"{which}-opened")
