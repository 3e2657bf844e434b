"""Runs from Python: submit a notebook with parameters, watch it, fetch what it made.

::

    from bluecloud import runs

    sweep = runs.submit("marine_heatwaves", sweep={"percentile": [90, 95, 99]})
    sweep.wait()
    for run in sweep.runs:
        print(run.id, run.state, run.parameters["percentile"], run.fetch("results"))

A run goes on when the laboratory it was submitted from is stopped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .service import Service, ServiceError
from .submitted import ENDED, LONG, Run, Submission, part, submission_of

__all__ = [
    "ENDED",
    "Run",
    "Submission",
    "analyses",
    "asked_of",
    "find_notebook",
    "get",
    "recent",
    "submission",
    "submit",
    "title_of",
]


def submit(
    notebook: str | Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    sweep: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
    folder: Path | None = None,
    laboratory: str | None = None,
    size: str | None = None,
    seconds: int = 3600,
    title: str = "",
    key: str | None = None,
    reuse: bool = False,
    reuse_age_s: int = 0,
    service: Service | None = None,
) -> Submission:
    """Submit a run of a notebook, or a sweep of them.

    Parameters
    ----------
    notebook
        A file, or the name of one of this laboratory's analyses.
    parameters
        By name; what is left out has the notebook's default.
    sweep
        Names with lists of values, of which every combination is run; or a list of sets.
    folder
        Where the paths of your files among the parameters begin; the one you are in, where
        none is named. The home itself is looked in too.
    laboratory
        Whose image it runs in; this one's where none is named.
    size
        One of the laboratory's sizes; its first where none is named.
    seconds
        The most that one run may take.
    key
        The same key twice is one submit, so that it is safe to repeat after a broken line.
    reuse
        Whether an earlier run of yours that did the same may be the answer.
    reuse_age_s
        How long ago that may have read what can have changed since: data of providers, and
        files of your own. Samples do not change.

    Returns
    -------
    Submission
        On disk: it goes on whatever happens to this process.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook.
    ServiceError
        If it is refused: a parameter that the notebook does not have or allow, above all.
    """
    body = asked_of(
        notebook,
        parameters=parameters,
        sweep=sweep,
        folder=folder,
        laboratory=laboratory,
        size=size,
        seconds=seconds,
        title=title,
        key=key,
        reuse=reuse,
        reuse_age_s=reuse_age_s,
    )
    asked = service or Service()
    return submission_of(asked.ask("POST", "/runs", json=body, timeout=LONG), asked)


def asked_of(
    notebook: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    sweep: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
    folder: Path | None = None,
    laboratory: str | None = None,
    size: str | None = None,
    seconds: int = 3600,
    title: str = "",
    key: str | None = None,
    reuse: bool = False,
    reuse_age_s: int = 0,
) -> dict[str, Any]:
    """What a submit sends to the service; see `submit`."""
    path = find_notebook(notebook)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"{path} is no notebook: {error}") from error
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else "one value"
        raise ServiceError(f"{path} is no notebook: it is {kind} in JSON, and a notebook an object")
    lab = laboratory or os.environ.get("BLUECLOUD_LAB", "")
    if not lab:
        raise ServiceError("name a laboratory: BLUECLOUD_LAB is not set here")
    return {
        "laboratory": lab,
        "notebook": {"name": path.name, "content": content},
        "parameters": dict(parameters or {}),
        "sweep": _plain(sweep),
        "folder": _from_home(Path.cwd() if folder is None else folder),
        "size": size,
        "seconds": seconds,
        "title": title,
        "key": key,
        "reuse": reuse,
        "reuse_age_s": reuse_age_s,
    }


def _from_home(folder: Path) -> str:
    """A folder as the home knows it; the home itself where it lies elsewhere."""
    home, inside = Path.home().resolve(), folder.expanduser().resolve()
    return str(inside.relative_to(home)) if inside.is_relative_to(home) else ""


def find_notebook(notebook: str | Path) -> Path:
    """The file of a notebook: as it is named, or this laboratory's analysis of that name.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    path = Path(notebook).expanduser()
    if path.is_file():
        return path
    root, lab = os.environ.get("BLUECLOUD_ROOT"), os.environ.get("BLUECLOUD_LAB")
    if root and lab and path.name == str(notebook):
        named = Path(root) / "notebooks" / lab / f"{path.name.removesuffix('.ipynb')}.ipynb"
        if named.is_file():
            return named
        known = ", ".join(each.stem for each in analyses())
        raise FileNotFoundError(f"{notebook}: no such file, and no analysis of {lab}: {known}")
    raise FileNotFoundError(f"{notebook}: no such file")


def analyses() -> list[Path]:
    """The notebooks of this laboratory, by name.

    Raises
    ------
    ServiceError
        Where this is no laboratory.
    """
    root, lab = os.environ.get("BLUECLOUD_ROOT"), os.environ.get("BLUECLOUD_LAB")
    if not root or not lab:
        raise ServiceError("analyses are a laboratory's: neither BLUECLOUD_ROOT nor _LAB is set")
    return sorted((Path(root) / "notebooks" / lab).glob("*.ipynb"))


def title_of(notebook: Path) -> str:
    """The heading that a notebook begins with; empty without one."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    first = "".join(cells[0]["source"]) if cells else ""
    heading = first.partition("\n")[0]
    return heading.removeprefix("# ").strip() if heading.startswith("# ") else ""


def get(run: str, *, service: Service | None = None) -> Run:
    """A run by its id.

    Raises
    ------
    ServiceError
        If there is none that is yours.
    """
    asked = service or Service()
    return Run.told(asked.ask("GET", f"/runs/{part(run, 'a run')}"), asked)


def submission(name: str, *, service: Service | None = None) -> Submission:
    """A submit by its id.

    Raises
    ------
    ServiceError
        If there is none that is yours.
    """
    asked = service or Service()
    found = Submission(part(name, "a submit"), (), False, asked).now()
    if not found.runs:
        raise ServiceError(f"you have submitted no {name}", status=404)
    return found


def recent(
    *,
    laboratory: str | None = None,
    state: str | None = None,
    limit: int = 50,
    service: Service | None = None,
) -> list[Run]:
    """Your last runs, the last submitted first."""
    asked = service or Service()
    which = {"laboratory": laboratory, "state": state, "limit": limit}
    page = asked.ask("GET", "/runs", params={k: v for k, v in which.items() if v is not None})
    return [Run.told(said, asked) for said in page["runs"]]


def _plain(sweep: Any) -> Any:
    if sweep is None:
        return None
    if isinstance(sweep, Mapping):
        return {name: list(values) for name, values in sweep.items()}
    return [dict(each) for each in sweep]
