"""One notebook, executed cell by cell, watched, and saved as it goes."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

from bluecloud_runner.causes import CellError
from bluecloud_runner.evidence import of_session
from bluecloud_runner.execution.client import BoundedClient
from bluecloud_runner.execution.saving import Saving
from bluecloud_runner.execution.telling import Telling
from bluecloud_runner.folders import REQUEST_NAME
from bluecloud_runner.redaction import Secrets
from bluecloud_runner.resources import Samples, written

How = Literal["completed", "failed", "kernel-died", "kernel-missing", "time-limit", "cancelled"]
Stop = Literal["time-limit", "cancelled"]

START_S = 60
_WATCH_S = 0.25
_SAMPLE_S = 2.0
# What a stopped cell gets to say its last words.
_LAST_WORDS_S = 1.0


@dataclass
class Findings:
    """What was found of an execution.

    Attributes
    ----------
    number
        The cell of code that it ended in, from 1; 0 before the first.
    error
        What that cell raised.
    exit_code
        Of a kernel that died, negative for a signal; None where it is not known.
    words
        Of a kernel that did not start.
    unsaved
        Why the notebook could not be saved at last.
    samples
        What it used over time.
    """

    how: How = "completed"
    number: int = 0
    cells: int = 0
    cells_done: int = 0
    error: CellError | None = None
    exit_code: int | None = None
    words: str = ""
    unsaved: OSError | None = None
    forked: bool = False
    cpu_s: float = 0.0
    peak_bytes: int = 0
    samples: Samples = field(default_factory=Samples)


@dataclass
class Execution:
    """Executes a notebook and keeps the truth about it in it.

    Attributes
    ----------
    executed, events
        Where it is saved, and told; None for nowhere.
    folder
        The kernel's working folder.
    seconds
        What it may take in all; None for as long as it needs.
    stop
        Asked four times a second whether it is to be cancelled.
    """

    notebook: NotebookNode
    kernel: str
    folder: Path
    executed: Path | None = None
    events: Path | None = None
    seconds: float | None = None
    environment: Mapping[str, str] | None = None
    secrets: Secrets = field(default_factory=lambda: Secrets(set()))
    stop: Callable[[], bool] = lambda: False
    bounds: Mapping[str, int] = field(default_factory=dict)

    def run(self) -> Findings:
        """Execute it, and say what was found."""
        return asyncio.run(self._run())

    async def _run(self) -> Findings:
        self._findings = found = Findings(cells=sum(map(_is_executed, self.notebook.cells)))
        self._saving = Saving(self.notebook, self.executed, self.secrets)
        self._telling = Telling(self.events, self.secrets)
        self._deadline = None if self.seconds is None else time.monotonic() + self.seconds
        self._unsaved_changes = False
        self._stopping: asyncio.Future[Stop] = asyncio.get_running_loop().create_future()
        self._begin()
        client = BoundedClient(
            self.notebook,
            printed=self._telling.printed,
            changed=self._note_change,
            kernel_name=self.kernel,
            timeout=None,
            startup_timeout=START_S,
            iopub_timeout=START_S,
            **self.bounds,
        )
        watch = asyncio.create_task(self._watch(client))
        try:
            await self._execute(client)
        finally:
            watch.cancel()
            self._end()
        return found

    def _begin(self) -> None:
        metadata = self.notebook.metadata.setdefault("papermill", NotebookNode())
        metadata.update(start_time=_now(), end_time=None, duration=None, exception=None)
        self._started = time.monotonic()
        for cell in self.notebook.cells:
            cell.metadata["papermill"] = NotebookNode(
                exception=None, start_time=None, end_time=None, duration=None, status="pending"
            )
            if cell.cell_type == "code":
                cell.execution_count = None
                cell.outputs = []
        self._telling.tell(
            "started",
            durable=True,
            cells=self._findings.cells,
            kernel=self.kernel,
            request=os.environ.get(REQUEST_NAME, ""),
        )
        self._saving.begin()

    async def _execute(self, client: BoundedClient) -> None:
        found = self._findings
        kernel: Any = None
        try:
            if not await self._start(client):
                return
            kernel = client.km
            await self._cells(client)
            if found.how == "completed":
                client.set_widgets_metadata()
        finally:
            if found.how in {"cancelled", "time-limit"}:
                client.shutdown_kernel = "immediate"
            if client.km is not None:
                await client._async_cleanup_kernel()
            provisioner = getattr(kernel, "provisioner", None)
            used = getattr(provisioner, "usage", None)
            if used is not None:
                found.cpu_s, found.peak_bytes = used.cpu_s, max(found.peak_bytes, used.peak_bytes)

    async def _start(self, client: BoundedClient) -> bool:
        """Start the kernel, unless it is stopped before; whether it is ready."""
        found = self._findings
        environment = dict(os.environ if self.environment is None else self.environment)
        client.km = AsyncKernelManager(kernel_name=self.kernel)
        client.owns_km = True
        if client.km.ipykernel:  # no port that another run may take at the same moment
            client.km.transport = "ipc"
        starting = asyncio.create_task(self._started_client(client, environment))
        awaited: set[asyncio.Future[Any]] = {starting, self._stopping}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if self._stopping.done() and not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            found.how = self._stopping.result()
            return False
        try:
            starting.result()
        except NoSuchKernel as error:
            found.how, found.words = "kernel-missing", str(error)
            client.km = None
            return False
        except (RuntimeError, OSError) as error:
            found.how, found.words = "kernel-died", str(error)
            return False
        provisioner = client.km.provisioner
        found.forked = bool(getattr(provisioner, "forked", False))
        return True

    async def _started_client(self, client: BoundedClient, environment: dict[str, str]) -> None:
        await client.async_start_new_kernel(cwd=str(self.folder), env=environment)
        await client.async_start_new_kernel_client()
        assert client.kc is not None  # noqa: S101 - it was just made
        reply = await client.async_wait_for_reply(client.kc.kernel_info())
        if reply is not None and "language_info" in reply["content"]:
            self.notebook.metadata["language_info"] = reply["content"]["language_info"]

    async def _cells(self, client: BoundedClient) -> None:
        found = self._findings
        for index, cell in enumerate(self.notebook.cells):
            executed = _is_executed(cell)
            if executed:
                found.number += 1
                self._telling.tell("cell", number=found.number, of=found.cells)
            begin = time.monotonic()
            self._mark(cell, status="running", start_time=_now(), exception=False)
            status = await self._cell(client, cell, index)
            took = round(time.monotonic() - begin, 3)
            self._mark(
                cell,
                status=status,
                end_time=_now(),
                duration=took,
                exception=status in {"failed", "interrupted"},
            )
            if executed:
                self._clear_streams(cell)
                self._telling.end_of_cell()
                self._telling.tell("cell-ended", number=found.number, status=status, seconds=took)
            if status != "completed":
                return
            found.cells_done += executed

    def _clear_streams(self, cell: NotebookNode) -> None:
        """Take out secrets that came in two pieces of what a cell printed."""
        streams = groupby(
            cell.outputs, lambda one: one.name if one.output_type == "stream" else None
        )
        for stream, outputs in streams:
            pieces = [] if stream is None else list(outputs)
            for output, text in zip(
                pieces, self.secrets.redact_pieces([one.text for one in pieces]), strict=True
            ):
                output.text = text

    async def _cell(self, client: BoundedClient, cell: NotebookNode, index: int) -> str:
        """Execute one cell, and say how it ended."""
        found = self._findings
        work = asyncio.create_task(
            client.async_execute_cell(cell, index, execution_count=found.number or None)
        )
        awaited: set[asyncio.Future[Any]] = {work, self._stopping}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            found.how = self._stopping.result()
            await self._interrupt(client, work)
            return "interrupted"
        try:
            work.result()
        except CellExecutionError as error:
            found.how = "failed"
            # Without secrets before anybody cuts it: half of one would not be found.
            clear = self.secrets.redact
            traceback = clear(_traceback(cell) or error.traceback)
            found.error = CellError(found.number, error.ename, clear(error.evalue), traceback)
            return "failed"
        except DeadKernelError:
            found.how = "kernel-died"
            provisioner = getattr(client.km, "provisioner", None)
            found.exit_code = await provisioner.poll() if provisioner else None
            return "interrupted"
        return "completed"

    async def _interrupt(self, client: BoundedClient, work: asyncio.Task[Any]) -> None:
        """Stop a cell, and take in what it still has to say."""
        if client.km is not None:
            with suppress(OSError, RuntimeError):  # it has ended meanwhile
                await ensure_async(client.km.interrupt_kernel())
        await asyncio.wait({work}, timeout=_LAST_WORDS_S)
        work.cancel()
        await asyncio.wait({work})
        if not work.cancelled():
            work.exception()  # of being stopped; it is known

    async def _watch(self, client: BoundedClient) -> None:
        """Save, sample and look whether it is to stop, for as long as it runs."""
        next_sample = time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_S)
            now = time.monotonic()
            if not self._stopping.done():
                if self.stop():
                    self._stopping.set_result("cancelled")
                elif self._deadline is not None and now > self._deadline:
                    self._stopping.set_result("time-limit")
            if self._unsaved_changes:
                self._unsaved_changes = not self._saving.save_if_due()
            if now >= next_sample and self._sample(client):
                next_sample = now + _SAMPLE_S

    def _sample(self, client: BoundedClient) -> bool:
        """Note what is used now; False where there is no kernel yet."""
        pid = getattr(getattr(client.km, "provisioner", None), "pid", None)
        if pid is None:
            return False
        sample = of_session(pid)
        found = self._findings
        found.peak_bytes = max(found.peak_bytes, sample.memory_bytes)
        at = time.monotonic() - self._started
        found.samples.add(at, sample.cpu_s, sample.memory_bytes, written(self.folder))
        self._telling.tell(
            "resources", cpu_s=round(sample.cpu_s, 2), memory_bytes=sample.memory_bytes
        )
        return True

    def _mark(self, cell: NotebookNode, **said: Any) -> None:
        cell.metadata["papermill"].update(said)
        self._note_change()

    def _note_change(self) -> None:
        self._unsaved_changes = True

    def _end(self) -> None:
        found = self._findings
        took = round(time.monotonic() - self._started, 3)
        self.notebook.metadata.papermill.update(
            end_time=_now(), duration=took, outcome=found.how, exception=found.how != "completed"
        )
        self._saving.end()
        found.unsaved = self._saving.error


def _is_executed(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _traceback(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return "\n".join(output.traceback)
    return ""


def _now() -> str:
    return datetime.now(UTC).isoformat()
