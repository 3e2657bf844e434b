"""Cages in radar images: what is bright against the sea, and stays where it is.

Cages, like ships, are bright in every image. But cages stay while ships move, so that a cell is
kept if it was detected in a good part of the scenes. That also makes false alarms rare: a cell
of the sea that is one in a scene of ten thousand is one in half of six scenes far less often.
Cells that are kept and close together are one object; its size and shape tell floating cages
from rocks and platforms, as far as they do.
"""

import json
from dataclasses import asdict
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from dask.base import compute
from numpy.typing import NDArray
from scipy import special

from bluecloud_routines._time import with_dates
from bluecloud_routines.aquaculture._grid import Grid, grid_of, raster_on
from bluecloud_routines.aquaculture._objects import Found, Shapes, objects_of
from bluecloud_routines.aquaculture._sigma0 import linear_power
from bluecloud_routines.aquaculture.detector import DETECTION, NOT_TESTED, Detector, cfar
from bluecloud_routines.errors import ParameterError, ValuesError

REFERENCES = (
    "Rohling (1983, https://doi.org/10.1109/TAES.1983.309350); "
    "Finn and Johnson (1968), Adaptive detection mode with threshold control, RCA Review 29"
)


class CageDetection(NamedTuple):
    """What was found, as objects and as an image."""

    objects: gpd.GeoDataFrame
    raster: xr.Dataset


class Detections(NamedTuple):
    """In how many scenes each cell was bright: what limits of persistence and size start from."""

    found: Found
    grid: Grid
    times: pd.DatetimeIndex
    detector: Detector
    attrs: dict[str, object]


def persistent_false_alarm(scenes: int, *, pfa: float, persistence: float) -> float:
    """How likely a cell of the sea is detected in at least this part of so many scenes.

    The binomial probability, scenes being independent: they are days apart.

    Raises
    ------
    ParameterError
        If a number is outside its range.
    """
    if scenes < 1 or not 0 < pfa < 1 or not 0 < persistence <= 1:
        raise ParameterError(
            f"scenes is {scenes}, pfa {pfa} and persistence {persistence}: 1 or more, above 0 "
            "and below 1, above 0 up to 1"
        )
    needed = _needed(np.array(scenes), persistence)
    return float(special.betainc(needed, scenes - needed + 1, pfa))


def detect_cages(
    sigma0: xr.DataArray,
    *,
    waters: xr.DataArray | None = None,
    detector: Detector | None = None,
    min_scenes: int = 6,
    persistence: float = 0.5,
    shapes: Shapes | None = None,
    crs: str | None = None,
) -> CageDetection:
    """Find what is bright against the sea in image after image.

    Parameters
    ----------
    sigma0
        Calibrated backscatter (linear power, units ``1``, or ``dB``) on ``time``, ``y`` and
        ``x``, the images of one grid in metres; NaN where there is none. With dask, images are
        worked on block by block, and only maps of a few numbers a cell are held.
    waters
        Which cells on ``y`` and ``x`` are searched, and are taken for sea around others; see
        :func:`waters`. All, if none is given.
    detector
        How cells are compared; see :class:`Detector`.
    min_scenes
        A cell is judged if it was tested in this many scenes, 1 or more.
    persistence
        Part of these in which it must have been detected, above 0, up to 1.
    shapes
        Which groups of cells are objects; see :class:`Shapes`.
    crs
        The grid's reference system, where its grid mapping does not say.

    Returns
    -------
    CageDetection
        ``objects``: one row for each, with ``area_m2``, ``length_m`` and ``width_m`` of the
        narrowest rectangle around it, ``contrast_db`` (mean over its cells and detections, of
        their power to that of the sea around), ``persistence`` (largest of its cells),
        ``first_date`` and ``last_date`` of a detection, ``scenes``, ``longitude`` and
        ``latitude``; the geometry is that of its cells.
        ``raster``: on ``y`` and ``x``, ``persistence``, ``detection_count``, ``scene_count``,
        ``contrast`` (a ratio) and ``object`` (number of the row, from 1; 0 where there is none).

    Raises
    ------
    ParameterError
        If an option is outside its range, or the reference system is unknown or not in metres.
    UnitsError
        If the units are absent, or neither ``1`` nor ``dB``.
    TimeAxisError
        If time is absent, unsorted or repeated.
    ValuesError
        If there is no value, or coordinates are absent or uneven.

    References
    ----------
    Rohling (1983), https://doi.org/10.1109/TAES.1983.309350
    """
    _check(min_scenes, persistence, scenes=sigma0.sizes.get("time", min_scenes))
    seen = detections(sigma0, waters=waters, detector=detector, crs=crs)
    return cages_of(seen, min_scenes=min_scenes, persistence=persistence, shapes=shapes)


def detections(
    sigma0: xr.DataArray,
    *,
    waters: xr.DataArray | None = None,
    detector: Detector | None = None,
    crs: str | None = None,
) -> Detections:
    """The part of :func:`detect_cages` that looks at the scenes, with the same parameters.

    Limits of persistence and shape can then be tried by :func:`cages_of` without another look.
    """
    detector = detector or Detector()
    sigma0, times = with_dates(sigma0)
    grid = grid_of(sigma0, crs)
    power = linear_power(sigma0)
    if waters is not None:
        power = power.where(_on_same_grid(waters, sigma0))
    found = _over_time(power, cfar(power, detector=detector))
    return Detections(found, grid, times, detector, dict(sigma0.attrs))


def cages_of(
    seen: Detections,
    *,
    min_scenes: int = 6,
    persistence: float = 0.5,
    shapes: Shapes | None = None,
) -> CageDetection:
    """The rest of :func:`detect_cages`, with the same parameters: which cells stay, as objects."""
    found, grid, times, detector, attributes = seen
    shapes = shapes or Shapes()
    _check(min_scenes, persistence, scenes=len(times))
    kept = _kept(found, min_scenes, persistence)
    number, objects = objects_of(kept, found, grid, times, shapes)
    parameters = {
        **asdict(detector),
        **asdict(shapes),
        "min_scenes": min_scenes,
        "persistence": persistence,
    }
    attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    objects.attrs = {**attributes, **attrs}
    return CageDetection(objects, _raster(found, number, grid).assign_attrs(attrs))


def _check(min_scenes: int, persistence: float, *, scenes: int) -> None:
    if min_scenes < 1:
        raise ParameterError(f"min_scenes is {min_scenes}: 1 or more")
    if not 0 < persistence <= 1:
        raise ParameterError(f"persistence is {persistence}: above 0, up to 1")
    if scenes < min_scenes:
        raise ParameterError(f"min_scenes is {min_scenes}, and there are {scenes} scenes")


def _on_same_grid(waters: xr.DataArray, sigma0: xr.DataArray) -> xr.DataArray:
    for name in ("y", "x"):
        if name not in waters.dims or waters.sizes[name] != sigma0.sizes[name]:
            raise ValuesError(
                f"waters has the sizes {dict(waters.sizes)}: those of the image are needed, "
                f"{name} with {sigma0.sizes[name]}"
            )
    plain = waters.transpose("y", "x").to_numpy().astype(bool)
    return xr.DataArray(plain, dims=("y", "x"))


def _over_time(power: xr.DataArray, result: xr.Dataset) -> Found:
    """All that is asked of the scenes, in one pass over them."""
    hit = result["detection"] == DETECTION
    scenes = power.sizes["time"]
    number = xr.DataArray(np.arange(scenes, dtype=np.int32), dims="time")
    ratio = (power / result["clutter"]).where(hit, 0.0)
    lazy = (
        (result["detection"] != NOT_TESTED).sum("time", dtype=np.int32),
        hit.sum("time", dtype=np.int32),
        ratio.sum("time", dtype=np.float64),
        number.where(hit, scenes).min("time").astype(np.int32),
        number.where(hit, -1).max("time").astype(np.int32),
    )
    images = compute(*(one.transpose("y", "x").data for one in lazy))  # type: ignore[no-untyped-call]
    return Found(*images)


def _needed(scenes: NDArray[np.integer], persistence: float) -> NDArray[np.float64]:
    """In how many of the scenes a cell must be detected; half of six are three."""
    needed: NDArray[np.float64] = np.maximum(np.ceil(persistence * scenes - 1e-9), 1)
    return needed


def _kept(found: Found, min_scenes: int, persistence: float) -> NDArray[np.bool_]:
    enough = found.tested >= min_scenes
    kept: NDArray[np.bool_] = enough & (found.detected >= _needed(found.tested, persistence))
    return kept


def _raster(found: Found, number: NDArray[np.int32], grid: Grid) -> xr.Dataset:
    share = np.where(found.tested > 0, found.detected / np.maximum(found.tested, 1), np.nan)
    with np.errstate(invalid="ignore"):
        contrast = np.where(found.detected > 0, found.ratio / found.detected, np.nan)
    layers = {
        "persistence": (share, "part of the scenes in which the cell was detected", "1"),
        "contrast": (contrast, "mean power of detections over that of the sea around", "1"),
        "detection_count": (found.detected, "number of scenes in which it was detected", "1"),
        "scene_count": (found.tested, "number of scenes in which it was tested", "1"),
        "object": (number, "number of the object in the table, 0 for none", "1"),
    }
    return raster_on(
        grid,
        {
            name: (
                values.astype(np.float32 if values.dtype.kind == "f" else np.int32),
                {"long_name": told, "units": units},
            )
            for name, (values, told, units) in layers.items()
        },
    )
