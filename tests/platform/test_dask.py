"""dask-gateway beside our hub: a laboratory's own token opens it, and no other does."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from bluecloud_hub.demo import free_port
from tests.platform.deployments import LABORATORY, Local, running

CONFIG = Path(__file__).with_name("gateway_config.py")
COMPUTES = """
import os
from dask_gateway import Gateway, JupyterHubAuth
import dask.array as da

gateway = Gateway("{address}", auth=JupyterHubAuth(os.environ["JUPYTERHUB_API_TOKEN"]))
with gateway.new_cluster() as cluster:
    cluster.scale(2)
    with cluster.get_client() as client:
        client.wait_for_workers(2, timeout=90)
        there = set(client.run(os.getpid).values())
        total = da.arange(1_000_001, chunks=100_000).sum().compute()
        print(len(there), os.getpid() in there, int(total))
        print([each.name == cluster.name for each in gateway.list_clusters()])
print(gateway.list_clusters())
"""


@contextmanager
def gateway(folder: Path, address: str, hub: str, token: str) -> Iterator[None]:
    """A gateway that believes a hub; ended with all that it started."""
    told = {
        **os.environ,
        "GATEWAY_TOKEN": token,
        "GATEWAY_HUB": f"{hub}/hub/api",
        "GATEWAY_LISTEN": f"127.0.0.1:{free_port()}",
        "GATEWAY_ADDRESS": address.removeprefix("http://"),
        "GATEWAY_PROXY_TOKEN": secrets.token_hex(32),
        "GATEWAY_CLUSTERS": str(folder / "clusters"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    folder.mkdir()
    program = str(Path(sys.executable).with_name("dask-gateway-server"))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--config", str(CONFIG)],
            env=told, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{address}/api/health", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < until, (folder / "log").read_text()[-2000:]
            time.sleep(0.2)
        yield
    finally:
        started = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        try:
            process.wait(60)
        finally:
            for each in started:
                with suppress(psutil.NoSuchProcess):
                    each.kill()


async def test_a_laboratory_computes_on_a_cluster_that_its_own_token_opened(
    tmp_path: Path,
) -> None:
    token, address = secrets.token_hex(32), f"http://127.0.0.1:{free_port()}"
    deployment = Local(
        tmp_path / "state", BLUECLOUD_DASK_ADDRESS=address, BLUECLOUD_DASK_TOKEN=token
    )
    with (
        running(deployment),
        gateway(tmp_path / "gateway", address, deployment.address, token),
    ):
        async with await deployment.person("dora") as dora:
            await dora.start(LABORATORY)
            try:
                last = (await dora.watch(LABORATORY))[-1]
                assert last.ready, last.message
                told = await dora.run(LABORATORY, COMPUTES.format(address=address))
                assert told.split("\n")[:3] == ["2 False 500000500000", "[True]", "[]"]
            finally:
                await dora.stop(LABORATORY)
            narrow = await dora.token(scopes=["access:services!service=bluecloud"])
            wide = await dora.token(scopes=["access:services!service=dask-gateway"])
        answers = {}
        for given in (narrow, wide, "nobody's"):
            async with httpx.AsyncClient(trust_env=False) as asks:  # no cookie of another's
                answers[given] = await asks.get(
                    f"{address}/api/v1/clusters/",
                    headers={"Authorization": f"jupyterhub {given}"},
                )
        assert answers[wide].status_code == httpx.codes.OK, answers[wide].text
        assert answers[narrow].status_code == httpx.codes.UNAUTHORIZED, answers[narrow].text
        assert answers["nobody's"].is_error, answers["nobody's"].text
