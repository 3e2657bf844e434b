"""The routes of runs, below ``<base_url>bluecloud/api/``; see `handlers`."""

import asyncio

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import ensure_async
from tornado import web

from bluecloud_panel import run_wire as wire
from bluecloud_panel.handlers import PanelHandler
from bluecloud_panel.runs import FEWEST


class RunsHandler(PanelHandler):
    """The person's runs in this laboratory."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Runs`, the last ``limit`` of them."""
        limit = self.get_query_argument("limit", str(FEWEST))
        await self.answer(lambda: self.service.runs.listed(limit))


class SubmitHandler(PanelHandler):
    """One analysis with parameters, or a sweep of it, to be run by the service."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Submit it and answer with its `wire.Runs`."""
        request = self.asked(wire.SubmitRequest)
        await self.answer(lambda: self.service.runs.submit(name, request))


class EarlierHandler(PanelHandler):
    """What earlier runs of one analysis took."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer with `wire.Earlier`."""
        await self.answer(lambda: self.service.results.earlier(name))


class FinishHandler(PanelHandler):
    """A notebook of the home, to be run by the service as it is."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Submit it and answer with its `wire.Runs`."""
        request = self.asked(wire.NotebookRequest)
        await self.answer(lambda: self.service.runs.finish(request.path))


class DetailHandler(PanelHandler):
    """One run, whole."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """Answer with its `wire.RunDetail`."""
        await self.answer(lambda: self.service.results.detail(run))


class FiguresHandler(PanelHandler):
    """The pictures of one run."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """Answer with its `wire.Figures`."""
        await self.answer(lambda: self.service.results.figures(run))


class NumbersHandler(PanelHandler):
    """What one run printed, and its small tables."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """Answer with its `wire.Numbers`."""
        await self.answer(lambda: self.service.results.numbers(run))


class CancelHandler(PanelHandler):
    """The end of one run."""

    @web.authenticated
    @authorized
    async def post(self, run: str) -> None:
        """Ask for it and answer with the run as `wire.Runs`."""
        await self.answer(lambda: self.service.runs.cancel(run))


class AgainHandler(PanelHandler):
    """One run once more."""

    @web.authenticated
    @authorized
    async def post(self, run: str) -> None:
        """Submit it and answer with the new `wire.Runs`."""
        await self.answer(lambda: self.service.runs.again(run))


class FetchHandler(PanelHandler):
    """What one run left."""

    @web.authenticated
    @authorized
    async def post(self, run: str) -> None:
        """Bring it into the home and answer with its executed `wire.Notebook`.

        It is trusted as one that the person ran here: they had it run, and its figures are
        drawn by scripts.
        """
        notebook = await asyncio.to_thread(self.service.results.fetch, run)
        trusted = self.contents_manager.trust_notebook(notebook.path)  # type: ignore[no-untyped-call]
        await ensure_async(trusted)
        self.finish(notebook.model_dump_json())


class CapsuleHandler(PanelHandler):
    """The capsule of one run."""

    @web.authenticated
    @authorized
    async def get(self, run: str) -> None:
        """Answer with it as an archive, to be saved."""
        content = await asyncio.to_thread(self.service.results.capsule, run)
        self.set_header("Content-Disposition", f"attachment; filename={run}-capsule.zip")
        self.set_header("Cache-Control", "private, no-store")
        self.finish(content, set_content_type="application/zip")

    @web.authenticated
    @authorized
    async def post(self, run: str) -> None:
        """Bring it into the home and answer with `wire.Brought`."""
        await self.answer(lambda: self.service.results.bring_capsule(run))


class CancelAllHandler(PanelHandler):
    """The end of all runs of a sweep."""

    @web.authenticated
    @authorized
    async def post(self, submission: str) -> None:
        """Ask for it and answer with the runs as `wire.Runs`."""
        await self.answer(lambda: self.service.runs.cancel_all(submission))


class AgainFailedHandler(PanelHandler):
    """The runs of a sweep once more that failed."""

    @web.authenticated
    @authorized
    async def post(self, submission: str) -> None:
        """Submit them and answer with the new `wire.Runs`."""
        await self.answer(lambda: self.service.runs.again_failed(submission))


RUN_ROUTES: list[tuple[str, type[PanelHandler]]] = [
    (r"analyses/([^/]+)/submit", SubmitHandler),
    (r"analyses/([^/]+)/earlier", EarlierHandler),
    (r"runs", RunsHandler),
    (r"runs/finish", FinishHandler),
    (r"runs/([\w-]+)", DetailHandler),
    (r"runs/([\w-]+)/figures", FiguresHandler),
    (r"runs/([\w-]+)/numbers", NumbersHandler),
    (r"runs/([\w-]+)/cancel", CancelHandler),
    (r"runs/([\w-]+)/again", AgainHandler),
    (r"runs/([\w-]+)/fetch", FetchHandler),
    (r"runs/([\w-]+)/capsule", CapsuleHandler),
    (r"submissions/([\w-]+)/cancel", CancelAllHandler),
    (r"submissions/([\w-]+)/again", AgainFailedHandler),
]
