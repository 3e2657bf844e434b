"""Farms with what the person knows of them, kept as a product in the person's home.

Each time a new folder is written, named for the time, and no older one is touched. Names of
attributes and the list of conditions follow INSPIRE's Aquaculture Facilities, units and
provenance CF and ACDD.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import pandas as pd
from pydantic import Field

from bluecloud_routines import aquaculture, describe_product
from bluecloud_routines.errors import ParameterError, RoutineError

from ..wire import Asked, Shown
from .boxes import BoxAsked, box_table, extent
from .farms import compared, within_limits
from .radar import RadarAsked, radar_table, scenes

FOLDER = "products"  # of the home
NAMESPACE = "urn:bluecloud:aquaculture"
ACTIVITY = "A.03.21"  # NACE Rev. 2: marine aquaculture

# http://inspire.ec.europa.eu/codelist/ConditionOfFacilityValue
Status = Literal["unknown", "functional", "underConstruction", "projected", "disused"]
STATUSES: tuple[str, ...] = get_args(Status)

_ABOUT = {
    "inspireId_localId": ("identifier of the farm: its latitude and longitude, degrees", ""),
    "inspireId_namespace": ("namespace of the identifier", ""),
    "beginLifespanVersion": ("when this version was kept", ""),
    "activity": ("economic activity, NACE Rev. 2", ""),
    "name": ("name, by the person who kept it", ""),
    "species": ("farmed species, by the person who kept it", ""),
    "status": ("INSPIRE ConditionOfFacilityValue, by the person who kept it; null is unknown", ""),
    "note": ("note of the person who kept it", ""),
    "longitude": ("longitude of the farm's centre", "degrees_east"),
    "latitude": ("latitude of the farm's centre", "degrees_north"),
    "area_m2": ("area of its cages", "m2"),
    "length_m": ("length of the narrowest rectangle around it", "m"),
    "cages": ("number of cages", "1"),
    "contrast_db": ("power of radar to that of the sea around", "dB"),
    "persistence": ("part of the radar scenes in which it was detected", "1"),
    "year": ("year of the images", "1"),
    "distance_m": ("distance to the nearest site of the register", "m"),
    "registered": ("whether that site is near enough", "1"),
}


class Edit(Asked):
    """What a person says of a farm."""

    id: str
    name: str = Field(default="", max_length=200)
    species: str = Field(default="", max_length=200)
    status: Status = "unknown"
    note: str = Field(default="", max_length=2000)
    left_out: bool = Field(default=False, description="It is no farm: it is not kept.")


class KeepAsked(Asked):
    """Farms as they are found with these limits, in radar or of boxes, and what is said of them."""

    radar: RadarAsked | None = None
    boxes: BoxAsked | None = None
    edits: tuple[Edit, ...] = ()


class Kept(Shown):
    """What was written."""

    path: str = Field(description="Of the file, from the person's home.")
    farms: int
    left_out: int


def keep_farms(asked: KeepAsked) -> Kept:
    """Write the farms into a new folder of the home.

    Raises
    ------
    ParameterError
        If farms of both kinds or of none are asked for, or something is said of what is no farm.
    RoutineError
        If nothing can be written there.
    """
    found = _found(asked)
    edits = {edit.id: edit for edit in asked.edits}
    if unknown := sorted(set(edits) - set(found["id"])):
        raise ParameterError(f"edits are of {unknown}: no farm with these limits is there")
    made_at = datetime.now(UTC)
    kept = _edited(found, edits, made_at)
    said = ("name", "species", "status", "note")
    table = pd.DataFrame(kept.drop(columns="geometry"))
    parameters = (asked.radar or asked.boxes).model_dump()  # type: ignore[union-attr]
    product = describe_product(
        table.drop(columns=["registered"]).to_xarray().assign_attrs(_references(found)),
        title="Fish farms, kept from the panel",
        summary=f"{len(kept)} farms; {', '.join(said)} are those that the person gave.",
        inputs=found.attrs["inputs"],
        made_at=made_at,
        made_by="the panel of the laboratory aquaculture",
        parameters=parameters,
    )
    about = {str(name): _ABOUT[str(name)] for name in table}
    attrs = product.attrs | {
        "variables": json.dumps(
            {name: {"long_name": told, "units": units} for name, (told, units) in about.items()}
        )
    }
    path = _written(aquaculture.described_geojson(kept, attrs), made_at)
    return Kept(path=path, farms=len(kept), left_out=len(found) - len(kept))


def _found(asked: KeepAsked) -> gpd.GeoDataFrame:
    """The farms of the limits, with ids, and all that they are from as `attrs["inputs"]`."""
    if asked.radar is not None and asked.boxes is None:
        table, size, bbox = radar_table(asked.radar), asked.radar, scenes()[1]
    elif asked.boxes is not None and asked.radar is None:
        table, size, bbox = box_table(asked.boxes), asked.boxes, extent()  # type: ignore[assignment]
    else:
        raise ParameterError("radar and boxes: one of them is needed, and not both")
    seen, known = compared(within_limits(table, size), size, bbox)
    seen.attrs = {**table.attrs, "inputs": [table.attrs, known.attrs]}
    return seen


def _references(found: gpd.GeoDataFrame) -> dict[str, str]:
    return {"references": str(found.attrs["references"])}


def _edited(found: gpd.GeoDataFrame, edits: dict[str, Edit], made_at: datetime) -> gpd.GeoDataFrame:
    """The farms that are kept, with the attributes that are promised."""
    of_each = [edits.get(each, Edit(id=each)) for each in found["id"]]
    table = found.assign(
        inspireId_localId=found["id"],
        inspireId_namespace=NAMESPACE,
        beginLifespanVersion=made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        activity=ACTIVITY,
        name=[edit.name for edit in of_each],
        species=[edit.species for edit in of_each],
        status=[None if edit.status == "unknown" else edit.status for edit in of_each],
        note=[edit.note for edit in of_each],
        registered=found["matched"].astype(bool),
    )
    columns = [name for name in _ABOUT if name in table]
    kept: gpd.GeoDataFrame = table[[not edit.left_out for edit in of_each]]
    return kept[[*columns, "geometry"]].reset_index(drop=True)


def _written(text: str, made_at: datetime) -> str:
    """Write into a new folder; what is told is the path from the home."""
    name = f"farms {made_at:%Y-%m-%d %H%M%S}"
    try:
        for number in range(1, 100):
            folder = Path.home() / FOLDER / (name if number == 1 else f"{name} {number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue  # another of the same second
            (folder / "farms.geojson").write_text(text, encoding="utf-8")
            return str((folder / "farms.geojson").relative_to(Path.home()))
    except OSError as error:
        raise RoutineError(f"{Path.home() / FOLDER} cannot be written: {error.strerror}") from error
    raise RoutineError(f"{FOLDER} has a hundred folders of {name}: try again in a second")
