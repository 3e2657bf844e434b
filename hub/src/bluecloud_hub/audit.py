"""Who did what to whom: lines that are added to a file and never changed, by hub and service alike.

A line holds the seal of the line before it and its own, made with a key that lies beside the file:
whoever changes, takes away or puts in a line without the key is found by `verify`. That the end was
cut off is found by whoever kept the seal of a later line elsewhere, as an export that is taken off
the machine is. A line is on disk when `Audit.write` returns. No value of a secret is ever given to
it: a password, token or login is told by whose and of what it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bluecloud_hub import tracing
from bluecloud_hub.tokens import token

Outcome = Literal["done", "refused", "failed"]
FIELDS = ("n", "at", "actor", "act", "on", "outcome", "request", "details", "before", "seal")
_FIRST = "0" * 64
_MOST_OF_A_LINE = 16 * 1024
_MOST_WORDS = 200
_TORN = "audit.torn"


@dataclass(frozen=True)
class Line:
    """One act.

    Attributes
    ----------
    n
        From 1, without a gap.
    actor
        The person's name, ``service:NAME``, or ``account:NAME`` of the machine.
    on
        Whom or what it was done to.
    request
        The name of the request, as the logs have it.
    before, seal
        The seal of the line before, and of this one.
    """

    n: int
    at: str
    actor: str
    act: str
    on: str
    outcome: str
    request: str
    details: Mapping[str, str]
    before: str
    seal: str


class Audit:
    """The audit log of a deployment."""

    def __init__(self, state: Path) -> None:
        self.path = state / "hub" / "audit.jsonl"
        self._key = token(state, "audit").encode()

    def write(
        self, actor: str, act: str, on: str = "", *, outcome: Outcome = "done", **details: str
    ) -> None:
        """Add a line; it is on disk when this returns.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            last, torn = self._last(file)
            content = b"\n" if torn else b""
            if torn:
                last, line = self._next(last, "", _TORN, "", "failed", {})
                content += line
            _, line = self._next(last, actor, act, on, outcome, details)
            content += line
            if os.write(file, content) != len(content):
                raise OSError(f"{self.path}: the disk took a part of a line")
            os.fsync(file)
        finally:
            os.close(file)

    def lines(self) -> Iterator[Line | None]:
        """Every line; None for one that is none."""
        try:
            with self.path.open("rb") as file:
                for raw in file:
                    yield _read(raw)
        except FileNotFoundError:
            return

    def verify(self) -> list[str]:
        """What is wrong with the lines, in words; nothing where each is as it was written."""
        faults, number, before = [], 1, _FIRST
        broken = False
        for place, line in enumerate(self.lines(), start=1):
            if line is None:
                broken = True
                faults.append(f"line {place} cannot be read")
                continue
            if broken and line.act == _TORN and faults:
                faults.pop()  # it was never acknowledged, and the log says so itself
            broken = False
            if line.n != number or line.before != before:
                faults.append(f"line {place}: it is number {line.n} where {number} should follow")
            if not hmac.compare_digest(line.seal, self._seal(vars(line))):
                faults.append(f"line {place}: its seal is not that of what it says")
            number, before = line.n + 1, line.seal
        return faults

    def _last(self, file: int) -> tuple[tuple[int, str], bool]:
        """The number and seal of the last whole line, and whether a torn one follows it."""
        size = os.fstat(file).st_size
        tail = os.pread(file, min(size, 4 * _MOST_OF_A_LINE), max(0, size - 4 * _MOST_OF_A_LINE))
        torn = bool(tail) and not tail.endswith(b"\n")
        for raw in reversed(tail.splitlines(keepends=True)):
            line = _read(raw)
            if line is not None:
                return (line.n, line.seal), torn
        return (0, _FIRST), torn

    def _next(
        self,
        last: tuple[int, str],
        actor: str,
        act: str,
        on: str,
        outcome: str,
        details: Mapping[str, str],
    ) -> tuple[tuple[int, str], bytes]:
        number, before = last[0] + 1, last[1]
        said = {
            "n": number,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "actor": actor[:_MOST_WORDS],
            "act": act[:_MOST_WORDS],
            "on": on[:_MOST_WORDS],
            "outcome": outcome,
            "request": tracing.current(),
            "details": {name: value[:_MOST_WORDS] for name, value in sorted(details.items())},
            "before": before,
        }
        seal = self._seal(said)
        return (number, seal), json.dumps({**said, "seal": seal}).encode() + b"\n"

    def _seal(self, said: Mapping[str, Any]) -> str:
        plain = json.dumps({name: said[name] for name in FIELDS if name != "seal"})
        return hmac.new(self._key, plain.encode(), hashlib.sha256).hexdigest()


def chosen(
    lines: Iterable[Line | None],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str | None = None,
) -> Iterator[Line]:
    """The lines between two times, ``until`` not included, and of one actor."""
    for line in lines:
        if line is None:
            continue
        at = datetime.fromisoformat(line.at)
        inside = (since is None or at >= since) and (until is None or at < until)
        if inside and actor in {None, line.actor}:
            yield line


def account() -> str:
    """The machine's account that runs this program, as an actor."""
    name = os.environ.get("SUDO_USER") or os.environ.get("USER") or str(os.getuid())
    return f"account:{name}"


def _read(raw: bytes) -> Line | None:
    try:
        said = json.loads(raw)
        if not raw.endswith(b"\n") or set(said) != set(FIELDS):
            return None
        return Line(**{name: said[name] for name in FIELDS})
    except (ValueError, TypeError):
        return None
