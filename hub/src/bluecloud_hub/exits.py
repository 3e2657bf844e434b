"""Why a laboratory stopped or did not start, in plain words and with the last lines it wrote.

Whoever was thrown out wants one sentence and one next step, and whoever helps wants the log.
Both are kept in a file a server, because the server's own record is gone once it is removed.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from tornado import web

from bluecloud_hub.homes import folder_name

KEPT_LINES = 30
KEPT_CHARACTERS = 500  # of a line
_AGAIN = "Start it again; your files are kept."


class Exit(BaseModel):
    """One end of a server: when, why, what to do, and the last lines of its log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    laboratory: str
    when: datetime
    cause: str
    advice: str
    log: tuple[str, ...] = ()


class LaboratoryStoppedError(web.HTTPError):
    """A laboratory did not start; JupyterHub shows ``jupyterhub_message`` to the person.

    An ``HTTPError``, because the hub replaces any other kind by "Unhandled error" where the
    start ends within its first second.
    """

    def __init__(self, end: Exit) -> None:
        super().__init__(500, "%s %s", end.cause, end.advice)
        self.end = end
        self.jupyterhub_message = f"{end.cause} {end.advice}"
        self.jupyterhub_html_message = as_html(end)


def as_html(end: Exit) -> str:
    """An end as a page shows it; everything that came from outside is escaped."""
    lines = html.escape("\n".join(end.log))
    log = f"<details open><summary>Last lines of its log</summary><pre>{lines}</pre></details>"
    return (
        f"<strong>{html.escape(end.cause)}</strong> {html.escape(end.advice)}"
        f"{log if end.log else ''}"
    )


def cause(
    *,
    exit_code: int | None,
    out_of_memory: bool,
    memory_limit: str,
    engine_error: str = "",
    was_away: bool = False,
) -> tuple[str, str]:
    """The cause of a server's end and the next step, from what the engine knows of it.

    ``exit_code`` is None where nothing is left of it; ``was_away`` says that it went while the
    hub did not run.
    """
    # The engine remembers any process of the container that ran out of memory, and most often
    # that was a kernel, which the server survives. Only a server that was killed died of it.
    if exit_code == 137 and not engine_error:
        killed = (
            f"It needed more memory than its limit of {memory_limit}."
            if out_of_memory
            else ("It was killed from outside (signal 9), most often for lack of memory.")
        )
        return killed, "Choose a larger size, or work on less data at once."
    if engine_error:
        return (
            f"The engine could not run it: {engine_error.rstrip('.')}.",
            "The lab manager has to look at the release.",
        )
    if exit_code is None and was_away:
        return "It was stopped together with the whole platform.", _AGAIN
    if exit_code is None:
        return "It went away without a trace.", _AGAIN
    if exit_code == 0:
        return "It was stopped, or ended by itself.", _AGAIN
    return (
        f"It ended with exit code {exit_code}.",
        "The last lines of its log say why; if they do not help, tell the lab manager.",
    )


def now(laboratory: str, words: tuple[str, str], log: Sequence[str] = ()) -> Exit:
    """An end at this moment, with the last lines of a log."""
    return Exit(
        laboratory=laboratory,
        when=datetime.now(UTC),
        cause=words[0],
        advice=words[1],
        log=tuple(line[:KEPT_CHARACTERS] for line in log[-KEPT_LINES:]),
    )


def _path(state: Path, person: str, laboratory: str) -> Path:
    return state / "hub" / "exits" / folder_name(person) / f"{laboratory}.json"


def keep(state: Path, person: str, end: Exit) -> None:
    """Keep a server's last end."""
    path = _path(state, person, end.laboratory)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(end.model_dump_json(), encoding="utf-8")
    draft.replace(path)


def last(state: Path, person: str, laboratory: str) -> Exit | None:
    """How a person's server last ended, if it ended by itself and has not started since."""
    try:
        return Exit.model_validate_json(_path(state, person, laboratory).read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def forget(state: Path, person: str, laboratory: str) -> None:
    """A new start: the last end is history."""
    _path(state, person, laboratory).unlink(missing_ok=True)
