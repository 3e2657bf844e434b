"""What packages an image has, remembered by its id: of an image that cannot change.

The current release was a candidate once, and its files were read then. To read them again for the
comparison would cost each check the minute that a gigabyte takes.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bluecloud_runner.folders import write_whole

from .report import Package

log = logging.getLogger(__name__)

_MOST = 40  # images; the longest unused are forgotten
_PACKAGES = TypeAdapter(tuple[Package, ...])


class Remembered:
    """A folder of the service's own; where it is none, nothing is remembered."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def packages(self, image: str) -> tuple[Package, ...] | None:
        """The packages of an image, by its id; None where they are not known."""
        path = self._path(image)
        if path is None:
            return None
        try:
            found = _PACKAGES.validate_json(path.read_bytes())
            path.touch()
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            log.warning("%s is not used: %s", path, error)
            return None
        return found

    def keep(self, image: str, packages: tuple[Package, ...]) -> None:
        """Remember the packages of an image."""
        path = self._path(image)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, _PACKAGES.dump_json(packages))
        kept = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
        for old in kept[:-_MOST]:
            old.unlink(missing_ok=True)

    def _path(self, image: str) -> Path | None:
        return self._folder / f"{image.removeprefix('sha256:')}.json" if self._folder else None
