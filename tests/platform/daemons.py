"""Docker daemons of a test's own, which know nothing of whatever else the machine has.

Each has its folders, socket, containerd and network namespace. Images of the machine's own daemon
are loaded once for all of them: a daemon begins with hard links to what another one unpacked.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.service.serving import until

_UNPACKED = ("image", "overlay2")


class Daemon:
    """A Docker daemon on a socket of its own.

    Parameters
    ----------
    enter
        What puts it into a network namespace; one of its own by default. Bridges are to be its
        own, because a daemon takes those away that it finds and does not know.
    words
        What it is told besides.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        enter: Sequence[str] = ("unshare", "--net", "--"),
        words: Sequence[str] = ("--iptables=false", "--ip6tables=false"),
    ) -> None:
        self.folder = folder
        self.address = f"unix://{folder}/docker.sock"
        self.name = name
        self.data = folder / "data"
        self._words = [
            *enter,
            "dockerd",
            f"--host={self.address}",
            f"--containerd={folder}/containerd.sock",
            f"--pidfile={folder}/pid",
            *(f"--{each}-root={folder}/{each}" for each in ("data", "exec")),
            *words,
        ]
        self._process: subprocess.Popen[bytes] | None = None
        # Debian's, too, is a service of its own, which outlives the daemon.
        socket = folder / "containerd.sock"
        settings = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        (folder / "containerd.toml").write_text(settings)
        command = ["containerd", f"--config={folder}/containerd.toml", f"--address={socket}"]
        command += [f"--root={folder}/containers", f"--state={folder}/tasks"]
        with (folder / "containerd.log").open("wb") as log:
            self._containerd = subprocess.Popen(command, stdout=log, stderr=log)
        until(socket.exists)

    def begin(self) -> None:
        """Start it, and return when it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._words, stdout=log, stderr=log)
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
        done = subprocess.run(
            ["docker", f"--host={self.address}", "info"], capture_output=True, check=False
        )
        return done.returncode == 0

    def end(self, number: signal.Signals) -> None:
        """Send it a signal, and return when it has ended."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    def docker(self, *words: str) -> str:
        """What a command of Docker says of it."""
        command = ["docker", f"--host={self.address}", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done.stdout.strip()

    def load(self, *images: str) -> None:
        """Give it images of the machine's own daemon."""
        with subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", f"--host={self.address}", "load", "--quiet"],
                stdin=saved.stdout,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        assert saved.returncode == 0

    def take(self, layers: Path) -> None:
        """Have, from its beginning, the images that another daemon unpacked on the same disk."""
        self.data.mkdir()
        for each in _UNPACKED:
            words = ["cp", "--archive", "--link", str(layers / each), str(self.data)]
            subprocess.run(words, check=True)

    def close(self) -> None:
        """End it, with all that it has."""
        try:
            if not self.runs:
                self.begin()
            if containers := self.docker("ps", "--all", "--quiet").split():
                self.docker("rm", "--force", *containers)
            own = ("--quiet", "--filter=type=custom", "--filter=scope=local")
            if networks := self.docker("network", "ls", *own, "--filter=driver=bridge").split():
                self.docker("network", "rm", *networks)
            self.end(signal.SIGTERM)
        finally:
            self._containerd.terminate()
            self._containerd.wait(30)
            self._unmount()

    def _unmount(self) -> None:
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for each in reversed(mounted):
            if Path(each).is_relative_to(self.folder):  # left by a daemon that was killed
                subprocess.run(["umount", each], check=True)


@contextmanager
def unpacked(*images: str) -> Iterator[Path]:
    """The folder of what a daemon unpacked of some images."""
    folder = Path(tempfile.mkdtemp(prefix="bcd-"))  # a socket's path is to be short
    loading = Daemon(folder, f"bcd{os.getpid()}")
    try:
        try:
            loading.begin()
            loading.load(*images)
        finally:
            loading.close()
        yield loading.data
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Take away a daemon's folder: tens of thousands of files, for which rmtree takes a minute."""
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)
