"""The person's runs, as the deployment's service keeps them.

What is asked here goes to the service with the server's own token, so that the page needs none.
"""

from pathlib import Path

from pydantic import JsonValue

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_panel import wire
from bluecloud_panel.analyses import curated_notebook
from bluecloud_panel.asking import service
from bluecloud_panel.errors import HomeNotWritable
from bluecloud_panel.laboratory import this_laboratory

_SHOWN = 50
_FOLDER = "runs"  # of the home


class RunsDesk:
    """Submits, lists, ends and fetches the runs of the person whose home this is."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def listed(self) -> wire.Runs:
        """The last runs in this laboratory, the last submitted first."""
        last = {"laboratory": this_laboratory().slug, "limit": _SHOWN}
        with service() as asked:
            told = asked.ask("GET", "/runs", params=last)
            return wire.Runs(runs=tuple(_run(runs.Run.told(r, asked)) for r in told["runs"]))

    def submit(self, name: str, values: dict[str, JsonValue]) -> wire.Runs:
        """Submit an analysis with parameters, and give its run."""
        laboratory = this_laboratory()
        notebook = curated_notebook(laboratory, name)
        notebook.readable_content()
        with service() as asked:
            submitted = runs.submit(
                notebook.path,
                values,
                laboratory=laboratory.slug,
                title=notebook.title[:200],
                service=asked,
            )
            return wire.Runs(runs=tuple(map(_run, submitted.runs)))

    def cancel(self, run: str) -> wire.Runs:
        """Ask for a run's end."""
        with service() as asked:
            return wire.Runs(runs=(_run(_found(asked, run).cancel()),))

    def again(self, run: str) -> wire.Runs:
        """Submit a run once more, as it was."""
        with service() as asked:
            return wire.Runs(runs=tuple(map(_run, _found(asked, run).again().runs)))

    def fetch(self, run: str) -> wire.Notebook:
        """Bring what a run left into the home, and give its executed notebook."""
        with service() as asked:
            try:
                brought = _found(asked, run).fetch(self._home / _FOLDER)
            except OSError as error:
                raise HomeNotWritable(
                    f"{_FOLDER}/{run} cannot be written to your home: {error.strerror or error}"
                ) from error
        return wire.Notebook(path=brought[0].relative_to(self._home).as_posix())


def _found(asked: Service, run: str) -> runs.Run:
    return runs.Run.told(asked.ask("GET", f"/runs/{run}"), asked)


def _run(run: runs.Run) -> wire.Run:
    return wire.Run(
        id=run.id,
        title=run.title or run.notebook.removesuffix(".ipynb"),
        state=run.state,
        words=run.words,
        position=run.position,
        cells=run.cells,
        cells_done=run.cells_done,
        submitted=run.submitted.isoformat(),
        ended=run.ended.isoformat() if run.ended else None,
    )
