"""Where the images of releases are, as the service asks for them."""

from __future__ import annotations

from typing import Protocol

from ..errors import NotAsked, NotNow


class RegistryAway(NotNow):
    """The registry, or Docker, does not answer."""


class NotPublished(NotAsked):
    """The registry has no such image."""


class Images(Protocol):
    """Where the images of releases are."""

    registry: str

    def name(self, laboratory: str, digest: str) -> str:
        """What the image of a digest is called on this server."""

    def check_published(self, laboratory: str, digest: str) -> None:
        """Raise `NotPublished` if the registry does not have it, `RegistryAway` if none says."""

    def is_here(self, image: str) -> bool:
        """Whether an image is on this server."""

    def fetch(self, laboratory: str, image: str) -> None:
        """Have an image on this server.

        Raises
        ------
        NotPublished, RegistryAway
            If it is not there, and cannot be fetched.
        """

    def forget(self, image: str) -> bool:
        """Remove an image from this server alone; False where something here still has it.

        Raises
        ------
        RegistryAway
            If Docker does not answer.
        """

    def unpublish(self, laboratory: str, digest: str) -> None:
        """Remove an image from the registry.

        Raises
        ------
        RegistryAway
            If it cannot be removed now; it can be tried again.
        """
