"""Bright cells on a dark sea: detection with a constant false-alarm rate.

Wind makes the sea brighter and darker from place to place, so that no one threshold serves a
whole image. Each cell is compared with the sea around it, beyond a guard that keeps the target
itself out of it, and the threshold is the multiple that keeps false alarms as rare as was asked
for; see :mod:`multipliers`. Where land or the image's edge leaves fewer cells, the multiplier is
the one for so many.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from typing import Literal, get_args

import numpy as np
import xarray as xr
from dask import array as da
from numpy.typing import NDArray

from bluecloud_routines._cores import available_cores
from bluecloud_routines.aquaculture import _rings
from bluecloud_routines.aquaculture._rings import Band, Floats, Ring, Values
from bluecloud_routines.aquaculture._sigma0 import linear_power
from bluecloud_routines.aquaculture.multipliers import (
    FEWEST_FOR_DEVIATION,
    deviation_multiplier,
    mean_multiplier,
    order_multiplier,
)
from bluecloud_routines.errors import ParameterError

Method = Literal["ca", "os", "two-parameter"]
CLUTTER, DETECTION, NOT_TESTED = 0, 1, 2
_WIDEST = 401


@dataclass(frozen=True)
class Detector:
    """How a cell is compared with those around it.

    Attributes
    ----------
    method
        ``ca``: the mean of the ring; best on a sea that is alike all around. ``os``: the
        ``rank``-th part of its values in order (Rohling 1983); for seas with other targets and
        edges in the ring, and much slower. ``two-parameter``: mean and standard deviation; for
        seas that are rougher than speckle alone.
    pfa
        Probability of a false alarm of one cell, above 0 and below 1.
    looks
        Equivalent number of looks of the image, above 0; 4.4 for Sentinel-1 GRD.
    window, guard
        Widths in cells, odd, ``guard`` below ``window`` and ``window`` at most 401. The guard is
        to be wider than the targets.
    rank, every
        Only for ``os``: the part, above 0 and below 1, and that every so manieth cell of the ring
        in each direction is taken, 1 or more: neighbours in a radar image tell much the same.
    min_share
        A cell is tested if at least this share of its ring's cells are there, above 0, up to 1.
    """

    method: Method = "ca"
    pfa: float = 1e-6
    looks: float = 4.4
    window: int = 41
    guard: int = 21
    rank: float = 0.75
    every: int = 3
    min_share: float = 0.25

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise ParameterError(f"method is {self.method!r}: one of {', '.join(get_args(Method))}")
        for name in ("window", "guard"):
            if getattr(self, name) % 2 != 1 or getattr(self, name) < 1:
                raise ParameterError(f"{name} is {getattr(self, name)}: an odd number of cells")
        if not self.guard < self.window <= _WIDEST:
            raise ParameterError(
                f"window is {self.window} and guard {self.guard}: the guard must be below the "
                f"window, and that at most {_WIDEST} cells"
            )
        if not 0 < self.rank < 1:
            raise ParameterError(f"rank is {self.rank}: above 0 and below 1, as 0.75")
        if self.every < 1 or self.cells < 1:
            raise ParameterError(
                f"every is {self.every}: 1 or more, and so that a cell of the ring is taken"
            )
        if not 0 < self.min_share <= 1:
            raise ParameterError(f"min_share is {self.min_share}: above 0, up to 1")
        if self.method == "two-parameter" and self.cells < FEWEST_FOR_DEVIATION:
            raise ParameterError(
                f"the ring has {self.cells} cells: {FEWEST_FOR_DEVIATION} are the least for "
                "a standard deviation"
            )
        mean_multiplier(1, pfa=self.pfa, looks=self.looks)  # which checks both

    @property
    def ring(self) -> Ring:
        """The cells around the one that is tested."""
        return Ring(self.window // 2, self.guard // 2)

    @property
    def cells(self) -> int:
        """How many cells of a whole ring are taken."""
        if self.method == "os":
            return len(self.ring.thinned(self.every)[0])
        return self.ring.cells

    @property
    def fewest(self) -> int:
        """How many cells of the ring must be there."""
        fewest = max(int(np.ceil(self.min_share * self.cells)), 1)
        return max(fewest, FEWEST_FOR_DEVIATION) if self.method == "two-parameter" else fewest


def cfar(sigma0: xr.DataArray, *, detector: Detector | None = None) -> xr.Dataset:
    """Compare each cell of calibrated images with the sea around it.

    Parameters
    ----------
    sigma0
        Backscatter, calibrated, as linear power (units ``1``) or in ``dB``, on ``y`` and ``x``
        and any other dimensions, of which each image is for itself. NaN is what is not to be
        tested and not to be taken for sea: land, noise, the frame. With dask it stays lazy.
    detector
        How cells are compared; see :class:`Detector`.

    Returns
    -------
    xarray.Dataset
        ``clutter``: level of the sea around the cell, and ``threshold`` that the cell must
        exceed, both as linear power and NaN where the cell is not tested; ``detection``: 0 sea,
        1 detection, 2 not tested.

    Raises
    ------
    ParameterError
        If a dimension is absent.
    UnitsError
        If the units are absent, or neither ``1`` nor ``dB``.
    ValuesError
        If there is no value, or power below zero or infinite (with dask: when it is computed).

    References
    ----------
    Rohling (1983), https://doi.org/10.1109/TAES.1983.309350
    """
    detector = detector or Detector()
    for dim in ("y", "x"):
        if dim not in sigma0.dims:
            raise ParameterError(f"sigma0 has the dimensions {sigma0.dims}: y and x are needed")
    dims = sigma0.dims
    power = linear_power(sigma0).transpose(..., "y", "x")
    # Dask has threads of its own.
    both = (
        _lazily(power.data, detector)
        if power.chunks
        else _of_images(power.values, detector, threads=available_cores())
    )
    clutter, threshold = (power.copy(data=part) for part in (both[0], both[1]))
    # A comparison with NaN is false.
    untested = threshold.isnull().astype(np.int8) * np.int8(NOT_TESTED)
    detection = (power > threshold).astype(np.int8) + untested
    result = xr.Dataset(
        {"clutter": clutter, "threshold": threshold, "detection": detection}
    ).transpose(*dims)
    mapping = {k: v for k, v in sigma0.attrs.items() if k == "grid_mapping"}
    levels = {"units": "1", **mapping}
    result["clutter"].attrs = {"long_name": "level of the sea around the cell", **levels}
    result["threshold"].attrs = {"long_name": "power that a detection exceeds", **levels}
    result["detection"].attrs = {
        "long_name": "whether the cell is brighter than the sea around it",
        "flag_values": np.array([CLUTTER, DETECTION, NOT_TESTED], dtype=np.int8),
        "flag_meanings": "sea detection not_tested",
        **mapping,
    }
    result.attrs = {f"cfar_{name}": value for name, value in asdict(detector).items()}
    return result


def _lazily(images: da.Array, detector: Detector) -> da.Array:
    """The same block by block, each with as much around it as the ring needs."""
    around = dict.fromkeys(range(images.ndim), 0)
    around |= {images.ndim - 2: detector.ring.outer, images.ndim - 1: detector.ring.outer}
    edge = dict.fromkeys(around, "none")
    padded = da.overlap.overlap(images, depth=around, boundary=edge)  # type: ignore[no-untyped-call]
    both = padded.map_blocks(
        _of_images,
        detector,
        new_axis=0,
        chunks=((2,), *padded.chunks),
        dtype=np.float32,
        meta=np.empty((0,) * (images.ndim + 1), dtype=np.float32),
    )
    moved = {0: 0, **{dim + 1: depth for dim, depth in around.items()}}
    trimmed: da.Array = da.overlap.trim_internal(  # type: ignore[no-untyped-call]
        both, moved, dict.fromkeys(moved, "none")
    )
    return trimmed


def _of_images(images: Values, detector: Detector, *, threads: int = 1) -> NDArray[np.float32]:
    """Clutter and threshold of (..., y, x) images, as (2, ..., y, x)."""
    both = np.empty((2, *images.shape), dtype=np.float32)

    def work(part: tuple[tuple[int, ...], slice]) -> None:
        at, rows = part
        band = _rings.band_of(images[at], rows, detector.ring)
        both[0][at][rows], both[1][at][rows] = _of_band(band, detector)

    parts = product(np.ndindex(*images.shape[:-2]), _rings.bands(images.shape[-2]))
    if threads == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    return both


def _of_band(band: Band, detector: Detector) -> tuple[Floats, Floats]:
    ring = detector.ring
    if detector.method == "os":
        value, count = _rings.ring_order(band, ring, every=detector.every, part=detector.rank)
        tested = _tested(band, count, detector)
        level = np.where(tested, value, np.nan)
        return level, level * _by_count(count, tested, detector)
    count = _rings.ring_count(band, ring)
    tested = _tested(band, count, detector)
    multiplier = _by_count(count, tested, detector)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(tested, _rings.ring_sum(band.values, band, ring) / count, np.nan)
        if detector.method == "ca":
            return mean, mean * multiplier
        squares = _rings.ring_sum(band.values**2, band, ring) / count
        deviation = np.sqrt(np.maximum(squares - mean**2, 0.0))
    return mean, mean + multiplier * deviation


def _tested(band: Band, count: Floats, detector: Detector) -> NDArray[np.bool_]:
    tested = count >= detector.fewest
    if band.missing is not None:
        offset = band.rows.start - band.around.start
        tested &= ~band.missing[offset : offset + len(count)]
    return tested


def _by_count(count: Floats, tested: NDArray[np.bool_], detector: Detector) -> Floats:
    """The multiplier of each cell, by how many cells its ring has; NaN where it is not tested."""
    whole = count.astype(np.int64)
    numbers = np.flatnonzero(np.bincount(whole[tested]))
    by_number = np.full(detector.cells + 1, np.nan)
    known = {"pfa": detector.pfa, "looks": detector.looks}
    if detector.method == "os":
        by_number[numbers] = [
            order_multiplier(n, rank=int(np.ceil(detector.rank * n)), **known)
            for n in numbers.tolist()
        ]
    elif detector.method == "ca":
        by_number[numbers] = mean_multiplier(numbers, **known)
    else:
        by_number[numbers] = deviation_multiplier(numbers, **known)
    multiplier: Floats = np.where(tested, by_number[whole], np.nan)
    return multiplier
