"""What the service's own description allows, and what it forbids, sent to it: never a 5xx."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.service.serving import Serving, four_people, serving_runs
from tests.service.work import notebook

EACH = 6  # requests made up for each address, beside those at the bounds of its description
ROOT = "/services/bluecloud"
STREAMS = (f"{ROOT}/watch", f"{ROOT}/runs/{{run}}/events")  # they end when the client does
SUBMIT = {
    "laboratory": "environment",
    "notebook": {"name": "counting.ipynb", "content": notebook("n")},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that keeps no runs: what is submitted to it waits, and nothing made up is run."""
    state = tmp_path_factory.mktemp("state")
    (state / "runs").mkdir()
    with (state / "runs" / ".keeper").open("w") as lease:
        fcntl.flock(lease, fcntl.LOCK_EX)
        with four_people() as hub, serving_runs(hub, state) as served:
            yield served


def settings(service: Serving) -> str:
    """What is there of Ada's to be asked for, as schemathesis reads it."""
    with service.client("ada") as ada:
        run = ada.post("/runs", json=SUBMIT).json()["runs"][0]["id"]
        schedule = ada.post("/schedules", json={"submit": SUBMIT, "cron": "0 6 1 1 *"}).json()["id"]
        words = {"text": "The map has no coast."}
        thread = ada.post("/laboratories/environment/feedback", json=words).json()["id"]
        item = ada.get("/stac/search", params={"limit": 1}).json()["features"][0]
    there = {"run": run, "submission": run.rpartition("-")[0], "laboratory": "environment"}
    there |= {"schedule": schedule, "thread": thread}
    there |= {"source": item["collection"], "identifier": item["id"]}
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in there.items()]
    return "\n".join(["[parameters]", *lines, ""])


def test_no_request_is_answered_by_an_error_of_the_service(
    service: Serving, tmp_path: Path
) -> None:
    address = urlsplit(service.address)
    (tmp_path / "schemathesis.toml").write_text(settings(service))
    command = [str(Path(sys.executable).with_name("schemathesis")), "run"]
    command += [f"{service.address}/openapi.json", "--header=Authorization: token ada"]
    command += [f"--origin={address.scheme}://{address.netloc}"]
    command += ["--checks=not_a_server_error", "--phases=examples,coverage,fuzzing"]
    command += [f"--max-examples={EACH}", "--seed=20260101", "--no-shrink", "--no-color"]
    command += ["--suppress-health-check=all", "--request-timeout=20"]
    command += [f"--exclude-path={path}" for path in STREAMS]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_PROXY": "*"},
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested, done.stdout[-3_000:]
    assert int(tested[1]) > 40
    found = re.search(r"(\d+) operations repeatedly returned 404", done.stdout)
    assert found, done.stdout[-3_000:]
    assert int(found[1]) < 20, "most of what is asked for is there"
    with service.client("ada") as ada:
        assert ada.get("/health").status_code == 200
