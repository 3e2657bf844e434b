"""What goes over the wire of runs: how `wire` does it, in a module of its own for its length."""

from typing import Literal

from pydantic import Field, JsonValue

from bluecloud_panel.wire import Wire


class SubmitRequest(Wire):
    """The parameters of a run; with lists of values, of one run for each combination of them."""

    parameters: dict[str, JsonValue] = Field({}, description="Those left out keep their defaults.")
    sweep: dict[str, tuple[JsonValue, ...]] = Field({}, description="Values of each, by name.")


class NotebookRequest(Wire):
    """A notebook of the person's, as it is saved, to be run with its own parameters."""

    path: str = Field(description="Below the server's root, as the contents API has it.")


class Run(Wire):
    """A run of the person's, as the deployment's service keeps it."""

    id: str
    submission: str = Field(description="The submit that it is part of.")
    notebook: str = Field(description="The name of the notebook's file.")
    title: str
    state: Literal["queued", "starting", "running", "succeeded", "failed", "cancelled"]
    words: str = Field(description="Why it did not succeed; empty if it did, or goes on.")
    next_step: str = Field("", description="What to do about it.")
    position: int | None = Field(None, description="Its place in the queue, from 1.")
    cells: int
    cells_done: int
    submitted: str = Field(description="ISO 8601.")
    started: str | None = Field(None, description="ISO 8601.")
    ended: str | None = Field(None, description="ISO 8601.")
    expected_s: float | None = Field(
        None, description="Median of earlier runs of the notebook that succeeded; null: none has."
    )
    varied: dict[str, JsonValue] = Field(
        {}, description="Of a sweep's run: those of its parameters that differ within the sweep."
    )
    changed: dict[str, str] = Field(
        {}, description="Parameters that are not the notebook's defaults, as text cut short."
    )
    executed: bool = Field(False, description="There is an executed notebook to be opened.")


class Sweep(Wire):
    """A submit of several runs: how many of them are in each state."""

    submission: str
    counts: dict[str, int]


class Runs(Wire):
    """Runs, the last submitted first."""

    runs: tuple[Run, ...]
    sweeps: tuple[Sweep, ...] = ()
    more: bool = Field(False, description="There are older ones, to be asked for by a limit.")


class Output(Wire):
    """A file that a run left."""

    path: str
    bytes: int
    sha256: str


class RunDetail(Wire):
    """A run with its parameters and what it left."""

    run: Run
    version: str = Field(description="The laboratory's release it ran in.")
    notebook_sha256: str
    parameters: dict[str, JsonValue]
    outputs: tuple[Output, ...]
    outputs_words: str = Field(description="What is not among them, and why.")
    wall_s: float | None = Field(None, description="How long it took.")
    peak_bytes: int | None = Field(None, description="The most memory it held.")


class Spread(Wire):
    """The middle and the ends of some numbers."""

    median: float
    least: float
    most: float


class Earlier(Wire):
    """What the person's earlier runs of an analysis took, those that succeeded."""

    runs: int
    going: int = Field(0, description="So many others go on now.")
    seconds: Spread | None = None
    memory_bytes: Spread | None = None
    output_bytes: Spread | None = None


class Figure(Wire):
    """A picture that a run made."""

    name: str
    address: str = Field(description="A data URL.")


class Drawn(Wire):
    """A figure that scripts draw, as the notebook has it."""

    name: str
    html: str = Field(description="With the scripts that draw into it; untrusted.")
    bokeh: str = Field(description="The version of BokehJS that draws it.")


class Figures(Wire):
    """The figures of a run: pictures, what scripts draw, and how many only a notebook shows."""

    figures: tuple[Figure, ...]
    drawn: tuple[Drawn, ...] = ()
    interactive: int = Field(description="Figures that are neither, but in its notebook.")
    words: str = Field("", description="What is left out, and why.")


class Written(Wire):
    """What a run printed in one cell, or a table among its files."""

    name: str
    text: str


class Numbers(Wire):
    """What can be compared of a run number by number: what it printed, and its small CSV files."""

    printed: tuple[Written, ...]
    tables: tuple[Written, ...]
    words: str = Field("", description="What is left out, and why.")


class Brought(Wire):
    """Something that was brought into the home."""

    path: str = Field(description="Below the server's root.")
