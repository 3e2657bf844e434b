"""A place whose provider is asked without a wire: for the many cases of a property."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bluecloud_catalogs.declarations import Tier
from bluecloud_catalogs.errors import NotFound
from bluecloud_catalogs.places import Ask, File
from tests.federation.server import Provider, Request


@dataclass
class Direct:
    """The live tier of a provider in the same process; ``asked`` is what it was asked."""

    provider: Provider
    asked: list[str] = field(default_factory=list)
    tier: Tier = "live"

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        """Ask for all of them."""
        return [self._one(each if isinstance(each, Ask) else Ask(each)) for each in asks]

    def _one(self, ask: Ask) -> File:
        self.asked.append(ask.path)
        path, _, query = ask.path.partition("?")
        reply = self.provider.answer(Request(ask.method, path, query, {}, ask.body, "http://x"))
        if reply is None or reply.status not in ask.statuses:
            raise NotFound(f"{ask.path}: {reply.status if reply else 'unknown'}")
        return File(ask.path, reply.body, status=reply.status)
