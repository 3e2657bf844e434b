"""Asks the hub every minute which servers there are, where the runs are kept: one suffices."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from bluecloud_hub.labs import Laboratory, in_bytes

from ..desk.hub import HubDesk, Server
from ..errors import ServiceError
from .store import Metering, Seen

log = logging.getLogger(__name__)

LOOK_S = 60.0
_AGAIN_S = 2.0  # where the hub did not answer, or another service keeps the runs


class Seeing:
    """Sees to it that servers are metered.

    Attributes
    ----------
    last
        The servers that were there when the hub was last asked; None before, and where it did not
        answer.
    """

    def __init__(
        self,
        metering: Metering,
        hub: HubDesk,
        laboratories: Mapping[str, Laboratory],
        *,
        keeps: Callable[[], bool],
        look_s: float = LOOK_S,
    ) -> None:
        self._metering = metering
        self._hub = hub
        self._laboratories = laboratories
        self._keeps = keeps
        self._look_s = look_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="metering", daemon=True)
        self.last: list[Server] | None = None
        self._said = ""

    def begin(self) -> None:
        """Begin to look."""
        self._thread.start()

    def end(self) -> None:
        """End it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        looks = 0
        while True:
            try:
                if self._keeps():
                    self.turn(time.time())
                    if looks % 1000 == 0:
                        self._metering.forget()
                    looks += 1
            except Exception:
                log.exception("servers could not be metered; tried again")
            if self._stop.wait(
                self._look_s if self.last is not None else min(self._look_s, _AGAIN_S)
            ):
                return

    def turn(self, now: float) -> None:
        """See which servers there are."""
        try:
            self.last = self._hub.servers()
        except ServiceError as error:
            self.last = None
            if str(error) != self._said:  # a hub that is away is asked every two seconds
                log.warning("servers are not metered: %s", error)
            self._said = str(error)
            return
        self._said = ""
        self._metering.see([seen for each in self.last if (seen := self._seen(each))], now)

    def _seen(self, server: Server) -> Seen | None:
        laboratory = self._laboratories.get(server.laboratory)
        if laboratory is None or server.state != "running":
            return None
        try:
            started = datetime.fromisoformat(server.started).timestamp()
        except ValueError:
            return None
        size = laboratory.sizes.get(server.size) or laboratory.sizes[laboratory.default_size]
        memory = float(in_bytes(size.memory_limit))
        return Seen(server.person, server.laboratory, started, size.cpu_limit, memory)
