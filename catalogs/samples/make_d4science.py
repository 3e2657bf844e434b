"""Make ``samples/d4science``: catches, stocks and items that never were, as D4Science answers.

python catalogs/samples/make_d4science.py [FOLDER]

The records of the tuna atlas have their real numbers, since a sample answers the same request;
authorities, fleets and large areas in them are called SYNTHETIC, stocks and items carry numbers
of zeros. Where the grounds lie and what each gear takes is much as in the tropical oceans, so
that a map is worth looking at; no catch is one that was made.
"""

import calendar
import csv
import hashlib
import io
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import NamedTuple

FOLDER = Path(__file__).parent / "d4science"
STOCK = "00000000-0000-0000-0000-000000000001"
TABLES = {
    "11460074": "global_catch_firms_level0_harmonized.csv",
    "11410529": "global_nominal_catch_firms_level0_harmonized.csv",
}
# Which share of their catch fleets report by cell.
COVERAGE = {"SYNTHETIC-A": 0.95, "SYNTHETIC-B": 0.8, "SYNTHETIC-C": 0.45}
YEARS = (2019, 2020, 2021)
# Longliners count their fish as well; a yellowfin or bigeye of theirs weighs some 40 kg.
UNITS = {"09.32": {"t": 1.0, "no": 25.0}}


class Ground(NamedTuple):
    """A fishing ground: where, how wide in degrees, and what a haul of its gear brings, in t."""

    ocean: str
    gear: str
    lat: float
    lon: float
    tall: float
    wide: float
    hauls: int
    species: dict[str, float]


class Report(NamedTuple):
    """What is reported of a month and an area."""

    ocean: str
    species: str
    gear: str
    fleet: str
    month: str
    area: str
    unit: str
    catch: float


_SEINE = {"SKJ": 90.0, "YFT": 45.0, "BET": 9.0}
_LINE = {"YFT": 12.0, "BET": 16.0}
GROUNDS = (
    Ground("PACIFIC", "01.1", 2, 168, 3.5, 8, 6, {"SKJ": 160.0, "YFT": 50.0, "BET": 8.0}),
    Ground("PACIFIC", "01.1", 8, -115, 3, 7, 3, {"YFT": 110.0, "SKJ": 40.0}),
    Ground("PACIFIC", "01.1", -4, -100, 3, 6, 2, _SEINE),
    Ground("PACIFIC", "09.32", -8, -150, 6, 12, 2, _LINE),
    Ground("INDIAN", "01.1", -3, 60, 3.5, 4.5, 4, _SEINE),
    Ground("INDIAN", "09.1", 3, 72.5, 1.5, 0.8, 1, {"SKJ": 60.0}),
    Ground("INDIAN", "09.32", -12, 85, 6, 8, 2, _LINE),
    Ground("ATLANTIC", "01.1", -0.5, -10, 2, 5, 3, _SEINE),
    Ground("ATLANTIC", "09.1", 9, -26, 2.5, 3.5, 1, {"SKJ": 30.0, "BET": 10.0}),
    Ground("ATLANTIC", "09.32", -20, -20, 6, 8, 1, _LINE),
)


def cell(lat: float, lon: float, size: int) -> str:
    """The code of the cell of 1 or 5 degrees that a point lies in."""
    lon = (lon + 180) % 360 - 180
    row, column = math.floor(lat / size), math.floor(lon / size)
    quadrant = {(True, True): 1, (False, True): 2, (False, False): 3, (True, False): 4}
    # Of the corner nearest to 0°N 0°E.
    corner = [size * (each if each >= 0 else -each - 1) for each in (row, column)]
    digit = {1: 5, 5: 6}[size]
    return f"{digit}{quadrant[row >= 0, column >= 0]}{corner[0]:02d}{corner[1]:03d}"


def reports() -> list[Report]:
    """Three years of catches as they might be, in fishing grounds of the open sea.

    Purse seiners and pole-and-line report by degrees, longliners by five, and these also in
    numbers; a few catches are known by a large area only. In each ground a season moves north
    and south, and few cells have much of the catch.
    """
    random = Random(2024)  # noqa: S311 - the same each time is what is wanted
    found: dict[tuple[str, ...], float] = {}
    for year in YEARS:
        for month in range(1, 13):
            for ground in GROUNDS:
                season = 2 * math.sin(2 * math.pi * (month - 4) / 12)
                for _ in range(ground.hauls):
                    lat = random.gauss(ground.lat + season, ground.tall)
                    lon = random.gauss(ground.lon, ground.wide)
                    area = cell(lat, lon, 5 if ground.gear == "09.32" else 1)
                    if random.random() < 0.02:
                        area = f"SYNTHETIC-{ground.ocean}"
                    fleet = f"SYNTHETIC-{random.choice('AAABBC')}"
                    for species, tonnes in ground.species.items():
                        key = (
                            ground.ocean, species, ground.gear, fleet, f"{year}-{month:02d}", area
                        )  # fmt: skip
                        caught = tonnes * random.lognormvariate(0.0, 1.2)
                        found[key] = found.get(key, 0.0) + caught
    return [
        Report(*key, unit, round(caught * factor, 2 if unit == "t" else 0))
        for key, caught in sorted(found.items())
        for unit, factor in UNITS.get(key[2], {"t": 1.0}).items()
    ]


def catches() -> str:
    """Catches by months and cells, in the form of the Global Tuna Atlas."""
    rows = []
    for each in reports():
        year, month = map(int, each.month.split("-"))
        last = calendar.monthrange(year, month)[1]
        rows.append(
            [f"SYNTHETIC-{each.ocean}", each.species, each.gear, each.fleet, "UNK",
             f"{each.month}-01", f"{each.month}-{last}", each.area, "catch", "RC", each.unit,
             each.catch]
        )  # fmt: skip
    return table(rows)


def nominal_catches() -> str:
    """The same by years and oceans, as if each fleet had reported a share of it by cell.

    One reports more by cell than in all, and a gear that reports no cells is there besides.
    """
    sums: dict[tuple[str, ...], float] = {}
    for each in reports():
        if each.unit == "t":
            key = (each.month[:4], each.ocean, each.species, each.gear, each.fleet)
            share = COVERAGE[each.fleet] * (0.8 if each.gear == "09.32" else 1.0)
            if (each.ocean, each.gear, each.fleet) == ("ATLANTIC", "09.1", "SYNTHETIC-B"):
                share = 1.08
            sums[key] = sums.get(key, 0.0) + each.catch / share
    for year in YEARS:
        sums[str(year), "INDIAN", "SKJ", "07.1", "SYNTHETIC-C"] = 1500.0 + 100 * (year - YEARS[0])
    return table(
        [f"SYNTHETIC-{ocean}", species, gear, fleet, "UNK", f"{year}-01-01", f"{year}-12-31",
         f"SYNTHETIC-{ocean}", "catch", "NC", "t", round(caught, 2)]
        for (year, ocean, species, gear, fleet), caught in sorted(sums.items())
    )  # fmt: skip


def table(rows: Iterable[list[object]]) -> str:
    """Rows under the names that the columns of the tuna atlas have."""
    text = io.StringIO()
    names = [
        "source_authority", "species", "gear_type", "fishing_fleet", "fishing_mode", "time_start",
        "time_end", "geographic_identifier", "measurement", "measurement_type", "measurement_unit",
        "measurement_value",
    ]  # fmt: skip
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
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
        content = nominal_catches() if "nominal" in name else catches()
        files[f"zenodo/{name}"] = content
        files[f"zenodo/{number}.json"] = json.dumps(record(number, name, content), indent=1) + "\n"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
