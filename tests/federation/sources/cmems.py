"""Copernicus Marine: recorded records, and stores computed on their recorded grids.

Beside them the sample's tree is served, for the datasets of which there is no recording. A
file that is not there is answered as S3 does it. Names of hosts in records are the real ones;
``host`` replaces them, for a client that follows them itself.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.federation.arco import Arco
from tests.federation.server import Kind, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "cmems"
ABSENT = Reply(b"<Error><Code>NoSuchKey</Code></Error>", 404, "application/xml")
DENIED = Reply(b"<Error><Code>AccessDenied</Code></Error>", 403, "application/xml")
MERCATOR = "GLOBAL_ANALYSISFORECAST_PHY_001_024"
SHELF = "NWSHELF_MULTIYEAR_BGC_004_011"
CURRENTS = "cmems_mod_glo_phy-cur_anfc_0.083deg_P1D-m"
# Recordings of datasets by product and by the folder that their product names them with.
ITEMS = {
    (MERCATOR, f"{CURRENTS}_202211"): "WAW3_dataset_GLO_glo_phy_cur.json",
    (MERCATOR, f"{CURRENTS}_206011"): "WAW3_dataset_GLO_glo_phy_cur_new_version.json",
    (MERCATOR, "cmems_mod_glo_phy-so_anfc_0.083deg_P1D-m_202211"): (
        "WAW3_dataset_GLO_glo_phy_so.json"
    ),
    (MERCATOR, "cmems_obs-oc_glo_bgc-plankton_my_l3-olci-300m_P1D_202211"): (
        "WAW3_dataset_in_prep.json"
    ),
    (
        SHELF,
        "cmems_mod_nws_bgc-chl_my_7km-3D_P1M-m_202012",
    ): "WAW3_dataset_NWSHELF_P1M_m_202012.json",
    (SHELF, "dataset_w_errors_202012"): "WAW3_dataset_with_errors.json",
    (f"{MERCATOR}_OTHER", f"{CURRENTS}_other_202211"): "WAW3_dataset_GLO_glo_phy_cur_other.json",
    ("PRODUCT_W_ERRORS", "irrelevant_dataset_202012"): "WAW3_dataset_irrelevant.json",
}
EXAMPLES = {
    "cmems_currents_daily": {"bbox": [2, 39, 4, 40], "time": "2024-01-02", "depth": [0, 1]},
    "cmems_sst_daily": {"time": "2024-01-02"},
    "cmems_temperature_daily": {"time": "2024-01-02", "depth": [0, 10]},
    "cmems_salinity_daily": {"time": "2024-01-02", "depth": [0, 10]},
    "cmems_chlorophyll_nws_monthly": {"time": "2024-01", "depth": [0, 10]},
    "cmems_biogeochemistry_daily": {"variables": ["o2"], "time": "2024-01-02"},
    "cmems_waves": {"variables": ["VHM0"], "time": "2024-01-01"},
    "cmems_dataset": {"time": "2024-01-02", "depth": [0, 10]},
    "cmems_catalogue": {"products": [MERCATOR]},
}


@dataclass
class Cmems:
    """The two object stores, each below its name."""

    recordings: Path | None
    host: str | None = None
    hides: bool = False  # answer 403 for what is not there, as S3 does where listing is denied
    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, name in ITEMS.items() if self.recordings else ():
            self.items[place] = json.loads(self._recorded(name))

    @property
    def kind(self) -> Kind:
        """Records are recorded, values never."""
        return "derived" if self.recordings else "emulated"

    def answer(self, request: Request) -> Reply:
        """A file of one of the stores."""
        store, _, path = request.path.partition("/")
        if self.host:
            store, path = "waw3", request.path
        found = self._file(path) if store == "waw3" else self._second(path)
        if found is None:
            return DENIED if self.hides else ABSENT
        if self.host and path.endswith(".json"):
            found = re.sub(rb"https://s3\.waw[34]-1\.cloudferro\.com", self.host.encode(), found)
        kind = "application/json" if path.endswith(".json") else "application/octet-stream"
        return Reply(found, content_type=kind)

    def _recorded(self, name: str) -> bytes:
        assert self.recordings is not None
        return (self.recordings / name).read_bytes()

    def _second(self, path: str) -> bytes | None:
        """The other store, whose recorded catalogue is empty."""
        if path == "mdl-metadata/metadata/catalog.stac.json" and self.recordings:
            return self._recorded("WAW4_catalog.json")
        return None

    def _file(self, path: str) -> bytes | None:
        if self.recordings:
            if path == "mdl-metadata/clientsConfigV1.json":
                return self._recorded("WAW3_marine_datastore_config.json")
            if path == "mdl-metadata/metadata/catalog.stac.json":
                return self._recorded("WAW3_catalog.json")
            if path.endswith("/PRODUCT_W_ERRORS/product.stac.json"):
                return self._recorded("WAW3_product_with_errors.json")
            found = self._computed(path)
            if found is not None or "zarr" in path:
                return found if found is not None else self._sample(path)
        return self._sample(path)

    def _computed(self, path: str) -> bytes | None:
        """What comes of recorded items: themselves, their products, their stores."""
        parts = path.split("/")
        if parts[:2] == ["mdl-metadata", "metadata"] and parts[-1] == "dataset.stac.json":
            item = self.items.get((parts[2], parts[3]))
            return json.dumps(item).encode() if item else None
        if parts[:2] == ["mdl-metadata", "metadata"] and parts[-1] == "product.stac.json":
            return self._product(parts[2])
        if parts[-1] == "dataset_product_id_mapping.json":
            return self._mapping()
        if len(parts) > 5 and parts[1] == "arco" and parts[4].endswith(".zarr"):
            item = self.items.get((parts[2], parts[3]))
            asset = parts[4].removesuffix(".zarr")
            return Arco(item).answer(asset, "/".join(parts[5:])) if item else None
        return None

    def _product(self, name: str) -> bytes | None:
        """The sample's record of a product, with the recorded datasets among its links."""
        recorded = [item for product, item in self.items if product == name]
        sample = self._sample(f"mdl-metadata/metadata/{name}/product.stac.json")
        if sample is None and not recorded:
            return None
        record = json.loads(
            sample or self._sample(f"mdl-metadata/metadata/{SHELF}/product.stac.json") or b""
        )
        if sample is None:
            record |= {"id": name, "links": []}
        record["links"] += [
            {"rel": "item", "href": f"{item}/dataset.stac.json", "type": "application/json"}
            for item in recorded
        ]
        return json.dumps(record).encode()

    def _mapping(self) -> bytes:
        mapping = json.loads(self._sample("mdl-metadata/dataset_product_id_mapping.json") or b"")
        for product, item in self.items:
            mapping[item.rpartition("_")[0]] = product
        return json.dumps(mapping).encode()

    def _sample(self, path: str) -> bytes | None:
        found = SAMPLE / path
        return found.read_bytes() if ".." not in path and found.is_file() else None


def provider(data: Path | None) -> Cmems:
    """The stores, on recorded records where there are such."""
    folder = data / "cmems" / "stac-json" if data else None
    return Cmems(folder if folder and folder.is_dir() else None)
