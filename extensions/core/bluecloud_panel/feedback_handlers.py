"""The routes of feedback, below ``<base_url>bluecloud/api/``; see `handlers`."""

from jupyter_server.auth.decorator import authorized
from tornado import web

from bluecloud_panel import feedback
from bluecloud_panel import feedback_wire as wire
from bluecloud_panel.handlers import PanelHandler


class FeedbackHandler(PanelHandler):
    """The person's threads with this laboratory's managers."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Threads`."""
        await self.answer(feedback.listed)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Begin a thread and answer with `wire.Threads`."""
        request = self.asked(wire.FeedbackRequest)
        await self.answer(lambda: feedback.send(request))


class WriteHandler(PanelHandler):
    """One thread, which more is written to."""

    @web.authenticated
    @authorized
    async def post(self, thread: str) -> None:
        """Write it and answer with `wire.Threads`."""
        request = self.asked(wire.WordsRequest)
        await self.answer(lambda: feedback.write(thread, request))


class CloseHandler(PanelHandler):
    """The end of one thread."""

    @web.authenticated
    @authorized
    async def post(self, thread: str) -> None:
        """Close it and answer with `wire.Threads`."""
        await self.answer(lambda: feedback.close(thread))


class RemoveHandler(PanelHandler):
    """One thread, taken away."""

    @web.authenticated
    @authorized
    async def post(self, thread: str) -> None:
        """Take it away and answer with `wire.Threads`."""
        await self.answer(lambda: feedback.remove(thread))


FEEDBACK_ROUTES: list[tuple[str, type[PanelHandler]]] = [
    (r"feedback", FeedbackHandler),
    (r"feedback/([0-9a-f]+)/words", WriteHandler),
    (r"feedback/([0-9a-f]+)/close", CloseHandler),
    (r"feedback/([0-9a-f]+)/remove", RemoveHandler),
]
