"""What a run left: its files, its notebook and figures, its capsule, and what it took."""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bluecloud import runs
from bluecloud_panel import run_wire as wire
from bluecloud_panel.asking import service
from bluecloud_panel.errors import HomeNotWritable
from bluecloud_panel.run_cells import cells_of
from bluecloud_panel.run_figures import figures_of
from bluecloud_panel.run_numbers import numbers_of
from bluecloud_panel.runs import as_told, going_on, succeeded
from bluecloud_panel.wire import Notebook

_FOLDER = "runs"  # of the home
_LOOKED_AT = 10  # earlier runs whose use is asked for


class ResultsDesk:
    """Tells of what runs left, and brings it into the home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def detail(self, run: str) -> wire.RunDetail:
        """A run with its parameters and what it left."""
        with service() as asked:
            found = runs.get(run, service=asked)
            whole = found.whole
        usage, why = whole["usage"] or {}, whole["why"] or {}
        return wire.RunDetail(
            run=as_told(found, said=whole, next_step=str(why.get("next_step", ""))),
            version=whole["version"],
            notebook_sha256=whole["notebook_sha256"],
            parameters=whole["parameters"],
            outputs=tuple(wire.Output(**output) for output in whole["outputs"]),
            outputs_words=whole["outputs_words"],
            wall_s=usage.get("wall_s"),
            peak_bytes=usage.get("peak_bytes") or None,
        )

    def earlier(self, name: str) -> wire.Earlier:
        """What the person's earlier runs of an analysis took, those that succeeded."""
        with service() as asked:
            own = [run for run in succeeded(asked) if run.notebook == f"{name}.ipynb"]
            used = [run.whole for run in own[:_LOOKED_AT]]
            going = going_on(asked, f"{name}.ipynb")
        usages = [whole["usage"] for whole in used if whole["usage"]]
        return wire.Earlier(
            runs=len(own),
            going=going,
            seconds=_spread([usage["wall_s"] for usage in usages]),
            memory_bytes=_spread([u["peak_bytes"] for u in usages if u["peak_bytes"]]),
            output_bytes=_spread([sum(o["bytes"] for o in whole["outputs"]) for whole in used]),
        )

    def fetch(self, run: str) -> Notebook:
        """Bring what a run left into the home, and give its executed notebook."""
        with service() as asked:
            try:
                brought = runs.get(run, service=asked).fetch(self._home / _FOLDER)
            except OSError as error:
                raise self._unwritten(run, error) from error
        return Notebook(path=brought[0].relative_to(self._home).as_posix())

    def bring_capsule(self, run: str) -> wire.Brought:
        """Bring the capsule of a run into the home, each file held against its record."""
        with service() as asked:
            try:
                brought = runs.get(run, service=asked).capsule(self._home / _FOLDER)
            except OSError as error:
                raise self._unwritten(run, error) from error
        return wire.Brought(path=brought.relative_to(self._home).as_posix())

    def capsule(self, run: str) -> bytes:
        """The capsule of a run as one archive."""
        with service() as asked, tempfile.TemporaryDirectory() as folder:
            return runs.get(run, service=asked).capsule(folder, packed=True).read_bytes()

    def figures(self, run: str) -> wire.Figures:
        """The figures in a run's executed notebook and among its files."""
        with service() as asked:
            return figures_of(asked, runs.get(run, service=asked), cells_of(asked, run))

    def numbers(self, run: str) -> wire.Numbers:
        """What a run printed, and the small tables among its files."""
        with service() as asked:
            return numbers_of(asked, runs.get(run, service=asked), cells_of(asked, run))

    def _unwritten(self, run: str, error: OSError) -> HomeNotWritable:
        return HomeNotWritable(
            f"{_FOLDER}/{run} cannot be written to your home: {error.strerror or error}"
        )


def _spread(numbers: Sequence[float]) -> wire.Spread | None:
    if not numbers:
        return None
    return wire.Spread(median=statistics.median(numbers), least=min(numbers), most=max(numbers))
