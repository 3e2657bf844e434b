"""Plain JupyterHub with DockerSpawner, as its documentation sets it up: the peer of ours."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bluecloud_hub.demo import free_port

PASSWORD = "a-password-of-the-peer"
_CONFIG = """
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


def docker(*words: str) -> str:
    """What a command of Docker says."""
    done = subprocess.run(["docker", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def build(tag: str, dockerfile: str) -> None:
    """Build an image from nothing but a Dockerfile."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "Dockerfile").write_text(dockerfile)
        docker("build", "--quiet", "--tag", tag, folder)


@contextmanager
def bare_hub(name: str, image: str) -> Iterator[str]:
    """Start such a hub for an image, and give its address; all of it is taken away at the end."""
    port = free_port()
    settings = {"HUB": name, "NETWORK": name, "IMAGE": image, "PASSWORD": PASSWORD}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "jupyterhub_config.py"
        config.write_text(_CONFIG)
        try:
            docker("network", "create", name)
            docker(
                "run", "--detach", f"--name={name}", f"--network={name}",
                f"--publish=127.0.0.1:{port}:8000", f"--volume={config}:/srv/config.py:ro",
                "--volume=/var/run/docker.sock:/var/run/docker.sock",
                *(f"--env={key}={value}" for key, value in settings.items()),
                "bluecloud/hub", "jupyterhub", "-f", "/srv/config.py",
            )  # fmt: skip
            wait = Path(__file__).parents[2] / "deploy" / "wait.py"
            address = f"http://127.0.0.1:{port}"
            subprocess.run(["python3", str(wait), address, f"127.0.0.1:{port}"], check=True)
            yield address
        finally:
            subprocess.run(["docker", "rm", "--force", name], check=False, capture_output=True)
            if left := docker("ps", "--all", "--quiet", f"--filter=name={name}"):
                docker("rm", "--force", *left.split())
            subprocess.run(["docker", "network", "rm", name], check=False, capture_output=True)
