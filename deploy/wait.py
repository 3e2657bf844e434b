"""Waits until a deployment answers at its public address, and says so or why not.

Only the standard library: it runs on the machine that has nothing but Python and Docker. It asks
where the proxy listens, under the public name: names and TLS in front may not be there yet.
"""

from __future__ import annotations

import http.client
import sys
import time
from urllib.parse import urlsplit

SECONDS = 120


def answers(address: str, listen: str) -> str:
    """An empty string when the hub is healthy, else what came instead."""
    parts = urlsplit(address)
    host, _, port = listen.rpartition(":")
    connection = http.client.HTTPConnection(host or "127.0.0.1", int(port), timeout=5)
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
    """Wait for a public address (first argument) where the proxy listens (second)."""
    until = time.monotonic() + SECONDS
    instead = "not asked"
    while time.monotonic() < until:
        instead = answers(sys.argv[1], sys.argv[2])
        if not instead:
            return 0
        time.sleep(0.5)
    sys.stderr.write(f"{sys.argv[1]} did not answer in {SECONDS} seconds: {instead}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
