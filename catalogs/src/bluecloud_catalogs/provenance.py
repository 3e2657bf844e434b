"""Where data came from, on the data itself and in the log of accesses.

A figure outlives the notebook it was made in. So what was read says in its ``attrs`` which
entry of which source it is, what was asked, which tier answered and when, of which version or
date the data are, under which licence, whom to cite, and the checksum of the files it was made
from. The same goes as one JSON line
into the file that ``BLUECLOUD_ACCESS_LOG`` names, from which a run can cite all it touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .declarations import OWN_SOURCE, PRODUCTS_SOURCE, FolderSample
from .errors import DataError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .declarations import Tier
    from .places import File
    from .readers.base import Data, Reading
    from .tree import Entry


def stamp(entry: Entry, request: BaseModel, tier: Tier, reading: Reading) -> Data:
    """The data with their provenance in ``attrs``; the access is logged."""
    sample = entry.declaration.sample
    synthetic = tier == "sample" and sample is not None and sample.synthetic
    title = entry.declaration.title
    if synthetic and "SYNTHETIC" not in title:
        title = f"SYNTHETIC SAMPLE of: {title}"
    stamped = {
        "title": title,
        "source": entry.source,
        "entry": entry.name,
        "request": request.model_dump_json(exclude_none=True),
        "tier": tier,
        "access_time": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset_version": _version(reading),
        "licence": _licence(entry, synthetic=synthetic),
        "citation": _NO_OBSERVATIONS if synthetic else entry.citation,
        "checksum": _checksum(reading.files),
        "synthetic": "true" if synthetic else "false",
    }
    if tier == "snapshot":
        stamped["snapshot_time"] = min(file.kept_at for file in reading.files)
    address = entry.address if tier != "sample" else ""
    had = sum(len(file.content) for file in reading.files)
    files = [file.path for file in reading.files]
    _log({**stamped, "address": address, "files": files, "bytes": had})
    reading.data.attrs.update({**stamped, **reading.notes})
    return reading.data


def citations(*read: Data) -> str:
    """The acknowledgement that a work on these data owes: one line for each source used.

    Datasets and tables of any source, and what was merged of several, which owes what each owes.

    Raises
    ------
    DataError
        If something was not read through a catalogue, or has lost its ``attrs`` on the way.
    """
    lines: dict[str, list[str]] = {}
    for number, data in enumerate(read, start=1):
        for attrs in _told(data.attrs):
            absent = [name for name in _OWED if name not in attrs]
            if absent:
                raise DataError(
                    f"dataset {number} of {len(read)} says nothing of its {', '.join(absent)}: "
                    "only what a catalogue's entry read, with its attrs kept, can be cited"
                )
            cited = str(attrs["citation"]).rstrip()
            stop = "" if cited.endswith((".", "!", "?")) or _ENDS_IN_ADDRESS.search(cited) else "."
            line = f"{cited}{stop} Licence: {attrs['licence']}."
            here = {OWN_SOURCE: "own file", PRODUCTS_SOURCE: "product"}
            where = here.get(str(attrs.get("source")), f"{attrs['tier']} tier")
            access = f"{attrs['entry']}, {where}, read {attrs['access_time'][:10]}"
            lines.setdefault(line, []).append(access)
    return "\n".join(
        f"{line} ({'; '.join(dict.fromkeys(accesses))})" for line, accesses in lines.items()
    )


def _told(attrs: Mapping[Any, Any]) -> list[Mapping[Any, Any]]:
    """The provenance on some data: its own, or that of each of which it was merged."""
    if "merged_from" not in attrs or "entry" in attrs:
        return [attrs]
    try:
        told = json.loads(attrs["merged_from"])
    except (TypeError, ValueError) as error:
        raise DataError(f"merged_from is no JSON: {error}") from error
    return list(told) or [attrs]


def _version(reading: Reading) -> str:
    """What the reader found to be the version, or the date of an index, or of the newest file."""
    for name in ("dataset_version", "version", "index_date_of_update"):
        if reading.notes.get(name):
            return str(reading.notes[name])
    table = getattr(reading.data, "attrs", {})
    if table.get("index_date_of_update"):
        return str(table["index_date_of_update"])
    moments = []
    for file in reading.files:
        try:
            moments.append(parsedate_to_datetime(file.validators.last_modified or ""))
        except (TypeError, ValueError):
            continue
    return f"files of {max(moments):%Y-%m-%d}" if moments else "not told"


_OWED = ("entry", "citation", "licence", "tier", "access_time")
_OUR_LICENCE = "CC0 1.0 (https://creativecommons.org/publicdomain/zero/1.0)"
_ENDS_IN_ADDRESS = re.compile(r"https?://\S+$")  # a stop would become part of it
_NO_OBSERVATIONS = "SYNTHETIC data of Blue-Cloud VRE: no observations, not to be cited as such."


def _licence(entry: Entry, *, synthetic: bool) -> str:
    """The licence of what was read: files that we made in a provider's layout are ours."""
    if synthetic and isinstance(entry.declaration.sample, FolderSample):
        return _OUR_LICENCE
    return f"{entry.licence.name} ({entry.licence.url})"


def _checksum(files: Sequence[File]) -> str:
    """The sha256 of a file; of several, that of the list ``sha256sum`` prints of them."""
    if not files:
        return "none: computed"
    if len(files) == 1:
        return f"sha256:{files[0].sha256}"
    listed = "".join(f"{file.sha256}  {file.path}\n" for file in files)
    return f"sha256:{hashlib.sha256(listed.encode()).hexdigest()} of {len(files)} files"


def _log(access: dict[str, object]) -> None:
    told = os.environ.get("BLUECLOUD_ACCESS_LOG")
    if not told:
        return
    # One write of one line in append mode: several kernels may share a log.
    try:
        with Path(told).open("a", encoding="utf-8") as log:
            log.write(json.dumps(access, ensure_ascii=False) + "\n")
    except OSError as error:  # not a warning: a run would cite less than it has used
        raise DataError(f"BLUECLOUD_ACCESS_LOG={told}: it cannot be written: {error}") from error
