"""The files of proposals and products: copied once, moved into place at once, taken away at once.

::

    <state>/service/products/drafts/<proposal>     what waits, as it will be published
    <state>/service/products/held/<laboratory>/<product>/<version>   what an embargo holds back
    <state>/products/<laboratory>/<product>/<version>                what everybody reads
    <state>/members-products/<laboratory>/<laboratory>/<product>/<version>   what members alone read
        product.json  entry.yaml  item.json  files/  lineage/
        tombstone.json                             alone, where it was withdrawn

What is checked is the copy, and the copy is what is published: a run can neither have a link
followed nor change a file after it was looked at.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bluecloud_hub.homes import make_products, members_products, products
from bluecloud_runner.folders import RunFolder, sync_folder, write_whole

from ..errors import NotAsked, NotThere
from ..runs.capsule.parts import METADATA, place
from ..runs.outputs import Output, open_below
from .records import Kept

MOST_BYTES = 4 * 2**30
FILES, LINEAGE, TOMBSTONE = "files", "lineage", "tombstone.json"
_NEW_S = 3600.0
_LINEAGE = (
    METADATA,
    "notebook.ipynb",
    "parameters.json",
    "run.json",
    "environment.json",
    "accesses.jsonl",
)


class Drafts:
    """The folders of a deployment's products.

    Parameters
    ----------
    state
        The deployment's folder of state.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._own = state / "service" / "products"
        self.published = state / "products"
        for each in (self._own / "drafts", self._own / "held", self.published):
            each.mkdir(parents=True, exist_ok=True)
        self.published.chmod(0o755)

    def stage(self, identifier: str, run: RunFolder, outputs: Sequence[Output]) -> Path:
        """Copy a run's outputs, and where they came from, into the draft of a proposal.

        Raises
        ------
        NotAsked
            If they are too large together.
        NotThere
            If one is gone, was made a link, or is not what it was when the run ended.
        """
        total = sum(output.bytes for output in outputs)
        if total > MOST_BYTES:
            raise NotAsked(f"they are {total} bytes together: a product has {MOST_BYTES} at most")
        draft = self.draft(identifier)
        try:
            for output in outputs:
                _copied(run.outputs, output, draft / FILES / output.path)
            for name in _LINEAGE:
                _lineage(run, name, draft / LINEAGE / name)
            for folder, _, _ in os.walk(draft):
                Path(folder).chmod(0o755)
                sync_folder(Path(folder))
        except BaseException:
            self.discard(identifier)
            raise
        return draft / FILES

    @property
    def scratch(self) -> Path:
        """A folder for what is made and gone within the hour; what is left there is taken away."""
        return self._own / "drafts"

    def draft(self, identifier: str) -> Path:
        """The folder of a proposal."""
        return self._own / "drafts" / identifier

    def discard(self, identifier: str) -> None:
        """Take a proposal's files away."""
        shutil.rmtree(self.draft(identifier), ignore_errors=True)

    def discard_others(self, kept: Iterable[str]) -> None:
        """Take away the drafts of no proposal, and what was being taken away.

        One that is new may be of a proposal that another service is making just now.
        """
        known, new = {*kept}, time.time() - _NEW_S
        for each in (self._own / "drafts").iterdir():
            if each.name not in known and each.stat().st_mtime < new:
                shutil.rmtree(each, ignore_errors=True)
        for each in self._own.glob(".gone-*"):
            shutil.rmtree(each, ignore_errors=True)

    def store(self, product: Kept, documents: Mapping[str, bytes]) -> None:
        """Move a draft to its place, whole, with what is told of it; done once or again.

        Raises
        ------
        NotThere
            If the draft is gone.
        """
        if self.folder(product) is not None:
            return
        draft = self.draft(product.id)
        if not draft.is_dir():
            raise NotThere(f"the files of {product.name} are gone")
        for name, content in documents.items():
            write_whole(draft / name, content)
        self._move(draft, self._place(product, held=product.is_held))

    def release(self, product: Kept) -> None:
        """Move what an embargo held back to where everybody reads it, if its day has come."""
        held = self._place(product, held=True)
        if held.is_dir() and not product.is_held:
            self._move(held, self._place(product, held=False))

    def cite(self, product: Kept, documents: Mapping[str, bytes]) -> None:
        """Write anew what is told of a product that has a DOI, if that is not told of it yet."""
        folder = self.folder(product)
        if folder is None or not product.doi:
            return
        for name, content in documents.items():
            if product.doi not in (folder / name).read_text():
                write_whole(folder / name, content)

    def bury(self, product: Kept, tombstone: bytes) -> None:
        """Take a product's files away, and leave a word in their place; done once or again."""
        grave = self._place(product, held=False)
        with (self._own / "burying.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # whoever looks after products does it too
            if not (grave / TOMBSTONE).is_file():
                self._bury(product, grave, tombstone)

    def _bury(self, product: Kept, grave: Path, tombstone: bytes) -> None:
        stone = self._own / f".gone-{secrets.token_hex(8)}"
        stone.mkdir(mode=0o755)
        write_whole(stone / TOMBSTONE, tombstone)
        for place_of in (self._place(product, held=True), grave):
            if place_of.is_dir():
                gone = self._own / f".gone-{secrets.token_hex(8)}"
                place_of.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
        self._move(stone, grave)

    def folder(self, product: Kept) -> Path | None:
        """Where a product's files are, or None where they are not."""
        for held in (False, True):
            found = self._place(product, held=held)
            if (found / FILES).is_dir():
                return found
        return None

    def readable(self, product: Kept) -> Path:
        """The folder of products that those who see it read it from."""
        if not product.members_only:
            return self.published
        return make_products(self._state, product.laboratory)[1]

    def _place(self, product: Kept, *, held: bool) -> Path:
        if not held:
            self.readable(product)  # which makes it
        return place_of(self._state, product, held=held)

    def _move(self, frm: Path, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        for each in (to.parent, to.parent.parent):
            each.chmod(0o755)
        try:
            frm.rename(to)
        except OSError:
            if not to.is_dir() or frm.is_dir():  # else another service was quicker
                raise
        sync_folder(to.parent)


def place_of(state: Path, product: Kept, *, held: bool) -> Path:
    """Where a product's folder is in a deployment's state, whether it is there or not."""
    if held:
        below = state / "service" / "products" / "held"
    elif product.members_only:
        below = members_products(state, product.laboratory)
    else:
        below = products(state)
    return below / product.laboratory / product.slug / str(product.version)


def _copied(folder: Path, output: Output, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open_below(folder, output.path) as file, to.open("xb") as copy:
        while piece := file.read(2**20):
            digest.update(piece)
            copy.write(piece)
            if copy.tell() > output.bytes:
                break
        copy.flush()
        os.fsync(copy.fileno())
    to.chmod(0o644)
    if digest.hexdigest() != output.sha256:
        raise NotThere(f"{output.path} was altered after the run had ended: run it again")


def _lineage(run: RunFolder, name: str, to: Path) -> None:
    """Copy a part of the capsule; one that the run did not leave is left out."""
    to.parent.mkdir(parents=True, exist_ok=True)
    folder, path = place(run, name)
    with suppress(NotThere), open_below(folder, path) as file, to.open("xb") as copy:
        shutil.copyfileobj(file, copy)
        to.chmod(0o644)
