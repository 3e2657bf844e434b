"""A unit executes its runs, and each ends with a verdict under its seal."""

from __future__ import annotations

from pathlib import Path

from tests.runner.running import finished, made, notebook


def test_a_run_leaves_a_verdict_a_notebook_and_its_outputs(tmp_path: Path) -> None:
    run = made(
        tmp_path,
        notebook(
            "from pathlib import Path; Path('a.txt').write_text(name * n)",
            "print(name)",
            parameters="name: str = 'a'\nn: int = 1\n",
        ),
        parameters={"name": "b", "n": 3},
    )

    assert finished(run) == 0

    verdict = run.verdict()
    assert (verdict.outcome, verdict.cause) == ("succeeded", None)
    assert (verdict.cells, verdict.cells_done) == (4, 4)
    assert (run.folder.outputs / "a.txt").read_text() == "bbb"
    assert run.printed() == "b\n"
    assert not run.folder.staging.exists()
    assert verdict.usage.cpu_s > 0.1
    assert verdict.usage.peak_bytes > 30e6
    kinds = [event.kind for event in run.events()]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert kinds.count("cell-ended") == 4


def test_what_forks_share_makes_no_peak_above_the_limit(tmp_path: Path) -> None:
    limit = 2**28
    shared = (
        "import os, time\n"
        "held = bytearray(b'x' * 2**27)\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(3)\n"
        "        os._exit(0)\n"
        "time.sleep(3)\n"
    )
    run = made(tmp_path, notebook(shared), memory_bytes=limit)
    finished(run)
    assert 2**27 < run.verdict().usage.peak_bytes <= limit
