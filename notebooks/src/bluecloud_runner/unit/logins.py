"""The person's logins at providers, fetched once for a unit into a folder that only memory holds.

The service gives them to the token of the unit, which is good while its runs go on. Readers look
in ``BLUECLOUD_CREDENTIALS_DIR``.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bluecloud_runner.redaction import CREDENTIALS, TOKEN

ADDRESS = "BLUECLOUD_SERVICE_URL"
_TRIES = 4
_PAUSE_S = 2.0
_SOURCE = re.compile(r"[a-z0-9_]{1,30}")


def fetch_logins(folder: Path) -> None:
    """Bring the logins into a folder, and say where it is.

    Parameters
    ----------
    folder
        Made for this account alone where the environment names none.

    Notes
    -----
    A run that needs no login goes on without: that the service did not answer is in the unit's log,
    and a reader that wants a login says that it has none.
    """
    told = os.environ.get(CREDENTIALS)
    folder = Path(told) if told else folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[CREDENTIALS] = str(folder)
    address, token = os.environ.get(ADDRESS), os.environ.get(TOKEN)
    if address and token:
        keep(_asked(address, token), folder)


def keep(logins: Mapping[str, object], folder: Path) -> None:
    """Write each login into its source's file, which nobody else can read."""
    for source, login in logins.items():
        if not _SOURCE.fullmatch(source):
            continue
        draft = folder / f".{source}.new"
        held = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(held, "w", encoding="utf-8") as file:
            json.dump(login, file)
        draft.replace(folder / f"{source}.json")


def _asked(address: str, token: str) -> Mapping[str, object]:
    # The service is near: no proxy of the environment is to see the token.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(  # noqa: S310 - the deployment's own address
        f"{address}/credentials/fetch",
        method="POST",
        headers={"Authorization": f"token {token}"},
    )
    fault = ""
    for again in range(_TRIES):
        if again:
            time.sleep(_PAUSE_S)
        try:
            with opener.open(asked, timeout=10) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            fault = f"it answered {error.code}"
            if error.code < 500:
                break
        except (OSError, ValueError) as error:
            fault = str(error)
        else:
            if isinstance(found, dict):
                return found
            fault = "it answered something else"
    sys.stderr.write(f"logins could not be fetched from {address}: {fault}\n")
    return {}
