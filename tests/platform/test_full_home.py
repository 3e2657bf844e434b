"""A home without room: whoever has it still gets in, is told, and can make room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.platform.deployments import LABORATORY, Local
from tests.platform.person import Person


@pytest.fixture
def full(local: Local) -> Iterator[Path]:
    """A home on a disk of its own, of a mebibyte, that is filled to the last byte."""
    if os.geteuid():
        pytest.skip("a disk of its own is mounted by root")
    home = local.home("fred")
    home.mkdir(mode=0o700)
    words = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "bctest", str(home)]
    subprocess.run(words, check=True)
    try:
        with (home / "large.bin").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        yield home
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)
        home.rmdir()


async def asked(person: Person, method: str, path: str) -> httpx.Response:
    """What the person's server answers to their window."""
    await person.open(LABORATORY)
    return await person.client.request(
        method,
        f"{await person.server(LABORATORY)}{path}",
        headers=person.server_headers(LABORATORY),
    )


async def test_whoever_has_a_full_home_gets_in_and_makes_room(local: Local, full: Path) -> None:
    async with await local.person("fred") as fred:
        await fred.start(LABORATORY)
        try:
            stages = await fred.watch(LABORATORY)
            assert stages[-1].ready, stages[-1].message
            assert any("no room left" in stage.message for stage in stages)
            assert (await asked(fred, "GET", "bluecloud/api/server")).json()["is_rescued"]
            assert (await fred.run(LABORATORY, "print(6 * 7)")).strip() == "42"
            answer = await asked(fred, "DELETE", "api/contents/large.bin")
            assert answer.status_code == httpx.codes.NO_CONTENT, answer.text
            assert list(full.rglob("large.bin")) == [], "it is in no trash either"
            await fred.run(LABORATORY, "open('again.txt', 'w').write('room')")
            assert (full / "again.txt").read_text() == "room"
        finally:
            await fred.stop(LABORATORY)
