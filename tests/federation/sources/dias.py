"""WEkEO and the Data Space, emulated: small archives that keep their protocols' rules.

No answer of WEkEO was ever recorded in public. What its emulator does is what its own client
sends and expects, which judges it. The recorded answer of the Data Space's OData is read by
itself in ``tests/catalogs/test_dias.py``: it is the answer to one request, and of two scenes.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from shapely import from_wkt
from shapely.geometry import box, shape

from tests.federation.server import Kind, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "dias"
TERMS = "Copernicus_Sentinel_License"
PAGE = 2  # of OData and STAC, which may give fewer than were asked for: there is a next page
LOGIN = {
    "BLUECLOUD_WEKEO_USER": "person",
    "BLUECLOUD_WEKEO_PASSWORD": "secret",
    "BLUECLOUD_CDSE_USER": "person",
    "BLUECLOUD_CDSE_PASSWORD": "secret",
}
PLACE = {"bbox": [2, 39, 4, 41], "time": "2024-01"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "wekeo_olci_water_products": {**PLACE, "accept_terms": [TERMS]},
    "sentinel1_grd_scenes": PLACE,
    "sentinel2_l2a_scenes": PLACE,
    "sentinel3_olci_water_scenes": PLACE,
    "sentinel2_l2a_items": PLACE,
    "wekeo_datasets": {},
    "sentinel2_chlorophyll_index": {"bbox": [2, 39, 2.1, 39.1], "time": "2024-06"},
}
_TOUCHES = re.compile(r"SRID=4326;(POLYGON\(\(.*?\)\))'")
_TYPE = re.compile(r"'productType' and att/OData\.CSC\.StringAttribute/Value eq '([^']+)'")
_CLOUD = re.compile(r"'cloudCover' and att/OData\.CSC\.DoubleAttribute/Value le ([\d.]+)")


def told(content: object, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json", headers)


def sample(path: str) -> Any:
    """An answer of the sample."""
    return json.loads((SAMPLE / path).read_text())


@dataclass
class Dias:
    """All services, each below its name; ``accepted`` are the terms that the person accepted."""

    accepted: set[str] = field(default_factory=set)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    kind: Kind = "emulated"

    def answer(self, request: Request) -> Reply | None:
        """What the service of the path answers."""
        service, _, path = request.path.partition("/")
        services: dict[str, Callable[[Request, str], Reply | None]] = {
            "cdse": self.odata,
            "stac": self.stac,
            "keycloak": self.keycloak,
            "identity": self.identity,
            "hda": self.hda,
            "hda-broker": self.hda,
            "openeo": self.openeo,
        }
        found = services.get(service)
        return found(request, path.strip("/")) if found else None

    def odata(self, request: Request, path: str) -> Reply | None:
        """Products by a filter, two at a time, with the count and the address of the rest."""
        if path != "Products":
            return None
        asked = {name: values[0] for name, values in parse_qs(request.raw_query).items()}
        condition = asked.get("$filter", "")
        values = [each for each in sample("cdse/Products.json")["value"] if _holds(each, condition)]
        skip = int(asked.get("$skip", 0))
        page = values[skip : skip + min(PAGE, int(asked.get("$top", 20)))]
        content: dict[str, Any] = {"@odata.context": "$metadata#Products", "value": page}
        if asked.get("$count") == "True":
            content["@odata.count"] = len(values)
        if skip + len(page) < len(values):
            rest = {**asked, "$skip": str(skip + len(page))}
            query = "&".join(f"{quote(name)}={quote(value)}" for name, value in rest.items())
            content["@odata.nextLink"] = f"{request.address}/cdse/Products?{query}"
        return told(content)

    def stac(self, request: Request, path: str) -> Reply | None:
        """A STAC API: a root, a collection, and items by box, time and collection."""
        root = f"{request.address}/stac"
        if path == "":
            rules = ["core", "item-search", "ogcapi-features"]
            classes = [f"https://api.stacspec.org/v1.0.0/{each}" for each in rules]
            links = [
                {"rel": "self", "href": root},
                {"rel": "root", "href": root},
                {"rel": "search", "href": f"{root}/search", "type": "application/geo+json"},
            ]
            return told(
                {
                    "type": "Catalog", "stac_version": "1.1.0", "id": "emulated",
                    "description": "emulated", "conformsTo": classes, "links": links,
                }
            )  # fmt: skip
        if path != "search":
            return None
        asked = json.loads(request.body) if request.body else dict(request.query)
        found = [each for each in sample("stac/search.json")["features"] if _matches(each, asked)]
        first = int(asked.get("token", 0))
        size = min(PAGE, int(asked.get("limit", 10)))
        links = []
        if first + size < len(found):
            token = str(first + size)
            if request.body:
                links = [
                    {
                        "rel": "next", "href": f"{root}/search", "method": "POST",
                        "body": {**asked, "token": token},
                    }
                ]  # fmt: skip
            else:
                rest = "&".join(
                    f"{name}={quote(str(value))}"
                    for name, value in {**asked, "token": token}.items()
                )
                links = [{"rel": "next", "href": f"{root}/search?{rest}", "method": "GET"}]
        return told(
            {
                "type": "FeatureCollection", "features": found[first : first + size],
                "links": links, "numberMatched": len(found),
            }
        )  # fmt: skip

    def keycloak(self, request: Request, path: str) -> Reply | None:
        """The password grant."""
        asked = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        right = (asked.get("username"), asked.get("password")) == ("person", "secret")
        if not path.endswith("openid-connect/token"):
            return None
        if not right:
            return told({"error": "invalid_grant", "error_description": "Invalid user"}, 401)
        return told({"access_token": "t0ken", "expires_in": 600})

    def identity(self, request: Request, path: str) -> Reply | None:
        """WEkEO's login."""
        asked = json.loads(request.body)
        if (asked["username"], asked["password"]) != ("person", "secret"):
            return told({"error": "invalid", "error_description": "no such login"}, 401)
        return told({"access_token": "t0ken", "refresh_token": "r", "expires_in": 3600})

    def hda(self, request: Request, path: str) -> Reply | None:
        """Datasets, terms, and products of those whose terms are accepted."""
        path = path.removeprefix("api/v1/")
        if request.headers.get("authorization") != "Bearer t0ken":
            return told({"status_code": 401, "title": "Unauthorized"}, 401)
        datasets = sample("hda/datasets.json")["features"]
        if path == "datasets":
            first = int(request.query.get("startIndex", 0))
            size = int(request.query.get("itemsPerPage", 100))
            facts = {"totalResults": len(datasets), "startIndex": first, "itemsPerPage": size}
            return told({"features": datasets[first : first + size], "properties": facts})
        kind, _, name = path.partition("/")
        if kind == "datasets":
            found = [each for each in datasets if each["dataset_id"] == name]
            return told(found[0]) if found else told({"title": "Not found"}, 404)
        if kind == "termsaccepted":
            if request.method == "PUT":
                self.accepted.add(name)
            return told({"term_id": name, "accepted": name in self.accepted})
        if path == "dataaccess/search":
            return self._products(json.loads(request.body), datasets)
        return None

    def _products(self, asked: dict[str, Any], datasets: list[dict[str, Any]]) -> Reply:
        terms = {
            name
            for each in datasets
            if each["dataset_id"] == asked["dataset_id"]
            for name in each["terms"]
        }
        if terms - self.accepted:
            return told({"status_code": 403, "title": "Terms not accepted"}, 403)
        found = sample("hda/EO.EUM.DAT.SENTINEL-3.OL_2_WFR___.json")["features"]
        if "bbox" in asked:
            found = [
                each for each in found if shape(each["geometry"]).intersects(box(*asked["bbox"]))
            ]
        first, size = asked["startIndex"], asked["itemsPerPage"]
        facts = {"totalResults": len(found), "startIndex": first, "itemsPerPage": size}
        page = found[first : first + size]
        return told({"type": "FeatureCollection", "properties": facts, "features": page})

    def openeo(self, request: Request, path: str) -> Reply | None:
        """A back-end that finishes each job at the second time of asking."""
        root = f"{request.address}/openeo/openeo/1.2"
        if path in {"openeo/1.2", ""}:
            paths = {
                "/jobs": ["GET", "POST"], "/jobs/{job_id}": ["GET", "DELETE"],
                "/jobs/{job_id}/results": ["GET", "POST"], "/jobs/{job_id}/logs": ["GET"],
                "/collections": ["GET"], "/processes": ["GET"],
            }  # fmt: skip
            return told(
                {
                    "api_version": "1.2.0", "backend_version": "1", "stac_version": "1.0.0",
                    "id": "emulated", "title": "emulated", "description": "", "links": [],
                    "endpoints": [{"path": each, "methods": how} for each, how in paths.items()],
                }
            )  # fmt: skip
        if path == ".well-known/openeo":
            version = {"url": root, "api_version": "1.2.0", "production": True}
            return told({"versions": [version]})
        if request.headers.get("authorization") not in {
            "Bearer oidc/CDSE/t0ken", "Bearer basic//t0ken",
        }:  # fmt: skip
            wrong = {"code": "AuthenticationRequired", "message": "No login", "id": "1"}
            return told(wrong, 401)
        path = path.removeprefix("openeo/1.2/")
        if path == "jobs" and request.method == "POST":
            graph = json.loads(request.body)["process"]["process_graph"]
            if not any(each["process_id"] == "save_result" for each in graph.values()):
                wrong = {"code": "ProcessGraphInvalid", "message": "No result", "id": "2"}
                return told(wrong, 400)
            job = f"j-{len(self.jobs)}"
            self.jobs[job] = {"status": "created", "asked": 0}
            where = {"OpenEO-Identifier": job, "Location": f"{root}/jobs/{job}"}
            return Reply(b"", 201, "application/json", where)
        return self._job(request, path, root)

    def _job(self, request: Request, path: str, root: str) -> Reply | None:
        _, _, rest = path.partition("jobs/")
        job, _, part = rest.partition("/")
        if job not in self.jobs:
            return told({"code": "JobNotFound", "message": f"no job {job}", "id": "3"}, 404)
        known = self.jobs[job]
        if part == "results" and request.method == "POST":
            known["status"] = "queued"
            return Reply(b"", 202)
        if part == "logs":
            return told({"level": "error", "logs": [{"id": "1", "level": "error",
                        "message": "no scene", "code": "E"}], "links": []})  # fmt: skip
        if part == "results":
            asset = {
                "href": f"{root}/jobs/{job}/file.nc", "type": "application/x-netcdf",
                "roles": ["data"],
            }  # fmt: skip
            return told({"type": "Feature", "assets": {"openEO.nc": asset}, "links": []})
        if part == "file.nc":
            content = (SAMPLE / "openeo" / "result.nc").read_bytes()
            return Reply(content, content_type="application/x-netcdf")
        known["asked"] += 1
        if known["status"] == "queued" and known["asked"] > 1:
            known["status"] = "finished"
        process = {"process_graph": {}}
        return told({"id": job, "status": known["status"], "process": process})


def _holds(value: dict[str, Any], condition: str) -> bool:
    """Whether a product fulfils a filter of the kinds that are known here."""
    facts = {each["Name"]: each["Value"] for each in value["Attributes"]}
    shapes = [
        from_wkt(each.replace("POLYGON((", "POLYGON ((")) for each in _TOUCHES.findall(condition)
    ]
    if shapes and not any(shape(value["GeoFootprint"]).intersects(each) for each in shapes):
        return False
    if (kind := _TYPE.search(condition)) and facts["productType"] != kind[1]:
        return False
    if cloud := _CLOUD.search(condition):
        return float(facts.get("cloudCover", 101)) <= float(cloud[1])
    dates = value["ContentDate"]
    after = re.search(r"ContentDate/Start lt (\S+)", condition)
    first = re.search(r"ContentDate/End ge (\S+)", condition)
    return (not after or _moment(dates["Start"]) < _moment(after[1])) and (
        not first or _moment(dates["End"]) >= _moment(first[1])
    )


def _matches(item: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Whether an item fulfils a search."""
    collections = asked.get("collections", item["collection"])
    names = collections.split(",") if isinstance(collections, str) else collections
    if item["collection"] not in names:
        return False
    if corners := asked.get("bbox"):
        numbers = corners.split(",") if isinstance(corners, str) else corners
        if not shape(item["geometry"]).intersects(box(*map(float, numbers))):
            return False
    first, _, after = str(asked.get("datetime", "../..")).partition("/")
    moment = _moment(item["properties"]["datetime"])
    return (first == ".." or moment >= _moment(first)) and (
        after in {"", ".."} or moment <= _moment(after)
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def provider(data: Path | None) -> Dias:
    """The emulated services."""
    return Dias()
