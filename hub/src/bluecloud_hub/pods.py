"""Laboratories as pods of a cluster: engine ``kubernetes``, over KubeSpawner 7.

What KubeSpawner does that a laboratory must not: it starts a container that ended again in the
same pod, removes one that ended before anybody could read why, takes an evicted one for running,
waits for one that has failed until the time is up, and lets a profile change anything. Each is
answered here: a pod is never started twice, it is removed after reading, its end is seen while it
starts, and what holds it in is set after the profile. On other engines this module is not imported.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kubernetes_asyncio.client import ApiException
from kubespawner import KubeSpawner
from traitlets import Dict, default
from traitlets.config import Config

from bluecloud_hub import exits
from bluecloud_hub.contained import ContainedLaboratory, Folders
from bluecloud_hub.homes import (
    CREDENTIALS,
    HOME,
    LABORATORY_GID,
    LABORATORY_UID,
    MEMBERS_PRODUCTS,
    PASSING,
    PRODUCTS,
    SHARED,
    folder_name,
)
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.profiles import PLACEMENT, checked, read_values
from bluecloud_hub.settings import Settings
from bluecloud_hub.spawner import MARGIN_SECONDS
from bluecloud_hub.told_by_pods import happening, why_it_ended, why_it_waits

CONTAINER = "notebook"  # as KubeSpawner calls it
LABORATORY_LABEL = "bluecloud.laboratory"
STOP_SECONDS = 10
LOOK_SECONDS = 0.5  # at a pod that is starting
LOG_SECONDS = 10
DISK_LIMIT, DISK_GUARANTEE = "10Gi", "1Gi"  # of the container's own files, outside the home


def configure(c: Config, settings: Settings, laboratories: dict[str, Laboratory]) -> None:
    """Make pods of the laboratories of a hub, as the values of its chart have them.

    Raises
    ------
    SettingsError
        If the values cannot be read or are not of these declarations.
    """
    values = read_values(settings.kubernetes_values)
    c.JupyterHub.spawner_class = KubernetesLaboratory
    c.KubernetesLaboratory.profiles = checked(values, laboratories)
    c.KubeSpawner.image_pull_secrets = values.get("imagePullSecrets") or []


class _Pod(KubeSpawner):
    """A pod whose start ends as soon as the pod does, and says what happens meanwhile."""

    async def start(self) -> tuple[str, int]:
        """Start the pod; where it is, when it runs.

        Raises
        ------
        LaboratoryStoppedError
            If it ended while it started, or did not come up in time.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self.time_to_start - 2 * MARGIN_SECONDS
        started = KubeSpawner.start(self)
        told = 0
        try:
            while not started.done():
                await asyncio.wait({started}, timeout=LOOK_SECONDS)
                events = self.events
                for event in events[told:]:
                    self.tell(event)
                told = len(events)
                if started.done():
                    break
                if await _Pod.poll(self) is not None and self.pod() is not None:
                    raise exits.LaboratoryStoppedError(await self.end_of(1))
                if loop.time() > give_up:
                    words = why_it_waits(events, self.time_to_start)
                    raise exits.LaboratoryStoppedError(exits.now(self.name, words))
        finally:
            if not started.done():
                started.cancel()
                await asyncio.wait({started})
        try:
            where = urlsplit(started.result()).netloc
        except ApiException as error:  # as text it has headers too, which help nobody
            raise RuntimeError(f"the cluster does not take it: {_said(error)}") from error
        host, _, port = where.rpartition(":")
        return host, int(port)

    async def poll(self) -> Any:
        """``None`` while it runs: not, as KubeSpawner has it, while its container is said to.

        A pod that was evicted, or whose machine is gone, has failed, and nobody is left to say of
        its container that it ended.
        """
        status = await super().poll()
        phase = ((self.pod() or {}).get("status") or {}).get("phase")
        return 1 if status is None and phase in {"Failed", "Succeeded"} else status

    def pod(self) -> dict[str, Any] | None:
        """The pod as the cluster last showed it; None where there is none."""
        reflector = self.pod_reflector
        return reflector.pods.get(f"{self.namespace}/{self.pod_name}") if reflector else None

    def tell(self, event: dict[str, Any]) -> None:
        """Pass an event of the pod on to whoever watches the start."""
        raise AssertionError("a laboratory says it")

    async def end_of(self, status: Any) -> exits.Exit:
        """How it ended."""
        raise AssertionError("a laboratory knows it")


class KubernetesLaboratory(ContainedLaboratory, _Pod):
    """A laboratory as a pod of its current release, under the limits of its size."""

    how_released = "of an image in a registry: deploy/README.md, Kubernetes"
    profiles = Dict(help="KubeSpawner's profile of each laboratory, by slug.").tag(config=True)
    _was_seen = False  # running, since this hub began

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        # A profile sets traits of a spawner that outlives its servers.
        self._placement = {name: copy.deepcopy(getattr(self, name)) for name in PLACEMENT}

    @default("delete_stopped_pods")
    def _they_are_read_before(self) -> bool:
        return False

    @default("delete_grace_period")
    def _time_to_stop(self) -> int:
        return STOP_SECONDS

    async def make_ready(self, laboratory: Laboratory) -> None:
        """The release, the folders, the profile, and everything that holds the pod in, set anew."""
        settings = self.deployment.settings
        release = self.release(laboratory)
        if release.local:
            self.log.error("%s is an image of one machine: %s", laboratory.slug, release.image)
            raise self.not_released(laboratory)
        await KubeSpawner.poll(self)  # which looks for a pod of an earlier start
        await self._remove_leftover()
        folders = await self.folders(laboratory)
        for name, value in self._placement.items():
            setattr(self, name, copy.deepcopy(value))
        self.profile_list = [self.profiles[laboratory.slug]]
        await super().load_user_options()
        # After the profile, which may say where a laboratory runs and not what it may.
        for name, value in {**self._held(), **self._seen(folders, settings)}.items():
            setattr(self, name, value)
        self.image, self.image_pull_policy = release.image, "IfNotPresent"
        self.extra_labels = {
            LABORATORY_LABEL: laboratory.slug,
            "bluecloud.deployment": settings.name,
            "bluecloud.release": release.version,
            # By these the chart's own policies know who may ask the hub, and whose pods are its.
            "hub.jupyter.org/network-access-hub": "true",
            **({"release": os.environ["HELM_RELEASE_NAME"]} if _in_release() else {}),
        }
        self.extra_annotations = {
            "bluecloud.person": folder_name(self.user.name),
            "bluecloud.digest": release.digest,
        }
        self.environment["BLUECLOUD_CREDENTIALS_DIR"] = CREDENTIALS
        self._tell_of_dask(settings)

    async def load_user_options(self) -> None:
        """Nothing more: the size was applied when the start was made ready."""

    def _held(self) -> dict[str, Any]:
        """What holds a pod in."""
        ordinary = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        limits, guarantees = self.extra_resource_limits, self.extra_resource_guarantees
        return {
            "extra_resource_limits": {"ephemeral-storage": DISK_LIMIT, **limits},
            "extra_resource_guarantees": {"ephemeral-storage": DISK_GUARANTEE, **guarantees},
            "uid": LABORATORY_UID,
            "gid": LABORATORY_GID,
            "fs_gid": None,
            "supplemental_gids": [],
            "privileged": False,
            "allow_privilege_escalation": False,
            # An account of the cluster is of no use to a notebook, and a key to more in bad hands.
            "service_account": None,
            "automount_service_account_token": False,
            "init_containers": [],
            "extra_containers": [],
            "extra_container_config": {},
            "lifecycle_hooks": {},
            "pod_security_context": ordinary,
            "container_security_context": {
                **ordinary,
                "capabilities": {"drop": ["ALL"]},
                "privileged": False,
            },
            "extra_pod_config": {
                "enableServiceLinks": False,
                "hostname": self.name,
                # What ended is read and removed, and another start is another pod.
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": STOP_SECONDS,
            },
        }

    def _seen(self, folders: Folders, settings: Settings) -> dict[str, Any]:
        """What a pod sees of the state folder, and what it begins with."""

        def below(path: str, folder: Path, **more: Any) -> dict[str, Any]:
            inside = str(folder.relative_to(settings.state_folder))
            return {"name": "state", "mountPath": path, "subPath": inside, **more}

        return {
            "cmd": ["jupyterhub-singleuser"],
            "notebook_dir": HOME,
            "storage_pvc_ensure": False,
            "volumes": [
                {"name": "homes", "persistentVolumeClaim": {"claimName": settings.homes_claim}},
                {"name": "state", "persistentVolumeClaim": {"claimName": settings.state_claim}},
                {"name": "logins", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
                {"name": "passing", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
            ],
            "volume_mounts": [
                {"name": "homes", "mountPath": HOME, "subPath": folders.home.name},
                below(SHARED, folders.shared),
                below(PRODUCTS, folders.products, readOnly=True),
                below(MEMBERS_PRODUCTS, folders.members_products, readOnly=True),
                {"name": "logins", "mountPath": CREDENTIALS},
                {"name": "passing", "mountPath": PASSING},
            ],
        }

    def _tell_of_dask(self, settings: Settings) -> None:
        """Where clusters of Dask are made, of workers of the image that this laboratory has."""
        if settings.dask_address is None:
            return
        host = urlsplit(settings.dask_address).netloc
        self.environment |= {
            "DASK_GATEWAY__ADDRESS": settings.dask_address,
            "DASK_GATEWAY__PROXY_ADDRESS": f"gateway://{host if ':' in host else f'{host}:80'}",
            "DASK_GATEWAY__AUTH__TYPE": "jupyterhub",
            "DASK_GATEWAY__CLUSTER__OPTIONS__IMAGE": self.image,
        }

    async def start(self) -> Any:
        """Start the pod; one that did not come up is removed once why has been read."""
        self._was_seen = True
        try:
            return await super().start()
        except exits.LaboratoryStoppedError:
            try:
                await self._remove_leftover()
            except (ApiException, OSError, TimeoutError) as error:
                # The reason of the failure is not to be lost over the cleaning up.
                self.log.warning("%s is left to the next start: %s", self.pod_name, error)
            raise

    async def _remove_leftover(self) -> None:
        if self.pod() is not None:
            await KubeSpawner.stop(self, now=True)

    async def poll(self) -> Any:
        """``None`` while it runs. One that ended is removed once why has been read."""
        status = await super().poll()
        self._was_seen = self._was_seen or status is None
        if status is not None and not self._start_pending:
            await self._remove_leftover()
        return status

    def tell(self, event: dict[str, Any]) -> None:
        """Say what happens in the cluster, where it is news for a person."""
        if news := happening(event):
            self._say(*news)

    async def end_of(self, status: Any) -> exits.Exit:
        """How it ended, while it started."""
        return await self._end(status)

    async def last_lines(self) -> list[str]:
        """The last lines the container wrote; none where it has not begun."""
        try:
            written = await self.api.read_namespaced_pod_log(
                name=self.pod_name,
                namespace=self.namespace,
                container=CONTAINER,
                tail_lines=exits.KEPT_LINES,
                _request_timeout=LOG_SECONDS,
            )
        except ApiException as error:
            if error.status in (400, 404):
                return []
            raise
        return (written or "").splitlines()

    async def cause_of_end(self, status: Any) -> tuple[str, str]:
        """From what the cluster keeps of the pod's end."""
        limit = f"{int(self.mem_limit or 0) / 2**30:g} GB"
        return why_it_ended(self.pod(), memory_limit=limit, was_away=not self._was_seen)


def _said(error: ApiException) -> str:
    try:
        return str(json.loads(error.body)["message"])
    except (KeyError, TypeError, ValueError):
        return f"{error.status} {error.reason}"


def _in_release() -> bool:
    return bool(os.environ.get("HELM_RELEASE_NAME"))
