"""One step of a check, as the first process of a candidate's container.

It takes its order, with the word that only the service and it know, out of the folder before it
starts anything of the candidate's, and closes its memory to its account. What it found is one
line behind that word: what the candidate's programs print by themselves is no such line, and they
are given no way to this process's output.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WORK = HERE / "work"
TAIL = 4000
_PR_SET_DUMPABLE = 4


def main() -> int:
    """Do what is ordered, and tell it; the exit status is 0 if the step could be done at all."""
    path = HERE / "order.json"
    order = json.loads(path.read_text())
    path.unlink()
    word = order.pop("word")
    if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        return 70
    # The first process of a container is not ended by signals that it does not expect.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(124))
    signal.alarm(order["seconds"])
    sys.path.insert(0, str(HERE))
    if order["step"] == "server":
        # By its place: the folder is no package where this is executed.
        told = __import__("server").serve(order, WORK / "server.log")
        told["tail"] = told.get("tail") or tail(WORK / "server.log")
    elif order["step"] == "entries":
        told = read_entries(order)
    else:
        told = run_notebook(order)
    told["uid"] = os.getuid()
    told["peak_bytes"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    sys.stdout.write(f"\n{word} {json.dumps(told)}\n")
    sys.stdout.flush()
    return 0


def run_notebook(order: dict[str, Any]) -> dict[str, Any]:
    """Run the notebook that lies beside from its defaults."""
    words = [sys.executable, "-m", "papermill", "--no-progress-bar"]
    words += ["--cwd", str(WORK), str(HERE / "given.ipynb"), str(WORK / "executed.ipynb")]
    return run(words, "notebook.log")


def read_entries(order: dict[str, Any]) -> dict[str, Any]:
    """Read the entries that are asked for, each by name, from the sample tier."""
    words = [sys.executable, str(HERE / "entries.py"), str(WORK / "entries.jsonl")]
    told = run([*words, order["slug"], *order["entries"]], "entries.log")
    told["entries"] = _lines(WORK / "entries.jsonl")
    return told


def run(words: list[str], log: str) -> dict[str, Any]:
    """Run a program of the candidate's; its output goes into a file."""
    began = time.monotonic()
    with (WORK / log).open("wb") as out:
        status = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=WORK, check=False
        ).returncode
    return {
        "status": status,
        "seconds": time.monotonic() - began,
        "tail": tail(WORK / log),
    }


def tail(path: Path) -> str:
    """The end of a file, as text."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read(TAIL).decode("utf-8", "replace")


def _lines(path: Path) -> list[Any]:
    try:
        with path.open("rb") as file:
            return [json.loads(line) for line in file.read(1_000_000).splitlines()]
    except (OSError, ValueError):
        return []


if __name__ == "__main__":
    sys.exit(main())
