"""What was found of a candidate: a report that is written whole, or not at all.

A candidate may be promoted if every check passed. One that was not done counts as little as one
that failed, so that a check that was left out, by an error or on purpose, opens no door.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bluecloud_runner.folders import write_whole

CheckName = Literal[
    "laboratory",
    "user",
    "server",
    "extensions",
    "catalogue",
    "notebooks",
    "packages",
    "comparison",
]
CHECKS: tuple[CheckName, ...] = get_args(CheckName)
State = Literal["passed", "failed", "not done"]
TITLES: dict[CheckName, str] = {
    "laboratory": "It is this laboratory's",
    "user": "It does not run as root",
    "server": "It starts as a single-user server of this hub",
    "extensions": "The laboratory's view and panel are enabled",
    "catalogue": "Every catalogue entry reads from its sample",
    "notebooks": "Every curated notebook runs to its end",
    "packages": "Packages and their licences are listed",
    "comparison": "It is compared with the current release",
}
_MOST_TEXT = 4000
_UNPRINTABLE = re.compile(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """A candidate's own words, cut, and without what would move a terminal's cursor."""
    text = _UNPRINTABLE.sub("", text.encode("utf-8", "replace").decode())
    return text if len(text) <= _MOST_TEXT else f"…{text[-_MOST_TEXT:]}"


Text = Annotated[str, BeforeValidator(lambda value: plain(value) if type(value) is str else value)]


class Record(BaseModel):
    """One kind of thing in a report; ``extra`` is an error and nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Record):
    """What one check found.

    Attributes
    ----------
    sentence
        What was found, which value, and what is allowed.
    faults
        Each fault, where there are several.
    facts
        Values that the sentence rests on.
    log
        The last lines of what was started, where it failed.
    """

    name: CheckName
    state: State
    sentence: Text
    faults: tuple[Text, ...] = ()
    facts: dict[str, Text | int | float | bool] = {}
    log: Text = ""


class NotebookRun(Record):
    """A curated notebook's run from its defaults.

    Attributes
    ----------
    seconds
        From the start of its container to its end, by the service's clock.
    peak_bytes
        The most that the engine saw its container use, or that the runner inside says that one of
        its processes held, whichever is more.
    fault
        Why it does not pass; empty where it does.
    """

    name: Text
    state: State
    seconds: float = 0
    peak_bytes: int = 0
    cells: int = 0
    fault: Text = ""


class EntryRead(Record):
    """A catalogue entry as it was read from its sample."""

    name: Text
    state: State
    made: Text = ""
    size: int = 0
    seconds: float = 0
    fault: Text = ""


class Package(Record):
    """A package that the image holds; the licence is empty where the package does not say."""

    kind: Literal["python", "debian", "r", "npm"]
    name: Text
    version: Text
    licence: Text = ""

    @property
    def is_ours(self) -> bool:
        """Whether it is one of this project's."""
        return self.kind == "python" and self.name.startswith("bluecloud")

    @property
    def is_gpl(self) -> bool:
        """Whether its licence names the GPL in any form, the lesser one excepted."""
        # As a name of its own: LGPL is not meant, and "GNU General Public License" is.
        return bool(re.search(r"\bA?GPL|(?<!Lesser )General Public License", self.licence))


class Change(Record):
    """A package that another version was of in the current release."""

    kind: Literal["python", "debian", "r"]
    name: Text
    before: Text
    now: Text


class Differences(Record):
    """What of packages differs from the current release."""

    added: tuple[Package, ...] = ()
    removed: tuple[Package, ...] = ()
    changed: tuple[Change, ...] = ()


class Report(Record):
    """All that was found of one candidate.

    Attributes
    ----------
    image
        The image id: what was checked, whatever name it was called by.
    name
        What it was called by.
    current, current_size_bytes
        The current release's image id and size; None where there is none to compare with.
    hub_version
        The JupyterHub that it has to fit.
    """

    slug: str
    image: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    name: Text
    version: str
    current: str | None = None
    hub_version: str
    began: datetime
    seconds: float
    size_bytes: int
    current_size_bytes: int | None = None
    checks: tuple[Check, ...]
    notebooks: tuple[NotebookRun, ...] = ()
    entries: tuple[EntryRead, ...] = ()
    packages: tuple[Package, ...] = ()
    differences: Differences | None = None

    @property
    def is_green(self) -> bool:
        """Whether it may be promoted: each check was done, and passed."""
        return [check.name for check in self.checks if check.state == "passed"] == list(CHECKS)

    @property
    def verdict(self) -> str:
        """Whether it may be promoted, and what stands against it."""
        if self.is_green:
            return "It can be promoted: every check passed."
        against = {
            state: [TITLES[check.name] for check in self.checks if check.state == state]
            for state in ("failed", "not done")
        }
        told = [
            f" {state.capitalize()}: {'; '.join(titles)}."
            for state, titles in against.items()
            if titles
        ]
        return f"It cannot be promoted.{''.join(told)}"

    def check(self, name: CheckName) -> Check:
        """One check by its name."""
        return next(check for check in self.checks if check.name == name)


def write_report(report: Report, path: Path) -> None:
    """Write the report, its page and its bill of materials, side by side.

    ``path`` is the report's; the page is ``.html`` and the bill ``.cdx.json`` in its place. The
    report comes last: where it is, the others are.
    """
    from .bom import bill_of_materials
    from .page import page

    bill = bill_of_materials(report)
    write_whole(path.with_suffix(".cdx.json"), bill.encode())
    write_whole(path.with_suffix(".html"), page(report).encode())
    write_whole(path, (report.model_dump_json(indent=1) + "\n").encode())


def read_report(path: Path) -> Report:
    """A report as it was written.

    Raises
    ------
    OSError, pydantic.ValidationError
        If there is none, or it is not one.
    """
    return Report.model_validate_json(path.read_bytes())
