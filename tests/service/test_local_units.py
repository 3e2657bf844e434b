"""Units as processes: each can be stopped, whatever became of the service that started it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from bluecloud_hub.settings import checkout
from bluecloud_service.runs.engines.local import LocalEngine
from bluecloud_service.runs.store import Runs
from tests.service.serving import until
from tests.service.work import work

# A service that is killed when it has started the process of a unit, and done no more.
KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from bluecloud_runner.folders import RunFolder
from bluecloud_service.runs.engines import Unit
from bluecloud_service.runs.engines.local import LocalEngine

class Last(subprocess.Popen):
    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        os.kill(os.getpid(), signal.SIGKILL)

subprocess.Popen = Last
units, root, folder = map(Path, sys.argv[1:4])
run = RunFolder(folder)
request = run.request()
LocalEngine(units, root=root).start(
    Unit("unit", "ada", "environment", "", request.limits, {request.id: run},
         {"BLUECLOUD_UNIT_KEYS": sys.argv[4]})
)
"""


def test_a_unit_is_stopped_whose_service_was_killed_as_it_started_it(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", for_containers=False)
    (run,) = runs.runs_of(runs.submit("ada", work("import time; time.sleep(600)")))
    claimed = runs.claim(run, "unit")
    assert claimed is not None
    keys = json.dumps({run.request().id: {"attempt": 1, "key": claimed.key}})
    words = [str(path) for path in (tmp_path / "units", checkout(), run.path)]
    service = subprocess.run([sys.executable, "-c", KILLED, *words, keys], check=False)
    assert service.returncode == -signal.SIGKILL
    engine = LocalEngine(tmp_path / "units", root=checkout())
    assert engine.ask(["unit"])["unit"].state == "running"
    until(run.work_events.exists)
    engine.stop("unit")
    assert engine.ask(["unit"])["unit"].state == "ended"
