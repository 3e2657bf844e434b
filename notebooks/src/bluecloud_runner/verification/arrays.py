"""NetCDF and Zarr, variable by variable; how they are stored (chunks, compression) is no matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from bluecloud_runner.verification.report import Finding, Tolerance
from bluecloud_runner.verification.values import compare, lasting


def compare_arrays(old: Path, new: Path, tolerance: Tolerance) -> list[Finding]:
    """Each variable and attribute that is not the same, and one finding if all are.

    Raises
    ------
    OSError, ValueError
        If one of them cannot be read.
    """
    before, after = _groups(old), _groups(new)
    try:
        found = list(_of_groups(before, after, tolerance))
    finally:
        for group in (*before.values(), *after.values()):
            group.close()
    return found or [Finding(status="same", words="all variables and attributes are the same")]


def _groups(path: Path) -> Mapping[str, xr.Dataset]:
    asked: dict[str, Any] = {"decode_times": False, "decode_timedelta": False}
    if path.is_dir():
        # Each array's own description: that of all in one may be absent, or of an earlier state.
        asked |= {"engine": "zarr", "chunks": None, "consolidated": False}
    return xr.open_groups(path, **asked)


def _of_groups(
    before: Mapping[str, xr.Dataset], after: Mapping[str, xr.Dataset], tolerance: Tolerance
) -> Iterator[Finding]:
    yield from _absent("group", before, after)
    for name in before:
        if name in after:
            prefix = "" if name == "/" else f"{name}: "
            for finding in _of_datasets(before[name], after[name], tolerance):
                yield finding.model_copy(update={"where": prefix + finding.where})


def _of_datasets(old: xr.Dataset, new: xr.Dataset, tolerance: Tolerance) -> Iterator[Finding]:
    yield from _absent("variable", old.variables, new.variables)
    for name in map(str, old.variables):
        if name in new.variables:
            first, second = old.variables[name], new.variables[name]
            finding = _of_variables(first, second, tolerance)
            if finding.status != "same":
                place = _coordinates(old, first, finding.where)
                yield finding.model_copy(update={"where": f"{name}{finding.where}{place}"})
            yield from _of_attributes(f"of {name}", first.attrs, second.attrs, tolerance)
    yield from _of_attributes("of the file", old.attrs, new.attrs, tolerance)


def _of_variables(old: xr.Variable, new: xr.Variable, tolerance: Tolerance) -> Finding:
    if dict(old.sizes) != dict(new.sizes) or old.dims != new.dims:
        words = f"its shape was {dict(old.sizes)} and is {dict(new.sizes)}"
        return Finding(status="different", words=words)
    if old.dtype.kind != new.dtype.kind:
        words = f"its type was {old.dtype} and is {new.dtype}"
        return Finding(status="different", words=words)
    dimensions = [str(name) for name in old.dims]
    return compare(np.asarray(old.values), np.asarray(new.values), dimensions, tolerance)


def _coordinates(dataset: xr.Dataset, variable: xr.Variable, where: str) -> str:
    """The coordinates of a place, for people: ``[time=3]`` is at time 12784.0."""
    if not where:
        return ""
    told = []
    for step in where.strip("[]").split(", "):
        name, _, at = step.partition("=")
        if name in dataset.variables and dataset.variables[name].dims == (name,):
            told.append(f"{name} {dataset.variables[name].values[int(at)]}")
    return f" at {', '.join(told)}" if told else ""


def _of_attributes(
    whose: str, old: Mapping[Any, Any], new: Mapping[Any, Any], tolerance: Tolerance
) -> Iterator[Finding]:
    yield from _absent(f"attribute {whose},", old, new)
    for name in old:
        if name not in new:
            continue
        finding = _of_values(old[name], new[name], tolerance)
        if finding.status != "same":
            yield finding.model_copy(update={"where": f"attribute {name} {whose}{finding.where}"})


def _of_values(old: Any, new: Any, tolerance: Tolerance) -> Finding:
    if isinstance(old, str) and isinstance(new, str):
        if lasting(old, tolerance) == lasting(new, tolerance):
            return Finding(status="same")
        return Finding(status="different", words=f"{old[:100]!r}, and now {new[:100]!r}")
    first, second = np.atleast_1d(np.asarray(old)), np.atleast_1d(np.asarray(new))
    if first.shape != second.shape:
        return Finding(status="different", words=f"{old!r}, and now {new!r}")
    return compare(first, second, ["value"] if first.ndim == 1 else [], tolerance)


def _absent(what: str, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[Finding]:
    for name in [each for each in old if each not in new]:
        yield Finding(status="different", words="it is not there any more", where=f"{what} {name}")
    for name in [each for each in new if each not in old]:
        yield Finding(status="different", words="it was not there", where=f"{what} {name}")
