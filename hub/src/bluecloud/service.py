"""The deployment's service as a laboratory reaches it: its address, who asks, and what it says.

``BLUECLOUD_SERVICE_URL`` is its address. The server's own token, ``JUPYTERHUB_API_TOKEN``, says who
asks, or in a run the run's, ``BLUECLOUD_RUN_TOKEN``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx

ADDRESS = "BLUECLOUD_SERVICE_URL"
# The request's name, by which its lines are found in the logs of all whom it leads to. Who serves a
# request sets it; else each `Service` makes one.
REQUEST_HEADER = "X-Request-ID"
REQUEST: ContextVar[str] = ContextVar("request", default="")
TOKENS = ("BLUECLOUD_RUN_TOKEN", "JUPYTERHUB_API_TOKEN")


class ServiceError(Exception):
    """The service did not do what was asked; the message is its own word on it.

    Attributes
    ----------
    status
        The status of its answer; 0 where there was none.
    fields
        Of parameters that were refused: run, field, error and what is allowed.
    """

    def __init__(self, message: str, *, status: int = 0, fields: list[Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.fields = fields or []


class Service:
    """The service at an address; that of this laboratory where none is named.

    Attributes
    ----------
    address, token
        Where it is, and who asks; no token where nobody does.

    Raises
    ------
    ServiceError
        If no address is known.
    """

    def __init__(self, address: str | None = None, token: str | None = None) -> None:
        address = address or os.environ.get(ADDRESS)
        if not address:
            raise ServiceError(
                f"{ADDRESS} is not set: in a laboratory it is; elsewhere set it to the service's "
                "address, as https://hub.example.org/services/bluecloud, and JUPYTERHUB_API_TOKEN "
                "to a token of the hub's page of tokens"
            )
        token = token or next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)
        self.address = address.rstrip("/")
        self.token = token
        # The service is near: no proxy of the environment is to see the token.
        self._client = httpx.Client(
            base_url=self.address,
            headers={
                REQUEST_HEADER: REQUEST.get() or secrets.token_hex(8),
                **({"Authorization": f"token {token}"} if token else {}),
            },
            timeout=httpx.Timeout(60, connect=10),
            trust_env=False,
        )

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """What the service answers, as JSON; None where the answer is empty.

        Raises
        ------
        ServiceError
            If it refuses or does not answer.
        """
        try:
            answer = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise ServiceError(f"the service does not answer at {self.address}: {error}") from error
        except (ValueError, RecursionError) as error:  # NaN, or half a character
            raise ServiceError(
                f"it cannot be sent, since JSON has no such thing: {error}"
            ) from error
        _raise_for(answer)
        return answer.json() if answer.content else None

    @contextmanager
    def stream(self, path: str, **request: Any) -> Iterator[httpx.Response]:
        """An answer that is read piece by piece.

        Raises
        ------
        ServiceError
            If it refuses, or the line breaks.
        """
        try:
            with self._client.stream("GET", path, **request) as answer:
                if answer.is_error:
                    answer.read()
                _raise_for(answer)
                yield answer
        except httpx.HTTPError as error:
            raise ServiceError(f"the service does not answer any more: {error}") from error


def _raise_for(answer: httpx.Response) -> None:
    if not answer.is_error:
        return
    try:
        told = answer.json()
        words, fields = str(told["description"]), told.get("fields")
    except (ValueError, KeyError, TypeError):
        words, fields = f"the service answered {answer.status_code}: {answer.text[:200]}", None
    raise ServiceError(words, status=answer.status_code, fields=fields)
