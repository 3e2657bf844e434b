"""What a backup holds, member by member, and what it was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Literal

from ..errors import Unusable

FORMAT = 1
MANIFEST = "manifest.json"
STATE, DATABASES, DEPLOYMENT, IMAGES = "state", "databases", "deployment", "images"
PARTS = (DATABASES, DEPLOYMENT, IMAGES, STATE)
SETTINGS = f"{DEPLOYMENT}/settings.env"
# Folders of the state in which people's own links may lie, from this many parts of the path on.
LINKED = {"homes": 4, "shared": 4, "runs": 6}
Kind = Literal["file", "folder", "link", "same"]
_KINDS = ("file", "folder", "link", "same")


@dataclass(frozen=True)
class Member:
    """One member.

    Attributes
    ----------
    told
        Of a file its SHA-256, of a link where it leads, of ``same`` the earlier member that it is
        another name of, of a folder nothing.
    """

    path: str
    kind: Kind
    mode: int
    uid: int
    gid: int
    size: int
    told: str


@dataclass(frozen=True)
class Manifest:
    """A whole backup.

    Attributes
    ----------
    images
        The images that releases, runs and products cite; ``saved`` are those that are in it.
    left_out
        What could not be copied, with why.
    """

    made: str
    deployment: str
    engine: str
    databases: Sequence[str]
    images: Sequence[str]
    saved: Sequence[str]
    left_out: Mapping[str, str]
    members: Sequence[Member] = field(repr=False)
    format: int = FORMAT

    @property
    def size(self) -> int:
        """What the files take when they are unpacked."""
        return sum(each.size for each in self.members)

    def written(self) -> bytes:
        """As it stands in the file. Names that are no Unicode are kept as they are."""
        head = {**asdict(self), "members": [astuple(each) for each in self.members]}
        return json.dumps(head).encode("ascii")


def read_manifest(content: bytes) -> Manifest:
    """The manifest that stands in a file.

    Raises
    ------
    Unusable
        If it is none, or of a newer format.
    """
    try:
        told = json.loads(content)
        if told["format"] != FORMAT:
            raise Unusable(f"its format is {told['format']!r}; this version reads {FORMAT}")
        members = [Member(*each) for each in told.pop("members")]
        manifest = Manifest(**told, members=members)
        datetime.fromisoformat(manifest.made)
        texts = [*manifest.databases, *manifest.images, *manifest.left_out]
        texts += [text for each in members for text in (each.path, each.told)]
        if not all(isinstance(each, str) for each in texts):
            raise Unusable("its manifest has numbers for names")
        for each in members:
            if each.kind not in _KINDS or not all(
                isinstance(number, int) and number >= 0
                for number in (each.mode, each.uid, each.gid, each.size)
            ):
                raise Unusable(f"its manifest says of {each.path!r} what cannot be")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"its manifest cannot be read: {error}") from error
    return manifest


def check_place(path: str, kind: Kind, told: str, seen: Mapping[str, Kind]) -> None:
    """See that a member can be written where it says, below a new folder and nowhere else.

    Parameters
    ----------
    seen
        The members before it: each folder comes before what is in it.

    Raises
    ------
    Unusable
        If it leads out of the folder, through a link, or over something else.
    """
    parts = path.split("/")
    if parts[0] not in PARTS or not {"", ".", ".."}.isdisjoint(parts) or "\0" in path:
        raise Unusable(f"{path!r} is no place in a backup")
    if path in seen:
        raise Unusable(f"{path!r} is in it twice")
    parent = str(PurePosixPath(path).parent)
    if parent != "." and seen.get(parent) != "folder":
        raise Unusable(f"{path!r} is in no folder of it")
    if kind == "link" and not may_be_link(parts):
        raise Unusable(f"{path!r} is a link, where none can be")
    if kind == "same" and seen.get(told) != "file":
        raise Unusable(f"{path!r} is another name of {told!r}, which is no file of it")


def may_be_link(parts: Sequence[str]) -> bool:
    """Whether a person may have made a link at a place."""
    return parts[0] == STATE and len(parts) >= LINKED.get([*parts, ""][1], len(parts) + 1)


def now() -> str:
    """The time, as a manifest has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
