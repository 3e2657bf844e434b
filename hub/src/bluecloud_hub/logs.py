"""What hub and service write of what they do: a line each, as JSON where containers are.

A line names the request it belongs to (see `tracing`). Whatever is written, secrets in addresses
and headers, and tokens that are known by their form, are taken out last, where the line is made, so
that no caller has to think of it. Addresses of requests are written without their query.
"""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from pythonjsonlogger.json import JsonFormatter

from bluecloud_hub import tracing

Form = Literal["json", "text"]

# In an address; after the words that a header has; and a token of runs, which says what it is.
_HIDDEN = (
    (
        re.compile(
            r"""([?&][\w.-]*(?:token|code|state|key|auth|secret|password|xsrf|proof)[\w.-]*=)"""
            r"""[^&\s"'<>]+""",
            re.IGNORECASE,
        ),
        r"\1[secret]",
    ),
    (re.compile(r"\b((?:token|bearer|basic) )[\w.~+/=-]{16,}", re.IGNORECASE), r"\1[secret]"),
    (re.compile(r"\bbluecloud-unit\.[\w.~+/=-]+"), "[secret]"),
    (re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+@"), r"\1[secret]@"),
    (re.compile(r"(/api/authorizations/(?:cookie|token)/)[^\s\"]+"), r"\1[secret]"),
    (re.compile(r"(xsrf cookie for )\S+"), r"\1[secret]"),  # JupyterHub writes the session there
)


def form_of(told: Form | None, engine: str) -> Form:
    """How lines are written: as a deployment says, else JSON in containers and text on a laptop."""
    return told or ("text" if engine == "local" else "json")


def without_secrets(text: str) -> str:
    """A text with what looks like a secret taken out."""
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text


class JsonLines(JsonFormatter):
    """One JSON object a line: ``time level logger message request``, and what a caller adds.

    Its arguments are those of any formatter, and have no meaning here.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__([])

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """The fields of a line."""
        at = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        log_data["message"] = record.getMessage()
        if name := tracing.current():
            log_data["request"] = name
        super().add_fields(log_data, record, message_dict)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """The same, without secrets."""
        return {
            name: without_secrets(value) if isinstance(value, str) else value
            for name, value in log_data.items()
        }


class TextLines(logging.Formatter):
    """A line that a person reads, with the request's name at its end."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__("[%(levelname).1s %(asctime)s %(name)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets."""
        first, *more = super().format(record).split("\n")
        if name := tracing.current():
            first += f" request={name}"
        return without_secrets("\n".join([first, *more]))


def formatter(form: Form) -> str:
    """The name by which `logging.config` finds a formatter."""
    return f"{__name__}.{'JsonLines' if form == 'json' else 'TextLines'}"


def configuration(form: Form) -> dict[str, Any]:
    """Of `logging.config`, for a program of ours: everything to standard output."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter(form)}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": sys.stdout,
                "formatter": "lines",
            }
        },
        "root": {"level": "INFO", "handlers": ["out"]},
        # Addresses that it asks, each time.
        "loggers": {"httpx": {"level": "WARNING"}, "alembic": {"level": "WARNING"}},
    }
