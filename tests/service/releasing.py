"""Releases on a state folder of the test's: the real history, files and checks, and two far ends.

Registry and gate are played here, since the real ones take minutes; the tests of the platform have
those. As a program, ``python -m tests.service.releasing STATE STEP``, it goes on until it comes to
a step, says so and waits there to be killed.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.settings import checkout
from bluecloud_service.database import open_database
from bluecloud_service.gate import CHECKS, Check, Report, write_report
from bluecloud_service.identity import Person
from bluecloud_service.releases.checks import Checks
from bluecloud_service.releases.collecting import Citing, Collecting
from bluecloud_service.releases.images import NotPublished, RegistryAway
from bluecloud_service.releases.promotion import Promotion
from bluecloud_service.releases.records import Audience, Kept
from bluecloud_service.releases.service import ReleaseService
from bluecloud_service.releases.store import Releases
from bluecloud_service.releases.wire import Candidate, Promote

SLUG = "environment"
Halt = Callable[[str], None]


def digest(letter: str) -> str:
    """A digest that a reader of a failure tells from another one."""
    return f"sha256:{letter * 64}"


def nowhere(_step: str) -> None:
    """Halt at no step."""


@dataclass
class Registry:
    """A registry and this server's images, as two folders of files."""

    folder: Path
    halt: Halt = nowhere
    registry: str = "registry.example.org"
    is_away: bool = False
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for each in ("there", "here"):
            (self.folder / each).mkdir(parents=True, exist_ok=True)

    def publish(self, name: str) -> None:
        """As a manager's push."""
        (self.folder / "there" / name).touch()

    def name(self, laboratory: str, digest: str) -> str:
        return f"{self.registry}/bluecloud/{laboratory}@{digest}"

    def check_published(self, laboratory: str, digest: str) -> None:
        if self.is_away:
            raise RegistryAway("the registry does not answer")
        if not (self.folder / "there" / digest).exists():
            raise NotPublished(f"the registry has no image {digest}")

    def is_here(self, image: str) -> bool:
        return (self.folder / "here" / image.rpartition("@")[2]).exists()

    def fetch(self, laboratory: str, image: str) -> None:
        self.halt("fetch")
        if not self.is_here(image):
            self.check_published(laboratory, image.rpartition("@")[2])
            (self.folder / "here" / image.rpartition("@")[2]).touch()

    def forget(self, image: str) -> bool:
        if image in self.used:
            return False
        (self.folder / "here" / image.rpartition("@")[2]).unlink(missing_ok=True)
        return True

    def unpublish(self, laboratory: str, digest: str) -> None:
        if self.is_away:
            raise RegistryAway("the registry does not answer")
        self.halt("unpublish")
        (self.folder / "there" / digest).unlink(missing_ok=True)


@dataclass
class Gate:
    """A gate that lets a candidate through unless its message says ``bad`` or ``breaks``."""

    halt: Halt = nowhere
    is_busy: bool = False
    compared: list[str | None] = field(default_factory=list)

    def is_free(self) -> bool:
        return not self.is_busy

    def check(
        self, candidate: Kept, current: str | None, report: Path, stop: threading.Event
    ) -> int | None:
        self.compared.append(current)
        self.halt("gate")
        if candidate.message == "breaks":
            report.with_suffix(".log").write_text("the engine does not answer\n")
            return 2
        write_report(found(candidate, good=candidate.message != "bad"), report)
        self.halt("reported")
        return 0 if candidate.message != "bad" else 1


def found(candidate: Kept, *, good: bool) -> Report:
    """A report in which a notebook fails, or none does."""
    return Report(
        slug=candidate.laboratory,
        image=candidate.digest,
        name=candidate.image,
        version=candidate.version,
        hub_version="6.1.1",
        began=datetime.now(UTC),
        seconds=1.0,
        size_bytes=1,
        checks=tuple(
            Check(name=name, state="passed", sentence="So it is.")
            if good or name != "notebooks"
            else Check(name=name, state="failed", sentence="", faults=("a.ipynb: no sea today",))
            for name in CHECKS
        ),
    )


class Halting(Releases):
    """The history, that can be halted once it was changed and the files were not."""

    halt: Halt = staticmethod(nowhere)

    def move(self, laboratory: str, audience: Audience, to: str | None, **more: Any) -> None:
        super().move(laboratory, audience, to, **more)
        self.halt(f"moved {audience}")

    def note_written(self, laboratory: str, image: str) -> None:
        self.halt("written")
        super().note_written(laboratory, image)


class Parts:
    """All of a deployment's releases, on its state folder."""

    def __init__(
        self, state: Path, halt: Halt = nowhere, *, citing: tuple[Citing, ...] = ()
    ) -> None:
        state.mkdir(parents=True, exist_ok=True)
        self.files, self.reports = state / "releases", state / "reports"
        self.store = Halting(open_database(f"sqlite:///{state / 'service.sqlite'}"))
        self.store.halt = halt
        self.registry, self.gate = Registry(state / "registry", halt), Gate(halt)
        self.promotion = Promotion(self.store, self.files)
        laboratories = read_laboratories(checkout() / "hub" / "labs")
        self.checks = Checks(
            self.store,
            self.registry,
            self.gate,
            self.promotion,
            self.reports,
            laboratories=[SLUG],
        )
        self.collecting = Collecting(
            self.store,
            self.promotion,
            self.registry,
            self.reports,
            citing=citing,
            laboratories=laboratories,
        )
        self.service = ReleaseService(
            self.store,
            self.promotion,
            laboratories,
            self.reports,
            self.files,
            self.registry,
            state=state,
        )

    def propose(self, name: str, message: str = "", version: str = "0.2.0") -> None:
        """As a manager's publish."""
        self.registry.publish(name)
        asked = Candidate(digest=name, version=version, message=message)
        self.service.propose(MIA, SLUG, asked)

    def checked(self, name: str) -> Kept:
        """Have everything checked that waits, and give what became of one."""
        while self.checks.turn(datetime.now(UTC)):
            pass
        return self.store.one(SLUG, name)

    def promote(self, name: str, to: str, current: str | None, by: Person | None = None) -> None:
        """As a manager's promotion."""
        asked = Promote.model_validate({"to": to, "current": current})
        self.service.promote(by or MIA, SLUG, name, asked)

    def everyone(self, name: str, current: str | None) -> None:
        """Publish, check and promote to testers and everyone."""
        self.propose(name)
        assert self.checked(name).state == "green"
        self.promote(name, "testers", None)
        self.promote(name, "everyone", current)


MIA = Person("mia", frozenset({f"{SLUG}-managers"}))
MAX = Person("max", frozenset({f"{SLUG}-managers"}))


def main(state: Path, step: str) -> None:
    """Publish, check and promote ``a`` and then ``b``, as far as the step."""
    reached = {"at": 0}

    def halt(at: str) -> None:
        if at == step and reached["at"]:
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()
            signal.pause()

    parts = Parts(state, halt)
    parts.everyone(digest("a"), None)
    reached["at"] = 1
    parts.everyone(digest("b"), digest("a"))
    sys.stdout.write("never came to it\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
