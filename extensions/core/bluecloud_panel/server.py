"""What the person's server uses, and when it would be stopped.

In a container its control group knows; elsewhere the processes that the server started are added
up, and there is no limit but the machine's.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from jupyter_server.serverapp import ServerWebApplication

from bluecloud_panel import wire
from bluecloud_panel.home import HomeUse
from bluecloud_runner import evidence

IDLE, RESCUE = "BLUECLOUD_IDLE_S", "BLUECLOUD_RESCUE"
QUOTA = "BLUECLOUD_HOME_BYTES"
_KEPT = "bluecloud_last_activity"  # whatever ends so is activity to Jupyter Server
_SHORTEST_S = 0.5  # between two readings of the processor, to be a share of anything


class ServerDesk:
    """Reads the use of memory, processor and disk; and lets the server be kept."""

    def __init__(self, home: Path, web_app: ServerWebApplication) -> None:
        self._home = home
        self._home_use = HomeUse(home)
        self._web_app = web_app
        self._lock = threading.Lock()
        self._before: tuple[float, float] | None = None  # when, and processor time spent
        self._load = 0.0

    def now(self) -> wire.ServerState:
        """What is used, of how much."""
        memory, processor = evidence.memory(), evidence.processor()
        machine = psutil.virtual_memory().total
        # A group without a limit is not a container's: it may be the whole machine's.
        contained = memory.limit_bytes is not None and memory.limit_bytes < machine
        if contained and memory.used_bytes is not None and processor.spent_s is not None:
            used, spent = memory.used_bytes, processor.spent_s
        else:
            used, spent = _of_tree()
        return wire.ServerState(
            memory=wire.Use(
                used=used,
                limit=memory.limit_bytes if contained else machine,
                is_shared=not contained,
            ),
            processor=wire.Use(
                used=self._processors(spent),
                limit=processor.limit or os.cpu_count() or 1,
                is_shared=processor.limit is None,
            ),
            home=self._of_home(),
            stops_at=self._stops_at(),
            idle_s=idle_s(),
            is_rescued=os.environ.get(RESCUE) == "1",
        )

    def _of_home(self) -> wire.Use:
        """Of the quota, where there is one and the home was weighed; else of its whole disk."""
        quota = os.environ.get(QUOTA, "")
        if quota.isdecimal() and (held := self._home_use.bytes()) is not None:
            return wire.Use(used=held, limit=int(quota), is_shared=False)
        disk = shutil.disk_usage(self._home)
        return wire.Use(used=disk.used, limit=disk.used + disk.free, is_shared=True)

    def keep(self) -> wire.ServerState:
        """Count this moment as activity."""
        self._web_app.settings[_KEPT] = datetime.now(UTC)
        return self.now()

    def _stops_at(self) -> str | None:
        """When it is stopped, if nothing happens until then."""
        if not (idle := idle_s()):
            return None
        last: datetime = self._web_app.last_activity()  # type: ignore[no-untyped-call]
        return (last + timedelta(seconds=idle)).isoformat()

    def _processors(self, spent: float) -> float:
        """How many processors were busy, on average, since this was last asked."""
        with self._lock:
            now = time.monotonic()
            when, before = self._before or (now, spent)
            if self._before is None or now - when >= _SHORTEST_S:
                self._load = max(spent - before, 0) / (now - when) if now > when else 0.0
                self._before = (now, spent)
            return self._load


def idle_s() -> int:
    """After how many seconds without activity the deployment stops a server; 0 is never."""
    told = os.environ.get(IDLE, "")
    return int(told) if told.isdecimal() else 0


def _of_tree() -> tuple[int, float]:
    """Memory and processor time of this process and all that it started."""
    own = psutil.Process()
    memory, spent = 0, 0.0
    for process in [own, *own.children(recursive=True)]:
        try:
            with process.oneshot():
                memory += process.memory_info().rss
                times = process.cpu_times()
                spent += times.user + times.system
        except psutil.Error:  # it has ended
            continue
    return memory, spent
