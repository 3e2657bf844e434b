"""papermill finds our engine by its entry point, and keeps its own calls and errors with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from tests.runner.running import finished, made, notebook


def executed(folder: Path, *cells: str, **options: object) -> nbformat.NotebookNode:
    nbformat.write(notebook(*cells, parameters="n: int = 1"), folder / "a.ipynb")
    return papermill.execute_notebook(
        str(folder / "a.ipynb"),
        str(folder / "b.ipynb"),
        {"n": 3},
        engine_name="bluecloud",
        progress_bar=False,
        cwd=str(folder),
        **options,
    )


def test_papermill_gets_its_notebook_with_parameters(tmp_path: Path) -> None:
    done = executed(tmp_path, "print(n)")
    assert done.cells[-1].outputs[0].text == "3\n"
    assert done.cells[-1].metadata.papermill.status == "completed"


def test_papermill_raises_its_own_error_of_a_cell(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        executed(tmp_path, "1 / 0")


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("import os, time; time.sleep(0.2); os._exit(1)", DeadKernelError),
        ("import time; time.sleep(60)", CellTimeoutError),
    ],
)
def test_the_truth_is_saved_where_papermills_engine_says_completed(
    tmp_path: Path, cell: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        executed(tmp_path, cell, "print('never')", execution_timeout=3)
    saved = nbformat.read(tmp_path / "b.ipynb", as_version=4)
    statuses = [cell.metadata.papermill.status for cell in saved.cells[-2:]]
    assert statuses == ["interrupted", "pending"]


@pytest.mark.skipif(not shutil.which("Rscript"), reason="install r-cran-irkernel to run this")
def test_a_notebook_in_r_runs_with_its_parameters(tmp_path: Path) -> None:
    given = notebook("cat(n * 2)", "writeLines('a', 'a.txt')", parameters="n <- 1", kernel="ir")
    run = made(tmp_path, given, parameters={"n": 3}, kernel="ir")
    assert finished(run) == 0
    assert run.verdict().outcome == "succeeded", run.verdict().cause
    assert run.printed() == "6"
    assert (run.folder.outputs / "a.txt").exists()
