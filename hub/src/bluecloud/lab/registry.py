"""A small client of a registry: the OCI Distribution API 1.1, over httpx, without Docker.

What comes is held against its digest before it is believed, and what is sent is named by its
digest; tags are read at most, and never moved. What is asked for twice does no harm, so that a
line that breaks is tried again, and an upload goes on where the registry says that it stands.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from typing import BinaryIO

import httpx

from .errors import Damaged, Missing, RegistryError, Unreachable
from .images import (
    INDEXES,
    MANIFESTS,
    Descriptor,
    Digest,
    Manifest,
    amd64_of,
    digest,
    digest_of,
    digest_of_file,
)
from .uploads import Told, Upload
from .wire import MOST_JSON, Unlike, Wire, checked, pull, push

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_PIECE = 8 * 2**20
_ACCEPTED = {"Accept": ", ".join(sorted(MANIFESTS | INDEXES))}


def _nothing(_done: int, _whole: int) -> None:
    pass


class Registry:
    """A registry, as one person reaches it.

    Parameters
    ----------
    address
        Such as ``https://registry.example.org``; without a scheme it is https, on loopback http.
    token
        The person's token of the hub; None asks as nobody.
    exchange
        Where it is exchanged for a token of the registry; see `tokens.Exchange`.
    patience
        Seconds to wait before each new try, when the line breaks.
    piece
        Bytes that are sent at once.
    """

    def __init__(
        self,
        address: str,
        token: str | None = None,
        *,
        exchange: str | None = None,
        patience: Sequence[float] = (0.5, 1.0, 2.0),
        piece: int = _PIECE,
    ) -> None:
        self._wire = Wire(address, token, exchange, patience)
        self._piece = piece

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    @property
    def host(self) -> str:
        """Its name in the names of images."""
        return self._wire.host

    def manifest(self, repository: str, reference: str) -> Manifest:
        """The image that a digest or a tag names; of an index, that for linux/amd64.

        Raises
        ------
        RegistryError
            If it is not there, or is not what its digest says.
        """
        address = self._wire.url(repository, "manifests", _reference(reference))
        with self._wire.asking(
            "GET", address, scopes=pull(repository), headers=_ACCEPTED
        ) as answer:
            body = self._wire.short(answer, f"manifest {reference}")
            kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if reference.startswith("sha256:"):
            self._hold(body, digest(reference), "manifest")
        if kind in INDEXES:
            return self.manifest(repository, amd64_of(body))
        return Manifest.read(body, kind)

    def has_manifest(self, repository: str, name: Digest) -> bool:
        """Whether a manifest is there."""
        return self._is_there(repository, "manifests", name)

    def has_blob(self, repository: str, name: Digest) -> bool:
        """Whether a blob is there."""
        return self._is_there(repository, "blobs", name)

    def blob(self, repository: str, wanted: Descriptor) -> bytes:
        """A short blob, such as a config.

        Raises
        ------
        RegistryError
            If it is not there, not what its digest says, or longer than 8 MiB.
        """
        if wanted.size > MOST_JSON:
            raise Damaged(f"{wanted.digest} has {wanted.size} bytes: at most {MOST_JSON} are read")
        address = self._wire.url(repository, "blobs", wanted.digest)
        with self._wire.asking("GET", address, scopes=pull(repository)) as answer:
            body = self._wire.short(answer, f"blob {wanted.digest}")
        self._hold(body, wanted.digest, "blob")
        return body

    def fetch(self, repository: str, wanted: Descriptor, into: BinaryIO) -> None:
        """Write a blob of any length into a file, from its beginning.

        Raises
        ------
        RegistryError
            If it is not there, or not what its digest says; the file is not to be used then.
        """
        address = self._wire.url(repository, "blobs", wanted.digest)
        for pause in (*self._wire.patience, None):
            into.seek(0)
            into.truncate()
            found, length = hashlib.sha256(), 0
            try:
                with self._wire.asking("GET", address, scopes=pull(repository)) as answer:
                    for piece in answer.iter_bytes():
                        length += len(piece)
                        if length > wanted.size:
                            break
                        found.update(piece)
                        into.write(piece)
                break
            except httpx.HTTPError as error:
                if pause is None:
                    raise Unreachable(f"{self.host} broke off {wanted.digest}: {error}") from error
                time.sleep(pause)
        if length != wanted.size or f"sha256:{found.hexdigest()}" != wanted.digest:
            told = "more bytes" if length > wanted.size else f"sha256:{found.hexdigest()}"
            raise Damaged(f"{self.host} gave other bytes for the blob {wanted.digest}: {told}")
        into.seek(0)

    def mount(self, repository: str, name: Digest, *, source: str) -> bool:
        """Take a blob from another repository of the registry; False if it has to be sent."""
        if self.has_blob(repository, name):
            return True
        address = self._wire.url(repository, "blobs", "uploads/")
        with self._wire.asking(
            "POST",
            address,
            scopes=(*push(repository), *pull(source)),
            params={"mount": digest(name), "from": checked(source)},
        ) as answer:
            # Else the registry began an upload, and ends it since nobody goes on with it.
            return answer.status_code == 201

    def push_blob(
        self, repository: str, name: Digest, file: BinaryIO, told: Told = _nothing
    ) -> None:
        """Send a file, unless it is there; its digest is held against its bytes on both sides.

        Raises
        ------
        RegistryError
            If it could not be sent; then nothing of it is there.
        """
        found, size = digest_of_file(file), file.tell()
        if found != name:
            raise Damaged(f"{name} is to be sent, and these bytes are {found}")
        if self.has_blob(repository, name):
            told(size, size)
            return
        Upload(self._wire, repository, name, file, size, piece=self._piece, told=told).send()

    def push_manifest(self, repository: str, manifest: Manifest) -> Digest:
        """Make an image be there, under its digest alone; all that it names has to be there.

        Raises
        ------
        RegistryError
            If it was not taken.
        """
        for pause in self._wire.patience:
            try:
                return self._put(repository, manifest)
            except Unlike:
                # Somebody else sends one of its blobs at this moment: the registry writes that
                # blob's link anew, and reads it half written.
                time.sleep(pause)
        return self._put(repository, manifest)

    def _put(self, repository: str, manifest: Manifest) -> Digest:
        name = manifest.digest
        with self._wire.asking(
            "PUT",
            self._wire.url(repository, "manifests", name),
            scopes=push(repository),
            headers={"Content-Type": manifest.media_type},
            content=manifest.body,
        ) as answer:
            taken = answer.headers.get("docker-content-digest", name)
        if taken != name:
            raise Damaged(f"{self.host} took the manifest {name} for {taken}")
        return name

    def _is_there(self, repository: str, what: str, name: Digest) -> bool:
        address = self._wire.url(repository, what, digest(name))
        try:
            with self._wire.asking("HEAD", address, scopes=pull(repository), headers=_ACCEPTED):
                return True
        except Missing:
            return False

    def _hold(self, body: bytes, name: Digest, what: str) -> None:
        if (found := digest_of(body)) != name:
            raise Damaged(f"{self.host} gave other bytes for the {what} {name}: {found}")


def _reference(text: str) -> str:
    if text.startswith("sha256:"):
        return digest(text)
    if not _TAG.fullmatch(text):
        raise RegistryError(f"{text!r:.90} names no image: it is a digest or a tag")
    return text
