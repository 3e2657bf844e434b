"""The laboratory picker: what the home page shows a person, a card a laboratory.

JupyterHub draws the home page and gives it the person; a template may call what
``JupyterHub.template_vars`` holds, and `Picker` is put there.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bluecloud_hub import exits, quotas
from bluecloud_hub.access import open_to
from bluecloud_hub.errors import ReleaseError
from bluecloud_hub.homes import has_room
from bluecloud_hub.labs import Laboratory, picture
from bluecloud_hub.notices import Notice, read_notice
from bluecloud_hub.releases import release_for
from bluecloud_hub.service import place
from bluecloud_hub.spawner import Deployment


@dataclass(frozen=True)
class Card:
    """One laboratory as a person sees it; ``desk`` is empty where they have none."""

    laboratory: Laboratory
    picture: str
    version: str
    state: Literal["running", "starting", "stopping", "stopped"]
    size: str
    started: datetime | None
    is_last: bool
    url: str
    end: exits.Exit | None
    can_start: bool
    is_open: bool
    notice: Notice | None
    desk: str


class Picker:
    """Draws the cards of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        folder = deployment.settings.labs_folder
        self._pictures = {
            slug: _data_uri(picture(folder, slug)) for slug in deployment.laboratories
        }

    @property
    def isolates(self) -> bool:
        """Whether laboratories are kept apart; the pages warn where they are not."""
        return self._deployment.settings.has_images

    @property
    def shares_origin(self) -> bool:
        """Whether people's servers share one web origin although they are kept apart."""
        return self.isolates and not self._deployment.settings.has_user_domains

    @property
    def has_room(self) -> bool:
        """Whether the disk of the state leaves some room; without it logins are not kept either."""
        return has_room(self._deployment.settings.state_folder)

    @property
    def has_passwords(self) -> bool:
        """Whether people have passwords here, which they can change."""
        return self._deployment.settings.authentication == "password"

    def laboratory(self, slug: str) -> Laboratory | None:
        """A laboratory by its slug, for pages that know only the server's name."""
        return self._deployment.laboratories.get(slug)

    def home(self, user: Any) -> str:
        """What a person is told of their home, where it holds more than it should."""
        settings = self._deployment.settings
        found = quotas.held(settings.state_folder, user.name)
        return quotas.words(found, quotas.quota_of(settings))

    def cards(self, user: Any) -> list[Card]:
        """The laboratories this person may open, the one opened last first."""
        mine = open_to(
            self._deployment.laboratories,
            (group.name for group in user.groups),
            is_operator=user.admin,
        )
        kept = {server.name: server for server in user.orm_user._orm_spawners}
        begun = {slug: server.started for slug, server in kept.items() if server.started}
        # `started` is emptied when a server stops; its last activity is kept.
        used = {slug: server.last_activity for slug, server in kept.items() if server.last_activity}
        last = max(used, key=lambda slug: used[slug], default=None)
        # Whoever is no longer let in still has what runs, until it is stopped.
        still = [
            laboratory
            for slug, laboratory in self._deployment.laboratories.items()
            if laboratory not in mine and slug in user.spawners and user.spawners[slug].active
        ]
        cards = [
            self._card(user, laboratory, kept, begun, last, is_open=laboratory in mine)
            for laboratory in mine + still
        ]
        return sorted(cards, key=lambda card: not card.is_last)

    def _card(
        self,
        user: Any,
        laboratory: Laboratory,
        kept: dict[str, Any],
        begun: dict[str, datetime],
        last: str | None,
        *,
        is_open: bool,
    ) -> Card:
        slug = laboratory.slug
        server = user.spawners.get(slug) if slug in user.spawners else None
        options = (kept[slug].user_options if slug in kept else None) or {}
        version, can_start = self._version(laboratory, user)
        return Card(
            laboratory=laboratory,
            picture=self._pictures[slug],
            version=version,
            state=_state(server),
            size=options.get("size", laboratory.default_size),
            started=begun.get(slug),
            is_last=slug == last,
            url=user.server_url(slug),
            end=exits.last(self._deployment.settings.state_folder, user.name, slug),
            can_start=can_start and is_open,
            is_open=is_open,
            notice=read_notice(self._deployment.settings.state_folder, slug),
            desk=self._desk(slug, user),
        )

    def _desk(self, slug: str, user: Any) -> str:
        settings = self._deployment.settings
        manages = user.admin or f"{slug}-managers" in {group.name for group in user.groups}
        return place(settings).desk(slug) if settings.service_address and manages else ""

    def _version(self, laboratory: Laboratory, user: Any) -> tuple[str, bool]:
        settings = self._deployment.settings
        if not settings.has_images:
            return laboratory.version, True
        try:
            groups = {group.name for group in user.groups}
            releases = settings.state_folder / "releases"
            return release_for(releases, laboratory.slug, groups).version, True
        except ReleaseError:
            return "no release yet", False


def _state(server: Any) -> Literal["running", "starting", "stopping", "stopped"]:
    if server is None:
        return "stopped"
    if server.pending == "stop":
        return "stopping"
    if server.ready:
        return "running"
    return "starting" if server.pending else "stopped"


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" if svg else ""
