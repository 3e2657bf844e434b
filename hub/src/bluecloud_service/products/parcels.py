"""The files of a product as a repository takes them: plain names, no folders, nothing altered.

Repositories keep files and no folders. So a file goes as it is, and each folder, as one of Zarr, as
one ZIP file with what is in it, which Zarr's own readers open. What is sent is held against the
checksums that the product was approved with.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import NotThere
from ..runs.outputs import Output, open_below
from .records import Kept

_PIECE = 2**20


def parcels(product: Kept) -> dict[str, list[Output]]:
    """What is in each file that is sent, by its name."""
    found: dict[str, list[Output]] = {}
    for each in product.files:
        output = Output.model_validate(each)
        top, below, _ = output.path.partition("/")
        found.setdefault(f"{top}.zip" if below else top, []).append(output)
    return found


@contextmanager
def packed(product: Kept, folder: Path, scratch: Path) -> Iterator[Sequence[Path]]:
    """The files to send, of a product whose files are in a folder; gone with the block.

    Raises
    ------
    NotThere
        If one is not what it was when the product was approved.
    """
    with tempfile.TemporaryDirectory(prefix="deposit-", dir=scratch) as made:
        yield [_packed(folder, Path(made) / name, of) for name, of in parcels(product).items()]


def _packed(folder: Path, to: Path, outputs: Sequence[Output]) -> Path:
    if outputs[0].path == to.name:
        with open_below(folder, to.name) as file:
            _copied(file, outputs[0])
        return folder / to.name
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for output in outputs:
            # Without the time of day: the same folder is the same file.
            entry = zipfile.ZipInfo(output.path.partition("/")[2])
            with open_below(folder, output.path) as file, archive.open(entry, "w") as packing:
                _copied(file, output, packing)
    return to


def _copied(file: BinaryIO, output: Output, to: Any = None) -> None:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
        if to is not None:
            to.write(piece)
    if digest.hexdigest() != output.sha256:
        raise NotThere(f"{output.path} is not what was approved: its checksum is another")
