"""A stand-in for a cluster's API, and a hub that speaks to it; loaded by tests that use them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bluecloud_hub.labs import read_laboratories

if TYPE_CHECKING:
    from tests.hub.cluster_api import ClusterApi
    from tests.hub.cluster_hub import People

LABS = Path(__file__).parents[2] / "hub" / "labs"


@pytest.fixture(scope="session")
async def cluster_api() -> AsyncIterator[ClusterApi]:
    """The API of a cluster; everything that a hub keeps open to it is closed at the end."""
    from bluecloud_hub.pods import KubernetesLaboratory
    from tests.hub.cluster_api import ClusterApi

    api = ClusterApi()
    await api.begin()
    yield api
    await KubernetesLaboratory._stop_all_reflectors()
    for task in asyncio.all_tasks():
        if "close_client_task" in repr(task.get_coro()):
            task.cancel()
    await api.end()


@pytest.fixture(scope="session")
def people(cluster_api: ClusterApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """A hub that speaks to it, with a release of everything for everybody and for testers."""
    import kubernetes_asyncio.config.kube_config as kube_config
    from kubespawner import clients

    from tests.hub.cluster_hub import People, release, settings_of

    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "kubeconfig"
    file.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: it\n"
        f"clusters: [{{name: it, cluster: {{server: '{cluster_api.address}'}}}}]\n"
        "contexts: [{name: it, context: {cluster: it, user: it, namespace: lab}}]\n"
        "users: [{name: it, user: {token: none}}]\n"
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kube_config, "KUBE_CONFIG_DEFAULT_LOCATION", str(file))
        clients.load_config.cache_clear()
        state = folder / "state"
        hub = People(settings_of(state), read_laboratories(LABS))
        for slug in read_laboratories(LABS):
            release(state, slug)
            release(state, slug, testers=True)
        yield hub
        hub.session.close()
    clients.load_config.cache_clear()
