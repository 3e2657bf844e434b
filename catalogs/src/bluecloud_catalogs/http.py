"""Many files over HTTP: a few at a time, patiently where that helps, never for ever.

Only what may pass is tried again: a connection that broke, and 429, 502, 503 and 504. A
silence is not: whoever did not answer for half a minute is not asked to do it three times.
The rest has one meaning each: 404 is an answer (``NotFound``), everything else is no answer
(``SourceUnavailable``). Bytes are handed on only when they are as many as were announced.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp
from fsspec.asyn import get_loop, sync

from .errors import DataError, NotFound, SourceError, SourceUnavailable

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
class Answer:
    """A file, or none where it is still the one that the validators stood for."""

    url: str
    content: bytes | None
    validators: Validators


@dataclass(frozen=True)
class Patience:
    """How long to wait: ``BLUECLOUD_HTTP_SILENCE_S`` and ``BLUECLOUD_HTTP_DEADLINE_S``."""

    silence_s: float = 30.0
    deadline_s: float = 300.0  # for one file, however steadily it drips

    @classmethod
    def from_environment(cls) -> "Patience":
        """The defaults, or what the environment says."""
        return cls(
            _seconds("BLUECLOUD_HTTP_SILENCE_S", cls.silence_s),
            _seconds("BLUECLOUD_HTTP_DEADLINE_S", cls.deadline_s),
        )


def _seconds(variable: str, default: float) -> float:
    told = os.environ.get(variable, "")
    try:
        seconds = float(told or default)
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise DataError(f"{variable}={told}: it must be a number of seconds above 0")
    return seconds


def get_all(urls: Sequence[str], known: Mapping[str, Validators] | None = None) -> list[Answer]:
    """Get every file, or raise the first failure; in the order asked.

    Works with a running event loop (a notebook's) and without: the requests run in fsspec's.

    Raises
    ------
    NotFound, SourceUnavailable
        Naming the address and the reason.
    """
    answers: list[Answer] = sync(get_loop(), _get_all, list(urls), dict(known or {}))
    return answers


async def _get_all(urls: list[str], known: dict[str, Validators]) -> list[Answer]:
    patience = Patience.from_environment()
    timeout = aiohttp.ClientTimeout(
        total=patience.deadline_s, sock_connect=_CONNECT_S, sock_read=patience.silence_s
    )
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    # trust_env: a proxy or a certificate authority set for the machine is used here too.
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, headers={"User-Agent": USER_AGENT}, trust_env=True
    ) as session:
        # aiohttp's deadline would run while a request waits for a connection: so ask in turns.
        turn = asyncio.Semaphore(_CONNECTIONS)

        async def in_turn(url: str) -> Answer:
            async with turn:
                return await _get(session, url, known.get(url, Validators()))

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(in_turn(url)) for url in urls]
        except* SourceError as failures:
            # One reason is enough, and a group would hide its kind from `except NotFound`.
            raise _first(failures) from None
    return [task.result() for task in tasks]


def _first(failures: BaseExceptionGroup[SourceError]) -> SourceError:
    failure: BaseException = failures
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    assert isinstance(failure, SourceError)  # noqa: S101 -- narrows for mypy
    return failure


async def _get(session: aiohttp.ClientSession, url: str, known: Validators) -> Answer:
    for attempt in range(1, _ATTEMPTS + 1):
        pause_s = _PAUSE_S * 2 ** (attempt - 1)
        try:
            async with session.get(url, headers=known.headers()) as response:
                if response.status == HTTPStatus.OK:
                    content = await response.read()
                    headers = response.headers
                    told = Validators(headers.get("ETag"), headers.get("Last-Modified"))
                    return Answer(url, content, told)
                if response.status == HTTPStatus.NOT_MODIFIED and known.headers():
                    return Answer(url, None, known)
                if response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                    raise NotFound(f"{url}: the provider has no such file ({response.status})")
                reason = f"it answered {response.status} {response.reason}"
                if response.status not in _TRY_AGAIN:
                    raise SourceUnavailable(f"{url}: {reason}")
                pause_s = max(pause_s, _asked_to_wait_s(response.headers.get("Retry-After")))
        except TimeoutError as error:
            raise SourceUnavailable(f"{url}: no answer in time") from error
        except aiohttp.ClientConnectorError as error:
            # Without its number, which may be "None" and helps nobody.
            reason = error.os_error.strerror or str(error.os_error)
            raise SourceUnavailable(f"{url}: no connection: {reason}") from error
        except (aiohttp.ClientPayloadError, aiohttp.ClientOSError) as error:
            reason = f"the connection broke: {error}"
        except aiohttp.ServerDisconnectedError:
            reason = "the connection was closed without an answer"
        except aiohttp.ClientError as error:
            raise SourceUnavailable(f"{url}: {error}") from error
        if pause_s > _LONGEST_WAIT_S:
            raise SourceUnavailable(f"{url}: {reason} and asks to wait {pause_s:.0f} s")
        if attempt < _ATTEMPTS:
            await asyncio.sleep(pause_s)
    raise SourceUnavailable(f"{url}: {reason}, {_ATTEMPTS} times")


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
