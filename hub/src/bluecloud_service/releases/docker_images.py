"""Images of releases in the deployment's registry, and on this server.

The registry believes the service's own signature, so that the service needs no account there: it
signs itself a token for what it does, and hands it to Docker for a fetch. An image is fetched when
its candidate is checked, and again before it is promoted if it is gone; never while somebody waits
for their laboratory to start.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import docker.errors
import docker.utils
import httpx
import requests

from ..registry.grants import Access
from ..registry.signing import Signer
from .images import NotPublished, RegistryAway

_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_FETCH_S = 3600


class DockerImages:
    """Images of a registry with the Docker Registry v2 API, and of this server's Docker.

    Parameters
    ----------
    registry
        Its name in images' names, as Docker here and on managers' machines reaches it.
    address
        Where the service reaches it.
    """

    def __init__(self, registry: str, address: str, signer: Signer) -> None:
        self.registry = registry
        self._address = address.rstrip("/")
        self._signer = signer
        self._local = threading.local()
        # The deployment's own: no proxy of the environment is to see a token.
        self._client = httpx.Client(timeout=httpx.Timeout(30, connect=10), trust_env=False)

    def name(self, laboratory: str, digest: str) -> str:
        """See `Images`."""
        return f"{self.registry}/bluecloud/{laboratory}@{digest}"

    def check_published(self, laboratory: str, digest: str) -> None:
        """See `Images`."""
        answer = self._ask("HEAD", laboratory, digest, "pull")
        if answer.status_code == 404:
            raise NotPublished(
                f"the registry has no image {digest} of bluecloud/{laboratory}: publish it first"
            )
        self._expect(answer, {200})

    def is_here(self, image: str) -> bool:
        """See `Images`."""
        with _told():
            try:
                self._api.inspect_image(image)
            except docker.errors.ImageNotFound:
                return False
        return True

    def fetch(self, laboratory: str, image: str) -> None:
        """See `Images`."""
        if self.is_here(image):
            return
        if "@" not in image:
            raise NotPublished(f"image {image} was made on this server and is not here any more")
        repository, _, digest = image.partition("@")
        self.check_published(laboratory, digest)  # which says in a sentence what Docker does not
        token = self._token(laboratory, "pull", seconds=_FETCH_S)
        with _told():
            try:
                said = self._api.pull(
                    repository,
                    tag=digest,
                    auth_config={"registrytoken": token},
                    stream=True,
                    decode=True,
                )
                faults = [str(line["error"]) for line in said if "error" in line]
            except docker.errors.NotFound as error:
                raise NotPublished(f"the registry has no image {image}: {error}") from error
        if faults:
            raise RegistryAway(f"{image} could not be fetched: {faults[-1]}")

    def forget(self, image: str) -> bool:
        """See `Images`."""
        with _told():
            try:
                self._api.remove_image(image)
            except docker.errors.ImageNotFound:
                return True
            except docker.errors.APIError as error:
                if error.status_code != requests.codes.conflict:
                    raise
                return False
        return True

    def unpublish(self, laboratory: str, digest: str) -> None:
        """See `Images`."""
        answer = self._ask("DELETE", laboratory, digest, "delete")
        self._expect(answer, {202, 404})

    def _ask(self, method: str, laboratory: str, digest: str, action: str) -> httpx.Response:
        address = f"{self._address}/v2/bluecloud/{laboratory}/manifests/{digest}"
        token = self._token(laboratory, action)
        headers = {"Authorization": f"Bearer {token}", "Accept": ", ".join(_MANIFESTS)}
        try:
            return self._client.request(method, address, headers=headers)
        except httpx.HTTPError as error:
            raise RegistryAway(f"the registry {self.registry} does not answer: {error}") from error

    def _expect(self, answer: httpx.Response, allowed: set[int]) -> None:
        if answer.status_code not in allowed:
            raise RegistryAway(
                f"the registry {self.registry} answered {answer.status_code} to "
                f"{answer.request.method} of {answer.request.url.path}"
            )

    def _token(self, laboratory: str, action: str, *, seconds: int = 300) -> str:
        access = [Access("repository", f"bluecloud/{laboratory}", (action,))]
        return self._signer.sign("the service", access, seconds=seconds).token

    @property
    def _api(self) -> Any:
        """Docker's client; one a thread, since it is not made to be shared."""
        if not hasattr(self._local, "api"):
            self._local.api = docker.APIClient(
                version="auto", timeout=_FETCH_S, **docker.utils.kwargs_from_env()
            )
        return self._local.api


@contextmanager
def _told() -> Iterator[None]:
    """Say of Docker what it does not do."""
    try:
        yield
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise RegistryAway(f"Docker does not do it: {error}") from error
