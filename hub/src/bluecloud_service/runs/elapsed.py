"""How long ago something was, whatever becomes of the machine's clock meanwhile."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime


class Elapsed:
    """Seconds since moments that are on disk, by a clock that nobody sets.

    A moment is held against the machine's clock when it is first asked about, and from then on time
    passes by the monotonic one: a clock that is set hours forward ends nothing before its time, and
    one that is set back puts no end off. A service that begins anew asks the machine's clock again.
    """

    def __init__(self) -> None:
        self._begun: dict[tuple[str, str], float] = {}

    def since(self, run: str, what: str, moment: datetime) -> float:
        """Seconds since a moment of a run, not negative; ``what`` tells a run's moments apart."""
        now = time.monotonic()
        ago = max(0.0, (datetime.now(UTC) - moment).total_seconds())
        return now - self._begun.setdefault((run, what), now - ago)

    def keep(self, runs: Collection[str]) -> None:
        """Forget all runs but these."""
        for known in [key for key in self._begun if key[0] not in runs]:
            del self._begun[known]
