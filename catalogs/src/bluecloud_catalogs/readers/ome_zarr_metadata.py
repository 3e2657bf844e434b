"""What an OME-Zarr says of itself: which images it holds, with which axes, at which resolutions.

Version 0.4 lies in Zarr 2, its words in ``.zattrs``; version 0.5 in Zarr 3, its words under
``ome`` in ``zarr.json``. A bucket asked for what it does not have answers as it likes: 404, 403
where it may not be listed, and 400 at its root. All of these say that there is no image here,
unless the bucket wants a login for everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ..answers import as_json
from ..errors import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    SourceError,
    SourceUnavailable,
)
from ..places import Ask

if TYPE_CHECKING:
    from ..places import File, Place
    from .zarr_array import CheckedArray
    from .zarr_store import PlaceStore

# Where a group's words are, and the format of Zarr.
WORDS: Mapping[str, Literal[2, 3]] = {".zattrs": 2, "zarr.json": 3}
_ARRAY: Mapping[int, str] = {2: ".zarray", 3: "zarr.json"}
_MOST_LEVELS = 30


@dataclass(frozen=True)
class Axis:
    """An axis of an image; ``unit`` is 1 where none is said."""

    name: str
    kind: str
    unit: str


@dataclass
class Group:
    """A store's group and what it says."""

    place: Place
    root: str
    proof: str  # the name of the file that its words are in
    file: File
    words: Mapping[str, Any]

    @property
    def zarr_format(self) -> Literal[2, 3]:
        """The format of Zarr it lies in."""
        return WORDS[self.proof]

    @property
    def sample(self) -> str:
        """Where it lies in a sample: its path, or its address without the scheme."""
        return self.root.partition("://")[2] or self.root

    @cached_property
    def store(self) -> PlaceStore:
        """Its files, as those of a Zarr store."""
        from .zarr_store import PlaceStore

        return PlaceStore(self.place, self.root, sample=self.sample, proof=self.proof)

    @property
    def files(self) -> list[File]:
        """All that was had of it."""
        return [self.file, *self.store.files]

    def words_of(self, path: str) -> Mapping[str, Any]:
        """What a group below it says.

        Raises
        ------
        MalformedAnswer
            If there is none.
        """
        import json

        content = self.store.has(f"{path}/{self.proof}")
        if content is None:
            raise MalformedAnswer(f"{self.root}: it says that {path} is a part of it, and has none")
        try:
            return _words(json.loads(content), self.proof, f"{self.root}/{path}")
        except ValueError as error:
            raise MalformedAnswer(f"{self.root}/{path}: it is no JSON: {error}") from error


@dataclass(frozen=True)
class Level:
    """A level of a pyramid: its array, and where a pixel is: ``shift + scale * number``."""

    name: str
    scale: tuple[float, ...]  # for each axis
    shift: tuple[float, ...]


@dataclass(frozen=True)
class Image:
    """An image: its axes, and its levels, the finest first, each with its array."""

    path: str
    version: str
    axes: tuple[Axis, ...]
    levels: tuple[Level, ...]
    arrays: tuple[CheckedArray, ...]
    channels: tuple[str, ...]


def open_group(place: Place, root: str) -> Group:
    """A store's group, of whichever version.

    Raises
    ------
    NotFound
        If there is none.
    CredentialRequired
        If the server wants a login for it.
    """
    said: list[SourceError] = []
    sample = root.partition("://")[2] or root
    for name in WORDS:
        try:
            (file,) = place.fetch([Ask(f"{root}/{name}", sample=f"{sample}/{name}")])
        except (NotFound, CredentialRequired, RequestRefused) as error:
            said.append(error)
            continue
        except SourceUnavailable as error:
            if place.tier != "snapshot":
                raise
            said.append(error)  # the other version's file may have been kept
            continue
        return Group(place, root, name, file, _words(as_json(file), name, file.path))
    if all(isinstance(error, SourceUnavailable) for error in said):
        raise said[0]
    for each in said:
        if isinstance(each, CredentialRequired) and "AccessDenied" not in str(each):
            raise each
    raise NotFound(f"{root}: there is no OME-Zarr: {said[0]}")


def _words(told: Any, name: str, where: str) -> Mapping[str, Any]:
    if isinstance(told, dict) and name == "zarr.json":
        told = (told.get("attributes") or {}).get("ome", {})
    if not isinstance(told, dict):
        raise MalformedAnswer(f"{where}: these are no attributes of a group")
    return told


def image_of(group: Group, *, well: str | None, field: int) -> Image:
    """The image of a group: its own, the one of a well and field, or the one of that number.

    Raises
    ------
    ParameterError
        If it holds no such image.
    MalformedAnswer
        If what it says is not as the format has it.
    """
    path, words = "", group.words
    if "plate" in words:
        path = _field(group, well or _wells(group)[0], field)
        words = group.words_of(path)
    elif well is not None:
        raise ParameterError(f"well = {well}: {group.root} is no plate")
    elif "bioformats2raw.layout" in words:
        path = str(field)
        words = group.words_of(path)
    elif field:
        raise ParameterError(f"field = {field}: {group.root} holds one image")
    return _pyramid(group, path, words)


def _wells(group: Group) -> list[str]:
    try:
        return [str(each["path"]) for each in group.words["plate"]["wells"]]
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{group.root}: its plate has no list of wells: {error!r}") from error


def _field(group: Group, well: str, field: int) -> str:
    wells = _wells(group)
    if well not in wells:
        shown = ", ".join(wells[:12]) + (f" and {len(wells) - 12} more" if len(wells) > 12 else "")
        raise ParameterError(f"well = {well}: the plate has {shown}")
    try:
        fields = [str(each["path"]) for each in group.words_of(well)["well"]["images"]]
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{group.root}/{well}: it is no well: {error!r}") from error
    if field >= len(fields):
        raise ParameterError(f"field = {field}: well {well} has {len(fields)}, from 0 on")
    return f"{well}/{fields[field]}"


def _pyramid(group: Group, path: str, words: Mapping[str, Any]) -> Image:
    from .zarr_array import CheckedArray

    where = f"{group.root}/{path}" if path else group.root
    try:
        told = words["multiscales"][0]
        axes = tuple(
            Axis(str(each["name"]), str(each.get("type", "")), str(each.get("unit") or "1"))
            for each in told["axes"]
        )
        levels = tuple(_level(each, len(axes)) for each in told["datasets"])
        version = str(words.get("version") or told.get("version") or "")
        channels = tuple(
            str(each.get("label", number))
            for number, each in enumerate((words.get("omero") or {}).get("channels") or ())
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"{where}: it is no image of OME-Zarr: {error!r}") from error
    names = [axis.name for axis in axes]
    if not 2 <= len(axes) <= 5 or len(set(names)) < len(names) or not set(names) <= set("tczyx"):
        raise MalformedAnswer(f"{where}: its axes are {', '.join(names)}: two to five of tczyx")
    if not 0 < len(levels) <= _MOST_LEVELS:
        raise MalformedAnswer(f"{where}: it has {len(levels)} levels: 1 to {_MOST_LEVELS}")
    prefix = f"{path}/" if path else ""
    metadata = _ARRAY[group.zarr_format]
    for level in levels:
        if group.store.has(f"{prefix}{level.name}/{metadata}") is None:
            raise MalformedAnswer(f"{where}: it has no level {level.name}, and says that it has")
    arrays = tuple(
        CheckedArray(group.store, f"{prefix}{level.name}", zarr_format=group.zarr_format)
        for level in levels
    )
    for level, array in zip(levels, arrays, strict=True):
        if array.ndim != len(axes):
            raise MalformedAnswer(
                f"{where}: level {level.name} has {array.ndim} axes, and the image {len(axes)}"
            )
    channel = next((number for number, axis in enumerate(axes) if axis.kind == "channel"), None)
    if channel is None or len(channels) != arrays[0].shape[channel]:
        channels = ()
    return Image(where, version, axes, levels, arrays, channels)


def _level(level: Mapping[str, Any], axes: int) -> Level:
    """A level as it is declared.

    Raises
    ------
    ValueError
        If it says no scale, or not for each axis.
    """
    scale: tuple[float, ...] = ()
    shift = (0.0,) * axes
    for each in level["coordinateTransformations"]:
        if each["type"] == "scale":
            scale = tuple(float(number) for number in each["scale"])
        elif each["type"] == "translation":
            shift = tuple(float(number) for number in each["translation"])
    if len(scale) != axes or len(shift) != axes:
        raise ValueError(f"its scale {scale} and shift {shift} are not of {axes} axes")
    return Level(str(level["path"]), scale, shift)
