"""The curated notebooks of a laboratory, as the panel describes them.

A notebook says itself what it is: its first heading is the title, the paragraph after it the
summary, its ``parameters`` cell the form. One that cannot be read, or run for want of its
kernel, is still listed, with the reason: the others are not lost with it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from bluecloud_panel.errors import UnknownAnalysis, UnusableAnalysis
from bluecloud_panel.laboratory import Laboratory
from bluecloud_runner import ParameterForm, Problem, language, parameter_form
from bluecloud_runner.titles import name_in_words, title_and_summary


@dataclass(frozen=True)
class CuratedNotebook:
    """One curated notebook; ``content`` is None where it could not be read."""

    name: str
    path: Path
    title: str
    summary: str
    form: ParameterForm
    content: dict[str, Any] | None

    def readable_content(self) -> dict[str, Any]:
        """The notebook, or `UnusableAnalysis` with the reason."""
        if self.content is None:
            reasons = "; ".join(problem.message for problem in self.form.problems)
            raise UnusableAnalysis(f"{self.name}: {reasons}")
        return self.content

    def missing_kernel(self, kernels: Collection[str]) -> Problem | None:
        """What a person is told where the notebook's kernel is not among those installed."""
        spec = (self.content or {}).get("metadata", {}).get("kernelspec", {})
        name = spec.get("name", "")
        if not name or name in kernels:
            return None
        words = language(self.content or {}).capitalize()
        return Problem(
            "kernel",
            f"It is written in {words}, and its kernel {name!r} is not installed here: it can be "
            "read, but not run. The laboratory's image has the kernel.",
        )


def curated_notebooks(laboratory: Laboratory) -> list[CuratedNotebook]:
    """Every curated notebook of the laboratory, by file name; none if it has no folder."""
    return [read_notebook(path) for path in sorted(laboratory.curated.glob("*.ipynb"))]


def curated_notebook(laboratory: Laboratory, name: str) -> CuratedNotebook:
    """The curated notebook of that name; a name is looked up and never made into a path.

    Raises
    ------
    UnknownAnalysis
        If there is none.
    """
    paths = {path.stem: path for path in laboratory.curated.glob("*.ipynb")}
    if name not in paths:
        known = ", ".join(sorted(paths)) or "none"
        raise UnknownAnalysis(f"there is no analysis {name!r}; there are: {known}")
    return read_notebook(paths[name])


def read_notebook(path: Path) -> CuratedNotebook:
    """What a notebook says of itself; one that cannot be read says why."""
    readable_name = name_in_words(path.name)
    try:
        content = dict(nbformat.read(path, as_version=4))
    except Exception as error:  # noqa: BLE001 - nbformat raises a dozen kinds for one reason
        problem = Problem("syntax", f"the notebook cannot be read: {error}")
        empty = parameter_form({"cells": []}).schema
        form = ParameterForm(empty, (problem,))
        return CuratedNotebook(path.stem, path, readable_name, "", form, None)
    title, summary = title_and_summary(content)
    title = title or readable_name
    return CuratedNotebook(
        path.stem, path, title, summary, parameter_form(content, title=title), content
    )
