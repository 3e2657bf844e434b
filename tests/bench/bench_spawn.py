"""From the picker's button to a laboratory that answers: ours against plain JupyterHub.

The peer is JupyterHub with DockerSpawner as its documentation sets it up, starting an image that
has JupyterLab and nothing else, installed by pip on the same Debian base. Both hubs run in
containers; the same client presses both buttons, by turns, with everything warm.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from bluecloud_hub.demo import free_port
from tests.bench.ratio import Ratio
from tests.platform.deployments import LABORATORY, Docker
from tests.platform.person import Person

_REPEATS = 7
_PEER_PASSWORD = "a-password-of-the-peer"
_PEER_IMAGE = "bctest/bare-jupyterlab"
_PEER_DOCKERFILE = f"""
FROM debian:bookworm-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv
RUN useradd --create-home --uid 1000 jovyan && python3 -m venv /opt/venv \\
 && PIP_CERT=/etc/ssl/certs/ca-certificates.crt /opt/venv/bin/pip install --quiet \\
    jupyterlab=={version("jupyterlab")} jupyterhub=={version("jupyterhub")}
ENV PATH=/opt/venv/bin:$PATH HOME=/home/jovyan
USER jovyan
WORKDIR /home/jovyan
CMD ["jupyterhub-singleuser"]
"""
_PEER_CONFIG = """
import os
c.JupyterHub.bind_url = "http://:8000"
c.JupyterHub.hub_ip = "0.0.0.0"
c.JupyterHub.hub_connect_ip = os.environ["HUB"]
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["PASSWORD"]
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "docker"
c.DockerSpawner.image = os.environ["IMAGE"]
c.DockerSpawner.network_name = os.environ["NETWORK"]
c.DockerSpawner.use_internal_ip = True
c.DockerSpawner.remove = True
c.DockerSpawner.prefix = os.environ["HUB"]
"""


def _docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


async def _seconds(person: Person, laboratory: str) -> float:
    """From the button to the answer, of one start; stopped afterwards."""
    xsrf = await person.xsrf()
    begin = time.perf_counter()
    named = f"/{laboratory}" if laboratory else ""
    await person.client.post(f"/hub/spawn/{person.name}{named}", params={"_xsrf": xsrf}, data={})
    path = f"/hub/api/users/{person.name}/server" + (f"s/{laboratory}" if laboratory else "")
    async with person.client.stream("GET", f"{path}/progress", params={"_xsrf": xsrf}) as events:
        async for line in events.aiter_lines():
            if '"ready": true' in line:
                break
            if '"failed": true' in line:
                raise RuntimeError(line)
    seconds = time.perf_counter() - begin
    (await person.client.delete(path, params={"_xsrf": await person.xsrf()})).raise_for_status()
    return seconds


async def _measure(ours: Person, peer: Person) -> tuple[list[float], list[float]]:
    async with ours, peer:
        for person in (ours, peer):
            answer = await person.log_in()
            answer.raise_for_status()
        mine, theirs = [], []
        for _ in range(_REPEATS + 1):
            mine.append(await _seconds(ours, LABORATORY))
            theirs.append(await _seconds(peer, ""))
        return mine[1:], theirs[1:]  # the first of each warms the machine's caches


def run() -> list[Ratio]:
    """Median seconds of seven warm starts each."""
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "bare"
        build.mkdir()
        (build / "Dockerfile").write_text(_PEER_DOCKERFILE)
        _docker("build", "--quiet", "--tag", _PEER_IMAGE, str(build))
        config = Path(folder) / "jupyterhub_config.py"
        config.write_text(_PEER_CONFIG)
        deployment = Docker(Path(folder) / "state")
        peer_hub = f"{deployment.name}-peer"
        port = free_port()
        try:
            deployment.start()
            _docker("network", "create", peer_hub)
            settings = {
                "HUB": peer_hub,
                "NETWORK": peer_hub,
                "IMAGE": _PEER_IMAGE,
                "PASSWORD": _PEER_PASSWORD,
            }
            _docker(
                "run", "--detach", f"--name={peer_hub}", f"--network={peer_hub}",
                f"--publish=127.0.0.1:{port}:8000", f"--volume={config}:/srv/config.py:ro",
                "--volume=/var/run/docker.sock:/var/run/docker.sock",
                *(f"--env={name}={value}" for name, value in settings.items()),
                "bluecloud/hub", "jupyterhub", "-f", "/srv/config.py",
            )  # fmt: skip
            wait = Path(__file__).parents[2] / "deploy" / "wait.py"
            subprocess.run(
                ["python3", str(wait), f"http://127.0.0.1:{port}", f"127.0.0.1:{port}"], check=True
            )
            ours = Person(deployment.address, "ada", deployment.add("ada"))
            peer = Person(f"http://127.0.0.1:{port}", "ada", _PEER_PASSWORD)
            mine, theirs = asyncio.run(_measure(ours, peer))
        finally:
            subprocess.run(["docker", "rm", "--force", peer_hub], check=False, capture_output=True)
            left = _docker("ps", "--all", "--quiet", f"--filter=name={peer_hub}")
            if left:
                _docker("rm", "--force", *left.split())
            subprocess.run(["docker", "network", "rm", peer_hub], check=False, capture_output=True)
            deployment.stop()
    return [
        Ratio(
            name="a warm start, from the picker's button to a laboratory that answers",
            peer_name="DockerSpawner, bare JupyterLab",
            ours=statistics.median(mine),
            peer=statistics.median(theirs),
            unit="s",
            target=0.6,
            note=f"medians of {_REPEATS}; ours {min(mine):.2f}-{max(mine):.2f}, "
            f"peer {min(theirs):.2f}-{max(theirs):.2f}",
        )
    ]
