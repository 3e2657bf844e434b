"""Waits until a deployment answers at its public address, and says so or why not.

Only the standard library: it runs on the machine that has nothing but Python and Docker.
A name under ``localhost`` is this machine, as browsers have it, whatever the resolver says.
"""

from __future__ import annotations

import http.client
import sys
import time
from urllib.parse import urlsplit

SECONDS = 120


def answers(address: str) -> str:
    """An empty string when the hub is healthy, else what came instead."""
    parts = urlsplit(address)
    name = parts.hostname or ""
    host = "127.0.0.1" if name == "localhost" or name.endswith(".localhost") else name
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, parts.port, timeout=5)
    try:
        connection.request("GET", "/hub/health", headers={"Host": parts.netloc})
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    else:
        return "" if answer.status == 200 else f"{answer.status} {answer.reason}"
    finally:
        connection.close()


def main() -> int:
    """Wait for the address given on the command line."""
    until = time.monotonic() + SECONDS
    instead = "not asked"
    while time.monotonic() < until:
        instead = answers(sys.argv[1])
        if not instead:
            return 0
        time.sleep(0.5)
    sys.stderr.write(f"{sys.argv[1]} did not answer in {SECONDS} seconds: {instead}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
