"""From which address a request comes, as the proxies that are trusted say it.

Each proxy adds whom it was asked by to the end of ``X-Forwarded-For``; what stands further left was
sent along and may be anything. The deployment's own proxy adds the last one. Where another one
stands in front of it, as for TLS, the deployment names it, and the one before it is believed.
Who reaches the hub itself, as laboratories do, may write there what they like: their guesses are
held by the name alone. Tornado's own ``remote_ip`` believes ``X-Real-Ip`` of whoever sends it, so
it is not asked.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

_ASKED_ANEW_S = 30.0


class Trusted:
    """The proxies that are believed: networks, and names such as that of a container.

    Parameters
    ----------
    now
        A clock in seconds that is never put back.
    """

    def __init__(self, told: Iterable[str], now: Callable[[], float] = time.monotonic) -> None:
        words = list(told)
        self._networks = [ip_network(word) for word in words if not is_name(word)]
        self._names = [word for word in words if is_name(word)]
        self._now = now
        self._asked = -_ASKED_ANEW_S
        self._named: set[str] = set()

    def holds(self, address: IPv4Address | IPv6Address) -> bool:
        """Whether what this address says of others is believed."""
        if any(address in network for network in self._networks):
            return True
        if self._names and self._now() - self._asked >= _ASKED_ANEW_S:
            self._asked = self._now()
            self._named = {found for name in self._names for found in _addresses(name)}
        return str(address) in self._named


def is_name(word: str) -> bool:
    """Whether a word is a name of the network's and no address."""
    return word[:1].isalpha() and ":" not in word


def _addresses(name: str) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(name, None)]
    except OSError:  # it is not there now
        return []


def sender(request: Any, trusted: Trusted) -> str:
    """The address of whoever sent a request of Tornado's; of the connection where none is told."""
    peer = str(request.connection.context.address[0]) if request.connection else "unknown"
    told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    for one in reversed([each for each in told if each]):
        try:
            address = ip_address(one)
        except ValueError:
            return peer  # no proxy of ours wrote that
        if not trusted.holds(address):
            return str(address)
    return peer
