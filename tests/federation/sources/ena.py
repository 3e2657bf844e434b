"""ENA and MGnify: derived from the recorded Tara Oceans tables, else our own sample.

No long answer of the Portal API was ever recorded. Its samples are the recorded ones, each with
one run that never was (numbers that begin with 0). MGnify's answers have the form of its
recorded OpenAPI document, and the recorded taxonomy tables as their downloads.
"""

import csv
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.federation.ena_grammar import Row, parse
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "ena"
EXAMPLES = {
    "ena_runs": {"taxon": 408172, "bbox": [-10.0, 35.0, 0.0, 45.0], "time": ["2009", "2013"]},
    "tara_oceans_runs": {"accession": ["PRJEB1787"]},
    "ena_samples": {"taxon": 408172, "bbox": [-10.0, 35.0, 0.0, 45.0]},
    "ena_sample_attributes": {"sample": ["SAMEA2620084"]},
    "mgnify_studies": {},
    "mgnify_taxonomy": {"study": "ERP003634"},
    "tara_oceans_samples": {"bbox": [-10.0, 35.0, 0.0, 45.0]},
    "osd_2014_samples": {"bbox": [-10.0, 35.0, 0.0, 45.0]},
    "emo_bon_taxonomy": {"sample": ["EMOBON00084"]},
}
DEFAULT_LIMIT = 10
RESULTS = "https://ftp.ebi.ac.uk/pub/databases/metagenomics"


def provider(data: Path | None) -> Provider:
    """The emulator, over the recorded tables where there are such."""
    recorded = data / "ena" if data else None
    return Ena(recorded if recorded and recorded.is_dir() else None)


@dataclass(frozen=True)
class Ena:
    """ENA's and MGnify's services, each a folder."""

    recorded: Path | None

    @property
    def kind(self) -> Kind:
        """Derived where there are recordings."""
        return "derived" if self.recorded else "emulated"

    @cached_property
    def rows(self) -> dict[str, list[dict[str, str]]]:
        """The records of the Portal API, by their kind; all of a kind have the same fields."""
        if self.recorded is None:
            kinds = ("sample", "read_run")
            return {kind: json.loads(read(SAMPLE / "portal" / f"{kind}.json")) for kind in kinds}
        return derived(self.recorded / "planet-microbe" / "Tara_Oceans" / "APY")

    @cached_property
    def tables(self) -> dict[str, Path]:
        """The taxonomy tables, by their study's secondary accession."""
        folder = (
            self.recorded / "mgnify-methods" / "data" / "mgnify_data" if self.recorded else None
        )
        found = (folder or SAMPLE / "mgnify").glob("*_SSU_v5.0.tsv")
        return {path.name.split("_")[0]: path for path in sorted(found)}

    def answer(self, request: Request) -> Reply | None:
        """What one of the services answers."""
        service, _, path = request.path.partition("/")
        if service == "portal":
            form = request.body.decode() if request.method == "POST" else request.raw_query
            return self.portal(path, dict(parse_qsl(form, keep_blank_values=True)))
        if service == "browser":
            return self.browser(path.removeprefix("xml/"))
        if service == "mgnify":
            return self.mgnify(path, request.query)
        if service == "results":
            table = self.tables.get(path.rpartition("/")[2].split("_")[0])
            return (
                Reply(table.read_bytes(), content_type="text/tab-separated-values")
                if table
                else None
            )
        return self.file(service, path)

    def portal(self, path: str, asked: dict[str, str]) -> Reply | None:
        """Search, count or the list of kinds."""
        if path == "results":
            return as_json([{"resultId": kind} for kind in self.rows])
        kind = asked.get("result", "")
        if path not in {"search", "count"}:
            return None
        if kind not in self.rows:
            return as_json({"message": f"Invalid result parameter: {kind}"}, 400)
        rows = self.rows[kind]
        known = set(rows[0])
        fields = [name for name in asked.get("fields", "").split(",") if name]
        unknown = [name for name in fields if name not in known]
        if unknown:
            text = f"Invalid fieldName(s) supplied: {','.join(unknown)}"
            return as_json({"message": text}, 400)
        try:
            test = parse(asked.get("query", ""), known)
        except ValueError as error:
            return as_json({"message": str(error)}, 400)
        found = [row for row in rows if test(row)]
        if path == "count":
            as_text = f"count\n{len(found)}\n".encode()
            json_asked = asked.get("format") == "json"
            return as_json({"count": str(len(found))}) if json_asked else Reply(as_text)
        first, limit = int(asked.get("offset", 0)), int(asked.get("limit", DEFAULT_LIMIT))
        found = found[first : first + limit] if limit else found[first:]
        if not found:
            return Reply(status=204)
        accession = "run_accession" if kind == "read_run" else "sample_accession"
        shown = list(dict.fromkeys([accession, *(fields or [])]))
        if asked.get("format") == "json":
            return as_json([{name: row[name] for name in shown} for row in found])
        lines = ["\t".join(shown), *("\t".join(row[name] for name in shown) for row in found)]
        return Reply("\n".join(lines).encode() + b"\n", content_type="text/tab-separated-values")

    def browser(self, accession: str) -> Reply | None:
        """The XML of a sample, with its attributes."""
        if self.recorded is None:
            return Reply((SAMPLE / "browser" / "sample.xml").read_bytes(), content_type="text/xml")
        path = self.recorded / "planet-microbe" / "Tara_Oceans" / "APY" / "sample_NCBI.tsv"
        for row in table(path):
            if accession in (row["BioSample"], row["SRA accession"]):
                return Reply(sample_xml(row).encode(), content_type="text/xml")
        return None

    def mgnify(self, path: str, asked: dict[str, str]) -> Reply | None:
        """Lists of count and items; and studies by either accession."""
        studies = [study(accession, number) for number, accession in enumerate(self.tables, 1)]
        if path == "studies/":
            wanted = asked.get("biome_lineage", "root")
            found = [each for each in studies if each["biome"]["lineage"].startswith(wanted)]
            size = int(asked.get("page_size", 100))
            first = (int(asked.get("page", 1)) - 1) * size
            return as_json({"count": len(found), "items": found[first : first + size]})
        for each in studies:
            if path == f"studies/insdc/{each['ena_accessions'][0]}":
                return as_json({"accession": each["accession"]})
            if path == f"studies/{each['accession']}":
                return as_json({**each, "downloads": downloads(each["ena_accessions"][0])})
        return as_json({"detail": "Not Found"}, 404) if path.startswith("studies/") else None

    def file(self, service: str, path: str) -> Reply | None:
        """A file of the repositories that tables lie in."""
        if self.recorded:
            root = {
                "planetmicrobe": self.recorded / "planet-microbe",
                "emobon": self.recorded / "mgnify-methods" / "data",
            }.get(service)
        else:
            root = {"planetmicrobe": SAMPLE, "emobon": SAMPLE / "emobon"}.get(service)
            path = path.replace("Tara_Oceans/APY", "tara").replace("OSD", "osd")
        found = root / path if root and ".." not in path else None
        return Reply(found.read_bytes()) if found and found.is_file() else None


def derived(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Samples as recorded, and one run of each."""
    samples, runs = [], []
    for number, row in enumerate(table(folder / "sample_NCBI.tsv"), start=1):
        common = {
            "sample_accession": row["BioSample"],
            "secondary_sample_accession": row["SRA accession"],
            "study_accession": "PRJEB1787",
            "tax_id": "408172",
            "scientific_name": "marine metagenome",
            "lat": row["Latitude Start"],
            "lon": row["Longitude Start"],
            "collection_date": row["Event Date/Time Start"],
            "first_public": row["INSDC first public"][:10],
        }
        samples.append(
            {
                **common,
                "description": row["Title"],
                "country": "",
                "depth": row["Minimum Depth"],
                "last_updated": row["INSDC last update"][:10],
            }
        )
        runs.append({**common, **run_of(number)})
    return {"sample": samples, "read_run": runs}


def run_of(number: int) -> dict[str, str]:
    """A run; every third lists a third file, as paired runs with orphans do."""
    run = f"ERR0000{number:03d}"
    ends = ["", "_1", "_2"] if number % 3 == 0 else ["_1", "_2"]
    paths = [f"ftp.sra.ebi.ac.uk/vol1/fastq/ERR000/{run}/{run}{end}.fastq.gz" for end in ends]
    return {
        "run_accession": run,
        "secondary_study_accession": "ERP001736",
        "experiment_accession": f"ERX0000{number:03d}",
        "instrument_platform": "ILLUMINA",
        "instrument_model": "Illumina HiSeq 2000",
        "library_strategy": "WGS",
        "library_source": "METAGENOMIC",
        "library_layout": "PAIRED",
        "read_count": str(number * 1000),
        "base_count": str(number * 101_000),
        "fastq_ftp": ";".join(paths),
        "fastq_md5": ";".join(f"{number:030d}{place:02d}" for place in range(len(ends))),
        "fastq_bytes": ";".join(str(number * 10 + place) for place in range(len(ends))),
    }


def study(accession: str, number: int) -> dict[str, Any]:
    """A study in the list."""
    return {
        "accession": f"MGYS{number:08d}",
        "ena_accessions": [accession],
        "title": f"Study {accession}",
        "biome": {"biome_name": "Marine", "lineage": "root:Environmental:Aquatic:Marine"},
        "updated_at": "2024-01-01T00:00:00Z",
        "metadata": {"center_name": "GSC", "study_description": "Emulated"},
    }


def downloads(accession: str) -> list[dict[str, Any]]:
    """A study's downloads: the newest table, an older one, and one that is none."""
    return [
        {
            "file_type": "tsv",
            "download_type": "Taxonomic analysis",
            "short_description": "Taxonomic assignments",
            "long_description": "Taxonomic assignments",
            "alias": f"{accession}_{name}",
            "url": f"{RESULTS}/mgnify_results/{accession}/{accession}_{name}",
        }
        for name in (
            "phylum_taxonomy_abundances_SSU_v4.1.tsv",
            "taxonomy_abundances_SSU_v5.0.tsv",
            "GO-slim_abundances_v5.0.tsv",
        )
    ]


def sample_xml(row: Row) -> str:
    """A sample as the Browser API gives it."""
    from lxml.etree import Element, SubElement, tostring

    root = Element("SAMPLE_SET")
    sample = SubElement(root, "SAMPLE", accession=row["SRA accession"], alias=row["SampleID_Tara"])
    identifiers = SubElement(sample, "IDENTIFIERS")
    SubElement(identifiers, "PRIMARY_ID").text = row["SRA accession"]
    SubElement(identifiers, "EXTERNAL_ID", namespace="BioSample").text = row["BioSample"]
    attributes = SubElement(sample, "SAMPLE_ATTRIBUTES")
    for tag, value in row.items():
        if re.match("Temperature|Minimum Depth|Nitrate|Oxygen|Event Label|Protocol Label", tag):
            attribute = SubElement(attributes, "SAMPLE_ATTRIBUTE")
            SubElement(attribute, "TAG").text = tag
            SubElement(attribute, "VALUE").text = value
    return tostring(root, encoding="unicode")


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a TSV file."""
    return list(csv.DictReader(read(path).splitlines(), delimiter="\t"))


def read(path: Path) -> str:
    """A file's text, which may be Latin-1."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def as_json(content: object, status: int = 200) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), status, "application/json")
