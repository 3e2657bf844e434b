"""Make ``samples/eurobioimaging``: studies and images that never were, in the archives' layouts.

    python catalogs/samples/make_eurobioimaging.py [FOLDER]

The accessions, plates and paths exist, since a sample answers the same request as the provider;
what is said and shown under them does not, and says so. Images are drawn ellipses. Nothing is
compressed, so that every machine makes the same bytes.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent / "eurobioimaging"
STUDY = "S-BIAD628"
COMPONENTS = ("SYNTHETIC whole animals", "SYNTHETIC tentacles")
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/legalcode"
UUID = "f96eef49-2c7c-4689-a722-d1399fb72c3a"
PLATE = f"S-BIAD861/{UUID}/{UUID}.zarr"
IMAGE = "v0.5/idr0062A/6001240_labels.zarr"
STATIONS = [
    (number, f"SYNTHETIC_{number}", 36.0 + number, -9.5 + 0.8 * number, 2009 + number % 4)
    for number in range(1, 7)
]


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _pairs(**values: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", " "), "value": value} for name, value in values.items()]


def search() -> dict[str, Any]:
    """A page of studies."""
    hits = [
        {
            "accession": accession,
            "type": "study",
            "title": f"SYNTHETIC study of {what}",
            "author": "Nobody",
            "links": 0,
            "files": 3 + number,
            "release_date": f"202{number}-03-02",
            "views": 0,
            "isPublic": True,
            "content": f"{accession} SYNTHETIC study of {what} marine plankton",
        }
        for number, (accession, what) in enumerate(
            ((STUDY, "a sea anemone"), ("S-BIAD861", "microbial eukaryotes"), ("S-BIAD954", "fish"))
        )
    ]
    return {
        "page": 1,
        "pageSize": 100,
        "totalHits": len(hits),
        "isTotalHitsExact": True,
        "sortBy": "relevance",
        "sortOrder": "descending",
        "hits": hits,
    }


def study() -> dict[str, Any]:
    """The record of a study, with an empty object and a list in a list as there are."""
    organism = _pairs(Scientific_name="Nematostella vectensis", NCBI_taxon_ID="NCBI:txid45351")
    biosample = {
        "type": "Biosample",
        "attributes": _pairs(Title="SYNTHETIC polyps "),
        "subsections": [[{"type": "Organism", "attributes": organism}], {}],
    }
    acquisition = {
        "type": "Image acquisition",
        "attributes": _pairs(
            Title="drawn", Imaging_instrument="none", Imaging_method="light sheet microscopy"
        ),
    }
    components = [
        {
            "type": "Study Component",
            "attributes": _pairs(
                Name=name, Description="Drawn ellipses", File_List=f"files_{number}.json"
            ),
            "subsections": [
                {
                    "type": "Associations",
                    "attributes": _pairs(Biosample="SYNTHETIC polyps", Image_acquisition="drawn"),
                }
            ],
        }
        for number, name in enumerate(COMPONENTS, start=1)
    ]
    licence = {"name": "License", "value": "CC0", "valqual": [{"name": "URL", "value": CC0}]}
    return {
        "accno": STUDY,
        "attributes": _pairs(ReleaseDate="2023-03-02", AttachTo="BioImages"),
        "section": {
            "type": "Study",
            "attributes": [
                *_pairs(
                    Title="SYNTHETIC study of a sea anemone",
                    Description="Drawn shapes in the place of a marine animal",
                ),
                licence,
            ],
            "links": {},
            "subsections": [biosample, acquisition, *components],
        },
        "type": "submission",
    }


def info() -> dict[str, Any]:
    """What is said of a study's files; moments are milliseconds."""
    return {
        "files": 4,
        "httpLink": f"https://ftp.ebi.ac.uk/biostudies/fire/S-BIAD/628/{STUDY}",
        "isPublic": True,
        "released": 1677715200000,
        "modified": 1677715200000,
    }


def files(number: int) -> list[dict[str, Any]]:
    """A list of files of one component."""
    return [
        {
            "path": f"synthetic/component_{number}/animal_{each}.zarr.zip",
            "size": 1024 * each,
            "attributes": _pairs(Individual=str(each)),
            "type": "file",
        }
        for each in (1, 2)
    ]


def images() -> dict[str, Any]:
    """A page of image documents."""
    address = f"https://uk1s3.embassy.ebi.ac.uk/idr/zarr/{IMAGE}"
    representation = {
        "image_format": ".ome.zarr",
        "file_uri": [address],
        "total_size_in_bytes": 0,
        "size_x": 48,
        "size_y": 48,
        "size_z": 1,
        "size_c": 2,
        "size_t": 1,
        "voxel_physical_size_x": 5e-07,
        "voxel_physical_size_y": 5e-07,
        "voxel_physical_size_z": None,
    }
    document = {
        "uuid": "00000000-0000-4000-8000-000000000001",
        "creation_process": {
            "acquisition_process": [{"imaging_method_name": ["drawing"]}],
            "subject": {
                "sample_of": [
                    {"organism_classification": [{"scientific_name": "SYNTHETIC plankton"}]}
                ]
            },
        },
        "representation": [representation],
    }
    return {
        "hits": {"total": {"value": 1, "relation": "eq"}, "hits": [{"_source": document}]},
        "pagination": {"page": 1, "page_size": 50, "total_pages": 1},
    }


def plates() -> dict[str, Any]:
    """A page of plates."""
    return {
        "data": [{"@id": number, "Name": name} for number, name, *_ in STATIONS],
        "meta": {"offset": 0, "limit": 200, "maxLimit": 500, "totalCount": len(STATIONS)},
    }


def annotations() -> dict[str, Any]:
    """The map annotations of the plates."""
    return {
        "annotations": [
            {
                "id": 100 + number,
                "ns": "openmicroscopy.org/omero/bulk_annotations",
                "class": "MapAnnotationI",
                "link": {
                    "id": 200 + number,
                    "parent": {"id": number, "class": "PlateI", "name": name},
                },
                "values": [
                    ["HTM_SAMPLE_LABEL_aggregated", f"{name}--SRF--H5"],
                    ["HTM_STATION_LABEL", name],
                    ["EVENT_LATITUDE_Start", f"{latitude - 0.01:.4f}"],
                    ["EVENT_LONGITUDE_Start", f"{longitude:.4f}"],
                    ["EVENT_LATITUDE_End", f"{latitude:.4f}"],
                    ["EVENT_LONGITUDE_End", f"{longitude:.4f}"],
                    ["EVENT_DATETIME_End", f"{year}-0{number}-15T10:00"],
                    ["EVENT_DEPTH_Intended_(m)", "5"],
                    ["EVENT_DEVICE_LABEL", "SYNTHETIC net"],
                ],
            }
            for number, name, latitude, longitude, year in STATIONS
        ],
        "experimenters": [],
    }


def cells(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Ellipses on a plain ground: bright ones of 8 bits on a ground of 10."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    image = np.full(shape, 10, dtype=np.uint8)
    for number in range(3):
        middle = ((seed * 7 + number * 19) % shape[0], (seed * 11 + number * 23) % shape[1])
        radii = (3 + (seed + number) % 5, 5 + (seed + 2 * number) % 6)
        inside = ((rows - middle[0]) / radii[0]) ** 2 + ((columns - middle[1]) / radii[1]) ** 2 <= 1
        image[inside] = 120 + 40 * number
    return image


def multiscales(axes: list[dict[str, str]], size: float, levels: int) -> list[dict[str, Any]]:
    """What an image says of its levels."""
    datasets = []
    for level in range(levels):
        scale = [1.0] * (len(axes) - 2) + [size * 2**level] * 2
        transformation = {"type": "scale", "scale": scale}
        datasets.append({"path": str(level), "coordinateTransformations": [transformation]})
    return [{"axes": axes, "datasets": datasets}]


def plate() -> dict[str, bytes]:
    """A plate of one well and one field, in version 0.4."""
    space = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    axes = [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}, *space]
    words: dict[str, Mapping[str, Any]] = {
        "": {
            "plate": {
                "version": "0.4",
                "name": "SYNTHETIC",
                "rows": [{"name": "A"}],
                "columns": [{"name": "1"}],
                "wells": [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}],
            }
        },
        "A/1/": {"well": {"version": "0.4", "images": [{"path": "0"}]}},
        "A/1/0/": {
            "multiscales": [{**multiscales(axes, 0.25, 2)[0], "version": "0.4"}],
            "omero": {"channels": [{"label": "chloroplasts"}, {"label": "DNA"}]},
        },
    }
    made: dict[str, bytes] = {}
    for path in ("", "A/", "A/1/", "A/1/0/"):
        made[f"{path}.zgroup"] = _json({"zarr_format": 2})
    for path, content in words.items():
        made[f"{path}.zattrs"] = _json(content)
    for level, side in enumerate((64, 32)):
        made[f"A/1/0/{level}/.zarray"] = _json(
            {
                "zarr_format": 2,
                "shape": [1, 2, 1, side, side],
                "chunks": [1, 1, 1, side, side],
                "dtype": "|u1",
                "compressor": None,
                "filters": None,
                "fill_value": 0,
                "order": "C",
                "dimension_separator": "/",
            }
        )
        for channel in (0, 1):
            pixels = cells((64, 64), channel)[:: 2**level, :: 2**level]
            made[f"A/1/0/{level}/0/{channel}/0/0/0"] = pixels.tobytes()
    return {f"{PLATE}/{path}": content for path, content in made.items()}


def image() -> dict[str, bytes]:
    """An image of two channels, in version 0.5."""
    space = [{"name": name, "type": "space", "unit": "micrometer"} for name in "yx"]
    axes = [{"name": "c", "type": "channel"}, *space]
    ome = {"version": "0.5", "multiscales": multiscales(axes, 0.5, 2)}
    made = {
        "zarr.json": _json({"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}})
    }
    for level, side in enumerate((48, 24)):
        made[f"{level}/zarr.json"] = _json(
            {
                "zarr_format": 3,
                "node_type": "array",
                "shape": [2, side, side],
                "data_type": "uint16",
                "chunk_grid": {
                    "name": "regular",
                    "configuration": {"chunk_shape": [1, side, side]},
                },
                "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
                "fill_value": 0,
                "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
                "attributes": {},
            }
        )
        for channel in (0, 1):
            pixels = cells((48, 48), 2 + channel)[:: 2**level, :: 2**level]
            made[f"{level}/c/{channel}/0/0"] = pixels.astype("<u2").tobytes()
    return {f"{IMAGE}/{path}": content for path, content in made.items()}


def make(folder: Path) -> None:
    """Write all of them below a folder."""
    listed = "".join(
        f"idr0015/{name}.ome.zarr,{PLATE.rpartition('/')[0]},{number}\n"
        for number, name, *_ in STATIONS
    )
    made = {
        "biostudies/search_1.json": _json(search()),
        f"studies/{STUDY}.json": _json(study()),
        f"studies/{STUDY}_info.json": _json(info()),
        **{f"files/{STUDY}/files_{number}.json": _json(files(number)) for number in (1, 2)},
        "images/1.json": _json(images()),
        "idr/plates_1201_1.json": _json(plates()),
        "idr/annotations_1_1.json": _json(annotations()),
        "idr/idr0015.csv": listed.encode(),
        **{f"zarr/{path}": content for path, content in {**plate(), **image()}.items()},
    }
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
