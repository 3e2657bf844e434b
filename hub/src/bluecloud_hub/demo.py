"""The demonstration: JupyterHub with engine ``local`` and three people, in the foreground.

``make demo`` calls it. It starts one hub, waits until it answers, gives Ada, Ben and the lab
manager Mia new passwords and prints them. Ctrl-C ends the hub, which ends its proxy and
laboratories; whatever of these will not go is ended by its process group, and nothing else is.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType
from urllib.error import URLError

from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.people import People
from bluecloud_hub.settings import PREFIX, checkout, read_settings

READY_SECONDS = 120
STOP_SECONDS = 40


def free_port() -> int:
    """A port of loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether something answers on a port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def demonstration(port: int, environment: dict[str, str]) -> dict[str, str]:
    """The hub's environment: engine ``local`` on loopback, on ports that are free."""
    root = checkout()
    proxy = root / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
    return {
        **environment,
        f"{PREFIX}ENGINE": "local",
        f"{PREFIX}PUBLIC_URL": f"http://127.0.0.1:{port}",
        f"{PREFIX}HUB_PORT": str(free_port()),
        f"{PREFIX}PROXY_API_URL": f"http://127.0.0.1:{free_port()}",
        "CONFIGURABLE_HTTP_PROXY": environment.get("CONFIGURABLE_HTTP_PROXY", str(proxy)),
        # Python's own cache of compiled modules makes every later start seconds faster.
        "PYTHONDONTWRITEBYTECODE": "",
    }


class Hub:
    """One JupyterHub of ours, as a child process with its log in a file."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.settings = read_settings(environment)
        self.log = self.settings.state_folder / "logs" / "hub.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("jupyterhub")),
                    "-f",
                    str(self.settings.root / "hub" / "jupyterhub_config.py"),
                ],
                env=environment,
                cwd=self.settings.state_folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C comes to us; the hub is told once, and in order.
                start_new_session=True,
            )

    def wait_until_it_answers(self) -> None:
        """Return when people can log in.

        Raises
        ------
        HubError
            If the hub ends first or does not answer in two minutes, with its last lines.
        """
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise HubError(f"the hub ended with code {self.process.returncode}\n{self._tail()}")
            with contextlib.suppress(URLError, ConnectionError, TimeoutError):
                address = f"{self.settings.public_url}/hub/health"
                urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own, http
                return
            time.sleep(0.2)
        raise HubError(f"the hub did not answer in {READY_SECONDS} seconds\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        """End the hub and what it started."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Start the demonstration and stay until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make demo", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args(arguments).port
    if is_taken(port):
        sys.stderr.write(
            f"port {port} of 127.0.0.1 is taken by another program; choose one: "
            f"make demo PORT={free_port()}\n"
        )
        return 1
    # A shell that starts us in the background leaves SIGINT ignored.
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    hub = None
    try:
        environment = demonstration(port, dict(os.environ))
        slugs = list(read_laboratories(read_settings(environment).labs_folder))
        hub = Hub(environment)
        hub.wait_until_it_answers()
        people = People(hub.settings)
        passwords = {
            "ada": people.add("ada", groups=slugs),
            "ben": people.add("ben", groups=slugs[:1]),
            "mia": people.add("mia", groups=[f"{slug}-managers" for slug in slugs]),
        }
        for name, word in passwords.items():
            role = "lab manager" if name == "mia" else "scientist"
            sys.stdout.write(f"  {name:4} {role:12} password: {word}\n")
        sys.stdout.write(f"log: {hub.log}\nready: {hub.settings.public_url}\nCtrl-C stops it.\n")
        sys.stdout.flush()
        code = hub.process.wait()
        sys.stderr.write(f"the hub ended with code {code}; its log: {hub.log}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\nstopping\n")
        return 0
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if hub is not None:
            hub.stop()


if __name__ == "__main__":
    raise SystemExit(main())
