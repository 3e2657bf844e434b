"""What is known of one thing that can be found: a collection, a granule, a product, a sample.

A record is what a STAC item holds, in the fields that are searched. A granule is an Argo
profile, a CDI record, a dataset of OBIS, a version of a CMEMS dataset or a sample of ENA: never
an occurrence or a scene, of which there are too many to keep. ``entry`` and ``request`` say how
it is read through the catalogue.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ..declarations import EntryName, Line, Slug

Level = Literal["collection", "granule", "product", "sample"]
Access = Literal["open", "login", "request", "private"]
Texts = tuple[str, ...]


class Asset(BaseModel):
    """A file or service that a record points to; ``size`` in bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    href: Line
    media_type: str | None = None
    role: Literal["data", "metadata", "thumbnail", "overview"] = "data"
    protocol: str | None = None
    size: Annotated[int, Field(ge=0)] | None = None


class Record(BaseModel):
    """One thing that can be found.

    Attributes
    ----------
    id
        ``<source>:<the provider's own identifier>``.
    p01, p02, cf
        Codes of the BODC vocabularies and CF standard names; ``native`` keeps the names that
        the provider uses.
    taxa
        AphiaIDs of WoRMS; ``taxon_names`` the names as the provider has them.
    bbox
        West, south, east, north in degrees; west above east crosses the antimeridian.
    time
        First and last moment, in UTC; None is an open end.
    depth
        Shallowest and deepest, in metres, positive down.
    entry, request
        The catalogue's entry that reads it, and with which parameters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*:\S+$")]
    source: Slug
    collection: Line
    level: Level
    title: Line
    description: str = ""
    keywords: Texts = ()
    p01: Texts = ()
    p02: Texts = ()
    cf: Texts = ()
    native: Texts = ()
    platform: str | None = None
    platform_code: str | None = None
    instruments: Texts = ()
    taxa: tuple[int, ...] = ()
    taxon_names: Texts = ()
    bbox: tuple[float, float, float, float] | None = None
    time: tuple[datetime | None, datetime | None] | None = None
    depth: tuple[float, float] | None = None
    provider: str | None = None
    doi: str | None = None
    licence: str | None = None
    citation: str | None = None
    access: Access = "open"
    entry: EntryName | None = None
    request: dict[str, Any] = {}
    assets: tuple[Asset, ...] = ()
    modified: datetime | None = None

    @field_validator("time", "modified", mode="after")
    @classmethod
    def _in_utc(cls, value: Any) -> Any:
        """Moments without a zone are UTC."""
        if isinstance(value, tuple):
            return tuple(cls._in_utc(each) for each in value)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return value

    @model_validator(mode="after")
    def _possible(self) -> Record:
        if not self.id.startswith(f"{self.source}:"):
            raise ValueError(f"the id of a record of {self.source} begins with {self.source}:")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
                raise ValueError("bbox is west, south, east, north, in -180..180 and -90..90")
        if self.time and self.time[0] and self.time[1] and self.time[0] > self.time[1]:
            raise ValueError("time begins after it ends")
        if self.depth is not None and self.depth[0] > self.depth[1]:
            raise ValueError("depth begins with the shallower")
        return self
