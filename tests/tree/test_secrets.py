"""No token stands in the tree: public repositories hold leaked ones, and copies travel.

A JSON Web Token is three parts of base64url, the first of which begins with what ``{"`` becomes.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
FILES = [
    ROOT / line
    for line in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()
]  # fmt: skip


def tokens_in(path: Path) -> list[str]:
    """What looks like a token in a file, its first letters only."""
    if not path.is_file():
        return []
    return [found[0][:12] for found in TOKEN.finditer(path.read_text("utf-8", errors="replace"))]


def test_there_is_something_to_look_at():
    suffixes = {path.suffix for path in FILES}
    assert {".py", ".ipynb", ".yaml", ".md", ".json"} <= suffixes


def test_no_file_of_the_tree_holds_a_token():
    assert {str(path): tokens_in(path) for path in FILES if tokens_in(path)} == {}


@pytest.mark.parametrize("before", ["", 'token = "', "Bearer ", '{"cells": ["'])
def test_a_token_would_be_found(tmp_path, before):
    # Put together here, so that this file holds none.
    made = ".".join(["eyJ" + "hbGciOiJub25lIn0", "e30" + "A" * 8, "s" * 12])
    path = tmp_path / "notebook.ipynb"
    path.write_text(f'{before}{made}"')
    assert tokens_in(path) == [made[:12]]
