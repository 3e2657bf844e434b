"""What the tests of releases share: a registry that asks nobody, and a deployment's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bluecloud.lab import Registry
from bluecloud_hub.settings import checkout
from bluecloud_service.registry import Signer, signer_of
from tests.registry.serving import Served, program, serving
from tests.service.serving import Serving, four_people, serving_runs


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A registry of the test's own, that asks nobody who they are."""
    with serving(tmp_path / "registry") as served:
        yield served


@pytest.fixture
def registry(served: Served) -> Iterator[Registry]:
    """A client of it."""
    with Registry(served.address, patience=(0.1, 0.2)) as reached:
        yield reached


@dataclass
class Deployed:
    """A service that knows four people, and the registry that believes it."""

    service: Serving
    registry: Served

    def reached(self, person: str) -> Registry:
        """The registry as a person reaches it, with their token of the hub."""
        return Registry(self.registry.address, person or None, patience=(0.1, 0.2))


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Two laboratories, of which ``restricted`` is open to its members alone."""
    program()
    folder = tmp_path_factory.mktemp("deployed")
    (folder / "labs").mkdir()
    declared = (checkout() / "hub" / "labs" / "environment.toml").read_text()
    (folder / "labs" / "environment.toml").write_text(declared)
    restricted = declared.replace('"everyone"', '"members"')
    (folder / "labs" / "restricted.toml").write_text(restricted)
    with (
        four_people() as hub,
        serving_runs(hub, folder / "state", BLUECLOUD_LABS=str(folder / "labs")) as service,
    ):
        keys = folder / "state" / "service"
        realm = f"{service.address}/registry/token"
        with serving(folder / "registry", realm=realm, keys=keys) as registry:
            yield Deployed(service, registry)


@pytest.fixture(scope="session")
def signer(deployed: Deployed) -> Signer:
    """The service's own signer, as it was made."""
    return signer_of(deployed.service.state / "service")
