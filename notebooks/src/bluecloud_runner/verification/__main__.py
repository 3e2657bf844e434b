"""``python -m bluecloud_runner.verification <capsule> <folder>``: a report, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bluecloud_runner.errors import RunnerError
from bluecloud_runner.folders import RunFolder, read_lines
from bluecloud_runner.verification.comparing import compare_outputs
from bluecloud_runner.verification.pairs import outputs, pairs
from bluecloud_runner.verification.report import Finding, Report, Tolerance
from bluecloud_runner.verification.rerun import (
    Capsule,
    execute_again,
    read_capsule,
    read_environment,
)


def verify(path: Path, folder: Path, tolerance: Tolerance) -> Report:
    """Run a capsule again in a folder, and say what is not the same.

    Raises
    ------
    CapsuleError
        If it cannot be run again.
    """
    capsule = read_capsule(path)
    begun = datetime.now(UTC)
    run, end = execute_again(capsule, folder)
    days = {moment.date().isoformat() for moment in (begun, datetime.now(UTC))}
    tolerance = tolerance.model_copy(update={"days": capsule.days | days})
    now = read_environment(run.environment)
    then = capsule.environment
    return Report(
        run=capsule.run,
        first=capsule.end,
        again=end,
        findings=list(_outputs(capsule, run, tolerance)),
        packages=_unlike(then.packages, now.packages) if then and now else {},
        settings=_unlike(then.settings, now.settings) if then and now else {},
        inputs=list(_inputs(path / "accesses.jsonl", run.accesses)),
        environment_known=then is not None,
    )


def _outputs(capsule: Capsule, run: RunFolder, tolerance: Tolerance) -> Iterator[Finding]:
    before = capsule.path / "outputs"
    for old, new in pairs(outputs(before), outputs(run.outputs)):
        if old is None or new is None:
            words = "it is not made any more" if old else "it was not made"
            yield Finding(path=old or new or "", status="different", words=words)
        else:
            yield from compare_outputs(old, before / old, run.outputs / new, tolerance)


def _unlike(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    names = sorted({**old, **new})
    return {
        name: (old.get(name, ""), new.get(name, ""))
        for name in names
        if old.get(name) != new.get(name)
    }


def _inputs(old: Path, new: Path) -> Iterator[str]:
    """Which data were other ones, by the checksums that the catalogue told."""
    before, after = _checksums(old), _checksums(new)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            was, now = (sorted(side.get(name, {"not read"})) for side in (before, after))
            yield f"{name}: {', '.join(was)}; now {', '.join(now)}"


def _checksums(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, line in read_lines(path):
        try:
            told = json.loads(line)
            found.setdefault(str(told["entry"]), set()).add(f"{told['tier']} {told['checksum']}")
        except (ValueError, KeyError, TypeError):
            continue
    return found


def main() -> int:
    """Verify, and write the report."""
    told = argparse.ArgumentParser(prog="bluecloud_runner.verification")
    told.add_argument("capsule", type=Path)
    told.add_argument("folder", type=Path, help="a new folder to run it in")
    told.add_argument("--relative", type=float, default=Tolerance().relative)
    told.add_argument("--absolute", type=float, default=Tolerance().absolute)
    asked = told.parse_args()
    try:
        tolerance = Tolerance(relative=asked.relative, absolute=asked.absolute)
        report = verify(asked.capsule, asked.folder, tolerance)
    except (RunnerError, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(report.model_dump_json(indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
