"""Makes ``deploy/.env`` from ``.env.example``, with new secrets and a state folder.

Only the standard library. The file is written whole or not at all, for its owner alone.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Write the file, unless it is there: its secrets may be in use."""
    path = FOLDER / ".env"
    if path.exists():
        sys.stderr.write(f"{path} is there already and is kept\n")
        return 1
    state = os.environ.get("BLUECLOUD_STATE") or str(FOLDER.parent / ".state")
    values = {
        "BLUECLOUD_STATE": state,
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
        "POSTGRES_PASSWORD": secrets.token_hex(24),
    }
    if not state.startswith("/") or set(state) & set("'\"$#\n"):
        sys.stderr.write(f"BLUECLOUD_STATE is {state!r}: an absolute path without quotes, $ or #\n")
        return 1
    lines = (FOLDER / ".env.example").read_text(encoding="utf-8").splitlines()
    filled = [f"{line}{values[line[:-1]]}" if line[:-1] in values else line for line in lines]
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(filled) + "\n")
    draft.replace(path)
    sys.stdout.write(f"{path}: made, with new secrets; yours to edit and no one else's to read\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
