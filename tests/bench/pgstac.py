"""The peer of the discovery benchmark: stac-fastapi with pgstac, on a PostgreSQL of its own.

PostgreSQL 15 with PostGIS comes from Debian (``postgresql-15-postgis-3``), the peer from PyPI in
an environment that uv makes for the run. Everything listens on loopback and is taken away.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.discovery.stac import item_of
from bluecloud_hub.demo import free_port
from tests.discovery.database import database, programs

PINNED = ("stac-fastapi.pgstac==7.2.0", "pypgstac[psycopg]==0.10.0", "uvicorn==0.54.0")
_OPTIONS = "-c shared_buffers=1GB -c jit=off -c max_wal_size=4GB -c work_mem=32MB"
_NEVER = "9999-12-31T23:59:59Z"


@contextmanager
def serving(folder: Path, records: Iterable[Record]) -> Iterator[str]:
    """Serve these records by the peer, and give its address.

    It holds no record without a place or a time, which no search by both can find.
    """
    if not programs():
        raise RuntimeError("the peer needs PostGIS: apt-get install postgresql-15-postgis-3")
    python = _environment(folder)
    with database(options=_OPTIONS) as postgres:
        environment = {**os.environ, **postgres.environment()}
        program = [str(python.with_name("pypgstac"))]
        _run([*program, "migrate"], environment)
        collections, items = _write(folder, records)
        for kind, file in (("collections", collections), ("items", items)):
            _run([*program, "load", kind, str(file), "--method", "insert"], environment)
        items.unlink()
        postgres.execute("ANALYZE")
        port = free_port()
        words = ["-m", "uvicorn", "--factory", "stac_fastapi.pgstac.app:create_app"]
        server = subprocess.Popen(
            [python, *words, "--port", str(port), "--log-level", "warning"],
            env={**environment, "ENABLED_EXTENSIONS": "query,sort,fields,filter,pagination"},
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_mgmt/ping", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _environment(folder: Path) -> Path:
    uv = Path(sys.executable).with_name("uv")
    made = folder / "peer"
    _run([str(uv), "venv", "--quiet", "--python", sys.executable, str(made)], dict(os.environ))
    python = made / "bin" / "python"
    words = ["pip", "install", "--quiet", "--python", str(python), *PINNED]
    _run([str(uv), *words], dict(os.environ))
    return python


def _write(folder: Path, records: Iterable[Record]) -> tuple[Path, Path]:
    collections, items = folder / "collections.ndjson", folder / "items.ndjson"
    sources = set()
    with items.open("w") as file:
        for record in records:
            if record.bbox is None or record.time is None:
                continue
            sources.add(record.source)
            item = item_of(record)
            if item["properties"]["end_datetime"] is None:
                item["properties"]["end_datetime"] = _NEVER
            file.write(f"{json.dumps(item)}\n")
    extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
    with collections.open("w") as file:
        for source in sorted(sources):
            told = {"type": "Collection", "stac_version": "1.1.0", "id": source, "links": []}
            told |= {"description": source, "license": "other", "extent": extent}
            file.write(f"{json.dumps(told)}\n")
    return collections, items


def _run(words: list[str], environment: dict[str, str] | None = None) -> None:
    ran = subprocess.run(
        words, env=environment, capture_output=True, text=True, check=False, cwd="/"
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(words)}: {ran.stderr[-800:]}")


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("the peer's server ended")
        with suppress(URLError, ConnectionError):
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own, http
            return
        time.sleep(0.1)
    raise RuntimeError("the peer's server does not answer")
