"""A laboratory's server as a spawner would start it: real, on a free port, in its own home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import httpx
import nbformat
import pytest

from bluecloud_hub.settings import checkout
from tests.service.serving import four_people, serving_runs

TOKEN = "a-token-for-tests"
READY_S = 60

DECLARATION = """\
title = "Test laboratory"
summary = "One analysis, to try the panel with."
version = "1.2.3"
"""

CATALOGUE = "entries:\n  - tide\n"
SOURCE = """\
title: Test source
url: http://127.0.0.1:9
licence: {name: CC0 1.0, text: Free., url: "https://example.org/cc0"}
citation: Nobody, 2026
entries:
  tide:
    title: Level of a tide
    description: A level at one place.
    variables: [{name: level, units: m}]
    extent: {bbox: [0, 0, 1, 1], time: [2000-01-01, null]}
    reader: argo-index
    url: "{base}/tide.txt"
    evidence: none
    live_verified: never
"""


@dataclass(frozen=True)
class LaboratoryServer:
    """One running server, and a client that its owner would use."""

    url: str
    home: Path
    root: Path
    client: httpx.Client
    environment: Mapping[str, str]  # what it was told beside what every server is

    def get(self, route: str) -> httpx.Response:
        return self.client.get(f"bluecloud/api/{route}")

    def post(self, route: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        return self.client.post(f"bluecloud/api/{route}", json=body or {})


ServerFactory = Callable[..., LaboratoryServer]


def write_notebook(path: Path, *, answer: int = 42, summary: str = "What is it?") -> None:
    """A curated notebook: two parameters, one line of work."""
    parameters = f"answer: int = {answer}  # what it is\nyears: tuple[int, int] = (1991, 2020)\n"
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(f"# The *answer*\n\n{summary} See [here](a.html).\n"),
            nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("print(answer, years)"),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree laid out like the repository, with one laboratory, `testlab`."""
    return write_tree(tmp_path / "root")


def write_tree(tree: Path) -> Path:
    """Write the tree of the laboratory `testlab`."""
    write_notebook(tree / "notebooks" / "testlab" / "answer.ipynb")
    for path, text in {
        "hub/labs/testlab.toml": DECLARATION,
        "catalogs/testlab.yaml": CATALOGUE,
        "catalogs/sources/nobody.yaml": SOURCE,
    }.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    return tree


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The person's home."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def start(root: Path, home: Path, tmp_path: Path) -> Iterator[ServerFactory]:
    """Start servers; all are stopped at the end."""
    with ExitStack() as started:

        def start_one(**options: object) -> LaboratoryServer:
            context = running_server(root, home, tmp_path / "jupyter", **options)  # type: ignore[arg-type]
            return started.enter_context(context)

        yield start_one


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaboratoryServer]:
    """One server for the tests of a module that leave its tree as it is."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "home").mkdir()
    tree = write_tree(folder / "root")
    with running_server(tree, folder / "home", folder / "jupyter") as started:
        wait_for(lambda: (started.home / ".bluecloud" / "testlab" / "curated.json").exists())
        yield started


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaboratoryServer]:
    """Ada's laboratory, in a deployment that keeps runs, for all who share it."""
    folder = tmp_path_factory.mktemp("laboratory")
    (folder / "home").mkdir()
    tree = write_tree(folder / "root")
    labs = folder / "labs"
    labs.mkdir()
    declared = (checkout() / "hub" / "labs" / "environment.toml").read_text()
    (labs / "testlab.toml").write_text(declared)
    with (
        four_people() as hub,
        serving_runs(hub, folder / "state", BLUECLOUD_LABS=str(labs)) as service,
        service.client("ada") as ada,
    ):
        # Before the laboratory starts, which looks for logins then and every few minutes.
        assert ada.put("/credentials/cmems", json={"token": "Tiefsee-7040-m"}).is_success
        with running_server(
            tree,
            folder / "home",
            folder / "jupyter",
            environment={
                "BLUECLOUD_SERVICE_URL": service.address,
                "JUPYTERHUB_API_TOKEN": "ada@testlab",
                "BLUECLOUD_CREDENTIALS_DIR": str(folder / "logins"),
                "BLUECLOUD_PRODUCTS": str(service.state / "products"),
            },
        ) as started:
            yield started


@pytest.fixture
def server(start: ServerFactory) -> LaboratoryServer:
    """A server of the laboratory `testlab`, its first copies made."""
    started = start()
    wait_for(lambda: (started.home / ".bluecloud" / "testlab" / "curated.json").exists())
    return started


@contextmanager
def running_server(
    root: Path,
    home: Path,
    jupyter: Path,
    *,
    slug: str = "testlab",
    app: str = "jupyter_server",
    prefix: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[LaboratoryServer]:
    """A Jupyter server with the panel's extension and nothing of this machine's settings."""
    config = jupyter / "config" / "jupyter_server_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    # Panel's own server extension takes seconds to import and is not ours to test.
    disabled = {"panel.io.jupyter_server_extension": False}
    config.write_text(json.dumps({"ServerApp": {"jpserver_extensions": disabled}}))
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "ServerApp.root_dir": home,
        "ServerApp.base_url": "/user/ada/testlab/",
        "IdentityProvider.token": TOKEN,
    }
    own = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(config.parent),
        "JUPYTER_DATA_DIR": str(jupyter / "data"),
        "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
        "IPYTHONDIR": str(jupyter / "ipython"),
        "BLUECLOUD_ROOT": str(root),
        "BLUECLOUD_LAB": slug,
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command = [*prefix, sys.executable, "-m", app, *arguments]
    log = jupyter / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=home,
            env={**os.environ, **own, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}/user/ada/testlab/"
        client = httpx.Client(base_url=url, headers={"Authorization": f"token {TOKEN}"}, timeout=30)
        try:
            wait_for(lambda: answers(client) or exited(process, log))
            yield LaboratoryServer(url, home, root, client, environment or {})
        finally:
            client.close()
            process.terminate()
            process.wait(timeout=20)


def answers(client: httpx.Client) -> bool:
    """Whether the server answers."""
    try:
        return client.get("api").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def now(laboratory: LaboratoryServer, run: str) -> dict[str, Any]:
    """One of the last runs, as the panel tells of it."""
    (found,) = [one for one in laboratory.get("runs").json()["runs"] if one["id"] == run]
    return dict(found)


def exited(process: subprocess.Popen[bytes], log: Path) -> bool:
    """False while the process runs; if it ended, its last words."""
    if process.poll() is not None:
        raise AssertionError(f"the server ended:\n{log.read_text()[-2000:]}")
    return False


def wait_for(is_so: Callable[[], object], *, seconds: float = READY_S) -> None:
    """Ask until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.05)
