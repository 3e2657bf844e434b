"""The service as one application: who asks, how often, and the routes."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import JSONResponse

from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.errors import CatalogueError, SourceUnavailable

from .errors import NotNow, ServiceError, TooOften
from .identity import Identities, Person
from .limits import Rate, ShortRequests
from .searched import index_of, kind_of
from .settings import ServiceSettings
from .stac_api import router


def make_app(settings: ServiceSettings) -> FastAPI:
    """The application of a service.

    Raises
    ------
    SourceUnavailable
        If the index that the settings name cannot be read.
    """
    index = index_of(settings)
    identities, rate = Identities(settings), Rate(settings.per_minute)
    prefix = settings.prefix.rstrip("/")

    def admitted(request: Request) -> Person:
        person = identities.of(request.headers.get("authorization"))
        near = request.client.host if request.client else "unknown"
        rate.count(f"person {person.name}" if person.name else f"address {near}")
        return person

    app = FastAPI(
        title="Blue-Cloud VRE",
        summary="What laboratories ask over HTTP.",
        version="0.1.0",
        docs_url=None,  # their scripts come from a network of others
        redoc_url=None,
        openapi_url=f"{prefix}/openapi.json",
    )
    app.add_middleware(ShortRequests, most_bytes=settings.most_bytes)
    open_to_all = APIRouter()

    @open_to_all.get("/health", summary="Whether the index can be searched", tags=["operation"])
    def health() -> dict[str, Any]:
        return {
            "status": "ok",
            "index": kind_of(index),
            "records": index.count(checked()),
            "generation": index.generation,
        }

    app.include_router(open_to_all, prefix=prefix)
    app.include_router(router(index, prefix), prefix=prefix, dependencies=[Depends(admitted)])

    @app.exception_handler(ServiceError)
    async def refused(_: Request, error: ServiceError) -> JSONResponse:
        headers = {"Retry-After": str(error.after_s)} if isinstance(error, TooOften) else {}
        content = {"code": type(error).__name__, "description": str(error)}
        return JSONResponse(content, error.status, headers)

    @app.exception_handler(SourceUnavailable)
    @app.exception_handler(CatalogueError)
    async def broken(_: Request, error: Exception) -> JSONResponse:
        content = {"code": NotNow.__name__, "description": str(error)}
        return JSONResponse(content, NotNow.status)

    return app
