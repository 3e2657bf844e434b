"""Which lines of what a cell shows are results: few, and right.

Much of what a notebook prints holds digits and is no result: the form in which xarray, pandas
or numpy show an object, times, paths, versions, JSON. Told apart from those by what it
is like, not by a list of what it is not: a result is a line ``label: number unit`` or
``label = number unit``, or a sentence that the notebook wrote in Markdown.
"""

import re
from collections.abc import Iterator

_NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?<=\d)(?:[eE][-+]?\d+)?"
_UNIT = r"(?:[%‰°µμΩ]|[^\W\d_])[^\s:;,=|<>\[\]{}\"'`\\]*"
_RESULT = re.compile(
    r"[^\W\d_][\w ()°%µ².,/-]{0,78}?\s*(?::|=)\s*"  # the label: words, a unit in brackets
    rf"(?:[<>≤≥~≈]\s*)?{_NUMBER}"
    rf"(?:\s*(?:±|\+/-)\s*{_NUMBER})?"
    rf"(?:\s*[%‰°]|\s+{_UNIT}(?:\s+{_UNIT}){{0,4}})?\.?"
)
# Figures that count, date or place something of the computer's, not of the sea.
_NO_LABEL = re.compile(
    r"(?i)\b(version|release|revision|commit|seed|id|pid|port|sha\d*|md5|checksum|shape|dtype|"
    r"elapsed|took|runtime|wall|cpu|created|date|timestamp|line|cell|file|files|folder|path|memory|"
    r"time|times|started|ended|finished|python|numpy|pandas|xarray|scipy|dask|matplotlib)\s*[:=]|://|\d{4}-\d"
)
_DATE = re.compile(r"\d{4}-\d{2}|\d{1,2}:\d{2}|\d+\.\d+\.\d+|\b0x|[A-Za-z]\d{3,}|\(\d{4}\)")
_NO_SENTENCE = re.compile(
    r"(?i)https?:|\bdoi\b|[|<>{}\[\]`\\=]|\w/\w+[./]|\.(nc|csv|json|ipynb|txt|zarr)\b"
)
_SHOWN_OBJECT = re.compile(r"<xarray\.|<class |<[a-z]+\.|xarray\.Dataset")
_PART_OF_OBJECT = re.compile(
    r"(Dimensions|Coordinates|Data variables|Indexes|Attributes|dimensions|variables|array)\b|\[|//"
)


def results_of(text: str) -> Iterator[str]:
    """The lines of a printed text that are results, without the space around them."""
    within = False
    for line in text.splitlines():
        if _SHOWN_OBJECT.match(line.strip()):
            within = True
            continue
        # xarray indents what belongs to an object, or heads it by one of a few words.
        within = within and (
            not line.strip() or line[0].isspace() or bool(_PART_OF_OBJECT.match(line))
        )
        if not within and _is_result(line.strip()):
            yield line.strip()


def sentences_of(markdown: str) -> Iterator[str]:
    """The lines of a shown Markdown that are results, or sentences with a number."""
    for line in markdown.splitlines():
        told = re.sub(r"\*\*|__|^\s*[-*]\s+", "", line).strip()
        if _is_result(told) or _is_sentence(told):
            yield told


def _is_result(line: str) -> bool:
    return bool(_RESULT.fullmatch(line)) and not _NO_LABEL.search(line) and not _DATE.search(line)


def _is_sentence(line: str) -> bool:
    return (
        line.endswith(".")
        and not line.startswith("#")
        and re.search(r"(?<![\w.])\d", line) is not None
        and len(re.findall(r"[^\W\d_]{2,}", line)) > 1
        and not _DATE.search(line)
        and not _NO_SENTENCE.search(line)
    )
