"""Size and shape of the bodies in a mask, all of them at once.

Pixels that touch at a side or a corner are one body. Every trait is a sum over a body's pixels, so
that a whole image is a few counts of labels and there is no loop over bodies. Two bodies never lie
in one window of 3 x 3 pixels, or they would be one: even the outlines are found together.
"""

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, one_of

SHAPES = ("ellipsoid", "sphere")
_TOUCHING = np.ones((3, 3), dtype=bool)
_SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
_CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))
# Length of outline per pixel, by how its neighbours on the outline lie (Benkrid & Crookes 2000): it
# counts 1 itself, 2 for each at a side and 10 for each at a corner, at most 49.
_LENGTH = np.zeros(50)
_LENGTH[[5, 7, 15, 17, 25, 27]] = 1
_LENGTH[[21, 33]] = np.sqrt(2)
_LENGTH[[13, 23]] = (1 + np.sqrt(2)) / 2
_Kind = TypeVar("_Kind", np.bool_, np.uint8)
COLUMNS = (
    "area", "esd", "major", "minor", "eccentricity", "perimeter", "circularity", "volume",
    "mean_grey", "row", "column", "at_border",
)  # fmt: skip


def particle_traits(
    mask: NDArray[np.bool_],
    grey: Floats,
    *,
    pixel_um: float,
    shape: str = "ellipsoid",
) -> pd.DataFrame:
    """Traits of each body.

    Parameters
    ----------
    mask
        Which pixels are bodies.
    grey
        The grey values, of the same shape.
    pixel_um
        Width of a pixel, micrometres, above 0.
    shape
        What a body is taken for, for its volume: an ``ellipsoid`` as deep as it is narrow, or the
        ``sphere`` of the same area.

    Returns
    -------
    pandas.DataFrame
        A row a body, from top to bottom: ``area`` (um2), ``esd`` (diameter of the circle of that
        area, um), ``major`` and ``minor`` (axes of the ellipse of the same second moments, um),
        ``eccentricity``, ``perimeter`` (um), ``circularity`` (4 pi area over the squared
        perimeter), ``volume`` (um3), ``mean_grey``, ``row`` and ``column`` of the middle (pixels),
        ``at_border`` (cut by the image's border).

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If mask and grey values are not of one shape of two dimensions.

    References
    ----------
    Benkrid & Crookes (2000), Design and FPGA implementation of a perimeter estimator, Irish Machine
    Vision and Image Processing Conference
    """
    if not 0 < pixel_um < np.inf:
        raise ParameterError(f"pixel_um is {pixel_um!r}: micrometres above 0")
    one_of("shape", shape, SHAPES)
    if mask.ndim != 2 or mask.shape != grey.shape:
        raise ValuesError(
            f"the mask is {mask.shape}, the grey values {grey.shape}: one shape of two"
        )
    labels, number = ndimage.label(mask, _TOUCHING)
    row, column = np.nonzero(labels)
    body = labels[row, column] - 1

    def summed(values: Floats) -> Floats:
        return np.asarray(np.bincount(body, values, minlength=number), dtype=np.float64)

    area = np.bincount(body, minlength=number).astype(np.float64)
    middle = [summed(at.astype(np.float64)) / area for at in (row, column)]
    off = [at - own[body] for at, own in zip((row, column), middle, strict=True)]
    # A pixel is a square and no point: a twelfth is its own second moment.
    up, across = (summed(each**2) / area + 1 / 12 for each in off)
    mixed = summed(off[0] * off[1]) / area
    root = np.sqrt(((up - across) / 2) ** 2 + mixed**2)
    large = (up + across) / 2 + root
    small = np.maximum((up + across) / 2 - root, 0)
    perimeter = summed(_outline(mask)[row, column])
    at_border = np.zeros(number, dtype=bool)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    at_border[np.unique(edge[edge > 0]) - 1] = True
    major, minor = (4 * np.sqrt(each) * pixel_um for each in (large, small))
    esd = np.sqrt(4 * area / np.pi) * pixel_um
    volume = np.pi / 6 * (major * minor**2 if shape == "ellipsoid" else esd**3)
    with np.errstate(divide="ignore"):
        circularity = np.where(perimeter > 0, 4 * np.pi * area / perimeter**2, np.nan)
    made = (
        area * pixel_um**2, esd, major, minor, np.sqrt(1 - small / large), perimeter * pixel_um,
        circularity, volume, summed(grey[row, column]) / area, *middle, at_border,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(COLUMNS, made, strict=True)))


def _outline(mask: NDArray[np.bool_]) -> Floats:
    """The length of outline at each pixel, in pixels."""
    around = np.pad(mask, 1)
    inner = mask.copy()
    for down, right in _SIDES:
        inner &= _shifted(around, down, right)
    outline = np.pad((mask & ~inner).astype(np.uint8), 1)
    kind = _shifted(outline, 0, 0).copy()
    for places, weight in ((_SIDES, 2), (_CORNERS, 10)):
        for down, right in places:
            kind += weight * _shifted(outline, down, right)
    return _LENGTH[kind]


def _shifted(padded: NDArray[_Kind], down: int, right: int) -> NDArray[_Kind]:
    """The neighbours of each pixel on one side or at one corner, of an array with a margin."""
    rows, columns = padded.shape
    return padded[1 + down : rows - 1 + down, 1 + right : columns - 1 + right]
