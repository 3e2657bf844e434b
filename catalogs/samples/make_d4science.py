"""Make ``samples/d4science``: catches, stocks and items that never were, as D4Science answers.

python catalogs/samples/make_d4science.py [FOLDER]

The records of the tuna atlas have their real numbers, since a sample answers the same request;
authorities and fleets in them are called SYNTHETIC, stocks and items carry numbers of zeros.
"""

import csv
import hashlib
import io
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "d4science"
STOCK = "00000000-0000-0000-0000-000000000001"
TABLES = {
    "11460074": "global_catch_firms_level0_harmonized.csv",
    "11410529": "global_nominal_catch_firms_level0_harmonized.csv",
}


def catches(*, nominal: bool) -> str:
    """A table in the form of the Global Tuna Atlas."""
    text = io.StringIO()
    names = [
        "source_authority", "species", "gear_type", "fishing_fleet", "fishing_mode", "time_start",
        "time_end", "geographic_identifier", "measurement", "measurement_type", "measurement_unit",
        "measurement_value",
    ]  # fmt: skip
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    number = 0
    for species in ("YFT", "SKJ", "BET"):
        for gear in ("01.1", "09.32"):
            for year in (2019, 2020, 2021):
                number += 1
                area = "SYNTHETIC" if nominal else f"60{number:05d}"
                end = f"{year}-12-31" if nominal else f"{year}-01-31"
                writer.writerow(
                    ["SYNTHETIC", species, gear, "SYNTHETIC", "UNK", f"{year}-01-01", end, area,
                     "catch", "RC", "t", 10.5 * number]
                )  # fmt: skip
    return text.getvalue()


def record(number: str, name: str, content: str) -> dict[str, object]:
    """The record that a table is a file of."""
    body = content.encode()
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    entry = {
        "size": len(body),
        "checksum": f"md5:{md5}",
        "links": {"content": f"https://zenodo.org/api/records/{number}/files/{name}/content"},
    }
    return {
        "id": number,
        "pids": {"doi": {"identifier": f"10.5281/zenodo.{number}"}},
        "metadata": {
            "title": "SYNTHETIC catches",
            "publication_date": "2024-06-01",
            "creators": [{"person_or_org": {"name": "SYNTHETIC"}}],
            "rights": [{"id": "cc-by-4.0"}],
            "version": "2024.1.0",
        },
        "files": {"enabled": True, "entries": {name: entry}},
    }


def answers() -> dict[str, object]:
    """What is JSON."""
    item = {
        "name": "synthetic_item",
        "title": "SYNTHETIC item",
        "notes": "No observations.",
        "license_id": "CC0-1.0",
        "metadata_modified": "2026-01-01T00:00:00",
        "tags": [{"name": "synthetic"}],
        "resources": [{"name": "data", "url": "https://synthetic.invalid/data.csv"}],
        "extras": [{"key": "system:type", "value": "Dataset"}],
    }
    folder = {"@class": "org.gcube.common.storagehub.model.items.FolderItem", "name": "Workspace"}
    children = [
        {
            **folder,
            "id": "00000000-0000-0000-0000-000000000011",
            "name": "CCP",
            "title": "CCP",
            "lastModificationTime": 1767225600000,
        },
        {
            "@class": "org.gcube.common.storagehub.model.items.GenericFileItem",
            "id": "00000000-0000-0000-0000-000000000012",
            "name": "synthetic.csv",
            "title": "SYNTHETIC",
            "content": {"size": 12},
            "lastModificationTime": 1767225600000,
        },
    ]
    method = {"id": "00000000-synthetic", "title": "SYNTHETIC method", "version": "1.0.0"}
    species = {"scientific_name": "Gadus morhua", "_3a_code": "COD", "fishbase_id": 0, "gbif_id": 0}
    return {
        "catalogue/items.json": ["synthetic_item"],
        "catalogue/synthetic_item.json": item,
        "workspace/root.json": {"item": {**folder, "id": "00000000-0000-0000-0000-000000000010"}},
        "workspace/children.json": {"itemlist": children},
        "ccp/processes.json": {"processes": [method], "links": []},
        "grsf/species.json": {"result": [species]},
        f"grsf/{STOCK}.json": {
            "result": {
                "species": {
                    "species_type": "ASFIS",
                    "species_code": "COD",
                    "species_name": "Gadus morhua",
                },
                "assessment_areas": [{"area_name": "SYNTHETIC area"}],
            }
        },
    }


def make(folder: Path) -> None:
    """Write the whole tree."""
    files = {name: json.dumps(told, indent=1) + "\n" for name, told in answers().items()}
    for number, name in TABLES.items():
        content = catches(nominal="nominal" in name)
        files[f"zenodo/{name}"] = content
        files[f"zenodo/{number}.json"] = json.dumps(record(number, name, content), indent=1) + "\n"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
