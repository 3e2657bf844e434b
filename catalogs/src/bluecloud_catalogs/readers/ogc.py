"""What the services of the Open Geospatial Consortium have in common.

A fault is an exception report, with whatever status and whatever was asked for. And the same
reference system has its axes in two orders: ``urn:ogc:def:crs:EPSG::4326`` is latitude first,
as the EPSG register has it; ``EPSG:4326`` is longitude first, as everybody had drawn it before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..answers import is_page, told_by
from ..errors import MalformedAnswer, RequestRefused

if TYPE_CHECKING:
    from ..places import File

# What XML can hold, without its control characters.
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\ufffe\uffff]*$"
WGS84_URN = "urn:ogc:def:crs:EPSG::4326"
WGS84_PLAIN = "EPSG:4326"
# WGS 84, and ETRS89, which differs from it by less than a metre in Europe.
_GEOGRAPHIC = {"4326", "4258"}
_REGISTERED = re.compile(
    r"^(?:urn:(?:x-)?ogc:def:crs:EPSG:[^:]*:|https?://www\.opengis\.net/def/crs/EPSG/[^/]+/)(\d+)$"
)
_PLAIN = re.compile(r"^(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)(\d+)$")
_LONGITUDE_FIRST = re.compile(r"^(?:urn:ogc:def:crs:OGC:[^:]*:|CRS:|.*/OGC/[^/]+/CRS)(?:CRS)?84$")


def sound(file: File) -> File:
    """The file, if it is neither a page nor an exception report.

    Raises
    ------
    MalformedAnswer
        If it is an HTML page.
    RequestRefused
        If it is an exception report, with what that says.
    """
    if is_page(file.content):
        said = told_by(file.content) or "nothing"
        raise MalformedAnswer(f"{file.path}: the answer is an HTML page that says: {said}")
    head = file.content[:1000]
    if b"ExceptionReport" in head or b"ServiceException" in head:
        raise RequestRefused(f"{file.path}: the service says: {told_by(file.content)}")
    return file


def latitude_first(crs: str) -> bool:
    """Whether coordinates in a reference system come as latitude, longitude.

    Raises
    ------
    MalformedAnswer
        If it is not a geographic one that is known here.
    """
    told = crs.strip()
    if _LONGITUDE_FIRST.match(told):
        return False
    if (found := _REGISTERED.match(told)) and found[1] in _GEOGRAPHIC:
        return True
    if (found := _PLAIN.match(told)) and found[1] in _GEOGRAPHIC:
        return False
    raise MalformedAnswer(f"coordinates in {told!r}: only WGS 84 and ETRS89 in degrees are read")
