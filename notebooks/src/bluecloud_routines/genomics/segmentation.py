"""Which pixels of an image are plankton: thresholds, and what is done at them.

A picture of plankton is a ground with darker or brighter bodies on it. The ground is what is at
the picture's border; bodies lie on the other side of a threshold, and what they enclose is theirs.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, one_of, whole_number

THRESHOLDS = ("otsu", "local")
BODIES = ("auto", "dark", "bright")
_LEVELS = 256

Threshold = Literal["otsu", "local"]
Bodies = Literal["auto", "dark", "bright"]


def grey(image: NDArray[np.generic]) -> Floats:
    """An image of grey values: itself, or the mean of its colours.

    Raises
    ------
    ValuesError
        If it has no pixel, other than two or three dimensions, or a value that is missing or
        infinite.
    """
    values = np.asarray(image)
    if values.ndim not in (2, 3) or not values.size:
        raise ValuesError(
            f"the image has the shape {values.shape}: rows and columns, and colours if any, are "
            "needed"
        )
    try:
        values = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a pixel is no number: {error}") from error
    if not np.isfinite(values).all():
        raise ValuesError(f"{int((~np.isfinite(values)).sum())} pixels are missing or infinite")
    return values if values.ndim == 2 else np.asarray(values.mean(axis=2))


def otsu_threshold(image: Floats) -> float:
    """The grey value that parts the pixels into two kinds that differ most (Otsu).

    Values up to and with it are of the lower kind. Grey values are counted in 256 steps.

    Raises
    ------
    ValuesError
        If all pixels have one value.

    References
    ----------
    Otsu (1979), https://doi.org/10.1109/TSMC.1979.4310076
    """
    low, high = float(image.min()), float(image.max())
    if low == high:
        raise ValuesError(f"all pixels of the image are {low}: there is nothing to part")
    counts, edges = np.histogram(image, bins=_LEVELS, range=(low, high))
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(np.float64)
    total = np.cumsum(counts * middles)
    above = counts.sum() - below
    apart = total[:-1] / below - (total[-1] - total[:-1]) / above
    return float(middles[np.argmax(below * above * apart**2)])


def segment(
    image: NDArray[np.generic],
    *,
    threshold: Threshold = "otsu",
    bodies: Bodies = "auto",
    window: int = 51,
    offset: float = 0.0,
    fill: bool = True,
) -> NDArray[np.bool_]:
    """Which pixels are bodies.

    Parameters
    ----------
    image
        Grey values or colours: rows, columns and, if any, colours.
    threshold
        ``otsu``: one for the image; ``local``: the mean of a window around each pixel, where the
        light is uneven.
    bodies
        ``dark`` or ``bright``; ``auto`` takes the side on which the border's middle value is not.
    window
        Width of the local window, an odd number of 3 to 1001 pixels.
    offset
        By how much a body must differ from the threshold besides, in the image's grey values.
    fill
        Whether ground that a body encloses is the body's.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If the image cannot be used, or all its pixels have one value.
    """
    one_of("threshold", threshold, THRESHOLDS)
    one_of("bodies", bodies, BODIES)
    whole_number("window", window, 3, 1001)
    if window % 2 == 0:
        raise ParameterError(f"window is {window}: an odd number, so that it has a middle")
    if not np.isfinite(offset) or offset < 0:
        raise ParameterError(f"offset is {offset!r}: a number of 0 or more")
    values = grey(image)
    level = otsu_threshold(values)
    if bodies == "auto":
        border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
        bodies = "dark" if np.median(border) > level else "bright"
    limit: float | Floats = level
    if threshold == "local":
        limit = ndimage.uniform_filter(values, window, mode="mirror")
    # At the threshold itself a pixel is of the lower kind; locally it is ground.
    if bodies == "bright":
        is_body = values > limit + offset
    elif threshold == "otsu":
        is_body = values <= limit - offset
    else:
        is_body = values < limit - offset
    return ndimage.binary_fill_holes(is_body) if fill else is_body
