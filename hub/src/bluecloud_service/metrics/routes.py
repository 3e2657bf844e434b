"""The address of what is measured: for whoever has the deployment's token of metrics.

It is a token of its own, in the state folder, by which the hub lets its metrics be read too. The
service knows it by itself: what it measures is wanted most while the hub is away.
"""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import Response

from ..errors import NotAllowed, NotKnown


def router(registry: CollectorRegistry, token: str) -> APIRouter:
    """The route of metrics."""
    routes = APIRouter(tags=["operation"])

    @routes.get("/metrics", summary="What is measured, for Prometheus", response_class=Response)
    def metrics(request: Request) -> Response:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() not in {"token", "bearer"} or not given:
            raise NotKnown("send 'Authorization: Bearer ...' with the token hub/metrics.token")
        if not hmac.compare_digest(given.strip().encode(), token.encode()):
            raise NotAllowed("metrics are read with the token hub/metrics.token of the state")
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes
