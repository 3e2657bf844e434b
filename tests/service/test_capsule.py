"""What is left of a run for others: valid for strangers, whole, and not to be forged by the run."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud import runs
from bluecloud.service import Service, ServiceError
from bluecloud_hub.settings import checkout
from bluecloud_runner.folders import RunFolder
from bluecloud_service.runs.store import Runs
from tests.service.leaving import ACCESS, opened
from tests.service.serving import Serving, four_people, serving_runs
from tests.service.work import notebook

HONEST = f"""
import json, os
from pathlib import Path
Path('maps').mkdir()
Path('maps/a é%.txt').write_text(str(n))
with open(os.environ['BLUECLOUD_ACCESS_LOG'], 'a') as log:
    print(json.dumps({ACCESS!r}), file=log)
print('read')
"""
FORGING = f"""
import json, os, shutil
from pathlib import Path
work = Path.cwd().parent
shutil.rmtree(work.parent / 'record' / 'capsule', ignore_errors=True)
(work / 'verdict.json').write_text('{{"verdict": "{{}}", "seal": "0"}}')
(work / 'environment.json').write_text(json.dumps({{"python": "9.9", "image": "sha256:forged"}}))
(work / 'outputs.json').write_text('{{"files": [{{"path": "a", "bytes": 1, "sha256": "0"}}]}}')
(work / 'executed.html').write_text('<h1>forged</h1>')
(work / 'run.json').write_text('{{"person": "forged"}}')
with open(os.environ['BLUECLOUD_ACCESS_LOG'], 'a') as log:
    print('no json', '[]', '{{}}', sep='\\n', file=log)
    print(json.dumps({ACCESS!r} | {{"tier": "best"}}), file=log)
    print(json.dumps({ACCESS!r} | {{"image": "forged", "person": "forged"}}), file=log)
print('x' * 100)
"""


@dataclass
class Left:
    """Three runs that have ended, their capsules, and the service that kept them."""

    served: Serving
    runs: dict[str, runs.Run]
    folders: dict[str, Path]

    def read(self, which: str, name: str) -> Any:
        """A file of a capsule, as JSON."""
        return json.loads((self.folders[which] / name).read_text())

    def graph(self, which: str) -> dict[str, dict[str, Any]]:
        """The entities of a capsule by their ids."""
        graph = self.read(which, "ro-crate-metadata.json")["@graph"]
        return {entity["@id"]: entity for entity in graph}

    def record(self, which: str) -> RunFolder:
        """The folder of the run in the state."""
        store = Runs(self.served.state / "runs", for_containers=False)
        return store.run("ada", self.runs[which].id)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """What an honest run, one that fails and one that forges leave; all in one service."""
    tmp = tmp_path_factory.mktemp("capsules")
    ends = {"honest": (HONEST, 1), "failed": (HONEST + "\nassert n < 3", 3), "forged": (FORGING, 1)}
    with (
        four_people() as hub,
        serving_runs(hub, tmp / "state") as served,
        Service(served.address, "ada") as service,
    ):
        made, folders = {}, {}
        submitted = {}
        for which, (cell, n) in ends.items():
            path = tmp / f"{which}.ipynb"
            path.write_text(json.dumps(notebook(cell)))
            submitted[which] = runs.submit(
                path, {"n": n}, laboratory="environment", title=which, service=service
            )
        for which, submission in submitted.items():
            (made[which],) = submission.wait(timeout=120).runs
            folders[which] = made[which].capsule(tmp / "fetched")
        yield Left(served, made, folders)


def judged(tmp_path: Path, *crates: Path) -> dict[str, list[str]]:
    """What the community's validator finds wrong with crates, in an environment of its own."""
    python = checkout() / ".venv" / "judges" / "bin" / "python"
    if not python.exists():
        pytest.skip("the judges are not installed: make install")
    command = [python, Path(__file__).with_name("crate_judge.py"), tmp_path, *crates]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    told = next(line for line in done.stdout.splitlines() if line.startswith("{"))
    found: dict[str, list[str]] = json.loads(told)
    return found


def test_each_end_leaves_a_crate_that_the_validator_takes(left: Left, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt"
    spoilt.mkdir()
    told = left.read("honest", "ro-crate-metadata.json")
    for entity in told["@graph"]:
        entity.pop("instrument", None)
    (spoilt / "ro-crate-metadata.json").write_text(json.dumps(told))

    in_an_image, waiting = (opened(tmp_path, name) for name in ("image", "waiting"))

    found = judged(tmp_path, spoilt, in_an_image, waiting, *left.folders.values())

    assert any("MUST have an instrument" in fault for fault in found.pop(str(spoilt)))
    assert [faults for faults in found.values() if faults] == []
    assert len(found) == 5


def test_a_capsule_tells_what_was_run_by_whom_from_what_and_what_came_out(left: Left) -> None:
    run, graph = left.runs["honest"], left.graph("honest")
    folder = left.folders["honest"]
    assert (folder / "outputs" / "maps" / "a é%.txt").read_text() == "1"
    entity = graph["outputs/maps/a%20%C3%A9%25.txt"]
    assert entity["sha256"] == hashlib.sha256(b"1").hexdigest()
    assert graph["#value-n"]["value"] == "1"
    (action,) = [each for each in graph.values() if each["@type"] == "CreateAction"]
    assert action["actionStatus"].endswith("CompletedActionStatus")
    assert graph[action["agent"]["@id"]]["name"] == "ada"
    (source,) = [e for e in graph.values() if e["@type"] == "Dataset" and e["@id"] != "./"]
    assert source["identifier"] == "eurobis:zooplankton_abundance"
    assert source["citation"] == "SYNTHETIC data"
    assert {"@id": source["@id"]} in action["object"]
    facts = left.read("honest", "run.json")
    assert (facts["id"], facts["person"], facts["state"]) == (run.id, "ada", "succeeded")
    assert "numpy" in left.read("honest", "environment.json")["packages"]
    assert (folder / "resources.csv").read_text().startswith("seconds,cpu_s,memory_bytes")
    assert json.loads((folder / "accesses.jsonl").read_text())["tier"] == "sample"
    assert (folder / "log.txt").read_text().endswith(" out read\n")
    assert "read" in (folder / "executed.html").read_text()
    assert run.id in graph["./"]["description"]


def test_a_capsule_of_a_failed_run_says_what_it_did_and_why_it_failed(left: Left) -> None:
    graph = left.graph("failed")
    (action,) = [each for each in graph.values() if each["@type"] == "CreateAction"]
    assert action["actionStatus"].endswith("FailedActionStatus")
    assert action["error"].startswith("Cell 3 raised AssertionError")
    executed = left.read("failed", "executed.ipynb")
    assert executed["cells"][-1]["metadata"]["papermill"]["status"] == "failed"
    assert left.read("failed", "run.json")["cause"]["kind"] == "cell-failed"
    assert "AssertionError" in (left.folders["failed"] / "executed.html").read_text()


def test_what_a_notebook_forges_changes_nothing_that_the_service_tells(left: Left) -> None:
    assert left.runs["forged"].state == "succeeded"
    own = ("id", "notebook", "notebook_sha256", "submitted", "started", "ended", "title", "usage")
    honest, forged = (left.read(which, "run.json") for which in ("honest", "forged"))
    assert {k: v for k, v in forged.items() if k not in own} == {
        k: v for k, v in honest.items() if k not in own
    }
    assert forged["notebook_sha256"] == left.graph("forged")["notebook.ipynb"]["sha256"]
    assert left.read("forged", "parameters.json") == left.read("honest", "parameters.json")
    assert (
        "forged" not in (left.folders["forged"] / "executed.html").read_text().split("<title>")[0]
    )
    text = (left.folders["forged"] / "ro-crate-metadata.json").read_text()
    assert "sha256:forged" not in text
    assert '"9.9"' not in text


def test_what_the_runner_did_not_write_is_left_out_and_said(left: Left) -> None:
    assert not (left.folders["forged"] / "environment.json").exists()
    words = left.graph("forged")["./"]["description"]
    assert "environment.json is not there as the runner wrote it" in words
    assert "4 lines of its log of accesses are left out" in words
    (kept,) = (left.folders["forged"] / "accesses.jsonl").read_text().splitlines()
    assert "forged" not in kept


def test_each_file_says_whose_word_it_is(left: Left) -> None:
    graph = left.graph("honest")
    whose = {
        entity["@id"]: entity["creator"]["@id"] for entity in graph.values() if "sha256" in entity
    }
    assert whose["run.json"] == "#service"
    assert whose["notebook.ipynb"] == "#person-ada"
    assert whose["environment.json"] == "#runner"
    assert whose["accesses.jsonl"] == whose["executed.ipynb"] == "#run"
    assert {graph[name]["@id"] for name in whose.values()} == set(whose.values())


def test_a_file_that_was_altered_afterwards_is_not_given_out(left: Left, tmp_path: Path) -> None:
    output = left.record("forged").executed
    kept = output.read_bytes()
    output.write_bytes(kept + b" ")
    try:
        with pytest.raises(ServiceError):
            left.runs["forged"].capsule(tmp_path)
        assert list(tmp_path.iterdir()) == []
        with left.served.client("ada") as ada, pytest.raises(httpx.RemoteProtocolError):
            ada.get(f"/runs/{left.runs['forged'].id}/capsule")
    finally:
        output.write_bytes(kept)
    packed = left.runs["forged"].capsule(tmp_path, packed=True)
    assert packed.read_bytes()[:2] == b"PK"


def test_a_capsule_is_its_persons_alone(left: Left) -> None:
    for name in ("ben", "mia", "olga"):
        with left.served.client(name) as other:
            assert other.get(f"/runs/{left.runs['honest'].id}/capsule").status_code == 404
