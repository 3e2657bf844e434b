"""A laboratory's runs in numbers: by state, and by why they failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from ..runs.index import RUNS


@dataclass(frozen=True)
class Counted:
    """Runs that were submitted since some time.

    Attributes
    ----------
    states
        How many are in each state.
    causes
        How many failed for each kind of cause, the most frequent first.
    """

    states: dict[str, int]
    causes: dict[str, int]

    @property
    def all(self) -> int:
        """How many there are."""
        return sum(self.states.values())


def counted(database: Engine, laboratory: str, since: datetime) -> Counted:
    """The runs of a laboratory since a time, in numbers."""
    which = (RUNS.c.laboratory == laboratory) & (RUNS.c.submitted >= since.timestamp())
    number = func.count()
    by_state = select(RUNS.c.state, number).where(which).group_by(RUNS.c.state)
    by_cause = (
        select(RUNS.c.cause, number)
        .where(which & (RUNS.c.state == "failed"))
        .group_by(RUNS.c.cause)
        .order_by(number.desc(), RUNS.c.cause)
    )
    with database.connect() as connection:
        return Counted(
            {str(state): int(count) for state, count in connection.execute(by_state)},
            {str(cause): int(count) for cause, count in connection.execute(by_cause)},
        )
