"""What the ICOS Carbon Portal says of a data object: columns, units, station, rights.

Descriptions have changed over the years: older ones lack the formats of columns, newer ones call
the coverage otherwise. So only what is needed for a purpose is required for it. The binary
download needs formats; the download of CSV does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import Service
from ..errors import MalformedAnswer
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

ObjectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{24}$")]
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "°": "degree",
        "°C": "degree_Celsius",
        "µatm": "uatm",
        "µmol/mol": "umol mol-1",
        "µmol mol-1": "umol mol-1",
        "psu": "1",
        "hPa": "hPa",
        "km": "km",
        "m": "m",
    }
)
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "timeStamp": "time",
        "longitude": "longitude",
        "latitude": "latitude",
        "waterTempCelcius": "sea_water_temperature",
        "salinity": "sea_water_practical_salinity",
        "airPressure": "air_pressure",
        "co2FugacityWater": "fugacity_of_carbon_dioxide_in_sea_water",
        "co2PartPressWaterSST": "surface_partial_pressure_of_carbon_dioxide_in_sea_water",
        "co2PartPressAir": "surface_partial_pressure_of_carbon_dioxide_in_air",
    }
)
_FLAG = "integerQualityFlag"
FLAG_SUFFIX = " QC Flag"


@dataclass(frozen=True)
class Column:
    """A column of an object's table; ``format`` is empty where it is not told."""

    label: str
    kind: str
    unit: str
    quantity: str
    format: str

    @property
    def is_flag(self) -> bool:
        """Whether it holds the flags of the column that its label begins with."""
        return self.kind == _FLAG and self.label.endswith(FLAG_SUFFIX)

    @property
    def standard_name(self) -> str:
        """The CF name of what it holds; empty where there is none that says the same."""
        return _NAMES.get(self.kind, "")

    @property
    def units(self) -> str:
        """Its unit as UDUNITS writes it."""
        if self.kind in {"longitude", "latitude"}:
            return "degrees_east" if self.kind == "longitude" else "degrees_north"
        return UNITS.get(self.unit, self.unit)


@dataclass(frozen=True)
class DataObject:
    """What is known of an object."""

    id: str
    file_name: str
    rows: int | None
    size: int
    columns: tuple[Column, ...]
    format: str
    about: Mapping[str, str]


class IcosMetaOptions(BaseModel):
    """Which service has descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service


class IcosMetaRequest(Asked):
    """Which object, by the 24 characters at the end of its PID."""

    object: ObjectId


class IcosMeta(SourceReader):
    """Reads the columns of an object; what else is said of it is in the attrs."""

    protocol = "ICOS object metadata (JSON)"
    makes = "pandas:DataFrame"
    options = IcosMetaOptions
    request = IcosMetaRequest

    def read(
        self, place: Place, options: IcosMetaOptions, request: IcosMetaRequest, *, lazy: bool
    ) -> Reading:
        """Read the description asked for; licence and citation are the object's own."""
        file, told = described(place, options.service, request.object)
        table = columns_table(told)
        table.attrs.update(told.about)
        notes = {} if place.tier == "sample" else rights(told)
        return Reading(table, count=len(table), files=[file], notes=notes)


def described(place: Place, service: str, object_id: str) -> tuple[File, DataObject]:
    """An object's description, and the file it came in."""
    ask = Ask(
        f"objects/{object_id}",
        service,
        headers={"Accept": "application/json"},
        sample=f"objects/{object_id}.json",
    )
    file = place.fetch([ask])[0]
    return file, object_of(file)


def object_of(file: File) -> DataObject:
    """The description of a file.

    Raises
    ------
    MalformedAnswer
        If it is none of a data object.
    """
    told = as_json(file)
    try:
        specific = told.get("specificInfo", {})
        columns = tuple(_column(each) for each in specific.get("columns", ()))
        return DataObject(
            id=str(told["hash"])[:24],
            file_name=told["fileName"],
            rows=specific.get("nRows"),
            size=int(told["size"]),
            columns=columns,
            format=_last(told["specification"].get("format")),
            about=_about(told),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"{file.path}: it describes no data object: {error!r}") from error


def columns_table(told: DataObject) -> pd.DataFrame:
    """The columns of an object as rows."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "label": each.label,
                "standard_name": each.standard_name,
                "units": each.units,
                "quantity": each.quantity,
                "kind": each.kind,
                "format": each.format,
            }
            for each in told.columns
        ],
        columns=["label", "standard_name", "units", "quantity", "kind", "format"],
    )


def rights(told: DataObject) -> dict[str, str]:
    """Licence and citation of an object, as far as it states them."""
    return {name: told.about[name] for name in ("licence", "citation") if told.about.get(name)}


def _column(told: Mapping[str, Any]) -> Column:
    value = told["valueType"]
    return Column(
        label=told["label"],
        kind=_last(value),
        unit=value.get("unit") or "",
        quantity=(value.get("quantityKind") or {}).get("label") or "",
        format=str(told.get("valueFormat") or "").rpartition("/")[2],
    )


def _last(told: Any) -> str:
    """The last part of the address that a thing has, or is."""
    address = told.get("self", told) if isinstance(told, dict) else told
    uri = address.get("uri", "") if isinstance(address, dict) else address
    return str(uri or "").rpartition("/")[2]


def _about(told: Mapping[str, Any]) -> dict[str, str]:
    references = told.get("references") or {}
    specific = told.get("specificInfo") or {}
    acquired = specific.get("acquisition") or {}
    interval = acquired.get("interval") or {}
    station = (acquired.get("station") or {}).get("org") or {}
    licence = references.get("licence") or {}
    about = {
        "object_title": references.get("title") or told["fileName"],
        "citation": references.get("citationString"),
        "licence": f"{licence['name']} ({licence['baseLicence']})"
        if {"name", "baseLicence"} <= set(licence)
        else None,
        "pid": told.get("pid"),
        "doi": told.get("doi"),
        "station": station.get("name"),
        "start": interval.get("start"),
        "end": interval.get("stop"),
        "rows": specific.get("nRows"),
        "previous_version": told.get("previousVersion"),
        "next_version": told.get("nextVersion"),
    }
    return {name: str(value) for name, value in about.items() if value}
