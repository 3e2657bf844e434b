"""However a run ends, its verdict, its notebook and its events tell the truth of it."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.runner.running import Run, finished, made, notebook, started


def waited(condition: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.02)


def in_cell(run: Run, number: int) -> bool:
    return any(
        event.kind == "cell" and (event.model_extra or {})["number"] == number
        for event in run.events()
    )


SLOW = ("print('begun', flush=True)\nimport time; time.sleep(60)", "print('never')")
KILLED = "print('before', flush=True)\nimport os, time; time.sleep(0.3)\n"


@pytest.mark.parametrize(
    ("cell", "kind", "details", "status"),
    [
        (KILLED + "os.kill(os.getpid(), 9)", "kernel-died", {"exit_code": -9}, "interrupted"),
        (KILLED + "os._exit(3)", "kernel-died", {"exit_code": 3}, "interrupted"),
        ("print('before')\n1 / 0", "cell-failed", {"error": "ZeroDivisionError"}, "failed"),
        (
            "print('before')\nimport sys; sys.exit(0)",
            "cell-failed",
            {"error": "SystemExit"},
            "failed",
        ),
        (
            "print('before')\nraise OSError(28, 'No space left on device')",
            "disk-full",
            {"error": "OSError"},
            "failed",
        ),
        ("print('before')\nraise MemoryError", "out-of-memory", {"cell": 2}, "failed"),
        (
            "print('before')\nfrom bluecloud_catalogs import errors\n"
            "raise errors.SourceUnavailable('argogdac: no answer')",
            "source-unavailable",
            {"message": "argogdac: no answer"},
            "failed",
        ),
        (
            "print('before')\nfrom bluecloud_catalogs import errors\n"
            "raise errors.CredentialRequired('cmems wants a login')",
            "credential-missing",
            {"message": "cmems wants a login"},
            "failed",
        ),
    ],
)
def test_a_cell_that_ends_badly_is_told_by_its_cause(
    tmp_path: Path, cell: str, kind: str, details: dict[str, object], status: str
) -> None:
    run = made(tmp_path, notebook("a = 1", cell, "print('never')"))

    assert finished(run) == 0

    verdict = run.verdict()
    assert verdict.outcome == "failed"
    assert verdict.cause is not None
    assert verdict.cause.kind == kind
    assert details.items() <= {**verdict.cause.details}.items()
    assert verdict.cause.details["cell"] == 2
    assert (verdict.cells, verdict.cells_done) == (3, 1)
    assert run.statuses() == ["completed", status, "pending"]
    assert run.printed().startswith("before\n")
    assert run.folder.staging.is_dir()
    assert not run.folder.outputs.exists()


def test_a_run_over_its_time_is_stopped_with_what_it_had(tmp_path: Path) -> None:
    run = made(tmp_path, notebook(*SLOW), seconds=3)
    assert finished(run) == 0
    cause = run.verdict().cause
    assert cause is not None
    assert cause.kind == "time-limit"
    assert run.statuses() == ["interrupted", "pending"]
    assert run.printed() == "begun\n"


def test_a_cancel_in_its_folder_stops_a_run(tmp_path: Path) -> None:
    run = made(tmp_path, notebook(*SLOW))
    unit = started([run])
    waited(lambda: in_cell(run, 1))
    (run.folder.given / "cancel").touch()
    assert unit.wait(timeout=8) == 0
    assert run.verdict().outcome == "cancelled"
    assert run.statuses() == ["interrupted", "pending"]


def test_a_unit_told_to_stop_cancels_all_its_runs_in_time(tmp_path: Path) -> None:
    runs = [made(tmp_path, notebook(*SLOW), number=n) for n in range(3)]
    unit = started(runs, slots=2)
    waited(lambda: all(in_cell(run, 1) for run in runs[:2]))
    begin = time.monotonic()
    unit.terminate()
    assert unit.wait(timeout=10) == 0
    assert time.monotonic() - begin < 8
    assert [run.verdict().outcome for run in runs] == ["cancelled"] * 3
    assert runs[0].statuses() == ["interrupted", "pending"]
    assert "begun" in runs[0].printed()


def test_a_killed_runner_leaves_a_verdict_and_no_kernel(tmp_path: Path) -> None:
    run = made(tmp_path, notebook("import os; print(os.getpid(), os.getppid(), flush=True)", *SLOW))
    unit = started([run])
    waited(lambda: in_cell(run, 2))
    waited(lambda: run.folder.executed.exists() and run.printed().count(" ") == 1)
    kernel, runner = map(int, run.printed().split("\n")[0].split())
    os.kill(runner, signal.SIGKILL)
    assert unit.wait(timeout=20) == 0
    cause = run.verdict().cause
    assert cause is not None
    assert cause.kind == "runner-failed"
    waited(lambda: not Path(f"/proc/{kernel}").exists())


@pytest.mark.parametrize(
    ("given", "parameters", "kernel", "kind"),
    [
        ("{", {}, "python3", "notebook-unusable"),
        ("[]", {}, "python3", "notebook-unusable"),
        (notebook("a = 1"), {"a": 1}, "python3", "notebook-unusable"),
        (notebook("a = 1", parameters="n: int = 1"), {"m": 1}, "python3", "notebook-unusable"),
        (notebook("a = 1", parameters="n: int = 1"), {"n": "x"}, "python3", "notebook-unusable"),
        (notebook("a = 1", kernel="nosuch"), {}, "nosuch", "kernel-missing"),
    ],
)
def test_what_cannot_be_executed_says_why(
    tmp_path: Path,
    given: nbformat.NotebookNode | str,
    parameters: dict[str, object],
    kernel: str,
    kind: str,
) -> None:
    run = made(tmp_path, given, parameters=parameters, kernel=kernel)
    assert finished(run) == 0
    cause = run.verdict().cause
    assert cause is not None
    assert cause.kind == kind
    assert cause.next_step


def test_two_cells_of_parameters_are_refused(tmp_path: Path) -> None:
    given = notebook(parameters="n: int = 1")
    given.cells.append(nbformat.v4.new_code_cell("n = 2", metadata={"tags": ["parameters"]}))
    run = made(tmp_path, given, parameters={"n": 1})
    assert finished(run) == 0
    cause = run.verdict().cause
    assert cause is not None
    assert "2 cells are tagged" in cause.words


@pytest.mark.skipif(os.getuid() != 0, reason="run as root: it mounts a small disk")
def test_a_full_disk_keeps_the_notebook_whole(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(tmp_path)], check=True)
    try:
        run = made(
            tmp_path,
            notebook(
                "print('kept')",
                "with open('big', 'wb') as file:\n"
                "    while True:\n"
                "        file.write(bytes(100_000)); file.flush()",
            ),
        )
        assert finished(run) == 0
        cause = run.verdict().cause
        assert cause is not None
        assert cause.kind == "disk-full"
        assert run.statuses() == ["completed", "failed"]
        assert run.printed() == "kept\n"
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_outputs_without_end_are_cut_and_said(tmp_path: Path) -> None:
    run = made(
        tmp_path, notebook("for _ in range(30):\n    print('x' * 1_000_000)", "print('after')")
    )
    assert finished(run) == 0
    assert run.verdict().outcome == "succeeded"
    assert run.folder.executed.stat().st_size < 21e6
    assert "more than 20 MB in a cell are not kept" in run.printed()
    assert run.printed().endswith("after\n")


def test_lines_without_end_are_told_in_part_and_kept_in_the_notebook(tmp_path: Path) -> None:
    run = made(tmp_path, notebook("for n in range(2000):\n    print(n)"))
    assert finished(run) == 0
    told = [(e.model_extra or {})["text"] for e in run.events() if e.kind == "log"]
    assert told[0] == "0"
    assert told[-1].endswith("lines are left out]")
    assert len(told) < 300
    assert run.printed().split()[-1] == "1999"


def test_a_login_is_in_nothing_that_a_run_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "cmems.json").write_text(json.dumps({"username": "ada", "password": 'très"secret'}))
    (folder / "hda.json").write_text(json.dumps({"token": "abcdef123456"}))
    cell = (
        "import json, os, pathlib\n"
        "folder = pathlib.Path(os.environ['BLUECLOUD_CREDENTIALS_DIR'])\n"
        "word = json.loads((folder / 'cmems.json').read_text())['password']\n"
        "token = json.loads((folder / 'hda.json').read_text())['token']\n"
        "print(word, token)\n"
        "import base64, sys, time, urllib.parse\n"
        "print(base64.b64encode(f'ada:{word}'.encode()).decode(), urllib.parse.quote(word))\n"
        "for half in (token[:6], token[6:]):\n"
        "    print(half, end='', flush=True)\n"
        "    time.sleep(0.3)\n"
    )
    environment = {"BLUECLOUD_CREDENTIALS_DIR": str(folder)}
    run = made(tmp_path, notebook(cell, "raise ValueError(word + token)"))
    assert finished(run, environment=environment) == 0
    left = b"".join(p.read_bytes() for p in run.folder.work.rglob("*") if p.is_file())
    assert b"[redacted]" in left
    assert b"secret" not in left
    assert b"abcdef123456" not in left
    assert base64.b64encode('ada:très"secret'.encode()) not in left
    assert "abcdef123456" not in run.printed()

    writes = made(tmp_path, notebook(cell, "open('a.csv', 'w').write('x,' + token)"), number=1)
    assert finished(writes, environment=environment) == 0
    cause = writes.verdict().cause
    assert cause is not None
    assert cause.kind == "outputs-refused"
    assert "a.csv" in cause.words
