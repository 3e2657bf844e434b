"""Executes a notebook so that what it did is known, whatever becomes of it.

papermill's own engine says "completed" of every cell after a kernel has died, and a full disk
leaves it a torn file. Here each cell's truth is kept in the notebook (``metadata.papermill``, in
papermill's words and two more: ``interrupted`` and ``pending``), the notebook is saved whole or
not at all, and each thing that happens is told as an event.
"""

from bluecloud_runner.execution.notebook import Execution, Findings

__all__ = ["Execution", "Findings"]
