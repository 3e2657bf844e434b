"""One deployment an engine, started once for all platform tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.platform.deployments import Deployment, Docker, Local


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A hub with engine ``local``."""
    deployment = Local(tmp_path_factory.mktemp("local"))
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    """A deployment of containers; its images are made by ``make images``."""
    deployment = Docker(tmp_path_factory.mktemp("docker"))
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Each engine in turn."""
    made: Deployment = request.getfixturevalue(request.param)
    return made
