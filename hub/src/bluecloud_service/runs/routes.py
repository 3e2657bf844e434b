"""The addresses of runs: submit, list, watch, cancel, again, and what they left.

A run is its person's alone: to anybody else it is not there. Managers of a laboratory see the
states and causes of its runs, and nothing of what they computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from bluecloud_runner.folders import RUN, SUBMISSION

from ..errors import NotAllowed, NotKnown, ServiceError
from ..identity import Person
from .service import RunService
from .watching import Watched, watch_list, watch_run
from .wire import Detail, Listed, Managed, Run, Submit, Submitted

RunId = Annotated[str, Path(pattern=RUN, description="A run")]
SubmissionId = Annotated[str, Path(pattern=SUBMISSION, description="A submit")]
_STATES = "^(queued|starting|running|succeeded|failed|cancelled)$"
# What a run left is its author's text: shown by no browser as a page of this origin.
_CLOSED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def _person_of(request: Request) -> Person:
    """Who asks, as the application admits them; nobody has no runs."""
    person: Person = request.app.state.admitted(request)
    if person.name is None:
        raise NotKnown("runs are somebody's: send 'Authorization: token ...'")
    if person.unit:
        raise NotAllowed("a run neither submits runs nor sees them")
    return person


def may_still(request: Request, person: Person) -> bool:
    """Whether a request that was admitted would be now, as the same person's.

    That nobody can say now, or that they ask too often, ends nothing.
    """
    try:
        return _person_of(request).name == person.name
    except (NotKnown, NotAllowed):
        return False
    except ServiceError:
        return True


Asker = Annotated[Person, Depends(_person_of)]


def router(service: RunService) -> APIRouter:
    """The routes of runs, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["runs"])

    @routes.post("/runs", status_code=201, summary="Submit a run, or a sweep of them")
    def submit(asked: Submit, person: Asker) -> Submitted:
        return service.submit(person, asked)

    @routes.get("/runs", summary="My runs, the last submitted first")
    def listed(
        person: Asker,
        laboratory: str | None = None,
        submission: Annotated[str | None, Query(pattern=SUBMISSION)] = None,
        state: Annotated[str | None, Query(pattern=_STATES)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: Annotated[str | None, Query(max_length=60)] = None,
    ) -> Listed:
        return service.listed(
            person,
            laboratory=laboratory,
            submission=submission,
            state=state,
            limit=limit,
            after=after,
        )

    @routes.get("/watch", summary="My runs as they change (server-sent events)")
    def watched(
        person: Asker,
        request: Request,
        submission: Annotated[str | None, Query(pattern=SUBMISSION)] = None,
    ) -> StreamingResponse:
        def read() -> list[Run]:
            return service.listed(person, submission=submission, limit=1000).runs

        stream = watch_list(read, changes=lambda: service.changes(person))
        return Watched(stream, lambda: may_still(request, person))

    @routes.get("/runs/{run}", summary="One run, whole")
    def detail(run: RunId, person: Asker) -> Detail:
        return service.detail(person, run)

    @routes.get("/runs/{run}/events", summary="One run as it goes on (server-sent events)")
    def events(run: RunId, person: Asker, request: Request) -> StreamingResponse:
        service.detail(person, run)
        told = request.headers.get("last-event-id", "")
        after = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0
        stream = watch_run(
            lambda: service.run_or_none(person, run), service.folder(person, run), after=after
        )
        return Watched(stream, lambda: may_still(request, person))

    @routes.post("/runs/{run}/cancel", status_code=202, summary="End a run")
    def cancel(run: RunId, person: Asker) -> Run:
        return service.cancel(person, run)

    @routes.post("/runs/{run}/again", status_code=201, summary="Run it again, as a new run")
    def again(run: RunId, person: Asker) -> Submitted:
        return service.again(person, [run])

    @routes.get("/runs/{run}/notebook", summary="The notebook as far as it was executed")
    def notebook(run: RunId, person: Asker) -> Response:
        content = service.notebook(person, run)
        return Response(content, media_type="application/x-ipynb+json", headers=_CLOSED)

    @routes.get("/runs/{run}/log", summary="What its unit wrote of itself, the last lines")
    def lines(run: RunId, person: Asker) -> list[str]:
        return service.last_lines(person, run)

    @routes.get("/runs/{run}/outputs/{path:path}", summary="One of the files it left")
    def output(run: RunId, path: str, person: Asker) -> StreamingResponse:
        file, size, name = service.output(person, run, path)

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(2**18):
                    yield piece

        headers = {
            **_CLOSED,
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        }
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)

    @routes.get("/runs/{run}/capsule", summary="All that is left of it, as an RO-Crate in a zip")
    def capsule(run: RunId, person: Asker) -> StreamingResponse:
        pieces = service.capsule(person, run)
        headers = {**_CLOSED, "Content-Disposition": f"attachment; filename={run}.zip"}
        return StreamingResponse(pieces, media_type="application/zip", headers=headers)

    @routes.post("/submissions/{submission}/cancel", status_code=202, summary="End all its runs")
    def cancel_all(submission: SubmissionId, person: Asker) -> Listed:
        return service.cancel_all(person, submission)

    @routes.post(
        "/submissions/{submission}/again", status_code=201, summary="Run those that failed again"
    )
    def again_failed(submission: SubmissionId, person: Asker) -> Submitted:
        return service.again_failed(person, submission)

    @routes.delete(
        "/submissions/{submission}", status_code=204, summary="Take it away, files and all"
    )
    def remove(submission: SubmissionId, person: Asker) -> Response:
        service.remove(person, submission)
        return Response(status_code=204)

    @routes.get("/laboratories/{laboratory}/runs", summary="A laboratory's runs, for its managers")
    def managed(
        laboratory: str,
        person: Asker,
        state: Annotated[str | None, Query(pattern=_STATES)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Managed]:
        if not person.manages(laboratory):
            raise NotAllowed(f"you do not manage a laboratory {laboratory!r}")
        return service.managed(laboratory, state=state, limit=limit)

    return routes
