"""What the panel answers, without a word about HTTP.

Everything here reads or writes files, so that the handlers call it in a thread.
"""

import os
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
from pydantic import JsonValue

from bluecloud.service import ADDRESS
from bluecloud_panel import wire
from bluecloud_panel.analyses import CuratedNotebook, curated_notebook, curated_notebooks
from bluecloud_panel.catalogue import catalogue
from bluecloud_panel.copies import Copies
from bluecloud_panel.errors import (
    HomeNotWritable,
    NoPicture,
    PanelError,
    RefusedParameters,
    UnusableAnalysis,
)
from bluecloud_panel.finding import FindDesk
from bluecloud_panel.laboratory import this_laboratory
from bluecloud_panel.pictures import picture_of
from bluecloud_panel.results import ResultsDesk
from bluecloud_panel.runs import RunsDesk
from bluecloud_runner import NotebookError, check, with_parameters
from bluecloud_runner.folders import MOST_RUNS
from bluecloud_runner.own_paths import Home, with_own_files, with_own_folder


class LaboratoryService:
    """The panel's answers for the person whose home this is."""

    def __init__(self, home: Path, kernels: Callable[[], Collection[str]]) -> None:
        self._home = home
        self.runs = RunsDesk(home)
        self.results = ResultsDesk(home)
        self.finding = FindDesk(home)
        self._kernels = kernels  # those installed, by name
        self._copying = threading.Lock()  # the record of copies is read, changed and written

    def laboratory(self) -> wire.Laboratory:
        """What this laboratory is, and what does not work in it now."""
        laboratory = this_laboratory()
        return wire.Laboratory(
            slug=laboratory.slug,
            title=laboratory.title,
            summary=laboratory.summary,
            version=laboratory.version,
            keeps_runs=bool(os.environ.get(ADDRESS)),
            most_runs=MOST_RUNS,
            askable=self.finding.askable(),
            problems=self._home_problems(self._copies(laboratory.slug)),
        )

    def analyses(self) -> wire.Analyses:
        """Every analysis, each with its form and the person's copy."""
        laboratory = this_laboratory()
        copies = self._copies(laboratory.slug)
        curated = curated_notebooks(laboratory)
        names = [notebook.name for notebook in curated]
        described = [self._described(notebook, copies, names) for notebook in curated]
        absent = not laboratory.curated.is_dir()
        return wire.Analyses(
            analyses=tuple(sorted(described, key=lambda analysis: analysis.title)),
            problems=(f"There is no folder {laboratory.curated}.",) if absent else (),
        )

    def open_analysis(self, name: str, *, beside: bool = False) -> wire.Notebook:
        """The person's copy of an analysis, made if need be; or a fresh one beside it."""
        laboratory = this_laboratory()
        notebook = curated_notebook(laboratory, name)
        notebook.readable_content()
        copies = self._copies(laboratory.slug)
        if beside:
            path = copies.write_fresh(name, notebook.path.read_bytes())
        else:
            with self._copying:
                path = copies.make(notebook.path)
        return self._notebook(path)

    def run_analysis(self, name: str, values: dict[str, JsonValue]) -> wire.Notebook:
        """A fresh notebook with the values in it, ready to be run from top to bottom."""
        laboratory = this_laboratory()
        notebook = curated_notebook(laboratory, name)
        content = notebook.readable_content()
        if missing := notebook.missing_kernel(self._kernels()):
            raise UnusableAnalysis(f"{name}: {missing.message}")
        if errors := check(notebook.form.schema, values):
            raise RefusedParameters(errors)
        values = self._with_paths(notebook.form.schema, values, laboratory.slug)
        try:
            prepared = with_parameters(content, values)
        except NotebookError as error:
            raise UnusableAnalysis(f"{name}: {error}") from error
        text = nbformat.writes(nbformat.from_dict(prepared))
        return self._notebook(self._copies(laboratory.slug).write_fresh(name, text.encode()))

    def _with_paths(
        self, schema: Mapping[str, Any], values: Mapping[str, JsonValue], slug: str
    ) -> dict[str, JsonValue]:
        """The values with whole paths, as a run is given them; a default's too.

        Raises
        ------
        RefusedParameters
            If a file is not there, or a folder cannot be.
        """
        defaults = {n: p["default"] for n, p in schema["properties"].items() if "default" in p}
        home = Home(self._home, PurePosixPath(self._home))
        asked = {**defaults, **values}
        whole, faults = with_own_files(schema, asked, home, folder=slug)
        whole, wrong = with_own_folder(schema, whole, self._home, folder=slug)
        if faults or wrong:
            raise RefusedParameters([*faults, *wrong])
        return {n: value for n, value in whole.items() if n in values or value != defaults[n]}

    def picture(self, name: str) -> Path:
        """The file of an analysis' picture.

        Raises
        ------
        NoPicture
            If it has none, or is none.
        """
        laboratory = this_laboratory()
        names = [path.stem for path in laboratory.curated.glob("*.ipynb")]
        picture = picture_of(laboratory.curated, name, names) if name in names else None
        if picture is None:
            raise NoPicture(f"there is no picture of {name!r}")
        return picture.path

    def catalogue(self) -> wire.Catalogue:
        """The entries of the laboratory's catalogue."""
        return catalogue(this_laboratory().slug)

    def make_copies(self) -> None:
        """The copies a laboratory's home starts with; nothing where there is no laboratory."""
        laboratory = this_laboratory()
        readable = [n.path for n in curated_notebooks(laboratory) if n.content is not None]
        with self._copying:
            self._copies(laboratory.slug).make_all(readable)

    def _copies(self, slug: str) -> Copies:
        return Copies(self._home, slug)

    def _notebook(self, path: Path) -> wire.Notebook:
        return wire.Notebook(path=path.relative_to(self._home).as_posix())

    def _described(
        self, notebook: CuratedNotebook, copies: Copies, names: Collection[str]
    ) -> wire.Analysis:
        state = copies.state(notebook.path)
        picture = picture_of(notebook.path.parent, notebook.name, names)
        missing = notebook.missing_kernel(self._kernels())
        problems = (*notebook.form.problems, *([missing] if missing else []))
        return wire.Analysis(
            name=notebook.name,
            title=notebook.title,
            summary=notebook.summary,
            form=notebook.form.schema,
            problems=tuple(
                wire.Problem(kind=p.kind, message=p.message, line=p.line) for p in problems
            ),
            copy_path=state.path.relative_to(self._home).as_posix() if state.path else None,
            curated_is_newer=state.changed and state.curated_is_newer,
            picture=picture.version if picture else None,
            picture_words=picture.words if picture else "",
        )

    def _home_problems(self, copies: Copies) -> tuple[str, ...]:
        try:
            copies.check_writable()
        except HomeNotWritable as error:
            return (f"{error}. Analyses can be read here, but neither opened nor run.",)
        return ()


def failure(error: PanelError) -> wire.Failure:
    """An error as it goes over the wire."""
    refused = error.fields if isinstance(error, RefusedParameters) else ()
    return wire.Failure(
        kind=error.kind,
        error=str(error),
        fields=tuple(
            wire.FieldFailure(field=f.field, error=f.message, allowed=f.allowed) for f in refused
        ),
    )
