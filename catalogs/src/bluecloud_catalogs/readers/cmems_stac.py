"""What Copernicus Marine says of its datasets: the tree of STAC records that its store has.

``clientsConfigV1.json`` names the catalogues; a product's record names those of its datasets,
one for each version and part: ``<dataset>_<YYYYMM>[--ext--<part>]``. Of a dataset the newest
version that is released, not retired and not in preparation is used, as the provider's own
client does it. The names of the stores are crosswise: ``timeChunked`` has small chunks in
time, so it is the one for maps (arco-geo-series), and ``geoChunked`` that for series.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..answers import as_json
from ..errors import MalformedAnswer, NotFound, SourceError
from ..places import Ask

if TYPE_CHECKING:
    from ..places import File, Place

Series: TypeAlias = Literal["arco-geo-series", "arco-time-series"]
ASSETS: Mapping[Series, str] = {"arco-geo-series": "timeChunked", "arco-time-series": "geoChunked"}
CONFIG = "mdl-metadata/clientsConfigV1.json"
_ITEM_ID = re.compile(
    r"^(?P<dataset>.+?)(?:_(?P<version>\d{4}(?:0[1-9]|1[0-2])))?(?:--ext--(?P<part>.+))?$"
)
Model = TypeVar("Model", bound=BaseModel)


class Told(BaseModel):
    """The base of what is read of a record; what else it has is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Coordinates(Told):
    """An axis' values, or from where to where in which steps."""

    values: list[float | str] | None = None
    min: float | str | None = None
    max: float | str | None = None
    step: float | str | None = None


class Dimension(Told):
    """A dimension of a store."""

    length: int = Field(alias="len")
    chunk: int | dict[str, int | None] | None = Field(default=None, alias="chunkLen")
    units: str | None = None
    coords: Coordinates | None = None


class Asset(Told):
    """A store, or another form of a dataset."""

    href: str
    media_type: str | None = Field(default=None, alias="type")
    dimensions: dict[str, Dimension] | None = Field(default=None, alias="viewDims")


class Cube(Told):
    """A variable."""

    name: str = Field(alias="id")
    dimensions: list[str]
    standard_name: str | None = Field(default=None, alias="standardName")
    unit: str | None = None


class Properties(Told):
    """What is said of a dataset's version."""

    title: str | None = None
    start: datetime | None = Field(default=None, alias="start_datetime", strict=False)
    end: datetime | None = Field(default=None, alias="end_datetime", strict=False)
    variables: dict[str, Cube] = Field(alias="cube:variables")
    dimensions: dict[str, dict[str, Any]] = Field(default={}, alias="cube:dimensions")
    in_preparation: bool = Field(default=False, alias="admp_in_preparation")
    updated: datetime | None = Field(default=None, alias="admp_updated", strict=False)
    released: datetime | None = Field(default=None, alias="admp_released_date", strict=False)
    retired: datetime | None = Field(default=None, alias="admp_retired_date", strict=False)
    updating: datetime | None = Field(default=None, alias="admp_updating_start_date", strict=False)


class Version(Told):
    """A version of a dataset, or a part of one: an item of the tree."""

    item: str = Field(alias="id")
    product: str | None = Field(default=None, alias="collection")
    bbox: list[float] | None = None
    properties: Properties
    assets: dict[str, Asset]

    @property
    def name(self) -> tuple[str, str, str]:
        """Dataset, version and part, as the provider's client names them."""
        return split_item(self.item)

    @property
    def stores(self) -> dict[Series, Asset]:
        """Its Zarr stores; none while it is in preparation."""
        if self.properties.in_preparation:
            return {}
        return {
            series: self.assets[name]
            for series, name in ASSETS.items()
            if name in self.assets and "zarr" in (self.assets[name].media_type or "zarr")
        }

    def is_in_force(self, now: datetime) -> bool:
        """Whether it is released and not retired."""
        told = self.properties
        released = told.released is None or _utc(told.released) <= now
        return released and (told.retired is None or _utc(told.retired) > now)


class Link(Told):
    """A link of a record."""

    rel: str
    href: str
    title: str | None = None


class Product(Told):
    """A product: datasets that are described, documented and cited together."""

    product: str = Field(alias="id")
    title: str
    description: str | None = None
    keywords: list[str] = []
    links: list[Link]
    doi: str | None = Field(default=None, alias="sci:doi")
    providers: list[dict[str, Any]] = []

    @property
    def items(self) -> list[str]:
        """The paths of its datasets' records."""
        return [link.href for link in self.links if link.rel == "item"]

    @property
    def cited(self) -> str | None:
        """Its DOI, which some records have only as the link to cite."""
        if self.doi:
            return self.doi
        links = [link.href for link in self.links if link.rel == "cite-as"]
        return links[0].partition("doi.org/")[2] or None if links else None


@dataclass(frozen=True)
class Described:
    """A version of a dataset with the product it belongs to, and the records that say so."""

    version: Version
    product: Product
    files: Sequence[File]


def split_item(item: str) -> tuple[str, str, str]:
    """Dataset, version and part of an item's id; ``default`` where it names none."""
    found = _ITEM_ID.match(item)
    if found is None:
        return item, "default", "default"
    return found["dataset"], found["version"] or "default", found["part"] or "default"


def ask(address: str) -> Ask:
    """A request for what an answer points to; a sample has it below the address' path."""
    parts = urlsplit(address)
    # Records say :443 where it goes without saying, and sources are known without it.
    host = parts.netloc.removesuffix(":443") if parts.scheme == "https" else parts.netloc
    return Ask(f"{parts.scheme}://{host}{parts.path}", sample=parts.path.lstrip("/"))


def roots(place: Place) -> tuple[list[str], File]:
    """The roots of the catalogues, the first one first, and the configuration that names them.

    Raises
    ------
    MalformedAnswer
        If the configuration names none.
    """
    (file,) = place.fetch([CONFIG])
    told = as_json(file)
    try:
        return [str(each["stacRoot"]).rstrip("/") for each in told["catalogues"]], file
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{file.path}: it names no catalogues") from error


def product(place: Place, root: str, name: str) -> tuple[Product, File]:
    """A product's record in one of the catalogues."""
    (file,) = place.fetch([ask(f"{root}/{name}/product.stac.json")])
    return checked(Product, file), file


def versions(
    place: Place, root: str, name: str, paths: Sequence[str]
) -> list[tuple[Version, File]]:
    """The records of a product's datasets at these paths."""
    files = place.fetch([ask(f"{root}/{name}/{path}") for path in paths])
    return [(checked(Version, file), file) for file in files]


def describe(place: Place, name: str, dataset: str, *, now: datetime | None = None) -> Described:
    """The version of a dataset that is in force.

    Raises
    ------
    NotFound
        If no catalogue has the product, the product has not the dataset, or no version of it
        is in force: with what there is.
    MalformedAnswer
        If a record is not what the tree promises.
    """
    found, config = roots(place)
    faults: list[SourceError] = []
    offered: list[str] = []
    waiting: list[str] = []
    moment = now or datetime.now(UTC)
    files = [config]
    best: tuple[Version, Product] | None = None
    for root in found:
        try:
            record, product_file = product(place, root, name)
        except SourceError as fault:
            faults.append(fault)
            continue
        ids = {path: split_item(path.split("/")[0]) for path in record.items}
        offered += [each[0] for each in ids.values()]
        paths = [path for path, each in ids.items() if each[0] == dataset]
        read = versions(place, root, name, paths)
        # All of them, also those that were passed over: a snapshot has to choose again.
        files += [product_file, *(file for _, file in read)]
        for version, _ in read:
            if not version.is_in_force(moment) or not version.stores:
                waiting.append(version.name[1])
            elif best is None or _order(version) > _order(best[0]):
                best = version, record
    if best is not None:
        return Described(*best, files)
    if waiting:
        raise NotFound(
            f"{dataset}: none of its versions ({', '.join(sorted(set(waiting)))}) is released, in "
            "force and in a form that is read here"
        )
    if offered:
        raise NotFound(f"{name} has no dataset {dataset}: it has {', '.join(sorted(set(offered)))}")
    others = [fault for fault in faults if not isinstance(fault, NotFound)]
    raise (others or faults or [NotFound(f"no catalogue has a product {name}")])[0]


def checked(model: type[Model], file: File) -> Model:
    """A file's record.

    Raises
    ------
    MalformedAnswer
        Naming the field that is wrong.
    """
    try:
        return model.model_validate(as_json(file))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise MalformedAnswer(f"{file.path}: {where}: {first['msg']}") from error


def _order(version: Version) -> tuple[bool, str, bool, str]:
    """What is later is better: the version; of its parts the one without a name."""
    _, label, part = version.name
    return label != "default", label, part == "default", part


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
