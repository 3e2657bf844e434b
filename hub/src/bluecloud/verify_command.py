"""The command ``bluecloud verify``: a run done again from its capsule, and what came out told.

The runner, which every laboratory has, does it in a process of its own and writes a report; this
checks the capsule before, and puts the report into words.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .arguments import said
from .capsules import altered, unpacked
from .service import ServiceError

verify = typer.Typer(
    help="Run a capsule again, and say whether the same comes out.",
    context_settings={"allow_interspersed_args": True},  # options after the capsule too
)

NOT_REPRODUCED, NOT_DONE = 1, 2
_SHOWN = 20


@verify.callback(invoke_without_command=True)
@said
def again(
    capsule: Annotated[Path, typer.Argument(help="A capsule: its folder, or the zip file.")],
    relative: Annotated[
        float, typer.Option(min=0, max=1, help="How far numbers may be apart, of their size.")
    ] = 1e-6,
    absolute: Annotated[
        float, typer.Option(min=0, help="How far numbers may be apart besides.")
    ] = 0.0,
    keep: Annotated[
        Path | None, typer.Option(help="A new folder for what comes out; else it is not kept.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as it is.")] = False,
) -> None:
    """Run a capsule again, and say of each output: same, within tolerance, or different.

    It is executed here, with your rights: do it with capsules of those you trust. The status is
    0 if all is the same or within tolerance, 1 if not, and 2 if it could not be done.
    """
    if importlib.util.find_spec("bluecloud_runner") is None:
        _give_up("it is run again where notebooks run: in a laboratory")
    if keep is not None and keep.exists():
        _give_up(f"{keep} exists: name a new folder")
    with tempfile.TemporaryDirectory(prefix="bluecloud-verify-") as own:
        opened, spoilt = _opened(capsule, Path(own))
        report = _report(opened, Path(own) / "again", relative, absolute)
        if keep is not None:
            shutil.move(Path(own) / "again" / "run" / "work", keep)
    report["altered"] = spoilt
    reproduced = _is_reproduced(report)
    if as_json:
        typer.echo(json.dumps({**report, "reproduced": reproduced}, indent=1))
    else:
        _tell(report)
        typer.echo("It was reproduced." if reproduced else "It was not reproduced.")
    if not reproduced:
        raise typer.Exit(NOT_REPRODUCED)


def _opened(capsule: Path, own: Path) -> tuple[Path, list[str]]:
    """The capsule's folder, and what of it is not as it was recorded."""
    try:
        opened = capsule if capsule.is_dir() else unpacked(capsule, own / "capsule")
        return opened, list(altered(opened))
    except (ServiceError, OSError) as error:
        _give_up(str(error))


def _report(capsule: Path, folder: Path, relative: float, absolute: float) -> dict[str, Any]:
    """What the runner found."""
    folder.mkdir()
    command = [sys.executable, "-m", "bluecloud_runner.verification", str(capsule), str(folder)]
    bounds = ["--relative", str(relative), "--absolute", str(absolute)]
    done = subprocess.run([*command, *bounds], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        _give_up("it could not be run again")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _give_up(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(NOT_DONE)


def _is_reproduced(report: dict[str, Any]) -> bool:
    return (
        not report["altered"]
        and report["first"] == report["again"]
        and all(finding["status"] != "different" for finding in report["findings"])
    )


def _tell(report: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for sentence in report["altered"]:
        console.print(f"altered since the run: {escape(sentence)}")
    if report["first"] != report["again"]:
        console.print(escape(f"the run ended {report['first']}, and now {report['again']}"))
    else:
        console.print(escape(f"the run ended as it had: {report['again']}"))
    if not report["environment_known"]:
        console.print("the capsule does not tell in what it was run")
    for what in ("packages", "settings"):
        unlike = report[what]
        if unlike:
            console.print(f"{len(unlike)} {what} are different:")
        for name, (was, now) in list(unlike.items())[:_SHOWN]:
            console.print(escape(f"  {name}: {was or 'none'} -> {now or 'none'}"))
        if len(unlike) > _SHOWN:
            console.print(f"  and {len(unlike) - _SHOWN} more")
    for sentence in report["inputs"]:
        console.print(escape(f"other data were read: {sentence}"))
    table = Table("output", "is", "where", "what", box=None)
    for finding in report["findings"]:
        cells = (finding["path"], finding["status"], finding["where"], finding["words"])
        table.add_row(*map(escape, cells))
    if report["findings"]:
        console.print(table)
