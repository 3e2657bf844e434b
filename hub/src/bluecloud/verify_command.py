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
    capsules: Annotated[
        list[Path], typer.Argument(metavar="CAPSULE...", help="Each a folder, or the zip file.")
    ],
    relative: Annotated[
        float, typer.Option(min=0, max=1, help="How far numbers may be apart, of their size.")
    ] = 1e-6,
    absolute: Annotated[
        float, typer.Option(min=0, help="How far numbers may be apart besides.")
    ] = 0.0,
    keep: Annotated[
        Path | None,
        typer.Option(help="A new folder for what comes out of one capsule; else it is not kept."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The report as it is; of several, a list of them.")
    ] = False,
) -> None:
    """Run capsules again, and say of each output: same, within tolerance, or different.

    They are executed here, with your rights: do it with capsules of those you trust. The status
    is 0 if all is the same or within tolerance, 1 if not, and 2 if one could not be done.
    """
    if importlib.util.find_spec("bluecloud_runner") is None:
        _give_up("it is run again where notebooks run: in a laboratory")
    if keep is not None and len(capsules) > 1:
        _give_up(f"--keep is for what comes out of one capsule: {len(capsules)} are given")
    if keep is not None and keep.exists():
        _give_up(f"{keep} exists: name a new folder")
    reports, worst = [], 0
    for capsule in capsules:
        if len(capsules) > 1 and not as_json:
            typer.echo(f"{capsule}:")
        try:
            report = _verified(capsule, relative, absolute, keep)
        except typer.Exit as ended:
            worst = max(worst, ended.exit_code)
            reports.append({"capsule": str(capsule), "reproduced": False})
            continue
        worst = max(worst, 0 if report["reproduced"] else NOT_REPRODUCED)
        reports.append(report if len(capsules) == 1 else {"capsule": str(capsule), **report})
        if not as_json:
            _tell(report)
            again = "It was reproduced." if report["reproduced"] else "It was not reproduced."
            typer.echo(again)
    if as_json and worst < NOT_DONE and len(capsules) == 1:
        typer.echo(json.dumps(reports[0], indent=1))
    elif as_json and len(capsules) > 1:
        typer.echo(json.dumps(reports, indent=1))
    if worst:
        raise typer.Exit(worst)


def _verified(capsule: Path, relative: float, absolute: float, keep: Path | None) -> dict[str, Any]:
    """What came out of one capsule, and whether it is what came out before."""
    with tempfile.TemporaryDirectory(prefix="bluecloud-verify-") as own:
        opened, spoilt = _opened(capsule, Path(own))
        report = _report(opened, Path(own) / "again", relative, absolute)
        if keep is not None:
            shutil.move(Path(own) / "again" / "run" / "work", keep)
    report["altered"] = spoilt
    return {**report, "reproduced": _is_reproduced(report)}


def _opened(capsule: Path, own: Path) -> tuple[Path, list[str]]:
    """The capsule's folder, and what of it is not as it was recorded."""
    if not (capsule / "ro-crate-metadata.json").is_file() and not capsule.is_file():
        inside = sorted(each.parent.name for each in capsule.glob("*/ro-crate-metadata.json"))
        fetched = f"; it holds these: {', '.join(inside)}" if inside else ""
        _give_up(
            f"{capsule} is no capsule, which is a folder with ro-crate-metadata.json or a zip "
            f"file of one, as `bluecloud runs fetch --capsule RUN` brings it{fetched}"
        )
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
