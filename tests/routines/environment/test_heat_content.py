"""Heat content, mixed layer and steric height, by TEOS-10's check values and by hand."""

from itertools import pairwise
from typing import Any

import dask.array as da
import gsw
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from bluecloud_routines import ParameterError, TooShortError, UnitsError, ValuesError
from bluecloud_routines.environment import (
    heating_rate,
    mixed_layer_depth,
    ocean_heat_content,
    seawater_properties,
    steric_height,
)

# Pages of gsw_CT_from_t and gsw_rho of the TEOS-10 toolbox, at 188 degrees east, 4 north.
PRESSURE = np.array([10.0, 50, 125, 250, 600, 1000])
ABSOLUTE = np.array([34.7118, 34.8915, 35.0256, 34.8472, 34.7366, 34.7324])
IN_SITU = np.array([28.7856, 28.4329, 22.8103, 10.2600, 6.8863, 4.4036])
CONSERVATIVE = [28.80991983, 28.43922782, 22.78617689, 10.22618927, 6.82721363, 4.32357575]


def array(values: Any, units: str, name: str = "", *, dim: str = "sample") -> xr.DataArray:
    attrs = {"units": units, **({"standard_name": name} if name else {})}
    return xr.DataArray(np.asarray(values, dtype=float), dims=dim, attrs=attrs)


def temperatures(values: Any, name: str = "sea_water_temperature") -> xr.DataArray:
    found = array(values, "degree_Celsius", name)
    return found.assign_coords(latitude=4.0, longitude=188.0)


def column(depth: Any, temperature: Any, salinity: Any = 35.0) -> xr.Dataset:
    """A column by depth, with potential temperature."""
    return seawater_properties(
        temperatures(temperature, "sea_water_potential_temperature"),
        array(np.broadcast_to(salinity, np.shape(depth)), "1"),
        depth=array(depth, "m"),
    )


@pytest.fixture
def station() -> xr.Dataset:
    practical = gsw.SP_from_SA(ABSOLUTE, PRESSURE, 188, 4)
    return seawater_properties(
        temperatures(IN_SITU), array(practical, "1"), pressure=array(PRESSURE, "dbar")
    )


def test_the_properties_are_those_of_the_teos_10_check_values(station: xr.Dataset) -> None:
    np.testing.assert_allclose(station["conservative_temperature"], CONSERVATIVE, atol=6e-9)
    np.testing.assert_allclose(station["absolute_salinity"], ABSOLUTE, atol=1e-9)
    np.testing.assert_allclose(
        station["density"][[0, -1]], [1021.83992916, 1032.00245646], atol=2e-5
    )
    np.testing.assert_allclose(station["depth"], -gsw.z_from_p(PRESSURE, 4), rtol=1e-12)
    assert station["density"].attrs["standard_name"] == "sea_water_density"


def test_depth_instead_of_pressure_and_any_kind_of_temperature_give_the_same(
    station: xr.Dataset,
) -> None:
    practical = array(gsw.SP_from_SA(ABSOLUTE, PRESSURE, 188, 4), "psu")
    for kind in ("potential", "conservative"):
        name = f"sea_water_{kind}_temperature"
        again = seawater_properties(
            temperatures(station[f"{kind}_temperature"] + 273.15, name).assign_attrs(units="K"),
            practical,
            depth=station["depth"],
        )
        for variable in station:
            np.testing.assert_allclose(again[variable], station[variable], rtol=1e-9)


def test_one_kelvin_more_over_700_metres_is_2_87_gigajoules() -> None:
    depth = np.linspace(0, 1000, 21)
    options = {"along": "sample", "layers": [(0, 700)], "constants": (1030.0, 3980.0)}
    cold, warm = (
        ocean_heat_content(column(depth, value + 0 * depth), **options)["heat_content"].item()
        for value in (10.0, 11.0)
    )
    assert warm - cold == pytest.approx(2.86958e9, rel=1e-9)


def test_a_linear_column_has_the_heat_of_its_closed_form_whatever_the_samples() -> None:
    # 20 - z / 50 over 100 to 400 m: 300 m of 15 degrees; the layer's ends are between samples.
    depth = np.array([0.0, 30, 90, 170, 310, 390, 480])
    found = ocean_heat_content(
        column(depth, 20 - depth / 50), along="sample", layers=[(100, 400)], constants=(1000, 4000)
    )
    assert found["heat_content"].item() == pytest.approx(1000 * 4000 * 15 * 300, rel=1e-9)
    assert found["mean_temperature"].item() == pytest.approx(15, rel=1e-9)


def test_heat_by_teos_10_is_the_integral_that_quadrature_finds(station: xr.Dataset) -> None:
    depth, heat = (
        station["depth"].values,
        (station["density"] * 3991.86795711963 * station["conservative_temperature"]).values,
    )
    found = ocean_heat_content(station, along="sample", layers=[(20, 700)], max_gap=500)
    edges = [20, *depth[(depth > 20) & (depth < 700)], 700]
    expected = sum(
        integrate.quad(np.interp, a, b, args=(depth, heat))[0] for a, b in pairwise(edges)
    )
    assert found["heat_content"].item() == pytest.approx(expected, rel=1e-10)
    name = "integral_wrt_depth_of_sea_water_conservative_temperature_expressed_as_heat_content"
    assert found["heat_content"].attrs["standard_name"] == name


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-1, 30), min_size=6, max_size=12),
    st.floats(30, 480),
    st.integers(0, 2**32 - 1),
)
def test_layers_add_up_and_the_order_of_samples_does_not_matter(
    values: list[float], cut: float, seed: int
) -> None:
    depth = np.linspace(0, 500, len(values))
    order = np.random.default_rng(seed).permutation(len(values))
    layers = [(0, cut), (cut, 500), (0, 500)]
    water = column(depth, values)
    heat = ocean_heat_content(water, along="sample", layers=layers)["heat_content"].values
    assert heat[0] + heat[1] == pytest.approx(heat[2], rel=1e-9, abs=1.0)
    shuffled = water.isel(sample=order)
    again = ocean_heat_content(shuffled, along="sample", layers=layers)["heat_content"]
    np.testing.assert_allclose(again, heat, rtol=1e-12)


def test_a_layer_that_is_not_spanned_or_has_a_gap_has_no_heat() -> None:
    depth = np.array([8.0, 50, 100, 400, 700])
    water = column(depth, [15.0, 14, 13, 8, 6])
    layers = [(0, 100), (0, 400), (0, 800), (120, 380)]
    known = ocean_heat_content(water, along="sample", layers=layers)["heat_content"].notnull()
    np.testing.assert_array_equal(known, [True, False, False, False])
    wide = ocean_heat_content(water, along="sample", layers=layers, max_gap=300)
    np.testing.assert_array_equal(wide["heat_content"].notnull(), [True, True, False, True])
    near = ocean_heat_content(water, along="sample", layers=layers, surface_gap=5)
    assert near["heat_content"].isnull().all()
    holed = water.where(water["depth"] != 50)
    assert ocean_heat_content(holed, along="sample", layers=[(0, 100)], max_gap=50)[
        "heat_content"
    ].isnull()


def test_the_mixed_layer_ends_where_the_threshold_is_crossed() -> None:
    depth = np.array([5.0, 10, 20, 30, 40, 60])
    water = column(depth, [15.0, 15, 15, 14.9, 14.5, 14])
    by_temperature = mixed_layer_depth(water, along="sample", criterion="temperature")
    assert by_temperature.item() == pytest.approx(30 + 10 * (0.1 / 0.4), rel=1e-6)
    # Density by hand from the two samples about the crossing.
    sigma = water["sigma_theta"].values
    share = (0.03 + sigma[1] - sigma[3]) / (sigma[4] - sigma[3])
    assert sigma[3] - sigma[1] < 0.03 < sigma[4] - sigma[1]
    by_density = mixed_layer_depth(water, along="sample")
    assert by_density.item() == pytest.approx(30 + 10 * share, rel=1e-9)
    assert by_density.attrs["standard_name"] == "ocean_mixed_layer_thickness_defined_by_sigma_theta"


def test_warming_below_ends_a_layer_of_temperature_and_not_one_of_density() -> None:
    water = column([5.0, 10, 20, 30], [10.0, 10, 10.4, 10.8])
    found = mixed_layer_depth(water, along="sample", criterion="temperature")
    assert found.item() == pytest.approx(15)
    assert mixed_layer_depth(water, along="sample").isnull()


def test_a_crossing_across_a_gap_or_with_no_sample_near_ten_metres_is_not_known() -> None:
    water = column([10.0, 20, 300], [15.0, 15, 10])
    assert mixed_layer_depth(water, along="sample").isnull()
    assert mixed_layer_depth(water, along="sample", max_gap=400).notnull()
    deep = column([16.0, 20, 30], [15.0, 14, 13])
    assert mixed_layer_depth(deep, along="sample").isnull()
    assert mixed_layer_depth(deep, along="sample", surface_gap=6).notnull()


def test_between_samples_the_layer_begins_at_ten_metres_itself() -> None:
    # At 10 m: 15.5 degrees; 0.2 less at 12 m.
    water = column([5.0, 15, 30], [16.0, 15, 14])
    found = mixed_layer_depth(water, along="sample", criterion="temperature")
    assert found.item() == pytest.approx(12)


def test_steric_height_is_dynamic_height_over_gravity() -> None:
    pressure = np.arange(0, 1001, 2.0)
    temperature, practical = 4 + 14 * np.exp(-pressure / 300), 34.8 + 0.4 * np.exp(-pressure / 200)
    water = seawater_properties(
        temperatures(temperature), array(practical, "1"), pressure=array(pressure, "dbar")
    )
    dynamic = gsw.geo_strf_dyn_height(
        water["absolute_salinity"].values, water["conservative_temperature"].values, pressure, 1000
    )
    found = steric_height(water, along="sample", pressure_range=(0, 1000))
    assert found.item() == pytest.approx(dynamic[0] / 9.7963, rel=1e-5)
    assert found.attrs["standard_name"] == "steric_change_in_sea_surface_height"


def test_dask_stays_lazy_and_finds_the_same(station: xr.Dataset) -> None:
    grid = xr.concat([station, station.where(station["depth"] < 400)], "cell")
    lazy = grid.chunk({"cell": 1, "sample": 3})
    for found, expected in (
        (ocean_heat_content(each, along="sample", layers=[(0, 500)], max_gap=400)["heat_content"]
         for each in (lazy, grid)),
        (mixed_layer_depth(each, along="sample") for each in (lazy, grid)),
        (steric_height(each, along="sample", pressure_range=(0, 200)) for each in (lazy, grid)),
    ):  # fmt: skip
        assert isinstance(found.data, da.Array)
        xr.testing.assert_allclose(found.compute(), expected)


def test_a_trend_of_heat_is_a_flux() -> None:
    times = np.arange("2000", "2012", dtype="datetime64[M]").astype("datetime64[ns]")
    seconds = (times - times[0]) / np.timedelta64(1, "s")
    heat = array(1e9 + 0.7 * seconds, "J m-2", dim="time").assign_coords(time=times)
    rate = heating_rate(heat)
    assert rate["trend"].item() == pytest.approx(0.7)
    assert rate["trend_lower"].attrs["units"] == "W m-2"
    with pytest.raises(TooShortError, match="at least 10 years"):
        heating_rate(heat[:60])
    with pytest.raises(UnitsError, match="in 'GJ m-2'"):
        heating_rate(heat.assign_attrs(units="GJ m-2"))


def test_what_is_no_column_is_refused_with_the_reason(station: xr.Dataset) -> None:
    salinity, pressure = array(ABSOLUTE, "1"), array(PRESSURE, "dbar")
    with pytest.raises(UnitsError, match="standard_name is None: one of"):
        seawater_properties(temperatures(IN_SITU, ""), salinity, pressure=pressure)
    with pytest.raises(ParameterError, match="one of pressure and depth"):
        seawater_properties(temperatures(IN_SITU), salinity)
    up = pressure.assign_attrs(units="m", positive="up")
    with pytest.raises(ParameterError, match="positive: up"):
        seawater_properties(temperatures(IN_SITU), salinity, depth=up)
    with pytest.raises(UnitsError, match="pressure has no units"):
        seawater_properties(temperatures(IN_SITU), salinity, pressure=pressure.drop_attrs())
    with pytest.raises(ValuesError, match=r"salinity has the value 350 1: 0 to 60"):
        seawater_properties(temperatures(IN_SITU), salinity + 315.2882, pressure=pressure)
    with pytest.raises(ValuesError, match="no value: all 6 are missing"):
        seawater_properties(temperatures(IN_SITU * np.nan), salinity, pressure=pressure)
    with pytest.raises(ValuesError, match="pressure is empty"):
        seawater_properties(temperatures([]), salinity[:0], pressure=pressure[:0])
    beyond = temperatures(IN_SITU).assign_coords(latitude=188.0, longitude=4.0)
    with pytest.raises(ValuesError, match="'latitude' goes from 188 to 188: -90 to 90"):
        seawater_properties(beyond, salinity, pressure=pressure)
    bare = temperatures(IN_SITU).drop_vars("longitude")
    with pytest.raises(ValuesError, match="no coordinate is a longitude"):
        seawater_properties(bare, salinity, pressure=pressure)


def test_options_out_of_range_are_refused(station: xr.Dataset) -> None:
    for options, words in (
        ({"layers": [(300, 0)]}, "layers are"),
        ({"layers": []}, "layers are"),
        ({"constants": (1030, 0)}, "constants are"),
        ({"reference": np.inf}, "reference is inf"),
        ({"max_gap": 0}, "max_gap is 0"),
        ({"along": "profile"}, "along is 'profile'"),
    ):
        with pytest.raises(ParameterError, match=words):
            ocean_heat_content(station, **{"along": "sample", **options})
    with pytest.raises(ParameterError, match="no \\['density'\\]: give what"):
        ocean_heat_content(station.drop_vars("density"), along="sample")
    with pytest.raises(ParameterError, match="criterion is 'sigma'"):
        mixed_layer_depth(station, along="sample", criterion="sigma")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="threshold is -1"):
        mixed_layer_depth(station, along="sample", threshold=-1)
    with pytest.raises(ParameterError, match="layers are"):
        steric_height(station, along="sample", pressure_range=(500, 100))


def test_a_model_grid_with_depth_as_its_axis_is_taken_and_chunks_along_it_change_nothing() -> None:
    depth = xr.DataArray([0.5, 10, 50, 100, 300, 800], dims="depth", attrs={"units": "m"})
    warm = xr.DataArray(
        np.linspace(20, 5, 6)[:, None] - [0.0, 1.0],
        dims=("depth", "latitude"),
        coords={"depth": depth, "latitude": [43.0, 42.0], "longitude": 5.0},
        attrs={"units": "degree_Celsius", "standard_name": "sea_water_potential_temperature"},
    )
    salt = xr.full_like(warm, 38).assign_attrs(units="1")
    eager = seawater_properties(warm, salt, depth=warm["depth"])
    lazy = seawater_properties(
        warm.chunk({"depth": 2}), salt.chunk({"depth": 2}), depth=warm["depth"]
    )
    for made in (
        lambda water: ocean_heat_content(water, along="depth")["heat_content"],
        lambda water: mixed_layer_depth(water, along="depth"),
        lambda water: steric_height(water, along="depth", pressure_range=(0, 700)),
    ):
        assert isinstance(made(lazy).data, da.Array)
        xr.testing.assert_allclose(made(lazy).compute(), made(eager), rtol=1e-12)
