"""D4Science, emulated: no answer of it was ever published, and there is no Python client.

The shapes are those that public clients rely on. Tokens end: each is good for ``LASTS`` requests,
which is how minutes pass here. GRSF and the records of Zenodo are those of our sample.
"""

import itertools
import json
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from tests.federation.invenio import Invenio
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "d4science"
LOGIN = {"BLUECLOUD_D4SCIENCE_TOKEN": "access-of-a-person"}
PASSWORD = ("person", "password-of-a-person")
CONTEXTS = {
    f"/d4science.research-infrastructures.eu/D4OS/{name}"
    for name in ("Blue-CloudLab", "FisheriesAtlas", "Zoo-Phytoplankton_EOV")
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "d4science_fisheries_items": {},
    "d4science_plankton_items": {},
    "d4science_workspace": {},
    "d4science_methods": {},
    "grsf_species": {"common_name": "cod"},
    "grsf_stocks": {"stock": "00000000-0000-0000-0000-000000000001"},
    "tuna_atlas_catch": {"species": ["YFT"]},
    "tuna_atlas_nominal_catch": {"species": ["YFT"]},
}


def provider(data: Path | None) -> Provider:
    """The emulator."""
    return D4Science()


@dataclass(frozen=True)
class Kept:
    """A folder or file of the workspace; a folder has no content."""

    parent: str
    name: str
    content: bytes | None = None

    def shown(self, id: str) -> dict[str, Any]:
        """As StorageHub lists it."""
        kind = "FolderItem" if self.content is None else "GenericFileItem"
        told: dict[str, Any] = {"@class": f"org.gcube.common.storagehub.model.items.{kind}"}
        told |= {"id": id, "name": self.name, "title": self.name}
        return told if self.content is None else {**told, "content": {"size": len(self.content)}}


@dataclass
class D4Science:
    """Its services, each a folder."""

    kind: Kind = "emulated"
    lasts: int = 1_000_000  # requests that a token is good for
    refreshes: bool = True
    tokens: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: Any = field(default_factory=itertools.count)
    zenodo: Invenio = field(default_factory=lambda: atlas())
    published: dict[str, dict[str, Any]] = field(default_factory=dict)  # items that were made
    kept: dict[str, Kept] = field(default_factory=dict)  # what was put into the workspace

    def answer(self, request: Request) -> Reply | None:
        """What one of the services answers."""
        service, _, path = request.path.partition("/")
        if service == "accounts":
            return self.accounts(request, path)
        if service == "grsf":
            return grsf(path, request.query)
        if service == "zenodo":
            return self.zenodo.answer(request, path)
        if not self.signed(request):
            return as_json({"error": "invalid_token"}, 401)
        if service == "catalogue":
            return self.catalogue(request, path)
        if service == "workspace":
            return self.workspace(request, path)
        return self.ccp(request, path) if service == "ccp" else None

    def signed(self, request: Request) -> bool:
        """Whether a request has a token for a context that has not ended."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= 0:
            return False
        self.tokens[token] -= 1
        return True

    def accounts(self, request: Request, path: str) -> Reply | None:
        """The token endpoint: UMA tickets, name and password, refresh tokens."""
        if path == ".well-known/openid-configuration":
            return as_json({"issuer": request.address})
        if path != "protocol/openid-connect/token" or request.method != "POST":
            return None
        asked = dict(parse_qsl(request.body.decode()))
        grant = asked.get("grant_type", "")
        context = asked.get("audience", "")
        if grant.endswith("uma-ticket"):
            if request.headers.get("authorization") != "Bearer access-of-a-person":
                return refused("invalid_grant", "Token is not active", 401)
        elif grant == "password":
            if (asked.get("username"), asked.get("password")) != PASSWORD:
                return refused("invalid_grant", "Invalid user credentials", 401)
            context = asked.get("scope", "").partition("d4s-context:")[2]
        elif grant == "refresh_token":
            if not self.refreshes or not asked.get("refresh_token", "").startswith("refresh-"):
                return refused("invalid_grant", "Token is not active", 400)
            context = asked.get("scope", "").partition("d4s-context:")[2]
        else:
            return refused("unsupported_grant_type", "Unsupported grant_type", 400)
        if "%2F" not in context or unquote(context) not in CONTEXTS:
            return refused("invalid_resource", "not_authorized", 403)
        number = next(self.numbers)
        self.tokens[f"context-{number}"] = self.lasts
        told = {"access_token": f"context-{number}", "expires_in": 300, "token_type": "Bearer"}
        if not grant.endswith("uma-ticket"):
            told["refresh_token"] = f"refresh-{number}"
        return as_json(told)

    def catalogue(self, request: Request, path: str) -> Reply | None:
        """Licences; the names of items, in pages; each item, and a new one."""
        if path == "licenses":
            return as_json([{"id": id, "title": id} for id in ("CC-BY-4.0", "CC0-1.0")])
        names = [*load("catalogue/items.json"), *self.published]
        if path == "items" and request.method == "POST":
            return self.publish(json.loads(request.body))
        if path == "items":
            first = int(request.query.get("offset", 0))
            return as_json(names[first : first + int(request.query.get("limit", 10))])
        name = path.removeprefix("items/")
        if name in self.published:
            return as_json(self.published[name])
        return as_json(load(f"catalogue/{name}.json")) if name in names else None

    def publish(self, item: dict[str, Any]) -> Reply:
        """A new item, to which the catalogue adds where its page is."""
        lacking = {"name", "title", "license_id", "extras"} - {k for k, v in item.items() if v}
        if lacking or not any(each["key"] == "system:type" for each in item["extras"]):
            return as_json({"message": f"missing {sorted(lacking) or 'system:type'}"}, 400)
        if item["name"] in self.published:
            return as_json({"message": "That URL is already in use."}, 409)
        page = f"https://data.d4science.org/ctlg/Blue-CloudLab/{item['name']}"
        extras = [*item["extras"], {"key": "Item URL", "value": page}]
        self.published[item["name"]] = {**item, "extras": extras}
        return as_json(self.published[item["name"]], 201)

    def workspace(self, request: Request, path: str) -> Reply | None:
        """The root; the children of whichever folder; what is made there, linked to and deleted."""
        if path == "":
            return as_json(load("workspace/root.json"))
        _, id, *rest = path.split("/")
        if rest == ["children"]:
            told = {"itemlist": []} if id in self.kept else load("workspace/children.json")
            mine = [kept.shown(each) for each, kept in self.kept.items() if kept.parent == id]
            return as_json({"itemlist": [*told["itemlist"], *mine]})
        if rest[:1] == ["create"]:
            made = f"00000000-made-{next(self.numbers):08d}"
            told = (
                parts_of(request) if rest[1] == "FILE" else dict(parse_qsl(request.body.decode()))
            )
            content = told["file"] if rest[1] == "FILE" else None
            self.kept[made] = Kept(id, str(told["name"]), content)
            return Reply(made.encode(), content_type="text/plain")
        if id not in self.kept:
            return as_json({"cause": "the item does not exist"}, 404)
        if rest == ["publiclink"]:
            return as_json(f"https://data.d4science.org/shub/{id}")
        if request.method == "DELETE" and request.query.get("force") == "true":
            gone = {id, *(each for each, kept in self.kept.items() if kept.parent == id)}
            self.kept = {each: kept for each, kept in self.kept.items() if each not in gone}
            return Reply()
        return None

    def ccp(self, request: Request, path: str) -> Reply | None:
        """Processes and their jobs: accepted, running, and an end, one state a look."""
        processes = load("ccp/processes.json")
        parts = path.split("/")
        if parts == ["processes"]:
            return as_json(processes)
        if parts[0] == "processes" and parts[2:] == ["execution"] and request.method == "POST":
            if parts[1] not in {each["id"] for each in processes["processes"]}:
                return as_json({"title": "no such process", "status": 404}, 404)
            inputs = json.loads(request.body)["inputs"]
            if "unknown" in inputs:
                return as_json({"title": "InvalidParameterValue", "detail": "unknown"}, 400)
            id = f"job-{next(self.numbers)}"
            self.jobs[id] = {"jobID": id, "status": "accepted", "fails": bool(inputs.get("fails"))}
            return as_json({"jobID": id, "type": "process"}, 201)
        job = self.jobs.get(parts[1]) if parts[0] == "jobs" and len(parts) > 1 else None
        if job is None:
            return as_json({"title": "no such job", "status": 404}, 404)
        if parts[2:] == ["results"]:
            return as_json({"stdout": "done"}) if job["status"] == "successful" else None
        if request.method == "DELETE":
            job["status"] = "dismissed"
        shown = {name: value for name, value in job.items() if name != "fails"}
        if job["status"] == "running":
            job["status"] = "failed" if job["fails"] else "successful"
            job["message"] = "Out of memory" if job["fails"] else ""
        elif job["status"] == "accepted":
            job["status"] = "running"
        return as_json(shown)


def atlas() -> Invenio:
    """Zenodo with the two records of the tuna atlas."""
    made = Invenio((), resource_types=False)
    for path in sorted((SAMPLE / "zenodo").glob("*.json")):
        told = json.loads(path.read_text())
        for name in told.pop("files")["entries"]:
            made.content[told["id"], name] = (SAMPLE / "zenodo" / name).read_bytes()
        made.published[told["id"]] = told
    return made


def grsf(path: str, asked: dict[str, str]) -> Reply | None:
    """Species by name, and stocks by identifier."""
    if path == "searchspeciesnames":
        found = asked.get("common_name") == "cod"
        return as_json(load("grsf/species.json") if found else {"result": []})
    file = SAMPLE / "grsf" / f"{asked.get('uuid')}.json"
    return as_json(json.loads(file.read_text())) if file.is_file() else None


def parts_of(request: Request) -> dict[str, Any]:
    """The fields of a form of several parts: text, and the file's bytes."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    found: dict[str, Any] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        content = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        found[name] = content if part.get_filename() else content.decode()
    return found


def load(name: str) -> Any:
    """A file of the sample."""
    return json.loads((SAMPLE / name).read_text())


def refused(error: str, description: str, status: int) -> Reply:
    """A refusal in the form of OAuth."""
    return as_json({"error": error, "error_description": description}, status)


def as_json(content: object, status: int = 200) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json")
