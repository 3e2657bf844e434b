"""Many requests over HTTP: a few at a time, patiently where that helps, never for ever.

Only what may pass is tried again: a connection that broke, and 429, 502, 503 and 504. A
silence is not: whoever did not answer for half a minute is not asked to do it three times.
The rest has one meaning each: 404 is an answer (``NotFound``), but not where a redirection led to
something else, which has no say in whether there is a file; 401 and 403 want a login, 400
refuses the request, everything else is no answer (``SourceUnavailable``). A request may name
other statuses that are answers in its protocol. Bytes are handed on only when they are as many
as were announced, and no more than ``BLUECLOUD_HTTP_MOST_MB``.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Literal

import aiohttp
from fsspec.asyn import get_loop, sync
from yarl import URL

from .answers import told_by
from .errors import (
    CredentialRequired,
    DataError,
    NotFound,
    RequestRefused,
    RequestTooLarge,
    SourceError,
    SourceUnavailable,
)
from .redirections import asked

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
USER_AGENT = "Blue-Cloud-VRE (bluecloud-catalogs)"
_CONNECTIONS = 8  # to one host, as a browser would
_ATTEMPTS = 3
_CONNECT_S = 10.0  # behind a firewall that drops packets, the next tier is this far away
_PAUSE_S = 0.25  # and twice as long the next time
_LONGEST_WAIT_S = 20.0  # who asks us to wait longer is, for a notebook, unavailable
_TRY_AGAIN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_NOT_THERE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True)
class Validators:
    """What a server said by which a later answer can be known to be the same."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The headers that ask for the file only if it has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True)
class Call:
    """One request as it goes out.

    Attributes
    ----------
    url
        With its query, percent-encoded as it is to be sent.
    statuses
        Those that are an answer, whatever they say.
    secrets
        Headers that no message and no ``repr`` may show.
    follow
        Whether a redirection is followed; else it is a status as any other.
    repeatable
        Whether asking twice does no harm. What makes something new is asked again only where
        the answer says that it was not taken (429).
    known
        Of an answer that is there already and need not be sent again.
    file
        Sent in the place of a body, read as it goes; with ``form``, as its field ``file``.
    form
        The other fields of a form of several parts.
    """

    url: str
    method: Method = "GET"
    body: bytes = field(default=b"", repr=False)  # it may hold a password
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({200})
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    follow: bool = True
    repeatable: bool = True
    known: Validators = field(default_factory=Validators)
    file: Path | None = None
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A file, or none where it is still the one that the validators stood for."""

    url: str
    content: bytes | None
    validators: Validators
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True)
class Patience:
    """How long to wait, and for how much.

    ``BLUECLOUD_HTTP_SILENCE_S``, ``BLUECLOUD_HTTP_DEADLINE_S`` and ``BLUECLOUD_HTTP_MOST_MB``.
    """

    silence_s: float = 30.0
    deadline_s: float = 300.0  # for one file, however steadily it drips
    most_mb: float = 500.0  # a laboratory has some gigabytes, and others live there
    attempts: int = _ATTEMPTS

    @property
    def most_bytes(self) -> float:
        """The largest answer that is read, in bytes."""
        return self.most_mb * 1e6

    @classmethod
    def from_environment(cls) -> "Patience":
        """The defaults, or what the environment says."""
        return cls(
            _positive("BLUECLOUD_HTTP_SILENCE_S", cls.silence_s, "seconds"),
            _positive("BLUECLOUD_HTTP_DEADLINE_S", cls.deadline_s, "seconds"),
            _positive("BLUECLOUD_HTTP_MOST_MB", cls.most_mb, "megabytes"),
        )


def _positive(variable: str, default: float, unit: str) -> float:
    told = os.environ.get(variable, "")
    try:
        number = float(told or default)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise DataError(f"{variable}={told}: it must be a number of {unit} above 0")
    return number


def get_all(
    calls: Sequence[Call | str],
    *,
    connections: int = _CONNECTIONS,
    patience: Patience | None = None,
) -> list[Answer]:
    """Get every answer, or raise the first failure; in the order asked.

    Works with a running event loop (a notebook's) and without: the requests run in fsspec's.

    Parameters
    ----------
    calls
        What to ask for; an address alone is a GET.
    connections
        How many requests go on at once.
    patience
        How long to wait; as the environment says if nothing is given.

    Raises
    ------
    SourceError
        Naming the address and the reason.
    RequestTooLarge
        If an answer is larger than is read.
    """
    made = [Call(call) if isinstance(call, str) else call for call in calls]
    answers: list[Answer] = sync(
        get_loop(), _get_all, made, connections, patience or Patience.from_environment()
    )
    return answers


async def _get_all(calls: list[Call], connections: int, patience: Patience) -> list[Answer]:
    timeout = aiohttp.ClientTimeout(
        total=patience.deadline_s,
        sock_connect=min(_CONNECT_S, patience.deadline_s),
        sock_read=patience.silence_s,
    )
    connector = aiohttp.TCPConnector(limit=connections)
    # trust_env: a proxy or a certificate authority set for the machine is used here too.
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers={"User-Agent": USER_AGENT}, trust_env=True
    ) as session:
        # aiohttp's deadline would run while a request waits for a connection: so ask in turns.
        turn = asyncio.Semaphore(connections)

        async def in_turn(call: Call) -> Answer:
            async with turn:
                return await _get(session, call, patience)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(in_turn(call)) for call in calls]
        except BaseExceptionGroup as failures:
            # One reason is enough, and a group would hide its kind from `except NotFound`. Not
            # `except*`: Python 3.11.2 makes a group of what is raised there.
            known_kinds, others = failures.split((SourceError, RequestTooLarge))
            if known_kinds is None or others is not None:
                raise
            raise _first(known_kinds) from None
    return [task.result() for task in tasks]


def _first(failures: BaseExceptionGroup[DataError]) -> DataError:
    failure: BaseException = failures
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    assert isinstance(failure, DataError)  # noqa: S101 -- narrows for mypy
    return failure


async def _get(session: aiohttp.ClientSession, call: Call, patience: Patience) -> Answer:
    known = call.known
    for attempt in range(1, patience.attempts + 1):
        pause_s = _PAUSE_S * 2 ** (attempt - 1)
        try:
            async with asked(session, call) as response:
                if response.status == HTTPStatus.NOT_MODIFIED and known.headers():
                    return Answer(call.url, None, known)
                if response.status in _NOT_THERE and _is_elsewhere(call, response):
                    raise SourceUnavailable(
                        f"{call.url}: it leads to {response.url.with_query(None)}, where there is "
                        f"nothing ({response.status}): this says nothing of what was asked for"
                    )
                if response.status in call.statuses:
                    return await _whole(call, response, patience)
                said = told_by(await response.content.read(20_000))
                reason = f"it answered {response.status} {response.reason}"
                if response.status in _NOT_THERE:
                    reason = f"the provider has no such file ({response.status})"
                if said:
                    reason = f"{reason}: {said}"
                if response.status not in _TRY_AGAIN:
                    raise _meaning(response.status)(f"{call.url}: {reason}")
                taken = not call.repeatable and response.status != HTTPStatus.TOO_MANY_REQUESTS
                pause_s = max(pause_s, _asked_to_wait_s(response.headers.get("Retry-After")))
        except DataError:
            raise
        except TimeoutError as error:
            raise SourceUnavailable(f"{call.url}: no answer in time") from error
        except aiohttp.ClientConnectorError as error:
            # Without its number, which may be "None" and helps nobody.
            reason = error.os_error.strerror or str(error.os_error)
            raise SourceUnavailable(f"{call.url}: no connection: {reason}") from error
        except (aiohttp.ClientPayloadError, aiohttp.ClientOSError) as error:
            reason, taken = f"the connection broke: {error}", not call.repeatable
        except aiohttp.ServerDisconnectedError:
            reason, taken = "the connection was closed without an answer", not call.repeatable
        except (aiohttp.ClientError, ValueError) as error:
            raise SourceUnavailable(f"{call.url}: {error}") from error
        if taken:
            raise SourceUnavailable(
                f"{call.url}: {reason}; what was asked may have been done, so it is not asked "
                "again: look at the provider first"
            )
        if pause_s > _LONGEST_WAIT_S:
            raise SourceUnavailable(f"{call.url}: {reason} and asks to wait {pause_s:.0f} s")
        if attempt < patience.attempts:
            await asyncio.sleep(pause_s)
    times = f", {patience.attempts} times" if patience.attempts > 1 else ""
    raise SourceUnavailable(f"{call.url}: {reason}{times}")


async def _whole(call: Call, response: aiohttp.ClientResponse, patience: Patience) -> Answer:
    """The answer with all its bytes, which are counted as they come."""
    announced = response.content_length or 0
    content = bytearray()
    if announced <= patience.most_bytes:
        async for chunk in response.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > patience.most_bytes:
                break
    most_mb = patience.most_bytes / 1e6
    if max(announced, len(content)) > patience.most_bytes:
        size = f"{announced / 1e6:.0f} MB" if announced else f"more than {most_mb:g} MB"
        raise RequestTooLarge(
            f"{call.url}: the answer is {size}, and {most_mb:g} MB are read at once: ask for "
            "less, or set BLUECLOUD_HTTP_MOST_MB"
        )
    headers = {name.lower(): value for name, value in response.headers.items()}
    told = Validators(headers.get("etag"), headers.get("last-modified"))
    return Answer(call.url, bytes(content), told, response.status, headers)


def _is_elsewhere(call: Call, response: aiohttp.ClientResponse) -> bool:
    """Whether redirections led to something of another name: a page to log in, say, or of terms.

    The same name at another server or below another folder is still what was asked for.
    """
    return _name(URL(call.url, encoded=True)) != _name(response.url)


def _name(url: URL) -> str:
    return url.path.rstrip("/").rpartition("/")[2]


def _meaning(status: int) -> type[DataError]:
    """The error that a status is."""
    if status in _NOT_THERE:
        return NotFound
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return CredentialRequired
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return RequestTooLarge
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return RequestRefused
    return SourceUnavailable


def _asked_to_wait_s(retry_after: str | None) -> float:
    """Seconds of a Retry-After header, which is a number or a date; 0 for anything else."""
    if retry_after is None:
        return 0.0
    try:
        return float(retry_after)
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0
