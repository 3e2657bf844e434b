"""EMODnet's services: recorded documents as they are, features and cells worked out.

Meadows and wind farms are those recorded; no farm, depth, gauge or grid of EMODnet's is recorded,
so that farms, depths and gauges are our sample's, and a recorded grid of GEBCO stands in for the
bathymetry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from lxml import etree

from bluecloud_catalogs.readers import gml
from tests.federation.erddap import Erddap
from tests.federation.ogc import Csw, Wcs, Wfs
from tests.federation.replay import Replay, Replayed, replayed
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "emodnet"
BIOLOGY = "https://geo.vliz.be/geoserver/Emodnetbio"
RATIO = "Emodnetbio__ratio_large_to_small_19582016_L1_err"
GAUGES = "ERD_EP_TS_SLEV_NRT_60m"
EXAMPLES: dict[str, dict[str, Any]] = {
    "emodnet_zostera_marina": {"bbox": [-6.0, 30.0, 37.0, 46.0]},
    "emodnet_finfish_sites": {"bbox": [14.0, 35.5, 15.0, 36.5]},
    "emodnet_shellfish_sites": {"bbox": [14.0, 35.5, 15.0, 36.5]},
    "emodnet_windfarms": {"bbox": [-15.0, 48.0, 10.0, 62.0]},
    "emodnet_copepod_size_ratio": {"bbox": [-9.0, 45.0, -7.0, 46.0], "time": ["2016", "2016"]},
    "emodnet_bathymetry": {"stride": 4},
    "emodnet_depth": {"points": [[14.2, 35.7], [3.0, 55.0]]},
    "emodnet_bathymetry_layers": {"text": "depth"},
    "emodnet_sea_level": {"bbox": [-6.0, 47.0, -3.0, 50.0], "time": ["2026-01-01", "2026-01-02"]},
    "emodnet_catalogue": {},
}


@dataclass
class Emodnet:
    """All the services, each a folder."""

    replay: Replay
    services: Mapping[str, Provider]
    kind: Kind

    def answer(self, request: Request) -> Reply | None:
        """What was recorded, else what the data say."""
        if recorded := self.replay.answer(request):
            return self._at_home(recorded, request.address)
        service, _, path = request.path.partition("/")
        name = f"{service} {path}" if service in {"biology", "humanactivities"} else service
        if name not in self.services:
            return None
        inside = f"{request.address}/{service}"
        reply = self.services[name].answer(
            Request(request.method, path, request.raw_query, request.headers, request.body, inside)
        )
        return self._at_home(reply, request.address) if reply else None

    def _at_home(self, reply: Reply, address: str) -> Reply:
        """The answer with its links to where the service is: clients follow them."""
        here = f"{address}/biology".encode()
        return replace(reply, body=reply.body.replace(BIOLOGY.encode(), here))


@dataclass
class Depths:
    """The depth service, with a sea floor that slopes to the north."""

    kind: Kind = "emulated"

    def answer(self, request: Request) -> Reply | None:
        """The depth at a point or along a line; nothing north of 60."""
        numbers = [float(each) for each in re.findall(r"-?\d[\d.e+-]*", request.query["geom"])]
        if request.path == "depth_profile":
            latitudes = np.linspace(numbers[1], numbers[-1], 11)
            told: Any = [None if each > 60 else -each for each in latitudes]
        elif numbers[1] > 60:
            return Reply(b"", 204)
        else:
            told = {"min": -numbers[1] - 1, "max": -numbers[1] + 1, "avg": -numbers[1],
                    "stdev": 0.5, "smoothed": -numbers[1]}  # fmt: skip
        return Reply(json.dumps(told).encode(), content_type="application/json")


@dataclass
class Layers:
    """The map service, with our sample's layers."""

    kind: Kind = "emulated"

    def answer(self, request: Request) -> Reply | None:
        """Its description."""
        if request.path != "wms" or request.query.get("request") != "GetCapabilities":
            return None
        return Reply((SAMPLE / "layers.xml").read_bytes(), content_type="text/xml")


def provider(data: Path | None) -> Provider:
    """The recorded services with what is worked out, or the sample's."""
    recorded = data / "emodnet" if data and (data / "emodnet").is_dir() else None
    farms = {
        name: json.loads((SAMPLE / f"emodnet_{name}.json").read_text())["features"]
        for name in ("finfish", "shellfish", "windfarmspoly")
    }
    meadows = {"mediseh_zostera_m_pnt": of_gml([SAMPLE / "Emodnetbio_mediseh_zostera_m_pnt.gml"])}
    descriptions = {RATIO: (SAMPLE / RATIO / "description.xml").read_bytes()}
    capabilities, records, documents = b"", _sample_records(), {}
    grid_file = SAMPLE / "griddap" / "bathymetry_dtm_2024.nc"
    answers: Mapping[str, Replayed] = {}
    if recorded:
        windfarms = recorded / "tutorial" / "emodnet_windfarmspoly_filtered.json"
        farms["windfarmspoly"] = json.loads(windfarms.read_text())["features"]
        folder = recorded / "wfs_biology_recorded"
        listed = json.loads((folder / "index.json").read_text())
        here = [each for each in listed if (folder / each["file"]).is_file()]
        answers = {each["url"]: Replayed(folder / each["file"]) for each in here}
        meadows = _recorded_meadows(folder)
        documents = _documents(folder)
        capabilities = (recorded / "wcs" / "wcs_emodnetbio_GetCapabilities.xml").read_bytes()
        for path in sorted((recorded / "wcs").glob("wcs_emodnetbio_[29]*.xml")):
            name = re.search(r"CoverageId>([^<]+)<", path.read_text())
            assert name
            descriptions[name[1]] = path.read_bytes()
        records.append((recorded / "csw" / "EmodNET_Chemistry.xml").read_bytes())
        assert data
        gebco = data / "erddap" / "argopy_recorded" / "griddap_GEBCO_2020_1d161846.nc"
        grid_file = gebco if gebco.is_file() else grid_file
    with xr.open_dataset(grid_file, decode_times=False, mask_and_scale=False) as opened:
        grid = opened.load()
    return Emodnet(
        Replay(replayed(answers, {BIOLOGY: "biology"})),
        {
            "humanactivities wfs": Wfs(farms, "emodnet"),
            "biology wfs": Wfs(meadows, "geo.vliz.be/Emodnetbio", documents),
            "biology wcs": Wcs(capabilities, descriptions),
            "erddap": Erddap({}, {"bathymetry_dtm_2024": grid}),
            "physics": Erddap({GAUGES: _gauges()}, kind="emulated"),
            "bathymetry": Layers(),
            "depth": Depths(),
            "catalogue": Csw(records),
        },
        "derived" if recorded else "emulated",
    )


def of_gml(paths: list[Path]) -> list[dict[str, Any]]:
    """Features of recorded GML as GeoJSON, each once."""
    found = {}
    for path in paths:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(huge_tree=True))
        for each in gml.features(root, default_crs="urn:ogc:def:crs:EPSG::4326"):
            place = each.geometry.__geo_interface__
            properties = {"country": None, **each.properties}
            found[each.id] = {
                "type": "Feature",
                "id": each.id,
                "geometry": place,
                "properties": properties,
            }
    return list(found.values())


def _recorded_meadows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    layers = ("mediseh_zostera_m_pnt", "mediseh_cymodocea_pnt", "mediseh_posidonia_nodata")
    return {layer: of_gml(sorted(folder.glob(f"GetFeature_{layer}*.gml"))) for layer in layers}


def _documents(folder: Path) -> dict[str, bytes]:
    found = {"getcapabilities": (folder / "GetCapabilities_wfs-8af060.xml").read_bytes()}
    for path in folder.glob("DescribeFeatureType_*.xsd"):
        layer = path.stem.removeprefix("DescribeFeatureType_")
        found[f"describefeaturetype {layer}"] = path.read_bytes()
    return found


def _gauges() -> xr.Dataset:
    with xr.open_dataset(SAMPLE / "tabledap" / f"{GAUGES}.nc", decode_times=False) as opened:
        return opened.load()


def _sample_records() -> list[bytes]:
    root = etree.fromstring((SAMPLE / "records.xml").read_bytes())
    return [etree.tostring(each) for each in root.iter("{*}MD_Metadata")]
