"""Waits until a deployment is well and answers at its public address, and says so or why not.

Only the standard library: it runs on the machine that has nothing but Python and Docker. It asks
where proxy and front listen, under the public name, since names may not lead there yet; and Docker,
what each container's own check says. Who signed a certificate is the doctor's and the browser's.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from urllib.parse import urlsplit

SECONDS = 240


def answers(address: str, listen: str, *, secure: bool = False) -> str:
    """An empty string when the hub is healthy, else what came instead."""
    parts = urlsplit(address)
    host, _, port = listen.rpartition(":")
    host = "127.0.0.1" if host in {"", "0.0.0.0", "[::]"} else host.strip("[]")  # noqa: S104
    try:
        plain = socket.create_connection((host, int(port)), timeout=5)
    except OSError as error:
        return f"{listen}: {error}"
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    try:
        if secure:
            plain.settimeout(30)  # a certificate may be fetched just then
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            plain = context.wrap_socket(plain, server_hostname=parts.hostname)
        connection.sock = plain
        connection.request("GET", "/hub/health", headers={"Host": parts.netloc})
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        return f"{listen}: {error}"
    else:
        return "" if answer.status == 200 else f"{listen}: {answer.status} {answer.reason}"
    finally:
        plain.close()
        connection.close()


def unwell(project: str) -> str:
    """Which containers of a project are not well; empty when all are."""
    words = [os.environ.get("DOCKER", "docker"), "ps", "--all"]
    words += ["--format={{.Names}}\t{{.Status}}"]
    words += [f"--filter=label=com.docker.compose.project={project}"]
    words += ["--filter=label=com.docker.compose.oneoff=False"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    if told.returncode:
        return told.stderr.strip()
    states = dict(line.split("\t", 1) for line in told.stdout.splitlines())
    # Of whose check Docker knows nothing, it says Up and no more.
    ill = [
        f"{name}: {state}"
        for name, state in states.items()
        if not state.startswith("Up") or "unhealthy" in state or "starting" in state
    ]
    return "; ".join(ill) if states else f"there are no containers of {project}"


def main() -> int:
    """Wait for a public address (first argument) where the proxy listens (second).

    The third names a project whose containers have to be well, the fourth where the front listens.
    """
    address, listen, project, front = (*sys.argv[1:5], "", "")[:4]
    until = time.monotonic() + float(os.environ.get("SECONDS_TO_WAIT", SECONDS))
    instead = "not asked"
    while time.monotonic() < until:
        found = [answers(address, listen), unwell(project) if project else ""]
        instead = "; ".join(each for each in found if each)
        if front and not instead:
            instead = answers(address, front, secure=True)
        if not instead:
            return 0
        time.sleep(0.5)
    sys.stderr.write(f"{address} is not well: {instead}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
