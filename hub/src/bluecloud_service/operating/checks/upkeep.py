"""What has to be seen to from time to time: sources, the index, backups."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select

from bluecloud_catalogs.declarations import OWN_SOURCE, PRODUCTS_SOURCE

from ...usage.store import RAN, READ
from ..deployment import Deployment
from ..findings import Told, check, fault, listed, not_applicable, ok, warning
from ..kept.noted import read_note

_DAY_S = 86400.0
_LOOK_DAYS, _HARVEST_DAYS, _BACKUP_DAYS = 7, 14, 7


@check("providers", unanswered="see what service-database says")
def providers(of: Deployment) -> Iterator[Told]:
    """Sources are read live, as far as runs of the last week saw; nobody is asked now."""
    since = time.time() - _LOOK_DAYS * _DAY_S
    asked = (
        select(READ.c.source, READ.c.tier, func.count())
        .join(RAN, RAN.c.run == READ.c.run)
        .where(RAN.c.ended >= since, READ.c.source.not_in([OWN_SOURCE, PRODUCTS_SOURCE]))
        .group_by(READ.c.source, READ.c.tier)
    )
    with of.service_database.connect() as connection:
        rows = connection.execute(asked).all()
    tiers: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for source, tier, number in rows:
        tiers[source][tier] = number
    if not tiers:
        yield not_applicable(f"no run read any in {_LOOK_DAYS} days")
        return
    wants_live = "live" in (of.environment.get("BLUECLOUD_TIERS") or "live")
    away = sorted(source for source in tiers if wants_live and not tiers[source].get("live"))
    if away:
        fix = "bluecloud data health asks them and says why; see the provider's own notices"
        yield warning(f"read from snapshots and samples alone: {listed(away)}", fix)
    else:
        yield ok(f"{len(tiers)} sources were read")


@check("index", unanswered="let the service's account read the folder index of the state")
def index(of: Deployment) -> Iterator[Told]:
    """What can be found was asked of the sources not too long ago."""
    if of.service.index_url:
        yield not_applicable("it is in a database of yours")
        return
    folder = of.service.holdings or of.state / "index"
    files = {path.stem: path.stat().st_mtime for path in (folder / "records").glob("*.parquet")}
    if not files:
        yield not_applicable("nothing was harvested yet: make harvest")
        return
    old = sorted(name for name, at in files.items() if time.time() - at > _HARVEST_DAYS * _DAY_S)
    if len(old) == len(files):
        fix = "make harvest, and have cron do it each night"
        yield warning(f"no source was harvested for {_HARVEST_DAYS} days", fix)
    else:
        yield ok(f"{len(files)} sources, {len(files) - len(old)} of them harvested lately")


@check("backup", unanswered="remove service/backup.json of the state, and back up")
def backup(of: Deployment) -> Iterator[Told]:
    """There is a backup that is not old."""
    note = read_note(of.state)
    if note is None:
        begun = of.state / "hub" / "cookie_secret"
        age = time.time() - begun.stat().st_mtime if begun.exists() else 0.0
        if age > _BACKUP_DAYS * _DAY_S:
            yield warning(f"there is no backup in {age / _DAY_S:.0f} days", "make backup, by cron")
        else:
            yield not_applicable("it is new, and has no backup yet: make backup")
        return
    days = (time.time() - note.at.timestamp()) / _DAY_S
    said = f"the last is {days:.0f} days old: {note.file}"
    if days > 4 * _BACKUP_DAYS:
        yield fault(said, "make backup, by cron")
    elif days > _BACKUP_DAYS:
        yield warning(said, "make backup, by cron")
    elif note.left_out:
        yield warning(f"{said}; {note.left_out} files were left out", "see what it printed")
    else:
        yield ok(said)
