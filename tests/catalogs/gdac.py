"""A GDAC on loopback: folders served over HTTP as they lie, with faults on request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.federation.server import Federation as Gdac
from tests.federation.server import Folders
from tests.federation.server import serve as serve_providers

__all__ = ["Gdac", "serve"]


@contextmanager
def serve(*folders: Path) -> Iterator[Gdac]:
    """Serve the folders as one tree, the first that has a file answering."""
    with serve_providers({"": Folders(folders)}) as gdac:
        yield gdac
