"""An executed notebook as a page: ``python -m bluecloud_runner.rendering <notebook >page``.

A process of its own, because a notebook is its author's text and can be made to be slow or
large: it gives way to every run, and has bounds of time, memory and length.
"""

from __future__ import annotations

import os
import resource
import sys

import nbformat

_CPU_S = 120
_MEMORY = 4 * 2**30
_PAGE = 512 * 2**20


def page(notebook: str) -> str:
    """The page of a notebook.

    Raises
    ------
    ValueError
        If it is none.
    """
    from nbconvert import HTMLExporter  # takes a second

    read = nbformat.reads(notebook, as_version=4)
    text, _ = HTMLExporter(embed_images=False).from_notebook_node(read)
    return str(text)


def main() -> int:
    """Render standard input to standard output."""
    os.nice(19)
    for limit, value in (
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, _PAGE),
    ):
        resource.setrlimit(limit, (value, value))
    sys.stdout.buffer.write(page(sys.stdin.buffer.read().decode("utf-8", "replace")).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
