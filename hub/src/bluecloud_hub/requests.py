"""How the hub names requests and writes them down; JupyterHub is told of it by its settings."""

from __future__ import annotations

import logging
from typing import Any

from jupyterhub.handlers.pages import HealthCheckHandler
from jupyterhub.metrics import prometheus_log_method
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.log import access_log
from tornado.web import HTTPError, OutputTransform, StaticFileHandler
from traitlets.config import Config

from bluecloud_hub import logs, tracing
from bluecloud_hub.acts import write_act
from bluecloud_hub.addresses import Trusted, sender
from bluecloud_hub.audit import Audit
from bluecloud_hub.settings import Settings

_SLOW_S = 1.0


class Named(OutputTransform):
    """Names a request before its handler begins, and says the name in the answer.

    Tornado makes one for each request in the task that then runs its handler.
    """

    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        self._name = tracing.begin(request.headers.get(tracing.HEADER))
        request.headers[tracing.HEADER] = self._name

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Add the header."""
        headers[tracing.HEADER] = self._name
        return status_code, headers, chunk


def write_down(handler: Any, address: str) -> None:
    """One line of a request that was answered, and JupyterHub's own measure of it."""
    prometheus_log_method(handler)
    request, status = handler.request, handler.get_status()
    seconds = request.request_time()
    if status == 304 or (
        status < 300 and isinstance(handler, StaticFileHandler | HealthCheckHandler)
    ):
        level = logging.INFO if seconds >= _SLOW_S else logging.DEBUG
    elif status < 400:
        level = logging.INFO
    else:
        level = logging.WARNING if status < 500 else logging.ERROR
    told = {
        "method": request.method,
        "path": request.path,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "person": _person(handler),
        "address": address,
    }
    access_log.log(
        level,
        "%s %s %s (%s@%s) %.1f ms",
        *(told[name] for name in ("status", "method", "path", "person", "address", "ms")),
        extra=told,
    )


def _person(handler: Any) -> str:
    try:
        user = handler.current_user
    except (HTTPError, RuntimeError):
        return ""
    return str(getattr(user, "name", user) or "")


def configure(c: Config, settings: Settings) -> None:
    """Set how a deployment's hub names and writes down requests."""
    form = logs.form_of(settings.log_format, settings.engine)
    c.JupyterHub.logging_config = {"formatters": {"console": {"class": logs.formatter(form)}}}
    audit, trusted = Audit(settings.state_folder), Trusted(settings.trusted_proxies)

    def written(handler: Any) -> None:
        address = sender(handler.request, trusted)
        write_down(handler, address)
        write_act(audit, handler, address)

    # Others add to these too: what answers say of themselves.
    c.JupyterHub.tornado_settings.update({"transforms": [Named], "log_function": written})
