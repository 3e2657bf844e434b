"""The panel's routes, below ``<base_url>bluecloud/api/``.

A handler reads the request, calls the service in a thread and writes the answer. Who may call
is Jupyter Server's concern: its identity, its authorizer (resource ``bluecloud``) and its
XSRF check, all kept.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from pydantic import BaseModel, ValidationError
from tornado import web

from bluecloud.service import REQUEST, REQUEST_HEADER
from bluecloud_catalogs.coastline import topology
from bluecloud_panel import access, release, wire
from bluecloud_panel.errors import BadRequest, PanelError
from bluecloud_panel.finding import AT
from bluecloud_panel.service import LaboratoryService, failure

Request = TypeVar("Request", bound=wire.Wire)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")  # as the service takes it


class PanelHandler(APIHandler):
    """What all routes share: the service, and errors in one shape."""

    auth_resource = "bluecloud"

    def initialize(self, service: LaboratoryService) -> None:
        """Take what the route was registered with."""
        self.service = service

    def set_default_headers(self) -> None:
        """Say the request's name in the answer, of an error too; who sent none is given one."""
        super().set_default_headers()
        given = self.request.headers.get(REQUEST_HEADER, "")
        if not _NAME.fullmatch(given):
            self.request.headers[REQUEST_HEADER] = given = secrets.token_hex(8)
        self.set_header(REQUEST_HEADER, given)

    async def prepare(self) -> None:  # type: ignore[override] # as Jupyter Server's own APIHandler
        """Have the service told the request's name too."""
        REQUEST.set(self.request.headers[REQUEST_HEADER])
        await super().prepare()

    async def answer(self, ask: Callable[[], BaseModel]) -> None:
        """Ask in a thread and write the answer."""
        answer = await asyncio.to_thread(ask)
        self.finish(answer.model_dump_json())

    def asked(self, model: type[Request]) -> Request:
        """The request's body; an empty one is a request without wishes."""
        try:
            return model.model_validate_json(self.request.body or b"{}")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "the body"
            raise BadRequest(f"{where}: {first['msg']}") from error

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Every error is a `wire.Failure`, whoever raised it."""
        raised = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(raised, PanelError):
            self.set_status(raised.status)
            told = failure(raised)
        else:
            message = getattr(raised, "log_message", None) or HTTPStatus(status_code).phrase
            told = wire.Failure(kind="ServerError", error=message)
        self.finish(told.model_dump_json())

    def log_exception(self, *exc_info: Any) -> None:
        """A `PanelError` is an answer and no fault of the server: one line, no traceback."""
        if isinstance(exc_info[1], PanelError):
            kind, name = exc_info[1].kind, self.request.headers[REQUEST_HEADER]
            self.log.info("%s: %s request=%s", kind, exc_info[1], name)
        else:
            super().log_exception(*exc_info)


class LaboratoryHandler(PanelHandler):
    """What this laboratory is."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `wire.Laboratory`."""
        await self.answer(self.service.laboratory)


class AnalysesHandler(PanelHandler):
    """The laboratory's analyses."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Analyses`."""
        await self.answer(self.service.analyses)


class OpenHandler(PanelHandler):
    """The person's copy of one analysis."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Make the copy if need be and answer with its `wire.Notebook`."""
        request = self.asked(wire.OpenRequest)
        await self.answer(lambda: self.service.open_analysis(name, beside=request.beside))


class RunHandler(PanelHandler):
    """One analysis with parameters."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Check the parameters, write the notebook and answer with its `wire.Notebook`."""
        request = self.asked(wire.RunRequest)
        await self.answer(lambda: self.service.run_analysis(name, request.parameters))


class PictureHandler(PanelHandler):
    """The picture of one analysis."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with a PNG; its address is another one once it changed, so it is kept."""
        path = await asyncio.to_thread(self.service.picture, name)
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(await asyncio.to_thread(path.read_bytes), set_content_type="image/png")


class CatalogueHandler(PanelHandler):
    """The laboratory's catalogue."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `wire.Catalogue`."""
        await self.answer(self.service.catalogue)


class AccessHandler(PanelHandler):
    """The person's logins at providers."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Access`."""
        await self.answer(access.listed)


class LoginHandler(PanelHandler):
    """The person's login at one provider."""

    @web.authenticated
    @authorized
    async def post(self, source: str) -> None:
        """Store it and answer with `wire.Access`."""
        login = self.asked(wire.LoginRequest)
        await self.answer(lambda: access.store(source, login))


class ForgetHandler(PanelHandler):
    """The end of one login."""

    @web.authenticated
    @authorized
    async def post(self, source: str) -> None:
        """Forget it and answer with `wire.Access`."""
        await self.answer(lambda: access.forget(source))


class FindHandler(PanelHandler):
    """What is found."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with `wire.Found`."""
        asked = self.asked(wire.FindRequest)
        if asked.where.startswith(AT):
            found = await self.service.finding.ask(asked)
            self.finish(found.model_dump_json())
        else:
            await self.answer(lambda: self.service.finding.find(asked))


class SuggestHandler(PanelHandler):
    """Words to look for."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with `wire.Suggestions`."""
        asked = self.asked(wire.SuggestRequest)
        await self.answer(lambda: self.service.finding.suggestions(asked))


class SourcesHandler(PanelHandler):
    """How the sources are."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Sources`; a provider that is silent is not waited for."""
        await self.answer(self.service.finding.sources)


class OwnHandler(PanelHandler):
    """Files of one's own."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with `wire.AddedFile`."""
        asked = self.asked(wire.OwnFile)
        await self.answer(lambda: self.service.finding.add(asked))


class ServerHandler(PanelHandler):
    """What the server uses. The panel asks again and again: that is no activity of the person's."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with a `wire.ServerState`."""
        await self.answer(self.settings["bluecloud_server"].now)


class KeepHandler(PanelHandler):
    """The server is kept for as long again."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer with a `wire.ServerState`."""
        await self.answer(self.settings["bluecloud_server"].keep)


class ReleaseHandler(PanelHandler):
    """The release that the next start takes. It is asked for again and again, as the server is."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.ReleaseNews`."""
        await self.answer(release.news)


class LandHandler(PanelHandler):
    """The land of the earth, for maps."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with TopoJSON, which the browser keeps for a day."""
        self.set_header("Cache-Control", "private, max-age=86400")
        self.finish(await asyncio.to_thread(topology))


ROUTES: list[tuple[str, type[PanelHandler]]] = [
    (r"laboratory", LaboratoryHandler),
    (r"analyses", AnalysesHandler),
    (r"analyses/([^/]+)/open", OpenHandler),
    (r"analyses/([^/]+)/run", RunHandler),
    (r"analyses/([^/]+)/picture", PictureHandler),
    (r"catalogue", CatalogueHandler),
    (r"access", AccessHandler),
    (r"access/([a-z0-9_]+)", LoginHandler),
    (r"access/([a-z0-9_]+)/forget", ForgetHandler),
    (r"find", FindHandler),
    (r"suggest", SuggestHandler),
    (r"sources", SourcesHandler),
    (r"own", OwnHandler),
    (r"server", ServerHandler),
    (r"server/keep", KeepHandler),
    (r"release", ReleaseHandler),
    (r"land", LandHandler),
]
