"""Blue-Cloud's own services: DD&AS over recorded records and our sample, Beacon nodes emulated.

Two records of DD&AS were recorded, its list never; of Beacon nothing was.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from tests.federation.beacon import Node
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "bluecloud"
SITE = "https://data.blue-cloud.org"
TOKEN = "token-of-bluecloud"
LOGIN = {"BLUECLOUD_BLUECLOUD_TOKEN": TOKEN}
_THERE = {"bbox": [-10.0, 35.0, 0.0, 45.0], "time": ["2020-01", "2020-01"]}
EXAMPLES: dict[str, dict[str, Any]] = {
    "bluecloud_collections": {"text": "Argo"},
    "beacon_wod": _THERE,
    "beacon_argo": _THERE,
    "beacon_cora_timeseries": _THERE,
    "beacon_emodnet_chemistry": _THERE,
}


def provider(data: Path | None) -> Provider:
    """The emulator, with the recorded records where there are such."""
    recorded = data / "bluecloud" if data else None
    return Bluecloud(recorded if recorded and recorded.is_dir() else None)


@dataclass(frozen=True)
class Bluecloud:
    """The services, each a folder."""

    recorded: Path | None

    @property
    def kind(self) -> Kind:
        """Derived where there are recordings."""
        return "derived" if self.recorded else "emulated"

    @cached_property
    def records(self) -> dict[str, bytes]:
        """The records, by their identifier."""
        paths = sorted(SAMPLE.glob("ddas/0*.json"))
        paths += sorted(self.recorded.glob("*.json")) if self.recorded else []
        return {json.loads(path.read_text())["Identifier"]: path.read_bytes() for path in paths}

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The Beacon nodes; only that of the World Ocean Database is open."""
        return {
            path.parent.name: Node(
                path.stem,
                pd.read_parquet(path),
                () if path.parent.name == "beaconwod" else (TOKEN,),
            )
            for path in SAMPLE.glob("beacon*/*.parquet")
        }

    def answer(self, request: Request) -> Reply | None:
        """What one of the services answers."""
        service, _, path = request.path.partition("/")
        if service in self.nodes:
            return self.nodes[service].answer(request, path)
        if service != "ddas":
            return None
        if path == "api/collections":
            # Every second address lacks its host, as has been seen.
            urls = [
                f"{SITE * (number % 2)}/api/collections/{each}"
                for number, each in enumerate(sorted(self.records))
            ]
            return Reply(json.dumps({"urls": urls}).encode(), content_type="application/json")
        found = self.records.get(path.removeprefix("api/collections/"))
        return Reply(found, content_type="application/json") if found else None
