"""Make ``samples/dias``: scenes that no satellite took, in the answers of the archives.

    python catalogs/samples/make_dias.py [FOLDER]

Names begin with SYNTHETIC. The scenes lie in the western Mediterranean in January 2024; the
index is a formula on a few cells.
"""

import json
import sys
from pathlib import Path

import netCDF4
import numpy as np

FOLDER = Path(__file__).parent / "dias"
KINDS = (
    ("SENTINEL-1", "IW_GRDH_1S", None),
    ("SENTINEL-2", "S2MSI2A", 12.5),
    ("SENTINEL-3", "OL_2_WFR___", None),
)
COLLECTION = "https://stac.dataspace.copernicus.eu/v1/collections/sentinel-2-l2a"
TERMS = "Copernicus_Sentinel_License"


def square(number: int) -> dict[str, object]:
    """A footprint of one degree, each further to the east."""
    west, south = 1.5 + 0.5 * number, 39.25
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def dates(number: int) -> tuple[str, str]:
    """When a scene begins and ends."""
    day = 3 + 5 * number
    return f"2024-01-{day:02d}T10:30:00.000000Z", f"2024-01-{day:02d}T10:30:25.000000Z"


def products() -> dict[str, object]:
    """The answer of OData: three scenes of each kind."""
    values = []
    for collection, kind, cloud in KINDS:
        for number in range(3):
            start, end = dates(number)
            facts = {"productType": kind, "platformShortName": collection}
            attributes = [
                {"Name": name, "Value": value, "ValueType": "String"}
                for name, value in facts.items()
            ]
            if cloud is not None:
                told = cloud * (number + 1)
                attributes.append({"Name": "cloudCover", "Value": told, "ValueType": "Double"})
            name = f"SYNTHETIC_{collection}_{kind}_{number}"
            values.append(
                {
                    "Id": f"00000000-0000-0000-0000-{len(values):012d}",
                    "Name": name,
                    "ContentLength": 1_000_000 * (number + 1),
                    "PublicationDate": end,
                    "Online": True,
                    "S3Path": f"/eodata/synthetic/{name}",
                    "ContentDate": {"Start": start, "End": end},
                    "GeoFootprint": square(number),
                    "Attributes": attributes,
                }
            )
    return {"@odata.context": "$metadata#Products(Attributes())", "value": values}


def items() -> dict[str, object]:
    """The answer of a STAC search."""
    features = []
    for number in range(3):
        start, end = dates(number)
        footprint = square(number)
        corners = np.array(footprint["coordinates"][0])  # type: ignore[index]
        features.append(
            {
                "type": "Feature",
                "stac_version": "1.1.0",
                "id": f"SYNTHETIC_S2_{number}",
                "collection": "sentinel-2-l2a",
                "geometry": footprint,
                "bbox": [*corners.min(axis=0).tolist(), *corners.max(axis=0).tolist()],
                "properties": {
                    "datetime": start,
                    "start_datetime": start,
                    "end_datetime": end,
                    "eo:cloud_cover": 12.5 * (number + 1),
                    "platform": "synthetic",
                },
                "links": [{"rel": "collection", "href": COLLECTION, "type": "application/json"}],
                "assets": {},
            }
        )
    return {"type": "FeatureCollection", "features": features, "links": []}


def hda_products() -> dict[str, object]:
    """The answer of a search at WEkEO."""
    features = []
    for number in range(3):
        start, end = dates(number)
        features.append(
            {
                "id": f"SYNTHETIC_OL_2_WFR_{number}",
                "geometry": square(number),
                "properties": {
                    "size": 1_000_000,
                    "location": f"synthetic/{number}",
                    "startdate": start,
                    "enddate": end,
                },
            }
        )
    told = {"totalResults": 3, "startIndex": 0, "itemsPerPage": 100}
    return {"type": "FeatureCollection", "properties": told, "features": features}


def hda_datasets() -> dict[str, object]:
    """The list of WEkEO's datasets."""
    features = [
        {
            "dataset_id": "EO:EUM:DAT:SENTINEL-3:OL_2_WFR___",
            "title": "SYNTHETIC entry of the list: OLCI water quality",
            "abstract": "Made up for tests.",
            "terms": [TERMS],
        },
        {
            "dataset_id": "EO:MO:DAT:SYNTHETIC_PRODUCT",
            "title": "SYNTHETIC entry of the list",
            "abstract": "Made up for tests.",
            "terms": ["EUMETSAT_Core_Products_Licence"],
        },
    ]
    told = {"totalResults": len(features), "startIndex": 0, "itemsPerPage": 100}
    return {"type": "FeatureCollection", "properties": told, "features": features}


def index(path: Path) -> None:
    """The result of a job, in the dimensions that the back-end writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.title = "SYNTHETIC, NOT OBSERVED"
        for name, values, units in (
            ("t", np.array([0.0, 5.0, 10.0]), "days since 2024-06-03"),
            ("y", 39.0 + 0.01 * np.arange(6), "degrees_north"),
            ("x", 2.0 + 0.01 * np.arange(8), "degrees_east"),
        ):
            file.createDimension(name, values.size)
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = values
        made = file.createVariable("var", "f4", ("t", "y", "x"))
        step, row, column = np.indices((3, 6, 8))
        made[:] = 0.1 * step + 0.02 * row - 0.01 * column


def make(folder: Path) -> None:
    """Write all answers."""
    for path, content in (
        ("cdse/Products.json", products()),
        ("stac/search.json", items()),
        ("hda/datasets.json", hda_datasets()),
        ("hda/EO.EUM.DAT.SENTINEL-3.OL_2_WFR___.json", hda_products()),
    ):
        whole = folder / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    index(folder / "openeo" / "result.nc")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
