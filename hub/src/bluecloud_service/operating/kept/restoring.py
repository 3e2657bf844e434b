"""Brings a backup back, where there is no deployment or in the place of one.

Everything is checked and unpacked beside what is there, in a folder of the state itself, which is
on the same disk. Only then is anything moved, a folder of the state by one rename each, and moved
back if one of them fails; PostgreSQL takes its dump in one transaction. What was there before
stays in ``.before-<time>`` of the state until an operator removes it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bluecloud_runner.folders import sync_folder, write_whole

from ...runs.removal import remove_tree
from ..deployment import Deployment
from ..errors import (
    DatabaseAway,
    NotEmpty,
    OperatingError,
    StillRunning,
    Unusable,
    engine_told,
)
from . import databases
from .manifest import DATABASES, IMAGES, SETTINGS, STATE, Manifest
from .noted import Note, write_note
from .unpacking import unpack

# What a deployment does without, and what belongs to the disk.
_NOT_KEPT = re.compile(r"cache|index|logs|lost\+found|demo\.env|\.(before|restoring)-.*")
_DATABASE_S = 60.0
_SPARE = 2**28  # bytes of a disk


@dataclass(frozen=True)
class Restored:
    """What is back.

    Attributes
    ----------
    before
        Where what was there before is kept; None where there was nothing.
    settings
        The secrets that the backup's environment had, where they are not this one's.
    missing
        The images that are cited and not on this server.
    """

    before: Path | None
    settings: Path | None
    missing: list[str]


@engine_told()
def restore(
    of: Deployment,
    path: Path,
    manifest: Manifest,
    *,
    replace: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Bring a backup back that was checked.

    Parameters
    ----------
    replace
        In the place of a deployment that is there, which is kept aside.

    Raises
    ------
    OperatingError
        If it cannot be done; everything is then as it was before.
    OSError
        If the disk does not take it; as above.
    """
    state = of.state
    _check_stopped(of)
    parts = _parts(of, manifest)
    present = _present(state)
    _check_empty(of, parts, present, replace=replace)
    _check_disk(state, manifest)
    state.mkdir(mode=0o755, parents=True, exist_ok=True)
    mark = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    staged, before = state / f".restoring-{mark}", state / f".before-{mark}"
    try:
        tell("unpacking beside what is there")
        unpack(path, manifest, staged)
        _place_databases(parts, staged)
        tell("taking its place")
        _exchange(of, parts, staged, before, present)
        settings = _settings(of, staged)
        made = datetime.fromisoformat(manifest.made)
        number = len(manifest.left_out)
        write_note(state, Note(at=made, file=str(path), bytes=path.stat().st_size, left_out=number))
        if manifest.saved:
            tell("loading images")
            _load(of, staged / IMAGES)
    finally:
        if staged.exists():
            remove_tree(staged)
    kept = before if before.exists() else None
    return Restored(kept, settings, _missing(of, manifest.images))


def _check_stopped(of: Deployment) -> None:
    for name, address in (
        ("hub", f"{of.hub_api}/"),
        ("service", f"{of.service_address}/health"),
    ):
        try:
            of.asked(address)
        except httpx.TransportError:
            continue
        raise StillRunning(f"the {name} answers at {address}: stop the deployment first")
    if of.in_containers:
        label = f"bluecloud.deployment={of.settings.name}"
        if found := of.docker.containers(filters={"label": label}):
            # They would write into what is moved aside.
            raise StillRunning(f"{len(found)} laboratories and runs go on: make down")
        if of.settings.engine == "swarm" and (
            going := of.docker.services(filters={"label": label})
        ):
            raise StillRunning(f"{len(going)} laboratories go on in the swarm: make down")


def _parts(of: Deployment, manifest: Manifest) -> list[databases.Part]:
    parts = databases.parts(of)
    mine, its = [each.name for each in parts], list(manifest.databases)
    if mine != its:
        raise Unusable(
            f"it holds the databases {', '.join(its)}, and this deployment has {', '.join(mine)}: "
            "set its databases as they were (SQLite, PostgreSQL, one for both)"
        )
    return parts


def _present(state: Path) -> list[Path]:
    """What of a deployment is in the state folder."""
    if not state.is_dir():
        return []
    return sorted(each for each in state.iterdir() if not _NOT_KEPT.fullmatch(each.name))


def _check_empty(
    of: Deployment, parts: Iterable[databases.Part], present: list[Path], *, replace: bool
) -> None:
    for each in present:
        if each.is_mount() or each.is_symlink():
            raise NotEmpty(f"{each} is a disk or a link, which no rename moves: unmount it first")
    # A folder that an operator made for the laboratories' declarations is no deployment.
    filled = [each for each in present if not (each.is_dir() and not any(each.iterdir()))]
    if filled and not replace:
        names = ", ".join(each.name for each in filled[:5])
        raise NotEmpty(f"{of.state} has {names}: --replace keeps it aside and takes its place")
    for part in parts:
        if part.url and not _is_empty(part) and not replace:
            raise NotEmpty(
                f"PostgreSQL has tables in {' and '.join(part.schemas)}: --replace keeps a dump "
                "of them aside and takes their place"
            )


def _is_empty(part: databases.Part) -> bool:
    """Whether PostgreSQL has none of its tables; it may have been started a moment ago."""
    until = time.monotonic() + _DATABASE_S
    while True:
        try:
            return databases.is_empty(part)
        except DatabaseAway:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def _check_disk(state: Path, manifest: Manifest) -> None:
    there = state
    while not there.is_dir():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < manifest.size + _SPARE:
        needed = f"{(manifest.size + _SPARE) / 2**30:.1f} GiB"
        raise OperatingError(f"{there} has {free / 2**30:.1f} GiB left, and {needed} are needed")


def _place_databases(parts: Iterable[databases.Part], staged: Path) -> None:
    """Put copies of SQLite where they belong, checked; dumps stay beside."""
    for part in parts:
        if part.sqlite is None:
            continue
        copy = staged / DATABASES / part.name
        databases.check_sqlite(copy)
        folder = staged / STATE / part.sqlite.parent.name
        if not folder.is_dir():
            raise Unusable(f"it has no folder {folder.name} of the state")
        owner = folder.stat()
        if os.geteuid() == 0:
            os.chown(copy, owner.st_uid, owner.st_gid)
        copy.chmod(0o600)
        copy.rename(folder / part.sqlite.name)


def _exchange(
    of: Deployment, parts: list[databases.Part], staged: Path, before: Path, present: list[Path]
) -> None:
    """Move what is there aside and what was unpacked into its place; all of it or nothing."""
    moved: list[tuple[Path, Path]] = []
    put: list[databases.Part] = []
    dumps = [part for part in parts if part.url]
    if present or any(not databases.is_empty(part) for part in dumps):
        before.mkdir(mode=0o700)
    for part in dumps:
        if not databases.is_empty(part):
            databases.copy(of, part, before / part.name)
    try:
        for each in present:
            _move(each, before / each.name, moved)
        for each in sorted((staged / STATE).iterdir()):
            if each.name == "index" and (of.state / "index").exists():
                _move(of.state / "index", before / "index", moved)
            _move(each, of.state / each.name, moved)
        sync_folder(of.state)
        for part in dumps:
            databases.put(of, part, staged / DATABASES / part.name)
            put.append(part)
    except BaseException:
        for part in put:
            if (before / part.name).exists():
                databases.put(of, part, before / part.name)
        for frm, to in reversed(moved):
            to.rename(frm)
        if before.exists():
            remove_tree(before)
        raise
    mode = (staged / STATE).stat().st_mode & 0o777
    of.state.chmod(mode)


def _move(frm: Path, to: Path, moved: list[tuple[Path, Path]]) -> None:
    to.parent.mkdir(mode=0o700, exist_ok=True)
    frm.rename(to)
    moved.append((frm, to))


def _settings(of: Deployment, staged: Path) -> Path | None:
    """Keep the backup's secrets in the service's folder, if this deployment's key is another."""
    path = staged / SETTINGS
    if not path.is_file():
        return None
    content = path.read_bytes()
    its = _key(content)
    mine = of.service.key.get_secret_value() if of.service.key else ""
    if not its or its in [each.strip() for each in mine.split(",")] or its == mine:
        return None
    kept = of.state / "service" / "restored.env"
    write_whole(kept, content, mode=0o600)
    return kept


def _key(content: bytes) -> str:
    for line in content.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "BLUECLOUD_SERVICE_KEY":
            return value.strip().strip("'\"")
    return ""


def _load(of: Deployment, folder: Path) -> None:
    for each in sorted(folder.glob("*.tar")):
        with each.open("rb") as file:
            for _ in of.docker.load_image(file, quiet=True):
                continue


def _missing(of: Deployment, images: Iterable[str]) -> list[str]:
    from docker.errors import DockerException, ImageNotFound

    missing: list[str] = []
    if not of.in_containers:
        return missing
    for image in images:
        try:
            of.docker.inspect_image(image)
        except ImageNotFound:
            missing.append(image)
        except (DockerException, OSError):
            return [*images]
    return missing
