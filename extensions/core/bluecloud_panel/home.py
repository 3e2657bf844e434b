"""What the person's home holds, where the deployment has a quota for it."""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

FRESH_S = 60.0
_MOST_S = 300.0


class HomeUse:
    """Weighs the home with ``du`` in a thread of its own, when somebody asks and not otherwise."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._weighed: tuple[float, int] | None = None  # when it ended, and the bytes
        self._weighs = False

    def bytes(self) -> int | None:
        """What it held when it was last weighed, a minute ago at most while it is asked again.

        None until it was weighed once, and where it cannot be.
        """
        with self._lock:
            stale = self._weighed is None or time.monotonic() - self._weighed[0] > FRESH_S
            if stale and not self._weighs:
                self._weighs = True
                threading.Thread(target=self._weigh, name="home", daemon=True).start()
            return self._weighed[1] if self._weighed else None

    def _weigh(self) -> None:
        found = None
        try:
            done = subprocess.run(
                ["nice", "-n", "19", "du", "-s", "-k", "-x", "--", str(self._home)],
                capture_output=True,
                text=True,
                timeout=_MOST_S,
                check=False,
            )
            # What was deleted meanwhile is a fault to du, and its sum is right all the same.
            first = done.stdout.split(maxsplit=1)
            found = int(first[0]) * 1024 if first and first[0].isdecimal() else None
        except (OSError, subprocess.TimeoutExpired):
            pass  # it is shown what the disk has
        finally:
            with self._lock:
                self._weighs = False
                if found is not None:
                    self._weighed = (time.monotonic(), found)
