"""Make ``samples/cmems``: a Copernicus Marine that never was, in the layout of the real store.

    python catalogs/samples/make_cmems.py [FOLDER]

Records and stores have the provider's identifiers, names and units, so that an entry finds
what it looks for; every title says what the values are: a seasonal and spatial pattern from a
formula. Stores are Zarr 2 without compression, of which every machine makes the same bytes.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "cmems"
HOST = "https://s3.waw3-1.cloudferro.com"
MADE = "2026-01-01T00:00:00Z"
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
FILL = 9.969209968386869e36
NOTE = "SYNTHETIC, NOT OBSERVED"


@dataclass(frozen=True)
class Variable:
    """A variable: its names and unit, and the mean and spread of what is made up."""

    name: str
    standard_name: str
    units: str
    mean: float
    spread: float


@dataclass(frozen=True)
class Dataset:
    """A dataset: where it is in the catalogue, and its grid."""

    product: str
    doi: str
    name: str
    version: str
    title: str
    variables: tuple[Variable, ...]
    south_west: tuple[float, float] = (39.0, 2.0)
    step: float = 0.25
    elevation: tuple[float, ...] = ()
    hours: float = 24.0

    @property
    def item(self) -> str:
        """The item's id."""
        return f"{self.name}_{self.version}"

    @property
    def axes(self) -> dict[str, np.ndarray]:
        """The values of the axes, time in seconds since 1970."""
        first = int(FIRST.timestamp())
        time = first + np.arange(4, dtype="i8") * int(self.hours * 3600)
        south, west = self.south_west
        found = {"time": time}
        if self.elevation:
            found["elevation"] = np.array(self.elevation, dtype="f4")
        found["latitude"] = (south + self.step * np.arange(8)).astype("f4")
        found["longitude"] = (west + self.step * np.arange(10)).astype("f4")
        return found


_MERCATOR = "GLOBAL_ANALYSISFORECAST_PHY_001_024"
_LEVELS = (-109.72930145263672, -47.37369155883789, -9.572997093200684, -0.49402499198913574)
DATASETS = (
    Dataset(
        "SST_GLO_SST_L4_NRT_OBSERVATIONS_010_001", "10.48670/moi-00165",
        "METOFFICE-GLO-SST-L4-NRT-OBS-SST-V2", "200001", "daily sea-surface temperature",
        (Variable("analysed_sst", "sea_surface_foundation_temperature", "kelvin", 287.0, 2.0),),
    ),
    Dataset(
        _MERCATOR, "10.48670/moi-00016",
        "cmems_mod_glo_phy-thetao_anfc_0.083deg_P1D-m", "202406", "daily mean temperature",
        (Variable("thetao", "sea_water_potential_temperature", "degrees_C", 14.0, 2.0),),
        elevation=_LEVELS,
    ),
    Dataset(
        _MERCATOR, "10.48670/moi-00016",
        "cmems_mod_glo_phy-so_anfc_0.083deg_P1D-m", "202406", "daily mean salinity",
        (Variable("so", "sea_water_salinity", "1e-3", 38.0, 0.5),),
        elevation=_LEVELS,
    ),
    Dataset(
        _MERCATOR, "10.48670/moi-00016",
        "cmems_mod_glo_phy-cur_anfc_0.083deg_P1D-m", "202101", "daily mean currents",
        (
            Variable("uo", "eastward_sea_water_velocity", "m s-1", 0.0, 0.3),
            Variable("vo", "northward_sea_water_velocity", "m s-1", 0.05, 0.2),
        ),
        elevation=_LEVELS,
    ),
    Dataset(
        "NWSHELF_MULTIYEAR_BGC_004_011", "10.48670/moi-00058",
        "cmems_mod_nws_bgc-chl_my_7km-3D_P1M-m", "202001", "monthly mean chlorophyll",
        (
            Variable(
                "chl", "mass_concentration_of_chlorophyll_a_in_sea_water", "mg m-3", 1.0, 0.8
            ),
        ),
        south_west=(50.0, -10.0), elevation=(-50.0, -10.0, -3.0, 0.0), hours=24 * 31,
    ),
    Dataset(
        "GLOBAL_MULTIYEAR_BGC_001_029", "10.48670/moi-00019",
        "cmems_mod_glo_bgc_my_0.25deg_P1D-m", "202301", "daily mean biogeochemistry",
        (
            Variable(
                "chl", "mass_concentration_of_chlorophyll_a_in_sea_water", "mg m-3", 0.6, 0.4
            ),
            Variable("no3", "mole_concentration_of_nitrate_in_sea_water", "mmol m-3", 3.0, 2.0),
            Variable(
                "o2", "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water",
                "mmol m-3", 240.0, 10.0,
            ),
            Variable("po4", "mole_concentration_of_phosphate_in_sea_water", "mmol m-3", 0.2, 0.1),
        ),
        elevation=_LEVELS,
    ),
    Dataset(
        "GLOBAL_ANALYSISFORECAST_WAV_001_027", "10.48670/moi-00017",
        "cmems_mod_glo_wav_anfc_0.083deg_PT3H-i", "202301", "3-hourly waves",
        (
            Variable("VHM0", "sea_surface_wave_significant_height", "m", 1.5, 1.0),
            Variable("VMDR", "sea_surface_wave_from_direction", "degree", 180.0, 90.0),
        ),
        hours=3.0,
    ),
)  # fmt: skip


def values(dataset: Dataset, variable: Variable) -> np.ndarray:
    """A pattern on the grid; one corner is land."""
    shape = [axis.size for axis in dataset.axes.values()]
    places = np.indices(shape)
    pattern = np.zeros(shape)
    for number, place in enumerate(places):
        pattern += (place % 4 - 1.5) / 1.5 / 2.0**number
    made = (variable.mean + variable.spread * pattern / 2).round(3).astype("f4")
    made[..., :2, :2] = np.float32(FILL)
    return made


def store(folder: Path, dataset: Dataset, chunks: dict[str, int]) -> None:
    """Write a Zarr 2 store with consolidated metadata and raw chunks."""
    axes = dataset.axes
    metadata: dict[str, dict[str, object]] = {
        ".zgroup": {"zarr_format": 2},
        ".zattrs": {"title": f"{NOTE}: {dataset.title}", "Conventions": "CF-1.8"},
    }
    written: dict[str, bytes] = {}
    named = {
        "time": {"standard_name": "time", "units": "seconds since 1970-01-01", "axis": "T"},
        "elevation": {"units": "m", "positive": "up", "axis": "Z"},
        "latitude": {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
        "longitude": {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
    }
    for name, axis in axes.items():
        metadata[f"{name}/.zarray"] = _array(axis.shape, axis.shape, axis.dtype, None)
        metadata[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": [name], **named[name]}
        written[f"{name}/0"] = axis.tobytes()
    lengths = [min(chunks[name], axis.size) for name, axis in axes.items()]
    for variable in dataset.variables:
        data = values(dataset, variable)
        metadata[f"{variable.name}/.zarray"] = _array(data.shape, lengths, data.dtype, FILL)
        metadata[f"{variable.name}/.zattrs"] = {
            "_ARRAY_DIMENSIONS": list(axes),
            "standard_name": variable.standard_name,
            "units": variable.units,
        }
        written |= _chunks(variable.name, data, lengths)
    for key in (".zgroup", ".zattrs"):
        written[key] = json.dumps(metadata[key]).encode()
    told = {"zarr_consolidated_format": 1, "metadata": metadata}
    written[".zmetadata"] = json.dumps(told, separators=(",", ":")).encode()
    for key, content in written.items():
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _array(
    shape: Sequence[int], chunks: Sequence[int], dtype: np.dtype, fill: float | None
) -> dict[str, object]:
    return {
        "zarr_format": 2, "shape": list(shape), "chunks": list(chunks), "dtype": dtype.str,
        "compressor": None, "fill_value": fill, "filters": None, "order": "C",
    }  # fmt: skip


def _chunks(name: str, data: np.ndarray, lengths: list[int]) -> dict[str, bytes]:
    counts = [-(-size // length) for size, length in zip(data.shape, lengths, strict=True)]
    found = {}
    for place in np.ndindex(*counts):
        corner = [number * length for number, length in zip(place, lengths, strict=True)]
        cut = tuple(slice(at, at + length) for at, length in zip(corner, lengths, strict=True))
        whole = np.full(lengths, FILL, dtype=data.dtype)
        part = data[cut]
        whole[tuple(slice(0, size) for size in part.shape)] = part
        found[f"{name}/{'.'.join(map(str, place))}"] = whole.tobytes()
    return found


def item(dataset: Dataset) -> dict[str, object]:
    """The STAC item of a dataset."""
    axes, base = dataset.axes, f"arco/{dataset.product}/{dataset.item}"
    bbox = [float(axes[name][end]) for end in (0, -1) for name in ("longitude", "latitude")]
    ends = [FIRST + timedelta(hours=dataset.hours) * number for number in (0, 3)]
    start, end = (moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in ends)
    dimensions: dict[str, object] = {"time": {"type": "temporal", "extent": [start, end]}}
    for name, letter in (("elevation", "z"), ("latitude", "y"), ("longitude", "x")):
        if name in axes:
            extent = [float(axes[name].min()), float(axes[name].max())]
            dimensions[name] = {"type": "spatial", "axis": letter, "extent": extent}
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": dataset.item,
        "collection": dataset.product, "bbox": bbox, "links": [],
        "geometry": {
            "type": "Polygon",
            "coordinates": [[
                [bbox[0], bbox[1]], [bbox[2], bbox[1]], [bbox[2], bbox[3]],
                [bbox[0], bbox[3]], [bbox[0], bbox[1]],
            ]],
        },
        "properties": {
            "title": f"{NOTE}: {dataset.title}", "datetime": None,
            "start_datetime": start, "end_datetime": end,
            "admp_in_preparation": False, "admp_updated": MADE, "admp_released_date": MADE,
            "admp_retired_date": None, "cube:dimensions": dimensions,
            "cube:variables": {
                each.name: {
                    "id": each.name, "type": "data", "dimensions": list(axes),
                    "standardName": each.standard_name, "unit": each.units,
                }
                for each in dataset.variables
            },
        },
        "assets": {
            name: {
                "id": name, "type": "application/vnd+zarr", "roles": ["data"],
                "href": f"{HOST}/{bucket}/{base}/{name}.zarr",
                "viewDims": _view(dataset, chunks),
            }
            for name, bucket, chunks in _FORMS
        },
    }  # fmt: skip


# Crosswise, as the provider has it: the store for maps is chunked in time.
_FORMS = (
    (
        "timeChunked", "mdl-arco-time-000",
        {"time": 1, "elevation": 4, "latitude": 8, "longitude": 10},
    ),
    (
        "geoChunked", "mdl-arco-geo-000",
        {"time": 4, "elevation": 4, "latitude": 4, "longitude": 5},
    ),
)  # fmt: skip


def _view(dataset: Dataset, chunks: dict[str, int]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, axis in dataset.axes.items():
        told = axis * 1000 if name == "time" else axis
        found[name] = {
            "len": axis.size,
            "chunkLen": {each.name: min(chunks[name], axis.size) for each in dataset.variables},
            "units": "milliseconds since 1970-01-01" if name == "time" else "degrees",
            "coords": {"type": "explicit", "values": told.tolist()},
        }
    return found


def product(name: str, datasets: list[Dataset]) -> dict[str, object]:
    """The STAC collection of a product."""
    return {
        "type": "Collection", "stac_version": "1.0.0", "id": name,
        "title": f"{NOTE}: {name}",
        "description": "A product of no Copernicus Marine, in its layout.",
        "license": "proprietary", "keywords": ["synthetic"], "sci:doi": datasets[0].doi,
        "providers": [{"name": "Blue-Cloud VRE", "roles": ["producer"]}],
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2024-01-01T00:00:00Z", None]]},
        },
        "links": [
            {"rel": "item", "href": f"{each.item}/dataset.stac.json", "title": each.item,
             "type": "application/json"}
            for each in datasets
        ],
    }  # fmt: skip


def make(folder: Path) -> None:
    """Write the whole tree."""
    root = folder / "mdl-metadata"
    metadata = root / "metadata"
    products: dict[str, list[Dataset]] = {}
    for dataset in DATASETS:
        products.setdefault(dataset.product, []).append(dataset)
        path = metadata / dataset.product / dataset.item / "dataset.stac.json"
        _json(path, item(dataset))
        for name, bucket, chunks in _FORMS:
            where = folder / bucket / "arco" / dataset.product / dataset.item / f"{name}.zarr"
            store(where, dataset, chunks)
    for name, datasets in products.items():
        _json(metadata / name / "product.stac.json", product(name, datasets))
    children = [
        {"rel": "child", "href": f"{name}/product.stac.json", "title": name} for name in products
    ]
    catalogue = {
        "type": "Catalog", "stac_version": "1.0.0", "id": "MDS", "title": NOTE,
        "description": NOTE, "links": children,
    }  # fmt: skip
    _json(metadata / "catalog.stac.json", catalogue)
    mapping = {dataset.name: dataset.product for dataset in DATASETS}
    _json(root / "dataset_product_id_mapping.json", mapping)
    config = {
        "clientVersions": dict.fromkeys(
            ("mds", "mds/serverlessNative", "mds/serverlessArco", "mds/serverlessArco/meta"),
            ">=1.2.2",
        ),
        "catalogues": [
            {
                "stac": f"{HOST}/mdl-metadata/metadata/catalog.stac.json",
                "stacRoot": f"{HOST}/mdl-metadata/metadata/",
                "idMapping": f"{HOST}/mdl-metadata/dataset_product_id_mapping.json",
            }
        ],
    }
    _json(root / "clientsConfigV1.json", config)


def _json(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
