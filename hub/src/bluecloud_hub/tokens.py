"""Tokens of the deployment's own programs, made on first use."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def token(state: Path, name: str) -> str:
    """The token of a program, readable by the hub's account alone."""
    path = state / "hub" / f"{name}.token"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text(encoding="utf-8")
