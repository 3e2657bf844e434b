"""The laboratories, as declared in ``hub/labs``.

One file declares one laboratory, and the file's name is the laboratory's slug: the one
spelling of its image, folders, routines, JupyterLab plugin, group and named server. A slug is
letters and digits only, because that is what all of those accept unescaped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bluecloud_hub.errors import DeclarationError

Memory = Annotated[str, Field(pattern=r"^[1-9][0-9]*[MG]$")]
SLUG = r"^[a-z][a-z0-9]{1,29}$"

# Names of our other images, and of the group that may do everything.
RESERVED = frozenset({"base", "database", "hub", "operators", "registry", "service", "tools"})


_UNITS = {"M": 2**20, "G": 2**30}


def in_bytes(memory: Memory) -> int:
    """A declared amount of memory in bytes: ``2G`` is 2147483648."""
    return int(memory[:-1]) * _UNITS[memory[-1]]


class Size(BaseModel):
    """How large a laboratory's server may grow: cores, and memory in M or G bytes (powers of 2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    cpu_limit: Annotated[float, Field(gt=0, le=64)]
    memory_limit: Memory
    memory_guarantee: Memory

    @property
    def summary(self) -> str:
        """The size in a few words, as a person chooses it: ``Small: 1 core, 2 GB``."""
        cores = f"{self.cpu_limit:g} core{'' if self.cpu_limit == 1 else 's'}"
        return f"{self.title}: {cores}, {self.memory_limit[:-1]} {self.memory_limit[-1]}B"


class Laboratory(BaseModel):
    """One virtual laboratory: what the hub needs to know to open its door.

    ``access`` says who may: ``everyone`` who can log in, or the ``members`` of its groups.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Annotated[str, Field(pattern=SLUG)]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    summary: Annotated[str, Field(min_length=1, max_length=300)]
    theme: str
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){1,2}$")]
    access: Literal["everyone", "members"]
    sizes: Annotated[dict[str, Size], Field(min_length=1)]

    @property
    def image(self) -> str:
        """The name its image is built under."""
        return f"bluecloud/{self.slug}"

    @property
    def groups(self) -> frozenset[str]:
        """The groups that may open it, whatever ``access`` says."""
        return frozenset({self.slug, f"{self.slug}-testers", f"{self.slug}-managers"})

    def admits(self, groups: Iterable[str], *, is_operator: bool = False) -> bool:
        """Whether a person in these groups may open it."""
        return is_operator or self.access == "everyone" or not self.groups.isdisjoint(groups)

    @property
    def default_size(self) -> str:
        """The size offered to someone who has not chosen one: the first declared."""
        return next(iter(self.sizes))


def read_laboratory(path: Path) -> Laboratory:
    """Read one declaration; its file name is the slug.

    Raises
    ------
    DeclarationError
        If the file is not TOML, lacks a field, or has one no laboratory has.
    """
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{path}: not readable as TOML: {error}") from error
    if path.stem in RESERVED:
        raise DeclarationError(f"{path}: no laboratory can be called {path.stem!r}; it is reserved")
    if "slug" in declared:
        raise DeclarationError(f"{path}: 'slug' is given by the file's name and not in the file")
    try:
        return Laboratory(slug=path.stem, **declared)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']} (given: {fault['input']!r:.80})"
            for fault in error.errors()
        )
        raise DeclarationError(f"{path}: {faults}") from error


def read_laboratories(folder: Path) -> dict[str, Laboratory]:
    """Every laboratory declared in a folder, by slug, in the order of their slugs.

    Raises
    ------
    DeclarationError
        If one of them cannot be used, or the folder declares none.
    """
    laboratories = [read_laboratory(path) for path in sorted(folder.glob("*.toml"))]
    if not laboratories:
        raise DeclarationError(f"{folder}: no laboratory is declared here (no *.toml)")
    return {laboratory.slug: laboratory for laboratory in laboratories}


def picture(folder: Path, slug: str) -> str:
    """The SVG picture of a laboratory, as text; empty where it has none."""
    path = folder / f"{slug}.svg"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
