"""A laboratory that does not start, or ends, says why and shows the last lines of its log."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import httpx
import pytest
import websockets

from tests.platform.deployments import LABORATORY, Deployment, Docker
from tests.platform.person import Person

BREAK_CONFIGURATION = """
from pathlib import Path
config = Path.home() / ".jupyter" / "jupyter_server_config.py"
config.parent.mkdir(exist_ok=True)
config.write_text("import os\\nprint('no such reef', flush=True)\\nos._exit(3)\\n")
"""


async def until_stopped(person: Person, seconds: float = 60) -> str:
    """The home page, once the laboratory's card says it has stopped."""
    async with asyncio.timeout(seconds):
        while f'data-laboratory="{LABORATORY}" data-state="stopped"' not in (
            page := await person.home()
        ):
            await asyncio.sleep(0.5)
    return page


async def failure(person: Person) -> str:
    """Start the laboratory, and give what the person is told when it does not come up."""
    answer = await person.start(LABORATORY, size="small")
    if "bc-reason" in answer.text and answer.status_code >= 400:
        return answer.text
    stages = await person.watch(LABORATORY)
    assert stages[-1].failed
    return stages[-1].message


async def test_a_server_that_dies_says_why(deployment: Deployment) -> None:
    async with await deployment.person("lou") as lou:
        # A person's own broken configuration is what kills a server most often.
        await lou.start(LABORATORY)
        assert (await lou.watch(LABORATORY))[-1].ready
        await lou.run(LABORATORY, BREAK_CONFIGURATION)
        await lou.stop(LABORATORY)

        told = await failure(lou)
        assert "exit code 3" in told
        assert "no such reef" in told
        page = await lou.home()
        assert "exit code 3" in page
        assert "no such reef" in page

        deployment.home("lou").joinpath(".jupyter", "jupyter_server_config.py").unlink()
        await lou.start(LABORATORY)
        assert (await lou.watch(LABORATORY))[-1].ready
        assert "exit code 3" not in await lou.home()
        await lou.stop(LABORATORY)


async def test_a_server_that_ends_while_used_is_explained(deployment: Deployment) -> None:
    async with await deployment.person("max") as person:
        await person.start(LABORATORY)
        assert (await person.watch(LABORATORY))[-1].ready
        end = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
        with pytest.raises((httpx.HTTPError, websockets.WebSocketException, OSError)):
            await person.run(LABORATORY, end)
        page = await until_stopped(person)
        assert "Stopped" in page
        assert "killed from outside" in page or "exit code" in page


@pytest.mark.docker
async def test_a_missing_image_is_named(docker: Docker) -> None:
    path = docker.state / "releases" / f"{LABORATORY}.json"
    released = path.read_text()
    async with await docker.person("nora") as nora:
        try:
            path.write_text(released.replace(released.split("sha256:")[1][:64], "0" * 64))
            told = await failure(nora)
        finally:
            path.write_text(released)
    assert "0.1.0 (000000000000) is not on this server" in told
    assert "make images" in told


@pytest.mark.docker
async def test_a_laboratory_without_a_release_cannot_be_started(docker: Docker) -> None:
    path = docker.state / "releases" / f"{LABORATORY}.json"
    released = path.read_text()
    async with await docker.person("otto") as otto:
        try:
            path.unlink()
            assert "Not released yet" in await otto.home()
            told = await failure(otto)
        finally:
            path.write_text(released)
    assert "has no release that can be started" in told


@pytest.mark.docker
async def test_a_bad_image_is_explained(docker: Docker, tmp_path: Path) -> None:
    image = f"{docker.name}/bad"
    (tmp_path / "Dockerfile").write_text(
        f'FROM bluecloud/{LABORATORY}\nCMD ["bash", "-c", "echo The notebooks are gone; exit 7"]\n'
    )
    subprocess.run(["docker", "build", "--quiet", "--tag", image, str(tmp_path)], check=True)
    try:
        docker.release(LABORATORY, image)
        async with await docker.person("pia") as pia:
            told = await failure(pia)
    finally:
        docker.release(LABORATORY)
        subprocess.run(["docker", "rmi", "--force", image], check=True, capture_output=True)
    assert "exit code 7" in told
    assert "The notebooks are gone" in told


@pytest.mark.docker
async def test_a_new_release_is_used_at_the_next_start(docker: Docker, tmp_path: Path) -> None:
    image = f"{docker.name}/next"
    (tmp_path / "Dockerfile").write_text(f"FROM bluecloud/{LABORATORY}\nENV RELEASED=again\n")
    subprocess.run(["docker", "build", "--quiet", "--tag", image, str(tmp_path)], check=True)
    try:
        async with await docker.person("rosa") as rosa:
            for expected in ("None", "again"):
                await rosa.start(LABORATORY)
                assert (await rosa.watch(LABORATORY))[-1].ready
                said = await rosa.run(LABORATORY, "import os; print(os.environ.get('RELEASED'))")
                assert said.strip() == expected
                await rosa.stop(LABORATORY)
                docker.release(LABORATORY, image)
    finally:
        docker.release(LABORATORY)
        subprocess.run(["docker", "rmi", "--force", image], check=True, capture_output=True)


async def test_a_start_goes_on_although_the_hub_that_began_it_was_killed(
    deployment: Deployment,
) -> None:
    async with await deployment.person("vera") as vera:
        await vera.start(LABORATORY)
        begun = await vera.watch(LABORATORY, until=55)
        assert "JupyterLab is loading" in begun[-1].message

        await asyncio.to_thread(deployment.restart_hub)

        async with asyncio.timeout(60):
            while f'data-laboratory="{LABORATORY}" data-state="running"' not in await vera.home():
                await asyncio.sleep(0.5)
        assert (await vera.run(LABORATORY, "print(6 * 7)")).strip() == "42"
        assert (await vera.stop(LABORATORY)).is_success
