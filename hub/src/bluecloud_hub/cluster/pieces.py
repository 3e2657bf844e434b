"""Pieces of manifests that several of them have."""

from __future__ import annotations

from typing import Any

from bluecloud_hub.cluster.choices import Cluster

Manifest = dict[str, Any]
COMPONENT = "bluecloud.component"


def meta(cluster: Cluster, name: str, component: str = "", **more: Any) -> dict[str, Any]:
    """Name, namespace and labels of an object."""
    labels = {"app.kubernetes.io/part-of": cluster.name}
    if component:
        labels[COMPONENT] = component
    return {"name": name, "namespace": cluster.name, "labels": labels, **more}


def value(name: str, text: str) -> dict[str, Any]:
    """A variable of a container's environment."""
    return {"name": name, "value": text}


def secret(cluster: Cluster, name: str, key: str = "") -> dict[str, Any]:
    """A variable whose value is in the cluster's Secret."""
    reference = {"name": cluster.secrets, "key": key or name}
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}


def postgresql(name: str, *, driver: str = "") -> dict[str, Any]:
    """A variable with the address of the database; POSTGRES_PASSWORD stands before it."""
    scheme = f"postgresql+{driver}" if driver else "postgresql"
    return value(name, f"{scheme}://bluecloud:$(POSTGRES_PASSWORD)@database/bluecloud")


def pod_security(user: int) -> dict[str, Any]:
    """A pod of an ordinary user, whose volumes that user may write to.

    The owner of a volume's files is put right where its root has another one only: to look at
    every file takes minutes on a large volume, and would open what is closed in it.
    """
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security(user: int, *, read_only: bool = True) -> dict[str, Any]:
    """A container that can become nobody else, and whose image is not to be written to."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": read_only,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def state_volumes(cluster: Cluster) -> list[dict[str, Any]]:
    """The state folder's two volumes."""
    deployment = cluster.deployment()
    return [
        {"name": "state", "persistentVolumeClaim": {"claimName": deployment.state_claim}},
        {"name": "homes", "persistentVolumeClaim": {"claimName": deployment.homes_claim}},
    ]


def state_mounts(cluster: Cluster, *, homes_read_only: bool = False) -> list[dict[str, Any]]:
    """Where the state folder's volumes are seen: homes in their place within the rest."""
    state = str(cluster.deployment().state_folder)
    homes: dict[str, Any] = {"name": "homes", "mountPath": f"{state}/homes"}
    if homes_read_only:
        homes["readOnly"] = True
    return [{"name": "state", "mountPath": state}, homes]


def pull_secrets(cluster: Cluster) -> dict[str, Any]:
    """Of a pod's specification: by what its images are fetched."""
    names = [{"name": name} for name in cluster.pull_secrets]
    return {"imagePullSecrets": names} if names else {}
