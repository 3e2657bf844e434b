"""What an answer says, whatever it was said to be.

Providers answer a fault with whatever is at hand: a page of Tomcat's where JSON was asked, an
OGC exception report with status 200, ERDDAP's text. So an answer is looked at before it is
believed, and a refusal's own words are handed to the person who asked.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .errors import MalformedAnswer, RequestRefused

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .places import File

_LONGEST = 300
_ERDDAP = re.compile(r'message\s*=\s*"((?:[^"\\]|\\.)*)"')
_OGC = re.compile(r"<(?:\w+:)?(?:ExceptionText|ServiceException)[^>]*>(.*?)</", re.DOTALL)
_HEADING = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_PAGE = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)", re.IGNORECASE | re.DOTALL)
_WORDS = ("message", "detail", "error", "title", "description", "errors")


def is_page(content: bytes) -> bool:
    """Whether it is an HTML page, whatever its header says."""
    return _PAGE.match(content[:2000]) is not None


def told_by(content: bytes) -> str:
    """What a fault's body says in one line of at most 300 characters; empty if nothing."""
    text = content[:20_000].decode("utf-8", errors="replace")
    found = _ERDDAP.search(text) or _OGC.search(text)
    if found:
        return _short(found[1])
    try:
        return _short(_words_of(json.loads(text)))
    except (ValueError, RecursionError):
        pass
    if heading := _HEADING.search(text):
        return _short(heading[2])
    return "" if is_page(content) else _short(text)


def _words_of(told: Any) -> str:
    if isinstance(told, dict):
        for name in _WORDS:
            if told.get(name):
                return _words_of(told[name])
        return ", ".join(f"{name} {_words_of(value)}" for name, value in told.items())
    if isinstance(told, list):
        return "; ".join(_words_of(each) for each in told)
    return str(told)


def _short(text: str) -> str:
    line = " ".join(_TAG.sub(" ", text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def as_json(file: File) -> Any:
    """The JSON of a file.

    Raises
    ------
    MalformedAnswer
        If it is something else, or is not whole.
    """
    try:
        return json.loads(file.content)
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(
            f"{file.path}: it is no JSON, or not whole ({error}): it {_begins(file.content)}"
        ) from error


def as_xml(file: File, *, exceptions: bool = True) -> _Element:
    """The root element of a file's XML; no entity is resolved and nothing is fetched.

    Parameters
    ----------
    file
        The file.
    exceptions
        Whether an OGC exception report is raised as what it is.

    Raises
    ------
    MalformedAnswer
        If it is no XML, or not whole.
    RequestRefused
        If it is an exception report.
    """
    from lxml import etree

    if is_page(file.content):
        raise MalformedAnswer(f"{file.path}: it is no XML: it {_begins(file.content)}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        found = etree.fromstring(file.content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedAnswer(
            f"{file.path}: it is no XML, or not whole ({error}): it {_begins(file.content)}"
        ) from error
    if exceptions and etree.QName(found).localname in {
        "ExceptionReport",
        "ServiceExceptionReport",
    }:
        raise RequestRefused(f"{file.path}: {told_by(file.content)}")
    return found


def as_text(file: File) -> str:
    """The text of a file, which may be Latin-1 where it is not UTF-8.

    Raises
    ------
    MalformedAnswer
        If it is an HTML page.
    RequestRefused
        If it is an OGC exception report.
    """
    if is_page(file.content):
        raise MalformedAnswer(f"{file.path}: it is no plain text: it {_begins(file.content)}")
    if b"ExceptionReport" in file.content[:1000]:
        raise RequestRefused(f"{file.path}: {told_by(file.content)}")
    try:
        return file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return file.content.decode("latin-1")


def _begins(content: bytes) -> str:
    return f"begins {content[:40]!r}" if content else "is empty"
