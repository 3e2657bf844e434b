"""Whether a person may submit this, and what would run: all of it checked before it waits."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import Laboratory, Size, read_laboratories
from bluecloud_hub.releases import Release, release_for
from bluecloud_runner import FieldError, ParameterForm, check, parameter_form
from bluecloud_runner.folders import MOST_RUNS, Limits

from ..errors import NotAllowed, NotAsked, NotNow
from ..identity import Person
from .described import title_for
from .own_files import OwnFiles
from .store import Work
from .wire import Submit

_UNITS = {"M": 2**20, "G": 2**30}
_SHOWN = 20  # faults of one submit that are told
# Each run of a sweep keeps all of its parameters, and a megabyte in two thousand runs is two
# gigabytes on disk.
MOST_PARAMETERS = 64 * 2**20


class RefusedParameters(NotAsked):
    """Parameters are not what the notebook asks for; ``fields`` says which, and what is allowed."""

    status = 422

    def __init__(self, fields: list[tuple[int, FieldError]]) -> None:
        self.fields = fields
        number, first = fields[0]
        which = f"run {number}: " if number else ""
        allowed = f"; allowed: {first.allowed}" if first.allowed else ""
        more = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
        super().__init__(f"{which}{first.field}: {first.message}{allowed}{more}")


class Laboratories:
    """The laboratories of a deployment, and what their runs may use.

    Parameters
    ----------
    labs, releases
        The folders of declarations and of releases; ``releases`` is None where laboratories have
        no image, as on engine ``local``.
    own_files
        Where a person's files are that parameters name.
    refused
        Why nothing is executed here; empty where runs are.
    """

    def __init__(
        self, labs: Path, releases: Path | None, own_files: OwnFiles, *, refused: str = ""
    ) -> None:
        self._refused = refused
        self._laboratories = read_laboratories(labs)
        self._releases = releases
        self._own_files = own_files

    def admit(self, person: Person, asked: Submit, *, limits: Limits | None = None) -> Work:
        """What would run, with every parameter in its place; ``limits`` in the place of a size's.

        Raises
        ------
        NotAllowed
            If the person may not open the laboratory.
        NotAsked, RefusedParameters
            If there is no such laboratory or size, the notebook cannot be given parameters, or
            one of them is not allowed.
        NotNow
            If the laboratory has no release, or nothing is executed here.
        """
        if self._refused:
            raise NotNow(self._refused)
        laboratory = self.of(asked.laboratory)
        if not laboratory.admits(person.groups, is_operator=person.is_operator):
            raise NotAllowed(f"you may not open the laboratory {laboratory.slug!r}")
        if not asked.title.isprintable():
            raise NotAsked(f"title = {asked.title[:60]!r}: it is one line of text")
        name, notebook = _file_name(asked.notebook.name), asked.notebook.content
        _usable(notebook)
        release = self._release(laboratory, person)
        return Work(
            laboratory=laboratory.slug,
            version=release.version if release else laboratory.version,
            image=release.image if release else "",
            notebook=name,
            content=_content(notebook),
            kernel=_kernel(notebook),
            parameters=self._checked(notebook, person.name or "", asked),
            limits=limits or self._limits(laboratory, asked),
            title=title_for(asked.title, name, notebook),
        )

    def _checked(
        self, notebook: Mapping[str, Any], person: str, asked: Submit
    ) -> list[dict[str, JsonValue]]:
        """Every set with the notebook's defaults and whole paths, if all of all are allowed."""
        form, sets = _asked_for(notebook, _sets(asked))
        whole: list[dict[str, JsonValue]] = []
        faults: list[tuple[int, FieldError]] = []
        for number, each in enumerate(sets, start=1):
            values, wrong = self._own_files.completed(
                form.schema, each, person=person, folder=asked.folder
            )
            wrong = check(form.schema, each) or wrong
            faults += [(number if len(sets) > 1 else 0, fault) for fault in wrong]
            whole.append(values)
        if faults:
            raise RefusedParameters(faults[:_SHOWN])
        return whole

    def of(self, slug: str) -> Laboratory:
        """The laboratory of a name.

        Raises
        ------
        NotAsked
            If there is none.
        """
        if slug not in self._laboratories:
            known = ", ".join(self._laboratories)
            raise NotAsked(f"laboratory = {slug!r}: there is none of that name; there are {known}")
        return self._laboratories[slug]

    def _release(self, laboratory: Laboratory, person: Person) -> Release | None:
        if self._releases is None:
            return None
        try:
            return release_for(self._releases, laboratory.slug, person.groups)
        except HubError as error:
            raise NotNow(str(error)) from error

    def _limits(self, laboratory: Laboratory, asked: Submit) -> Limits:
        name = asked.size or laboratory.default_size
        if name not in laboratory.sizes:
            raise NotAsked(f"size = {name!r}: {laboratory.slug} has {', '.join(laboratory.sizes)}")
        size = laboratory.sizes[name]
        memory = memory_bytes(size) if self._releases is not None else None
        return Limits(seconds=asked.seconds, cpus=size.cpu_limit, memory_bytes=memory)


def memory_bytes(size: Size) -> int:
    """The memory limit of a size, in bytes."""
    return int(size.memory_limit[:-1]) * _UNITS[size.memory_limit[-1]]


def _file_name(name: str) -> str:
    """A notebook's name, if it can be the name of a file and is none of a path."""
    if (
        "/" in name
        or name in {".", ".."}
        or not name.isprintable()
        or not _is_text(name)
        or len(name.encode()) > 255
    ):
        raise NotAsked(
            f"notebook.name = {name!r}: it is the name of a file, without a path and of at most "
            "255 bytes"
        )
    return name


def _kernel(notebook: Mapping[str, Any]) -> str:
    """The kernel that a notebook names; Python's where it names none."""
    return str(notebook.get("metadata", {}).get("kernelspec", {}).get("name", "python3"))


def _content(notebook: Mapping[str, Any]) -> bytes:
    """A notebook as it is kept."""
    try:
        content = json.dumps(notebook, indent=1, sort_keys=True, allow_nan=False)
        if "\\ud" in content:
            json.dumps(notebook, ensure_ascii=False).encode()
    except ValueError as error:
        raise NotAsked(f"notebook.content: it has what no file of JSON has: {error}") from None
    return content.encode()


def _sets(asked: Submit) -> list[dict[str, JsonValue]]:
    """The parameters of each run, before the notebook's defaults."""
    sweep = asked.sweep
    if sweep is None:
        return [dict(asked.parameters)]
    if isinstance(sweep, dict):
        counted = 1
        for name, values in sweep.items():
            if not values:
                raise NotAsked(f"sweep.{name} is an empty list: it has at least one value")
            counted *= len(values)
            if counted > MOST_RUNS:
                raise NotAsked(f"the sweep has more than {MOST_RUNS} combinations")
        sweep = [
            dict(zip(sweep, combination, strict=True))
            for combination in itertools.product(*sweep.values())
        ]
    if not 1 <= len(sweep) <= MOST_RUNS:
        raise NotAsked(f"the sweep has {len(sweep)} runs: 1 to {MOST_RUNS} can be")
    return [{**asked.parameters, **each} for each in sweep]


def _asked_for(
    notebook: Mapping[str, Any], sets: Iterable[dict[str, JsonValue]]
) -> tuple[ParameterForm, list[dict[str, JsonValue]]]:
    """What the notebook asks, and every set with its defaults, if all can be kept."""
    form = parameter_form(notebook)
    given = list(sets)
    for number, each in enumerate(given, start=1):
        for name, value in each.items():
            where = f" of run {number}" if len(given) > 1 else ""
            if not _is_json(name):
                raise NotAsked(f"parameter {name!r}{where}: its name is no text")
            if not _is_json(value):
                raise NotAsked(f"parameter {name}{where}: JSON has no such value as {value!r:.80}")
    broken = [problem for problem in form.problems if problem.kind not in {"no-cell", "kernel"}]
    if broken:
        raise NotAsked(f"the notebook's parameters: {broken[0].message}")
    if form.problems and any(given):
        raise NotAsked(
            f"no cell of the notebook is tagged 'parameters': {sorted(given[0])} have no place"
        )
    properties = form.schema["properties"]
    defaults = {n: p["default"] for n, p in properties.items() if "default" in p}
    whole = [{**defaults, **each} for each in given]
    size = _bytes(whole)
    if size > MOST_PARAMETERS:
        raise NotAsked(
            f"the parameters of {len(whole)} runs have {size / 2**20:.0f} MB together: "
            f"{MOST_PARAMETERS / 2**20:.0f} can be; let the notebook read what is large from a file"
        )
    return form, whole


def _bytes(sets: Iterable[Mapping[str, JsonValue]]) -> int:
    """How long these are as JSON, all in all; the runs of a sweep share most of their values."""
    known: dict[int, int] = {}
    total = 0
    for each in sets:
        for name, value in each.items():
            if id(value) not in known:
                known[id(value)] = len(json.dumps(value))
            total += len(name) + known[id(value)]
    return total


def _is_json(value: JsonValue) -> bool:
    """Whether a file of JSON can carry it.

    What Python's reader lets pass besides are NaN, infinities and halves of characters.
    """
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, dict):
        return all(_is_json(name) and _is_json(item) for name, item in value.items())
    return not isinstance(value, list) or all(_is_json(item) for item in value)


def _is_text(said: str) -> bool:
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def _usable(notebook: Mapping[str, Any]) -> None:
    """Refuse what is no notebook, before anybody reads it as one."""
    cells = notebook.get("cells")
    if notebook.get("nbformat") != 4 or not isinstance(cells, list):
        raise NotAsked("notebook.content: it is a notebook of format 4, with a list of cells")
    tagged = 0
    for number, cell in enumerate(cells):
        metadata = cell.get("metadata", {}) if isinstance(cell, dict) else None
        source = cell.get("source") if isinstance(cell, dict) else None
        if not isinstance(metadata, dict) or not isinstance(source, str | list):
            raise NotAsked(f"notebook.content.cells[{number}]: it is no cell")
        if isinstance(source, list) and not all(isinstance(line, str) for line in source):
            raise NotAsked(f"notebook.content.cells[{number}].source: its lines are text")
        tags = metadata.get("tags", [])
        tagged += isinstance(tags, list) and "parameters" in tags
    if tagged > 1:
        raise NotAsked(f"{tagged} cells are tagged 'parameters': one can be")
    metadata = notebook.get("metadata", {})
    if not isinstance(metadata, dict):
        raise NotAsked("notebook.content.metadata: it is an object")
    for name in ("kernelspec", "language_info"):
        if not isinstance(metadata.get(name, {}), dict):
            raise NotAsked(f"notebook.content.metadata.{name}: it is an object")
    kernel = metadata.get("kernelspec", {}).get("name", "python3")
    if not isinstance(kernel, str) or not kernel.isprintable() or len(kernel) > 255:
        raise NotAsked(
            f"notebook.content.metadata.kernelspec.name = {kernel!r:.80}: it is a kernel's name"
        )
