"""The detector on images: against a plain loop over windows, and on seas that are known."""

import math
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.aquaculture import (
    Detector,
    cfar,
    deviation_multiplier,
    mean_multiplier,
    order_multiplier,
)
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

METHODS = pytest.mark.parametrize("method", ["ca", "os", "two-parameter"])
SMALL = Detector(pfa=1e-2, window=9, guard=3, every=2)


def image(values: np.ndarray, *dims: str, units: str = "1") -> xr.DataArray:
    return xr.DataArray(values, dims=dims or ("y", "x"), attrs={"units": units})


def speckle(*shape: int, seed: int = 1, looks: float = 4.4) -> np.ndarray:
    return np.random.default_rng(seed).gamma(looks, 1 / looks, shape).astype(np.float32)


def by_loop(values: np.ndarray, detector: Detector) -> np.ndarray:
    """Clutter and threshold of each cell, cell by cell."""
    outer, inner = detector.window // 2, detector.guard // 2
    step = detector.every if detector.method == "os" else 1
    both = np.full((2, *values.shape), np.nan)
    for row, column in np.ndindex(*values.shape):
        ring = []
        for down in range(-(outer // step) * step, outer + 1, step):
            for right in range(-(outer // step) * step, outer + 1, step):
                y, x = row + down, column + right
                inside = 0 <= y < values.shape[0] and 0 <= x < values.shape[1]
                if max(abs(down), abs(right)) > inner and inside and not np.isnan(values[y, x]):
                    ring.append(float(values[y, x]))
        if np.isnan(values[row, column]) or len(ring) < detector.fewest:
            continue
        asked = {"pfa": detector.pfa, "looks": detector.looks}
        if detector.method == "os":
            rank = math.ceil(detector.rank * len(ring))
            level = sorted(ring)[rank - 1]
            threshold = level * order_multiplier(len(ring), rank=rank, **asked)
        elif detector.method == "ca":
            level = float(np.mean(ring))
            threshold = level * float(mean_multiplier(len(ring), **asked))
        else:
            level = float(np.mean(ring))
            multiplier = float(deviation_multiplier(len(ring), **asked))
            threshold = level + multiplier * float(np.std(ring))
        both[:, row, column] = level, threshold
    return both


@METHODS
def test_it_is_what_a_loop_over_windows_gives(method: str) -> None:
    values = speckle(24, 21)
    values[3, 4] = 30
    values[:5, 15:] = np.nan
    values[17, 9] = np.nan
    detector = replace(SMALL, method=method)
    result = cfar(image(values), detector=detector)
    level, threshold = by_loop(values, detector)
    tolerance = 1e-6 if method != "two-parameter" else 1e-5
    np.testing.assert_allclose(result["clutter"], level, rtol=tolerance)
    np.testing.assert_allclose(result["threshold"], threshold, rtol=tolerance)
    with np.errstate(invalid="ignore"):
        expected = np.where(np.isnan(threshold), 2, values > threshold)
    np.testing.assert_array_equal(result["detection"], expected)
    assert result["detection"][3, 4] == 1
    assert result["detection"][17, 9] == 2


@METHODS
def test_more_rows_than_a_band_change_nothing(method: str) -> None:
    values = speckle(150, 20)
    detector = replace(SMALL, method=method)
    level, _ = by_loop(values[50:90], detector)
    result = cfar(image(values), detector=detector)
    np.testing.assert_allclose(result["clutter"][54:86], level[4:-4], rtol=1e-6)


@METHODS
def test_false_alarms_are_as_rare_as_was_asked_for(method: str) -> None:
    cells = 700 * 700
    detector = Detector(method=method, pfa=1e-3, window=21, guard=7)
    result = cfar(image(speckle(700, 700)), detector=detector)
    rate = float((result["detection"] == 1).mean())
    assert rate == pytest.approx(1e-3, abs=5 * np.sqrt(1e-3 / cells))


@METHODS
def test_a_brighter_sea_gives_the_same_detections(method: str) -> None:
    values = speckle(40, 40)
    detector = replace(SMALL, method=method)
    first = cfar(image(values), detector=detector)
    second = cfar(image(4 * values), detector=detector)
    np.testing.assert_array_equal(first["detection"], second["detection"])
    np.testing.assert_allclose(4 * first["threshold"], second["threshold"], rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(["ca", "os", "two-parameter"]))
def test_turned_images_have_turned_detections(seed: int, method: str) -> None:
    values = speckle(20, 16, seed=seed)
    values[np.random.default_rng(seed).random(values.shape) < 0.1] = np.nan
    detector = replace(SMALL, method=method)
    upright = cfar(image(values), detector=detector)["threshold"].values
    turned = cfar(image(np.ascontiguousarray(values[::-1].T)), detector=detector)["threshold"]
    np.testing.assert_allclose(turned.values, upright[::-1].T, rtol=1e-6)


@METHODS
def test_lazily_it_is_dask_and_the_same(method: str) -> None:
    values = speckle(3, 60, 50)
    values[:, 20:30, 10:12] = np.nan
    whole = image(values, "time", "y", "x")
    detector = replace(SMALL, method=method)
    eager = cfar(whole, detector=detector)
    lazy = cfar(whole.chunk({"time": 1, "y": 17, "x": 23}), detector=detector)
    assert all(variable.chunks for variable in lazy.data_vars.values())
    xr.testing.assert_identical(lazy.compute(), eager)


def test_each_scene_is_for_itself_in_any_order_of_dimensions() -> None:
    scenes = image(speckle(2, 30, 30), "time", "y", "x")
    both = cfar(scenes.transpose("y", "time", "x"), detector=SMALL)
    assert both["detection"].dims == ("y", "time", "x")
    for n in range(2):
        alone = cfar(scenes.isel(time=n), detector=SMALL)
        xr.testing.assert_equal(both.isel(time=n), alone)


def test_decibels_are_understood() -> None:
    values = speckle(30, 30).astype(np.float64)
    power = cfar(image(values), detector=SMALL)
    decibels = cfar(image(10 * np.log10(values), units="dB"), detector=SMALL)
    np.testing.assert_array_equal(power["detection"], decibels["detection"])
    np.testing.assert_allclose(power["clutter"], decibels["clutter"], rtol=1e-6)


def test_others_in_the_ring_hide_a_target_from_the_mean_and_not_from_the_order() -> None:
    values = speckle(60, 60)
    values[30, 30] = 8
    values[25:36, 20:24] = 30
    detector = Detector(pfa=1e-4, window=21, guard=9, every=1)
    mean = cfar(image(values), detector=detector)["detection"][30, 30]
    order = cfar(image(values), detector=replace(detector, method="os"))["detection"][30, 30]
    assert (int(mean), int(order)) == (0, 1)


def test_a_sea_that_is_rougher_than_speckle_alarms_less_with_its_deviation() -> None:
    random = np.random.default_rng(3)
    values = speckle(400, 400) * random.gamma(2, 0.5, (400, 400))
    rough = image(values)
    alarms = {}
    for method in ("ca", "two-parameter"):
        found = cfar(rough, detector=Detector(method=method, pfa=1e-3))["detection"]
        alarms[method] = int((found == 1).sum())
    assert alarms["two-parameter"] < alarms["ca"] / 2


def test_where_too_few_cells_are_left_nothing_is_tested() -> None:
    values = speckle(40, 40)
    values[:, 3:] = np.nan
    few = cfar(image(values), detector=replace(SMALL, min_share=0.6))
    assert (few["detection"] == 2).all()
    some = cfar(image(values), detector=replace(SMALL, min_share=0.1))
    assert (some["detection"][5:-5, :3] != 2).all()


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"method": "best"}, "method is 'best': one of ca, os, two-parameter"),
        ({"window": 40}, "window is 40: an odd number"),
        ({"guard": 41}, "the guard must be below"),
        ({"window": 403}, "at most 401"),
        ({"rank": 1.0}, "rank is 1.0"),
        ({"every": 0, "method": "os"}, "every is 0"),
        ({"every": 50, "method": "os"}, "every is 50"),
        ({"min_share": 0.0}, "min_share is 0.0"),
        ({"pfa": 0.0}, "pfa is 0.0"),
        ({"looks": -1.0}, "looks is -1.0"),
        ({"method": "two-parameter", "window": 5, "guard": 1}, "the ring has 24 cells"),
    ],
)
def test_a_detector_that_cannot_be_is_refused(option: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Detector(**option)  # type: ignore[arg-type]


def test_images_that_cannot_be_used_are_refused() -> None:
    values = speckle(10, 10)
    with pytest.raises(ParameterError, match="y and x are needed"):
        cfar(image(values, "row", "column"))
    for units, message in (("", "has no units"), ("m", "is in 'm'")):
        with pytest.raises(UnitsError, match=message):
            cfar(image(values, units=units))
    with pytest.raises(ValuesError, match="there are no values"):
        cfar(image(values[:0]))
    with pytest.raises(ValuesError, match="all 100 values are missing"):
        cfar(image(np.full((10, 10), np.nan)))
    for wrong in (-1, np.inf):
        values[5, 5] = wrong
        with pytest.raises(ValuesError, match="below zero or infinite"):
            cfar(image(values))
    lazy = cfar(image(values).chunk({"y": 5}), detector=SMALL)
    with pytest.raises(ValuesError, match="below zero or infinite"):
        lazy.compute()
