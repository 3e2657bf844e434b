"""Water indices and the threshold that parts them: by hand, and against others' programs."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.aquaculture import otsu, otsu_threshold, water_index
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError
from tests.routines.aquaculture.pond_peer import is_there, judged

NAMES = ("blue", "green", "nir", "swir1", "swir2")


def bands(**values: object) -> xr.Dataset:
    return xr.Dataset(
        {
            name: ("x", np.atleast_1d(np.asarray(v, float)), {"units": "1"})
            for name, v in values.items()
        }
    )


def random_bands(size: int = 20_000) -> dict[str, np.ndarray]:
    random = np.random.default_rng(8)
    wet = random.random(size) < 0.3
    low, high = (0.08, 0.1, 0.05, 0.02, 0.01), (0.05, 0.09, 0.3, 0.2, 0.1)
    return {
        name: np.where(wet, one, other) * random.uniform(0.7, 1.3, size)
        for name, one, other in zip(NAMES, low, high, strict=True)
    }


def test_the_indices_are_those_of_their_papers() -> None:
    water = bands(blue=0.06, green=0.08, nir=0.04, swir1=0.02, swir2=0.01)
    expected = {
        "ndwi": 0.04 / 0.12,
        "mndwi": 0.06 / 0.10,
        "awei_nsh": 4 * 0.06 - (0.25 * 0.04 + 2.75 * 0.01),
        "awei_sh": 0.06 + 2.5 * 0.08 - 1.5 * 0.06 - 0.25 * 0.01,
    }
    for index, value in expected.items():
        found = water_index(water, index=index)  # type: ignore[arg-type]
        assert float(found[0]) == pytest.approx(value, abs=1e-15)
        assert found.attrs["units"] == "1"
        assert "standard_name" not in found.attrs  # it is no reflectance
    dark = water_index(bands(green=[0.0, np.nan], nir=[0.0, 0.1]), index="ndwi")
    assert dark.isnull().all()


@pytest.mark.skipif(
    not is_there("spyndex", "skimage"), reason="make install gives the judges spyndex, skimage"
)
def test_indices_and_thresholds_are_those_of_spyndex_and_scikit_image() -> None:
    values = random_bands()
    theirs = judged(values)
    for index, name in (("ndwi", "NDWI"), ("mndwi", "MNDWI"), ("awei_sh", "AWEIsh")):
        ours = water_index(bands(**values), index=index)  # type: ignore[arg-type]
        np.testing.assert_allclose(ours, theirs[name], rtol=0, atol=1e-14)
    single = {name: values[name].astype(np.float32) for name in ("green", "nir")}
    image = (single["green"] - single["nir"]) / (single["green"] + single["nir"])
    assert otsu_threshold(image) == theirs["threshold_single"]
    assert otsu_threshold(theirs["NDWI"]) == theirs["threshold_double"]
    assert otsu_threshold(theirs["MNDWI"], bins=16) == theirs["threshold_few"]


def test_the_threshold_parts_two_classes_where_a_plain_search_does() -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([random.normal(0, 1, 700), random.normal(6, 1, 300)])
    counts, edges = np.histogram(values, 64)
    centres = (edges[1:] + edges[:-1]) / 2

    def between(n: int) -> float:
        low, high = slice(None, n + 1), slice(n + 1, None)
        means = [np.average(centres[part], weights=counts[part]) for part in (low, high)]
        return counts[low].sum() * counts[high].sum() * (means[0] - means[1]) ** 2

    best = max(range(63), key=between)
    assert otsu_threshold(values, bins=64) == pytest.approx(centres[best], abs=1e-12)
    with_gaps = np.insert(values, [5, 500], np.nan)
    assert otsu_threshold(with_gaps) == otsu_threshold(values)


@settings(max_examples=25, deadline=None)
@given(
    scale=st.sampled_from([0.25, 2.0, 64.0]),
    shift=st.integers(-8, 8),
    seed=st.integers(0, 1000),
)
def test_a_threshold_moves_with_the_values(scale: float, shift: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 256, 500) / 64
    moved = otsu_threshold(scale * values + shift)
    assert moved == pytest.approx(scale * otsu_threshold(values) + shift, abs=1e-9)
    assert values.min() <= otsu_threshold(values) <= values.max()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bins", [7, 256, 3000])
def test_values_are_counted_as_numpy_counts_them(dtype: type, bins: int) -> None:
    # Many lie on an edge of a bin.
    values = np.random.default_rng(5).integers(-50, 206, 200_000) / 32
    values = np.append(values, np.nextafter(values[:1000], 9)).astype(dtype)
    ends = (float(values.min()), float(values.max()))
    counts, edges = otsu._histogram(values, bins, ends, has_gaps=False)
    expected, expected_edges = np.histogram(values, bins, ends)
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_array_equal(edges, expected_edges)


def test_lazily_the_index_is_the_same() -> None:
    data = bands(**random_bands(100))
    lazy = water_index(data.chunk({"x": 30}))
    assert lazy.chunks is not None
    xr.testing.assert_identical(lazy.compute(), water_index(data))


def test_bands_that_cannot_be_used_are_refused() -> None:
    data = bands(green=0.1, nir=0.1, swir1=0.1)
    with pytest.raises(ParameterError, match="index is 'evi': one of ndwi"):
        water_index(data, index="evi")  # type: ignore[arg-type]
    with pytest.raises(ValuesError, match="there is no band 'swir2'"):
        water_index(data, index="awei_nsh")
    data["nir"].attrs["units"] = "percent"
    with pytest.raises(UnitsError, match="nir is in 'percent'"):
        water_index(data, index="ndwi")
    with pytest.raises(UnitsError, match="nir has no units: reflectance as a part of one"):
        water_index(data.drop_attrs().assign(green=data["green"]), index="ndwi")
    with pytest.raises(ValuesError, match="numbers are needed"):
        water_index(data.assign(nir=("x", ["a"], {"units": "1"})), index="ndwi")
    with pytest.raises(ValuesError, match="has no values"):
        water_index(bands(green=[], nir=[]), index="ndwi")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "there are no values"),
        ([np.nan, np.nan], "all 2 values are missing"),
        ([0.5, np.inf], "finite ones are needed"),
        ([0.5, 0.5], "cannot be parted in two"),
        ([1.0, 1.0 + 1e-15], "too near, or too far, for 256 bins"),
        ([-1.7e308, 1.7e308], "too near, or too far, for 256 bins"),
        (["deep", "shallow"], "of type .*: numbers are needed"),
    ],
)
def test_values_without_a_threshold_are_refused(values: list[float], message: str) -> None:
    with pytest.raises(ValuesError, match=message):
        otsu_threshold(np.array(values))
    with pytest.raises(ParameterError, match="bins is 2.5: a whole number"):
        otsu_threshold(np.array([0.0, 1.0]), bins=2.5)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="bins is 1"):
        otsu_threshold(np.array([0.0, 1.0]), bins=1)


def test_reflectance_below_zero_counts_as_none_and_does_not_blow_the_index_up() -> None:
    dark = bands(green=[-0.001, 0.02, -0.001, 0.1], nir=[0.0011, -0.019, -0.002, 0.05])
    found = water_index(dark, index="ndwi")
    np.testing.assert_allclose(found, [-1, 1, np.nan, 1 / 3])
    assert dark["green"][0] == -0.001  # what was given is not changed
    with pytest.raises(ValuesError, match="infinite values"):
        water_index(bands(green=[np.inf, 0.1], nir=[0.1, 0.1]), index="ndwi")


@pytest.mark.parametrize("size", [1, 2**15 - 1, 2**15, 2**15 + 1, 3 * 2**15])
def test_every_cell_of_a_large_band_is_indexed_and_the_last_one_checked(size: int) -> None:
    random = np.random.default_rng(9)
    green, nir = random.uniform(-0.1, 1, (2, size))
    found = water_index(bands(green=green, nir=nir), index="ndwi").to_numpy()
    one, other = green.clip(0), nir.clip(0)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(found, (one - other) / (one + other))
    for first, last in ((0.1, -np.inf), (np.nan, np.inf), (np.inf, -np.inf)):
        nir[0], nir[-1] = first, last
        with pytest.raises(ValuesError, match="infinite"):
            water_index(bands(green=green * 0, nir=nir), index="ndwi")
    huge = np.finfo(float).max / 2
    assert not water_index(bands(green=[huge], nir=[-huge]), index="ndwi").isnull().any()
