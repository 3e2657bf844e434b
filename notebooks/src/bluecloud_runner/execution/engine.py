"""Our execution as an engine of papermill: ``papermill --engine bluecloud in.ipynb out.ipynb``.

papermill imports every engine while it is imported itself. So this module is imported by
papermill alone, which finds it by its entry point: imported before papermill, each would wait
for the other.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import Engine

from bluecloud_runner.execution.notebook import Execution


class BluecloudEngine(Engine):
    """Executes for papermill, whose calls and errors it keeps."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        cwd: str | None = None,
        execution_timeout: float | None = None,
        **_: Any,
    ) -> NotebookNode:
        """Execute a notebook, and save it as it goes.

        Raises
        ------
        DeadKernelError, CellTimeoutError, OSError
            If the kernel ended or was not there, the time was over, or it could not be saved.
        """
        found = Execution(
            nb,
            kernel=kernel_name or nb.metadata.kernelspec.name,
            folder=Path(cwd or ".").absolute(),
            executed=Path(output_path) if output_path else None,
            seconds=execution_timeout,
        ).run()
        if found.how in {"kernel-died", "kernel-missing"}:
            raise DeadKernelError(found.words or f"Kernel died with code {found.exit_code}")
        if found.how == "time-limit":
            raise CellTimeoutError(f"cell {found.number} was stopped after {execution_timeout} s")
        if found.unsaved is not None:
            raise found.unsaved
        return nb  # of a cell that failed papermill finds out itself, from its outputs
