"""Traits of drawn bodies are their known ones, those of scikit-image, and of real plankton."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import (
    image_traits,
    otsu_threshold,
    particle_traits,
    segment,
    size_spectrum,
)
from tests.routines.genomics.skimage_peer import measured_by_skimage

SEEDS = st.integers(0, 10_000)


def ellipse(major: float, minor: float, turn: float = 0.0, size: int = 160) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    along = columns * np.cos(turn) + rows * np.sin(turn)
    across = rows * np.cos(turn) - columns * np.sin(turn)
    return (2 * along / major) ** 2 + (2 * across / minor) ** 2 <= 1


def scene(seed: int, size: int = 300, number: int = 60) -> tuple[np.ndarray, NDArray[np.bool_]]:
    """Dark bodies of all sizes and shapes on an uneven bright ground, with noise."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:size, :size]
    is_body = np.zeros((size, size), dtype=bool)
    for _ in range(number):
        row, column = random.integers(0, size, 2)
        radii = random.uniform(1, 14, 2)
        is_body |= ((rows - row) / radii[0]) ** 2 + ((columns - column) / radii[1]) ** 2 <= 1
    image = 200.0 - 130 * is_body + random.normal(scale=6, size=is_body.shape)
    return image, is_body


@pytest.mark.parametrize("turn", [0.0, 0.4, 1.2])
@pytest.mark.parametrize(("major", "minor"), [(80, 80), (120, 60), (140, 36)])
def test_size_and_shape_of_drawn_bodies_are_found_again(
    major: float, minor: float, turn: float
) -> None:
    mask = ellipse(major, minor, turn)
    (found,) = particle_traits(mask, mask * 1.0, pixel_um=2.0).itertuples()
    assert found.area == pytest.approx(math.pi * major * minor, rel=0.01)
    assert found.esd == pytest.approx(2 * math.sqrt(major * minor), rel=0.01)
    assert found.major == pytest.approx(2 * major, rel=0.01)
    assert found.minor == pytest.approx(2 * minor, rel=0.01)
    assert found.volume == pytest.approx(math.pi / 6 * 8 * major * minor**2, rel=0.03)
    assert found.eccentricity == pytest.approx(math.sqrt(1 - (minor / major) ** 2), abs=0.02)
    assert found.mean_grey == 1
    assert not found.at_border
    if major == minor:
        assert found.perimeter == pytest.approx(2 * math.pi * major, rel=0.05)
        assert found.circularity == pytest.approx(1, abs=0.1)
    (ball,) = particle_traits(mask, mask * 1.0, pixel_um=2.0, shape="sphere").itertuples()
    assert ball.volume == pytest.approx(math.pi / 6 * ball.esd**3)


def test_all_traits_and_thresholds_are_those_of_scikit_image() -> None:
    image, is_body = scene(1)
    theirs = measured_by_skimage(image, is_body, window=41)
    ours = particle_traits(is_body, image, pixel_um=1.0)
    assert len(ours) == len(theirs["area"]) > 10
    for name, peer in (
        ("area", "area"),
        ("esd", "equivalent_diameter_area"),
        ("perimeter", "perimeter"),
        ("mean_grey", "intensity_mean"),
        ("row", "centroid-0"),
        ("column", "centroid-1"),
    ):
        np.testing.assert_allclose(ours[name], theirs[peer], rtol=1e-9, atol=1e-7, err_msg=name)
    # scikit-image takes a pixel for a point, we for a square: its own moment is a twelfth.
    axes = {}
    for name in ("major", "minor"):
        axes[name] = np.sqrt(np.maximum(ours[name] ** 2 - 16 / 12, 0))
        np.testing.assert_allclose(axes[name], theirs[f"axis_{name}_length"], atol=1e-6)
    eccentricity = np.sqrt(1 - (axes["minor"] / axes["major"]) ** 2)
    np.testing.assert_allclose(eccentricity, theirs["eccentricity"], atol=1e-6)
    assert otsu_threshold(image) == pytest.approx(float(theirs["otsu"]), rel=1e-12)
    local = segment(image, threshold="local", bodies="dark", window=41, fill=False, offset=10)
    np.testing.assert_array_equal(local, image < theirs["local"] - 10)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_a_turn_or_mirror_of_the_image_changes_no_trait(seed: int) -> None:
    image, is_body = scene(seed, size=80, number=8)
    names = ["area", "esd", "major", "minor", "perimeter", "volume", "mean_grey", "at_border"]
    # Rounded, since sums in another order would sort bodies of one area otherwise.
    first = particle_traits(is_body, image, pixel_um=3.0)[names].round(6)
    for turned, grey in ((is_body[::-1], image[::-1]), (is_body.T, image.T)):
        again = particle_traits(turned, grey, pixel_um=3.0)[names].round(6)
        order = ["area", "perimeter", "mean_grey"]
        pd.testing.assert_frame_equal(
            again.sort_values(order, ignore_index=True), first.sort_values(order, ignore_index=True)
        )
    assert first["area"].sum() == pytest.approx(9 * is_body.sum())


def test_bodies_are_found_dark_or_bright_filled_and_in_uneven_light() -> None:
    image, is_body = scene(2)
    np.testing.assert_array_equal(segment(image, fill=False), is_body)
    np.testing.assert_array_equal(segment(-image, fill=False), is_body)
    np.testing.assert_array_equal(segment(-image, bodies="bright", fill=False), is_body)
    colours = np.repeat(image[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(segment(colours), segment(image))
    ring = ellipse(60, 60) & ~ellipse(40, 40)
    np.testing.assert_array_equal(segment(200 - 100.0 * ring), ellipse(60, 60))
    light = np.linspace(0, 400, image.shape[1])
    lit = segment(image + light, threshold="local", bodies="dark", window=61, offset=30)
    assert (lit == is_body).mean() > 0.95
    assert (segment(image + light, bodies="dark") == is_body).mean() < 0.8


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, by=st.floats(0.01, 100), shift=st.floats(-1000, 1000))
def test_otsus_threshold_parts_alike_in_other_grey_values(
    seed: int, by: float, shift: float
) -> None:
    image = np.random.default_rng(seed).gamma(3, 40, (20, 20))
    assert otsu_threshold(by * image + shift) == pytest.approx(
        by * otsu_threshold(image) + shift, rel=1e-6, abs=1e-6
    )


def test_the_slope_of_known_sizes_is_found_by_both_ways() -> None:
    random = np.random.default_rng(3)
    for shape in (0.7, 1.0, 1.4):
        volumes = 1000 * (1 + random.pareto(shape, 40_000))
        found = size_spectrum(volumes, bins_per_octave=2)
        assert found.slope_likely == pytest.approx(-shape, abs=0.02)
        some = found.bins[found.bins["count"] >= 30]
        line = np.polyfit(np.log10(some["middle"]), np.log10(some["nbss"]), 1)
        assert line[0] == pytest.approx(-shape, abs=0.05)
    assert found.r_squared > 0.9


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, water=st.floats(1e-6, 1e3), octaves=st.integers(1, 4))
def test_no_body_and_no_volume_is_lost_between_bins(seed: int, water: float, octaves: int) -> None:
    volumes = np.random.default_rng(seed).lognormal(8, 2, 300)
    found = size_spectrum(volumes, water_m3=water, bins_per_octave=octaves)
    bins = found.bins
    assert bins["count"].sum() == 300
    assert bins["biovolume"].sum() == pytest.approx(volumes.sum() * 1e-9)
    total = (bins["nbss"] * (bins["high"] - bins["low"])).sum() * water
    assert total == pytest.approx(volumes.sum() * 1e-9)
    np.testing.assert_allclose(bins["high"] / bins["low"], 2 ** (1 / octaves))
    assert found.slope == pytest.approx(
        size_spectrum(volumes, water_m3=3 * water, bins_per_octave=octaves).slope
    )


def test_a_bins_own_border_belongs_to_it() -> None:
    found = size_spectrum(np.array([1.0, 2.0, 4.0, 8.0, 16.0]) * 1000)
    assert found.bins["count"].tolist() == [1, 1, 1, 1, 1]
    assert found.slope == pytest.approx(0)
    late = size_spectrum(np.array([1.0, 2.0, 4.0, 8.0, 16.0]) * 1000, least=2000)
    assert late.bins["count"].tolist() == [1, 1, 1, 1]


def cut_out(seed: int = 1, number: int = 40) -> pd.DataFrame:
    """Images of one dark ellipse each, with a speck of dirt, and one empty of plankton."""
    random = np.random.default_rng(seed)
    rows = []
    for each in range(number):
        major = float(np.exp(random.uniform(np.log(12), np.log(90))))
        body = ellipse(major, major * 0.6, random.uniform(0, 3), size=120)
        body[3:6, 3:6] = True
        rows.append((f"image {each}", "Tripos" if each % 2 else "Ciliophora", 180 - 90.0 * body))
    speck = np.full((40, 40), 180.0)
    speck[20:23, 20:23] = 60.0
    rows.append(("nothing", "Ciliophora", speck))
    return pd.DataFrame(rows, columns=["image", "taxon", "pixels"])


def test_one_body_is_taken_of_each_image_and_empty_images_are_named() -> None:
    result = image_traits(cut_out(), pixel_um=2.0, min_esd_um=15.0)
    assert result.sizes["particle"] == 40
    assert result.attrs["nothing_found"] == "nothing"
    assert (result["esd"] > 15).all()
    assert result["taxon"].values.tolist()[:2] == ["Ciliophora", "Tripos"]
    assert int(result["bin_count"].sum()) == 40
    np.testing.assert_allclose(result["bin_biovolume"].sum(), result["volume"].sum() * 1e-9)
    every = image_traits(cut_out(), pixel_um=2.0, min_esd_um=0.0, keep="all")
    assert every.sizes["particle"] == 81
    assert every.attrs["nothing_found"] == "none"
    assert json.loads(every.attrs["parameters"])["keep"] == "all"


def test_fractions_are_those_of_the_diameter_and_a_pixel_scales_all() -> None:
    ends = (0.0, 20.0, 60.0, 1000.0)
    result = image_traits(cut_out(), pixel_um=1.0, fractions=ends)
    index = result["fraction_index"].to_numpy()
    np.testing.assert_array_equal(index, np.digitize(result["esd"], ends))
    counts = np.bincount(index, minlength=4)[1:]
    assert result["fraction_count"].values.tolist() == counts.tolist()
    larger = image_traits(cut_out(), pixel_um=3.0, min_esd_um=30.0, fractions=ends)
    np.testing.assert_allclose(larger["esd"], 3 * result["esd"])
    np.testing.assert_allclose(larger["volume"], 27 * result["volume"])
    assert float(larger["slope"]) == pytest.approx(float(result["slope"]))
    outside = image_traits(cut_out(), pixel_um=1.0, fractions=(1.0, 30.0))
    assert (outside["fraction_index"].where(outside["esd"] >= 30, 0) == 0).all()


def test_bodies_at_the_border_are_marked_and_counted_only_if_asked_for() -> None:
    images = cut_out()
    half = images["pixels"].iloc[-2][:, 60:]
    images.loc[len(images)] = ["half", "Tripos", half]
    result = image_traits(images, pixel_um=1.0)
    cut = result["at_border"].to_series() == 1
    assert result["image"].to_series()[cut].tolist() == ["half"]
    assert int(result["bin_count"].sum()) == 40
    assert int(image_traits(images, pixel_um=1.0, cut=True)["bin_count"].sum()) == 41


def test_an_inputs_order_changes_nothing_but_the_order() -> None:
    first = image_traits(cut_out(), pixel_um=1.0)
    again = image_traits(cut_out()[::-1], pixel_um=1.0)
    np.testing.assert_allclose(again["volume"], first["volume"][::-1])
    xr.testing.assert_allclose(again[["nbss", "fraction_count"]], first[["nbss", "fraction_count"]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pixel_um": 0}, "pixel_um is 0: micrometres above 0"),
        ({"threshold": "mean"}, "threshold is 'mean': one of"),
        ({"bodies": "grey"}, "bodies is 'grey'"),
        ({"window": 4}, "window is 4: an odd number"),
        ({"offset": -1.0}, "offset is -1.0"),
        ({"keep": "some"}, "keep is 'some'"),
        ({"min_esd_um": -1}, "min_esd_um is -1"),
        ({"min_esd_um": 1e6}, "no body of 1000000.0 um or more is in any of 41 images"),
        ({"shape": "cube"}, "shape is 'cube'"),
        ({"water_m3": 0.0}, "water_m3 is 0.0"),
        ({"bins_per_octave": 5}, "bins_per_octave is 5"),
        ({"fractions": (5.0,)}, "fractions is \\[5.0\\]"),
        ({"fractions": (5.0, 1.0)}, "two ends or more, ascending"),
    ],
)
def test_options_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises((ParameterError, ValuesError), match=message):
        image_traits(cut_out(), **({"pixel_um": 1.0} | change))


def test_images_that_cannot_be_used_are_refused() -> None:
    images = cut_out(number=4)
    for pixels, message in (
        (np.full((9, 9), 7.0), "image 'broken': all pixels of the image are 7.0"),
        (np.zeros((0, 4)), "has the shape \\(0, 4\\)"),
        (np.zeros(5), "has the shape \\(5,\\)"),
        (np.array([[1.0, np.nan], [2.0, 3.0]]), "1 pixels are missing or infinite"),
        (np.array([["a", "b"]]), "a pixel is no number"),
    ):
        broken = images.copy()
        broken.loc[len(broken)] = ["broken", "", pixels]
        with pytest.raises(ValuesError, match=message):
            image_traits(broken, pixel_um=1.0)
    with pytest.raises(ValuesError, match="no row"):
        image_traits(images.iloc[:0], pixel_um=1.0)
    with pytest.raises(ValuesError, match="no \\['pixels'\\]"):
        image_traits(images[["image"]], pixel_um=1.0)
    with pytest.raises(ValuesError, match="one shape"):
        particle_traits(np.ones((3, 3), dtype=bool), np.ones((4, 4)), pixel_um=1.0)
    for volumes, message in (
        ([], "0 of 0 volumes"),
        ([1.0, np.nan], "1 of 2 volumes are missing"),
        ([1.0, 0.0], "not above 0"),
        ([1.0, 1.0, 9.0], "bodies lie in 2 bins of size"),
    ):
        with pytest.raises(ValuesError, match=message):
            size_spectrum(np.array(volumes))
    with pytest.raises(ValuesError, match="no body is as large"):
        size_spectrum(np.ones(9), least=5.0)
