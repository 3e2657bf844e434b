"""What a laboratory's environment is made from, as a label of its image.

An image does not keep the lists from which it was built. Its label ``bluecloud.environment`` says
which they were, so that a tree with other ones is known for one that has to be built.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

LABEL = "bluecloud.environment"
LISTS = ("apt.txt", "requirements.txt")


def environment_of(tree: Path, slug: str) -> str:
    """The label's value for a tree, such as ``apt.txt=<sha256> requirements.txt=<sha256>``.

    Empty if the tree says nothing of the environment.
    """
    folder = tree / "images" / slug
    found = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in LISTS
        if (folder / name).is_file()
    }
    return " ".join(f"{name}={value}" for name, value in found.items())


def changed_lists(told: str, tree: Path, slug: str) -> list[str]:
    """The lists of a tree that are not those of an image whose label is told.

    A list that the tree does not have is no change: it is left as it is.
    """
    before = dict(part.partition("=")[::2] for part in told.split())
    now = dict(part.partition("=")[::2] for part in environment_of(tree, slug).split())
    return [f"images/{slug}/{name}" for name, value in now.items() if before.get(name) != value]
