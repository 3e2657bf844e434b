"""What works without anybody at it: kernels that compute, and commands of terminals.

The hub stops a server whose last activity is too long ago. Jupyter Server takes for activity what
people ask of it and what kernels say, so that an hour of silent computing is stopped in the middle,
and a loop that was forgotten and prints goes on for ever. Here what works counts whenever it is
looked at, silent or not, for a day in a row at most; what a kernel says after that counts no more.
Runs need none of this: they are executed outside the server, and go on without it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_server.serverapp import ServerApp

from bluecloud_panel.terminals import Terminal

LOOK_S = 60.0
LONGEST = timedelta(days=1)
_KEPT = "_last_activity"  # whatever ends so is activity to Jupyter Server


class AtWork:
    """Looks at kernels and terminals, and says when the server was last active."""

    def __init__(self, server: ServerApp) -> None:
        self._settings = server.web_app.settings
        self._log = server.log
        self._since: dict[str, datetime] = {}  # what goes on, and from when without a pause
        self._terminals: dict[str, Terminal] = {}
        self._seen = datetime.now(UTC)
        # Whoever wants to know, the panel or the half of the server that tells the hub, asks there.
        self._of_jupyter = server.web_app.last_activity
        server.web_app.last_activity = self.last_activity  # type: ignore[method-assign]

    async def keep_looking(self, idle_s: float) -> None:
        """Look again and again, more often than what is idle for so long is stopped."""
        while True:
            try:
                await self.look(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - no fault of one look ends the others
                self._log.exception("what is at work could not be seen; it is looked again")
            await asyncio.sleep(min(LOOK_S, idle_s / 3))

    async def look(self, now: datetime) -> None:
        """See what works at this moment."""
        works = {name for name, kernel in self._kernels() if kernel.execution_state == "busy"}
        goes_on = set(works)
        self._terminals = dict(self._open_terminals())
        for name, terminal in self._terminals.items():
            seen = await asyncio.to_thread(terminal.look)
            if seen.works:
                works.add(name)
            if seen.goes_on:
                goes_on.add(name)
        self._since = {name: self._since.get(name, now) for name in goes_on}
        if works - self._forgotten(now):
            self._seen = now

    def last_activity(self) -> datetime:
        """When the server was last active; the hub is told it, and the panel counts from it."""
        forgotten = self._forgotten(datetime.now(UTC))
        known: datetime
        if not any(name in forgotten for name, _ in self._kernels()):
            known = self._of_jupyter()  # type: ignore[no-untyped-call]
        else:
            others = [each.last_activity for name, each in self._kernels() if name not in forgotten]
            asked = [value for name, value in self._settings.items() if name.endswith(_KEPT)]
            known = max(
                [
                    self._settings["started"],
                    *self._settings["last_activity_times"].values(),
                    *asked,
                    *others,
                ]
            )
        return max(known, self._seen)

    def _forgotten(self, now: datetime) -> set[str]:
        """What has gone on for longer than is believed to be wanted."""
        return {name for name, since in self._since.items() if now - since >= LONGEST}

    def _kernels(self) -> Iterator[tuple[str, Any]]:
        manager = self._settings["kernel_manager"]
        for number in manager.list_kernel_ids():
            kernel = manager.get_kernel(number)
            if kernel.trait_has_value("last_activity"):  # else it is only about to start
                yield f"kernel {number}", kernel

    def _open_terminals(self) -> Iterator[tuple[str, Terminal]]:
        manager = self._settings.get("terminal_manager")
        for number, each in dict(manager.terminals if manager else {}).items():
            shell = each.ptyproc
            name = f"terminal {number} {shell.pid}"
            yield name, self._terminals.get(name) or Terminal(shell.pid, shell.fd)
