"""What a product of Copernicus Marine holds, as a table: the datasets, versions and stores.

The names of the services are the client's own, so that what is found here can be asked for
there. A version that is not yet released, or retired, is listed and says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ..errors import NotFound, ParameterError
from .asked import Asked
from .base import Reading, SourceReader
from .cmems import Identifiers
from .cmems_stac import Product, Version, product, roots, versions

if TYPE_CHECKING:
    from ..places import File, Place

MOST_PRODUCTS = 20
COLUMNS = [
    "product", "dataset", "version", "part", "title", "variable", "standard_name", "units",
    "services", "start", "end", "bbox", "depth", "updated", "in_force", "doi",
]  # fmt: skip


class CmemsCatalogueRequest(Asked):
    """Which products, by their identifiers."""

    products: Annotated[Identifiers, Field(max_length=MOST_PRODUCTS)] | None = None


class CmemsCatalogue(SourceReader):
    """Lists the datasets of products, a row for each variable."""

    protocol = "Copernicus Marine STAC"
    makes = "pandas:DataFrame"
    request = CmemsCatalogueRequest

    def read(
        self, place: Place, options: object, request: CmemsCatalogueRequest, *, lazy: bool
    ) -> Reading:
        """Read the records of the products asked for."""
        import pandas as pd

        if request.products is None:
            raise ParameterError("which products? Give products, one or several identifiers")
        found, config = roots(place)
        files, rows = [config], []
        for name in request.products:
            read = listed(place, found, name)
            if not read:
                raise NotFound(f"no catalogue of Copernicus Marine has a product {name}")
            for record, product_file, items in read:
                files += [product_file, *(file for _, file in items)]
                for version, _ in items:
                    rows += _rows(record, version)
        table = pd.DataFrame(rows, columns=COLUMNS).drop_duplicates(
            ["dataset", "version", "part", "variable"], ignore_index=True
        )
        return Reading(table, len(table), files)


def listed(
    place: Place, found: list[str], name: str
) -> list[tuple[Product, File, list[tuple[Version, File]]]]:
    """A product's record and those of its datasets, of each catalogue that has it."""
    read = []
    for root in found:
        try:
            record, file = product(place, root, name)
        except NotFound:
            continue
        read.append((record, file, versions(place, root, name, record.items)))
    return read


def _rows(record: Product, version: Version) -> list[dict[str, object]]:
    dataset, label, part = version.name
    told = version.properties
    services = [*version.stores, *(["original-files"] if "native" in version.assets else [])]
    return [
        {
            "product": record.product,
            "dataset": dataset,
            "version": label,
            "part": part,
            "title": told.title,
            "variable": cube.name,
            "standard_name": cube.standard_name,
            "units": cube.unit,
            "services": ", ".join(services),
            "start": told.start,
            "end": told.end,
            "bbox": version.bbox,
            "depth": depths(version),
            "updated": told.updated,
            "in_force": version.is_in_force(datetime.now(UTC)),
            "doi": record.cited,
        }
        for cube in told.variables.values()
    ]


def depths(version: Version) -> tuple[float, float] | None:
    """The shallowest and the deepest level in metres, positive down; None without levels."""
    told = version.properties.dimensions.get("elevation")
    extent = told.get("extent") if told else None
    if not isinstance(extent, list) or len(extent) != 2:
        return None
    low, high = (float(each) for each in extent)
    return -high + 0.0, -low + 0.0
