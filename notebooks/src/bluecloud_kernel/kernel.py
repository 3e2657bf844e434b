"""A kernel that ends at once when it is asked to.

When ipykernel 7 is asked to end, its main thread takes the sockets down while its thread of
control still has to say that it is idle. If the second is late, which is by chance, it waits for
what never comes, and the first for it, until whoever asked loses patience and sends a signal:
seconds instead of hundredths of one, at the end of a notebook, and whenever someone restarts a
kernel.
"""

from __future__ import annotations

import atexit
import threading

from ipykernel.ipkernel import IPythonKernel

# As long as ipykernel's own steps are waited for; if it takes longer, things go on as before.
_MOST_S = 10.0


class Kernel(IPythonKernel):
    """IPython's, whose main thread waits for the thread of control before it takes all down."""

    def start(self) -> None:
        """Begin to answer."""
        super().start()  # type: ignore[no-untyped-call]  # ipykernel gives it no types
        # What is registered last is done first: this before the sockets are closed.
        atexit.register(self._end_control)

    def _end_control(self) -> None:
        control = self.control_thread
        if control is None or control is threading.current_thread() or not control.is_alive():
            return
        control.stop()  # after what it is at
        control.join(_MOST_S)
