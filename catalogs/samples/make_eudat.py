"""Make ``samples/eudat``: datasets, records and a handle that never were, as EUDAT answers.

python catalogs/samples/make_eudat.py [FOLDER]

Their names begin with ``synthetic``, their DOIs with 10.5072, the prefix that is reserved for
tests; the handle is one of B2SHARE's training, with an address that does not exist.
"""

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "eudat"
DATASETS = [
    ("argo", "bluecloud", "Argo float profiles", (-30, 30, -10, 50), "2020-01-01", "2020-12-31"),
    ("chlorophyll", "bluecloud", "Ocean colour", (170, -20, 180, 20), "2015-01-01", "2015-12-31"),
    ("mooring", "seanoe", "Buoy of a mooring, SeaDataNet", (-5, 48, -4, 49), "2012-01-01", None),
    ("unplaced", "seanoe", "Buoy without place or time", None, None, None),
]


def package(
    name: str,
    community: str,
    title: str,
    box: tuple[int, int, int, int] | None,
    begin: str | None,
    end: str | None,
) -> dict[str, object]:
    """A dataset as CKAN gives it."""
    extras = {
        "DOI": f"https://doi.org/10.5072/synthetic-{name}",
        "Publisher": "SYNTHETIC",
        "PublicationYear": "2021",
        "Discipline": "Marine Science",
        "Rights": "CC0 1.0",
    }
    if box:
        west, south, east, north = box
        ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
        extras["spatial"] = json.dumps({"type": "Polygon", "coordinates": [ring]})
    if begin:
        extras["TemporalCoverage:BeginDate"] = f"{begin}T00:00:00Z"
        extras["TemporalCoverage:EndDate"] = f"{end or begin}T00:00:00Z"
    return {
        "name": f"synthetic-{name}",
        "title": f"SYNTHETIC {title}",
        "notes": "No observations.",
        "url": f"https://doi.org/10.5072/synthetic-{name}",
        "groups": [{"name": community}],
        "tags": [{"name": "synthetic"}],
        "metadata_modified": "2026-01-01T00:00:00",
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
    }


def record() -> dict[str, object]:
    """A record as InvenioRDM gives it."""
    return {
        "id": "abcde-00000",
        "pids": {"doi": {"identifier": "10.5072/synthetic-record", "provider": "external"}},
        "metadata": {
            "title": "SYNTHETIC marine record",
            "description": "<p>No observations.</p>",
            "publication_date": "2025-10-01",
            "creators": [
                {"person_or_org": {"type": "personal", "family_name": "Nobody", "given_name": "A."}}
            ],
            "subjects": [{"subject": "marine"}],
            "rights": [{"id": "cc0-1.0"}],
        },
        "files": {
            "enabled": True,
            "count": 1,
            "entries": {
                "table.csv": {"size": 12, "checksum": "md5:4f4d9e8a5d9e6e9f2a0d4b7d6c1a2b3c"}
            },
        },
    }


def handle() -> dict[str, object]:
    """The values of a handle."""
    told = "11304/d1b5384d-6ca6-4e80-9170-309e49a3e03b"
    values = [("URL", "https://synthetic.invalid/record"), ("CHECKSUM", "0" * 32)]
    return {
        "responseCode": 1,
        "handle": told,
        "values": [
            {
                "index": number,
                "type": kind,
                "data": {"format": "string", "value": value},
                "ttl": 86400,
                "timestamp": "2026-01-01T00:00:00Z",
            }
            for number, (kind, value) in enumerate(values, start=1)
        ],
    }


def make(folder: Path) -> None:
    """Write the whole tree."""
    found = [package(*each) for each in DATASETS]
    envelope = {"help": "", "success": True, "result": {"count": len(found), "results": found}}
    told = handle()
    files = {
        "b2find/package_search.json": envelope,
        "b2share/records_1.json": {"hits": {"total": 1, "hits": [record()]}},
        f"handle/{str(told['handle']).replace('/', '_')}.json": told,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
