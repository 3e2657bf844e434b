"""Euro-BioImaging: recorded studies, images and OME-Zarr, and our own sample for the rest.

No answer of a search was ever recorded: the recorded studies are searched, and the recorded image
documents paged as the archive's own program does. IDR's answers have the form of OMERO's documents.
The buckets answer as theirs do: 400 at their root, 404 below.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "eurobioimaging"
STUDIES = "bia-integrator/ro-crate-ingest/override_data/biostudies"
TESTS = "bia-integrator/bia-test-data/data"
IMAGES = "bia-integrator/bia-search/api/tests/test_data/bia-image-metadata.json"
TARA = "S-BIAD861/f96eef49-2c7c-4689-a722-d1399fb72c3a/f96eef49-2c7c-4689-a722-d1399fb72c3a.zarr"
EXAMPLES = {
    "bioimage_studies": {"text": "sea anemone"},
    "bioimage_study": {"study": "S-BIAD628"},
    "bioimage_files": {"study": "S-BIADTEST", "component": "Study Component 1"},
    "bioimage_images": {"text": "microscopy"},
    "tara_oceans_plates": {"bbox": [-10.0, 35.0, 0.0, 45.0]},
    "tara_oceans_images": {"image": TARA, "level": 1},
    "ome_zarr_images": {"image": "v0.5/idr0062A/6001240_labels.zarr"},
}
PREFIXES = ("bia-integrator-data", "idr/zarr", "bioimaging-integrator-data")


def provider(data: Path | None) -> Provider:
    """The emulator, over the recordings where there are such."""
    recorded = data / "eurobioimaging" if data else None
    return EuroBioImaging(recorded if recorded and recorded.is_dir() else None)


@dataclass(frozen=True)
class EuroBioImaging:
    """The archives' services, each a folder."""

    recorded: Path | None

    @property
    def kind(self) -> Kind:
        """Derived where there are recordings."""
        return "derived" if self.recorded else "emulated"

    @cached_property
    def studies(self) -> dict[str, Any]:
        """Records of studies by accession: recorded, and those of the sample that are not."""
        paths = list((SAMPLE / "studies").glob("*[0-9].json"))
        if self.recorded is not None:
            paths += sorted((self.recorded / STUDIES).rglob("*_override.json"))
            paths += sorted((self.recorded / STUDIES).rglob("*_original.json"))
            paths += [self.recorded / TESTS / "biad_v4" / "S-BIADTEST.json"]
            paths += [self.recorded / TESTS / "default_biostudies/S-BSSTTEST_files_direct.json"]
        found = [json.loads(path.read_text()) for path in paths]
        made = {each["accno"]: each for each in found}
        if self.recorded is None:
            # The only study with lists of files there is, under the name that examples ask for.
            made["S-BIADTEST"] = renamed(made["S-BIAD628"])
        return made

    @cached_property
    def images(self) -> list[Any]:
        """Documents of images."""
        if self.recorded is not None:
            return list(json.loads((self.recorded / IMAGES).read_text()).values())
        told = json.loads((SAMPLE / "images" / "1.json").read_text())
        return [hit["_source"] for hit in told["hits"]["hits"]]

    def answer(self, request: Request) -> Reply | None:
        """What one of the services answers."""
        service, _, path = request.path.partition("/")
        asked = request.query
        if service == "biostudies" and path == "BioImages/search":
            return self.search(asked)
        if service == "biostudies" and path.startswith("studies/"):
            return self.study(path.removeprefix("studies/"))
        if service == "files":
            return self.files(path)
        if service == "biasearch" and path == "search/fts/image":
            return self.image_search(asked)
        if service == "idr":
            return self.idr(path, request)
        if service == "ngff":
            return file(SAMPLE / "idr" / path)
        if service in {"embassy", "objects"}:
            return self.pixels(path)
        return None

    def search(self, asked: dict[str, str]) -> Reply:
        """A page of the studies that hold all the words."""
        words = asked.get("query", "").lower().split()
        found = [
            each
            for _, each in sorted(self.studies.items())
            if all(word in json.dumps(each).lower() for word in words)
        ]
        size, page = int(asked.get("pageSize", 20)), int(asked.get("page", 1))
        return as_json(
            {
                "page": page,
                "pageSize": size,
                "totalHits": len(found),
                "isTotalHitsExact": True,
                "sortBy": "relevance",
                "sortOrder": "descending",
                "hits": [hit(each) for each in found[(page - 1) * size : page * size]],
            }
        )

    def study(self, path: str) -> Reply:
        """A study's record, or what is said of its files."""
        accession, _, more = path.partition("/")
        if accession not in self.studies:
            return as_json({"errorMessage": "Study not found"}, 404)
        if not more:
            return as_json(self.studies[accession])
        if self.recorded is None:
            return Reply((SAMPLE / "studies" / "S-BIAD628_info.json").read_bytes())
        # One such answer was recorded, of the archive's own test study: its form is every study's.
        return Reply((self.recorded / TESTS / "biad_v4" / "S-BIADTEST_INFO.json").read_bytes())

    def files(self, path: str) -> Reply | None:
        """A list of files."""
        accession, _, name = path.partition("/")
        if self.recorded is None:
            return file(SAMPLE / "files" / "S-BIAD628" / name)
        if accession == "S-BIADTEST":
            listed = {"file_list_annotations_1.json": "file_list_annotations_and_images.json"}
            return file(self.recorded / TESTS / "biad_v4" / listed.get(name, name))
        return None

    def image_search(self, asked: dict[str, str]) -> Reply:
        """A page of image documents that hold all the words."""
        words = asked.get("query", "").lower().split()
        found = [
            each for each in self.images if all(word in json.dumps(each).lower() for word in words)
        ] or (self.images if self.recorded is None else [])
        size = int(asked.get("pagination.page_size", 50))
        page = int(asked.get("pagination.page", 1))
        shown = found[(page - 1) * size : page * size]
        hits = [{"_id": each["uuid"], "_source": each} for each in shown]
        return as_json(
            {
                "hits": {"total": {"value": len(found), "relation": "eq"}, "hits": hits},
                "facets": {},
                "pagination": {
                    "page": page,
                    "page_size": size,
                    "total_pages": -(-len(found) // size),
                },
            }
        )

    def idr(self, path: str, request: Request) -> Reply | None:
        """Plates of the one screen, in pages, and annotations of those asked for."""
        if path == "api/v0/m/screens/1201/plates/":
            told = json.loads((SAMPLE / "idr" / "plates_1201_1.json").read_text())
            first, limit = (int(request.query.get(name, 0)) for name in ("offset", "limit"))
            limit = min(limit or 200, 500)
            told["data"] = told["data"][first : first + limit]
            told["meta"] |= {"offset": first, "limit": limit}
            return as_json(told)
        if path == "webclient/api/annotations/":
            told = json.loads((SAMPLE / "idr" / "annotations_1_1.json").read_text())
            asked = parse_qs(request.raw_query)
            numbers = {int(each) for each in asked.get("plate", ())}
            page, limit = (int(asked.get(name, ["1"])[0]) for name in ("page", "limit"))
            found = [
                each for each in told["annotations"] if each["link"]["parent"]["id"] in numbers
            ]
            told["annotations"] = found[(page - 1) * limit : page * limit]
            return as_json(told)
        return None

    def pixels(self, path: str) -> Reply:
        """A file of a bucket; the recorded OME-Zarr lie in ``idr/zarr/recorded``."""
        for prefix in PREFIXES:
            if path.startswith(f"{prefix}/"):
                inner = path.removeprefix(f"{prefix}/")
                places = [SAMPLE / "zarr" / inner]
                if self.recorded is not None and inner.startswith("recorded/"):
                    below = inner.removeprefix("recorded/")
                    places.append(self.recorded / "ome-zarr-examples" / "data" / below)
                for place in places:
                    if place.is_file() and ".." not in inner:
                        return Reply(place.read_bytes())
                absent = b"<Error><Code>NoSuchKey</Code></Error>"
                return Reply(absent, 404, "application/xml")
        wrong = b"<Error><Code>InvalidBucketName</Code></Error>"
        return Reply(wrong, 400, "application/xml")


def hit(study: dict[str, Any]) -> dict[str, Any]:
    """A study as a search lists it."""
    told = {
        each["name"]: each.get("value")
        for each in [*study["section"].get("attributes", []), *study["attributes"]]
    }
    people = [
        each.get("value")
        for section in study["section"].get("subsections", [])
        if isinstance(section, dict) and str(section.get("type")).lower() == "author"
        for each in section.get("attributes", [])
        if each.get("name") in {"Name", "Email", "E-mail"}
    ]
    return {
        "accession": study["accno"],
        "type": "study",
        "title": told.get("Title", ""),
        "author": " ".join(filter(None, people)),
        "links": 0,
        "files": 1,
        "release_date": told.get("ReleaseDate", ""),
        "views": 0,
        "isPublic": True,
        "content": json.dumps(study["section"]),
    }


def renamed(study: dict[str, Any]) -> dict[str, Any]:
    """The sample's study as the archive's test study."""
    made: dict[str, Any] = json.loads(json.dumps(study))
    made["accno"] = "S-BIADTEST"
    component = next(
        each
        for each in made["section"]["subsections"]
        if isinstance(each, dict) and each.get("type") == "Study Component"
    )
    component["attributes"][0]["value"] = "Study Component 1"
    return made


def file(path: Path) -> Reply | None:
    """A file; none if there is none."""
    return Reply(path.read_bytes()) if path.is_file() else None


def as_json(content: object, status: int = 200) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json")
