"""The person's runs, as the deployment's service keeps them.

What is asked here goes to the service with the server's own token, so that the page needs none.
"""

import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from pydantic import JsonValue

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_panel import run_wire as wire
from bluecloud_panel.analyses import CuratedNotebook, curated_notebook, read_notebook
from bluecloud_panel.asking import service
from bluecloud_panel.errors import BadRequest
from bluecloud_panel.laboratory import this_laboratory
from bluecloud_runner import parameter_form
from bluecloud_runner.injection import TAG
from bluecloud_runner.parameters import tagged_cell

FEWEST, _MOST = 100, 1000  # runs that are listed at once
_LOOKED_BACK = 200  # runs that succeeded, for how long one takes


class RunsDesk:
    """Submits, lists, ends and repeats the runs of the person whose home this is."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # What the service tells of each run that is listed, where that stays as it is.
        self._known: dict[tuple[str, bool], Mapping[str, Any]] = {}

    def listed(self, limit: str) -> wire.Runs:
        """The last runs in this laboratory, as many as the limit, the last submitted first.

        Raises
        ------
        BadRequest
            If the limit is not from 1 to 1000.
        """
        if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
            raise BadRequest(f"limit = {limit[:20]}: it is a number from 1 to {_MOST}")
        laboratory = this_laboratory().slug
        with service() as asked:
            told = asked.ask("GET", "/runs", params={"laboratory": laboratory, "limit": limit})
            found = [runs.Run.told(each, asked) for each in told["runs"]]
            sweeps = self._sweeps(found, asked, all_told=told["next"] is None)
            took = seconds_of(found, asked)
            varied = self._varied(found, {sweep.submission for sweep in sweeps})
            said = {each["id"]: each for each in told["runs"]}
            shown = tuple(
                as_told(
                    run,
                    said=said[run.id],
                    next_step=self._next_step(run),
                    took=took.get(run.notebook, ()),
                    varied=varied.get(run.id, {}),
                )
                for run in found
            )
        listed = {run.id for run in found}
        self._known = {key: known for key, known in self._known.items() if key[0] in listed}
        more = told["next"] is not None and int(limit) < _MOST
        return wire.Runs(runs=shown, sweeps=tuple(sweeps), more=more)

    def submit(self, name: str, request: wire.SubmitRequest) -> wire.Runs:
        """Submit an analysis with parameters, and give its runs."""
        laboratory = this_laboratory()
        notebook = curated_notebook(laboratory, name)
        notebook.readable_content()
        folder = self._home / laboratory.slug  # where it works when it is run in the window
        return self._submit(notebook, request.parameters, request.sweep or None, folder)

    def finish(self, path: str) -> wire.Runs:
        """Submit a notebook of the home as it is saved, with its own parameters.

        Raises
        ------
        BadRequest
            If it is no notebook of the home.
        """
        file = (self._home / path).resolve()
        if not file.is_relative_to(self._home.resolve()) or file.suffix != ".ipynb":
            raise BadRequest(f"{path} is no notebook of your home")
        if not file.is_file():
            raise BadRequest(f"there is no {path} in your home: save it first")
        notebook = read_notebook(file)
        values = _injected(notebook.readable_content())
        return self._submit(notebook, values, None, file.parent)

    def _submit(
        self,
        notebook: CuratedNotebook,
        values: Mapping[str, JsonValue],
        sweep: Mapping[str, Sequence[JsonValue]] | None,
        folder: Path,
    ) -> wire.Runs:
        with service() as asked:
            submitted = runs.submit(
                notebook.path,
                values,
                sweep=sweep,
                folder=folder,
                laboratory=this_laboratory().slug,
                title=notebook.title[:200],
                service=asked,
            )
            return wire.Runs(runs=tuple(map(as_told, submitted.runs)))

    def cancel(self, run: str) -> wire.Runs:
        """Ask for a run's end."""
        with service() as asked:
            return wire.Runs(runs=(as_told(runs.get(run, service=asked).cancel()),))

    def again(self, run: str) -> wire.Runs:
        """Submit a run once more, as it was."""
        with service() as asked:
            repeated = runs.get(run, service=asked).again()
            return wire.Runs(runs=tuple(map(as_told, repeated.runs)))

    def cancel_all(self, submission: str) -> wire.Runs:
        """Ask for the end of all runs of a sweep."""
        with service() as asked:
            ended = runs.submission(submission, service=asked).cancel()
            return wire.Runs(runs=tuple(map(as_told, ended.runs)))

    def again_failed(self, submission: str) -> wire.Runs:
        """Submit those runs of a sweep once more that failed."""
        with service() as asked:
            repeated = runs.submission(submission, service=asked).again()
            return wire.Runs(runs=tuple(map(as_told, repeated.runs)))

    def _sweeps(
        self, found: Sequence[runs.Run], asked: Service, *, all_told: bool
    ) -> list[wire.Sweep]:
        states: dict[str, list[str]] = {}
        for run in found:
            states.setdefault(run.submission, []).append(run.state)
        # The page may end within a sweep, and only within the last one.
        cut = found[-1].submission if found and not all_told else None
        counts = {name: {state: of.count(state) for state in of} for name, of in states.items()}
        if cut is not None:
            last = {"submission": cut, "limit": 1}
            counts[cut] = asked.ask("GET", "/runs", params=last)["counts"]
        return [
            wire.Sweep(submission=name, counts=each)
            for name, each in counts.items()
            if sum(each.values()) > 1
        ]

    def _varied(
        self, found: Sequence[runs.Run], sweeps: set[str]
    ) -> dict[str, dict[str, JsonValue]]:
        """Of each run of a sweep, its parameters that are not the same in all of them."""
        members = [run for run in found if run.submission in sweeps]
        parameters = {run.id: self._of(run)["parameters"] for run in members}
        varied: dict[str, dict[str, JsonValue]] = {}
        for sweep in sweeps:
            own = [run.id for run in members if run.submission == sweep]
            first = parameters[own[0]]
            names = [n for n in first if any(parameters[one].get(n) != first[n] for one in own)]
            varied |= {one: {n: parameters[one].get(n) for n in names} for one in own}
        return varied

    def _next_step(self, run: runs.Run) -> str:
        if run.state != "failed":
            return ""
        why = self._of(run)["why"]
        return str(why["next_step"]) if why else ""

    def _of(self, run: runs.Run) -> Mapping[str, Any]:
        """What stays as it is: a run's parameters, and once it has failed, why."""
        key = (run.id, run.state == "failed")
        if key not in self._known:
            self._known[key] = {name: run.whole[name] for name in ("parameters", "why")}
        return self._known[key]


def seconds_of(found: Sequence[runs.Run], asked: Service) -> dict[str, list[float]]:
    """How long the last runs took that succeeded, by notebook; of those that still go on."""
    if all(run.state in runs.ENDED for run in found):
        return {}
    took: dict[str, list[float]] = {}
    for run in succeeded(asked):
        if run.started and run.ended:
            took.setdefault(run.notebook, []).append((run.ended - run.started).total_seconds())
    return took


def succeeded(asked: Service) -> list[runs.Run]:
    """The person's last runs in this laboratory that succeeded."""
    return runs.recent(
        laboratory=this_laboratory().slug, state="succeeded", limit=_LOOKED_BACK, service=asked
    )


def going_on(asked: Service, notebook: str) -> int:
    """How many of the person's last runs of a notebook have not come to their end."""
    found = runs.recent(laboratory=this_laboratory().slug, limit=_LOOKED_BACK, service=asked)
    return sum(run.notebook == notebook and run.state not in runs.ENDED for run in found)


def as_told(
    run: runs.Run,
    *,
    said: Mapping[str, Any] | None = None,
    next_step: str = "",
    took: Sequence[float] = (),
    varied: Mapping[str, JsonValue] | None = None,
) -> wire.Run:
    """A run as it goes over the wire; ``said`` is the service's own answer, which tells more."""
    more = said or {}
    return wire.Run(
        id=run.id,
        submission=run.submission,
        notebook=run.notebook,
        title=run.title,
        state=run.state,
        words=run.words,
        next_step=next_step,
        position=run.position,
        cells=run.cells,
        cells_done=run.cells_done,
        submitted=run.submitted.isoformat(),
        started=_time(run.started),
        ended=_time(run.ended),
        expected_s=statistics.median(took) if took and run.state not in runs.ENDED else None,
        varied=dict(varied or {}),
        changed=more.get("changed", {}),
        executed=more.get("executed", False),
    )


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _injected(content: Mapping[str, Any]) -> dict[str, JsonValue]:
    """The values that a notebook was given after its parameters; none, if it has its defaults.

    A run puts its own in their place, so that they are asked for by name.
    """
    place = tagged_cell(content, TAG)
    if place is None:
        return {}
    cell = nbformat.from_dict(content["cells"][place])
    cell.metadata = {"tags": ["parameters"]}
    alone = {"cells": [cell], "metadata": content.get("metadata", {})}
    declared = parameter_form(alone).schema["properties"]
    known = parameter_form(content).schema["properties"]
    return {n: told["default"] for n, told in declared.items() if n in known and "default" in told}
