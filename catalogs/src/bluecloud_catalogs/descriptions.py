"""What is said of a deposit, whatever repository it goes to, and which files can be sent.

All that can be known to be wrong is known before anything is sent: a licence must be named, and
files must be there, of different names and not too many megabytes. They are sent as they are
read, and never held whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .declarations import Line
from .errors import ParameterError, RequestTooLarge

MOST_MB = 500.0  # what is larger is better sent with the repository's own page


class Person(BaseModel):
    """Who made it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family_name: Line
    given_name: Line | None = None
    orcid: Annotated[str, Field(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")] | None = None
    affiliation: Line | None = None

    @classmethod
    def called(
        cls, name: str, *, orcid: str | None = None, affiliation: str | None = None
    ) -> Person:
        """The person of a name in one piece: ``Rossi, A.``, or with the family's name last."""
        family, is_told, given = name.strip(" ,").partition(",")
        if not is_told:
            given, _, family = family.rpartition(" ")
        return cls(
            family_name=family.strip() or name,
            given_name=given.strip() or None,
            orcid=orcid or None,
            affiliation=affiliation or None,
        )

    @property
    def name(self) -> str:
        """As catalogues have it: the family's name first."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name


class Related(BaseModel):
    """Something else that it has to do with: a DOI without its address, or an address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identifier: Line
    relation: Literal["isderivedfrom", "isidenticalto", "isnewversionof"]

    @property
    def scheme(self) -> str:
        """Which of both it is."""
        return "doi" if self.identifier.startswith("10.") else "url"


class Description(BaseModel):
    """What is said of a deposit. ``licence`` is an SPDX identifier in small letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    description: Annotated[str, Field(min_length=1)]
    creators: Annotated[tuple[Person, ...], Field(min_length=1)]
    licence: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.+-]{1,60}$")]
    published: date
    publisher: Line
    keywords: tuple[Line, ...] = ()
    version: Line | None = None
    resource_type: Annotated[str, Field(pattern=r"^[a-z-]+$")] = "dataset"
    related: tuple[Related, ...] = ()


@dataclass(frozen=True)
class Deposited:
    """A published deposit. A catalogue that gives no DOI has an empty one."""

    id: str
    doi: str
    url: str


def checked(files: Sequence[Path]) -> Mapping[str, Path]:
    """The files by their names.

    Raises
    ------
    ParameterError
        If there are none, one is not there, or two have one name.
    RequestTooLarge
        If they are more than is sent from here.
    """
    if not files:
        raise ParameterError("files: there must be at least one")
    names = [path.name for path in files]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ParameterError(f"files: two have the name {', '.join(sorted(twice))}")
    absent = [str(path) for path in files if not path.is_file()]
    if absent:
        raise ParameterError(f"files: there is no file {', '.join(absent)}")
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    if size_mb > MOST_MB:
        raise RequestTooLarge(
            f"files: they are {size_mb:.0f} MB, and {MOST_MB:g} MB are sent at once from here: "
            "use the repository's own page"
        )
    return dict(zip(names, files, strict=True))


def checksum(path: Path, kind: Literal["md5", "sha256"]) -> str:
    """The checksum of a file, in hexadecimal digits.

    Raises
    ------
    ParameterError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            made = hashlib.new(kind, usedforsecurity=False)
            while piece := file.read(2**20):
                made.update(piece)
            return made.hexdigest()
    except OSError as error:
        raise ParameterError(f"files: {path.name} cannot be read: {error.strerror}") from error
