"""EurOBIS and OBIS: recorded answers, filters worked out over recorded rows, the rest emulated.

Occurrences are the rows of all recorded answers of OBIS, filtered as its API does; datasets are
those of recorded lists. No answer of EurOBIS's feature service was ever recorded: its rows are
the same, with the columns renamed, and of its ``viewParams`` just the forms that EMODnet
documents are understood. An archive is made of the recorded ESAS tables. WoRMS and Marine
Regions are emulated.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely

from tests.federation.server import EXCEPTION, Kind, Provider, Reply, Request

EXAMPLES: dict[str, dict[str, Any]] = {
    "obis_occurrences": {"taxa": [141433]},
    "obis_measurements": {"taxa": [141433]},
    "obis_datasets": {"words": "coral"},
    "obis_checklist": {"taxa": [127405]},
    "eurobis_occurrences": {"taxa": [141433], "time": ["1900", "2030"]},
    "eurobis_archive": {"resource": "esas"},
    "eurobis_dataset": {"datasets": [5976]},
    "worms_taxa": {"names": ["Gadus morhua"]},
    "marine_regions": {"numbers": [3293]},
}
MOST_A_PAGE = 10_000
_NODE = "EurOBIS"
_LISTS = ("dataset_scientificname_Mola_mola_offset_0.json", "dataset_q_coral_offset_0.json",
          "dataset_ec9df3b9_3b2b_4d83_881b_27bcbcd57b95.json")  # fmt: skip
_COLLECTION = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . "
    "<https://marineinfo.org/id/collection/619> a dcat:Catalog ; dcat:dataset "
    "<https://marineinfo.org/id/dataset/466> , <https://marineinfo.org/id/dataset/5976> , "
    "<https://marineinfo.org/id/dataset/4> ."
)


@dataclass(frozen=True)
class Eurobis:
    """Answers from the folders of recordings."""

    data: Path
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply | None:
        """The answer of the service that the first part of the path names."""
        service, _, path = request.path.partition("/")
        if service == "obis":
            return self._obis(path, request.query)
        if service == "Dataportal":
            return self._features(request.query)
        if service == "ipt" and path == "archive.do":
            return self._archive(request.query.get("r", ""))
        if service == "marineinfo":
            return self._description(path)
        if service == "worms":
            return self._taxon(path)
        if service == "marineregions":
            return _place(path)
        return None

    def _obis(self, path: str, query: dict[str, str]) -> Reply | None:
        if path == "occurrence":
            return self._occurrences(query)
        if path.startswith("dataset/"):
            found = self.datasets.get(path.removeprefix("dataset/"))
            return _json({"total": 1, "results": [found]}) if found else _gone()
        if path == "dataset" and "nodeid" in query:
            european = [
                each
                for each in self.datasets.values()
                if any(node["id"] == query["nodeid"] for node in each["nodes"])
            ]
            return _json({"total": len(european), "results": european})
        recorded = {
            ("dataset", "coral"): _LISTS[1],
            ("dataset", "127405"): _LISTS[0],
            ("checklist", "127405"): "checklist_redlist_scientificname_Mola_mola.json",
            ("taxon/545439", ""): "taxon_545439.json",
        }
        name = recorded.get((path, query.get("q") or query.get("taxonid") or ""))
        return Reply((self.data / "obis/json" / name).read_bytes(),
                     content_type="application/json; charset=utf-8") if name else None  # fmt: skip

    def _occurrences(self, query: dict[str, str]) -> Reply:
        size = int(query.get("size", "10"))
        if size > MOST_A_PAGE:
            return Reply(b'{"error": "Bad Request"}', 400, "application/json")
        found = [row for row in self.rows if _is_asked_for(row, query)]
        after = query.get("after")
        left = [row for row in found if after is None or row["id"] > after]
        page = [dict(row) for row in left[:size]]
        for row in page:
            if query.get("mof") != "true":
                row.pop("mof", None)
        return _json({"total": len(found), "results": page})

    def _features(self, query: dict[str, str]) -> Reply:
        try:
            found = [row for row in self.rows if _is_viewed(row, query["viewParams"])]
        except ValueError as error:
            return Reply(EXCEPTION.replace(b"The layer is gone", str(error).encode()),
                         content_type="application/xml")  # fmt: skip
        if query.get("resultType") == "hits":
            counted = (
                '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
                f'numberOfFeatures="{len(found)}"/>'
            )
            return Reply(counted.encode(), content_type="text/xml")
        start = int(query.get("startIndex", "0"))
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        for number, row in enumerate(found[start : start + int(query["maxFeatures"])]):
            writer.writerow(_feature(number + start, row))
        return Reply(text.getvalue().encode(), content_type="text/csv;charset=UTF-8")

    def _archive(self, resource: str) -> Reply | None:
        if resource == "esas":
            return Reply(esas_archive(self.data / "eurobis/esas_dwc_sample"),
                         content_type="application/zip")  # fmt: skip
        path = self.data / "eurobis/dwca_samples" / f"{resource}.zip"
        return Reply(path.read_bytes(), content_type="application/zip") if path.is_file() else None

    def _description(self, path: str) -> Reply | None:
        recorded = {"dataset/5976.ttl": "invalidturtle.ttl", "dataset/466.ttl": "haltingturtle.ttl"}
        if path in recorded:
            told = (self.data / "eurobis" / recorded[path]).read_bytes()
            return Reply(told, content_type="text/turtle")
        if path == "collection/619.ttl":
            return Reply(_COLLECTION.encode(), content_type="text/turtle")
        return _gone() if path == "dataset/4.ttl" else None

    def _taxon(self, path: str) -> Reply:
        """WoRMS, over the names that OBIS completed."""
        found = json.loads((self.data / "obis/json/taxon_complete_Gadus_20morhua.json").read_text())
        records = [
            {
                "AphiaID": each["id"],
                "scientificname": each["scientificName"],
                "rank": each["rank"],
                "valid_AphiaID": int(each["acceptedNameUsageID"]),
                "family": each["family"],
            }
            for each in found
        ]
        if asked := re.fullmatch(r"AphiaRecordsByName/(.+)", path):
            known: Any = [each for each in records if each["scientificname"] == asked[1]]
        else:
            number = path.removeprefix("AphiaRecordByAphiaID/")
            known = next((each for each in records if str(each["AphiaID"]) == number), None)
        return _json(known) if known else Reply(b"", 204)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """Every recorded occurrence once, in the order of its id."""
        found: dict[str, dict[str, Any]] = {}
        for path in sorted((self.data / "obis/json").glob("occurrence*.json")):
            for row in json.loads(path.read_text()).get("results", []):
                if row.get("mof") or row["id"] not in found:
                    found[row["id"]] = row
        return [found[each] for each in sorted(found)]

    @cached_property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Every recorded dataset, by id."""
        return {
            each["id"]: each
            for name in _LISTS
            for each in json.loads((self.data / "obis/json" / name).read_text())["results"]
        }


_COLUMNS = (
    "FID", "datasetid", "datecollected", "decimallongitude", "decimallatitude",
    "coordinateuncertaintyinmeters", "scientificname", "aphiaid", "scientificnameaccepted",
    "aphiaidaccepted",
)  # fmt: skip


def _feature(number: int, row: dict[str, Any]) -> tuple[object, ...]:
    at = "http://marinespecies.org/aphia.php?p=taxdetails&id="
    day = row.get("eventDate", "").partition("/")[0]
    return (
        f"eurobis-obisenv_full.fid-{number}",
        f"http://www.emodnet-biology.eu/data-catalog?module=dataset&dasid={_dasid(row)}",
        f"{day[:10]}T00:00:00Z" if re.match(r"\d{4}-\d{2}-\d{2}", day) else "",
        row["decimalLongitude"],
        row["decimalLatitude"],
        row.get("coordinateUncertaintyInMeters", ""),
        row.get("originalScientificName", ""),
        f"{at}{row['aphiaID']}",
        row["scientificName"],
        row["aphiaID"],
    )


def _dasid(row: dict[str, Any]) -> int:
    found = re.search(r"dataset/(\d+)$", str(row.get("datasetID", "")))
    return int(found[1]) if found else 9999999


def _is_asked_for(row: dict[str, Any], query: dict[str, str]) -> bool:
    if "taxonid" in query:
        lineage = {value for name, value in row.items() if name.endswith(("id", "aphiaID"))
                   and isinstance(value, int)}  # fmt: skip
        if not lineage & {int(each) for each in query["taxonid"].split(",")}:
            return False
    if "datasetid" in query and row["dataset_id"] != query["datasetid"]:
        return False
    if "geometry" in query:
        shape = shapely.from_wkt(query["geometry"])
        if not shape.intersects(shapely.Point(row["decimalLongitude"], row["decimalLatitude"])):
            return False
    day = str(row.get("eventDate", ""))[:10]
    if not query.get("startdate", "") <= day <= query.get("enddate", "9"):
        return False
    depth = row.get("minimumDepthInMeters", row.get("depth"))
    asked = [float(query[name]) for name in ("startdepth", "enddepth") if name in query]
    return not asked or (depth is not None and asked[0] <= depth <= asked[-1])


_CLAUSES = {
    r"(aphiaidaccepted|datasetid) IN \(([\d,]+)\)": "numbers",
    r"\(up\.geoobjectsids && ARRAY\[(\d+)\]\)": "place",
    r"\(\(observationdate BETWEEN '(\d{4}-\d\d-\d\d)' AND '(\d{4}-\d\d-\d\d)'\)\)": "dates",
    r"\(observationdate (>=|<=) '(\d{4}-\d\d-\d\d)'\)": "side",
    r"\((ST_Intersects\(ST_SetSRID\(ST_GeomFromText\('POLYGON\(\([-\d. ,]+\)\)'\),4326\), "
    r"up\.the_geom\)(?: OR ST_Intersects\(ST_SetSRID\(ST_GeomFromText\('POLYGON\(\([-\d. ,]+\)\)'"
    r"\),4326\), up\.the_geom\))?)\)": "shapes",
}


def clauses(view_params: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The conditions of a view, each of a form that is documented.

    Raises
    ------
    ValueError
        If there is anything else in it, or a comma that is not escaped.
    """
    if re.search(r"(?<!\\),", view_params):
        raise ValueError("a comma in viewParams is not escaped")
    parts = re.split(r"(?<!\\);", view_params)
    if len(parts) != 2 or parts[1] != "context:0100" or not parts[0].startswith("where:"):
        raise ValueError(f"viewParams are {parts}")
    where = parts[0].removeprefix("where:").replace("\\,", ",")
    for clause in re.split(r" AND (?!')", where):
        for form, kind in _CLAUSES.items():
            if found := re.fullmatch(form, clause):
                yield kind, found
                break
        else:
            raise ValueError(f"SQL error in {clause}")


def _is_viewed(row: dict[str, Any], view_params: str) -> bool:
    day = str(row.get("eventDate", ""))[:10]
    kept = True
    for kind, found in clauses(view_params):
        if kind == "numbers":
            value = row["aphiaID"] if found[1] == "aphiaidaccepted" else _dasid(row)
            kept &= value in {int(each) for each in found[2].split(",")}
        elif kind == "dates":
            kept &= found[1] <= day <= found[2]
        elif kind == "side":
            kept &= day >= found[2] if found[1] == ">=" else day <= found[2]
        elif kind == "shapes":
            point = shapely.Point(row["decimalLongitude"], row["decimalLatitude"])
            shapes = re.findall(r"POLYGON\(\([-\d. ,]+\)\)", found[1])
            kept &= any(shapely.from_wkt(each).intersects(point) for each in shapes)
    return kept


def esas_archive(folder: Path) -> bytes:
    """The recorded ESAS tables as an archive, described as an IPT would."""
    space = 'xmlns="http://rs.tdwg.org/dwc/text/"'
    parts = []
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kind, tag, key in (
            ("event", "http://rs.tdwg.org/dwc/terms/Event", "core", "id"),
            ("occurrence", "http://rs.tdwg.org/dwc/terms/Occurrence", "extension", "coreid"),
            ("emof", "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact", "extension",
             "coreid"),
        ):  # fmt: skip
            content = (folder / f"{name}.tsv").read_bytes()
            header = content.split(b"\n", 1)[0].decode().strip().split("\t")
            fields = "".join(
                f'<field index="{number}" term="http://rs.tdwg.org/dwc/terms/{term}"/>'
                for number, term in enumerate(header)
            )
            parts.append(
                f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
                f'fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="{kind}"><files><location>'
                f'{name}.tsv</location></files><{key} index="{header.index("eventID")}"/>'
                f"{fields}</{tag}>"
            )
            archive.writestr(zipfile.ZipInfo(f"{name}.tsv", (2026, 1, 1, 0, 0, 0)), content)
        archive.writestr(zipfile.ZipInfo("meta.xml", (2026, 1, 1, 0, 0, 0)),
                         f"<archive {space}>{''.join(parts)}</archive>")  # fmt: skip
    return made.getvalue()


def _place(path: str) -> Reply | None:
    zone = {
        "MRGID": 3293, "preferredGazetteerName": "Belgian Exclusive Economic Zone",
        "placeType": "EEZ", "minLongitude": 2.24, "minLatitude": 51.09, "maxLongitude": 3.37,
        "maxLatitude": 51.88,
    }  # fmt: skip
    if path == "getGazetteerRecordByMRGID.json/3293/":
        return _json(zone)
    if path == "getGazetteerRecordsByName.json/Belgian/":
        return _json([zone])
    return _gone() if path.startswith("getGazetteerRecord") else None


def _json(told: object) -> Reply:
    return Reply(json.dumps(told).encode(), content_type="application/json; charset=utf-8")


def _gone() -> Reply:
    return Reply(b'{"error": "not found"}', 404, "application/json")


def provider(data: Path | None) -> Provider | None:
    """What was recorded, or nothing."""
    return Eurobis(data) if data and (data / "obis/json").is_dir() else None
