"""A gallery of plankton images with the traits of the body in each.

All traits are told at once, so that the browser sorts by any of them; pictures are asked for by
the page, because they are large.
"""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
import xarray as xr
from PIL import Image
from pydantic import Field

import bluecloud_catalogs
from bluecloud_routines import genomics
from bluecloud_routines.errors import ParameterError
from bluecloud_views.wire import Asked, Origin, Shown, figures

_ENTRY = "plankton_images"
_NUMBERS = ("esd", "major", "minor", "eccentricity", "circularity", "area", "volume", "mean_grey")
_SIDE = 96
_OUTLINE = (220, 20, 60)
_PAGE = 24


class TraitsAsked(Asked):
    """How bodies are measured."""

    pixel_um: float = Field(gt=0, le=1000, description="Width of a pixel; 1 gives pixels.")
    min_esd_um: float = Field(ge=0, le=10_000, description="Smaller bodies are left out.")


class ThumbnailsAsked(Asked):
    """Which images are seen."""

    images: tuple[str, ...] = Field(max_length=_PAGE)
    outline: bool = Field(description="Whether what was taken for the body is outlined.")


class Body(Shown):
    """The largest body of an image, and its traits."""

    image: str
    taxon: str
    esd: float = Field(description="Diameter of the circle of the same area, um.")
    major: float = Field(description="Axes of the ellipse of the same moments, um.")
    minor: float
    eccentricity: float
    circularity: float = Field(description="1 for a disk.")
    area: float = Field(description="um2.")
    volume: float = Field(description="um3.")
    mean_grey: float = Field(description="0 is black.")
    transparency: float = Field(
        description="The body's mean grey over that of what is around it; 1 is as bright."
    )
    at_border: bool = Field(description="Cut by the image's border, so that its size is too small.")


class Traits(Shown):
    """The bodies of all images."""

    bodies: tuple[Body, ...]
    taxa: tuple[str, ...]
    without: int = Field(description="Images on which no body was found.")
    origin: Origin


class Thumbnail(Shown):
    """An image, small."""

    image: str
    url: str = Field(description="The picture itself.")
    width: int = Field(description="Of the image, pixels.")
    height: int


class Thumbnails(Shown):
    """Images, in the order that was asked for."""

    thumbnails: tuple[Thumbnail, ...]


def traits(asked: TraitsAsked) -> Traits:
    """The traits of the largest body of each image."""
    result = _measured(asked)
    images = _images()
    table = result[["image", "taxon", *_NUMBERS, "at_border"]].to_dataframe()
    found = [_body(row) for row in table.to_dict("records")]
    return Traits(
        bodies=tuple(found),
        taxa=tuple(sorted({body.taxon for body in found})),
        without=len(images) - len(found),
        origin=Origin(
            titles=(str(images.attrs["title"]),),
            citations=(str(images.attrs["citation"]),),
            synthetic=images.attrs.get("synthetic") == "true",
        ),
    )


def thumbnails(asked: ThumbnailsAsked) -> Thumbnails:
    """Small pictures of some images, with the outline of what was taken for the body."""
    unknown = [name for name in asked.images if name not in _pixels()]
    if unknown:
        raise ParameterError(f"there is no image {unknown}")
    return Thumbnails(thumbnails=tuple(_thumbnail(name, asked.outline) for name in asked.images))


@functools.cache
def _images() -> pd.DataFrame:
    return cast("pd.DataFrame", bluecloud_catalogs.open_catalog("genomics")[_ENTRY].read())


@functools.cache
def _pixels() -> Mapping[str, np.ndarray]:
    images = _images()
    return dict(zip(images["image"], images["pixels"], strict=True))


@functools.lru_cache(maxsize=8)
def _measured(asked: TraitsAsked) -> xr.Dataset:
    return genomics.image_traits(_images(), pixel_um=asked.pixel_um, min_esd_um=asked.min_esd_um)


@functools.cache
def _around(name: str) -> float:
    """The mean grey of what is not body."""
    pixels = _pixels()[name]
    shade = _shade(pixels)
    return float(shade[~genomics.segment(pixels)].mean())


@functools.lru_cache(maxsize=1024)
def _thumbnail(name: str, outline: bool) -> Thumbnail:
    pixels = _pixels()[name]
    shade = _shade(pixels).clip(0, 255).astype(np.uint8)
    colours = np.repeat(shade[..., None], 3, axis=2)
    if outline:
        mask = genomics.segment(pixels)
        inner = mask.copy()
        inner[1:-1, 1:-1] &= mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
        colours[mask & ~inner] = _OUTLINE
    picture = Image.fromarray(colours)
    picture.thumbnail((_SIDE, _SIDE))
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    text = base64.b64encode(written.getvalue()).decode("ascii")
    return Thumbnail(
        image=name,
        url=f"data:image/png;base64,{text}",
        width=shade.shape[1],
        height=shade.shape[0],
    )


def _shade(pixels: np.ndarray) -> np.ndarray:
    shade = pixels.astype(float)
    return shade if shade.ndim == 2 else shade[..., :3].mean(axis=2)


def _body(row: Mapping[Any, Any]) -> Body:
    values = dict(zip(_NUMBERS, figures([row[name] for name in _NUMBERS], 4), strict=True))
    around = _around(row["image"])
    return Body(
        image=row["image"],
        taxon=row["taxon"],
        transparency=figures(row["mean_grey"] / around, 3)[0],
        at_border=bool(row["at_border"]),
        **values,
    )
