"""The service's own secret, from which the keys it seals and signs with are derived.

It is told by the deployment as ``BLUECLOUD_SERVICE_KEY``, or made once in the state folder; it is
never in the database, so that neither a copy of the database nor one of the key says anything
alone. Several with commas between are one after another in time: the first makes what is new,
and all of them open what was made before.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Keys:
    """The keys of a service, by what they are for.

    Parameters
    ----------
    told
        Its secrets, the newest first.
    """

    def __init__(self, told: Sequence[str]) -> None:
        self._told = [one.encode() for one in told]

    def of(self, purpose: str) -> list[bytes]:
        """The keys for one purpose, 32 bytes each, the newest first (RFC 5869)."""
        return [
            HKDF(SHA256(), 32, salt=None, info=f"bluecloud {purpose}".encode()).derive(one)
            for one in self._told
        ]


def keys_of(told: str | None, folder: Path) -> Keys:
    """The keys of what a deployment told, else of the secret in a folder, made on first use.

    Raises
    ------
    OSError
        If it can be neither read nor made.
    """
    if told:
        return Keys([one.strip() for one in told.split(",") if one.strip()])
    path = folder / "key"
    if not path.exists():
        draft = folder / f".key-{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # of two services that begin at once, one makes it
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Keys([path.read_text(encoding="ascii").strip()])
