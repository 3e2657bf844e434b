"""Lanes for the whole of the tests: what waits goes beside what computes.

``pytest --numprocesses 2``, as ``make test`` calls it, runs a lane as a whole in one process, in
the order of always, and gives the process that is through with its lane the next one. What is made
once for many tests stays in one lane: the deployments in that of platforms; recordings that were
opened, and the notebooks' runs, in that which computes.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal

from xdist.scheduler import LoadScopeScheduling

Lane = Literal["computes", "platforms", "panel", "service"]

_LANES: dict[str, Lane] = {
    "browser": "platforms",
    "platform": "platforms",
    "panel": "panel",
    "service": "service",
}
_COMPUTING = frozenset(
    {
        # They run every notebook, and share the runs with the tests of routines.
        "tests/platform/test_forked.py",
        "tests/platform/test_images.py",
        # The routines behind the laboratories' views.
        "tests/panel/views",
    }
)


def lane(path: str) -> Lane:
    """The lane of a test, by the path of its file, or a group's, from the root."""
    whole = PurePosixPath(path)
    if any(whole.is_relative_to(each) for each in _COMPUTING):
        return "computes"
    return _LANES.get(whole.parts[1], "computes")


class Lanes(LoadScopeScheduling):
    """Each lane is a process's."""

    def schedule(self) -> None:
        # In the order of the folders: xdist's own is by numbers of tests, and those of platforms,
        # which take the longest, are few.
        self.config.option.loadscopereorder = False
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid.partition("::")[0])
