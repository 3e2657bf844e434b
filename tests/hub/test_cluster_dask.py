"""Clusters of Dask: what dask-gateway is told, as it understands it itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from dask_gateway_server.auth import JupyterHubAuthenticator
from dask_gateway_server.backends.kubernetes.backend import KubeClusterConfig
from traitlets.config import Config

from tests.hub.cluster_files import CHOICES, documents, made


@pytest.fixture(scope="module")
def gateway() -> Config:
    """The configuration as dask-gateway itself reads it."""
    (told,) = documents("dask-values.yaml")
    config = Config()
    code = compile(told["gateway"]["extraConfig"]["bluecloud"], "bluecloud", "exec")
    exec(code, {"c": config})  # noqa: S102 - of our own file
    return config


@pytest.mark.parametrize(
    ("image", "allowed"),
    [
        (f"registry.example.org/bluecloud/environment@sha256:{'0' * 64}", True),
        (f"registry.example.org/bluecloud/genomics:0.1.0@sha256:{'a' * 64}", True),
        ("registry.example.org/bluecloud/environment:latest", False),
        (f"registry.example.org/bluecloud/hub@sha256:{'0' * 64}", False),
        (f"registryXexample.org/bluecloud/environment@sha256:{'0' * 64}", False),
        (f"evil.example.org/x@sha256:{'0' * 64}", False),
        ("", False),
    ],
)
def test_workers_are_of_a_laboratorys_release(gateway: Config, image: str, allowed: bool) -> None:
    options = gateway.Backend.cluster_options
    asked = options.parse_options({"image": image})
    if allowed:
        assert options.get_configuration(asked, None) == {"image": image}
        return
    with pytest.raises(ValueError, match="the one that the laboratory runs"):
        options.get_configuration(asked, None)


def test_the_gateway_asks_the_hub_and_bounds_a_cluster(
    gateway: Config, caplog: pytest.LogCaptureFixture
) -> None:
    (told,) = documents("dask-values.yaml")
    assert told["gateway"]["auth"]["type"] == "jupyterhub"
    assert told["gateway"]["auth"]["jupyterhub"]["apiUrl"] == "http://hub.bluecloud:8081/hub/api"
    authenticator = JupyterHubAuthenticator(
        config=gateway, jupyterhub_api_token="x", jupyterhub_api_url="http://hub.bluecloud:8081"
    )
    assert authenticator.use_service_access_scopes
    assert authenticator.jupyterhub_service_name == "dask-gateway"
    cluster = KubeClusterConfig(config=gateway)
    assert cluster.cluster_max_cores == 16
    assert cluster.cluster_max_memory == 64 * 2**30
    assert cluster.idle_timeout == 1800
    assert "not recognized" not in caplog.text
    for part in ("scheduler", "worker"):
        held = told["gateway"]["backend"][part]
        context = held["extraContainerConfig"]["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert held["extraPodConfig"]["automountServiceAccountToken"] is False


def test_no_dask_is_told_where_there_is_none(tmp_path: Path) -> None:
    files = made(tmp_path, CHOICES)
    assert set(files) == {"manifests.yaml", "values.yaml"}
    assert "dask" not in "".join(files.values()).lower()
