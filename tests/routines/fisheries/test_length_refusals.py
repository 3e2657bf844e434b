"""What the routines on lengths refuse, and how they say it."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.errors import (
    ParameterError,
    RoutineError,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.fisheries import (
    catch_curve,
    cohort_analysis,
    fit_growth,
    length_based,
    length_frequency,
    natural_mortality,
    per_recruit,
    restructured,
    simulated_lengths,
)


@pytest.fixture(scope="module")
def lengths() -> xr.DataArray:
    return simulated_lengths(samples=3)


def changed(lengths: xr.DataArray, kind: str) -> xr.DataArray:
    made = lengths.copy(deep=True)
    if kind == "millimetres":
        made["length"].attrs["units"] = "mm"
    elif kind == "unsorted":
        made = made.isel(time=[1, 0, 2])
    elif kind == "repeated":
        made = made.isel(time=[0, 0, 1])
    elif kind == "one date":
        made = made.isel(time=[0])
    elif kind == "missing":
        made[0, 3] = np.nan
    elif kind == "infinite":
        made[0, 3] = np.inf
    elif kind == "negative":
        made[0, 3] = -1
    elif kind == "no fish":
        made[1] = 0
    elif kind == "two widths":
        made = made.drop_isel(length=4)
    elif kind == "no dates":
        made = made.assign_coords(time=[1, 2, 3])
    elif kind == "other dimensions":
        made = made.rename(length="depth")
    elif kind == "all alike":
        made[:] = 1
    return made


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("millimetres", UnitsError, "units of 'length' are 'mm': 'cm' is needed"),
        ("unsorted", TimeAxisError, "sorted and each of them once"),
        ("repeated", TimeAxisError, "sorted and each of them once"),
        ("one date", TimeAxisError, "there are 1 dates: at least 2"),
        ("missing", ValuesError, "missing, infinite or negative"),
        ("infinite", ValuesError, "missing, infinite or negative"),
        ("negative", ValuesError, "missing, infinite or negative"),
        ("no fish", ValuesError, "the sample of 2020-02-14 has no fish"),
        ("two widths", ValuesError, "rising and of one width"),
        ("no dates", TimeAxisError, "'time' is not a date in every sample"),
        ("other dimensions", ValuesError, "'time' and 'length' are needed"),
        ("all alike", ValuesError, "no sample has a peak"),
    ],
)
def test_samples_that_cannot_be_used_are_refused(
    lengths: xr.DataArray, kind: str, error: type[RoutineError], words: str
) -> None:
    with pytest.raises(error, match=words):
        fit_growth(changed(lengths, kind), starts=1, generations=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"linf": (90, 70)}, "linf is 90 to 70"),
        ({"k": (0, 1)}, "k is 0 to 1"),
        ({"season": (0, 2)}, "season is 0 to 2"),
        ({"average_over": 4}, "average_over is 4: an odd number"),
        ({"starts": 0}, "starts is 0: at least 1"),
    ],
)
def test_growth_outside_what_it_can_be_is_refused(
    lengths: xr.DataArray, options: dict[str, object], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        fit_growth(lengths, **options)  # type: ignore[arg-type]
    if "average_over" in options:
        with pytest.raises(ParameterError, match=words):
            restructured(lengths, average_over=4)


def fish(**columns: object) -> pd.DataFrame:
    given = {"time": pd.Timestamp("2020-01-01"), "length": np.arange(1.0, 11.0)}
    return pd.DataFrame(given | columns)


@pytest.mark.parametrize(
    ("table", "width", "error", "words"),
    [
        (fish().iloc[:0], 1, ValuesError, "has no rows"),
        (fish().drop(columns="length"), 1, ValuesError, "no column 'length'"),
        (fish(time="yesterday"), 1, TimeAxisError, "dates are needed"),
        (fish(time=pd.NaT), 1, TimeAxisError, "dates are needed"),
        (
            fish(time=pd.Timestamp("2020-01-01", tz="Europe/Paris")),
            1,
            TimeAxisError,
            "of the time zone Europe/Paris",
        ),
        (fish(length=["long"] * 10), 1, ValuesError, "'length' is of type .*: numbers are needed"),
        (fish(number=["many"] * 10), 1, ValuesError, "'number' is of type .*: numbers are needed"),
        (
            fish(length=-np.arange(10.0)),
            1,
            ValuesError,
            "a 'length' is missing, infinite, zero or negative",
        ),
        (fish(number=np.nan), 1, ValuesError, "a 'number' is missing, infinite or negative"),
        (fish(), 0, ParameterError, "width is 0 cm"),
        (fish(), 50, ParameterError, "gives 1 classes: 5 to 1000"),
    ],
)
def test_fish_that_cannot_be_put_into_classes_are_refused(
    table: pd.DataFrame, width: float, error: type[RoutineError], words: str
) -> None:
    with pytest.raises(error, match=words):
        length_frequency(table, width=width)


def test_a_catch_curve_without_points_or_with_a_reversed_range_is_refused(
    lengths: xr.DataArray,
) -> None:
    with pytest.raises(TooShortError, match="classes can be used: at least 3"):
        catch_curve(lengths, linf=80, k=0.5, shortest=70, longest=72)
    with pytest.raises(ParameterError, match="the range is 50 to 30 cm"):
        catch_curve(lengths, linf=80, k=0.5, shortest=50, longest=30)
    with pytest.raises(TooShortError, match="below linf, 4 cm"):
        catch_curve(lengths, linf=4, k=0.5)
    with pytest.raises(ParameterError, match="longest is nan"):
        catch_curve(lengths, linf=80, k=0.5, longest=float("nan"))
    with pytest.raises(ParameterError, match="k is -1"):
        catch_curve(lengths, linf=80, k=-1)


def test_a_cohort_that_cannot_be_followed_is_refused(lengths: xr.DataArray) -> None:
    with pytest.raises(ParameterError, match="terminal is 1: a share above 0 and below 1"):
        cohort_analysis(lengths, linf=80, k=0.5, m=0.5, terminal=1)
    with pytest.raises(ParameterError, match="m is 0"):
        cohort_analysis(lengths, linf=80, k=0.5, m=0)
    with pytest.raises(TooShortError, match="at least 3"):
        cohort_analysis(lengths, linf=10, k=0.5, m=0.5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"linf": 0, "k": 1}, "linf is 0"),
        ({"linf": 5000, "k": 1}, "linf is 5000 cm"),
        ({"linf": 50, "k": 1, "oldest": -3}, "oldest is -3"),
        ({"linf": 50, "k": 1, "temperature": 0}, "temperature is 0"),
        ({"linf": 50, "k": float("nan")}, "k is nan"),
        ({"linf": "a", "k": 0.5}, "linf is 'a': a number is needed"),
        ({"linf": 50, "k": 0.5, "oldest": [3, 4]}, r"oldest is \[3, 4\]: a number is needed"),
    ],
)
def test_natural_mortality_of_impossible_fish_is_refused(
    options: dict[str, float], words: str
) -> None:
    with pytest.raises(ParameterError, match=words):
        natural_mortality(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"m": 0}, "m is 0"),
        ({"caught_length": 60}, "caught_length is 60 cm: below linf, 50 cm"),
        ({"mature_length": 50}, "mature_length is 50 cm: below linf"),
        ({"spawners": 1}, "spawners is 1: a share above 0 and below 1"),
        ({"fishing": -0.1}, "fishing is -0.1: 0 or more"),
    ],
)
def test_impossible_yields_per_recruit_are_refused(options: dict[str, float], words: str) -> None:
    usual = {"linf": 50, "k": 0.3, "m": 0.4, "caught_length": 20, "mature_length": 25}
    with pytest.raises(ParameterError, match=words):
        per_recruit(**(usual | options))  # type: ignore[arg-type]


def test_impossible_numbers_of_draws_and_samples_are_refused(lengths: xr.DataArray) -> None:
    with pytest.raises(ParameterError, match="resamples is -1: 0 to 1000"):
        length_based(lengths, resamples=-1)
    with pytest.raises(ParameterError, match="natural is 0"):
        length_based(lengths, natural=0)
    with pytest.raises(ParameterError, match="average_over is 5.5: an odd number"):
        restructured(lengths, average_over=5.5)  # type: ignore[arg-type]
    quick = {"linf": (80, 80), "k": (0.5, 0.5), "season": (0, 0), "starts": 1}
    with pytest.raises(ParameterError, match="mature_length is 0"):
        length_based(lengths, **quick, mature_length=0)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="samples is 0"):
        simulated_lengths(samples=0)
    with pytest.raises(ParameterError, match="z is 0"):
        simulated_lengths(z=0)


def test_draws_of_fish_that_never_mature_are_left_out_and_counted() -> None:
    few = simulated_lengths(samples=6)
    how = {"linf": (70, 95), "k": (0.2, 1.0), "season": (0, 0), "starts": 1}
    linf = length_based(few, **how).summary["value"][0]  # type: ignore[arg-type]
    found = length_based(few, **how, resamples=4, mature_length=linf - 0.1)  # type: ignore[arg-type]
    assert json.loads(found.summary.attrs["parameters"])["resamples"] < 4
