"""What the runner itself tells of a run, and that the notebook cannot tell it otherwise."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

from bluecloud_runner.environment import packages
from bluecloud_runner.resources import MOST_SAMPLES, Samples, written
from tests.runner.running import finished, made, notebook


def test_a_run_tells_its_environment_and_what_it_used_over_time(tmp_path: Path) -> None:
    grown = "block = bytearray(200_000_000); open('a.bin', 'wb').write(bytes(3_000_000))"
    run = made(tmp_path, notebook(grown, "import time; time.sleep(2.5)"))
    environment = {"BLUECLOUD_TIERS": "sample", "BLUECLOUD_OBIS_URL": "http://x", "A_TOKEN": "t"}

    assert finished(run, environment=environment) == 0

    told = json.loads(run.folder.environment.read_text())
    assert told["packages"]["numpy"] == version("numpy")
    assert told["settings"]["BLUECLOUD_TIERS"] == "sample"
    assert told["settings"]["BLUECLOUD_OBIS_URL"] == "http://x"
    assert "A_TOKEN" not in told["settings"]
    assert told["hardware"]["memory_bytes"] > 1e8
    with run.folder.resources.open() as lines:
        rows = list(csv.DictReader(lines))
    assert float(rows[-1]["seconds"]) > 2
    assert int(rows[-1]["memory_bytes"]) > 200e6
    assert int(rows[-1]["disk_bytes"]) == 3_000_000
    for path in (run.folder.environment, run.folder.resources):
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        assert run.verdict().witnessed[path.name] == found


def test_what_the_notebook_makes_of_the_runners_files_is_not_vouched_for(tmp_path: Path) -> None:
    forge = "from pathlib import Path; Path('../environment.json').write_text('{}')"
    run = made(tmp_path, notebook(forge))

    assert finished(run) == 0

    assert run.folder.environment.read_text() == "{}"
    forged = hashlib.sha256(b"{}").hexdigest()
    assert run.verdict().witnessed["environment.json"] != forged


def test_a_login_in_the_log_of_accesses_is_taken_out(tmp_path: Path) -> None:
    logins = tmp_path / "logins"
    logins.mkdir()
    (logins / "cmems").write_text(json.dumps({"password": "very secret"}))
    read = (
        "import os; from pathlib import Path\n"
        "Path(os.environ['BLUECLOUD_ACCESS_LOG']).write_text('{\"request\": \"very secret\"}\\n')"
    )
    run = made(tmp_path, notebook(read))

    assert finished(run, environment={"BLUECLOUD_CREDENTIALS_DIR": str(logins)}) == 0

    assert json.loads(run.folder.accesses.read_text()) == {"request": "[redacted]"}


def test_a_log_of_accesses_that_is_a_folder_fails_no_run(tmp_path: Path) -> None:
    run = made(tmp_path, notebook("import os; os.mkdir(os.environ['BLUECLOUD_ACCESS_LOG'])"))
    assert finished(run) == 0
    assert run.verdict().outcome == "succeeded"


def test_the_table_of_a_long_run_is_bounded_and_reaches_to_its_end() -> None:
    samples = Samples()
    for second in range(5 * MOST_SAMPLES):
        samples.add(second, second / 2, 1, None)
    assert MOST_SAMPLES / 2 <= len(samples.rows) < MOST_SAMPLES
    assert samples.rows[-1][0] > 5 * MOST_SAMPLES - 10
    gaps = {b[0] - a[0] for a, b in zip(samples.rows, samples.rows[1:], strict=False)}
    assert len(gaps) == 1
    assert samples.csv().splitlines()[1].endswith(b",1,")


def test_links_are_no_part_of_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(bytes(10))
    (tmp_path / "c").symlink_to(sys.executable)
    assert written(tmp_path) == 10


def test_the_first_of_two_packages_of_a_name_counts(tmp_path: Path) -> None:
    for place, name in (("x", "A.b_c-1.0.dist-info"), ("y", "a_b_c-2.0.dist-info")):
        (tmp_path / place / name).mkdir(parents=True)
    assert packages([str(tmp_path / "x"), str(tmp_path / "y")]) == {"a-b-c": "1.0"}
