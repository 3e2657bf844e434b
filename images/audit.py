"""Whether what is locked has known weaknesses: ``make audit``.

``python images/audit.py`` asks PyPI (by pip-audit) about every locked package of Python and npm's
registry (by npm audit) about those of the hub's proxy and the extensions. A lock of which even one
package was not looked at is NOT AUDITED and never green, be it that nobody answers: pip-audit
alone may skip a package and end well.

Status: 0 all audited and nothing known, 1 a known weakness, 2 something was not audited.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_S = 900
# PyPA's. It runs in an environment of its own, by uv, because it looks and is no part of anything.
PIP_AUDIT = (sys.executable, "-m", "uv", "tool", "run", "--quiet", "pip-audit@2.10.1")


@dataclass(frozen=True)
class Audited:
    """What was found of one lock."""

    lock: str
    verdict: Literal["clean", "vulnerable", "NOT AUDITED"]
    packages: int = 0
    told: tuple[str, ...] = ()


def python(lock: Path, *, more: Sequence[str] = ()) -> Audited:
    """What is known of a lock of Python packages with hashes."""
    name = str(lock.relative_to(ROOT)) if lock.is_relative_to(ROOT) else lock.name
    words = [*PIP_AUDIT, "--strict", "--disable-pip", "--require-hashes", "--format=json"]
    words += ["--progress-spinner=off", f"--requirement={lock}", *more]
    told, said = _asked(words, ROOT)
    if told is None:
        return Audited(name, "NOT AUDITED", told=(said,))
    found = told["dependencies"]
    if skipped := [f"{one['name']}: {one['skip_reason']}" for one in found if "skip_reason" in one]:
        return Audited(name, "NOT AUDITED", len(found), tuple(skipped))
    weak = tuple(
        f"{one['name']} {one['version']}: {each['id']}"
        + (f", mended in {', '.join(each['fix_versions'])}" if each["fix_versions"] else "")
        for one in found
        for each in one["vulns"]
    )
    if not found:
        return Audited(name, "NOT AUDITED", told=("it names no package",))
    return Audited(name, "vulnerable" if weak else "clean", len(found), weak)


def npm(folder: Path, *, more: Sequence[str] = ()) -> Audited:
    """What is known of a lock of npm's."""
    lock = folder / "package-lock.json"
    name = str(lock.relative_to(ROOT)) if lock.is_relative_to(ROOT) else lock.name
    told, said = _asked(["npm", "audit", "--json", "--package-lock-only", *more], folder)
    if told is None or "metadata" not in told:
        words = said or str((told or {}).get("message") or "npm's registry gives no audit")
        return Audited(name, "NOT AUDITED", told=(words,))
    weak = tuple(
        f"{each['name']} {each['range']}: {each['severity']}"
        for each in told["vulnerabilities"].values()
    )
    count = told["metadata"]["dependencies"]["total"]
    if not count:
        return Audited(name, "NOT AUDITED", told=("it names no package",))
    return Audited(name, "vulnerable" if weak else "clean", count, weak)


def locks() -> tuple[list[Path], list[Path]]:
    """The locks that name a package of Python, and the folders with a lock of npm's."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*requirements*.txt", "*package-lock.json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    found = [ROOT / name for name in listed if name]
    return (
        [path for path in found if path.suffix == ".txt" and "==" in path.read_text()],
        [path.parent for path in found if path.suffix == ".json"],
    )


def show(found: Sequence[Audited]) -> int:
    """Say what was found; the status of the program."""
    for one in found:
        count = f", {one.packages} packages" if one.packages else ""
        sys.stdout.write(f"{one.verdict:12} {one.lock}{count}\n")
        for line in one.told:
            sys.stdout.write(f"             {line}\n")
    verdicts = {one.verdict for one in found}
    if "vulnerable" in verdicts:
        return 1
    return 2 if "NOT AUDITED" in verdicts or not found else 0


def _asked(words: Sequence[str], folder: Path) -> tuple[dict[str, Any] | None, str]:
    """A program's answer, or why there is none."""
    if shutil.which(words[0]) is None:
        return None, f"there is no {words[0]} here"
    try:
        done = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return None, f"{words[0]} gave no answer within {TIMEOUT_S} s"
    try:
        told = json.loads(done.stdout)
    except json.JSONDecodeError:
        lines = [line for line in re.split(r"\s*\n\s*", done.stderr.strip()) if line]
        return None, lines[-1][:300] if lines else f"{words[0]} ended with status {done.returncode}"
    return (told, "") if isinstance(told, dict) else (None, f"{words[0]} told no object")


def main(words: Sequence[str] | None = None) -> int:
    """Audit every lock."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.parse_args(words)
    ours, theirs = locks()
    return show([*map(python, ours), *map(npm, theirs)])


if __name__ == "__main__":
    sys.exit(main())
