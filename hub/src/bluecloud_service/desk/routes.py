"""The addresses of the desk: its pages, the forms in them, and the login.

They take the cookie of a login and no token; a form is answered with a redirect to the page, so
that a reload does nothing twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Path, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from ..errors import NotAllowed, NotAsked, NotKnown, ServiceError
from ..identity import Person
from ..releases.routes import CLOSED
from ..usage.store import Month
from .acts import SAID
from .assembly import Desk

Slug = Annotated[str, Path(description="A laboratory")]
_MOST_FIELDS = 20


@dataclass(frozen=True)
class Visitor:
    """Whoever logged in, and what proves their forms."""

    person: Person
    token: str
    proof: str


def seeing(
    desk: Desk, admitted_by: Callable[[Request, str | None], Person]
) -> Callable[[Request], Visitor]:
    """Says who logged in; ``admitted_by`` says whose an ``Authorization`` is."""

    def visitor(request: Request) -> Visitor:
        token = desk.login.token(request)
        person = admitted_by(request, f"token {token}")
        if person.name is None or person.unit:
            raise NotAllowed("a desk is opened by a person who logs in")
        return Visitor(person, token, desk.login.proof(token))

    return visitor


def _visitor(request: Request) -> Visitor:
    seen: Visitor = request.app.state.visitor(request)
    return seen


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a form; of a field that is there twice, the last."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise NotAsked("a form of the desk is sent as application/x-www-form-urlencoded")
    try:
        told = (await request.body()).decode("ascii")
        given = parse_qsl(told, True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise NotAsked("this is no form of the desk") from error
    return dict(given)


Seen = Annotated[Visitor, Depends(_visitor)]
Sent = Annotated[Mapping[str, str], Depends(_form)]


def router(desk: Desk) -> APIRouter:
    """The routes of the desk, in an application whose ``state.visitor`` says who logged in."""

    class PageRoute(APIRoute):
        """A route whose faults are pages; who has not logged in does so first."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answered(request: Request) -> Response:
                try:
                    return await handle(request)
                except ServiceError as error:
                    if request.method == "GET" and isinstance(error, NotKnown):
                        return desk.login.begin(request)
                    page = "" if request.method == "GET" else _page_of(request)
                    return desk.pages.fault(error.status, _told(error), page)

            return answered

    routes = APIRouter(include_in_schema=False, route_class=PageRoute)

    @routes.get("/oauth_callback")
    def logged_in(request: Request) -> Response:
        return desk.login.finish(request)

    @routes.get("/desk.css")
    def style() -> Response:
        return desk.pages.style()

    @routes.get("/desk")
    def all_of(seen: Seen) -> Response:
        person = seen.person
        return desk.pages.page(
            "all",
            lines=desk.boards.lines(person),
            homes=desk.boards.homes(person),
            person=person,
        )

    @routes.get("/desk/{laboratory}")
    def one(laboratory: Slug, seen: Seen, request: Request) -> Response:
        return desk.pages.page(
            "desk",
            board=desk.boards.board(seen.person, laboratory),
            person=seen.person,
            proof=seen.proof,
            said=SAID.get(request.query_params.get("said", ""), ""),
        )

    @routes.get("/desk/{laboratory}/releases/{digest}")
    def report(laboratory: Slug, digest: str, seen: Seen) -> Response:
        content = desk.boards.report(seen.person, laboratory, digest)
        return Response(content, media_type="text/html; charset=utf-8", headers=CLOSED)

    @routes.get("/desk/{laboratory}/usage.csv")
    def usage(laboratory: Slug, seen: Seen) -> Response:
        written = io.StringIO()
        names = [field.name for field in fields(Month)]
        rows = csv.DictWriter(written, ["laboratory", *names])
        rows.writeheader()
        for month in desk.boards.usage(seen.person, laboratory):
            rows.writerow({"laboratory": laboratory, **asdict(month)})
        return _saved(f"{laboratory}-usage.csv", written.getvalue())

    @routes.get("/desk/{laboratory}/survey.csv")
    def survey(laboratory: Slug, seen: Seen) -> Response:
        content = desk.boards.survey_csv(seen.person, laboratory)
        return _saved(f"{laboratory}-survey.csv", content)

    @routes.post("/desk/{laboratory}/{act}")
    def act(laboratory: Slug, act: str, seen: Seen, request: Request, form: Sent) -> Response:
        desk.login.check(request, seen.token, form.get("proof", ""))
        said = desk.acts.do(seen.person, laboratory, act, form)
        return RedirectResponse(f"{_page_of(request)}?said={said}", 303)

    return routes


def _saved(name: str, content: str) -> Response:
    """CSV that a browser saves."""
    headers = {**CLOSED, "Content-Disposition": f"attachment; filename={name}"}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _page_of(request: Request) -> str:
    """The page that a form is on."""
    return request.url.path.rpartition("/")[0]


def _told(error: ServiceError) -> str:
    words = str(error)
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else ".")
