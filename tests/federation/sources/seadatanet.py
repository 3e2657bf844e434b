"""SeaDataNet: recorded answers, SPARQL worked out from recorded records, and an emulated order.

Recorded are the list of aggregated records, one of them, and vocabularies, with the page that
the NVS gives where SPARQL was asked for at the wrong path. Of the other records in the list there
is none: they are answered with that one under their id. EDMO's graph is made of the
organisations in the recorded record (their days of change are ours), that of the NVS of the
links in recorded R03. Orders, to which the token opens, are zips of recorded files, and the paths
of their downloads are ours.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from lxml import etree

from tests.federation import rdf
from tests.federation.server import Kind, Provider, Reply, Request

TOKEN = "token-of-a-test"
LOGIN = {"BLUECLOUD_SEADATANET_TOKEN": TOKEN}
EXAMPLES = {
    "seadatanet_order_text": {"download": "orders/profiles.zip"},
    "seadatanet_order_netcdf": {"download": "orders/netcdf.zip"},
    "nvs_collection": {"collection": "R03"},
    "nvs_argo_parameters": {"contains": {"argo": "DOXY"}},
    "edmo_organisations": {"contains": {"name": "UNIVERSITE"}},
    "cdi_aggregations": {"edmo": 1022},
    "cdi_record": {"aggregation": ["1022-DS02-4"]},
}
ORDERS = {
    "orders/profiles.zip": (
        "odv_nc_medatlas/diap.txt",
        "odv_nc_medatlas/00563439_ODV_withBOM.txt",
        "odv_nc_medatlas/coriolis_H10_CO_4900778_20101214_180437.txt",
    ),
    "orders/netcdf.zip": ("odv_nc_medatlas/diap.nc",),
    "orders/mixed.zip": (
        "odv_nc_medatlas/diap.nc",
        "sdn_netcdf_samples/netCDF_trajectory_tsg_with_instrument.nc",
    ),
}
_NVS = "http://vocab.nerc.ac.uk/collection"
_SSSOM, _SKOS = "https://w3id.org/sssom/schema/", "http://www.w3.org/2004/02/skos/core#"


@dataclass(frozen=True)
class SeaDataNet:
    """Answers from the folder of recordings."""

    folder: Path
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply | None:
        """The answer of the service that the first part of the path names."""
        path = request.path
        if path == "report/aggregation":
            return self._xml("cdi/cdiGroup.xml")
        if found := re.fullmatch(r"maris/cdi_aggregation/seadatanet/([^/]+)/details\.xml", path):
            record = (self.folder / "cdi/cdiExample.xml").read_bytes()
            return Reply(record.replace(b"1022-DS02-4", found[1].encode()), content_type="text/xml")
        if found := re.fullmatch(r"nvs/collection/(\w{3})/current/(?:(\w+)/)?", path):
            name = f"nvs/{found[1]}_{found[2]}.jsonld" if found[2] else f"nvs/{found[1]}.jsonld"
            told = self.folder / name
            # The server takes the plus of "ld+json" as it stands, which argopy sends unescaped.
            kind = request.query.get("_mediatype", "").replace(" ", "+")
            known = told.is_file() and kind == "application/ld+json"
            return Reply(told.read_bytes(), content_type="application/ld+json") if known else None
        if path == "nvs/sparql":
            page = (self.folder / "nvs/sparql_sssom_R08_R23.srj.json").read_bytes()
            return Reply(page, content_type="text/html; charset=utf-8")
        if path == "nvs/sparql/sparql":
            return rdf.answer(self._vocabularies, request)
        if path == "edmo/sparql/sparql":
            return rdf.answer(self._organisations, request)
        if path.startswith("ddas/") and path.removeprefix("ddas/") in ORDERS:
            return self._order(path.removeprefix("ddas/"), request)
        return None

    def _xml(self, name: str) -> Reply:
        return Reply((self.folder / name).read_bytes(), content_type="text/xml")

    def _order(self, path: str, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(b'{"message": "Unauthenticated."}', 401, "application/json")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ORDERS[path]:
                info = zipfile.ZipInfo(Path(name).name, (2026, 1, 1, 0, 0, 0))
                archive.writestr(info, (self.folder / name).read_bytes())
        return Reply(made.getvalue(), content_type="application/zip")

    @cached_property
    def _organisations(self) -> ox.Store:
        record = etree.fromstring((self.folder / "cdi/cdiExample.xml").read_bytes())
        names = {
            each.get("codeListValue"): str(each.text) for each in record.iter("{*}SDN_EDMOCode")
        }
        quads = []
        for number, (code, name) in enumerate(sorted(names.items())):
            at = f"https://edmo.seadatanet.org/report/{code}"
            day = ox.Literal(
                f"2020-01-{number + 1:02d}",
                datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"),
            )
            quads += [
                rdf.triple(at, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
                           "http://www.w3.org/ns/org#Organization"),
                rdf.triple(at, "http://www.w3.org/ns/org#name", ox.Literal(name)),
                rdf.triple(at, "http://purl.org/dc/terms/modified", day),
            ]  # fmt: skip
        return rdf.store_of(quads)

    @cached_property
    def _vocabularies(self) -> ox.Store:
        graph = json.loads((self.folder / "nvs/R03.jsonld").read_text())["@graph"]
        quads = []
        for node in graph:
            same = node.get("owl:sameAs", [])
            for each in same if isinstance(same, list) else [same]:
                quads += _mapping(node["@id"], each["@id"])
        return rdf.store_of(quads)


def _mapping(argo: str, p01: str) -> list[ox.Quad]:
    """A mapping as the NVS writes it, and that its sides are members of their collections."""
    at = f"{argo}mapping/{p01.rstrip('/').rpartition('/')[2]}"
    return [
        rdf.triple(at, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{_SSSOM}Mapping"),
        rdf.triple(at, f"{_SSSOM}subject_id", argo),
        rdf.triple(at, f"{_SSSOM}predicate_id", "http://www.w3.org/2002/07/owl#sameAs"),
        rdf.triple(at, f"{_SSSOM}object_id", p01),
        rdf.triple(f"{_NVS}/R03/current/", f"{_SKOS}member", argo),
        rdf.triple(f"{_NVS}/P01/current/", f"{_SKOS}member", p01),
    ]


def provider(data: Path | None) -> Provider | None:
    """What was recorded, or nothing."""
    folder = data / "seadatanet" if data else None
    return SeaDataNet(folder) if folder and folder.is_dir() else None
