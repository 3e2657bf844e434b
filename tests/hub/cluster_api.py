"""A stand-in for the API of a cluster, on loopback: as much of it as a hub asks.

It keeps pods and events, refuses what the schemas of Kubernetes do not allow, and makes of each
pod what the test chose. Nothing runs in its pods: where one would answer, something of the test's
does. What a cluster is beyond its API (machines, networks, volumes) it has no idea of.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import kubernetes_validate
from aiohttp import web

Pod = dict[str, Any]
Outcome = Callable[["ClusterApi", Pod], None]
OLDEST = "1.28"  # that zero-to-jupyterhub 4 asks for
VERSION = kubernetes_validate.latest_version()
# The schemas of a version are some megabytes, which are else read for each manifest.
kubernetes_validate.utils.schema_contents = functools.cache(
    kubernetes_validate.utils.schema_contents
)


def allowed(manifest: dict[str, Any], version: str = VERSION) -> None:
    """Refuse what Kubernetes' schema of this kind does not know."""
    kubernetes_validate.validate(manifest, version, strict=True)


class ClusterApi:
    """Pods and events of one namespace, and whoever watches them."""

    def __init__(self) -> None:
        self.pods: dict[str, Pod] = {}
        self.made: list[Pod] = []
        self.deleted: list[tuple[str, int]] = []
        self.events: list[dict[str, Any]] = []
        self.outcome: Outcome = runs
        self.log = "one\ntwo\n"
        self.refusal = ""
        self._count = itertools.count(1)
        self._watchers: list[tuple[str, asyncio.Queue[dict[str, Any]]]] = []
        self._app = web.Application()
        space = "/api/v1/namespaces/{namespace}"
        self._app.add_routes(
            [
                web.get(f"{space}/pods", self._listed),
                web.get(f"{space}/events", self._listed),
                web.post(f"{space}/pods", self._make),
                web.delete(f"{space}/pods/{{name}}", self._delete),
                web.get(f"{space}/pods/{{name}}/log", self._log),
            ]
        )
        self._runner = web.AppRunner(self._app, shutdown_timeout=0.1)
        self.address = ""

    async def begin(self) -> None:
        """Listen on a port of loopback."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"

    async def end(self) -> None:
        """Listen no more."""
        for _, queue in list(self._watchers):
            queue.put_nowait({})
        await self._runner.cleanup()

    def set_status(self, pod: Pod, **status: Any) -> None:
        """What has become of a pod, for all who watch."""
        pod["status"].update(status)
        pod["metadata"]["resourceVersion"] = str(next(self._count))
        self._tell("pods", "MODIFIED", pod)

    def happens(self, pod: Pod, reason: str, message: str) -> None:
        """Something happens to a pod."""
        number = next(self._count)
        name = pod["metadata"]["name"]
        event = {
            "metadata": {"name": f"{name}.{number}", "namespace": "lab", "uid": f"e{number}"},
            "involvedObject": {"kind": "Pod", "name": name},
            "reason": reason,
            "message": message,
            "type": "Normal",
            "lastTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        event["metadata"]["resourceVersion"] = str(number)
        self.events.append(event)
        self._tell("events", "ADDED", event)

    def _tell(self, kind: str, what: str, item: dict[str, Any]) -> None:
        for watched, queue in self._watchers:
            if watched == kind:
                queue.put_nowait({"type": what, "object": json.loads(json.dumps(item))})

    async def _listed(self, request: web.Request) -> web.StreamResponse:
        kind = request.path.rpartition("/")[2]
        if request.query.get("watch") in {"true", "True"}:
            return await self._watched(request, kind)
        items = list(self.pods.values()) if kind == "pods" else self.events
        return web.json_response(
            {
                "kind": "PodList" if kind == "pods" else "EventList",
                "apiVersion": "v1",
                "metadata": {"resourceVersion": str(next(self._count))},
                "items": items,
            }
        )

    async def _watched(self, request: web.Request, kind: str) -> web.StreamResponse:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        watcher = (kind, queue)
        self._watchers.append(watcher)
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        try:
            while told := await queue.get():
                await answer.write(json.dumps(told).encode() + b"\n")
        except ConnectionError:  # whoever watched is gone
            pass
        finally:
            self._watchers.remove(watcher)
        return answer

    async def _make(self, request: web.Request) -> web.Response:
        pod = await request.json()
        if self.refusal:
            return _refused(403, self.refusal)
        try:
            allowed(pod)
        except kubernetes_validate.ValidationError as error:
            return _refused(400, error.message)
        name = pod["metadata"]["name"]
        if name in self.pods:
            return _refused(409, f'pods "{name}" already exists')
        self.made.append(json.loads(json.dumps(pod)))
        number = next(self._count)
        pod["metadata"] |= {"uid": f"u{number}", "resourceVersion": str(number)}
        pod["metadata"]["namespace"] = "lab"
        pod["status"] = {"phase": "Pending", "podIP": None}
        self.pods[name] = pod
        self._tell("pods", "ADDED", pod)
        asyncio.get_running_loop().call_later(0.05, self.outcome, self, pod)
        return web.json_response(pod, status=201)

    async def _delete(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        pod = self.pods.pop(name, None)
        if pod is None:
            return _refused(404, f'pods "{name}" not found')
        self.deleted.append((name, int(request.query.get("gracePeriodSeconds", "-1"))))
        self._tell("pods", "DELETED", pod)
        return web.json_response(pod)

    async def _log(self, request: web.Request) -> web.Response:
        if request.match_info["name"] not in self.pods:
            return _refused(404, "no such pod")
        return web.Response(text=self.log)


def _refused(status: int, message: str) -> web.Response:
    told = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message}
    return web.json_response(told, status=status)


# What becomes of a pod -----------------------------------------------------------------------


def container(*, ready: bool, state: dict[str, Any]) -> dict[str, Any]:
    """What a status says of the one container."""
    return {
        "name": "notebook",
        "image": "x",
        "imageID": "x",
        "restartCount": 0,
        "ready": ready,
        "state": state,
    }


def runs(api: ClusterApi, pod: Pod) -> None:
    """A machine has room and the container starts."""
    api.happens(pod, "Scheduled", "Successfully assigned lab/x to node-7")
    api.happens(pod, "Pulling", "Pulling image x")
    api.happens(pod, "Started", "Started container notebook")
    api.set_status(
        pod,
        phase="Running",
        podIP="127.0.0.1",
        containerStatuses=[container(ready=True, state={"running": {}})],
    )


def has_no_room(api: ClusterApi, pod: Pod) -> None:
    """No machine has room."""
    api.happens(pod, "FailedScheduling", "0/3 nodes are available: 3 Insufficient memory.")


def ends(code: int, reason: str = "Error", **more: Any) -> Outcome:
    """The container ends with a code."""

    def become(api: ClusterApi, pod: Pod) -> None:
        terminated = {"exitCode": code, "reason": reason, **more}
        api.set_status(
            pod,
            phase="Failed",
            containerStatuses=[container(ready=False, state={"terminated": terminated})],
        )

    return become


def is_evicted(api: ClusterApi, pod: Pod) -> None:
    """It wrote more than its share of a machine's disk."""
    words = "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi."
    api.set_status(pod, phase="Failed", reason="Evicted", message=words)
