"""The service as one application: who asks, how often, and the routes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.errors import CatalogueError, SourceUnavailable

from .credentials.routes import router as credentials_router
from .errors import NotAsked, NotNow, NotThere, ServiceError, TooOften
from .identity import Identities, Person
from .limits import Rate, ShortRequests
from .runs.admission import RefusedParameters
from .runs.assembly import assemble
from .runs.keeper import Keeper
from .runs.routes import router as runs_router
from .schedules.routes import router as schedules_router
from .schedules.timekeeper import Timekeeper
from .searched import index_of, kind_of
from .settings import ServiceSettings
from .stac_api import router

_MOST_TOLD = 4000  # characters of what is wrong with a request


def make_app(settings: ServiceSettings) -> FastAPI:
    """The application of a service.

    Raises
    ------
    SourceUnavailable
        If the index that the settings name cannot be read.
    """
    index = index_of(settings)
    assembled = assemble(settings)
    units = assembled.tokens.person if assembled else None
    identities, rate = Identities(settings, units), Rate(settings.per_minute)
    prefix = settings.prefix.rstrip("/")

    def admitted(request: Request) -> Person:
        person = identities.of(request.headers.get("authorization"))
        near = request.client.host if request.client else "unknown"
        rate.count(f"person {person.name}" if person.name else f"address {near}")
        return person

    @contextlib.asynccontextmanager
    async def keeping(_: FastAPI) -> AsyncIterator[None]:
        if assembled is None:
            yield
            return
        keeper, capsules = assembled.keeper, assembled.capsules
        timekeeper = Timekeeper(
            assembled.schedules,
            assembled.runs,
            person=identities.named,
            keeps=lambda: keeper.holds,
        )
        keeper.begin()
        timekeeper.begin()
        capsules.begin()
        try:
            yield
        finally:
            await run_in_threadpool(timekeeper.end)
            await run_in_threadpool(keeper.end)
            await run_in_threadpool(capsules.end)

    app = FastAPI(
        lifespan=keeping,
        title="Blue-Cloud VRE",
        summary="What laboratories ask over HTTP.",
        version="0.1.0",
        docs_url=None,  # their scripts come from a network of others
        redoc_url=None,
        openapi_url=f"{prefix}/openapi.json",
    )
    app.add_middleware(
        ShortRequests,
        most_bytes=settings.most_bytes,
        longer={f"{prefix}/{one}": settings.most_notebook_bytes for one in ("runs", "schedules")},
    )
    open_to_all = APIRouter()

    @open_to_all.get("/health", summary="Whether the index can be searched", tags=["operation"])
    def health() -> dict[str, Any]:
        return {
            "status": "ok",
            "index": kind_of(index),
            "records": index.count(checked()),
            "generation": index.generation,
            "runs": told_of(assembled.keeper) if assembled else "none: BLUECLOUD_STATE is not told",
        }

    app.include_router(open_to_all, prefix=prefix)
    app.include_router(router(index, prefix), prefix=prefix, dependencies=[Depends(admitted)])
    if assembled is not None:
        app.state.admitted = admitted
        app.include_router(runs_router(assembled.runs), prefix=prefix)
        app.include_router(schedules_router(assembled.schedules, assembled.runs), prefix=prefix)
        app.include_router(credentials_router(assembled.credentials), prefix=prefix)

    @app.exception_handler(ServiceError)
    async def refused(_: Request, error: ServiceError) -> JSONResponse:
        headers = {"Retry-After": str(error.after_s)} if isinstance(error, TooOften) else {}
        content: dict[str, Any] = {"code": type(error).__name__, "description": str(error)}
        if isinstance(error, RefusedParameters):
            content["fields"] = [
                {"run": run, "field": f.field, "error": f.message, "allowed": f.allowed}
                for run, f in error.fields
            ]
        return JSONResponse(content, error.status, headers)

    @app.exception_handler(RequestValidationError)
    async def unlike(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = [_fault(fault) for fault in error.errors()]
        # What was sent may be in it, which need be no text.
        told = "; ".join(faults)[:_MOST_TOLD].encode("utf-8", "backslashreplace").decode()
        content = {"code": NotAsked.__name__, "description": told}
        return JSONResponse(content, NotAsked.status)

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: NotThere, 405: NotAsked, 400: NotAsked}.get(error.status_code, ServiceError)
        content = {"code": code.__name__, "description": str(error.detail)}
        return JSONResponse(content, error.status_code, error.headers)

    @app.exception_handler(OSError)
    async def full(_: Request, error: OSError) -> JSONResponse:
        told = f"the service's disk does not take or give it: {error.strerror or error}"
        return JSONResponse({"code": NotNow.__name__, "description": told}, NotNow.status)

    @app.exception_handler(RecursionError)
    async def deep(_: Request, __: RecursionError) -> JSONResponse:
        content = {"code": NotAsked.__name__, "description": "it is nested too deeply to be read"}
        return JSONResponse(content, NotAsked.status)

    @app.exception_handler(SourceUnavailable)
    @app.exception_handler(CatalogueError)
    async def broken(_: Request, error: Exception) -> JSONResponse:
        content = {"code": NotNow.__name__, "description": str(error)}
        return JSONResponse(content, NotNow.status)

    return app


def _fault(fault: dict[str, Any]) -> str:
    """What of a request is not as it should be; of an address the value too, never of a body."""
    place, *steps = fault["loc"]
    value = f" = {fault['input']!r:.60}" if place in {"path", "query"} else ""
    return f"{'.'.join(str(step) for step in steps) or place}{value}: {fault['msg']}"


def told_of(keeper: Keeper) -> str:
    """How the runs are kept, in a word."""
    if keeper.fault:
        return f"not kept now: {keeper.fault}"
    return "kept here" if keeper.holds else "kept by another service, or not yet"
