"""EUDAT: B2FIND over recorded packages, B2SHARE and Handle emulated from recorded shapes.

B2FIND's search was never recorded; its packages were, and records on their way to become some.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.federation.ckan import Packages
from tests.federation.invenio import Invenio
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "eudat"
HANDLE = "11304/d1b5384d-6ca6-4e80-9170-309e49a3e03b"
TOKEN = "token-of-b2share"
EXAMPLES = {
    "b2find_datasets": {"text": "SeaDataNet"},
    "b2find_bluecloud": {"text": "Argo"},
    "b2find_seanoe": {"text": "buoy"},
    "b2share_records": {"text": "marine"},
    "b2handle_values": {"handle": HANDLE},
}


def provider(data: Path | None) -> Provider:
    """The emulator, over the recorded packages where there are such."""
    recorded = data / "eudat" if data else None
    return Eudat(recorded if recorded and recorded.is_dir() else None)


@dataclass
class Eudat:
    """EUDAT's services, each a folder."""

    recorded: Path | None
    b2share: Invenio = field(default_factory=lambda: repository())
    packages: list[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        sample = json.loads((SAMPLE / "b2find" / "package_search.json").read_text())
        self.packages = [*sample["result"]["results"], *packages(self.recorded)]

    @property
    def kind(self) -> Kind:
        """Derived where there are recordings."""
        return "derived" if self.recorded else "emulated"

    def answer(self, request: Request) -> Reply | None:
        """What one of the services answers."""
        service, _, path = request.path.partition("/")
        if service == "b2find":
            action = path.removeprefix("api/action/")  # which CKAN's client puts between
            return Packages(self.packages).answer(request.method, action, request.query)
        if service == "b2share":
            return self.b2share.answer(request, path)
        if service == "handle":
            return handle(path, request.query.get("type"))
        return None


def repository() -> Invenio:
    """B2SHARE with one record."""
    made = Invenio((TOKEN,), resource_types=True)
    found = json.loads((SAMPLE / "b2share" / "records_1.json").read_text())["hits"]["hits"]
    made.published = {each["id"]: {**each} for each in found}
    for each in made.published.values():
        each.pop("files")
        made.content[each["id"], "table.csv"] = b"id,value\n1,2\n"
    return made


def packages(recorded: Path | None) -> list[dict[str, Any]]:
    """What was recorded of B2FIND: packages, and records that become some (as it maps them)."""
    if recorded is None:
        return []
    found = []
    for path in sorted((recorded / "b2find" / "envriplus_mapped_json").glob("*.json")):
        try:
            found.append(json.loads(path.read_text()))
        except ValueError:
            continue  # recorded broken
    for path in (recorded / "b2find").glob("ckan_package_*.json"):
        found.append({"name": path.stem, **json.loads(path.read_text())})
    return found


def handle(asked: str, kind: str | None) -> Reply:
    """The values of the one handle there is."""
    told = json.loads((SAMPLE / "handle" / f"{HANDLE.replace('/', '_')}.json").read_text())
    if asked != HANDLE:
        return Reply(json.dumps({"responseCode": 100, "handle": asked}).encode(), 404)
    values = [each for each in told["values"] if kind in (None, each["type"])]
    if not values:
        return Reply(json.dumps({"responseCode": 200, "handle": asked}).encode(), 404)
    return Reply(json.dumps({**told, "values": values}).encode(), content_type="application/json")
