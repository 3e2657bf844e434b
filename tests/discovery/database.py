"""A PostgreSQL of a test's or benchmark's own, with PostGIS, from Debian packages, on loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bluecloud_hub.demo import free_port

_LIBRARY, _SHARED = Path("/usr/lib/postgresql"), Path("/usr/share/postgresql")


def programs() -> Path | None:
    """Where the programs of a PostgreSQL are that has PostGIS; None without one."""
    for folder in sorted(_LIBRARY.glob("*/bin"), reverse=True):
        has_postgis = _SHARED / folder.parent.name / "extension" / "postgis.control"
        if (folder / "initdb").exists() and has_postgis.exists():
            return folder
    return None


@dataclass
class Server:
    """A running server; its one account is called ``postgres`` and has a password."""

    folder: Path
    port: int
    password: str
    options: str = ""

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    def environment(self) -> dict[str, str]:
        """What PostgreSQL's own programs and libraries are told."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGPASSWORD": self.password,
            "PGDATABASE": "postgres",
        }

    def start(self) -> None:
        """Start it; return when it answers."""
        words = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._control("-o", f"{words} -c fsync=off {self.options}", "start")

    def execute(self, statement: str) -> None:
        """Execute one statement."""
        words = ["--quiet", "--no-psqlrc", f"--dbname={self.url}", f"--command={statement}"]
        self._run("psql", *words)

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self._control("-m", "immediate", "stop")

    def initialize(self) -> None:
        """Make its files."""
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)  # in a folder of its own account
        words = ["--auth=scram-sha-256", f"--pwfile={secret}", "--username=postgres", "--no-sync"]
        self._run("initdb", *words, "--encoding=UTF8", "--locale=C.UTF-8", str(self.folder / "db"))

    def _control(self, *words: str) -> None:
        files = ("-D", str(self.folder / "db"), "-l", str(self.folder / "log"))
        self._run("pg_ctl", *files, "-w", "-s", *words)

    def _run(self, program: str, *words: str) -> None:
        found = programs()
        assert found, "no PostGIS here: apt-get install postgresql-15-postgis-3"
        # It does not run as root, so it runs as the account that its package has made.
        account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # To a file: what it starts would keep a pipe open.
        with (self.folder / "said").open("w+") as said:
            ran = subprocess.run(
                [*account, str(found / program), *words],
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
                check=False,
                cwd="/",
            )
            said.seek(0)
            assert ran.returncode == 0, f"{program}: {said.read()[-800:]}"


@contextmanager
def database(*, options: str = "") -> Iterator[Server]:
    """Start one with these settings, such as ``-c jit=off``, and take it away at the end."""
    with tempfile.TemporaryDirectory(prefix="bluecloud-postgres-") as told:
        server = Server(Path(told), free_port(), secrets.token_hex(16), options)
        if os.geteuid() == 0:
            shutil.chown(server.folder, "postgres", "postgres")
        server.initialize()
        server.start()
        try:
            yield server
        finally:
            server.stop()
