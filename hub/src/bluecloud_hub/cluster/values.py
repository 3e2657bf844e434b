"""The values of zero-to-jupyterhub: hub and proxy, held as the rest is.

The chart starts its own configuration of the hub, from its own image. Here the hub's image and
configuration are the project's, the same as on one server: what is tested there is what runs. The
chart brings what surrounds them, and the profiles, which our configuration reads from these values.
"""

from __future__ import annotations

from typing import Any

from bluecloud_hub.cluster.choices import DATABASE, SERVICE, Cluster
from bluecloud_hub.cluster.network import component, ports
from bluecloud_hub.cluster.pieces import (
    container_security,
    pod_security,
    postgresql,
    secret,
    state_mounts,
    state_volumes,
    value,
)
from bluecloud_hub.homes import LABORATORY_UID
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.profiles import profiles
from bluecloud_hub.settings import PREFIX

CONFIGURATION = "/opt/bluecloud/hub/jupyterhub_config.py"
PROXY_UID = 65534
START_SECONDS = 600  # an image is fetched within the start, to a machine that has not had it


def values(cluster: Cluster, laboratories: dict[str, Laboratory]) -> dict[str, Any]:
    """What ``helm upgrade --install ... jupyterhub/jupyterhub --values`` is given."""
    own_domains = cluster.deployment().has_user_domains
    hosts = [cluster.host, *([f"*.{cluster.host}"] if own_domains else [])]
    no_keys_of_machines = {"egressAllowRules": {"cloudMetadataServer": False}}
    return {
        "imagePullSecrets": [{"name": name} for name in cluster.pull_secrets],
        "hub": {
            "image": {"name": f"{cluster.images}/hub", "tag": cluster.tag},
            "args": ["jupyterhub", "-f", CONFIGURATION],
            # Ours is told by BLUECLOUD_DATABASE_URL; the chart is to make no volume for one.
            "db": {"type": "other"},
            "extraEnv": _environment(cluster),
            "extraVolumes": state_volumes(cluster),
            "extraVolumeMounts": state_mounts(cluster),
            "podSecurityContext": pod_security(LABORATORY_UID),
            "containerSecurityContext": container_security(LABORATORY_UID, read_only=False),
            "networkPolicy": {
                "enabled": True,
                **no_keys_of_machines,
                # By name, since some networks do not count pods to private addresses.
                "egress": [
                    {"to": [component(DATABASE)], "ports": ports(5432)},
                    {"to": [component(SERVICE)], "ports": ports(8082)},
                ],
                "ingress": _from_dask(cluster),
            },
            "resources": {
                "requests": {"cpu": "200m", "memory": "512Mi"},
                "limits": {"memory": "2Gi"},
            },
        },
        "rbac": {"create": False},
        "proxy": {
            "service": {"type": "ClusterIP"},
            "https": {"enabled": False},
            "chp": {
                "extraCommandLineFlags": ["--host-routing"] if own_domains else [],
                "containerSecurityContext": container_security(PROXY_UID, read_only=False),
                "networkPolicy": {
                    "enabled": True,
                    **no_keys_of_machines,
                    "egress": [{"to": [component(SERVICE)], "ports": ports(8082)}],
                },
                "resources": {
                    "requests": {"cpu": "100m", "memory": "128Mi"},
                    "limits": {"memory": "512Mi"},
                },
            },
        },
        "singleuser": {
            # Policies only add to what is allowed: the manifests have the laboratories' own.
            "networkPolicy": {"enabled": False},
            # What would do it instead is a privileged container in each laboratory.
            "cloudMetadata": {"blockWithIptables": False},
            "storage": {"type": "none"},
            "profileList": profiles(laboratories, cluster.placement),
        },
        # Which image is started is a release's to say, which no chart knows.
        "prePuller": {"hook": {"enabled": False}, "continuous": {"enabled": False}},
        "scheduling": {
            "userScheduler": {"enabled": False},
            "userPlaceholder": {"enabled": False},
        },
        "ingress": {
            "enabled": True,
            **({"ingressClassName": cluster.ingress_class} if cluster.ingress_class else {}),
            "hosts": hosts,
            "tls": [{"hosts": hosts, "secretName": cluster.tls_secret}],
        },
        # The hub's configuration starts it, as on every engine.
        "cull": {"enabled": False},
    }


def _environment(cluster: Cluster) -> list[dict[str, Any]]:
    """A list, because its order counts: what another names stands before it."""
    chosen = {f"{PREFIX}{name}": text for name, text in cluster.settings.items()}
    told = {f"{PREFIX}START_TIMEOUT": str(START_SECONDS), **chosen, **cluster.generated()}
    return [
        *(value(name, text) for name, text in sorted(told.items())),
        secret(cluster, f"{PREFIX}SERVICE_TOKEN"),
        *([secret(cluster, f"{PREFIX}OIDC_CLIENT_SECRET")] if cluster.logs_in_elsewhere else []),
        *([secret(cluster, f"{PREFIX}DASK_TOKEN")] if cluster.dask.enabled else []),
        secret(cluster, "POSTGRES_PASSWORD"),
        postgresql(f"{PREFIX}DATABASE_URL", driver="psycopg"),
    ]


def _from_dask(cluster: Cluster) -> list[dict[str, Any]]:
    """Besides whom the chart lets ask the hub: dask-gateway, who somebody is."""
    if not cluster.dask.enabled:
        return []
    name = {"matchLabels": {"kubernetes.io/metadata.name": cluster.dask_namespace}}
    gateway = {"matchLabels": {"app.kubernetes.io/component": "gateway"}}
    return [
        {
            "from": [{"namespaceSelector": name, "podSelector": gateway}],
            "ports": ports(8081),
        }
    ]
