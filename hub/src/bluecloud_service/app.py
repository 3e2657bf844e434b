"""The service as one application: who asks, how often, and the routes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from bluecloud_catalogs.discovery.backend import Searchable
from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.errors import CatalogueError, SourceUnavailable
from bluecloud_catalogs.tree import Entry

from .acts import noting
from .credentials.routes import router as credentials_router
from .database import is_full
from .desk import router as desk_router
from .desk import seeing
from .errors import NotAsked, NotNow, NotThere, ServiceError, TooOften
from .feedback import router as feedback_router
from .identity import Identities, Person
from .limits import Rate, ShortRequests
from .metrics import router as metrics_router
from .names import Names
from .names import router as names_router
from .products.found import WithProducts
from .products.judging import RefusedProduct
from .products.routes import router as products_router
from .registry import router as registry_router
from .releases.routes import router as releases_router
from .runs.admission import RefusedParameters
from .runs.assembly import Assembled, assemble
from .runs.routes import router as runs_router
from .schedules.routes import router as schedules_router
from .schedules.timekeeper import Timekeeper
from .searched import index_of, kind_of
from .settings import ServiceSettings
from .stac_api import router
from .survey import router as survey_router
from .traced import Traced
from .usage import router as usage_router

_MOST_TOLD = 4000  # characters of what is wrong with a request


def make_app(settings: ServiceSettings) -> FastAPI:
    """The application of a service.

    Raises
    ------
    SourceUnavailable
        If the index that the settings name cannot be read.
    """
    held = index_of(settings)
    assembled = assemble(settings)
    index = WithProducts(held, assembled.products.index) if assembled else held
    units = assembled.tokens.person if assembled else None
    identities, rate = Identities(settings, units), Rate(settings.per_minute)
    prefix = settings.prefix.rstrip("/")

    def admitted(request: Request) -> Person:
        person = admitted_by(request, request.headers.get("authorization"))
        request.state.person = person
        return person

    def held_for(request: Request) -> Searchable:
        if assembled is None:
            return held
        products = assembled.products
        return WithProducts(held, products.index, products.sight.of(request.state.person))

    def published_for(request: Request) -> Mapping[str, list[Entry]]:
        if assembled is None:
            return {}
        products = assembled.products
        return products.index.sources(products.sight.of(request.state.person))

    def admitted_by(request: Request, authorization: str | None) -> Person:
        person = identities.of(authorization)
        request.state.asker = person.name or ""
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
        if assembled.remove_leftovers:
            await run_in_threadpool(assembled.remove_leftovers)
        await run_in_threadpool(assembled.usage.fill)
        keeper.begin()
        assembled.seeing.begin()
        assembled.homes.begin()
        timekeeper.begin()
        capsules.begin()
        products = assembled.products.keeping
        await run_in_threadpool(products.begin)
        checks = assembled.releases.checks
        if checks is not None:
            checks.begin()
        try:
            yield
        finally:
            if checks is not None:
                await run_in_threadpool(checks.end)
            await run_in_threadpool(products.end)
            await run_in_threadpool(assembled.seeing.end)
            await run_in_threadpool(assembled.homes.end)
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
    app.add_middleware(
        Traced,
        measure=assembled.measured.request if assembled else None,
        note=noting(assembled.audit, assembled.measured.audit_failures.inc) if assembled else None,
        quiet=frozenset({"/health", "/metrics"}),
    )
    open_to_all = APIRouter()

    @open_to_all.get("/health", summary="Whether the index can be searched", tags=["operation"])
    def health() -> dict[str, Any]:
        return {
            "status": "ok",
            "index": kind_of(held),
            "records": index.count(checked()),
            "generation": index.generation,
            "runs": told_of(assembled),
        }

    app.include_router(open_to_all, prefix=prefix)
    if settings.tls == "acme":
        app.include_router(names_router(Names(settings)), prefix=prefix)
    app.include_router(
        router(held_for, prefix, published_for), prefix=prefix, dependencies=[Depends(admitted)]
    )
    if assembled is not None:
        app.state.admitted = admitted
        metrics = metrics_router(assembled.measured.registry, assembled.metrics_token)
        app.include_router(metrics, prefix=prefix)
        app.include_router(runs_router(assembled.runs), prefix=prefix)
        app.include_router(schedules_router(assembled.schedules, assembled.runs), prefix=prefix)
        app.include_router(credentials_router(assembled.credentials), prefix=prefix)
        app.include_router(
            feedback_router(assembled.feedback, assembled.laboratories), prefix=prefix
        )
        app.include_router(usage_router(assembled.usage, assembled.laboratories), prefix=prefix)
        app.include_router(survey_router(assembled.surveys, assembled.laboratories), prefix=prefix)
        app.include_router(releases_router(assembled.releases.service), prefix=prefix)
        app.state.visitor = seeing(assembled.desk, admitted_by)
        app.include_router(desk_router(assembled.desk), prefix=prefix)
        products = assembled.products
        asked = products_router(products.service, products.proposals, products.deposits)
        app.include_router(asked, prefix=prefix)
        app.include_router(
            registry_router(assembled.registry, assembled.laboratories, admitted_by), prefix=prefix
        )

    @app.exception_handler(ServiceError)
    async def refused(_: Request, error: ServiceError) -> JSONResponse:
        headers = {"Retry-After": str(error.after_s)} if isinstance(error, TooOften) else {}
        content: dict[str, Any] = {"code": type(error).__name__, "description": str(error)}
        if isinstance(error, RefusedParameters):
            content["fields"] = [
                {"run": run, "field": f.field, "error": f.message, "allowed": f.allowed}
                for run, f in error.fields
            ]
        if isinstance(error, RefusedProduct):
            content["reasons"] = error.reasons
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

    @app.exception_handler(OperationalError)
    async def unwritten(_: Request, error: OperationalError) -> JSONResponse:
        if not is_full(error):
            raise error
        told = "no room is left on the disk of the service's database: tell its operator"
        return JSONResponse({"code": NotNow.__name__, "description": told}, NotNow.status)

    @app.exception_handler(DataError)
    async def unkept(_: Request, __: DataError) -> JSONResponse:
        told = "the database cannot hold it: it has a character NUL, or too large a number"
        return JSONResponse({"code": NotAsked.__name__, "description": told}, NotAsked.status)

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
    words = fault["msg"].removeprefix("Value error, ")  # of our own words, which say what is wrong
    return f"{'.'.join(str(step) for step in steps) or place}{value}: {words}"


def told_of(assembled: Assembled | None) -> str:
    """How the runs are kept, in a word."""
    if assembled is None:
        return "none: BLUECLOUD_STATE is not told"
    if assembled.refused:
        return f"none: {assembled.refused}"
    if assembled.keeper.fault:
        return f"not kept now: {assembled.keeper.fault}"
    return "kept here" if assembled.keeper.holds else "kept by another service, or not yet"
