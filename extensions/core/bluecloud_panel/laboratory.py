"""Which laboratory this server is, told by its environment.

``BLUECLOUD_LAB`` is the slug and ``BLUECLOUD_ROOT`` a tree laid out like the repository; both
are set by whatever starts the server. Of the declaration only what the panel shows is read:
the whole of it is the hub's concern, and the hub is not installed here.
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from bluecloud_panel.errors import DeclarationError, NoLaboratory


@dataclass(frozen=True)
class Laboratory:
    """The laboratory this server is."""

    slug: str
    root: Path
    title: str
    summary: str
    version: str

    @property
    def curated(self) -> Path:
        """The folder of its curated notebooks."""
        return self.root / "notebooks" / self.slug


def this_laboratory() -> Laboratory:
    """The laboratory that the environment names.

    Raises
    ------
    NoLaboratory
        If it names none.
    DeclarationError
        If the declaration is absent, no TOML, or lacks what the panel shows.
    """
    slug = os.environ.get("BLUECLOUD_LAB", "")
    if not slug:
        raise NoLaboratory(
            "This JupyterLab is no laboratory: BLUECLOUD_LAB is not set. "
            "Laboratories are started from the hub."
        )
    if not slug.isalnum():
        raise DeclarationError(f"BLUECLOUD_LAB is {slug!r}: a slug is letters and digits only")
    root = os.environ.get("BLUECLOUD_ROOT", "")
    if not root:
        raise DeclarationError(
            "BLUECLOUD_ROOT is not set: it names the folder with hub/, notebooks/ and catalogs/"
        )
    path = Path(root) / "hub" / "labs" / f"{slug}.toml"
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        shown = {name: declared[name] for name in ("title", "summary", "version")}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path} cannot be read: {error}") from error
    except KeyError as error:
        raise DeclarationError(f"{path} has no {error}, which every laboratory has") from error
    return Laboratory(slug=slug, root=Path(root), **{n: str(v) for n, v in shown.items()})
