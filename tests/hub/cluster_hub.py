"""A hub's people and spawners without the hub: its database in memory, its classes as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyterhub import orm
from jupyterhub.objects import Hub, Server
from jupyterhub.user import User
from sqlalchemy.orm import Session
from traitlets.config import Config

from bluecloud_hub.admission import Admission
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.pods import KubernetesLaboratory
from bluecloud_hub.profiles import profiles
from bluecloud_hub.releases import Release, write_release
from bluecloud_hub.settings import Settings, read_settings
from bluecloud_hub.spawner import Deployment

DIGEST, TESTERS_DIGEST = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def settings_of(state: Path, **more: str) -> Settings:
    """Settings of a deployment on a cluster."""
    return read_settings(
        {
            "BLUECLOUD_ENGINE": "kubernetes",
            "BLUECLOUD_STATE": str(state),
            "BLUECLOUD_PUBLIC_URL": "https://vre.example.org",
            "BLUECLOUD_SERVICE_ADDRESS": "http://service:8082",
            **more,
        }
    )


def release(state: Path, slug: str, *, testers: bool = False, local: bool = False) -> Release:
    """Release a laboratory, to everyone or to its testers."""
    digest = TESTERS_DIGEST if testers else DIGEST
    made = Release(
        slug=slug,
        version="9.9.9" if testers else "0.1.0",
        image=digest if local else f"registry.example.org/bluecloud/{slug}@{digest}",
        local=local,
        released=datetime.now(UTC),
    )
    write_release(state / "releases", made, testers=testers)
    return made


class People:
    """The people of one hub, whose laboratories are pods."""

    def __init__(
        self,
        settings: Settings,
        laboratories: Mapping[str, Laboratory],
        *,
        placement: Mapping[str, Any] | None = None,
    ) -> None:
        for name in ("homes", "shared"):
            (settings.state_folder / name).mkdir(parents=True, exist_ok=True)
        self.session: Session = orm.new_session_factory("sqlite:///:memory:")()
        self._config = Config()
        self._config.LaboratorySpawner.deployment = Deployment(
            settings, laboratories, Admission.of(settings)
        )
        self._config.KubernetesLaboratory.profiles = {
            profile["slug"]: profile for profile in profiles(laboratories, placement)
        }
        self._config.KubeSpawner.namespace = "lab"

    def spawner(
        self, slug: str, *, name: str = "ada", groups: Iterable[str] = (), **options: Any
    ) -> KubernetesLaboratory:
        """The spawner of a person's laboratory, as the hub has it just before a start."""
        row = self.session.query(orm.User).filter_by(name=name).first()
        if row is None:
            row = orm.User(name=name)
            self.session.add(row)
        row.groups = [self._group(group) for group in groups]
        self.session.commit()
        hub = Hub(ip="127.0.0.1", port=8081, base_url="/hub/", connect_url="http://hub:8081")
        user = User(
            row,
            {"config": self._config, "spawner_class": KubernetesLaboratory, "hub": hub},
            self.session,
        )
        spawner: KubernetesLaboratory = user.get_or_create_spawner(slug, slug)
        spawner.orm_spawner.server = orm.Server(base_url=f"/user/{name}/{slug}/")
        self.session.commit()
        spawner.server = Server(orm_server=spawner.orm_spawner.server)
        spawner.api_token = "a token of the test's"
        spawner.user_options = options
        return spawner

    def _group(self, name: str) -> orm.Group:
        found = orm.Group.find(self.session, name)
        if found is None:
            found = orm.Group(name=name)
            self.session.add(found)
        return found
