"""Whether folders are RO-Crates of the profiles they name, by the community's validator.

    .venv/judges/bin/python crate_judge.py cache-folder crate...

It prints, as JSON, for each crate the required checks that fail. The network is off. RO-Crate's
context is that which the package ``rocrate`` carries, with the four terms that version 1.1
defined elsewhere: the validator finds it in its cache, as one that was online would.
"""

from __future__ import annotations

import json
import socket
import sys
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# Its checks are those of RO-Crate 1.1 and of Process Run Crate 0.5, and its own.
PROFILE = "workflow-run-crate-0.5"
BIOSCHEMAS = "https://bioschemas.org/"
MOVED = {
    "ComputationalWorkflow": f"{BIOSCHEMAS}ComputationalWorkflow",
    "FormalParameter": f"{BIOSCHEMAS}FormalParameter",
    "input": f"{BIOSCHEMAS}ComputationalWorkflow#input",
    "output": f"{BIOSCHEMAS}ComputationalWorkflow#output",
}


def fill(cache: Path) -> None:
    """Put the context where the validator looks for it."""
    context = json.loads((files("rocrate") / "data" / "ro-crate.jsonld").read_text())
    context["@context"].update(MOVED)
    session = CachedSession(str(cache), backend="sqlite", expire_after=-1)
    request = requests.Request("GET", CONTEXT, headers={"Accept": "application/ld+json"})
    content = json.dumps(context).encode()
    kind = {"Content-Type": "application/ld+json"}
    raw = HTTPResponse(BytesIO(content), kind, 200, preload_content=False, request_url=CONTEXT)
    answer = HTTPAdapter().build_response(session.prepare_request(request), raw)
    session.cache.save_response(answer)


def faults(crate: str, cache: Path) -> list[str]:
    """The required checks that a crate fails."""
    result = services.validate(
        ValidationSettings(
            rocrate_uri=crate,
            profile_identifier=PROFILE,
            requirement_severity=Severity.REQUIRED,
            abort_on_first=False,
            offline=True,
            cache_path=cache,
        )
    )
    found = [
        f"{issue.check.identifier}: {issue.message} {issue.violatingEntity}"
        for issue in result.get_issues()
    ]
    return found if result.passed() or found else ["not passed, and no word why"]


def refuse(*_: object) -> None:
    raise OSError("the network is off")


def main() -> None:
    socket.socket.connect = refuse  # type: ignore[method-assign]
    cache = Path(sys.argv[1]) / "http"
    fill(cache)
    print(json.dumps({crate: faults(crate, cache) for crate in sys.argv[2:]}))


if __name__ == "__main__":
    main()
