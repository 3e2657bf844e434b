"""Who may start now: a queue before the laboratories of a deployment.

A machine that starts a whole class at once starts nobody in time, and one that promises more
memory than it has kills what runs. So whoever comes waits for a place, in the order of coming, and
is told how many are before. A start holds a place until its server answers; a server holds its
limit of memory until it ends. The first of the queue is not passed by whoever needs less, who would
be passed by others for ever if it were.

There is one for a deployment, whatever is copied: traitlets gives each spawner a copy of what it
was configured with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from jupyterhub.spawner import SpawnException

from bluecloud_hub.labs import in_bytes
from bluecloud_hub.settings import Settings

Server = tuple[int, str]  # the person's number in the hub, and the laboratory

MOST_WAITING = 1000  # beyond which the hub refuses whoever comes
WAITING_PERCENT = 2  # of a start, as the waiting page draws it
_LATER = "stop a laboratory that you do not use, choose a smaller size, or try again later"


class Refusal(SpawnException):
    """A start that is not allowed; the person is shown the sentence and no more."""

    def __init__(self, message: str, *, reason: str, status_code: int) -> None:
        super().__init__(message, reason=reason, status_code=status_code)
        self.jupyterhub_message = message


@dataclass(eq=False)
class _Waiting:
    """Somebody in the queue; ``turn`` is done when they are let in."""

    server: Server
    memory: int
    say: Callable[[int, str], None]
    turn: asyncio.Future[None]
    told: str = ""
    is_in: bool = False

    def tell(self, words: str) -> None:
        if words != self.told:
            self.told = words
            self.say(WAITING_PERCENT, words)


@dataclass(eq=False)
class Admission:
    """The places of one deployment; memory is in bytes, and without a limit where it is None.

    Everything happens in the hub's loop.
    """

    starts_at_once: int
    memory: int | None
    timeout: float
    _waiting: list[_Waiting] = field(default_factory=list, init=False)
    _starting: int = field(default=0, init=False)
    _held: dict[Server, int] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The admission that a deployment's settings ask for."""
        limit = settings.laboratories_memory
        return cls(
            starts_at_once=settings.starts_at_once,
            memory=in_bytes(limit) if limit else None,
            timeout=settings.queue_timeout,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @asynccontextmanager
    async def place(
        self, server: Server, memory: int, say: Callable[[int, str], None]
    ) -> AsyncIterator[None]:
        """A place among those that start, waited for; ``say`` is told what is waited for.

        The memory is held from then on until `release`, unless the start fails.

        Raises
        ------
        Refusal
            503 where the server could never have room, and where the wait took too long.
        """
        self.release(server)  # what is started does not run
        if self.memory is not None and memory > self.memory:
            raise Refusal(
                f"This size needs {_size(memory)} of memory, and all laboratories together may "
                f"use {_size(self.memory)}: choose a smaller size, or ask an operator for more",
                reason="too large",
                status_code=503,
            )
        waiting = _Waiting(server, memory, say, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._let_in()
        try:
            try:
                async with asyncio.timeout(self.timeout):
                    await waiting.turn
            except TimeoutError:
                raise self._too_long(waiting) from None
            yield
        except BaseException:
            if waiting.is_in:
                self._held.pop(server, None)
            raise
        finally:
            if waiting.is_in:
                self._starting -= 1
            elif waiting in self._waiting:
                self._waiting.remove(waiting)
            self._let_in()

    def hold(self, server: Server, memory: int) -> None:
        """Count a server that runs, of before the hub was started again."""
        self._held[server] = memory

    def held(self, server: Server) -> int | None:
        """What a server holds, starting or running."""
        return self._held.get(server)

    def release(self, server: Server) -> None:
        """A server has ended: its memory is free."""
        if self._held.pop(server, None) is not None:
            self._let_in()

    def _let_in(self) -> None:
        """Let in who is first, while there is a place, and tell the others where they are."""
        # Whoever was broken off in this moment has not left by themselves yet.
        self._waiting = [each for each in self._waiting if not each.turn.done()]
        while self._waiting and not self._lacks(self._waiting[0]):
            first = self._waiting.pop(0)
            first.is_in = True
            self._starting += 1
            self._held[first.server] = first.memory
            first.turn.set_result(None)
        if self._waiting:
            lacks = self._lacks(self._waiting[0])
            for before, waiting in enumerate(self._waiting):
                waiting.tell(_words(lacks, before))

    def _lacks(self, waiting: _Waiting) -> str:
        """What is missing for somebody to be let in: ``memory``, ``place``, or nothing."""
        if self.memory is not None and sum(self._held.values()) + waiting.memory > self.memory:
            return "memory"
        return "place" if self._starting >= self.starts_at_once else ""

    def _too_long(self, waiting: _Waiting) -> Refusal:
        minutes = self.timeout / 60
        waited = f"{minutes:.0f} minutes" if minutes >= 2 else f"{self.timeout:.0f} seconds"
        return Refusal(
            f"You waited {waited}, and no place for {_size(waiting.memory)} became free: {_LATER}",
            reason="no room",
            status_code=503,
        )


def _words(lacks: str, before: int) -> str:
    """Where somebody is in the queue, and what it waits for."""
    if lacks == "memory":
        place = f"{before} {'is' if before == 1 else 'are'} before you"
        return (
            f"No room: {place if before else 'you are next'}; "
            f"a place is free when somebody stops a laboratory"
        )
    if before:
        return f"{before} {'other starts' if before == 1 else 'others start'} before you"
    return "You are next: other laboratories are just starting"


def _size(memory: int) -> str:
    return f"{memory / 2**30:g} GB" if memory >= 2**30 else f"{memory / 2**20:g} MB"
