"""What became of products in repositories: a row of each product and repository, and who is at it.

A row is written before anything is sent, and says which draft is there: whatever the service was
doing when it was killed, the row tells what is left. Whether somebody is at it now no row can tell,
since who is killed writes none; it is a lock on a file, which goes with the process that holds it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, and_, select
from sqlalchemy.dialects import postgresql, sqlite

from bluecloud_catalogs.descriptions import Deposited

from ..errors import Overtaken
from .store import DEPOSITS, touched

State = Literal["begun", "failed", "deposited"]
_ATTEMPTS, _PAUSE_S = 5, 0.05  # whoever only looks holds a lock for a moment


@dataclass(frozen=True)
class KeptDeposit:
    """A deposit of a version of a product.

    Attributes
    ----------
    person, at
        Who deposited it, and when that began; of a published one, when it ended.
    draft
        What is there, or may be, if it was not published; empty where nothing is.
    identifier, doi, url
        Of the published one; an item of a catalogue has no DOI.
    words
        Why it failed.
    """

    product: str
    repository: str
    state: State
    person: str
    at: datetime
    draft: str
    identifier: str
    doi: str
    url: str
    words: str


class Deposits:
    """All deposits of a deployment.

    Parameters
    ----------
    folder
        Where the locks are.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, product: str) -> list[KeptDeposit]:
        """Those of a version of a product, the first published first."""
        asked = select(DEPOSITS).where(DEPOSITS.c.product == product).order_by(DEPOSITS.c.at)
        with self._engine.connect() as connection:
            return [_kept(dict(row)) for row in connection.execute(asked).mappings()]

    def one(self, product: str, repository: str) -> KeptDeposit | None:
        """That in a repository; None where there was none."""
        return next((one for one in self.of(product) if one.repository == repository), None)

    def begin(self, product: str, repository: str, person: str) -> None:
        """Write that it begins; what an earlier attempt left there stays known."""
        row = {
            "product": product,
            "repository": repository,
            "state": "begun",
            "person": person,
            "at": time.time(),
            "words": "",
        }
        empty = {"draft": "", "identifier": "", "doi": "", "url": ""}
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        keys = ["product", "repository"]
        statement = dialect.insert(DEPOSITS).values(**row, **empty)
        with self._engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=row))

    def note(self, product: str, repository: str, draft: str) -> None:
        """Write which draft is there; empty where none is any more."""
        self._change(product, repository, draft=draft)

    def fail(self, product: str, repository: str, words: str) -> None:
        """Write why it failed."""
        self._change(product, repository, state="failed", words=words)

    def end(
        self, product: str, repository: str, done: Deposited, *, person: str, words: str = ""
    ) -> KeptDeposit:
        """Write that it is published, and by whom: all that tells of the product tells it then."""
        found = {"identifier": done.id, "doi": done.doi, "url": done.url}
        found |= {"person": person, "words": words}
        self._change(product, repository, state="deposited", draft="", at=time.time(), **found)
        kept = self.one(product, repository)
        assert kept is not None  # noqa: S101 -- it was begun
        return kept

    @contextmanager
    def at_it(self, product: str, repository: str) -> Iterator[None]:
        """Be the one who deposits this there, until the block ends or the process does.

        Raises
        ------
        Overtaken
            If somebody is at it.
        """
        with self._locked(product, repository, fcntl.LOCK_EX) as is_mine:
            if not is_mine:
                kept = self.one(product, repository)
                who = f" by {kept.person}" if kept else ""
                raise Overtaken(f"it is being deposited just now{who}: look again in a minute")
            yield

    @contextmanager
    def nobody_at_it(self, product: str, repositories: Iterable[str]) -> Iterator[None]:
        """Keep everybody from depositing this anywhere, until the block ends.

        Raises
        ------
        Overtaken
            If somebody is at it.
        """
        with ExitStack() as held:
            for repository in repositories:
                held.enter_context(self.at_it(product, repository))
            yield

    def is_at_it(self, product: str, repository: str) -> bool:
        """Whether somebody deposits this there now."""
        with self._locked(product, repository, fcntl.LOCK_SH) as is_free:
            return not is_free

    @contextmanager
    def _locked(self, product: str, repository: str, kind: int) -> Iterator[bool]:
        file = os.open(self._folder / f"{product}-{repository}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _taken(file, kind)
        finally:
            os.close(file)

    def _change(self, product: str, repository: str, **values: Any) -> None:
        where = and_(DEPOSITS.c.product == product, DEPOSITS.c.repository == repository)
        with self._engine.begin() as connection:
            connection.execute(DEPOSITS.update().where(where).values(**values))
            if values.get("state") == "deposited":
                connection.execute(touched(product))


def _taken(file: int, kind: int) -> bool:
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if kind == fcntl.LOCK_SH:
                return False
            time.sleep(_PAUSE_S)
        else:
            return True
    return False


def _kept(row: dict[str, Any]) -> KeptDeposit:
    return KeptDeposit(**{**row, "at": datetime.fromtimestamp(row["at"], UTC)})
