"""Backups that are damaged, or made to do harm: refused, and nothing is changed."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from copy import copy as copied
from pathlib import Path
from typing import Any

import pytest

from bluecloud_service.operating import backup, restore
from bluecloud_service.operating.kept.manifest import Member, read_manifest
from tests.platform.operating import change, run, small_deployment, tree

BACK_UP, RESTORE = backup.app, restore.app


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A deployment of a few files, that nobody runs, and what the commands are told of it."""
    return small_deployment(tmp_path)


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, 0o700 if kind == tarfile.DIRTYPE else 0o600
    for attribute, value in more.items():
        setattr(info, attribute, value)
    return info


def folders(*names: str) -> list[tarfile.TarInfo]:
    return [member(name, tarfile.DIRTYPE) for name in names]


HOME = folders("state", "state/homes", "state/homes/ada")
# Members that a stranger put in the place of others, with a manifest to match.
HOSTILE: dict[str, tuple[list[tarfile.TarInfo], str]] = {
    "a path that leads out": ([*HOME, member("state/../../out")], "no place in a backup"),
    "an absolute path": ([member("/etc/out")], "no place in a backup"),
    "a part that there is not": ([member("other")], "no place in a backup"),
    "a file without its folder": ([*folders("state"), member("state/hub/x")], "in no folder"),
    "a link for a folder": (
        [*folders("state"), member("state/homes", tarfile.SYMTYPE, linkname="/etc")],
        "is a link",
    ),
    "a file through a link": (
        [
            *HOME,
            member("state/homes/ada/out", tarfile.SYMTYPE, linkname="/etc"),
            member("state/homes/ada/out/passwd"),
        ],
        "in no folder",
    ),
    "a file in a link's place": (
        [
            *HOME,
            member("state/homes/ada/out", tarfile.SYMTYPE, linkname="/etc/passwd"),
            member("state/homes/ada/out"),
        ],
        "twice",
    ),
    "another name of a file outside": (
        [*HOME, member("state/homes/ada/out", tarfile.LNKTYPE, linkname="/etc/passwd")],
        "no file of it",
    ),
    "another name of a link": (
        [
            *HOME,
            member("state/homes/ada/a", tarfile.SYMTYPE, linkname="/etc/passwd"),
            member("state/homes/ada/b", tarfile.LNKTYPE, linkname="state/homes/ada/a"),
        ],
        "no file of it",
    ),
    "a device": ([*HOME, member("state/homes/ada/mem", tarfile.CHRTYPE)], "neither a file"),
    "a pipe": ([*HOME, member("state/homes/ada/pipe", tarfile.FIFOTYPE)], "neither a file"),
}
KINDS = {tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link", tarfile.LNKTYPE: "same"}


def forged(path: Path, members: list[tarfile.TarInfo], *, manifest: bytes | None = None) -> None:
    told = [
        (each.name, KINDS.get(each.type, "file"), each.mode, 0, 0, 0, each.linkname or EMPTY)
        if each.type != tarfile.DIRTYPE
        else (each.name, "folder", each.mode, 0, 0, 0, "")
        for each in members
    ]
    head = {"made": "2026-11-27T00:00:00+00:00", "deployment": "x", "engine": "local", "format": 1}
    head |= {"databases": [], "images": [], "saved": [], "left_out": {}}
    content = json.dumps({**head, "members": told}).encode() if manifest is None else manifest
    with tarfile.open(path, "w:gz") as tar:
        for each in members:
            tar.addfile(each)
        if content:
            tar.addfile(member("manifest.json", size=len(content)), io.BytesIO(content))


EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_backup_that_leads_out_of_its_folder_is_refused(
    small: tuple[Path, dict[str, str]], tmp_path: Path, what: str
) -> None:
    members, words = HOSTILE[what]
    forged(tmp_path / "b.tar.gz", members)
    before = [*tree(tmp_path)]
    ran = run(RESTORE, tmp_path / "b.tar.gz", "--replace", told=small[1])
    assert (ran.exit_code, words in ran.output) == (2, True), ran.output
    assert [*tree(tmp_path)] == before


def test_a_backup_that_is_damaged_in_any_way_changes_nothing(
    small: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, told = small
    file, spoilt = tmp_path / "b.tar.gz", tmp_path / "spoilt.tar.gz"
    assert run(BACK_UP, file, told=told).exit_code == 0
    content = file.read_bytes()
    with tarfile.open(file) as tar:
        members = [(each, tar.extractfile(each)) for each in tar]
        bodies = {each.name: body.read() if body else b"" for each, body in members}
    infos = [each for each, _ in members]

    def packed(*, alter: str = "", without: str = "", mode: str = "", end: str = "") -> None:
        with tarfile.open(spoilt, "w:gz") as tar:
            for each in infos:
                body = bodies[each.name]
                if each.name == without:
                    continue
                if each.name == alter:
                    body = bytes([body[0] ^ 1]) + body[1:]
                copy = copied(each)
                copy.pax_headers = {}
                if each.name == mode:
                    copy.mode = 0o777
                tar.addfile(copy, io.BytesIO(body))
            if end:
                tar.addfile(member(end))

    change(state)
    for spoil, words in (
        (lambda: spoilt.write_bytes(content[: len(content) // 2]), ""),
        (lambda: spoilt.write_bytes(content[:200] + b"x" * 50 + content[250:]), ""),
        (lambda: spoilt.write_bytes(b""), ""),
        (lambda: packed(alter="state/homes/ada/a.txt"), "'state/homes/ada/a.txt' was altered"),
        (lambda: packed(alter="databases/service.sqlite"), "was altered"),
        (lambda: packed(mode="state/service/key"), "'state/service/key' was altered"),
        (lambda: packed(without="state/service/key"), ""),
        (lambda: packed(without="manifest.json"), "no manifest"),
        (lambda: packed(end="state/more"), "after the manifest"),
        (lambda: forged(spoilt, HOME, manifest=b'{"format": 2}'), "format is 2"),
        (lambda: forged(spoilt, HOME, manifest=b"[]"), "cannot be read"),
        (lambda: forged(spoilt, HOME), "it holds the databases"),
    ):
        spoil()
        before = [*tree(state)]
        ran = run(RESTORE, spoilt, "--replace", told=told)
        assert (ran.exit_code, words in ran.output) == (2, True), (words, ran.output)
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        assert [*tree(state)] == before
    assert read_manifest(bodies["manifest.json"]).members[0] == Member(
        "databases", "folder", 0o700, infos[0].uid, infos[0].gid, 0, ""
    )
