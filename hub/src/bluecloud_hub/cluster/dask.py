"""Clusters of Dask by dask-gateway, where a deployment chooses them.

The gateway believes the hub: a notebook sends its server's token, which the hub has to say may be
used there. Workers are of the image that the laboratory runs, named by its digest, so that both
have the same packages; no other image is started. It is in a namespace of its own, because its
controller may make pods. It bounds each cluster; how many one person may have, it does not bound.
"""

from __future__ import annotations

from typing import Any

from bluecloud_hub.cluster.choices import HUB, Cluster
from bluecloud_hub.cluster.network import internet, names, ports
from bluecloud_hub.cluster.pieces import Manifest, container_security
from bluecloud_hub.dask import NAME
from bluecloud_hub.homes import LABORATORY_UID
from bluecloud_hub.labs import Laboratory

SECRET, KEY = "dask-gateway-hub", "token"
_CONFIGURATION = '''\
import re

from dask_gateway_server.options import Options, String

IMAGE = re.compile({pattern!r})


def of_a_laboratory(options):
    """A cluster of a laboratory's release, and of nothing else."""
    if not IMAGE.fullmatch(options.image):
        raise ValueError("image: the one that the laboratory runs, by its digest; it is told as "
                         "DASK_GATEWAY__CLUSTER__OPTIONS__IMAGE")
    return {{"image": options.image}}


c.Backend.cluster_options = Options(
    String("image", default="", label="Image"), handler=of_a_laboratory
)
c.JupyterHubAuthenticator.jupyterhub_service_name = {service!r}
c.JupyterHubAuthenticator.use_service_access_scopes = True
c.ClusterConfig.cluster_max_cores = {cores}
c.ClusterConfig.cluster_max_memory = {memory!r}
c.ClusterConfig.idle_timeout = {idle}
c.KubeClusterConfig.image_pull_secrets = {pull!r}
'''


def configuration(cluster: Cluster, laboratories: dict[str, Laboratory]) -> str:
    """The gateway's configuration, as Python."""
    slugs = "|".join(laboratories)
    return _CONFIGURATION.format(
        pattern=rf"{_plain(cluster.images)}/({slugs})(:[\w.-]+)?@sha256:[0-9a-f]{{64}}",
        service=NAME,
        cores=cluster.dask.most_cores,
        memory=cluster.dask.most_memory,
        idle=cluster.dask.idle_timeout,
        pull=[{"name": name} for name in cluster.pull_secrets],
    )


def values(cluster: Cluster, laboratories: dict[str, Laboratory]) -> dict[str, Any]:
    """What ``helm upgrade --install dask-gateway ... --values`` is given."""
    first = next(iter(laboratories.values()))
    held = {
        "extraPodConfig": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
        "extraContainerConfig": {
            "securityContext": container_security(LABORATORY_UID, read_only=False)
        },
    }
    return {
        "gateway": {
            "auth": {
                "type": "jupyterhub",
                "jupyterhub": {
                    "apiTokenFromSecretName": SECRET,
                    "apiTokenFromSecretKey": KEY,
                    "apiUrl": f"http://{HUB}.{cluster.name}:8081/hub/api",
                },
            },
            "backend": {
                # Never started: the option that replaces it has to be given.
                "image": {"name": f"{cluster.images}/{first.slug}", "tag": cluster.tag},
                "scheduler": {
                    "cores": {"request": 0.5, "limit": 1},
                    "memory": {"request": "1G", "limit": "2G"},
                    **held,
                },
                "worker": {
                    "cores": {"request": 0.5, "limit": 1},
                    "memory": {"request": "2G", "limit": "4G"},
                    "threads": 1,
                    **held,
                },
            },
            "extraConfig": {"bluecloud": configuration(cluster, laboratories)},
        },
        "traefik": {"service": {"type": "ClusterIP"}},
    }


def manifests(cluster: Cluster) -> list[Manifest]:
    """The gateway's namespace and policies: workers reach their scheduler and data, no more.

    ``restricted`` is what its users' pods are; the chart's own are not all said to be, so that the
    cluster only warns of them.
    """
    laboratories = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": cluster.name}},
        "podSelector": {
            "matchExpressions": [{"key": "bluecloud.laboratory", "operator": "Exists"}]
        },
    }
    hub = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": cluster.name}},
        "podSelector": {"matchLabels": {"app": "jupyterhub", "component": HUB}},
    }
    users = {
        "matchExpressions": [
            {
                "key": "app.kubernetes.io/component",
                "operator": "In",
                "values": ["dask-scheduler", "dask-worker"],
            }
        ]
    }
    scheduler = {"podSelector": _of("dask-scheduler")}
    workers = {"podSelector": _of("dask-worker")}
    gateway = [{"podSelector": _of(name)} for name in ("gateway", "controller", "traefik")]
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": cluster.dask_namespace,
                "labels": {
                    "pod-security.kubernetes.io/enforce": "baseline",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
        },
        _policy(cluster, "nobody", {}, ingress=[], egress=None),
        _policy(
            cluster,
            "traefik",
            _of("traefik"),
            ingress=[{"from": [laboratories], "ports": ports(8000, 8786)}],
            egress=None,
        ),
        _policy(
            cluster,
            "gateway",
            _of("gateway"),
            ingress=[{"from": [*gateway, scheduler], "ports": ports(8000)}],
            egress=None,
        ),
        _policy(
            cluster,
            "clusters",
            users,
            ingress=[
                # Those of one cluster know one another by certificates that the gateway makes.
                {"from": [scheduler, workers]},
                {"from": gateway, "ports": ports(8786, 8787, 8788)},
            ],
            egress=[
                {"to": [scheduler, workers]},
                {"to": [{"podSelector": _of("gateway")}], "ports": ports(8000)},
                *names(cluster),
                *internet(cluster),
            ],
        ),
        _policy(
            cluster,
            "gateway-asks-hub",
            _of("gateway"),
            ingress=None,
            egress=[
                {"to": [hub], "ports": ports(8081)},
                *names(cluster),
                # The cluster's API, wherever it is; the gateway keeps its clusters there.
                {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": ports(443, 6443)},
                {"to": [scheduler], "ports": ports(8788)},
            ],
        ),
    ]


def _of(component: str) -> dict[str, Any]:
    return {"matchLabels": {"app.kubernetes.io/component": component}}


def _policy(
    cluster: Cluster,
    name: str,
    selected: dict[str, Any],
    *,
    ingress: list[dict[str, Any]] | None,
    egress: list[dict[str, Any]] | None,
) -> Manifest:
    rules = {"ingress": ingress, "egress": egress}
    kept = {kind: rule for kind, rule in rules.items() if rule is not None}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": cluster.dask_namespace},
        "spec": {
            "podSelector": selected,
            "policyTypes": [kind.capitalize() for kind in kept],
            **kept,
        },
    }


def _plain(text: str) -> str:
    return text.replace(".", r"\.")
