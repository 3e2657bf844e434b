"""A laboratory's content as one layer of an image, where ``images/lab.Dockerfile`` would put it.

The layer follows from the tree alone: the same files give the same bytes, on any day and machine.
It has the notebooks' folder whole and hides whatever lies below it (an opaque whiteout), so that a
notebook that was taken away is gone, whatever the image had before. Above it no path can be named
but the laboratory's own.
"""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from .errors import TreeError
from .images import Digest, digest_of_file

ROOT = "opt/bluecloud"
OPAQUE = ".wh..wh..opq"
WHITEOUT = ".wh."
IGNORED = frozenset({".ipynb_checkpoints", "__pycache__", ".DS_Store"})
MOST_BYTES = 256 * 2**20
MOST_FILES = 5000
_MTIME = 315532800  # 1980: zip files, into which a browser downloads folders, know no earlier day
_PIECE = 2**20


@dataclass(frozen=True)
class Layer:
    """A layer, packed.

    Attributes
    ----------
    digest, size
        Of its bytes.
    diff_id
        Of what is packed in them.
    """

    digest: Digest
    size: int
    diff_id: Digest


def own_files(slug: str) -> tuple[str, str]:
    """The laboratory's two single files: its declaration and its catalogue."""
    return f"hub/labs/{slug}.toml", f"catalogs/{slug}.yaml"


def own_folder(slug: str) -> str:
    """The laboratory's folder of notebooks."""
    return f"notebooks/{slug}"


def content_of(tree: Path, slug: str) -> dict[str, Path]:
    """Every file of a laboratory's content, by its path in the tree, sorted.

    Raises
    ------
    TreeError
        If one is missing, is a link or anything but a file, has a name that no layer can hold, or
        all together are too many or too long.
    """
    found: dict[str, Path] = {}
    size = 0
    for path in (*own_files(slug), own_folder(slug)):
        for name in _walked(tree, PurePosixPath(path)):
            found[str(name)] = tree / name
            size += (tree / name).lstat().st_size
            if len(found) > MOST_FILES or size > MOST_BYTES:
                raise TreeError(
                    f"{path}: a laboratory's content has at most {MOST_FILES} files and "
                    f"{MOST_BYTES // 2**20} MiB; large data belong to a source of the catalogue"
                )
    for path in own_files(slug):
        if path not in found:
            raise TreeError(f"{path} is a folder: it is a file")
    if not any(name.endswith(".ipynb") for name in found):
        raise TreeError(f"{own_folder(slug)} has no notebook")
    return dict(sorted(found.items()))


def pack(tree: Path, slug: str, into: BinaryIO) -> Layer:
    """Write a laboratory's content into a file, as a layer.

    Raises
    ------
    TreeError
        As `content_of`; and if a file changes while it is read.
    """
    with tempfile.TemporaryFile() as plain:
        with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _fill(archive, content_of(tree, slug), own_folder(slug))
        diff_id = digest_of_file(plain)
        plain.seek(0)
        with gzip.GzipFile("", "wb", 6, into, mtime=0) as zipped:
            shutil.copyfileobj(plain, zipped, _PIECE)
    packed = digest_of_file(into)
    size = into.tell()
    into.seek(0)
    return Layer(packed, size, diff_id)


def _fill(archive: tarfile.TarFile, content: dict[str, Path], opaque: str) -> None:
    folders = {str(parent) for name in (*content, f"{opaque}/x") for parent in _above(name)}
    names = sorted({*folders, *(f"{ROOT}/{name}" for name in content)})
    for name in names:
        entry = tarfile.TarInfo(name)
        entry.mtime = _MTIME
        if name in folders:
            # Every folder down to the files: Docker makes those that a layer does not name, and
            # makes them so that only root may enter.
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
            if name == f"{ROOT}/{opaque}":
                hiding = tarfile.TarInfo(f"{name}/{OPAQUE}")
                hiding.mtime, hiding.mode = _MTIME, 0o644
                archive.addfile(hiding)
            continue
        body = _read(content[name.removeprefix(f"{ROOT}/")])
        entry.mode, entry.size = 0o644, len(body)
        archive.addfile(entry, BytesIO(body))


def _above(name: str) -> Iterator[PurePosixPath]:
    """The folders that hold a file of the image, from ``opt`` down."""
    return (parent for parent in PurePosixPath(ROOT, name).parents if parent.name)


def _walked(tree: Path, path: PurePosixPath) -> Iterator[PurePosixPath]:
    """A file, or all files of a folder; none of the folders on the way is a link either."""
    for parent in [*reversed(path.parents)][1:]:
        if (tree / parent).is_symlink():
            raise TreeError(f"{parent} is a link: what is published lies in the tree itself")
    try:
        mode = (tree / path).lstat().st_mode
    except FileNotFoundError:
        raise TreeError(f"{path} is not in {tree}: a laboratory has it") from None
    _check(path)
    if stat.S_ISREG(mode):
        yield path
    elif stat.S_ISDIR(mode):
        for each in sorted((tree / path).iterdir()):
            if each.name not in IGNORED:
                yield from _walked(tree, path / each.name)
    else:
        kind = "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
        raise TreeError(f"{path} is {kind}: only files and folders are published")


def _check(path: PurePosixPath) -> None:
    name = path.name
    try:
        name.encode()
    except UnicodeEncodeError:
        raise TreeError(f"{str(path)!r}: its name is no text") from None
    if name.startswith(WHITEOUT) or not name.isprintable() or "\\" in name:
        raise TreeError(
            f"{str(path)!r}: a name has letters that can be shown, no backslash, and does not "
            f"begin with {WHITEOUT!r}, by which a layer takes files away"
        )


def _read(path: Path) -> bytes:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise TreeError(f"{path} is no file any more")
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise TreeError(f"{path} cannot be read: {error.strerror or error}") from error
    if len(body) > MOST_BYTES:
        raise TreeError(f"{path} grew beyond {MOST_BYTES // 2**20} MiB while it was read")
    return body
