"""Make the vocabulary that the package ships from ``concepts.yaml`` and two published lists.

    python catalogs/vocabulary/make_vocabulary.py [FILE]

CF standard names come from the CF table inside the package compliance-checker (the CF
Conventions' own table), Argo's parameter names and their P01 codes from the copy of NVS R03
inside argopy. A pattern that no name of the table fulfils, or a parameter that Argo does not
know, is an error: nothing is invented.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

HERE = Path(__file__).parent
FILE = HERE.parent / "src" / "bluecloud_catalogs" / "discovery" / "vocabulary.json"
CF_TABLE = "compliance_checker/data/cf-standard-name-table.xml"
R03 = "argopy/static/assets/vocabulary/offline/R03.json"


def cf_names() -> tuple[str, dict[str, str]]:
    """The table's version, and every name with the one that it is an alias of, or itself."""
    path = distribution("compliance-checker").locate_file(CF_TABLE)
    table = etree.parse(str(path)).getroot()
    names = {each.get("id"): each.get("id") for each in table.iter("entry")}
    for alias in table.iter("alias"):
        names[alias.get("id")] = alias.findtext("entry_id")
    return table.findtext("version_number"), names


def argo_parameters() -> tuple[str, dict[str, list[str]]]:
    """The day of the list, and every parameter with its P01 codes."""
    listed = json.loads(Path(str(distribution("argopy").locate_file(R03))).read_text())
    parameters = {}
    for concept in listed["data"]["@graph"]:
        if concept.get("@type") == "skos:Concept":
            same = concept.get("owl:sameAs", [])
            links = [each["@id"] for each in (same if isinstance(same, list) else [same])]
            codes = [link.rstrip("/").split("/")[-1] for link in links if "/P01/" in link]
            parameters[concept["skos:altLabel"]] = codes
    return listed["last_update"][:10], parameters


def vocabulary() -> dict[str, Any]:
    """The whole vocabulary, as the package reads it."""
    told = yaml.safe_load((HERE / "concepts.yaml").read_text())
    version, names = cf_names()
    day, parameters = argo_parameters()
    concepts = []
    for concept in told["concepts"]:
        found: set[str] = set()
        for pattern in concept.get("cf", ()):
            meant = {name for name in names if re.fullmatch(pattern, name)}
            if not meant:
                raise ValueError(f"{concept['p02']}: no CF name is {pattern}")
            found |= meant | {name for name, whole in names.items() if whole in meant}
        argo = concept.get("argo", [])
        if unknown := set(argo) - set(parameters):
            raise ValueError(f"{concept['p02']}: Argo has no {sorted(unknown)}")
        concepts.append(
            {
                "p02": concept["p02"],
                "label": concept["label"],
                "words": concept["words"],
                "cf": sorted(found),
                "p01": sorted({code for name in argo for code in parameters[name]}),
                "native": argo,
            }
        )
    return {
        "made": {
            "by": "catalogs/vocabulary/make_vocabulary.py",
            "cf": f"CF standard name table, version {version}, from compliance-checker",
            "argo": f"NVS R03 of {day}, from argopy; NERC Vocabulary Server, CC BY 4.0",
            "p02": "codes of NVS P02, NERC Vocabulary Server, CC BY 4.0; labels and words ours",
            "taxa": "AphiaIDs of the World Register of Marine Species, CC BY 4.0",
        },
        "concepts": concepts,
        "taxa": told["taxa"],
    }


def main(file: Path = FILE) -> None:
    """Write the vocabulary, a concept a line."""
    told = vocabulary()
    lines = {
        part: ",\n".join(json.dumps(each, ensure_ascii=False) for each in told[part])
        for part in ("concepts", "taxa")
    }
    file.write_text(
        f'{{"made": {json.dumps(told["made"], indent=1)},\n'
        f'"concepts": [\n{lines["concepts"]}\n],\n"taxa": [\n{lines["taxa"]}\n]}}\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
