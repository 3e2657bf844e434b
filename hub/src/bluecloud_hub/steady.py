"""Waiting by a clock that nobody sets.

Tornado notes by the machine's clock when something is next due that it does again and again, and
waits until then: set back by two hours, that clock keeps the hub for two hours from seeing that a
laboratory ended, from telling a new proxy its routes, and from noting who is active.
"""

from __future__ import annotations

import time

from tornado.ioloop import IOLoop

__all__ = ["wait_steadily"]


def wait_steadily() -> None:
    """Have the loop of this thread measure time as asyncio under it does; nothing where none is."""
    loop = IOLoop.current(instance=False)
    if loop is not None:
        # Tornado has no setting for it; within a loop its time is compared with nothing else.
        loop.time = time.monotonic  # type: ignore[method-assign]
