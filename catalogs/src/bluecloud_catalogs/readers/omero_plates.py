"""Plates of a screen in an OMERO server, as the Image Data Resource is one, with their annotations.

What a study knows of its samples stands in map annotations: pairs of names and values, linked to
each plate, the names chosen by the study. An entry says which of them are columns; all the others
are kept beside, as JSON. A plate that has none stays a row.

The list of plates says how many there are. The list of annotations does not: it comes in pages
that end without a word, so that it is asked for a few plates at a time and until a page comes
that is not full. Names and user names of people stand in it too; they are left there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import RelativePath
from ..errors import MalformedAnswer
from ..places import Ask, with_query
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .columns import Column, chosen, typed
from .pagetab import attributes_of
from .table_file import parsed
from .words import Depths

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

PLATES_AT_ONCE = 20
PAGE_SIZE = 200
MOST_PAGES = 50
SERVICE = "idr"
_KEPT = "annotations"


class OmeroPlatesOptions(BaseModel):
    """Which screen, which annotations are columns, and where its images are listed, if they are.

    ``images`` is a table without a heading at the service ``ngff``: the name of an image, its
    folder in the BioImage Archive, and a number.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    screen: Annotated[int, Field(gt=0)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    images: RelativePath | None = None
    missing: tuple[str, ...] = ("", "nan", "NaN", "NA", "n/a")


class OmeroPlatesRequest(Asked):
    """Which plates: all that fulfil every condition given."""

    bbox: Box = None
    time: Period = None
    depth: Depths = None


class OmeroPlates(SourceReader):
    """Reads the plates of a screen."""

    protocol = "OMERO web API"
    makes = "pandas:DataFrame"
    options = OmeroPlatesOptions
    request = OmeroPlatesRequest

    def read(
        self, place: Place, options: OmeroPlatesOptions, request: OmeroPlatesRequest, *, lazy: bool
    ) -> Reading:
        """Read the plates asked for."""
        files, table, notes = read_plates(place, options)
        table = chosen(table, bbox=request.bbox, time=request.time, depth=request.depth)
        return Reading(table, len(table), files, notes)


def read_plates(
    place: Place, options: OmeroPlatesOptions
) -> tuple[list[File], pd.DataFrame, dict[str, str]]:
    """All plates of a screen, the answers they are from, and what could not be read."""
    import pandas as pd

    files, names = plates(place, options.screen)
    pairs: dict[int, dict[str, tuple[str, ...]]] = {number: {} for number in names}
    known = sorted(names)
    for first in range(0, len(known), PLATES_AT_ONCE):
        asked = known[first : first + PLATES_AT_ONCE]
        more, found = map_annotations(place, asked, part=first // PLATES_AT_ONCE + 1)
        files += more
        for number, values in found.items():
            pairs[number] |= values
    native = [column.native for column in options.columns]
    if names and not any(name in values for values in pairs.values() for name in native):
        raise MalformedAnswer(
            f"screen {options.screen}: no plate has any of the annotations {', '.join(native)}"
        )
    rows = [{name: "; ".join(pairs[number].get(name, ())) for name in native} for number in known]
    table, notes = typed(
        pd.DataFrame(rows, columns=native, dtype="object"),
        options.columns,
        missing=options.missing,
        where=f"screen {options.screen}",
    )
    table.insert(0, "plate", pd.Series(known, dtype="int64"))
    table.insert(1, "plate_name", [names[number] for number in known])
    if options.images is not None:
        more_files, image = images(place, options.images)
        files += more_files
        table.insert(2, "image", [image.get(names[number], "") for number in known])
    table[_KEPT] = [
        json.dumps(
            {name: "; ".join(values) for name, values in sorted(pairs[number].items())},
            ensure_ascii=False,
        )
        for number in known
    ]
    return files, table, dict(notes)


def plates(place: Place, screen: int) -> tuple[list[File], dict[int, str]]:
    """The plates of a screen, by their numbers.

    Raises
    ------
    MalformedAnswer
        If an answer is no page, or the pages are not the whole list.
    """
    files: list[File] = []
    found: dict[int, str] = {}
    total = 1
    while len(found) < total:
        query = {"limit": PAGE_SIZE, "offset": len(found)}
        number = len(files) + 1
        ask = Ask(
            with_query(f"api/v0/m/screens/{screen}/plates/", query),
            SERVICE,
            sample=f"idr/plates_{screen}_{number}.json",
        )
        (file,) = place.fetch([ask])
        told, where = as_json(file), file.path.partition("?")[0]
        try:
            total = int(told["meta"]["totalCount"])
            page = {int(each["@id"]): str(each["Name"]) for each in told["data"]}
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedAnswer(f"{where}: it is no page of plates: {error!r}") from error
        files.append(file)
        if len(found) < total and not set(page) - set(found):
            raise MalformedAnswer(f"{where}: {total} plates were announced, {len(found)} came")
        found |= page
    if len(found) != total:
        raise MalformedAnswer(f"screen {screen}: {total} plates were announced, {len(found)} came")
    return files, found


def map_annotations(
    place: Place, numbers: Sequence[int], *, part: int
) -> tuple[list[File], dict[int, dict[str, tuple[str, ...]]]]:
    """The map annotations of plates: for each plate, the values of each name.

    Raises
    ------
    MalformedAnswer
        If an answer is no page, or is of other plates, or comes again and again.
    """
    files: list[File] = []
    links: set[int] = set()
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for page in range(1, MOST_PAGES + 1):
        query = {"type": "map", "plate": list(numbers), "page": page, "limit": PAGE_SIZE}
        ask = Ask(
            with_query("webclient/api/annotations/", query),
            SERVICE,
            sample=f"idr/annotations_{part}_{page}.json",
        )
        (file,) = place.fetch([ask])
        files.append(file)
        told, where = as_json(file), file.path.partition("?")[0]
        try:
            each_link = [
                (int(each["link"]["id"]), int(each["link"]["parent"]["id"]), each["values"])
                for each in told["annotations"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedAnswer(f"{where}: it is no list of annotations: {error!r}") from error
        for link, plate, values in each_link:
            if link in links or plate not in numbers:
                raise MalformedAnswer(
                    f"{where}: annotation {link} of plate {plate} came twice, or was not asked for"
                )
            links.add(link)
            pairs = [{"name": pair[0], "value": pair[1]} for pair in _pairs(values, where)]
            held = found.setdefault(plate, {})
            for name, several in attributes_of(pairs, where).items():
                held[name] = (*held.get(name, ()), *several)
        if len(each_link) < PAGE_SIZE:
            return files, found
    raise MalformedAnswer(f"annotations: there is no end of them after {MOST_PAGES} pages")


def _pairs(values: Any, where: str) -> list[list[Any]]:
    if not isinstance(values, list) or not all(
        isinstance(pair, list) and len(pair) == 2 for pair in values
    ):
        raise MalformedAnswer(f"{where}: a map annotation is no list of names and values")
    return values


def images(place: Place, listed: str) -> tuple[list[File], dict[str, str]]:
    """The OME-Zarr of each plate, below the archive's folder, by the plate's name."""
    (file,) = place.fetch([Ask(listed, "ngff", sample=f"idr/{listed}")])
    table = parsed(file, "csv")
    heading = list(table.columns)  # which is the first row: these tables have none
    rows = [heading, *table.to_numpy().tolist()]
    if len(heading) != 3:
        raise MalformedAnswer(f"{file.path}: it is no table of names, folders and numbers")
    made = {}
    for name, folder, _ in rows:
        uuid = folder.rpartition("/")[2]
        made[name.rpartition("/")[2].removesuffix(".ome.zarr")] = f"{folder}/{uuid}.zarr"
    return [file], made
