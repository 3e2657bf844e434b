"""What a notebook calls itself: its first heading, and the paragraph after it.

Whoever lists notebooks or their runs takes the title from here, so that one has one name
wherever it is met.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any


def title_of(name: str, notebook: Mapping[str, Any]) -> str:
    """The title of a notebook of that file name: its first heading, else the name as words."""
    return title_and_summary(notebook)[0] or name_in_words(name)


def name_in_words(name: str) -> str:
    """A file's name as one says it: ``sst_anomaly.ipynb`` is *Sst anomaly*."""
    return PurePosixPath(name).stem.replace("_", " ").capitalize()


def title_and_summary(notebook: Mapping[str, Any]) -> tuple[str, str]:
    """The first heading and the paragraph after it, as plain text; empty where there is none."""
    blocks = [
        block.strip()
        for text in _prose(notebook.get("cells", []))
        for block in re.split(r"\n\s*\n|\n(?=#)", text)
        if block.strip()
    ]
    for number, block in enumerate(blocks):
        heading = re.match(r"#+\s+(.*)", block)
        if not heading:
            continue
        # A paragraph may follow its heading without an empty line.
        rest = block[heading.end() :].strip()
        following = rest or (blocks[number + 1] if number + 1 < len(blocks) else "")
        return _plain(heading[1]), "" if following.startswith("#") else _plain(following)
    return "", ""


def _prose(cells: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The text of each Markdown cell, which a file may keep as a list of lines."""
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            source = cell.get("source", "")
            yield "".join(source) if isinstance(source, list) else source


def _plain(markdown: str) -> str:
    """Markdown without links, emphasis and line breaks."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    return " ".join(text.split())
