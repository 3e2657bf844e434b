"""Stops laboratories that nobody uses: JupyterHub's idle culler, safe from clocks that are set.

It asks how long ago a laboratory was used by the machine's clock. When that is set forward, or the
machine slept, everybody's laboratory looks unused at once. Each is then given its whole time anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from jupyterhub_idle_culler import IdleCuller
from tornado.ioloop import IOLoop
from traitlets import default

from bluecloud_hub.steady import wait_steadily

__all__ = ["Culler", "Unused"]

log = logging.getLogger(__name__)

_SET_S = 30.0  # more than clocks drift and are corrected between two looks


class Unused:
    """Whether a laboratory was not used for as long as it may be.

    Parameters
    ----------
    clock
        The machine's clock, in seconds.
    steady
        A clock in seconds that is never set.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._steady = steady
        self._apart = clock() - steady()
        self._set = float("-inf")

    def __call__(self, *, inactive: timedelta, inactive_limit: float, **_: Any) -> bool:
        """What the culler asks of each laboratory."""
        now = self._steady()
        apart = self._clock() - now
        if abs(apart - self._apart) > _SET_S:
            log.warning("the clock was set by %.0f s; nothing is unused yet", apart - self._apart)
            self._set = now
        self._apart = apart
        return inactive.total_seconds() >= inactive_limit and now - self._set >= inactive_limit


class Culler(IdleCuller):
    """The idle culler with this way to tell what is unused."""

    @default("cull_arbiter_hook")
    def _unused(self) -> Unused:
        return Unused()

    def start(self) -> None:
        """Look, again and again."""
        IOLoop.current()
        wait_steadily()
        super().start()


if __name__ == "__main__":
    Culler.launch_instance()
