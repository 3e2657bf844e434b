"""CSV and Parquet, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from bluecloud_runner.verification.report import Finding, Tolerance
from bluecloud_runner.verification.texts import compare_lines
from bluecloud_runner.verification.values import compare


def compare_tables(old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    """Each column that is not the same, and one finding if all are.

    Raises
    ------
    ValueError, OSError
        If one of them cannot be read as a table.
    """
    if old.suffix.lower() == ".parquet":
        found = list(_of_tables(pd.read_parquet(old), pd.read_parquet(new), tolerance))
    else:
        heads = [_head(path) for path in (old, new)]
        remarks = compare_lines(heads[0], heads[1], tolerance)
        found = [each for each in remarks if each.status != "same"]
        first, second = (
            pd.read_csv(path, skiprows=len(head), low_memory=False)
            for path, head in zip((old, new), heads, strict=True)
        )
        found += _of_tables(first, second, tolerance)
    return found or [Finding(status="same", words="all columns are the same")]


def _head(path: Path) -> list[str]:
    """The lines of remarks that a file begins with."""
    lines = []
    with path.open(encoding="utf-8", errors="replace") as text:
        for line in text:
            if not line.startswith("#"):
                break
            lines.append(line.rstrip("\n"))
    return lines


def _of_tables(old: pd.DataFrame, new: pd.DataFrame, tolerance: Tolerance) -> Iterator[Finding]:
    names, now = list(map(str, old.columns)), list(map(str, new.columns))
    if names != now:
        yield Finding(status="different", words=f"the columns were {names} and are {now}")
        return
    if len(old) != len(new):
        words = f"it had {len(old)} rows and has {len(new)}"
        yield Finding(status="different", words=words)
        return
    for number, name in enumerate(names):
        finding = compare(*_columns(old, new, number), ["row"], tolerance)
        if finding.status != "same":
            yield finding.model_copy(update={"where": f"column {name} {finding.where}".strip()})


def _columns(old: pd.DataFrame, new: pd.DataFrame, number: int) -> tuple[np.ndarray, np.ndarray]:
    """A column of both as arrays of one kind: of numbers where both are, else of texts."""
    first, second = old.iloc[:, number], new.iloc[:, number]
    if all(pd.api.types.is_numeric_dtype(column.dtype) for column in (first, second)):
        if any(pd.api.types.is_float_dtype(column.dtype) for column in (first, second)):
            return first.to_numpy(float, na_value=np.nan), second.to_numpy(float, na_value=np.nan)
        return first.to_numpy(), second.to_numpy()
    return tuple(column.astype(str).to_numpy(object) for column in (first, second))  # type: ignore[return-value]
