"""Make ``samples/eurobis``: sightings that nobody had, as EurOBIS and OBIS would give them.

    python catalogs/samples/make_eurobis.py [FOLDER]

Taxa are real ones with their AphiaIDs, since examples ask for them; the dataset, whose id begins
with 00000000, its places, dates and measurements are made up and say so.
"""

import csv
import io
import json
import math
import random
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "eurobis"
DATASET = "00000000-0000-4000-8000-000000000001"
TITLE = "SYNTHETIC benthos of no survey"
CITATION = "SYNTHETIC data of Blue-Cloud VRE: no observations, not to be cited as such."
RIGHTS = "SYNTHETIC: to the extent possible under law, all rights are waived (CC0 1.0)"
ABRA = {
    "scientificName": "Abra alba", "aphiaID": 141433, "genus": "Abra", "genusid": 138474,
    "speciesid": 141433, "family": "Semelidae", "familyid": 1781, "phylum": "Mollusca",
}  # fmt: skip
CALANUS = {
    "scientificName": "Calanus finmarchicus", "aphiaID": 104464, "genus": "Calanus",
    "genusid": 104152, "speciesid": 104464, "family": "Calanidae", "phylum": "Arthropoda",
}  # fmt: skip
# Longitude, latitude, day, depth in metres, individuals.
SEEN = (
    (ABRA, 2.5, 51.5, "2019-04-10", 12.0, 31),
    (ABRA, 2.75, 51.75, "2019-09-12", 15.0, 48),
    (ABRA, 3.0, 52.0, "2020-04-11", 18.0, 27),
    (CALANUS, 1.0, 57.0, "2019-05-02", 40.0, 120),
    (CALANUS, 1.5, 57.5, "2020-05-03", 45.0, 95),
    (CALANUS, 4.0, 60.5, "2020-06-20", 60.0, 210),
)
# Tows that no ship made, over the North Atlantic: longitude and latitude of each route's turns.
TOWS = "00000000-0000-4000-8000-000000000002"
TOWS_TITLE = "SYNTHETIC tows of no plankton recorder"
ROUTES = (
    ((-69, 42.5), (-50, 44.5), (-30, 51), (-9, 50.5)),
    ((-51, 47), (-45, 58), (-26, 62)),
    ((-61, 57), (-53, 60), (-44, 58)),
    ((-40, 55), (-20, 57), (-9, 57)),
    ((-24, 63), (-10, 61), (0, 60.5)),
    ((-5, 63), (3, 67), (12, 71)),
    ((3, 61), (2, 57), (3, 54)),
    ((-7, 48), (-10, 43), (-12, 37)),
    ((-60, 40), (-40, 38), (-20, 42), (-10, 46)),
)
SAMPLES_A_TOW, TOWS_A_ROUTE, FIRST_YEAR = 10, 8, 2012


def occurrences() -> dict[str, object]:
    """Rows as OBIS gives them; the last has no measurement."""
    rows = []
    for number, (taxon, longitude, latitude, day, depth, individuals) in enumerate(SEEN, start=1):
        ms = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
        row = {
            **taxon,
            "id": f"00000000-0000-4000-9000-{number:012d}",
            "dataset_id": DATASET,
            "occurrenceID": f"SYNTHETIC_{number}",
            "eventID": f"SYNTHETIC_EVENT_{number}",
            "decimalLongitude": longitude,
            "decimalLatitude": latitude,
            "eventDate": day,
            "date_start": ms,
            "date_mid": ms,
            "date_end": ms,
            "minimumDepthInMeters": depth,
            "maximumDepthInMeters": depth,
            "individualCount": str(individuals),
            "occurrenceStatus": "present",
            "basisOfRecord": "HumanObservation",
            "flags": [],
        }
        if number < len(SEEN):
            row["mof"] = [
                _measurement(number, "abundance", "SDBIOL02", str(individuals), "ind/m2"),
                _measurement(number, "sampling gear", None, "grab", None),
            ]
        rows.append(row)
    return {"total": len(rows), "results": rows}


def tows() -> dict[str, object]:
    """The sightings, and a taxon's abundance along tows in every second month or so.

    It is most abundant where water of the north would be, which begins further south in the
    west, and in early summer; counts scatter as those of a recorder do, and many are zero.
    """
    chance = random.Random(104464)  # noqa: S311 (no secret: the same rows each time)
    rows = list(occurrences()["results"])  # type: ignore[call-overload]
    for route in ROUTES:
        for tow in range(TOWS_A_ROUTE):
            month = 1 + chance.randrange(12)
            day = datetime(FIRST_YEAR + tow, month, 1 + chance.randrange(28), tzinfo=UTC)
            for sample in range(SAMPLES_A_TOW):
                along = (sample + chance.random()) / SAMPLES_A_TOW * (len(route) - 1)
                (east, north), (east_next, north_next) = route[int(along) :][:2]
                longitude = east + (along % 1) * (east_next - east) + chance.gauss(0, 0.3)
                latitude = north + (along % 1) * (north_next - north) + chance.gauss(0, 0.3)
                number = len(rows) + 1
                rows.append(_tow_row(number, longitude, latitude, day, chance))
    return {"total": len(rows), "results": rows}


def _tow_row(
    number: int, longitude: float, latitude: float, day: datetime, chance: random.Random
) -> dict[str, object]:
    northern = latitude - 0.22 * (longitude + 40)
    habitat = 5.0 * math.exp(-(((northern - 57) / 8) ** 2))
    season = 0.55 + 0.45 * math.cos(2 * math.pi * (day.month - 5.5) / 12)
    log = habitat * season + chance.gauss(0, 0.7)
    # A sample is of three cubic metres, so that counts are thirds.
    abundance = max(0, round(3 * math.expm1(log))) / 3
    ms = int(day.timestamp() * 1000)
    return {
        **{name: CALANUS[name] for name in ("scientificName", "aphiaID", "genusid", "speciesid")},
        "id": f"00000000-0000-4000-9000-{number:012d}",
        "dataset_id": TOWS,
        "occurrenceID": f"SYNTHETIC_{number}",
        "eventID": f"SYNTHETIC_EVENT_{number}",
        "decimalLongitude": round(longitude, 3),
        "decimalLatitude": round(latitude, 3),
        "date_start": ms,
        "date_mid": ms,
        "date_end": ms,
        "minimumDepthInMeters": 7.0,
        "maximumDepthInMeters": 7.0,
        "occurrenceStatus": "present" if abundance else "absent",
        "mof": [_measurement(number, "abundance", "SDBIOL01", f"{abundance:.2f}", "ind/m3")],
    }


def tows_dataset() -> dict[str, object]:
    """The dataset of the tows, asked for by its id."""
    told = {
        "id": TOWS,
        "title": TOWS_TITLE,
        "abstract": "Abundance of a copepod that nobody counted.",
        "citation": CITATION,
        "intellectualrights": RIGHTS,
        "records": len(ROUTES) * TOWS_A_ROUTE * SAMPLES_A_TOW,
    }
    return {"total": 1, "results": [told]}


def _measurement(
    number: int, kind: str, p01: str | None, value: str, unit: str | None
) -> dict[str, object]:
    return {
        "occurrenceID": f"SYNTHETIC_{number}",
        "level": 0,
        "measurementType": kind,
        "measurementTypeID": p01 and f"http://vocab.nerc.ac.uk/collection/P01/current/{p01}/",
        "measurementValue": value,
        "measurementUnit": unit,
    }


def dataset() -> dict[str, object]:
    """The one dataset, as OBIS lists it."""
    told = {
        "id": DATASET,
        "title": TITLE,
        "abstract": "Six sightings that nobody had, of benthos and plankton.",
        "citation": CITATION,
        "intellectualrights": RIGHTS,
        "url": "https://ipt.vliz.be/eurobis/resource?r=straitgib_cetacea",
        "archive": "https://ipt.vliz.be/eurobis/archive.do?r=straitgib_cetacea",
        "published": "2026-01-01T00:00:00.000Z",
        "updated": "2026-01-01T00:00:00.000Z",
        "core": "event",
        "extensions": ["measurementorfact", "occurrence"],
        "statistics": {"Event": 6, "Occurrence": 6, "MeasurementOrFact": 10},
        "extent": "POLYGON((1 51.5,1 60.5,4 60.5,4 51.5,1 51.5))",
        "nodes": [{"id": "4bf79a01-65a9-4db6-b37b-18434f26ddfc", "name": "EurOBIS"}],
        "keywords": [{"keyword": "SYNTHETIC", "thesaurus": "none"}],
        "records": len(SEEN),
    }
    return {"total": 1, "results": [told]}


def checklist() -> dict[str, object]:
    """The two taxa with the number of their rows."""
    rows = [
        {
            "scientificName": taxon["scientificName"],
            "taxonID": taxon["aphiaID"],
            "taxonRank": "Species",
            "taxonomicStatus": "accepted",
            "genusid": taxon["genusid"],
            "records": sum(each is taxon for each, *_ in SEEN),
        }
        for taxon in (ABRA, CALANUS)
    ]
    return {"total": len(rows), "results": rows}


def features() -> str:
    """The same sightings as the feature service gives them in CSV."""
    columns = (
        "FID", "datasetid", "datecollected", "decimallongitude", "decimallatitude",
        "coordinateuncertaintyinmeters", "scientificname", "aphiaid", "scientificnameaccepted",
        "aphiaidaccepted",
    )  # fmt: skip
    taxon_at = "http://marinespecies.org/aphia.php?p=taxdetails&id="
    rows = [
        (
            f"eurobis-obisenv_full.fid-{number}",
            "http://www.emodnet-biology.eu/data-catalog?module=dataset&dasid=9999999",
            f"{day}T00:00:00Z",
            longitude,
            latitude,
            100,
            taxon["scientificName"],
            f"{taxon_at}{taxon['aphiaID']}",
            taxon["scientificName"],
            taxon["aphiaID"],
        )
        for number, (taxon, longitude, latitude, day, _, _) in enumerate(SEEN, start=1)
    ]
    return _csv([columns, *rows], ",")


def _csv(rows: Sequence[Sequence[object]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def hits() -> str:
    """How many features there are, as the service says it."""
    return (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
        f'numberOfFeatures="{len(SEEN)}" timeStamp="2026-01-01T00:00:00Z"/>\n'
    )


def archive() -> bytes:
    """The same sightings as a Darwin Core archive with events and measurements."""
    events = [("eventID", "eventDate", "decimalLatitude", "decimalLongitude")]
    seen = [("eventID", "occurrenceID", "scientificName", "scientificNameID", "individualCount")]
    measured = [
        ("eventID", "occurrenceID", "measurementType", "measurementValue", "measurementUnit")
    ]
    for number, (taxon, longitude, latitude, day, _, individuals) in enumerate(SEEN, start=1):
        event, occurrence = f"SYNTHETIC_EVENT_{number}", f"SYNTHETIC_{number}"
        events.append((event, day, str(latitude), str(longitude)))
        lsid = f"urn:lsid:marinespecies.org:taxname:{taxon['aphiaID']}"
        seen.append((event, occurrence, str(taxon["scientificName"]), lsid, str(individuals)))
        if number < len(SEEN):
            measured.append((event, occurrence, "abundance", str(individuals), "ind/m2"))
    files = (("event.txt", events), ("occurrence.txt", seen), ("measurement.txt", measured))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, rows in files:
            _put(archive, name, _csv(rows, "\t"))
        _put(archive, "meta.xml", _meta(files))
        _put(archive, "eml.xml", _eml())
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, text: str) -> None:
    archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)


def _meta(files: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> str:
    kinds = ("Event", "Occurrence", "MeasurementOrFact")
    parts = []
    for kind, (name, rows) in zip(kinds, files, strict=True):
        tag, key = ("core", "id") if kind == "Event" else ("extension", "coreid")
        fields = "".join(
            f'<field index="{number}" term="http://rs.tdwg.org/dwc/terms/{term}"/>'
            for number, term in enumerate(rows[0])
        )
        parts.append(
            f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
            f'fieldsEnclosedBy="" ignoreHeaderLines="1" '
            f'rowType="http://rs.tdwg.org/dwc/terms/{kind}"><files><location>{name}</location>'
            f'</files><{key} index="0"/>{fields}</{tag}>'
        )
    space = 'xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml"'
    return f"<archive {space}>{''.join(parts)}</archive>\n"


def _eml() -> str:
    return (
        '<eml:eml xmlns:eml="eml://ecoinformatics.org/eml-2.1.1" packageId="none" system="none">'
        f"<dataset><title>{TITLE}</title><intellectualRights><para>{RIGHTS}</para>"
        "</intellectualRights></dataset><additionalMetadata><metadata><gbif>"
        f"<citation>{CITATION}</citation></gbif></metadata></additionalMetadata></eml:eml>\n"
    )


def description() -> str:
    """The description of a dataset in Turtle, under the number that the example asks for."""
    return f"""@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@base <https://marineinfo.org/id/dataset/5976> .
<> a dcat:Dataset ;
  dct:title "{TITLE}"@en ;
  dct:abstract "Six sightings that nobody had."@en ;
  dct:modified "2026-01-01" ;
  dct:license <https://spdx.org/licenses/CC0-1.0.html> ;
  dc:bibliographicCitation "{CITATION}" ;
  dct:temporal [ dcat:startDate "2019-4-10" ; dcat:endDate "2020-6-20" ] ;
  dct:spatial [ dcat:bbox "POLYGON((1 51.5, 1 60.5, 4 60.5, 4 51.5, 1 51.5))" ] ;
  schema:keywords "SYNTHETIC" , [ schema:name "Abra alba" ;
    schema:identifier <https://www.marinespecies.org/aphia.php?p=taxdetails&id=141433> ] ;
  schema:variableMeasured [ schema:name "Abundance" ;
    schema:identifier "http://vocab.nerc.ac.uk/collection/P01/current/SDBIOL02/" ] .
"""


def collection() -> str:
    """The list of a collection's datasets: the one."""
    return (
        "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n"
        "<https://marineinfo.org/id/collection/619> dcat:dataset "
        "<https://marineinfo.org/id/dataset/5976> .\n"
    )


def taxa() -> list[dict[str, object]]:
    """The two taxa as the register gives them, without what we do not know of them."""
    return [
        {
            "AphiaID": taxon["aphiaID"],
            "scientificname": taxon["scientificName"],
            "status": "accepted",
            "rank": "Species",
            "valid_AphiaID": taxon["aphiaID"],
            "valid_name": taxon["scientificName"],
            "phylum": taxon["phylum"],
            "family": taxon["family"],
            "genus": taxon["genus"],
            "isMarine": 1,
            "citation": CITATION,
        }
        for taxon in (ABRA, CALANUS)
    ]


def places() -> list[dict[str, object]]:
    """One place, with a box of our own under the number that the example asks for."""
    return [
        {
            "MRGID": 3293,
            "preferredGazetteerName": "SYNTHETIC zone",
            "placeType": "EEZ",
            "latitude": 51.5,
            "longitude": 2.7,
            "minLatitude": 51.0,
            "minLongitude": 2.0,
            "maxLatitude": 52.0,
            "maxLongitude": 3.5,
            "status": "standard",
            "gazetteerSource": "SYNTHETIC",
        }
    ]


def make(folder: Path) -> None:
    """Write the whole tree."""
    told = {
        "obis/occurrences.json": occurrences(),
        "obis/datasets.json": dataset(),
        f"obis/dataset_{DATASET}.json": dataset(),
        f"obis/dataset_{TOWS}.json": tows_dataset(),
        "obis/checklist.json": checklist(),
        "worms/taxa.json": taxa(),
        "marineregions/places.json": places(),
    }
    texts = {
        **{name: json.dumps(each, indent=1) + "\n" for name, each in told.items()},
        "obis/measurements.json": json.dumps(tows(), separators=(",", ":")) + "\n",
        "Dataportal_eurobis-obisenv_full.csv": features(),
        "Dataportal_eurobis-obisenv_full.hits.xml": hits(),
        "marineinfo/5976.ttl": description(),
        "marineinfo/collection.ttl": collection(),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files["archives/straitgib_cetacea.zip"] = archive()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
