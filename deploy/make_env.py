"""Makes ``deploy/.env`` from ``.env.example``, with new secrets and a state folder.

Only the standard library. The file is written whole or not at all, for its owner alone. One that
is there keeps every line, and gets the secrets that a newer version needs and it lacks.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
# With how many bytes of randomness each is made.
SECRETS = {
    "CONFIGPROXY_AUTH_TOKEN": 32,
    "BLUECLOUD_SERVICE_TOKEN": 32,
    "BLUECLOUD_SERVICE_KEY": 32,
    "POSTGRES_PASSWORD": 24,
}


def main() -> int:
    """Write the file; what is in one that is there may be in use, and stays."""
    path = FOLDER / ".env"
    if path.exists():
        return _complete(path)
    state = os.environ.get("BLUECLOUD_STATE") or str(FOLDER.parent / ".state")
    values = {
        "BLUECLOUD_STATE": state,
        **{name: secrets.token_hex(length) for name, length in SECRETS.items()},
    }
    if not state.startswith("/") or set(state) & set("'\"$#\n"):
        sys.stderr.write(f"BLUECLOUD_STATE is {state!r}: an absolute path without quotes, $ or #\n")
        return 1
    lines = (FOLDER / ".env.example").read_text(encoding="utf-8").splitlines()
    filled = [f"{line}{values[line[:-1]]}" if line[:-1] in values else line for line in lines]
    _write(path, filled)
    sys.stdout.write(f"{path}: made, with new secrets; yours to edit and no one else's to read\n")
    return 0


def _complete(path: Path) -> int:
    """Add the secrets that a file lacks."""
    lines = path.read_text(encoding="utf-8").splitlines()
    told = {name for name, _, value in (line.partition("=") for line in lines) if value.strip()}
    missing = [name for name in SECRETS if name not in told]
    if missing:
        kept = [line for line in lines if line.rstrip(" =") not in missing]
        _write(path, [*kept, *(f"{name}={secrets.token_hex(SECRETS[name])}" for name in missing)])
    added = f"and gets {', '.join(missing)}" if missing else "and has all secrets"
    sys.stdout.write(f"{path}: is kept as it is, {added}\n")
    return 0


def _write(path: Path, lines: list[str]) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(path)


if __name__ == "__main__":
    raise SystemExit(main())
