"""The objects of the deployment's namespace that no chart brings, in the order of their making."""

from __future__ import annotations

from typing import Any

from bluecloud_hub.cluster.choices import DATABASE, HUB, SERVICE, Cluster
from bluecloud_hub.cluster.network import policies
from bluecloud_hub.cluster.pieces import (
    COMPONENT,
    Manifest,
    container_security,
    meta,
    pod_security,
    postgresql,
    pull_secrets,
    secret,
    state_mounts,
    state_volumes,
    value,
)
from bluecloud_hub.homes import LABORATORY_UID
from bluecloud_hub.settings import HANDED_ON, PREFIX

DATABASE_UID = 999  # of PostgreSQL in the images that its community keeps
HEALTH = "/services/bluecloud/health"


def manifests(cluster: Cluster) -> list[Manifest]:
    """Everything that is made with ``kubectl apply`` before the chart is installed."""
    deployment = cluster.deployment()
    storage = cluster.storage
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": cluster.name,
                # A pod that asks for more than an ordinary one is refused, whoever makes it.
                "labels": {
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/enforce-version": "latest",
                },
            },
        },
        *policies(cluster),
        _claim(cluster, deployment.state_claim, storage.state),
        _claim(cluster, deployment.homes_claim, storage.homes),
        *_rights_of_hub(cluster),
        _database(cluster),
        _address(cluster, DATABASE, 5432, headless=True),
        _service(cluster),
        _address(cluster, SERVICE, 8082),
        _harvest(cluster),
    ]


def _claim(cluster: Cluster, name: str, size: str) -> Manifest:
    chosen = cluster.storage.shared_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": meta(cluster, name),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            **({"storageClassName": chosen} if chosen else {}),
            "resources": {"requests": {"storage": size}},
        },
    }


def _rights_of_hub(cluster: Cluster) -> list[Manifest]:
    """What the hub's account may do: with pods, and nothing with secrets, volumes or services.

    The chart would give it more, and not the logs of pods, so its own rights are turned off.
    """
    name = f"{cluster.name}-hub"
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": meta(cluster, name),
            "rules": [
                {
                    "apiGroups": [""],
                    "resources": ["pods"],
                    "verbs": ["get", "list", "watch", "create", "delete"],
                },
                {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
                {
                    "apiGroups": [""],
                    "resources": ["events"],
                    "verbs": ["get", "list", "watch"],
                },
            ],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": meta(cluster, name),
            "subjects": [{"kind": "ServiceAccount", "name": HUB, "namespace": cluster.name}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        },
    ]


def _address(cluster: Cluster, component: str, port: int, *, headless: bool = False) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta(cluster, component, component),
        "spec": {
            **({"clusterIP": "None"} if headless else {}),
            "selector": {COMPONENT: component},
            "ports": [{"name": component, "protocol": "TCP", "port": port, "targetPort": port}],
        },
    }


def _pod(cluster: Cluster, component: str, user: int, **more: Any) -> dict[str, Any]:
    """A pod's template: an account of the cluster is given to none, nor what others are called."""
    labels = {"app.kubernetes.io/part-of": cluster.name, COMPONENT: component}
    # The chart's own policy lets those ask the hub that bear this.
    if component == SERVICE:
        labels["hub.jupyter.org/network-access-hub"] = "true"
    return {
        "metadata": {"labels": labels},
        "spec": {
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": pod_security(user),
            **more,
        },
    }


def _database(cluster: Cluster) -> Manifest:
    """PostgreSQL with PostGIS: people and logins, the service's tables, the index."""
    data = "/var/lib/postgresql/data"
    ready = {"exec": {"command": ["pg_isready", "--quiet", "--host=127.0.0.1"]}}
    chosen = cluster.storage.database_class
    container = {
        "name": DATABASE,
        "image": cluster.database_image,
        "env": [
            value("POSTGRES_USER", "bluecloud"),
            value("POSTGRES_DB", "bluecloud"),
            # Below the volume's root, in which a file system may have folders of its own.
            value("PGDATA", f"{data}/cluster"),
            secret(cluster, "POSTGRES_PASSWORD"),
        ],
        "ports": [{"name": DATABASE, "containerPort": 5432}],
        "securityContext": container_security(DATABASE_UID),
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 5},
        "livenessProbe": {
            **ready,
            "initialDelaySeconds": 60,
            "periodSeconds": 20,
            "timeoutSeconds": 5,
            "failureThreshold": 6,
        },
        "resources": {
            "requests": {"cpu": "250m", "memory": "512Mi"},
            "limits": {"memory": "2Gi"},
        },
        "volumeMounts": [
            {"name": "data", "mountPath": data},
            {"name": "run", "mountPath": "/var/run/postgresql"},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own
            {"name": "memory", "mountPath": "/dev/shm"},  # noqa: S108 - likewise
        ],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": meta(cluster, DATABASE, DATABASE),
        "spec": {
            "serviceName": DATABASE,
            "replicas": 1,
            "selector": {"matchLabels": {COMPONENT: DATABASE}},
            "template": _pod(
                cluster,
                DATABASE,
                DATABASE_UID,
                **pull_secrets(cluster),
                terminationGracePeriodSeconds=120,
                containers=[container],
                volumes=[
                    {"name": "run", "emptyDir": {"sizeLimit": "16Mi"}},
                    {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
                    {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}},
                ],
            ),
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        **({"storageClassName": chosen} if chosen else {}),
                        "resources": {"requests": {"storage": cluster.storage.database}},
                    },
                }
            ],
        },
    }


def _service_environment(cluster: Cluster) -> list[dict[str, Any]]:
    """What the service is told, no more: no secret of the proxy or of a login's provider."""
    hub = cluster.generated()
    shared = ("ENGINE", "NAME", "STATE", "PUBLIC_URL", "SERVICE_ADDRESS", "PROXY_API_URL")
    chosen = {f"{PREFIX}{name}": text for name, text in sorted(cluster.settings.items())}
    return [
        *(value(f"{PREFIX}{name}", hub[f"{PREFIX}{name}"]) for name in shared),
        value(f"{PREFIX}HOLDINGS", f"{hub[f'{PREFIX}STATE']}/index"),
        value(f"{PREFIX}SERVICE_HOST", "0.0.0.0"),  # noqa: S104 - of a pod, whose policy says who may
        value("JUPYTERHUB_API_URL", f"http://{HUB}:8081/hub/api"),
        *(
            value(name, text)
            for name, text in chosen.items()
            if name in HANDED_ON or name == f"{PREFIX}USER_DOMAINS"
        ),
        *(
            [value(f"{PREFIX}SERVICE_MEMBERS", cluster.settings["MEMBERS"])]
            if "MEMBERS" in cluster.settings
            else []
        ),
        secret(cluster, "JUPYTERHUB_API_TOKEN", f"{PREFIX}SERVICE_TOKEN"),
        secret(cluster, f"{PREFIX}SERVICE_KEY"),
        secret(cluster, "POSTGRES_PASSWORD"),
        postgresql(f"{PREFIX}SERVICE_DATABASE_URL", driver="psycopg"),
        postgresql(f"{PREFIX}INDEX_URL"),
    ]


def _service_container(cluster: Cluster, name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": f"{cluster.images}/service:{cluster.tag}",
        "env": _service_environment(cluster),
        "securityContext": container_security(LABORATORY_UID),
        "resources": {
            "requests": {"cpu": "250m", "memory": "512Mi"},
            "limits": {"memory": "2Gi"},
        },
        "volumeMounts": [
            *state_mounts(cluster, homes_read_only=True),
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own
        ],
        **more,
    }


def _service_volumes(cluster: Cluster) -> list[dict[str, Any]]:
    return [*state_volumes(cluster), {"name": "tmp", "emptyDir": {"sizeLimit": "2Gi"}}]


def _service(cluster: Cluster) -> Manifest:
    asked = {"httpGet": {"path": HEALTH, "port": 8082}, "timeoutSeconds": 5}
    container = _service_container(
        cluster,
        SERVICE,
        ports=[{"name": SERVICE, "containerPort": 8082}],
        startupProbe={**asked, "periodSeconds": 5, "failureThreshold": 60},
        readinessProbe={**asked, "periodSeconds": 10},
        livenessProbe={**asked, "periodSeconds": 30, "failureThreshold": 4},
    )
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(cluster, SERVICE, SERVICE),
        "spec": {
            "replicas": 1,
            # One keeps a state folder at a time.
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {COMPONENT: SERVICE}},
            "template": _pod(
                cluster,
                SERVICE,
                LABORATORY_UID,
                **pull_secrets(cluster),
                containers=[container],
                volumes=_service_volumes(cluster),
            ),
        },
    }


def _harvest(cluster: Cluster) -> Manifest:
    """Asking sources each night what they hold, as cron does on one server."""
    container = _service_container(cluster, "harvest", command=["bluecloud", "data", "harvest"])
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": meta(cluster, "harvest", "harvest"),
        "spec": {
            "schedule": cluster.harvest,
            "concurrencyPolicy": "Forbid",
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 1,
                    "activeDeadlineSeconds": 6 * 3600,
                    "template": _pod(
                        cluster,
                        "harvest",
                        LABORATORY_UID,
                        **pull_secrets(cluster),
                        restartPolicy="Never",
                        containers=[container],
                        volumes=_service_volumes(cluster),
                    ),
                }
            },
        },
    }
