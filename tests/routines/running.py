"""Curated notebooks run as a person would without a screen, and what they left behind."""

import json
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

FOLDER = Path(__file__).parents[2] / "notebooks"
STANDARDS = ("cf:1.10", "acdd:1.3")


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def executed(path: Path, folder: Path, **parameters: Any) -> nbformat.NotebookNode:
    """Run a notebook as papermill's command does, in a folder of its own."""
    given = ["-y", json.dumps(parameters, default=str)] if parameters else []
    subprocess.run(
        [sys.executable, "-m", "papermill", str(path), "out.ipynb", "--no-progress-bar", *given],
        cwd=folder,
        check=True,
        timeout=180,
        capture_output=True,
        text=True,
    )
    return read(folder / "out.ipynb")


def shown(notebook: nbformat.NotebookNode) -> str:
    """All that the notebook's cells put out, as text."""
    return json.dumps([cell.get("outputs", []) for cell in notebook.cells])


def put_out(notebook: nbformat.NotebookNode, cell: str) -> str:
    """What the one cell of this id put out, as text."""
    (found,) = [json.dumps(each.outputs) for each in notebook.cells if each.id == cell]
    return found


def not_marked(notebook: nbformat.NotebookNode, cells: Sequence[str]) -> list[str]:
    """Those of the cells whose figure does not say that its data are synthetic."""
    return [cell for cell in cells if "SYNTHETIC: " not in put_out(notebook, cell)]


def made(folder: Path, name: str) -> Path:
    """The one product of the name, in the folder that its run made."""
    (path,) = (folder / "results").glob(f"*/{name}")
    assert re.fullmatch(r"\w+ \d{4}-\d\d-\d\d \d{6}", path.parent.name)
    return path


def violations(
    path: Path, *, mixed: Sequence[str] = (), standards: Sequence[str] = STANDARDS
) -> list[str]:
    """What compliance-checker finds against CF-1.10 and ACDD-1.3 that is an error.

    ACDD wants a standard name of every variable, and CF has none for most results. It wants
    units, which variables of ``mixed`` ones have in another variable.
    """
    from compliance_checker.runner import CheckSuite, ComplianceChecker

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        report = Path(folder) / "report.json"
        warnings.simplefilter("ignore")  # its own, of files that it finds wanting
        CheckSuite.load_all_available_checkers()
        ComplianceChecker.run_checker(
            str(path),
            standards,
            verbose=0,
            criteria="normal",
            output_filename=str(report),
            output_format="json",
        )
        found = json.loads(report.read_text())
    return [
        f"{check['name']} {message}"
        for standard in standards
        for check in found[standard]["high_priorities"]
        for message in check["msgs"]
        if message != "standard_name"
        and not (message == "units" and any(f'"{name}"' in check["name"] for name in mixed))
    ]
