"""Removes releases that nobody needs any more: from the registry, from this server, and reports.

Kept are what people are given, what a few steps back or forward lead to, what waits or is checked,
what a run or a product cites, and all that is younger than a month. A removal is noted before it
begins, so that one that was broken off goes on; what was removed stays in the history by name.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import ServiceError
from ..runs.removal import remove_tree
from .images import Images
from .promotion import Promotion
from .records import AUDIENCES, Kept, State
from .reports import report_path
from .store import Releases

log = logging.getLogger(__name__)

KEPT_STEPS = 5
KEPT_FOR = timedelta(days=30)
_MAY_GO: tuple[State, ...] = ("green", "refused", "server")
Citing = Callable[[], Iterable[str]]


class Collecting:
    """Finds and removes what nobody needs.

    Parameters
    ----------
    citing
        Each gives the images, by name or digest, that something cites: runs, products.
    folder
        Where reports lie.
    """

    def __init__(
        self,
        store: Releases,
        promotion: Promotion,
        images: Images,
        folder: Path,
        *,
        citing: Sequence[Citing],
        laboratories: Iterable[str],
    ) -> None:
        self._store = store
        self._promotion = promotion
        self._images = images
        self._folder = folder
        self._citing = tuple(citing)
        self._laboratories = tuple(laboratories)

    def unneeded(self, now: datetime) -> list[Kept]:
        """What could be removed now."""
        cited = {
            f"sha256:{image.rpartition('sha256:')[2]}" for each in self._citing for image in each()
        }
        found: list[Kept] = []
        for slug in self._laboratories:
            needed = cited | self._promoted(slug)
            moved = {m.before: m.at for m in self._store.moves(slug)}
            for kept in self._store.of(slug, limit=1_000_000):
                last = max(kept.made, kept.since, moved.get(kept.digest, kept.made))
                if kept.state in _MAY_GO and kept.digest not in needed and now - last > KEPT_FOR:
                    found.append(kept)
        return found

    def collect(self, now: datetime | None = None) -> list[Kept]:
        """Remove it, and go on with removals that were broken off; what is gone now."""
        begun = list(self._store.in_state("removing"))
        for kept in self.unneeded(now or datetime.now(UTC)):
            # Only from this server, to which it can be fetched again as long as it is not marked.
            if not self._images.forget(kept.image):
                log.info("release %s is kept: something on this server has it", kept.name)
                continue
            with self._promotion.held():  # nobody promotes it meanwhile
                if kept.digest not in self._promoted(kept.laboratory):
                    begun.append(self._store.change(kept, _MAY_GO, state="removing"))
        return [kept for kept in begun if self._remove(kept)]

    def _promoted(self, slug: str) -> set[str]:
        kept: set[str | None] = set()
        for audience in AUDIENCES:
            given = self._store.given(slug, audience)
            left = self._promotion.steps(slug, audience)
            kept |= {given.digest if given else None}
            kept |= {*left.back[-KEPT_STEPS:], *left.forward[-KEPT_STEPS:]}
        return {digest for digest in kept if digest}

    def _remove(self, kept: Kept) -> bool:
        try:
            if "@" in kept.image:
                self._images.unpublish(kept.laboratory, kept.digest)
        except ServiceError as error:
            log.warning("release %s is removed later: %s", kept.name, error)
            return False
        reports = report_path(self._folder, kept.laboratory, kept.digest, 1).parent
        if reports.exists():
            remove_tree(reports)
        self._store.change(kept, "removing", state="removed", words="nobody needed it", report=0)
        log.info("%s: release %s is removed", kept.laboratory, kept.name)
        return True
