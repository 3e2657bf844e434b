"""Blue-Cloud's Data Discovery and Access Service: the collections of all its infrastructures.

A list of addresses is answered, then one flat record at each. Addresses may lack their host,
numbers may be text, and what should be a list may be an object whose values are meant, or a
single text. One bad record costs an error here, since a table would otherwise be short of it;
a harvest quarantines it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import urlsplit

from ..answers import as_json
from ..errors import MalformedAnswer, RequestTooLarge
from ..places import Ask
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .ckan import touching
from .words import Form, Name

if TYPE_CHECKING:
    from ..places import File, Place

MOST_COLLECTIONS = 5000
Words: TypeAlias = Annotated[
    Name, Form(r"[\w][\w .,'-]{0,199}", "words to search for, letters and digits", most=1)
]
COLUMNS = (
    "identifier", "title", "description", "source", "parameters", "instruments", "platforms",
    "organisations", "keywords", "west", "south", "east", "north", "begin", "end", "modified",
    "url",
)  # fmt: skip
_SITE = "https://data.blue-cloud.org"


class DdasRequest(Asked):
    """Which collections: all that have the words and touch box and period."""

    text: Words = None
    bbox: Box = None
    time: Period = None


class Ddas(SourceReader):
    """Reads a table of collections."""

    protocol = "Blue-Cloud DD&AS"
    makes = "pandas:DataFrame"
    request = DdasRequest

    def read(self, place: Place, options: object, request: DdasRequest, *, lazy: bool) -> Reading:
        """Read the collections asked for."""
        import pandas as pd

        listed = place.fetch([Ask("api/collections", "ddas", sample="ddas/collections.json")])[0]
        asks = addresses(listed)
        files = place.fetch(asks) if asks else []
        rows = [row(as_json(file), file.path) for file in files]
        if request.text is not None:
            words = request.text.casefold().split()
            rows = [each for each in rows if all(word in _said(each) for word in words)]
        table = pd.DataFrame(rows, columns=list(COLUMNS))
        for name in ("begin", "end", "modified"):
            moments = pd.to_datetime(table[name], errors="coerce", utc=True, format="ISO8601")
            table[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
        table = touching(table, request.bbox, request.time)
        return Reading(table, len(table), [listed, *files])


def addresses(file: File) -> list[Ask]:
    """Where each collection is described.

    Raises
    ------
    MalformedAnswer
        If it is no list of addresses.
    RequestTooLarge
        If there are more than are read at once.
    """
    told = as_json(file)
    urls = told.get("urls") if isinstance(told, dict) else None
    if not isinstance(urls, list) or not all(isinstance(each, str) and each for each in urls):
        raise MalformedAnswer(f"{file.path}: it is no list of addresses")
    if len(urls) > MOST_COLLECTIONS:
        raise RequestTooLarge(
            f"{file.path}: there are {len(urls)} collections, and {MOST_COLLECTIONS} are read "
            "at once"
        )
    asks = []
    for url in dict.fromkeys(urls):
        name = re.sub(r"\W+", "_", urlsplit(url).path.strip("/").rpartition("/")[2])
        whole = "://" in url
        path = url if whole else url.lstrip("/")
        asks.append(Ask(path, None if whole else "ddas", sample=f"ddas/{name}.json"))
    return asks


def row(told: Any, where: str) -> dict[str, Any]:
    """A collection as a row.

    Raises
    ------
    MalformedAnswer
        If it is none, or its box is not on the Earth.
    """
    if not isinstance(told, dict) or not told.get("Identifier"):
        raise MalformedAnswer(f"{where}: it is no collection: it has no Identifier")
    sides = {
        side: number(told.get(f"Bounding_Box_{name}"), where)
        for side, name in (
            ("west", "WestLongitude"),
            ("south", "SouthLatitude"),
            ("east", "EastLongitude"),
            ("north", "NorthLatitude"),
        )
    }
    known = [each for each in sides.values() if each is not None]
    if len(known) == 4:
        west, south, east, north = known
        if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
            raise MalformedAnswer(f"{where}: its box is {west}, {south}, {east}, {north}")
    url = str(told.get("OnlineResourceUrl") or "")
    return {
        "identifier": str(told["Identifier"]),
        "title": str(told.get("Title") or told["Identifier"]),
        "description": str(told.get("Abstract") or ""),
        # The same source is written with a hyphen and with a dash.
        "source": re.sub(r"\s*[\u2010-\u2015-]\s+", " - ", str(told.get("Source") or "")),
        **{
            name.lower(): several(told.get(name))
            for name in ("Parameters", "Instruments", "Platforms", "Organisations", "Keywords")
        },
        **sides,
        "begin": told.get("Temporal_Extent_Begin") or None,
        "end": told.get("Temporal_Extent_End") or None,
        "modified": told.get("Last_Update") or None,
        "url": f"{_SITE}/{url.lstrip('/')}" if url and "://" not in url else url,
    }


def several(told: Any) -> tuple[str, ...]:
    """The texts of a list, of an object's values, or one alone."""
    if isinstance(told, dict):
        told = list(told.values())
    if not isinstance(told, list):
        told = [told]
    return tuple(str(each).strip() for each in told if each not in (None, ""))


def number(told: Any, where: str) -> float | None:
    """A number, which may be written as text; None where there is none."""
    if told in (None, ""):
        return None
    try:
        return float(told)
    except (TypeError, ValueError):
        raise MalformedAnswer(f"{where}: a side of its box is {told!r}") from None


def _said(each: dict[str, Any]) -> str:
    lists = (each["parameters"], each["keywords"], each["platforms"], each["instruments"])
    words = [
        each["title"],
        each["description"],
        each["source"],
        *(w for told in lists for w in told),
    ]
    return " ".join(words).casefold()
