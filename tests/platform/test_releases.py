"""From a changed notebook to everyone, with real images, a real gate and Debian's registry."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bluecloud_hub.releases import read_release
from tests.platform.deployments import LABORATORY, Docker
from tests.platform.managing import SCOPES, Managed, checkout_of, remove_images
from tests.platform.person import Person
from tests.platform.test_faults import faults
from tests.service.serving import until

pytestmark = pytest.mark.docker

SLUG = "genomics"
CURATED = "gene_clusters.ipynb"
VERSION = f"9.{os.getpid()}"
BAR_S = 180.0


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that has one curated notebook of the laboratory, so that its gate is quick."""
    return checkout_of(SLUG, [CURATED], tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def images() -> Iterator[None]:
    """Takes away the images that are built and fetched here."""
    yield
    remove_images(SLUG, VERSION)


@pytest.fixture(scope="module")
def manager(docker: Docker, tree: Path, images: None) -> Managed:
    """The manager, after they built the laboratory's first release and gave it to everyone."""

    async def token() -> str:
        async with await docker.person("mia", f"{SLUG}-managers") as mia:
            return await mia.token(scopes=SCOPES)

    made = Managed(docker, asyncio.run(token()), tree, SLUG)
    first = f"{VERSION}.0"
    said = made.does("build", SLUG, "--tree", str(tree), "--version", first, "-m", "the first")
    assert CURATED in said
    assert "is green" in said
    made.does("promote", SLUG, first)
    made.does("promote", SLUG, first, "--to", "everyone")
    release = read_release(docker.state / "releases", SLUG)
    assert release.image == f"{docker.registry}/bluecloud/{SLUG}@{made.digest(first)}"
    return made


async def has(person: Person, word: str) -> bool:
    """Whether the curated notebook that a person's server has says a word."""
    path = f"/opt/bluecloud/notebooks/{SLUG}/{CURATED}"
    return word in await person.run(SLUG, f"print(open({path!r}).read())")


async def runs(person: Person) -> str:
    """The release that a person's server knows it was started from."""
    code = "import os; print(os.environ['BLUECLOUD_RELEASE_DIGEST'])"
    return (await person.run(SLUG, code)).strip()


async def start(person: Person) -> None:
    await person.start(SLUG)
    last = (await person.watch(SLUG))[-1]
    assert last.ready, last.message


async def test_a_changed_notebook_goes_to_testers_and_to_everyone_and_back(
    docker: Docker, manager: Managed
) -> None:
    first, second = manager.digest(f"{VERSION}.0"), f"{VERSION}.1"
    async with (
        await docker.person("ada", SLUG) as ada,
        await docker.person("tom", f"{SLUG}-testers") as tom,
    ):
        hers = await ada.token(scopes=SCOPES)
        await start(ada)
        try:
            began = time.monotonic()
            manager.add_cell(CURATED, "'a mended word'")
            said = await asyncio.to_thread(manager.publish, second, "-m", "a mended word")
            assert said.exit_code == 0, said.output
            assert f"changed  notebooks/{SLUG}/{CURATED}" in said.output
            manager.does("promote", SLUG, second)
            took = time.monotonic() - began
            digest = manager.digest(second)
            assert manager.ask("/release", hers, running=first)["compared"] == "same"
            await start(tom)
            assert await has(tom, "a mended word")
            assert await runs(tom) == digest
            assert not await has(ada, "a mended word")
            await ada.stop(SLUG)
            await start(ada)
            assert await runs(ada) == first, "the testers' release is not hers"

            began = time.monotonic()
            manager.does("promote", SLUG, second, "--to", "everyone")
            took += time.monotonic() - began
            assert took < BAR_S, f"{took:.0f} s from an edited notebook to everyone"
            assert await runs(ada) == first, "who has it open keeps theirs"
            told = manager.ask("/release", hers, running=first)
            assert told["compared"] == "newer"
            assert told["message"] == "a mended word"
            await ada.stop(SLUG)
            await start(ada)
            assert await runs(ada) == digest

            manager.does("rollback", SLUG)
            assert await has(ada, "a mended word"), "who runs the newer one keeps it"
            told = manager.ask("/release", hers, running=digest)
            assert (told["digest"], told["compared"]) == (first, "earlier")
            await ada.stop(SLUG)
            await start(ada)
            assert not await has(ada, "a mended word")
            manager.does("forward", SLUG)
        finally:
            await ada.stop(SLUG)
            await tom.stop(SLUG)


def test_an_image_of_the_server_replaces_no_promoted_release(
    docker: Docker, manager: Managed
) -> None:
    before = read_release(docker.state / "releases", SLUG)
    done = subprocess.run(
        [sys.executable, "-m", "bluecloud_hub.releases", SLUG],
        env={**os.environ, "BLUECLOUD_STATE": str(docker.state)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{SLUG} keeps {before.name}, which its managers promoted" in done.stdout
    assert read_release(docker.state / "releases", SLUG) == before


async def test_a_release_whose_notebook_fails_reaches_nobody(
    docker: Docker, manager: Managed
) -> None:
    path = manager.tree / "notebooks" / SLUG / CURATED
    kept, version = path.read_bytes(), f"{VERSION}.2"
    before = read_release(docker.state / "releases", SLUG)
    manager.add_cell(CURATED, "raise ValueError('no sea today')", place=0)
    try:
        said = await asyncio.to_thread(manager.publish, version)
    finally:
        path.write_bytes(kept)
    assert said.exit_code == 1
    assert "Every curated notebook runs to its end" in said.output
    assert "no sea today" in said.output
    for to in ("testers", "everyone"):
        refused = manager.call("promote", SLUG, version, "--to", to)
        assert refused.exit_code == 1
        assert "is refused: only a green one is promoted" in refused.output
    assert read_release(docker.state / "releases", SLUG) == before
    assert (
        b"no sea today"
        in httpx.get(
            f"{manager.environment['BLUECLOUD_SERVICE_URL']}/laboratories/{SLUG}/releases/"
            f"{manager.digest(version)}/report?form=html",
            headers={"Authorization": f"token {manager.environment['JUPYTERHUB_API_TOKEN']}"},
            trust_env=False,
        ).content
    )


async def test_a_candidate_is_checked_again_when_the_service_was_killed_while_it_was(
    docker: Docker, manager: Managed
) -> None:
    version = f"{VERSION}.3"
    said = await asyncio.to_thread(manager.publish, version, "--no-wait")
    assert said.exit_code == 0, said.output
    digest = manager.digest(version)
    begun = "starting its server"
    until(lambda: begun in str(manager.ask(f"/releases/{digest}")["progress"]), seconds=300)
    docker.compose("kill", "service")
    docker.start_service()
    after = Managed(docker, manager.environment["JUPYTERHUB_API_TOKEN"], manager.tree, SLUG)
    manager.environment = after.environment
    said = await asyncio.to_thread(manager.call, "check", SLUG, version)
    assert said.exit_code == 0, said.output
    assert manager.state(version) == "green"
    label = f"label=bluecloud.deployment={docker.name}"
    words = [
        "docker",
        "ps",
        "--all",
        "--quiet",
        f"--filter={label}",
        "--filter=label=bluecloud.gate",
    ]
    assert subprocess.run(words, capture_output=True, check=True).stdout == b""


async def test_a_registry_that_is_gone_leaves_no_half_release(
    docker: Docker, manager: Managed
) -> None:
    version, ready = f"{VERSION}.4", f"{VERSION}.0"
    releases = manager.ask("/releases")["releases"]
    docker.compose("stop", "registry")
    try:
        said = await asyncio.to_thread(manager.publish, version)
        assert said.exit_code == 1
        assert "does not answer" in said.output
        assert manager.ask("/releases")["releases"] == releases
        # What was fetched for its check can be promoted, and people can start it.
        manager.does("promote", SLUG, ready)
        async with await docker.person("tom", f"{SLUG}-testers") as tom:
            await start(tom)
            assert await runs(tom) == manager.digest(ready)
            await tom.stop(SLUG)
    finally:
        docker.compose("up", "--detach", "registry")
    path = manager.tree / "notebooks" / SLUG / CURATED
    path.write_text(path.read_text() + "\n")  # so that it is no release that is there
    said = await asyncio.to_thread(manager.publish, version)
    assert "is green" in said.output, said.output


async def test_a_registry_that_hangs_holds_nobody_up_who_does_not_need_it(
    docker: Docker, manager: Managed
) -> None:
    version, audience = f"{VERSION}.0", ("--to", "testers")
    manager.call("promote", SLUG, version, *audience)
    manager.does("rollback", SLUG, *audience)
    before = manager.ask("/releases")
    files = {path: path.read_bytes() for path in (docker.state / "releases").iterdir()}
    image = f"{docker.registry}/bluecloud/{SLUG}@{manager.digest(version)}"
    subprocess.run(["docker", "rmi", image], check=True, capture_output=True)
    # Its port is open, and takes what is said to it: nothing comes back, as where packets are lost.
    docker.compose("pause", "registry")
    try:
        promoting = asyncio.create_task(
            asyncio.to_thread(manager.call, "promote", SLUG, version, *audience)
        )
        async with await docker.person("ada", SLUG) as ada:
            await ada.start(LABORATORY)
            assert (await ada.watch(LABORATORY))[-1].ready
            await ada.stop(LABORATORY)
        assert "registry" in await asyncio.to_thread(faults, docker)
        said = await promoting
        assert said.exit_code == 1
        assert f"the registry {docker.registry} does not answer" in said.output, said.output
        assert manager.ask("/releases") == before
        assert files == {path: path.read_bytes() for path in files}
    finally:
        docker.compose("unpause", "registry")
    manager.does("promote", SLUG, version, *audience)
    assert not faults(docker) & {"registry", "release-images"}, "with the image it is back"


@pytest.fixture
def updated(tmp_path: Path) -> Iterator[str]:
    """A base of laboratories that is newer than what the release stands on."""
    name = f"bctest{os.getpid()}-updated-base"
    (tmp_path / "Dockerfile").write_text(
        "FROM bluecloud/base\nUSER root\nRUN echo mended > /etc/bluecloud-update\nUSER 1000\n"
    )
    words = ["docker", "build", "--quiet", "--tag", name, str(tmp_path)]
    subprocess.run(words, check=True, capture_output=True)
    yield name
    subprocess.run(["docker", "rmi", "--force", name], check=True, capture_output=True)


async def test_what_somebody_manages_is_rebuilt_on_a_newer_base_behind_the_gate(
    docker: Docker, manager: Managed, updated: str
) -> None:
    path, version = manager.tree / "hub" / "labs" / f"{SLUG}.toml", f"{VERSION}.5"
    told = path.read_text()
    path.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', told))
    before = read_release(docker.state / "releases", SLUG)
    tree = str(manager.tree)
    try:
        said = await asyncio.to_thread(
            manager.call, "rebuild", "--all", "--tree", tree, "--base", updated
        )
    finally:
        path.write_text(told)
    assert said.exit_code == 0, said.output
    assert f"{SLUG}: {version} " in said.output
    assert "is green" in said.output
    assert "environment" not in said.output, "it is another's to rebuild"
    assert read_release(docker.state / "releases", SLUG) == before, "nobody has it yet"
    release = manager.ask(f"/releases/{manager.digest(version)}")
    assert (release["origin"], release["state"]) == ("rebuilt", "green")
    manager.does("promote", SLUG, version)
    async with await docker.person("tom", f"{SLUG}-testers") as tom:
        await start(tom)
        try:
            code = "print(open('/etc/bluecloud-update').read())"
            assert (await tom.run(SLUG, code)).strip() == "mended"
        finally:
            await tom.stop(SLUG)
    refused = manager.call("rebuild", "--all", SLUG, "--tree", tree)
    assert (refused.exit_code, "name the laboratories, or --all" in refused.output) == (1, True)
