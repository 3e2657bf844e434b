"""Run the benchmarks and print their results; fails if a target is missed.

Without words all of them run and ``RESULTS.md`` is written; a selection is only printed, so
that the file is always of one run.
"""

import argparse
import importlib
import os
import platform
import shlex
import sys
from collections.abc import Sequence
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


def page(table: str) -> str:
    """The table, under when, where and how it came about."""
    cores = len(os.sched_getaffinity(0))
    return (
        "# Results of the benchmarks\n\n"
        f"Made by `python -m tests.bench` on {datetime.now(UTC):%Y-%m-%d}, {cores} cores, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}. "
        "Less is better; do not edit.\n\n"
        f"{table}\n"
    )


def main(words: Sequence[str]) -> int:
    """Run what is selected, and write the results of a whole run; 1 if a target is missed."""
    names = selected(words)
    if not names:
        print(f"no benchmark has {shlex.join(words)} in its name: there are {selected(())}")
        return 2
    ratios: list[Ratio] = []
    for name in names:
        print(f"{name} ...", flush=True)
        ratios += importlib.import_module(f"tests.bench.{name}").run()
    table = "\n".join([*HEAD, *map(row, ratios)])
    if not words:
        RESULTS.write_text(page(table))
    print(table)
    return 0 if all(ratio.is_met for ratio in ratios) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument(
        "words", nargs="*", help="run only benchmarks with one of these in the name"
    )
    sys.exit(main(parser.parse_args().words))
