"""What must hold of patterns and regimes: their properties, their JSON, and what they refuse."""

import json
from typing import Any

import dask.array
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines import ParameterError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.environment import (
    PatternModel,
    class_frequency,
    fit_patterns,
    ocean_patterns,
    ocean_regimes,
    on_levels,
    pattern_criterion,
    profiles_of,
    weekly_cycle,
)
from bluecloud_routines.environment.pattern_choice import thinned

LEVELS = np.array([5.0, 50, 100, 200, 400, 600, 800, 1000])


@pytest.fixture(scope="module")
def profiles() -> xr.Dataset:
    """Three kinds of water in three places, over a year, and one profile with a gap."""
    random = np.random.default_rng(6)
    kind = np.repeat([0, 1, 2], 60)
    surface, deep = np.array([6.0, 14, 22])[kind], np.array([3.5, 5, 7])[kind]
    amount = np.exp(-LEVELS / 300)
    temperature = deep[:, None] + (surface - deep)[:, None] * amount
    temperature += random.standard_normal((180, 1)) * amount
    temperature += 0.3 * random.standard_normal((180, 8)).cumsum(axis=1) / 3
    salinity = 34.6 + 0.1 * temperature + 0.03 * random.standard_normal((180, 8))
    temperature[7, 3] = np.nan
    south = np.array([52.0, 40, 28])[kind] + random.uniform(-4, 4, 180)
    west = np.array([-30.0, -50, -40])[kind] + random.uniform(-12, 12, 180)
    return xr.Dataset(
        {
            "temperature": (("profile", "pressure"), temperature, {"units": "degree_Celsius"}),
            "salinity": (("profile", "pressure"), salinity, {"units": "1"}),
        },
        coords={
            "pressure": ("pressure", LEVELS, {"units": "dbar"}),
            "latitude": ("profile", south),
            "longitude": ("profile", west),
            "time": ("profile", pd.date_range("2019-01-01", periods=180, freq="2D")),
        },
    )


@pytest.fixture(scope="module")
def model(profiles: xr.Dataset) -> PatternModel:
    return fit_patterns(profiles, axis="pressure", classes=3, starts=3)


def test_the_kinds_of_water_are_found_and_a_gap_has_no_class(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    result = ocean_patterns(profiles, model=model)
    expected = np.repeat([1.0, 2, 3], 60)
    expected[7] = np.nan
    np.testing.assert_array_equal(result["label"], expected)
    assert np.isnan(result["robustness"][7])
    assert np.isnan(result["robustness_class"][7])
    assert float(result["class_share"].sum()) == pytest.approx(1)


def test_probabilities_add_up_and_robustness_is_in_its_words(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    result = ocean_patterns(profiles, model=model).isel(profile=slice(8, None))
    np.testing.assert_allclose(result["posterior"].sum("class"), 1, rtol=1e-12)
    robustness = (result["posterior"].max("class") - 1 / 3) * 3 / 2
    np.testing.assert_allclose(result["robustness"], robustness)
    words = np.searchsorted([0.33, 0.66, 0.9, 0.99], robustness, side="right")
    np.testing.assert_array_equal(result["robustness_class"], words)


def test_the_same_seed_gives_the_same_model_and_no_order_of_profiles_another_class(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    again = fit_patterns(profiles, axis="pressure", classes=3, starts=3)
    assert again.to_json() == model.to_json()
    order = np.random.default_rng(0).permutation(180)
    shuffled = fit_patterns(profiles.isel(profile=order), axis="pressure", classes=3, starts=3)
    labels = ocean_patterns(profiles, model=shuffled)["label"]
    xr.testing.assert_equal(labels, ocean_patterns(profiles, model=model)["label"])


def test_units_of_a_variable_do_not_matter_to_the_classes(profiles: xr.Dataset) -> None:
    other = profiles.copy()
    other["temperature"] = (profiles["temperature"] * 1.8 + 32).assign_attrs(units="degF")
    one, two = (
        ocean_patterns(each, model=fit_patterns(each, axis="pressure", classes=3))["label"]
        for each in (profiles, other)
    )
    xr.testing.assert_equal(one, two)


def test_a_model_is_text_that_gives_the_same_answer(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    text = model.to_json()
    read = PatternModel.from_json(text)
    assert read.to_json() == text
    xr.testing.assert_identical(
        ocean_patterns(profiles, model=read), ocean_patterns(profiles, model=model)
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda told: told.update(format="x"), "another format"),
        (lambda told: told.pop("weights"), "not what a model has"),
        (lambda told: told["weights"].pop(), "centres are of shape"),
        (lambda told: told.update(centres="abc"), "no model of patterns"),
        (lambda told: told["reductions"]["salinity"].pop("mean"), "no model of patterns"),
        (lambda told: told["reductions"]["salinity"]["mean"].pop(), "salinity are of shape"),
        (lambda told: told["weights"].__setitem__(0, float("nan")), "not finite"),
    ],
)
def test_a_text_that_is_no_model_is_refused(model: PatternModel, change: Any, says: str) -> None:
    told = json.loads(model.to_json())
    change(told)
    with pytest.raises(ParameterError, match=says):
        PatternModel.from_json(json.dumps(told))
    with pytest.raises(ParameterError, match="no model of patterns"):
        PatternModel.from_json("[1, 2]")


def test_on_dask_classes_stay_lazy_and_are_the_same(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    lazy = ocean_patterns(profiles.chunk({"profile": 50, "pressure": 3}), model=model)
    assert isinstance(lazy["label"].data, dask.array.Array)
    eager = ocean_patterns(profiles, model=model)
    xr.testing.assert_allclose(lazy.compute(), eager, rtol=1e-12)


def test_frequencies_of_a_season_add_up(profiles: xr.Dataset, model: PatternModel) -> None:
    table = class_frequency(ocean_patterns(profiles, model=model))
    assert set(table["season"]) == {"DJF", "MAM", "JJA", "SON"}
    assert table["profiles"].sum() == 179
    np.testing.assert_allclose(table.groupby("season")["share"].sum(), 1)
    with pytest.raises(ParameterError, match="by is 'week'"):
        class_frequency(ocean_patterns(profiles, model=model), by="week")


def test_the_criterion_finds_the_number_of_kinds(profiles: xr.Dataset) -> None:
    found = pattern_criterion(
        profiles, axis="pressure", classes=range(1, 6), runs=3, spacing_km=50, max_components=2
    )
    assert found.attrs["best"] == 3
    assert found["bic"].shape == (3, 5)
    assert (found["profiles"] < 180).all()
    again = pattern_criterion(
        profiles, axis="pressure", classes=range(1, 6), runs=3, spacing_km=50, max_components=2
    )
    xr.testing.assert_identical(found, again)


def test_too_few_profiles_for_a_number_of_classes_give_no_criterion(profiles: xr.Dataset) -> None:
    few = profiles.isel(profile=slice(0, None, 6))
    found = pattern_criterion(few, axis="pressure", classes=(1, 9), runs=2, max_components=2)
    assert found["bic"].notnull().all("run").values.tolist() == [True, False]
    with pytest.raises(ValuesError, match="thin less"):
        pattern_criterion(few, axis="pressure", classes=(9,), runs=2, max_components=2)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 80), st.floats(0, 5000), st.integers(0, 1000))
def test_a_thinned_sample_keeps_its_distances_and_leaves_no_room(
    number: int, spacing: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    places = np.stack([random.uniform(-90, 90, number), random.uniform(-180, 360, number)], axis=1)
    kept = thinned(places, spacing_km=spacing, random=random)
    south, west = np.deg2rad(places).T
    cosines = np.sin(south[:, None]) * np.sin(south) + np.cos(south[:, None]) * np.cos(
        south
    ) * np.cos(west[:, None] - west)
    apart = 6371.0088 * np.arccos(np.clip(cosines, -1, 1))
    among = apart[np.ix_(kept, kept)][~np.eye(len(kept), dtype=bool)]
    assert (among >= spacing * (1 - 1e-6) - 1e-3).all()
    assert (apart[:, kept].min(axis=1) <= spacing * (1 + 1e-6) + 1e-3).all()


def casts(**changes: Any) -> xr.Dataset:
    given_ = {
        "PRES": [[5.0, 15, 25, np.nan], [40, 30, 20, 10]],
        "TEMP": [[10.0, 9, 8, np.nan], [1, 2, 3, 4]],
        **changes,
    }
    return xr.Dataset(
        {
            name: (("N_PROF", "N_LEVELS"), np.array(values), {"units": "dbar"})
            for name, values in given_.items()
        }
    )


def test_profiles_of_any_order_are_interpolated_and_nothing_is_invented() -> None:
    found = on_levels(casts(), along="N_LEVELS", vertical="PRES", levels=[0, 10, 20, 25, 30])
    expected = [[10, 9.5, 8.5, 8, np.nan], [4, 4, 3, 2.5, 2]]
    np.testing.assert_allclose(found["TEMP"], expected)
    assert found["PRES"].attrs["units"] == "dbar"
    strict = on_levels(
        casts(), along="N_LEVELS", vertical="PRES", levels=[0, 20, 30], max_gap=9, surface_gap=0
    )
    assert strict["TEMP"].isnull().sum() == 4  # there is a sample at two of six
    np.testing.assert_allclose(strict["TEMP"][1, 1:], [3, 2])


def test_rows_become_profiles_side_by_side() -> None:
    table = pd.DataFrame(
        {
            "platform": ["a", "b", "a"],
            "time": pd.to_datetime(["2019-01-01", "2019-02-01", "2019-01-01"]),
            "latitude": [50.0, 60, 50],
            "longitude": [-30.0, -20, -30],
            "pressure": [5.0, 7, 10],
        }
    )
    found = profiles_of(table, by=["platform"], units={"pressure": "dbar"})
    np.testing.assert_array_equal(found["pressure"], [[5, 10], [7, np.nan]])
    assert found["latitude"].values.tolist() == [50, 60]
    assert found["pressure"].attrs["units"] == "dbar"
    with pytest.raises(ParameterError, match=r"no column \['cycle', 'salinity'\]"):
        profiles_of(table, by=["platform", "cycle"], units={"salinity": "1"})
    with pytest.raises(ValuesError, match="no rows"):
        profiles_of(table.iloc[:0], by=["platform"], units={"pressure": "dbar"})


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"levels": [10, 5]}, ParameterError, "ascending"),
        ({"levels": []}, ParameterError, "ascending"),
        ({"max_gap": 0}, ParameterError, "max_gap is 0"),
        ({"vertical": "DEPTH"}, ParameterError, "vertical is 'DEPTH'"),
        ({"levels": [500.0]}, ValuesError, "no profile has a value"),
    ],
)
def test_levels_that_cannot_be_are_refused(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    asked = {"along": "N_LEVELS", "vertical": "PRES", "levels": [10.0], **options}
    with pytest.raises(error, match=says):
        on_levels(casts(), **asked)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"classes": 0}, "classes is 0"),
        ({"classes": 2.5}, "classes is 2.5"),
        ({"max_components": 0}, "max_components is 0"),
        ({"explained_variance": 1.1}, "explained_variance is 1.1"),
        ({"starts": 0}, "starts is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"axis": "depth"}, "axis is 'depth'"),
    ],
)
def test_options_outside_their_range_are_refused(
    profiles: xr.Dataset, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(ParameterError, match=says):
        fit_patterns(profiles, **{"axis": "pressure", "classes": 3, **options})


def test_data_that_cannot_be_classified_are_refused(
    profiles: xr.Dataset, model: PatternModel
) -> None:
    asked: dict[str, Any] = {"axis": "pressure", "classes": 3}
    with pytest.raises(ValuesError, match="none of 180 profiles"):
        fit_patterns(profiles.where(profiles["pressure"] < 900), **asked)
    with pytest.raises(ValuesError, match="5 profiles have no gap: 6 are the least"):
        fit_patterns(profiles.isel(profile=slice(5)), max_components=2, **asked)
    wrong = profiles.copy(deep=True)
    wrong["temperature"][0, 0] = np.inf
    with pytest.raises(ValuesError, match="temperature has 1 infinite"):
        fit_patterns(wrong, **asked)
    bare = profiles.assign(salinity=profiles["salinity"].drop_attrs(deep=False))
    with pytest.raises(UnitsError, match="salinity has no units"):
        fit_patterns(bare, **asked)
    with pytest.raises(ParameterError, match=r"\['salinity'\] are absent"):
        ocean_patterns(profiles[["temperature"]], model=model)
    with pytest.raises(ParameterError, match="the model has 8, 5 to 1000 dbar"):
        ocean_patterns(profiles.isel(pressure=slice(4)), model=model)
    kelvin = profiles["temperature"].assign_attrs(units="K")
    with pytest.raises(UnitsError, match="temperature is in 'K', the model in"):
        ocean_patterns(profiles.assign(temperature=kelvin), model=model)
    with pytest.raises(ParameterError, match="no coordinate 'latitude'"):
        pattern_criterion(profiles.drop_vars("latitude"), axis="pressure")


@pytest.fixture(scope="module")
def sst() -> xr.DataArray:
    """Four years of days: the west warms early and little, the east late and much; one land."""
    times = pd.date_range("2015-01-01", "2018-12-31")
    year = 2 * np.pi * times.day_of_year.to_numpy() / 365.25
    random = np.random.default_rng(9)
    east = np.repeat([0.0, 1.0], 4)
    values = (
        15
        - (3 + 3 * east) * np.cos(year[:, None, None] - 0.5 - 0.4 * east)
        + random.standard_normal((len(times), 6, 8))
    )
    values[:, 0, 0] = np.nan
    return xr.DataArray(
        values,
        dims=("time", "latitude", "longitude"),
        coords={"time": times, "latitude": np.arange(6.0), "longitude": np.arange(8.0)},
        name="sst",
        attrs={"units": "degree_Celsius"},
    )


def test_regions_whose_year_goes_alike_are_one_regime(sst: xr.DataArray) -> None:
    cycle = weekly_cycle(sst, standardised=True)
    assert dict(cycle.sizes) == {"latitude": 6, "longitude": 8, "week": 52}
    model = fit_patterns(cycle, axis="week", classes=2, max_components=2)
    regimes = ocean_regimes(sst, model=model, standardised=True)
    label = regimes["label"]
    assert label.dims == ("latitude", "longitude")
    assert np.isnan(label[0, 0])
    west, east = label.isel(longitude=slice(4)), label.isel(longitude=slice(4, 8))
    assert len(set(west.values[~np.isnan(west.values)])) == 1
    assert len(set(east.values.ravel())) == 1
    assert float(west[1, 0]) != float(east[0, 0])
    assert regimes["sst_quantiles"].dims == ("class", "quantile", "week")


def test_composites_of_eight_days_stand_for_each_of_them(sst: xr.DataArray) -> None:
    year = sst.sel(time="2015")
    eight = year.isel(time=slice(None, None, 8))
    with pytest.raises(ValuesError, match="have no date"):
        weekly_cycle(eight)
    # The last of them begins on 27 December and reaches into January.
    daily = eight.reindex(time=pd.date_range("2015-01-01", "2016-01-03"), method="ffill")
    cycle = weekly_cycle(eight, days_each=8)
    xr.testing.assert_allclose(cycle, weekly_cycle(daily))
    # Across a gap, a value stands for its own days alone.
    holed = eight.drop_sel(time=eight["time"][20:22])
    assert weekly_cycle(holed, days_each=8)["sst"].isnull().any("week").all()
    lazy = weekly_cycle(eight.chunk(time=10), days_each=8)
    assert isinstance(lazy["sst"].data, dask.array.Array)
    xr.testing.assert_allclose(lazy.compute(), cycle)
    with pytest.raises(ParameterError, match="days_each is 0"):
        weekly_cycle(eight, days_each=0)


def test_a_weekly_cycle_is_the_mean_of_each_week(sst: xr.DataArray) -> None:
    cycle = weekly_cycle(sst)["sst"]
    days = sst["time"].dt.dayofyear
    np.testing.assert_allclose(cycle.sel(week=1).values[1], sst[days <= 7].mean("time").values[1])
    last = sst[days > 357].mean("time").values[1]  # with the days that are left over
    np.testing.assert_allclose(cycle.sel(week=52).values[1], last)


def test_what_has_no_year_has_no_regime(sst: xr.DataArray, model: PatternModel) -> None:
    with pytest.raises(ValuesError, match="have no date"):
        weekly_cycle(sst.sel(time=slice("2015-01-01", "2015-10-31")))
    with pytest.raises(ParameterError, match="the model is along 'pressure'"):
        ocean_regimes(sst, model=model)
    with pytest.raises(TimeAxisError, match="'time' is needed"):
        weekly_cycle(sst.rename(time="day"))
    with pytest.raises(UnitsError, match="sst has no units"):
        weekly_cycle(sst.drop_attrs())
