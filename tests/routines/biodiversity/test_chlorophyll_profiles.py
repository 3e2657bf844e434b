"""Mean profiles of chlorophyll: published values, the constants against themselves, edges."""

import dask.array
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines import ParameterError, UnitsError, ValuesError
from bluecloud_routines.biodiversity import PROFILE_DEPTHS, chlorophyll_profiles
from bluecloud_routines.biodiversity._chlorophyll import (
    attenuation_depth,
    integrated,
    morel_depth,
)
from bluecloud_routines.biodiversity.chlorophyll import normal_profile, trophic_class

# Mean surface chlorophyll of the classes S1 to S9, about, and their published euphotic depths.
CLASSES = (0.032, 0.058, 0.098, 0.158, 0.244, 0.347, 0.54, 1.235, 2.953)
EUPHOTIC_M = (119.1, 99.9, 91.0, 80.2, 70.3, 63.4, 54.4, 39.8, 26.1)


def green(values: object, **attrs: str) -> xr.DataArray:
    return xr.DataArray(values, dims="cell", attrs={"units": "mg m-3"} | attrs, name="chl")


def metres(values: object) -> xr.DataArray:
    return xr.DataArray(values, dims="cell", attrs={"units": "m"})


@pytest.mark.parametrize(
    ("chlorophyll", "depth"),
    [(0.03, 100.2325), (0.1, 77.3905), (0.3, 53.0877), (1, 30.0804), (3, 16.0808), (10, 7.5371)],
)
def test_the_euphotic_depth_by_attenuation_is_the_original_programs(
    chlorophyll: float, depth: float
) -> None:
    assert attenuation_depth(np.array(chlorophyll)) == pytest.approx(depth, abs=5e-5)


@pytest.mark.parametrize("number", range(9))
def test_each_class_has_the_mean_one_that_defines_it(number: int) -> None:
    depth = (np.arange(10_000) + 0.5) / 10_000
    assert normal_profile(np.array(number), depth).mean() == pytest.approx(1, abs=0.005)


def test_the_tables_relations_lead_to_the_classes_euphotic_depths() -> None:
    surface = np.array(CLASSES)
    assert trophic_class(surface).tolist() == list(range(9))
    depth = morel_depth(integrated(surface, np.zeros(9, dtype=bool)))
    np.testing.assert_allclose(depth, EUPHOTIC_M, rtol=0.06)


def test_the_two_branches_of_the_euphotic_depth_meet() -> None:
    total = np.linspace(13.5, 13.8, 301)  # mg m-2, where it is 102 m
    assert np.abs(np.diff(morel_depth(total))).max() < 0.3
    assert integrated(np.array(1.0), np.array(False)) == pytest.approx(36.1)
    assert integrated(np.array(1.0), np.array(True)) == pytest.approx(42.1)


def test_a_profile_worked_out_by_hand() -> None:
    surface = green([0.058], standard_name="mass_concentration_of_chlorophyll_a_in_sea_water")
    found = chlorophyll_profiles(surface, depths=[0, 50, 100]).isel(cell=0)
    assert "standard_name" not in found["euphotic_depth"].attrs
    total = 36.1 * 0.058**0.357
    depth = 426.3 * total**-0.547
    z = np.array([0, 50, 100]) / depth
    shape = 0.533 - 0.172 * z + 1.194 * np.exp(-(((z - 0.921) / 0.435) ** 2))
    np.testing.assert_allclose(found["chlorophyll"], total / depth * shape, rtol=1e-12)
    assert int(found["trophic_class"]) == 2
    assert float(found["maximum_depth"]) == pytest.approx(0.9 * depth, rel=0.03)
    assert float(found["chlorophyll_integrated"]) == pytest.approx(total)


@settings(deadline=None, max_examples=25)
@given(surface=st.floats(0.01, 20), mixing=st.floats(1, 800), deepest=st.floats(0.5, 2))
def test_the_euphotic_layer_holds_what_is_said_and_mixed_water_is_uniform(
    surface: float, mixing: float, deepest: float
) -> None:
    fine = np.arange(0, 1000, 0.05)
    found = chlorophyll_profiles(
        green([surface]), metres([mixing]), depths=fine, deepest=deepest
    ).isel(cell=0)
    profile, depth = found["chlorophyll"].values, float(found["euphotic_depth"])
    known = np.isfinite(profile)
    assert (profile[known] >= 0).all()
    assert known[: known.sum()].all()  # without holes
    mixed = int(found["trophic_class"]) == 10
    if mixed:
        assert np.ptp(profile[known]) < 1e-12
        assert np.isnan(float(found["maximum_depth"]))
        assert fine[known][-1] >= mixing - 0.06 or mixing > fine[-1]
    if deepest >= 1 or mixed:
        total = np.trapezoid(np.where(fine <= depth, profile, 0), fine)
        assert total == pytest.approx(float(found["chlorophyll_integrated"]), rel=0.01)


@pytest.mark.parametrize("surface", [0.02, 0.15, 0.9, 6.0])
def test_matched_at_the_surface_a_satellite_would_see_the_surface_value(surface: float) -> None:
    depths = np.linspace(0, 30, 3001)
    found = chlorophyll_profiles(green([surface]), depths=depths, match="surface").isel(cell=0)
    seen = float(found["euphotic_depth"]) / np.log(100)
    top = found["chlorophyll"].sel(depth=slice(0, seen)).mean()
    assert float(top) == pytest.approx(surface, rel=0.005)


def test_clearer_water_has_its_maximum_deeper() -> None:
    found = chlorophyll_profiles(green([0.03, 0.1, 0.35, 1.0]))
    assert (np.diff(found["maximum_depth"]) < 0).all()
    assert found.sizes["depth"] == len(PROFILE_DEPTHS) == 36


def test_what_is_missing_stays_missing() -> None:
    surface = green([np.nan, 0.0, -1.0, 0.2, 0.2])
    found = chlorophyll_profiles(surface, metres([20, 20, 20, np.nan, 20]))
    known = found["chlorophyll"].notnull().any("depth")
    assert known.values.tolist() == [False] * 4 + [True]
    assert found["trophic_class"].values.tolist() == [0, 0, 0, 0, 5]


def test_lazy_arrays_stay_lazy_and_give_the_same() -> None:
    values = np.random.default_rng(0).lognormal(-1, 1, (4, 6))
    surface = xr.DataArray(values, dims=("time", "x"), attrs={"units": "mg m-3"})
    mixing = xr.DataArray(values * 200, dims=("time", "x"), attrs={"units": "m"})
    lazy = chlorophyll_profiles(surface.chunk(time=2), mixing.chunk(time=2))
    assert all(isinstance(each.data, dask.array.Array) for each in lazy.data_vars.values())
    xr.testing.assert_allclose(lazy.compute(), chlorophyll_profiles(surface, mixing))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"depths": []}, ParameterError, r"depths are \[\]"),
        ({"depths": [0, 10, 10]}, ParameterError, "they must ascend"),
        ({"depths": [-1, 10]}, ParameterError, "0 or more"),
        ({"euphotic": "secchi"}, ParameterError, "euphotic is 'secchi': one of"),
        ({"match": "maximum"}, ParameterError, "match is 'maximum': one of"),
        ({"deepest": 3}, ParameterError, "deepest is 3: 0.5 to 2"),
        ({"mixed_layer_depth": metres([1]).assign_attrs(units="dbar")}, UnitsError, "'dbar'"),
    ],
)
def test_what_cannot_be_is_refused(
    options: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        chlorophyll_profiles(green([0.2]), **options)


def test_other_units_and_no_cell_are_refused() -> None:
    with pytest.raises(UnitsError, match="'kg m-3': 'mg m-3' or 'ug L-1' is needed"):
        chlorophyll_profiles(green([1e-6], units="kg m-3"))
    with pytest.raises(ValuesError, match="no cell"):
        chlorophyll_profiles(green(np.empty(0)))


def test_depths_of_mixing_counted_upward_or_elsewhere_are_refused() -> None:
    upward = green([-50.0, 20.0], units="m")
    with pytest.raises(ValuesError, match="depth of mixing is -50 m: 0 or more, counted downward"):
        chlorophyll_profiles(green([0.2, 0.3]), upward)
    moved = green([50.0, 20.0], units="m")
    dim = str(moved.dims[0])
    with pytest.raises(ValuesError, match="on other coordinates"):
        chlorophyll_profiles(
            green([0.2, 0.3]).assign_coords({dim: [0, 1]}), moved.assign_coords({dim: [1, 2]})
        )


@pytest.mark.parametrize(
    ("number", "background", "slope", "height", "centre", "width"),
    [
        (1, 0.471, 0.135, 1.572, 0.969, 0.393),
        (2, 0.533, 0.172, 1.194, 0.921, 0.435),
        (3, 0.428, 0.138, 1.015, 0.905, 0.630),
        (4, 0.570, 0.173, 0.766, 0.814, 0.586),
        (5, 0.611, 0.214, 0.676, 0.663, 0.539),
        (6, 0.390, 0.109, 0.788, 0.521, 0.681),
        (7, 0.569, 0.183, 0.608, 0.452, 0.744),
        (8, 0.835, 0.298, 0.382, 0.512, 0.625),
        (9, 0.188, 0.000, 0.885, 0.378, 1.081),
    ],
)
def test_the_shapes_are_those_of_the_table_read_class_by_class(
    number: int, background: float, slope: float, height: float, centre: float, width: float
) -> None:
    depth = np.linspace(0, 1.5, 16)
    shape = background - slope * depth + height * np.exp(-(((depth - centre) / width) ** 2))
    kind = np.full(depth.shape, number - 1)
    np.testing.assert_allclose(normal_profile(kind, depth), shape, rtol=1e-12)


def test_what_lies_above_the_euphotic_depth_is_that_of_table_4() -> None:
    surface = np.array([0.5, 1.0, 2.0])
    mixed = integrated(surface, np.array([True] * 3))
    np.testing.assert_allclose(mixed, [42.1 * 0.5**0.538, 42.1, 42.1 * 2**0.538], rtol=1e-12)
    layered = integrated(surface, np.array([False] * 3))
    np.testing.assert_allclose(layered, [36.1 * 0.5**0.357, 36.1, 37.7 * 2**0.615], rtol=1e-12)


def test_the_classes_begin_at_their_limits() -> None:
    limits = np.array([0.04, 0.08, 0.12, 0.2, 0.3, 0.4, 0.8, 2.2])
    np.testing.assert_array_equal(trophic_class(limits), np.arange(1, 9))
    np.testing.assert_array_equal(trophic_class(limits * (1 - 1e-9)), np.arange(8))
