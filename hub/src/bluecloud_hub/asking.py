"""How Docker is asked: by a pool of threads, each with a client of its own.

DockerSpawner has one thread for all calls of all people, so that one person's stop keeps another
waiting.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import docker
import docker.utils
from dockerspawner import DockerSpawner

DOCKER_THREADS = 8
STOP_SECONDS = 10  # until what does not end when asked to is ended
# What a laboratory writes is kept to so much, wherever it runs.
LOG_SIZE = {"max-size": "5m", "max-file": "2"}


class AskingDocker(DockerSpawner):
    """A spawner whose calls of Docker wait for nobody else's."""

    _pool: ClassVar[ThreadPoolExecutor | None] = None
    _clients: ClassVar[threading.local] = threading.local()

    @property
    def executor(self) -> ThreadPoolExecutor:
        """Threads for Docker's answers, so that nobody waits for another person's stop."""
        cls = AskingDocker
        if cls._pool is None:
            cls._pool = ThreadPoolExecutor(DOCKER_THREADS, thread_name_prefix="docker")
        return cls._pool

    def _docker(self, method: str, *args: Any, **kwargs: Any) -> Any:
        client = getattr(self._clients, "client", None)
        if client is None:
            client = self._clients.client = docker.APIClient(
                version="auto", timeout=60, **docker.utils.kwargs_from_env()
            )
        return getattr(client, method)(*args, **kwargs)
