"""What `upgrade.py` has compose, Docker and PostgreSQL's programs do; only the standard library."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DATABASE_S = 60


class Failed(Exception):  # noqa: N818 - named for what is true
    """A step was not done."""


def docker() -> str:
    """The program of Docker's."""
    return os.environ.get("DOCKER", "docker")


def say(said: str) -> None:
    """Tell the operator at once."""
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()


def told(words: list[str]) -> str:
    """What a command prints.

    Raises
    ------
    Failed
        If it fails.
    """
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Failed(f"{' '.join(words[:4])}: {ran.stderr[-2000:]}")
    return ran.stdout


def call(words: list[str]) -> None:
    """Run a command whose words the operator sees; see `told`."""
    if subprocess.run(words, check=False, stdin=subprocess.DEVNULL).returncode:
        raise Failed(f"it failed: {' '.join(words)[-300:]}")


@dataclass
class Compose:
    """Compose on one deployment.

    Attributes
    ----------
    words
        How it is called.
    env_file
        The deployment's settings.
    """

    words: list[str]
    env_file: Path

    def do(self, *words: str) -> None:
        """Run it; see `told`."""
        told([*self.words, *words])

    def inside(self, service: str, *words: str) -> None:
        """Run a program in a container as a service's, seen by the operator; see `told`."""
        call([*self.words, "run", "--rm", "--no-deps", "-T", service, *words])

    def operating(
        self, *words: str, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A program in a container as the service's, with the settings and perhaps a folder."""
        run = [*self.words, "run", "--rm", "--no-deps", "-T"]
        run += [f"--volume={self.env_file}:/run/deployment.env:ro"]
        run += [f"--volume={folder}:{folder}"] if folder else []
        return subprocess.run(
            [*run, "service", *words], capture_output=True, text=True, check=False
        )

    def show_logs(self) -> None:
        """Show what hub and service said last."""
        words = [*self.words, "logs", "--tail", "15", "hub", "service"]
        subprocess.run(words, check=False, stdin=subprocess.DEVNULL)

    def database_is_well(self) -> None:
        """Return when the database answers; see `told`."""
        until = time.monotonic() + DATABASE_S
        while True:
            try:
                self.postgres("psql --quiet --no-psqlrc --command='SELECT 1'")
            except Failed:
                if time.monotonic() > until:
                    raise
                time.sleep(1)
            else:
                return

    def dump(self, to: Path) -> None:
        """Write the database into a file of its owner's alone, whole or not at all; see `told`."""
        draft = to.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            self.postgres("pg_dump --no-owner --no-privileges", out=file)
        draft.replace(to)

    def put(self, dump: Path) -> None:
        """Bring a dump back in the place of all tables, in one transaction; see `told`."""
        psql = "psql --quiet --no-psqlrc --single-transaction --set=ON_ERROR_STOP=1"
        with dump.open("rb") as file:
            self.postgres(f"{{ echo '{_ANEW}'; cat; }} | {psql} >/dev/null", given=file)

    def postgres(
        self, command: str, *, given: IO[bytes] | None = None, out: IO[bytes] | None = None
    ) -> None:
        """Run a command in the database's container, where programs find it; see `told`."""
        place = "PGHOST=127.0.0.1 PGUSER=bluecloud PGDATABASE=bluecloud"
        whole = f"set -euo pipefail; export {place} PGPASSWORD=$POSTGRES_PASSWORD; {command}"
        ran = subprocess.run(
            [*self.words, "exec", "-T", "database", "bash", "-c", whole],
            stdin=given or subprocess.DEVNULL,
            stdout=out or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if ran.returncode:
            said = ran.stderr.decode(errors="replace")[-2000:]
            raise Failed(f"the database does not do it: {said}")


_ANEW = "DROP SCHEMA IF EXISTS service CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
