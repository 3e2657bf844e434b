"""Real kernels for the tests of the fork server, each group with a server of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager
from traitlets.config import Config

SECONDS = 60


class Kernel:
    """A kernel and its client."""

    def __init__(self, modules: Sequence[str] | None = None, **given: Any) -> None:
        chosen = {} if modules is None else {"ForkedProvisioner": {"preload": list(modules)}}
        self.manager = KernelManager(kernel_name="python3", config=Config(chosen))
        self.manager.start_kernel(**given)
        self.provisioner: Any = self.manager.provisioner
        self.process = self.provisioner.process
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(SECONDS)

    @property
    def forked(self) -> bool:
        """Whether it is a fork."""
        return bool(self.provisioner.forked)

    def run(self, code: str) -> list[dict[str, Any]]:
        """What a cell puts out, as in a notebook."""
        found: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            kind = message["msg_type"]
            if kind in {"stream", "display_data", "execute_result", "error"}:
                found.append({"output_type": kind, **message["content"]})

        self.client.execute_interactive(code, output_hook=keep, timeout=SECONDS)
        return found

    def value(self, expression: str) -> str:
        """What an expression's text is there; its error, if it has none."""
        outputs = self.run(f"print({expression}, end='')")
        return "".join(
            output.get("text") or f"{output['ename']}: {output['evalue']}" for output in outputs
        )

    def close(self) -> None:
        """End it as a notebook does."""
        if self.manager.has_kernel:
            self.manager.shutdown_kernel()
        self.client.stop_channels()


@contextmanager
def kernel(modules: Sequence[str] | None = None, **given: Any) -> Iterator[Kernel]:
    """A kernel, ended afterwards."""
    one = Kernel(modules, **given)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def plain_kernel() -> Iterator[Kernel]:
    """A kernel that finds no server, since what it depends on is different."""
    with kernel(env={**os.environ, "STARTED": "plainly"}) as one:
        assert not one.forked
        yield one
