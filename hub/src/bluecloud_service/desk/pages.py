"""The desk's pages as HTML, in which whatever anybody wrote is text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

# No script at all; forms go back to the desk alone, and nobody shows it in a frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class Pages:
    """Makes pages.

    Parameters
    ----------
    desk, home
        Addresses: of the desk of all laboratories, and of the hub's home page.
    """

    def __init__(self, desk: str, home: str) -> None:
        environment = Environment(
            loader=PackageLoader("bluecloud_service.desk"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(desk=desk, home=home)
        environment.filters["mb"] = lambda count: f"{count / 1e6:,.0f} MB"
        environment.filters["moment"] = _moment
        environment.filters["short"] = lambda digest: digest.removeprefix("sha256:")[:12]
        self._environment = environment

    def page(self, name: str, status: int = 200, **told: Any) -> Response:
        """A page from its template and what it tells."""
        content = self._environment.get_template(f"{name}.html").render(**told)
        return HTMLResponse(content, status, HEADERS)

    def fault(self, status: int, words: str, back: str) -> Response:
        """A page that says what was not done, and why; ``back`` is where to go from it."""
        return self.page("fault", status, words=words, back=back)

    def style(self) -> Response:
        """The stylesheet of all pages."""
        path = Path(__file__).parent / "templates" / "desk.css"
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(path.read_bytes(), media_type="text/css", headers=headers)


def _moment(time: datetime | str) -> str:
    """A time to the minute; empty where there is none."""
    if isinstance(time, str):
        if not time:
            return ""
        time = datetime.fromisoformat(time)
    return time.strftime("%Y-%m-%d %H:%M UTC")
