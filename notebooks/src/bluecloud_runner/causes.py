"""Why a run did not succeed: from what was seen, in plain words, with one next step.

Errors of our catalogues are known by their names, since what executes a notebook imports nothing
that the notebook may import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bluecloud_runner.folders import Cause

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
MOST_OF_A_TRACEBACK = 8_000
MOST_OF_A_MESSAGE = 1_000
MOST_OF_A_NAME = 200

# What a unit ends with that has no room to write down what became of a run.
NO_ROOM = 28
_AWAY = frozenset({"SourceUnavailable", "MalformedAnswer"})
_LOGIN = frozenset({"CredentialRequired", "LicenceNotAccepted"})
_DISK = re.compile(r"No space left on device|Errno 28|Disk quota exceeded|Errno 122")


@dataclass(frozen=True)
class CellError:
    """What the kernel said of an error in a cell; the number counts the cells of code from 1."""

    number: int
    name: str
    value: str
    traceback: str


def plain(text: str, most: int) -> str:
    """The end of a text, without colours, and without what JSON or a database cannot carry."""
    text = _ANSI.sub("", text).replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return text if len(text) <= most else "…" + text[-most:]


def of_cell(error: CellError) -> Cause:
    """Why a cell failed."""
    value = plain(error.value, MOST_OF_A_MESSAGE)
    details = {
        "cell": error.number,
        "error": plain(error.name, MOST_OF_A_NAME),
        "message": value,
        "traceback": plain(error.traceback, MOST_OF_A_TRACEBACK),
    }
    name = error.name.rpartition(".")[2]
    if name in _AWAY:
        return Cause(
            kind="source-unavailable",
            words=f"In cell {error.number} a source did not give what was asked for: {value}",
            next_step="Run it again later, or with the sample tier.",
            details=details,
        )
    if name in _LOGIN:
        return Cause(
            kind="credential-missing",
            words=f"In cell {error.number} a source wants a login or its terms accepted: {value}",
            next_step="Store your login for this source in the laboratory, then run it again.",
            details=details,
        )
    if name == "MemoryError" or "MemoryError" in name:
        return out_of_memory(limit=None, peak=None, number=error.number)
    if name == "FileNotFoundError":
        return Cause(
            kind="file-missing",
            words=f"In cell {error.number} there was no such file: {value}",
            next_step="A run works in a folder of its own. Name your file from your home, as "
            'Path.home() / "data.csv", or ask for it with a parameter whose name ends in _file.',
            details=details,
        )
    if _DISK.search(f"{error.name}: {value}"):
        return disk_full(f"Cell {error.number} could not write", **details)
    return Cause(
        kind="cell-failed",
        words=f"Cell {error.number} raised {plain(error.name, MOST_OF_A_NAME)}: {value}",
        next_step=f"Open the executed notebook at cell {error.number}, and correct it.",
        details=details,
    )


def out_of_memory(*, limit: int | None, peak: int | None, number: int) -> Cause:
    """The system ended a process of the run for want of memory."""
    of = f" of {limit / 2**20:.0f} MB" if limit else ""
    return Cause(
        kind="out-of-memory",
        words=f"Cell {number} needed more memory than the limit{of}.",
        next_step="Choose a larger size, or a smaller box or period.",
        details={"cell": number, "limit_bytes": limit, "peak_bytes": peak},
    )


def kernel_died(exit_code: int | None, number: int) -> Cause:
    """The kernel ended by itself, or was ended by nobody known."""
    if exit_code is not None and exit_code < 0:
        how = f"by signal {-exit_code}"
    else:
        how = f"with code {exit_code}" if exit_code is not None else "without a word"
    where = f"in cell {number}" if number else "before the first cell"
    return Cause(
        kind="kernel-died",
        words=f"The notebook's kernel ended {how}, {where}.",
        next_step="See what the cell does last: a compiled library may have failed in it.",
        details={"cell": number, "exit_code": exit_code},
    )


def disk_full(what: str = "It could not be saved", **details: object) -> Cause:
    """Nothing more could be written."""
    return Cause.model_validate(
        {
            "kind": "disk-full",
            "words": f"{what}: no room is left on disk.",
            "next_step": "Delete what you no longer need, then run it again.",
            "details": details,
        }
    )


def time_limit(seconds: float, number: int) -> Cause:
    """It took longer than it may."""
    return Cause(
        kind="time-limit",
        words=f"It took longer than its limit of {seconds:g} s, and was in cell {number}.",
        next_step="Allow it more time, or choose a smaller box or period.",
        details={"cell": number, "limit_s": seconds},
    )


def cancelled() -> Cause:
    """Somebody asked for it."""
    return Cause(
        kind="cancelled", words="It was cancelled.", next_step="Run it again whenever you like."
    )


def kernel_missing(name: str) -> Cause:
    """The image has no kernel of that name."""
    return Cause(
        kind="kernel-missing",
        words=f"The notebook wants kernel {name!r}, which this laboratory does not have.",
        next_step="Choose one of the laboratory's kernels in the notebook, and save it.",
        details={"kernel": name},
    )


def notebook_unusable(words: str) -> Cause:
    """The notebook cannot be executed as it stands."""
    return Cause(
        kind="notebook-unusable",
        words=f"The notebook cannot be run: {plain(words, MOST_OF_A_MESSAGE)}.",
        next_step="Correct the notebook, and submit it again.",
    )


def outputs_refused(words: str) -> Cause:
    """It was computed, and what it left may not be given out."""
    return Cause(
        kind="outputs-refused",
        words=f"It ran to its end, but {plain(words, MOST_OF_A_MESSAGE)}.",
        next_step=(
            "Correct what the notebook writes into its folder, and run it again: its files were "
            "not kept; the notebook was, as it was executed."
        ),
    )


def runner_failed(words: str) -> Cause:
    """What executes notebooks failed itself."""
    return Cause(
        kind="runner-failed",
        words=f"What executes the notebook failed: {plain(words, MOST_OF_A_MESSAGE)}.",
        next_step="Tell the lab manager, with the last lines of its log.",
    )
