"""Ways to break a copy of a deployment's state, each with what `doctor` is to say of it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.platform.operating import Copy

NOW = time.time()
OLD = NOW - 86400 * 40

# What is broken, by whom it is to be seen, how bad it is, and what is said of it.
Break = Callable[[Copy], object]
RUN = "0" * 20


def submission(copy: Copy, *, runs: int = 1, request: bool = True) -> Path:
    """The folder of a submission that the table does not know."""
    folder = copy.state / "runs" / "ada" / RUN
    (folder / "0000" / "record" / "given").mkdir(parents=True)
    if request:
        (folder / "0000" / "record" / "given" / "request.json").write_text("{}")
    told = {"id": RUN, "person": "ada", "laboratory": "environment", "notebook": "n", "key": None}
    told |= {"runs": runs, "submitted": datetime.fromtimestamp(OLD, UTC).isoformat()}
    (folder / "submission.json").write_text(json.dumps(told))
    return folder


def row(copy: Copy, **more: Any) -> None:
    """A run in the table."""
    told = {"id": f"{RUN}-0000", "submission": RUN, "person": "ada", "laboratory": "environment"}
    told |= dict.fromkeys(("notebook", "title", "version", "same", "cause", "words", "unit"), "")
    told |= {"cpus": 1, "memory_bytes": 0, "state": "succeeded", "settled": 1, "attempt": 1}
    told |= {"cells": 1, "cells_done": 1, "submitted": OLD, "started": OLD, "ended": OLD, **more}
    copy.add("runs", **told)


def product(copy: Copy, state: str, **more: Any) -> Path:
    """A product in the table, and its place."""
    told = {"id": "p" * 20, "laboratory": "environment", "slug": "warm", "version": 1, "run": "r"}
    told |= {"proposed_by": "ada", "proposed": OLD, "state": state, "title": "Warm days"}
    told |= {"decided_by": "mia", "decided": OLD, "words": "", "members_only": 0, "changed": 1}
    told |= dict.fromkeys(("form", "inputs", "answers", "checks"), "[]")
    told |= {"files": json.dumps([{"path": "sst.nc", "bytes": 5, "sha256": ""}]), **more}
    copy.add("products", **told)
    return copy.state / "products" / "environment" / "warm" / "1"


def schedule(copy: Copy, **more: Any) -> None:
    told = {"id": "s1", "person": "ada", "asked": "{}", "laboratory": "environment"}
    told |= {"notebook": "n", "title": "", "cron": "0 6 * * 1", "timezone": "UTC", "made": OLD}
    told |= {"due": NOW + 3600, "last_submission": "", "last_fault": "", "missed": 0, **more}
    copy.add("schedules", **told)


def login(copy: Copy) -> None:
    told = "INSERT INTO credentials (person, source, sealed, stored) VALUES (?, ?, ?, ?)"
    copy.sql(told, "ada", "cmems", b"sealed with another key", OLD)


def read(copy: Copy, tier: str) -> None:
    ran = "INSERT INTO usage_runs VALUES ('r', 'environment', '2026-11', 'h', 'succeeded', ?)"
    copy.sql(ran, NOW - 60)
    copy.sql("INSERT INTO usage_sources VALUES ('r', 'cmems', ?)", tier)


def named_secrets(copy: Copy, **values: str) -> None:
    """A file of settings as containers have it."""
    names = ("CONFIGPROXY_AUTH_TOKEN", "BLUECLOUD_SERVICE_TOKEN", "BLUECLOUD_SERVICE_KEY")
    told = {name: secrets.token_hex(32) for name in (*names, "POSTGRES_PASSWORD")} | values
    copy.env_file = copy.state / "settings.env"
    copy.env_file.write_text("".join(f"{name}={value}\n" for name, value in told.items()))
    copy.env_file.chmod(0o600)
    copy.environment |= told | {"BLUECLOUD_ENGINE": "docker"}


def aged(path: Path, seconds: float = OLD) -> Path:
    os.utime(path, (seconds, seconds))
    return path


def note(copy: Copy, days: float, left_out: int = 0) -> None:
    at = datetime.now(UTC) - timedelta(days=days)
    told = {"at": at.isoformat(), "file": "/b.tar.gz", "bytes": 1, "left_out": left_out}
    (copy.state / "service" / "backup.json").write_text(json.dumps(told))


def held_unit(copy: Copy) -> None:
    """A process that lives and that the table does not know; the test's own, as it were."""
    path = copy.state / "service" / "units" / "lost-1"
    path.write_text(f"{os.getpid()}\n")
    copy.environment["held"] = str(os.open(path, os.O_RDWR))
    fcntl.flock(int(copy.environment["held"]), fcntl.LOCK_EX)


def set_to(**values: str) -> Break:
    return lambda copy: copy.environment.update(values)


NOWHERE = "http://127.0.0.1:9"
BROKEN: dict[str, tuple[Break, str, str]] = {
    "settings": (set_to(BLUECLOUD_IDLE_TIMEOUT="soon"), "fault", "BLUECLOUD_IDLE_TIMEOUT"),
    "settings of the service": (set_to(BLUECLOUD_RUNS_MEMORY="much"), "fault", "RUNS_MEMORY"),
    "unknown-settings": (set_to(BLUECLOUD_OPERATRS="olga"), "fault", "BLUECLOUD_OPERATORS?"),
    "laboratories": (
        lambda c: (c.state / "labs" / "genomics.toml").write_text("title = "),
        "fault",
        "genomics.toml",
    ),
    "notices": (
        lambda c: [(c.state / "notices").mkdir(), (c.state / "notices" / "x.json").touch()],
        "warning",
        "x.json",
    ),
    "secrets": (lambda c: (c.state / "service" / "key").unlink(), "fault", "service/key"),
    "secrets of containers": (
        lambda c: named_secrets(c, BLUECLOUD_SERVICE_TOKEN="short"),
        "fault",
        "BLUECLOUD_SERVICE_TOKEN has 5 characters",
    ),
    "secrets that are the same": (
        lambda c: named_secrets(c, CONFIGPROXY_AUTH_TOKEN="a" * 64, POSTGRES_PASSWORD="a" * 64),
        "warning",
        "the same",
    ),
    "secret-files": (
        lambda c: (c.state / "service" / "key").chmod(0o644),
        "fault",
        "others may read",
    ),
    "secret-files of a file of settings": (
        lambda c: [named_secrets(c), (c.state / "settings.env").chmod(0o640)],
        "fault",
        "settings.env",
    ),
    "logins": (login, "warning", "the key does not open ada's for cmems"),
    "registry-key": (
        lambda c: (c.state / "service" / "registry-certificate.pem").unlink(),
        "fault",
        "not the key's",
    ),
    "state-folder": (lambda c: (c.state / "homes").rmdir(), "fault", "has no homes"),
    "state-modes": (lambda c: (c.state / "hub").chmod(0o755), "fault", "open to others (bits 055)"),
    "homes": (lambda c: (c.state / "homes" / "ada").mkdir(mode=0o755), "fault", "mode 0755"),
    "homes in containers": (
        lambda c: [set_to(BLUECLOUD_ENGINE="docker")(c), (c.state / "homes" / "ada").mkdir(0o700)],
        "fault",
        "not 1000:1000's",
    ),
    "shared-folders": (
        lambda c: (c.state / "shared" / "environment").symlink_to("/etc"),
        "fault",
        "is no folder",
    ),
    "leftovers": (
        lambda c: [
            (c.state / "runs" / "ada" / ".gone-x").mkdir(parents=True),
            aged(c.state / "runs" / "ada" / ".gone-x"),
        ],
        "warning",
        "runs/ada/.gone-x",
    ),
    "service-database": (
        set_to(BLUECLOUD_SERVICE_DATABASE_URL="postgresql+psycopg://x@127.0.0.1:9/x"),
        "fault",
        "refused",
    ),
    "hub-database": (
        lambda c: (c.state / "hub" / "jupyterhub.sqlite").unlink(),
        "fault",
        "unable to open",
    ),
    "service-tables": (
        lambda c: c.sql("UPDATE service_version SET version_num = '0001'"),
        "fault",
        "revision 0001, this version has",
    ),
    "hub-tables": (
        lambda c: c.sql("DELETE FROM alembic_version", of="hub/jupyterhub.sqlite"),
        "fault",
        "revision none",
    ),
    "database-files": (
        lambda c: (c.state / "hub" / "jupyterhub.sqlite").write_bytes(b"no database" * 500),
        "fault",
        "not a database",
    ),
    "hub": (set_to(JUPYTERHUB_API_URL=f"{NOWHERE}/hub/api"), "fault", "refused"),
    "proxy": (set_to(BLUECLOUD_PUBLIC_URL=NOWHERE), "fault", "refused"),
    "service": (set_to(BLUECLOUD_SERVICE_ADDRESS=NOWHERE), "fault", "refused"),
    "keeper": (set_to(BLUECLOUD_SERVICE_ADDRESS=NOWHERE), "fault", "refused"),
    "culler": (
        lambda c: c.sql(
            "UPDATE api_tokens SET last_activity = '2020-01-01 00:00:00.000000' WHERE service_id ="
            " (SELECT id FROM services WHERE name = 'idle-culler')",
            of="hub/jupyterhub.sqlite",
        ),
        "fault",
        "has asked nothing",
    ),
    "registry": (set_to(BLUECLOUD_REGISTRY="127.0.0.1:9"), "fault", "refused"),
    "clock": (
        set_to(JUPYTERHUB_API_URL=f"{NOWHERE}/hub/api", BLUECLOUD_SERVICE_ADDRESS=NOWHERE),
        "fault",
        "nobody answers",
    ),
    "runs without a row": (submission, "fault", f"no run {RUN}-0000"),
    "runs without a folder": (row, "fault", "has no folder"),
    "runs that are half": (
        lambda c: [row(c), submission(c, request=False)],
        "fault",
        "is not whole",
    ),
    "runs that say nothing": (
        lambda c: (submission(c) / "submission.json").write_text("{"),
        "fault",
        "no submission.json",
    ),
    "capsules": (lambda c: [row(c), submission(c)], "warning", "has no capsule"),
    "capsules that cannot be read": (
        lambda c: [
            row(c),
            (submission(c) / "0000" / "record" / "capsule").mkdir(),
            (
                c.state / "runs" / "ada" / RUN / "0000/record/capsule/ro-crate-metadata.json"
            ).write_text("[]"),
        ],
        "fault",
        "cannot be read",
    ),
    "schedules": (lambda c: schedule(c, due=NOW - 7200), "fault", "is due since"),
    "schedules that fail": (lambda c: schedule(c, last_fault="no"), "warning", "not submitted"),
    "products": (lambda c: product(c, "published"), "fault", "are gone"),
    "products whose files are others": (
        lambda c: [(product(c, "published") / "files").mkdir(parents=True)],
        "fault",
        "sst.nc is not the file",
    ),
    "products that were withdrawn": (lambda c: product(c, "withdrawn"), "fault", "tombstone"),
    "products that are not finished": (lambda c: product(c, "storing"), "fault", "not published"),
    "products that wait": (lambda c: product(c, "waiting", version=None), "fault", "are gone"),
    "products that nobody published": (
        lambda c: [(p := c.state / "products/a/b/1").mkdir(parents=True), aged(p)],
        "fault",
        "the table has no product",
    ),
    "releases": (
        lambda c: [
            (c.state / "releases").mkdir(exist_ok=True),
            (c.state / "releases" / "environment.json").write_text("{}"),
        ],
        "fault",
        "does not name a release",
    ),
    "processes": (held_unit, "warning", "nobody knows unit lost-1"),
    "providers": (
        lambda c: [read(c, "snapshot"), c.environment.pop("BLUECLOUD_TIERS")],
        "warning",
        "alone: cmems",
    ),
    "index": (
        lambda c: [
            (c.state / "index" / "records").mkdir(parents=True),
            (c.state / "index" / "records" / "icos.parquet").touch(),
            aged(c.state / "index" / "records" / "icos.parquet"),
        ],
        "warning",
        "no source was harvested",
    ),
    "backup": (lambda c: note(c, 40), "fault", "40 days old"),
    "backup that misses": (lambda c: note(c, 1, 3), "warning", "3 files were left out"),
    "backup that was never made": (
        lambda c: aged(c.state / "hub" / "cookie_secret"),
        "warning",
        "no backup in",
    ),
}
