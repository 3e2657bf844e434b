"""One request to a registry: who asks, again where that is of use, and what a refusal says.

A registry's answer may send somewhere else. Uploads stay on the registry itself; what is fetched
may lie elsewhere, and is asked for there without the token.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from .errors import Damaged, Missing, Refused, RegistryError, Unreachable
from .tokens import Exchange

REPOSITORY = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")
_LOOPBACK = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")
_LATER = frozenset({429, 500, 502, 503, 504})
_UNLIKE = frozenset({"DIGEST_INVALID", "SIZE_INVALID", "BLOB_UPLOAD_INVALID"})
MOST_JSON = 8 * 2**20  # the longest manifest or config that is read

Scopes = tuple[str, ...]


class Unlike(RegistryError):  # noqa: N818 -- named for what is true
    """What arrived is not what was sent."""


def pull(repository: str) -> Scopes:
    """What a token has to allow for reading."""
    return (f"repository:{checked(repository)}:pull",)


def push(repository: str) -> Scopes:
    """What a token has to allow for writing."""
    return (f"repository:{checked(repository)}:pull,push",)


def checked(repository: str) -> str:
    """The name of a repository.

    Raises
    ------
    RegistryError
        If it is none.
    """
    if not REPOSITORY.fullmatch(repository):
        raise RegistryError(f"{repository!r:.90} is no repository: it is as bluecloud/environment")
    return repository


class Wire:
    """The line to a registry; its parameters are those of `registry.Registry`."""

    def __init__(
        self, address: str, token: str | None, exchange: str | None, patience: Sequence[float]
    ) -> None:
        if "://" not in address:
            address = f"{'http' if _LOOPBACK.fullmatch(address) else 'https'}://{address}"
        there = urlsplit(address)
        if there.scheme not in {"http", "https"} or not there.hostname or there.path.strip("/"):
            raise RegistryError(
                f"{address!r:.200} is no registry: it is as https://registry.example.org"
            )
        self.host = there.netloc
        self.patience = tuple(patience)
        self._base = f"{there.scheme}://{there.netloc}"
        # As the service, it is the deployment's own: no proxy of the environment sees a token.
        self._client = httpx.Client(timeout=httpx.Timeout(60, connect=10), trust_env=False)
        self._exchange = Exchange(self._client, self.host, token, exchange)

    def close(self) -> None:
        """End it."""
        self._client.close()

    def url(self, repository: str, what: str, name: str) -> str:
        """Where something of a repository is."""
        return f"{self._base}/v2/{checked(repository)}/{what}/{name}"

    def near(self, location: str) -> str:
        """An address that the registry gave for an upload, on the registry itself.

        Raises
        ------
        RegistryError
            If it is elsewhere: nothing is sent there.
        """
        there = urlsplit(location)
        if not location or there.netloc not in {"", self.host}:
            raise RegistryError(
                f"the registry {self.host} sends an upload to {location[:200]!r}: uploads go to "
                "the registry itself"
            )
        return f"{self._base}{there.path}{'?' if there.query else ''}{there.query}"

    @contextmanager
    def asking(
        self, method: str, address: str, *, scopes: Scopes, again: bool = True, **sent: Any
    ) -> Iterator[httpx.Response]:
        """An answer that is no refusal, of which the body is still to be read.

        Parameters
        ----------
        again
            Whether to ask anew if the line breaks, with the wire's patience.

        Raises
        ------
        Refused, Missing, Unreachable, Unlike, RegistryError
            As the registry says.
        """
        answer = self._answer(method, address, scopes, again, sent)
        try:
            if answer.is_error:
                self._raise_for(answer, scopes)
            yield answer
        finally:
            answer.close()

    def short(self, answer: httpx.Response, what: str) -> bytes:
        """The body of an answer that may not be long.

        Raises
        ------
        Damaged
            If it is.
        Unreachable
            If the line breaks.
        """
        body = bytearray()
        try:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_JSON:
                    raise Damaged(f"the {what} of {self.host} is longer than {MOST_JSON} bytes")
        except httpx.HTTPError as error:
            raise Unreachable(f"the registry {self.host} broke off the {what}: {error}") from error
        return bytes(body)

    def _answer(
        self, method: str, address: str, scopes: Scopes, again: bool, sent: dict[str, Any]
    ) -> httpx.Response:
        headers = dict(sent.pop("headers", {}))
        waits = list(self.patience) if again else []
        header, exchanged = self._exchange.known(scopes), False
        while True:
            try:
                request = self._client.build_request(
                    method, address, headers={**headers, **header}, **sent
                )
                elsewhere = method == "GET" and "/blobs/sha256:" in address
                answer = self._client.send(request, stream=True, follow_redirects=elsewhere)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if not waits:
                    told = f"the registry {self.host} does not answer: {error}"
                    raise Unreachable(told) from error
                time.sleep(waits.pop(0))
                continue
            if answer.status_code == 401 and not exchanged:
                answer.close()
                challenge = answer.headers.get("www-authenticate", "")
                header, exchanged = self._exchange.fetch(challenge, scopes), True
            elif answer.status_code in _LATER and waits:
                answer.close()
                time.sleep(waits.pop(0))
            else:
                return answer

    def _raise_for(self, answer: httpx.Response, scopes: Scopes) -> None:
        status, (codes, words) = answer.status_code, _said(answer)
        told = f"the registry {self.host} answered {status}: {words}"
        if status in {401, 403}:
            _, repository, deeds = scopes[0].split(":")
            deed = "push to" if deeds.endswith("push") else "pull from"
            raise Refused(
                f"the registry {self.host} does not let you {deed} {repository} ({words})"
            )
        if status == 404:
            raise Missing(told)
        if status in _LATER:
            raise Unreachable(told)
        if status == 416 or codes & _UNLIKE:
            raise Unlike(told)
        raise RegistryError(told)


def _said(answer: httpx.Response) -> tuple[set[str], str]:
    """The codes and the words of a refusal."""
    try:
        answer.read()
        faults = [dict(each) for each in answer.json()["errors"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return set(), answer.reason_phrase
    told = (f"{each.get('message', '')} {each.get('detail') or ''}".strip() for each in faults)
    return {str(each.get("code")) for each in faults}, "; ".join(told)[:400]
