"""The picture of an analysis: the first of its figures that the laboratory's page shows.

A laboratory's figures lie in ``figures``, named for their notebook and cell, small and in few
colours (``notebooks/figures.py``). Which of a notebook's comes first, and what it shows, its
README says.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Picture:
    """A picture, and what it shows."""

    path: Path
    words: str

    @property
    def version(self) -> str:
        """Another one for other content."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()[:16]


def picture_of(folder: Path, name: str, names: Collection[str]) -> Picture | None:
    """The picture of one notebook among all of a folder; None where it has none.

    A file belongs to the notebook with the longest name that its own begins with.
    """
    figures = sorted((folder / "figures").glob(f"{name}_*.png"))
    own = [path for path in figures if _notebook(path.stem, names) == name]
    if not own:
        return None
    page = _page(folder)
    shown = {file: words for words, file in re.findall(r"!\[([^\]]*)\]\(figures/([^)]+)\)", page)}
    first = min(own, key=lambda path: page.find(f"figures/{path.name}") % (len(page) + 1))
    return Picture(first, shown.get(first.name, ""))


def _notebook(stem: str, names: Collection[str]) -> str:
    return max((name for name in names if stem.startswith(f"{name}_")), key=len, default="")


def _page(folder: Path) -> str:
    try:
        return (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
