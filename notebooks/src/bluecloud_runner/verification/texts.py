"""JSON by its structure, and other text line by line, but for when it was written."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bluecloud_runner.verification.report import Finding, Tolerance
from bluecloud_runner.verification.values import compare, lasting

_SHOWN = 100


def compare_json(old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    """Each value that is not the same, the first twenty of them.

    Raises
    ------
    ValueError, OSError
        If one of them cannot be read as JSON.
    """
    first, second = (json.loads(path.read_bytes()) for path in (old, new))
    found = list(itertools.islice(_of_json(first, second, "$", tolerance), 20))
    return found or [Finding(status="same", words="all values are the same")]


def _of_json(old: Any, new: Any, where: str, tolerance: Tolerance) -> Iterator[Finding]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            if name in old and name in new:
                yield from _of_json(old[name], new[name], f"{where}.{name}", tolerance)
            else:
                words = "it is not there any more" if name in old else "it was not there"
                yield Finding(status="different", words=words, where=f"{where}.{name}")
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            words = f"it had {len(old)} items and has {len(new)}"
            yield Finding(status="different", words=words, where=where)
            return
        for number, (first, second) in enumerate(zip(old, new, strict=True)):
            yield from _of_json(first, second, f"{where}[{number}]", tolerance)
    elif _is_number(old) and _is_number(new):
        finding = compare(np.array(float(old)), np.array(float(new)), [], tolerance)
        if finding.status != "same":
            yield finding.model_copy(update={"where": where})
    elif isinstance(old, str) and isinstance(new, str):
        if lasting(old, tolerance) != lasting(new, tolerance):
            words = f"{old[:_SHOWN]!r}, and now {new[:_SHOWN]!r}"
            yield Finding(status="different", words=words, where=where)
    elif type(old) is not type(new) or old != new:
        words = f"{str(old)[:_SHOWN]!r}, and now {str(new)[:_SHOWN]!r}"
        yield Finding(status="different", words=words, where=where)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def compare_texts(old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    """The first line that is not the same, or one finding that all are.

    Raises
    ------
    ValueError, OSError
        If one of them cannot be read as text.
    """
    first, second = (path.read_text(encoding="utf-8").splitlines() for path in (old, new))
    return compare_lines(first, second, tolerance)


def compare_lines(old: Sequence[str], new: Sequence[str], tolerance: Tolerance) -> list[Finding]:
    """The first line that is not the same, or one finding that all are."""
    for number, (first, second) in enumerate(itertools.zip_longest(old, new), start=1):
        if first is None or second is None:
            words = f"it had {len(old)} lines and has {len(new)}"
            return [Finding(status="different", words=words, where=f"line {number}")]
        if lasting(first, tolerance) != lasting(second, tolerance):
            words = f"{first[:_SHOWN]!r}, and now {second[:_SHOWN]!r}"
            return [Finding(status="different", words=words, where=f"line {number}")]
    return [Finding(status="same", words="the same but for when it was written")]
