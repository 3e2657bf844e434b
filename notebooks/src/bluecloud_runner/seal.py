"""The seal on a verdict: only the unit that a run was given to can have come to it.

A run's notebook is its author's code, in the same container and account as the runner that
executes it. So the runner gets a key by its environment, takes it out of there before anything
else, and closes its own memory to its account (``PR_SET_DUMPABLE``, prctl(2)): without
capabilities, no process of the account can then read ``/proc/<pid>`` of the runner or trace it.
On engine ``local`` the account may be root, and nothing is isolated.
"""

from __future__ import annotations

import ctypes
import hashlib
import hmac
import json
from pathlib import Path

from pydantic import ValidationError

from bluecloud_runner.folders import MOST_OF_A_VERDICT, Verdict, open_plain, write_whole

KEYS = "BLUECLOUD_UNIT_KEYS"
_PR_SET_DUMPABLE = 4


def close_memory() -> None:
    """Close this process's memory and environment to others of its account.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")


def write_verdict(path: Path, verdict: Verdict, key: str) -> None:
    """Write a verdict in its seal."""
    said = verdict.model_dump_json()
    write_whole(path, json.dumps({"verdict": said, "seal": _seal(said, key)}).encode())


def read_verdict(path: Path, key: str, *, run: str, attempt: int) -> Verdict | None:
    """The verdict of an attempt, or None where there is none under the right seal."""
    try:
        with open_plain(path) as file:
            letter = json.loads(file.read(MOST_OF_A_VERDICT))
        said, seal = str(letter["verdict"]), str(letter["seal"])
        if not hmac.compare_digest(_seal(said, key).encode(), seal.encode()):
            return None
        verdict = Verdict.model_validate_json(said)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return None
    return verdict if (verdict.run, verdict.attempt) == (run, attempt) else None


def _seal(said: str, key: str) -> str:
    return hmac.new(bytes.fromhex(key), said.encode(), hashlib.sha256).hexdigest()
