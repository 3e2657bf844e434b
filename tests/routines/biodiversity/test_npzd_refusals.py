"""What the NPZD routines refuse, and what they say."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.biodiversity import (
    clear_sky_par,
    npzd_drivers,
    parameter_ranges,
    simulate_npzd,
    station_forcing,
)
from bluecloud_routines.errors import (
    ParameterError,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)

UNITS = dict.fromkeys(("din", "phosphate", "silicate"), "mmol m-3") | {"temperature": "K"}


@pytest.fixture
def seen(forcing: xr.Dataset) -> xr.DataArray:
    green = xr.full_like(forcing["din"], 5.0)[::30]
    return green.assign_attrs(units="mg m-3")


@pytest.fixture
def samples() -> pd.DataFrame:
    when = pd.date_range("2014-01-15", periods=24, freq="MS")
    table = pd.DataFrame({"time": when, "temperature": 285.0})
    return table.assign(din=1.0, phosphate=1.0, silicate=1.0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"din": "open"}, r"din is 'open': one of \['forced', 'prognostic'\]"),
        ({"dt": 0.3}, "dt is 0.3: 0.1 to 1 days, of which whole steps make a day"),
        ({"dt": 0.05}, "dt is 0.05"),
        ({"n_members": 5}, "n_members is 5: 10 to 100000"),
        ({"keep": 1}, "keep is 1: 2 to n_members, 1000"),
        ({"spinup_years": 21}, "spinup_years is 21: 0 to 20"),
        ({"split_day": 365}, "split_day is 365: 2 to 364, or None"),
        ({"depth_m": -1}, "depth_m is -1: 0 to 200"),
        ({"ranges": "lake"}, "ranges is 'lake': one of"),
        ({"ranges": {"max_uptake": (0, 1)}}, "ranges lacks"),
    ],
)
def test_an_option_out_of_range(forcing, seen, options, told) -> None:
    with pytest.raises(ParameterError, match=told):
        npzd_drivers(forcing, seen, **options)


def test_a_range_that_is_reversed_or_impossible(forcing, seen) -> None:
    ranges = {n: (r.least, r.most) for n, r in parameter_ranges("offshore").iterrows()}
    with pytest.raises(ParameterError, match="max_uptake is 2 to 1 d-1: the least comes first"):
        npzd_drivers(forcing, seen, ranges=ranges | {"max_uptake": (2, 1)})
    with pytest.raises(ParameterError, match="faeces is 0 to 2 1: .* 0 to 1 is allowed"):
        npzd_drivers(forcing, seen, ranges=ranges | {"faeces": (0, 2)})


@pytest.mark.parametrize(
    ("name", "units"),
    [("din", "umol kg-1"), ("din", None), ("temperature", "m"), ("par", "W m-2")],
)
def test_units_that_are_not_the_quantitys(forcing, seen, name, units) -> None:
    forcing[name].attrs = {"units": units} if units else {}
    with pytest.raises(UnitsError, match=f"'{name}'"):
        npzd_drivers(forcing, seen)


def test_chlorophyll_without_units(forcing, seen) -> None:
    with pytest.raises(UnitsError, match="chlorophyll is in None: 'mg m-3'"):
        npzd_drivers(forcing, seen.drop_attrs())


def test_a_forcing_with_gaps_negative_or_infinite_values(forcing, seen) -> None:
    for value, told in ((np.nan, "missing or infinite on 1 of 730"), (np.inf, "infinite on 1")):
        broken = forcing.copy(deep=True)
        broken["phosphate"][7] = value
        with pytest.raises(ValuesError, match=told):
            npzd_drivers(broken, seen)
    forcing["silicate"][7] = -1
    with pytest.raises(ValuesError, match="'silicate' goes from -1 to .*: 0 to inf is allowed"):
        npzd_drivers(forcing, seen)


def test_a_forcing_that_is_incomplete_unsorted_not_daily_or_short(forcing, seen) -> None:
    with pytest.raises(ParameterError, match=r"the forcing lacks \['par'\]"):
        npzd_drivers(forcing.drop_vars("par"), seen)
    with pytest.raises(TimeAxisError, match="not in order"):
        npzd_drivers(forcing.isel(time=slice(None, None, -1)), seen)
    with pytest.raises(TimeAxisError, match="not daily"):
        npzd_drivers(forcing.isel(time=slice(None, None, 2)), seen)
    with pytest.raises(TooShortError, match="has 300 days: 365 are needed to spin up"):
        npzd_drivers(forcing.isel(time=slice(300)), seen)
    with pytest.raises(ValuesError, match="has no day"):
        npzd_drivers(forcing.isel(time=slice(0)), seen)


def test_observations_that_are_too_few_missing_or_impossible(forcing, seen) -> None:
    with pytest.raises(TooShortError, match="chlorophyll is observed on 4 days of 2014-01-01"):
        npzd_drivers(forcing, seen[:4])
    with pytest.raises(TooShortError, match="on 0 days"):
        npzd_drivers(forcing, seen.where(seen < 0))
    with pytest.raises(ValuesError, match="chlorophyll goes from -5 to 5"):
        npzd_drivers(forcing, seen.where(seen["time"].dt.year == 2014, -5.0))
    with pytest.raises(ValuesError, match="0 on every day"):
        npzd_drivers(forcing, seen.where(seen < 0, 0.0))


def test_runs_that_all_grow_without_bounds(forcing, seen) -> None:
    ranges = {n: (r.least, r.most) for n, r in parameter_ranges("nearshore").iterrows()}
    wild = ranges | {"max_uptake": (9.0, 10.0), "max_grazing": (0.0, 0.0)}
    with pytest.raises(ValuesError, match="grow without bounds: narrow the ranges"):
        npzd_drivers(forcing, seen, ranges=wild, n_members=20, keep=5)


def test_a_simulation_of_no_set_or_an_impossible_start(forcing) -> None:
    ranges = parameter_ranges("nearshore")
    one = pd.DataFrame([ranges["least"].to_dict()])
    with pytest.raises(ParameterError, match="no row"):
        simulate_npzd(forcing, one.iloc[:0])
    with pytest.raises(ParameterError, match="parameters lacks"):
        simulate_npzd(forcing, one.drop(columns="ks_din"))
    with pytest.raises(ParameterError, match="ks_din is nan"):
        simulate_npzd(forcing, one.assign(ks_din=np.nan))
    with pytest.raises(ParameterError, match="initial is"):
        simulate_npzd(forcing, one, initial=(1, -1, 0, 0))


def test_samples_that_no_day_can_be_made_of(samples) -> None:
    times = pd.date_range("2014-01-01", "2015-12-31")
    with pytest.raises(ParameterError, match=r"lack \['din'\]"):
        station_forcing(samples.drop(columns="din"), times=times, units=UNITS)
    with pytest.raises(UnitsError, match="units has none for 'silicate'"):
        station_forcing(samples, times=times, units=UNITS | {"silicate": ""})
    with pytest.raises(UnitsError, match="'din' is in 'umol kg-1'"):
        station_forcing(samples, times=times, units=UNITS | {"din": "umol kg-1"})
    with pytest.raises(UnitsError, match="'temperature' is in 'm'"):
        station_forcing(samples, times=times, units=UNITS | {"temperature": "m"})
    with pytest.raises(ValuesError, match="'phosphate' is -1 mmol m-3"):
        station_forcing(samples.assign(phosphate=-1.0), times=times, units=UNITS)
    with pytest.raises(ValuesError, match="'din' has infinite"):
        station_forcing(samples.assign(din=np.inf), times=times, units=UNITS)
    with pytest.raises(TooShortError, match="'din' has 7 samples"):
        station_forcing(samples.iloc[:7], times=times, units=UNITS)
    with pytest.raises(ParameterError, match="times is empty"):
        station_forcing(samples, times=times[:0], units=UNITS)


def test_light_of_no_place_or_no_day() -> None:
    day = pd.DatetimeIndex(["2014-06-21"])
    with pytest.raises(ParameterError, match="latitude is 91"):
        clear_sky_par(day, latitude=91)
    with pytest.raises(ParameterError, match="par_fraction is 0"):
        clear_sky_par(day, latitude=1, par_fraction=0)
    with pytest.raises(TimeAxisError, match="no time"):
        clear_sky_par(day[:0], latitude=1)
