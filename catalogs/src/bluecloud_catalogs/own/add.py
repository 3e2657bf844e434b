"""Adding a file of one's own to what one can find, read and merge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ..declarations import OWN_SOURCE, EntryDeclaration, Licence
from ..discovery.records import Asset, Record
from ..errors import DataError, ParameterError, UnusableFile
from .check import Checked, check_dataset, check_table
from .files import kind_of, read_own
from .store import Visibility, store

LICENCES: Mapping[str, tuple[str, str]] = {
    "all rights reserved": (
        "https://rightsstatements.org/vocab/InC/1.0/",
        "The owner's; ask before it is passed on.",
    ),
    "CC0 1.0": ("https://creativecommons.org/publicdomain/zero/1.0/", "Free for any use."),
    "CC BY 4.0": ("https://creativecommons.org/licenses/by/4.0/", "Free use; name the owner."),
    "CC BY-NC 4.0": (
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "Free use but for profit; name the owner.",
    ),
}
_MEDIA = {"netcdf": "application/x-netcdf", "csv": "text/csv"}


@dataclass(frozen=True)
class Added:
    """What was added: the entry's name, where the file now lies, and the record of it."""

    name: str
    path: Path
    record: Record
    rows: int

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.name}: {self.record.title}, {self.rows} row{'s' * (self.rows != 1)}"


def add_data(
    path: str | Path,
    *,
    visibility: Visibility = "private",
    title: str | None = None,
    name: str | None = None,
    licence: Literal[
        "all rights reserved", "CC0 1.0", "CC BY 4.0", "CC BY-NC 4.0"
    ] = "all rights reserved",
    citation: str | None = None,
    units: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    time: str | datetime | None = None,
    position: tuple[float, float] | None = None,
    replace: bool = False,
) -> Added:
    """Check a file of one's own and add it to the catalogue: NetCDF, ODV text, CNV or CSV.

    Nothing is kept of a file in which something is wrong.

    Parameters
    ----------
    path
        The file.
    visibility
        Whether it is seen by oneself alone, or by all of the laboratory.
    title, name
        What it is called, and the name of its entry; by default made of the file's name.
    licence, citation
        What others may do with it, and whom they must name.
    units, names
        By column of a CSV, its unit and its CF standard name, where the file does not say.
    time, position
        When and where (latitude, longitude) a cast was made, where its file does not say.
    replace
        Whether it takes the place of what has its name already.

    Raises
    ------
    UnusableFile
        With line and column, and what would be right.
    ParameterError
        If what is given beside it cannot be, or the name is taken.
    DataError
        If there is no shared folder to put it into, or the folder cannot be written.
    """
    file = Path(path).expanduser()
    place = store(visibility)
    if licence not in LICENCES:
        raise ParameterError(f"licence = {licence!r}: it must be one of {', '.join(LICENCES)}")
    for told, text in (("title", title), ("citation", citation)):
        if text is not None and not (text.isprintable() and text.strip()):
            raise ParameterError(f"{told} = {text!r}: it must be one line of printable characters")
    if not file.name.isprintable():
        raise UnusableFile(f"{file.name!r}: its name must be printable: give it another")
    entry_name = _name(name or file.stem, chosen=name is not None)
    if place.has(entry_name) and not replace:
        raise ParameterError(
            f"{entry_name} is there already: choose another name, or say replace=True (--replace)"
        )
    given = _given(time, position)
    data = read_own(file, units=units, names=names, given=given)
    is_table = not hasattr(data, "data_vars")
    checked = (check_table if is_table else check_dataset)(data, name=file.name)  # type: ignore[arg-type]
    kind = kind_of(file, file.read_bytes()[:20_000])
    options: dict[str, Any] = {"file": file.name, "kind": kind}
    if is_table:
        options |= {"units": dict(units or {}), "names": dict(names or {})}
        options |= {"given": {key: str(value) for key, value in given.items()}}
    shown = title or file.stem.replace("_", " ")
    declared = EntryDeclaration(
        title=shown,
        description=f"Own data from the file {file.name}, added on {datetime.now():%Y-%m-%d}.",
        variables=checked.variables,
        extent=checked.extent,
        reader="own-table" if is_table else "own-dataset",
        options=options,
        url="{base}",
        licence=Licence(name=licence, url=LICENCES[licence][0], text=LICENCES[licence][1]),
        citation=citation or f"Own data, unpublished: {shown}.",
        evidence=f"The file {file.name} itself, checked when it was added.",
        live_verified="not applicable",
    )
    target = place.path / entry_name / file.name
    record = _record(entry_name, declared, checked, target, visibility, kind)
    try:
        kept = place.put(entry_name, file, declared, record)
    except OSError as error:
        raise DataError(f"{file.name} cannot be kept in {place.path}: {error}") from error
    return Added(entry_name, kept, record, checked.rows)


def require_data(name: str, *, visibility: Visibility = "private") -> None:
    """Refuse a name that no data of one's own have.

    Raises
    ------
    ParameterError
        If there is none of that name; what there is, is said.
    DataError
        If there is no shared folder.
    """
    place = store(visibility)
    if not place.has(name):
        known = [each for each, _ in place.entries()]
        there_are = f"it must be one of {', '.join(known)}" if known else "there are no data"
        raise ParameterError(f"name = {name!r}: {there_are}, in {place.path}")


def remove_data(name: str, *, visibility: Visibility = "private") -> Path:
    """Take a file of one's own out of the catalogue, and the copy that was kept of it.

    The file that it was copied from stays where it is.

    Parameters
    ----------
    name
        Of its entry, as ``add_data`` gave it.
    visibility
        Whether it is one's own alone, or the laboratory's.

    Returns
    -------
    Path
        The folder that is no longer there.

    Raises
    ------
    ParameterError
        If there is none of that name; what there is, is said.
    DataError
        If there is no shared folder, or it cannot be removed.
    """
    require_data(name, visibility=visibility)
    place = store(visibility)
    try:
        place.remove(name)
    except OSError as error:
        raise DataError(f"{name} cannot be removed from {place.path}: {error}") from error
    return place.path / name


def _name(told: str, *, chosen: bool) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", told.casefold()).strip("_")
    made = f"own_{word.removeprefix('own_')}"[:60].rstrip("_")
    if not word or (chosen and not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", told)):
        raise ParameterError(
            f"name = {told!r}: it must be lower-case letters, digits and _, and begin with a letter"
        )
    return made


def _given(time: str | datetime | None, position: tuple[float, float] | None) -> dict[str, Any]:
    import pandas as pd

    given: dict[str, Any] = {}
    if time is not None:
        try:
            moment = pd.Timestamp(time)
        except ValueError as error:
            raise ParameterError(f"time = {time!r}: it must be as 2020-06-30T12:00") from error
        moment = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
        given["time"] = moment.as_unit("ns")
    if position is not None:
        try:
            latitude, longitude = map(float, position)
            possible = -90 <= latitude <= 90 and -180 <= longitude <= 360
        except (TypeError, ValueError):
            possible = False
        if not possible:
            raise ParameterError(
                f"position = {position}: it must be latitude, -90 to 90, and longitude, -180 to 360"
            )
        given |= {"latitude": latitude, "longitude": longitude}
    return given


def _record(
    name: str,
    declared: EntryDeclaration,
    checked: Checked,
    path: Path,
    visibility: Visibility,
    kind: str,
) -> Record:
    west, south, east, north = checked.extent.bbox
    if east - west >= 360 or (west < 0 and east > 180):  # all round, or counted in both ways
        west, east = -180.0, 180.0
    elif east > 180:  # as it is searched: from -180 to 180
        west, east = ((west + 180) % 360 - 180, (east + 180) % 360 - 180)
    return Record(
        id=f"{OWN_SOURCE}:{name}",
        source=OWN_SOURCE,
        collection="own data" if visibility == "private" else "laboratory's data",
        level="collection",
        title=declared.title,
        description=declared.description,
        p01=tuple(each.p01 for each in checked.variables if each.p01),
        cf=tuple(each.standard_name for each in checked.variables if each.standard_name),
        native=tuple(each.native or each.name for each in checked.variables),
        bbox=(west, south, east, north),
        time=checked.moments,
        depth=checked.extent.depth,
        licence=declared.licence.name if declared.licence else None,
        citation=declared.citation,
        access="open" if visibility == "laboratory" else "private",
        entry=name,
        assets=(Asset(href=path.as_uri(), media_type=_MEDIA.get(kind, "text/plain")),),
        modified=datetime.now().astimezone(),
    )
