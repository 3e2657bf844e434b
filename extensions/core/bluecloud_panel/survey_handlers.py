"""The routes of the survey, below ``<base_url>bluecloud/api/``; see `handlers`."""

from jupyter_server.auth.decorator import authorized
from tornado import web

from bluecloud_panel import survey
from bluecloud_panel import survey_wire as wire
from bluecloud_panel.handlers import PanelHandler


class SurveyHandler(PanelHandler):
    """The laboratory's survey, and the person's answer to it."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer with `wire.Survey`."""
        await self.answer(survey.mine)

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep the person's answer and answer with `wire.Survey`."""
        given = self.asked(wire.SurveyAnswer)
        await self.answer(lambda: survey.answer(given))


class WithdrawHandler(PanelHandler):
    """The end of the person's answer."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Withdraw it and answer with `wire.Survey`."""
        await self.answer(survey.withdraw)


SURVEY_ROUTES: list[tuple[str, type[PanelHandler]]] = [
    (r"survey", SurveyHandler),
    (r"survey/withdraw", WithdrawHandler),
]
