"""A capsule is written whole or not at all, follows no link, and is kept only as recorded."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
import zipfile
from pathlib import Path

import pytest

from bluecloud.capsules import altered, fetch
from bluecloud.service import Service, ServiceError
from bluecloud_service.errors import NotThere
from bluecloud_service.runs.capsule.keeping import Capsules
from bluecloud_service.runs.capsule.pages import Pages
from bluecloud_service.runs.capsule.told import MOST_ACCESSES, accesses
from bluecloud_service.runs.capsule.writing import write
from bluecloud_service.runs.store import Runs
from tests.federation.server import Reply, Request, serve
from tests.service.leaving import ACCESS, DIGEST, begun, ended, opened


def test_the_image_is_told_by_its_digest_from_the_record_alone(tmp_path: Path) -> None:
    graph = json.loads((opened(tmp_path, "image") / "ro-crate-metadata.json").read_text())
    (image,) = [e for e in graph["@graph"] if e["@type"] == "ContainerImage"]
    assert (image["name"], f"sha256:{image['sha256']}") == ("bluecloud/environment", DIGEST)
    (action,) = [e for e in graph["@graph"] if e["@type"] == "CreateAction"]
    assert action["containerImage"] == {"@id": image["@id"]}


def test_a_run_that_goes_on_has_none(tmp_path: Path) -> None:
    _, run = begun(tmp_path)
    with pytest.raises(NotThere, match="has not ended"):
        write(run, "", Pages())
    assert not run.capsule.exists()


def test_one_that_was_cancelled_while_it_waited_says_so(tmp_path: Path) -> None:
    capsule = opened(tmp_path, "waiting")
    facts = json.loads((capsule / "run.json").read_text())
    assert (facts["state"], facts["started"], facts["attempt"]) == ("cancelled", None, 0)
    assert "was cancelled" in (capsule / "ro-crate-metadata.json").read_text()
    assert not (capsule / "executed.ipynb").exists()


def test_links_that_a_run_left_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(json.dumps(ACCESS))
    store, run = begun(tmp_path)
    for path in (run.accesses, run.executed, run.environment, run.resources, run.work_events):
        path.symlink_to(secret)
    run.outputs.symlink_to(tmp_path)
    ended(store, run)
    write(run, "", Pages())
    assert sorted(path.name for path in run.capsule.iterdir()) == [
        *(".parts.json", "accesses.jsonl", "log.txt", "parameters.json"),
        *("ro-crate-metadata.json", "run.json"),
    ]
    assert (run.capsule / "accesses.jsonl").read_text() == ""


def test_one_that_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    store, run = begun(tmp_path)
    ended(store, run)
    run.notebook.unlink()
    with pytest.raises(FileNotFoundError):
        write(run, "", Pages())
    assert [path.name for path in run.record.iterdir() if "capsule" in path.name] == []


def test_what_a_killed_service_missed_is_written_by_the_next(tmp_path: Path) -> None:
    store, run = begun(tmp_path)
    ended(store, run)
    capsules = Capsules(Runs(store.folder, for_containers=False))
    capsules.begin()
    try:
        until = time.monotonic() + 30
        while not run.capsule.is_dir():
            assert time.monotonic() < until
            time.sleep(0.02)
    finally:
        capsules.end()


def test_none_is_written_while_runs_are_executed_unless_it_is_asked_for(tmp_path: Path) -> None:
    store, run = begun(tmp_path)
    ended(store, run)
    asked = threading.Event()

    def busy() -> bool:
        asked.set()
        return True

    capsules = Capsules(store, busy)
    capsules.begin()
    try:
        assert asked.wait(30)
        assert not run.capsule.exists()
        capsules.make(run, "")
        assert run.capsule.is_dir()
    finally:
        capsules.end()


def test_readings_without_end_are_bounded(tmp_path: Path) -> None:
    _, run = begun(tmp_path)
    line = json.dumps({"source": "obis", "entry": "a", "tier": "live"}) + "\n"
    run.accesses.write_text(line * (MOST_ACCESSES + 5) + "{" * 200_000 + "\n")
    found = accesses(run)
    assert len(found.kept) == MOST_ACCESSES
    assert found.left_out >= 5


class Sending:
    """A service whose capsules are what they are given as."""

    kind = "emulated"

    def __init__(self, **files: bytes) -> None:
        self.files = files

    def answer(self, _: Request) -> Reply:
        """An archive of the files."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in self.files.items():
                archive.writestr(name.replace("_", "."), content)
        return Reply(packed.getvalue())


def crate_of(name: str, content: bytes) -> bytes:
    sha256 = hashlib.sha256(content).hexdigest()
    return json.dumps({"@graph": [{"@id": name, "@type": "File", "sha256": sha256}]}).encode()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a_txt": b"b"}, "a.txt has another SHA-256"),
        ({}, "a.txt is not there"),
        ({"a_txt": b"a", "../x_txt": b"a"}, "lies outside it"),
        ({"ro-crate-metadata_json": b"{}"}, "is no capsule"),
    ],
    ids=str,
)
def test_what_does_not_come_as_recorded_is_not_kept(
    files: dict[str, bytes], words: str, tmp_path: Path
) -> None:
    sent = {"ro-crate-metadata_json": crate_of("a.txt", b"a"), **files}
    into = tmp_path / "into"
    with (
        serve({"service": Sending(**sent)}) as emulated,
        Service(emulated.address("service"), "ada") as service,
        pytest.raises(ServiceError, match=words),
    ):
        fetch(service, "r", into)
    assert list(into.iterdir()) == []
    assert list(tmp_path.iterdir()) == [into]


def test_what_the_metadata_do_not_tell_of_is_altered(tmp_path: Path) -> None:
    capsule = opened(tmp_path, "waiting")
    (capsule / ".DS_Store").write_text("a system's own")
    assert list(altered(capsule)) == []
    metadata = capsule / "ro-crate-metadata.json"
    told = json.loads(metadata.read_text())
    told["@graph"] = [e for e in told["@graph"] if e["@id"] != "run.json"]
    told["@graph"].append({"@id": "../run.json", "@type": "File", "sha256": "0"})
    metadata.write_text(json.dumps(told))
    (capsule / "outputs").mkdir()
    (capsule / "outputs" / ".more").write_text("1")
    assert list(altered(capsule)) == [
        "../run.json leads out of it",
        "outputs/.more is not told of in its metadata",
        "run.json is not told of in its metadata",
    ]
