"""Run the benchmarks and write their results; fails if one fails or misses its target.

``RESULTS.md`` has a section a benchmark, with the day and the machine: both figures of a ratio are
of one run. A benchmark that runs replaces its own section alone, so that a new one can be measured
without all others, and one that fails loses nothing.
"""

import argparse
import importlib
import os
import platform
import re
import shlex
import sys
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.ratio import Ratio

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
HEAD = (
    "| what | ours | peer | ours / peer | at most | met | note |",
    "|---|---|---|---|---|---|---|",
)


def selected(words: Sequence[str]) -> list[str]:
    """The benchmarks whose name has one of the words; all of them without words."""
    names = sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    return [name for name in names if not words or any(word in name for word in words)]


def row(ratio: Ratio) -> str:
    """One ratio as a line of a Markdown table."""
    return (
        f"| {ratio.name} | {ratio.ours:.2f} {ratio.unit} "
        f"| {ratio.peer:.2f} {ratio.unit} ({ratio.peer_name}) "
        f"| {ratio.ratio:.3f} | {ratio.target:.3f} | {'yes' if ratio.is_met else 'NO'} "
        f"| {ratio.note} |"
    )


def section(ratios: Sequence[Ratio]) -> str:
    """A benchmark's ratios, under when and where they were measured."""
    cores = len(os.sched_getaffinity(0))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}\n\n" + "\n".join([*HEAD, *map(row, ratios)])
    )


def sections(text: str) -> dict[str, str]:
    """The sections of a page of results, by the names of their benchmarks."""
    _, *parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def page(found: Mapping[str, str]) -> str:
    """The results of all benchmarks, in order of their names."""
    parts = (f"## {name}\n\n{body}\n" for name, body in sorted(found.items()))
    return "\n".join(
        [
            "# Results of the benchmarks\n",
            "Made by `make bench`, or for one of them `python -m tests.bench <name>`. Less is "
            "better; do not edit.\n",
            *parts,
        ]
    )


def main(words: Sequence[str]) -> int:
    """Run what is selected, each written as it ends; 1 if one fails or misses its target."""
    names = selected(words)
    if not names:
        print(f"no benchmark has {shlex.join(words)} in its name: there are {selected(())}")
        return 2
    missed = []
    for name in names:
        print(f"{name} ...", flush=True)
        try:
            ratios: Sequence[Ratio] = importlib.import_module(f"tests.bench.{name}").run()
        except Exception:  # noqa: BLE001  (the others are still to run; it is told and counted)
            traceback.print_exc()
            missed.append(name)
            continue
        if not all(ratio.is_met for ratio in ratios):
            missed.append(name)
        kept = sections(RESULTS.read_text()) if RESULTS.exists() else {}
        known = {each: body for each, body in kept.items() if each in selected(())}
        RESULTS.write_text(page({**known, name: section(ratios)}))
        print("\n".join(map(row, ratios)), flush=True)
    if missed:
        print(f"failed, or missed a target: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument(
        "words", nargs="*", help="run only benchmarks with one of these in the name"
    )
    sys.exit(main(parser.parse_args().words))
