"""What a laboratory in a container is on every engine that has containers.

The container is always of the release that is current at its start, named by its digest; it sees
its person's home, its laboratory's shared folder and, not to be written to, what is published.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bluecloud_hub.admission import Refusal
from bluecloud_hub.errors import ReleaseError
from bluecloud_hub.homes import (
    HOME,
    MEMBERS_PRODUCTS,
    PASSING,
    PRODUCTS,
    SHARED,
    folder_name,
    make_home,
    make_products,
    make_shared,
)
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.releases import Release, release_for
from bluecloud_hub.spawner import LaboratorySpawner


@dataclass(frozen=True)
class Folders:
    """The folders of the state that one laboratory of one person sees, as the hub sees them."""

    home: Path
    shared: Path
    products: Path
    members_products: Path


class ContainedLaboratory(LaboratorySpawner):
    """The part of a laboratory's server that is the same in every container."""

    how_released = "with 'make images'"

    def laboratory_home(self) -> str:
        """The home folder as the container sees it."""
        return HOME

    def laboratory_shared(self, laboratory: Laboratory) -> str:
        """The shared folder as the container sees it."""
        return SHARED

    def products_folders(self, laboratory: Laboratory) -> tuple[str, ...]:
        """The folders of products as the container sees them."""
        return PRODUCTS, MEMBERS_PRODUCTS

    def passing_files(self) -> str:
        """A folder in memory."""
        return PASSING

    def release(self, laboratory: Laboratory) -> Release:
        """The release that this person is given now, of which the environment is told.

        Raises
        ------
        Refusal
            503 where there is none.
        """
        try:
            releases = self.deployment.settings.state_folder / "releases"
            groups = {group.name for group in self.user.groups}
            release = release_for(releases, laboratory.slug, groups)
        except ReleaseError as error:
            self.log.error("%s", error)
            raise self.not_released(laboratory) from error
        self.environment["BLUECLOUD_RELEASE"] = release.version
        self.environment["BLUECLOUD_RELEASE_DIGEST"] = release.digest
        return release

    def not_released(self, laboratory: Laboratory) -> Refusal:
        """What a person is told where the laboratory cannot be started for want of a release."""
        return Refusal(
            f"The laboratory {laboratory.title!r} has no release that can be started; "
            f"an operator makes one {self.how_released}",
            reason="no release",
            status_code=503,
        )

    def labels_of(self, laboratory: Laboratory, release: Release) -> dict[str, str]:
        """What Docker is told of a container, by which it is known whose and of what it is."""
        return {
            "bluecloud.deployment": self.deployment.settings.name,
            "bluecloud.laboratory": laboratory.slug,
            "bluecloud.person": folder_name(self.user.name),
            "bluecloud.release": release.version,
            "bluecloud.digest": release.digest,
        }

    async def folders(self, laboratory: Laboratory) -> Folders:
        """Make the folders that are not there, each with its owner."""
        state = self.deployment.settings.state_folder
        own = await asyncio.to_thread(make_home, state, self.user.name, for_container=True)
        shared = await asyncio.to_thread(make_shared, state, laboratory.slug, for_container=True)
        published, members = await asyncio.to_thread(make_products, state, laboratory.slug)
        return Folders(own, shared, published, members)
