"""Growth with temperature: by hand, by a plain loop, and what must hold of any series."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.aquaculture import Stock, event_days, growth_stress, stress_table
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

PLAIN = Stock(mortality_percent=0, number=1)


def series(
    values: object, first: str = "2020-01-01", units: str = "degree_Celsius"
) -> xr.DataArray:
    values = np.asarray(values, float)
    return xr.DataArray(
        values,
        dims="time",
        coords={"time": pd.date_range("2020-01-01", periods=len(values))},
        attrs={"units": units},
    )


def seasons(days: int = 800) -> xr.DataArray:
    return series(20 - 9 * np.cos(2 * np.pi * (np.arange(days) - 40) / 365.25))


def test_a_hundred_days_of_twenty_degrees_make_ten_grams_sixty_two() -> None:
    found = growth_stress(series(np.full(100, 20.0)), start="2020-01-01", stock=PLAIN)
    assert float(found["weight"][-1]) == pytest.approx(61.837685, abs=5e-7)
    kelvin = growth_stress(series(np.full(100, 293.15), units="K"), start="2020-01-01", stock=PLAIN)
    np.testing.assert_allclose(kelvin["weight"], found["weight"], rtol=1e-12)
    total = 1.8 * (61.837685 - 10)
    assert float(found["feed"].sum()) == pytest.approx(total, abs=1e-5)
    assert float(found["feed_total"][-1]) == pytest.approx(total / 1e6, abs=1e-11)


def test_a_plain_loop_gives_the_same_harvest() -> None:
    temperature = seasons()
    stock = Stock(initial_weight_g=5, harvest_weight_g=350, tgc=1.1, mortality_percent=2)
    found = growth_stress(temperature, start="2020-04-10", stock=stock)
    weight, fish, feed = 5.0, 100_000.0, 0.0
    for n, today in enumerate(temperature.sel(time=slice("2020-04-10", None)).values, start=1):
        grown = (weight ** (1 / 3) + 1.1 / 1000 * today) ** 3
        fish = 100_000 * 0.98 ** (n / 30)
        feed += 1.8 * (grown - weight) * fish / 1e6
        weight = grown
        if weight >= 350:
            break
    assert int(found["days_to_harvest"]) == n
    assert found["harvest_date"].values == np.datetime64("2020-04-10") + np.timedelta64(n - 1, "D")
    assert float(found["weight"][n - 1]) == pytest.approx(weight)
    (row,) = stress_table(found).itertuples()
    assert (row.days, row.weight_g) == (n, pytest.approx(weight))
    assert row.biomass_t == pytest.approx(weight * fish / 1e6)
    assert row.feed_t == pytest.approx(feed)
    reached = temperature.sel(time=slice("2020-04-10", None)).cumsum().values >= stock.degree_days
    assert int(np.argmax(reached)) + 1 == n


@settings(max_examples=25, deadline=None)
@given(
    temperatures=st.lists(st.floats(0, 30), min_size=2, max_size=40),
    cut=st.integers(1, 39),
    tgc=st.floats(0.2, 3),
)
def test_growth_is_the_same_in_two_parts_and_knows_no_order(
    temperatures: list[float], cut: int, tgc: float
) -> None:
    cut = min(cut, len(temperatures) - 1)

    def end(values: list[float], first_g: float) -> float:
        stock = Stock(initial_weight_g=first_g, harvest_weight_g=1e6, tgc=tgc)
        found = growth_stress(series(values), start="2020-01-01", stock=stock)
        assert (np.diff(found["weight"]) >= -1e-9).all()
        return float(found["weight"][-1])

    whole = end(temperatures, 10)
    assert end(temperatures[cut:], end(temperatures[:cut], 10)) == pytest.approx(whole)
    assert end(temperatures[::-1], 10) == pytest.approx(whole)


def test_days_of_stress_and_of_heatwaves_are_counted_until_the_harvest() -> None:
    values = np.full(60, 20.0)
    values[:5], values[10:20] = 10.0, 28.0
    oxygen = series(np.where(np.arange(60) < 3, 100.0, 220.0), units="mmol m-3")
    events = pd.DataFrame(
        {"start": ["2020-01-16", "2020-02-10"], "end": ["2020-01-25", "2020-03-30"]}
    )
    temperature = series(values)
    heat = event_days(events, temperature)
    assert int(heat.sum()) == 10 + 20
    stock = Stock(harvest_weight_g=30.0, mortality_percent=0)
    found = growth_stress(
        temperature, start="2020-01-01", stock=stock, oxygen=oxygen, heatwave=heat
    )
    assert found["stress"].values[[0, 4, 10, 15, 20, 30]].tolist() == [5, 1, 2, 10, 8, 0]
    (row,) = stress_table(found).itertuples()
    # (30^(1/3) - 10^(1/3)) / 0.0009 = 1058.7 degree-days: 50 + 100 + 280 in 20 days, then 32 days.
    assert row.days == 52
    assert row.harvest_date == pd.Timestamp("2020-02-21")
    assert (row.cold_days, row.warm_days, row.low_oxygen_days) == (5, 10, 3)
    assert (row.heatwave_days, row.warm_heatwave_days) == (10 + 12, 5)


def test_fish_that_fast_do_not_grow_on_days_of_stress() -> None:
    values = np.full(40, 20.0)
    values[10:20] = 28.0
    heat = event_days(
        pd.DataFrame({"start": ["2020-01-25"], "end": ["2020-01-30"]}), series(values)
    )
    fasting = Stock(fasts=True, mortality_percent=0)
    found = growth_stress(series(values), start="2020-01-01", stock=fasting, heatwave=heat)
    short = growth_stress(series(np.full(30, 20.0)), start="2020-01-01", stock=PLAIN)
    assert float(found["weight"][-1]) == pytest.approx(float(short["weight"][-1]))
    assert (found["feed"][10:20] == 0).all()
    assert (found["feed"][24:30] > 0).all()  # a heatwave alone is no stress


def test_each_cell_of_a_grid_is_for_itself_and_lazily_it_is_the_same() -> None:
    one = seasons(500)
    grid = xr.concat([one, one + 2, one * np.nan, one - 30], "x").assign_coords(x=[1, 2, 3, 4])
    grid.attrs = one.attrs
    events = pd.DataFrame({"start": ["2020-06-01"], "end": ["2020-06-10"], "x": [2]})
    heat = event_days(events, grid)
    found = growth_stress(grid, start="2020-03-01", heatwave=heat)
    alone = growth_stress(one, start="2020-03-01")
    np.testing.assert_allclose(found["weight"].sel(x=1), alone["weight"])
    assert found["weight"].sel(x=3).isnull().all()
    np.testing.assert_allclose(found["weight"].sel(x=4), 10)  # below zero nothing is lost
    assert found["harvest_date"].isnull().values.tolist() == [False, False, True, True]
    table = stress_table(found)
    assert table["x"].tolist() == [1, 2, 4]
    assert table["heatwave_days"].tolist() == [0, 10, 0]
    lazy = growth_stress(grid.chunk({"x": 2, "time": 100}), start="2020-03-01", heatwave=heat)
    assert lazy["weight"].chunks is not None
    xr.testing.assert_allclose(lazy.compute(), found)
    pd.testing.assert_frame_equal(stress_table(lazy), table)


def test_after_a_missing_day_nothing_is_known() -> None:
    values = np.full(50, 20.0)
    values[20] = np.nan
    found = growth_stress(series(values), start="2020-01-01")
    assert found["weight"].notnull().values.tolist() == [True] * 20 + [False] * 30
    (row,) = stress_table(found).itertuples()
    assert row.days == 20
    assert pd.isna(row.harvest_date)
    assert row.weight_g == pytest.approx(float(found["weight"][19]))


def test_the_product_says_what_it_was_made_with() -> None:
    found = growth_stress(seasons(), start="2020-03-01", stock=Stock(tgc=1.2))
    parameters = json.loads(found.attrs["parameters"])
    assert (parameters["tgc"], parameters["start"]) == (1.2, "2020-03-01")
    assert found["stress"].attrs["flag_masks"].tolist() == [1, 2, 4, 8]


def test_series_that_cannot_be_used_are_refused() -> None:
    good = seasons(100)
    for error, message, data, options in (
        (UnitsError, "has no units", good.drop_attrs(), {}),
        (UnitsError, "which is no temperature", good.assign_attrs(units="m"), {}),
        (TimeAxisError, "not in order", good[::-1], {}),
        (TimeAxisError, "not daily", good[::2], {}),
        (TimeAxisError, "'time' is needed", good.rename(time="day"), {}),
        (TimeAxisError, "the temperatures go from 2020-01-01", good, {"start": "2019-01-01"}),
        (ParameterError, "start is 'spring'", good, {"start": "spring"}),
        (ValuesError, "no temperature from 2020-01-01 on", good * np.nan, {}),
        (ValuesError, "temperature of inf degrees", good.where(good > 12, np.inf), {}),
        (ValuesError, "temperature of 28.* -50 to 60 are possible", good + 273.15, {}),
        (ParameterError, "start is 'NaT'", good, {"start": "NaT"}),
        (ParameterError, "without a time zone", good, {"start": "2020-01-01T00:00Z"}),
        (UnitsError, "oxygen is in 'mg/l'", good, {"oxygen": good.assign_attrs(units="mg/l")}),
        (TimeAxisError, "heatwave goes from 2020-01-06", good, {"heatwave": good[5:]}),
    ):
        with pytest.raises(error, match=message):
            growth_stress(data.assign_attrs(data.attrs), **{"start": "2020-01-01", **options})  # type: ignore[arg-type]
    lazy = growth_stress((good + 273.15).assign_attrs(good.attrs).chunk(), start="2020-01-01")
    with pytest.raises(ValuesError, match="-50 to 60 are possible"):
        lazy["weight"].compute()
    here = good.expand_dims(x=[1.0]).assign_attrs(good.attrs)
    there = (here * 0 + 200).assign_coords(x=[2.0]).assign_attrs(units="mmol m-3")
    with pytest.raises(ValuesError, match="oxygen is of other places"):
        growth_stress(here, start="2020-01-01", oxygen=there)
    for wrong, message in (
        ({"tgc": 0.0}, "tgc is 0.0: above 0"),
        ({"harvest_weight_g": 5.0}, "above initial_weight_g"),
        ({"mortality_percent": 100.0}, "mortality_percent is 100.0"),
        ({"cold_c": 30.0}, "the first is the lower"),
    ):
        with pytest.raises(ParameterError, match=message):
            Stock(**wrong)


def test_events_that_cannot_be_are_refused() -> None:
    like = seasons(50)
    with pytest.raises(ValuesError, match="no column end"):
        event_days(pd.DataFrame({"start": ["2020-01-01"]}), like)
    with pytest.raises(ValuesError, match="event 0 goes from 2020-01-09"):
        event_days(pd.DataFrame({"start": ["2020-01-09"], "end": ["2020-01-01"]}), like)
    with pytest.raises(ValuesError, match="'end' of the events has no dates"):
        event_days(pd.DataFrame({"start": ["2020-01-01"], "end": ["later"]}), like)
    zoned = pd.DataFrame({"start": ["2020-01-01T00:00Z"], "end": ["2020-01-02T00:00Z"]})
    with pytest.raises(ValuesError, match="'start' of the events is of the time zone UTC"):
        event_days(zoned, like)
    grid = like.expand_dims(x=[1.0, 2.0])
    with pytest.raises(ValuesError, match="an event at x 3.0"):
        event_days(pd.DataFrame({"start": ["2020-01-01"], "end": ["2020-01-02"], "x": [3.0]}), grid)
    assert int(event_days(pd.DataFrame({"start": [], "end": []}), like).sum()) == 0


def test_oxygen_that_was_not_measured_is_no_stress() -> None:
    oxygen = series([100.0, np.nan, 220.0], units="mmol m-3")
    found = growth_stress(series([20.0, 20.0, 20.0]), start="2020-01-01", oxygen=oxygen)
    assert found["stress"].values.tolist() == [4, 0, 0]
