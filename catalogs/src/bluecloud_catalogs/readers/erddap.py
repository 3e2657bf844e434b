"""What ERDDAP answers: a classic NetCDF file, or one of several ways of saying something else.

"No rows" is not a fault, although it comes as 404 with a text, or, from older servers, as a page
of Tomcat's with 404 or 500. Such an answer is an empty result, and every other text is what it
says. A kept answer has lost its status, so that only its content is looked at.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..answers import told_by
from ..errors import MalformedAnswer, NotFound, RequestRefused, RequestTooLarge, SourceUnavailable
from ..places import Ask
from .classic_netcdf import missing_bytes
from .netcdf import loaded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ..places import File

STATUSES = frozenset({200, 404, 500})
_MESSAGE = re.compile(r"<b>message</b>\s*(?:<u>)?(.*?)</", re.IGNORECASE | re.DOTALL)
_NO_ROWS = ("produced no matching results", "nRows = 0")
_TOO_MUCH = ("too much data", "code=413", "HTTP Status 413")
_NOT_TAKEN = ("Query error", "Bad Request", "must ", "constraint")
_NOT_THERE = ("unknown datasetID", "Resource not found", "Not Found")


def ask(path: str, service: str | None, sample: str) -> Ask:
    """A request whose answer :func:`table_of` understands.

    Parameters
    ----------
    path
        Below the server's address, percent-encoded with :func:`encoded`.
    service
        The service of the source that the server is.
    sample
        The file of a sample that answers.
    """
    return Ask(path, service, statuses=STATUSES, sample=sample)


def encoded(query: str) -> str:
    """A query with all that a strict Tomcat refuses, as ``>=``, percent-encoded.

    Commas and ampersands stay: ERDDAP splits at them before it decodes, so that one within a
    value has to be encoded by itself.
    """
    return quote(query, safe="&,():~")


def is_empty(file: File) -> bool:
    """Whether the answer says that nothing matches.

    Raises
    ------
    NotFound, RequestRefused, RequestTooLarge, SourceUnavailable
        If it is a text or a page that says something else.
    MalformedAnswer
        If it is neither that nor a whole classic NetCDF file.
    """
    content = file.content
    if content.startswith(b"CDF"):
        try:
            lacking = missing_bytes(content)
        except ValueError as error:
            raise MalformedAnswer(f"{file.path}: {error}") from error
        if lacking:
            raise MalformedAnswer(f"{file.path}: it is cut off, {lacking} bytes are missing")
        return False
    text = content[:20_000].decode("utf-8", errors="replace")
    if any(words in text for words in _NO_ROWS):
        return True
    said = _told(text) or told_by(content)
    message = f"{file.path}: the server says: {said or 'nothing that can be read'}"
    if any(words in text for words in _TOO_MUCH):
        raise RequestTooLarge(message)
    if any(words in said for words in _NOT_THERE):
        raise NotFound(message)
    if any(words in said for words in _NOT_TAKEN):
        raise RequestRefused(message)
    if file.status != 200:
        raise SourceUnavailable(f"{message} ({file.status})")
    raise MalformedAnswer(f"{file.path}: it is no NetCDF, and says: {said or 'nothing'}")


def _told(page: str) -> str:
    """The message of a page of Tomcat's, whose title says only that there was an error."""
    found = _MESSAGE.search(page)
    return html.unescape(" ".join(found[1].split())) if found else ""


def opened(file: File) -> xr.Dataset:
    """The dataset of a whole file, in memory; times are numbers still.

    Raises
    ------
    MalformedAnswer
        If it cannot be understood.
    """
    try:
        return loaded(file.content, decode_times=False)
    except (OSError, RuntimeError, ValueError, UnicodeDecodeError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error


def moments(variable: xr.DataArray, path: str) -> npt.NDArray[np.datetime64]:
    """ERDDAP's seconds since 1970 as moments to the nanosecond; NaN is not a time.

    Raises
    ------
    MalformedAnswer
        If the variable is in other units.
    """
    import numpy as np

    units = variable.attrs.get("units")
    if units not in ("seconds since 1970-01-01T00:00:00Z", "seconds since 1970-01-01"):
        raise MalformedAnswer(f"{path}: time is in {units!r}, and not in seconds since 1970")
    seconds = np.asarray(variable.values, dtype="float64")
    known = np.isfinite(seconds)
    milliseconds = np.round(np.where(known, seconds, 0) * 1000).astype("int64")
    found = milliseconds.astype("datetime64[ms]").astype("datetime64[ns]")
    found[~known] = np.datetime64("NaT")
    return found
