"""Images of the BioImage Archive by the search of its website: what each shows, and where it is.

The answers are Elasticsearch's. Each image has representations: the file that was submitted, and,
where the archive has made one, an OME-Zarr that can be read piece by piece. A row is a
representation. Physical sizes of voxels are metres there, and come out in micrometres, as
microscopists and OME-Zarr have them.

The page asked for must be the page that came: a server that leaves parameters aside answers with
its first page for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..answers import as_json
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .biostudies import Text
from .pagetab import without_mail

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

PAGE_SIZE = 50
MOST_IMAGES = 5000
_METRE = 1e6  # micrometres
_SIZES = ("size_x", "size_y", "size_z", "size_c", "size_t")
_VOXELS = ("voxel_x", "voxel_y", "voxel_z")


class BiaImagesRequest(Asked):
    """Which images: those with all these words, or of a study; and in which format."""

    text: Text = None
    image_format: Literal[".ome.zarr"] | None = None


class BiaImages(SourceReader):
    """Reads the list of images."""

    protocol = "BioImage Archive search"
    makes = "pandas:DataFrame"
    request = BiaImagesRequest

    def read(
        self, place: Place, options: object, request: BiaImagesRequest, *, lazy: bool
    ) -> Reading:
        """Read the images asked for."""
        if request.text is None or len(request.text) > 100:
            raise ParameterError("which images? Give words of up to 100 letters, as text=plankton")
        files, images = pages(place, request.text)
        rows = [row for image in images for row in rows_of(image, "search/fts/image")]
        if request.image_format is not None:
            rows = [row for row in rows if row["format"] == request.image_format]
        table = _table(rows)
        return Reading(table, len(table), files)


def pages(place: Place, text: str) -> tuple[list[File], list[dict[str, Any]]]:
    """All pages of a search, and its images.

    Raises
    ------
    RequestTooLarge
        If there are more images than are read at once.
    MalformedAnswer
        If an answer is no page, or the pages are not the whole list.
    """
    files: list[File] = []
    images: dict[str, dict[str, Any]] = {}
    number, total = 0, 1
    while len(images) < total:
        number += 1
        asked = {
            "query": text, "pagination.page": number, "pagination.page_size": PAGE_SIZE,
        }  # fmt: skip
        ask = Ask(
            with_query("search/fts/image", asked), "biasearch", sample=f"images/{number}.json"
        )
        (file,) = place.fetch([ask])
        total, found = _page(file, number)
        if total > MOST_IMAGES:
            raise RequestTooLarge(
                f"{text}: the archive has {total} of these images, and {MOST_IMAGES} are read at "
                "once: ask with more words"
            )
        files.append(file)
        for image in found:
            images[image["uuid"]] = image
        if len(images) < min(number * PAGE_SIZE, total):
            raise MalformedAnswer(f"{text}: {total} images were announced, {len(images)} came")
    if len(images) != total:
        raise MalformedAnswer(f"{text}: {total} images were announced, {len(images)} came")
    return files, list(images.values())


def _page(file: File, number: int) -> tuple[int, list[dict[str, Any]]]:
    told, where = as_json(file), file.path.partition("?")[0]
    try:
        total = told["hits"]["total"]
        images = [hit["_source"] for hit in told["hits"]["hits"]]
        if not all(isinstance(image["uuid"], str) for image in images):
            raise MalformedAnswer(f"{where}: an image has no uuid")
        count, exact, page = total["value"], total["relation"] == "eq", told["pagination"]["page"]
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{where}: it is no page of images: {error!r}") from error
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise MalformedAnswer(f"{where}: its number of images is {count!r}")
    if page != number:
        raise MalformedAnswer(f"{where}: page {number} was asked for, and {page!r} came")
    # What is no exact number is Elasticsearch's "10,000 at least", which is too many in any case.
    return (count if exact else max(count, MOST_IMAGES + 1)), images


def rows_of(image: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """An image's representations.

    Raises
    ------
    MalformedAnswer
        If it is no image as the archive describes them.
    """
    try:
        made_by = image.get("creation_process") or {}
        subject = made_by.get("subject") or {}
        species = [
            each
            for sample in subject.get("sample_of") or ()
            for each in sample.get("organism_classification") or ()
        ]
        methods = [
            name
            for process in made_by.get("acquisition_process") or ()
            for name in process.get("imaging_method_name") or ()
        ]
        about = {
            "uuid": image["uuid"],
            "organisms": tuple(
                dict.fromkeys(without_mail(str(each["scientific_name"])) for each in species)
            ),
            "imaging_methods": tuple(dict.fromkeys(map(without_mail, methods))),
        }
        return [{**about, **_file(each)} for each in image["representation"]]
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise MalformedAnswer(f"{where}: an image is not as it should be: {error!r}") from error


def _file(told: dict[str, Any]) -> dict[str, Any]:
    (address, *_) = told["file_uri"] or ("",)
    parts = address.split("/")
    voxels = (told.get(f"voxel_physical_size_{axis}") for axis in "xyz")
    return {
        "accession": next((each for each in parts if each.startswith(("S-B", "EMPIAR-"))), ""),
        "format": told["image_format"],
        "image": address,
        "size": told.get("total_size_in_bytes") or None,
        **{name: told.get(name) for name in _SIZES},
        **{
            name: None if size is None else size * _METRE
            for name, size in zip(_VOXELS, voxels, strict=True)
        },
    }


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns = ["accession", "uuid", "organisms", "imaging_methods", "format", "image", "size"]
    table = pd.DataFrame(rows, columns=[*columns, *_SIZES, *_VOXELS])
    whole = dict.fromkeys(["size", *_SIZES], "Int64")
    return table.astype({**whole, **dict.fromkeys(_VOXELS, "float64")})
