"""Sets of small images that are sorted into classes, as those that classifiers are trained with.

A folder for each class holds its images; beside them lie lists that say which image is for
training, validating or testing, each line a path and the number of its class. What the lists say
and where the images lie must agree. Images come as arrays of the grey values or colours recorded,
each of its own size: what a pixel is in micrometres only the instrument knows.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..answers import as_text
from ..declarations import RelativePath
from ..errors import MalformedAnswer, NotFound, RequestTooLarge
from .asked import Asked
from .base import Reading, SourceReader
from .words import Form, Name, Names

if TYPE_CHECKING:
    import numpy as np

    from ..places import File, Place

MOST_IMAGES = 5000
MOST_PIXELS = 50_000_000  # of one image
Split = Literal["train", "val", "test"]
Taxa: TypeAlias = Annotated[
    Names, Form(r"[A-Z][A-Za-z ._-]{1,60}", "the name of a class, as Noctilucales")
]
Images: TypeAlias = Annotated[
    Names, Form(r"[\w][\w.-]{0,120}\.(jpg|jpeg|png)", "the name of an image's file", most=5000)
]
OneSplit: TypeAlias = Annotated[Name, Form(r"train|val|test", "train, val or test", most=1)]


class ImageSetOptions(BaseModel):
    """Where the classes, the lists and the images are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: RelativePath
    lists: Annotated[dict[Split, RelativePath], Field(min_length=1)]
    images: RelativePath

    @model_validator(mode="after")
    def _different(self) -> ImageSetOptions:
        if len(set(self.lists.values())) != len(self.lists):
            raise ValueError("two lists are one file")
        return self


class ImageSetRequest(Asked):
    """Which images: all that fulfil every condition given."""

    taxon: Taxa = None
    image: Images = None
    split: OneSplit = None


class ImageSet(SourceReader):
    """Reads images with their classes."""

    protocol = "sorted images"
    makes = "pandas:DataFrame"
    options = ImageSetOptions
    request = ImageSetRequest

    def read(
        self, place: Place, options: ImageSetOptions, request: ImageSetRequest, *, lazy: bool
    ) -> Reading:
        """Read the images asked for."""
        import pandas as pd

        named, *lists = files = place.fetch([options.classes, *options.lists.values()])
        classes = as_text(named).split("\n")
        classes = [line.strip() for line in classes if line.strip()]
        listed = [
            row
            for split, file in zip(options.lists, lists, strict=True)
            for row in rows_of(file, split, classes)
        ]
        for asked, column in ((request.taxon, "taxon"), (request.image, "image")):
            absent = set(asked or ()) - {row[column] for row in listed}
            if absent:
                raise NotFound(f"{column}: the set has no {', '.join(sorted(absent))}")
        wanted = [row for row in listed if _is_wanted(row, request)]
        if len(wanted) > MOST_IMAGES:
            raise RequestTooLarge(
                f"{len(wanted)} images are asked for, and {MOST_IMAGES} are read at once: ask for "
                "a class or a list"
            )
        images = place.fetch([f"{options.images}/{row['path']}" for row in wanted])
        columns = ["image", "taxon", "split", "height", "width", "pixels"]
        rows = [{**row, **_decoded(file)} for row, file in zip(wanted, images, strict=True)]
        table = pd.DataFrame(rows, columns=columns)
        return Reading(table, len(table), [*files, *images])


def rows_of(file: File, split: str, classes: list[str]) -> list[dict[str, Any]]:
    """The images of a list.

    Raises
    ------
    MalformedAnswer
        If a line is no path with the number of its class.
    """
    rows = []
    for number, line in enumerate(as_text(file).splitlines(), start=1):
        if not line.strip():
            continue
        path, _, label = line.strip().rpartition(" ")
        taxon, _, image = path.partition("/")
        if not label.isdecimal() or int(label) >= len(classes) or not image or "/" in image:
            raise MalformedAnswer(f"{file.path}, line {number}: {line!r} is no image and class")
        if classes[int(label)] != taxon:
            raise MalformedAnswer(
                f"{file.path}, line {number}: {image} lies in {taxon}, and is said to be "
                f"{classes[int(label)]}"
            )
        rows.append({"path": path, "image": image, "taxon": taxon, "split": split})
    return rows


def _is_wanted(row: dict[str, Any], request: ImageSetRequest) -> bool:
    return (
        (request.taxon is None or row["taxon"] in request.taxon)
        and (request.image is None or row["image"] in request.image)
        and (request.split is None or row["split"] == request.split)
    )


def _decoded(file: File) -> dict[str, Any]:
    """An image's size and pixels."""
    pixels = decoded(file)
    return {"height": pixels.shape[0], "width": pixels.shape[1], "pixels": pixels}


def decoded(file: File) -> np.ndarray:
    """The pixels of an image: height and width, and colours as a third dimension if it has them.

    Raises
    ------
    MalformedAnswer
        If it is no JPEG or PNG, not whole, or too large.
    """
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(file.content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise MalformedAnswer(f"{file.path}: it has {image.width} x {image.height} pixels")
            image.load()
            grey = image.mode in {"1", "L", "I;16", "I"}
            return np.asarray(image if grey else image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise MalformedAnswer(f"{file.path}: it is no image, or not whole: {error}") from error
