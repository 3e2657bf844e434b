"""What an operator chose and declared: settings, laboratories, sources, notices."""

from __future__ import annotations

from collections.abc import Iterator

from bluecloud_catalogs.errors import DataError
from bluecloud_catalogs.tree import read_sources
from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.notices import read_notice
from bluecloud_hub.settings import unknown_settings

from ..deployment import Deployment
from ..findings import Told, check, fault, listed, ok, warning


@check("settings", unanswered="read deploy/.env.example, which explains each line")
def settings(of: Deployment) -> Iterator[Told]:
    """Values that are allowed."""
    engine, members = of.settings.engine, of.service.members
    for each in of.faults:
        yield fault(each, "correct it where the deployment is told (deploy/.env), then make up")
    if not of.faults:
        yield ok(f"engine {engine}, state {of.state}, members by {members}")


@check("unknown-settings", unanswered="correct deploy/.env")
def unknown(of: Deployment) -> Iterator[Told]:
    """Names that nothing reads, for which the hub does not start."""
    for name, near in sorted(unknown_settings(of.environment).items()):
        meant = f"did you mean {near}? " if near else ""
        yield fault(f"nothing reads {name}", f"{meant}correct or remove the line")


@check("laboratories", unanswered="correct the declarations, or BLUECLOUD_LABS")
def laboratories(of: Deployment) -> Iterator[Told]:
    """Declarations that can be used."""
    try:
        yield ok(listed(list(read_laboratories(of.settings.labs_folder))))
    except HubError as error:
        yield fault(str(error), "correct the file; hub/src/bluecloud_hub/labs.py has the fields")


@check("sources", unanswered="set BLUECLOUD_ROOT to the folder that holds catalogs/")
def sources(_: Deployment) -> Iterator[Told]:
    """Declarations of sources that can be read."""
    try:
        found = read_sources()
    except DataError as error:
        yield fault(str(error), "set BLUECLOUD_ROOT to the folder that holds catalogs/")
        return
    for each in [*found.unreadable, *found.broken.values()]:
        yield fault(str(each), "correct the file in catalogs/sources")
    if not found.unreadable and not found.broken:
        yield ok(f"{len(found.entries)} entries")


@check("notices", unanswered="let the hub's account read the folder notices of the state")
def notices(of: Deployment) -> Iterator[Told]:
    """What managers say to everybody, which can be read."""
    for path in sorted((of.state / "notices").glob("*.json")):
        if read_notice(of.state, path.stem) is None:
            yield warning(f"{path} is no notice", "remove it, and write it anew from the desk")
