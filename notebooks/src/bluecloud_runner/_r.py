"""R, as far as a parameters cell needs it: assignments read, literals read and written.

A cell of R is never handed to R to be read, as one of Python is never executed: each line is
``name <- literal  # help``, and anything else is for the notebook's author to correct.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

_ASSIGNMENT = re.compile(r"\s*([A-Za-z][\w.]*)\s*(?:<-|=(?!=))\s*(.*?)\s*$")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_INTEGER = re.compile(r"[-+]?\d+L")
_VECTOR = re.compile(r"(?:c|list)\((.*)\)", re.DOTALL)
_WORDS: dict[str, object] = {"TRUE": True, "FALSE": False, "NULL": None}
_NAMES = {True: "TRUE", False: "FALSE", None: "NULL"}


@dataclass(frozen=True)
class Line:
    """One line that says something; ``name`` is empty where it is no assignment."""

    number: int
    name: str
    value: str
    comment: str


def lines(source: str) -> Iterator[Line]:
    """The lines of a cell, without those that are empty or only a comment."""
    for number, text in enumerate(source.splitlines(), start=1):
        code, comment = _without_comment(text)
        if not code.strip():
            continue
        matched = _ASSIGNMENT.fullmatch(code)
        name, value = matched.groups() if matched else ("", code.strip())
        yield Line(number, name, value, comment)


def value_of(text: str) -> object:
    """What a literal means; a number without ``L`` is a float, as it is to R.

    Raises
    ------
    ValueError
        If it is no literal: a number, text, TRUE, FALSE, NULL, or ``c()`` or ``list()`` of them.
    """
    text = text.strip()
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text[:-1])
    if _NUMBER.fullmatch(text):
        return float(text)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return _text_of(text)
    if vector := _VECTOR.fullmatch(text):
        return [value_of(part) for part in _parts(vector[1])]
    raise ValueError(f"{text!r} is no literal of R")


def literal(value: object) -> str:
    """R that evaluates to the value, as papermill writes it: an array is a list."""
    if isinstance(value, bool) or value is None:
        return _NAMES[value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Inf" if value > 0 else "-Inf"
    if isinstance(value, str):
        # JSON's escapes are R's too, but R reads none for what has two halves.
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"list({', '.join(literal(item) for item in value)})"
    if isinstance(value, dict):
        named = (f"{literal(str(key))} = {literal(item)}" for key, item in value.items())
        return f"list({', '.join(named)})"
    return repr(value)


def _without_comment(text: str) -> tuple[str, str]:
    quote = ""
    escaped = False
    for at, character in enumerate(text):
        if quote:
            quote = quote if escaped or character != quote else ""
            escaped = character == "\\" and not escaped
        elif character in "\"'":
            quote = character
        elif character == "#":
            return text[:at], text[at:].lstrip("#").strip()
    return text, ""


def _text_of(text: str) -> str:
    inner = text[1:-1]
    if re.search(rf"(?<!\\)(?:\\\\)*{text[0]}", inner):
        raise ValueError(f"{text!r} is more than one text")
    # JSON knows no escaped apostrophe, and no bare quotation mark.
    quoted = re.sub(r"(?<!\\)((?:\\\\)*)\"", r'\1\\"', inner).replace("\\'", "'")
    return str(json.loads(f'"{quoted}"', strict=False))


def _parts(text: str) -> Iterator[str]:
    """What stands between the commas that are in no brackets and no text."""
    depth, quote, begin = 0, "", 0
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote and text[at - 1] != "\\" else quote
        elif character in "\"'":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and depth == 0:
            yield text[begin:at]
            begin = at + 1
    if text[begin:].strip():
        yield text[begin:]
