"""By what a run of a list is told from others of its notebook.

The parameters of a run are in its folder, with the defaults. A list shows those that are not the
defaults, and those that a sweep goes over whatever they are, cut short: it is asked for every few
seconds, with up to a thousand runs in it. What a run was submitted with never changes, so that its
folder is read once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import JsonValue

from bluecloud_runner import parameter_form
from bluecloud_runner.folders import RunFolder
from bluecloud_runner.titles import title_of

from .store import Runs

_MOST_SHOWN = 12  # parameters of one run
_MOST_TEXT = 60  # characters of a name, or a value
_MOST_TITLE = 200
_KEPT_RUNS, _KEPT_SUBMISSIONS = 20_000, 500


class Described:
    """Which parameters of each run are not its notebook's defaults, or are swept."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._read = lru_cache(maxsize=_KEPT_RUNS)(self._changed)
        self._expected = lru_cache(maxsize=_KEPT_SUBMISSIONS)(self._read_expected)

    def changed(self, person: str, run: str) -> dict[str, str]:
        """Names and values, as text cut short; empty too where its folder cannot be read."""
        try:
            return dict(self._read(person, run))
        except (OSError, ValueError, ArithmeticError, RecursionError):
            return {}

    def _changed(self, person: str, run: str) -> Mapping[str, str]:
        folder = self._runs.run(person, run)
        expected = self._expected(person, run.partition("-")[0])
        given = folder.request().parameters
        differ = [n for n in given if n not in expected or not _alike(given[n], expected[n])]
        return {_cut(name): _cut(_text(given[name])) for name in differ[:_MOST_SHOWN]}

    def _read_expected(self, person: str, submission: str) -> Mapping[str, JsonValue]:
        """The defaults of parameters that all runs of a submit have in common.

        By its first run and its last, which differ in whatever a sweep goes over.
        """
        first: RunFolder = self._runs.run(person, f"{submission}-0000")
        form = parameter_form(json.loads(first.notebook.read_bytes()))
        properties = form.schema["properties"]
        numbers = [each.name for each in first.path.parent.iterdir() if each.name.isdecimal()]
        last: RunFolder = self._runs.run(person, f"{submission}-{max(numbers)}")
        one, other = first.request().parameters, last.request().parameters
        return {
            name: told["default"]
            for name, told in properties.items()
            if "default" in told and _alike(one.get(name), other.get(name))
        }


def title_for(asked: str, name: str, notebook: Mapping[str, Any]) -> str:
    """What a run is called: as was asked, else as its notebook calls itself, on one line."""
    title = asked or title_of(name, notebook)
    return "".join(each for each in title if each.isprintable())[:_MOST_TITLE]


def _alike(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same; 1 and 1.0 are, 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"
