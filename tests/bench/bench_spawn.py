"""From the picker's button to a laboratory that answers: ours against plain JupyterHub.

The peer is JupyterHub with DockerSpawner as its documentation sets it up, starting an image that
has JupyterLab and nothing else, installed by pip on the same Debian base. Both hubs run in
containers; the same client presses both buttons, by turns, with everything warm.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench.bare_hub import PASSWORD, bare_hub, build
from tests.bench.ratio import Ratio
from tests.platform.deployments import LABORATORY, Docker, running
from tests.platform.person import Person

_REPEATS = 7
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
    build(_PEER_IMAGE, _PEER_DOCKERFILE)
    with tempfile.TemporaryDirectory() as folder:
        deployment = Docker(Path(folder) / "state")
        with running(deployment), bare_hub(f"{deployment.name}-peer", _PEER_IMAGE) as address:
            ours = Person(deployment.address, "ada", deployment.add("ada"))
            peer = Person(address, "ada", PASSWORD)
            mine, theirs = asyncio.run(_measure(ours, peer))
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
