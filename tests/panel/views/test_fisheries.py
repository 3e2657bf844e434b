"""What the fisheries view is answered, from the samples alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bluecloud_catalogs
from bluecloud_routines import fisheries
from bluecloud_views import answered
from bluecloud_views.fisheries import maps, statistics, stocks
from bluecloud_views.wire import Refusal

YEARS = {"first_year": 2019, "last_year": 2021}


@pytest.fixture(autouse=True)
def samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def told(question: str, **asked: object) -> Any:
    shown = answered("fisheries", question, json.dumps(asked))
    assert len(shown.model_dump_json()) < 300_000
    return shown


def tonnes(field: Any) -> float:
    """What a map of tonnes per square degree adds up to."""
    values = np.array([[value or 0 for value in row] for row in field.values])
    width = (field.east - field.west) / values.shape[1]
    return float(values.sum() * width**2)


def test_there_is_something_to_choose() -> None:
    choices = told("choices")
    assert ("YFT", "YFT, yellowfin tuna") in [(each.code, each.title) for each in choices.species]
    assert (choices.first_year, choices.last_year) == (2019, 2021)
    assert choices.widths == (1, 2.5, 5, 10, 20, 30)


def test_both_maps_hold_the_same_catch_in_the_same_colours() -> None:
    shown = told("catch_maps", **YEARS, lower=30)
    catch = bluecloud_catalogs.open_catalog("fisheries")["tuna_atlas_catch"].read()
    reported = catch.loc[catch["unit"] == "t", "catch"].sum()
    assert shown.reported == pytest.approx(reported, rel=1e-4)
    for each in (shown.upper, shown.lower):
        assert each.catch + shown.irregular == pytest.approx(reported, rel=1e-4)
        assert tonnes(each.field) == pytest.approx(each.catch, rel=3e-3)
    assert shown.upper.field.low == shown.lower.field.low
    assert shown.upper.field.high == shown.lower.field.high
    assert shown.origin.synthetic


def test_the_first_map_is_the_finest_in_which_nothing_is_modelled() -> None:
    longlines = told("catch_maps", **YEARS, gear="09.32")
    assert longlines.native == longlines.upper.width == 5  # reported in squares of five degrees
    assert longlines.upper.modelled == 0
    assert longlines.upper.split == ()
    assert told("catch_maps", **YEARS, gear="01.1").upper.width == 1


def test_what_is_finer_than_its_reports_is_modelled_and_outlined() -> None:
    shown = told("catch_maps", **YEARS, gear="09.32", upper=1).upper
    assert shown.modelled == pytest.approx(1)
    assert all(square.modelled == pytest.approx(1) for square in shown.largest)
    assert {(east - west, north - south) for west, south, east, north in shown.split} == {(5, 5)}
    assert shown.squares == 25 * len(shown.split)


def test_a_square_of_purse_seines_in_one_of_longlines_is_modelled_in_part() -> None:
    shown = told("catch_maps", **YEARS, upper=1).upper
    catch = bluecloud_catalogs.open_catalog("fisheries")["tuna_atlas_catch"].read()
    of_five = catch[(catch["unit"] == "t") & catch["area"].astype(str).str.fullmatch(r"6\d{6}")]
    expected = of_five["catch"].sum() / shown.catch
    assert shown.modelled == pytest.approx(expected, rel=1e-3)


def test_left_out_is_said_and_not_modelled() -> None:
    shown = told("catch_maps", **YEARS, upper=1, downgrade="drop")
    whole = told("catch_maps", **YEARS, upper=1)
    assert shown.upper.modelled == 0
    assert shown.upper.split == ()
    assert shown.upper.catch + shown.upper.left_out == pytest.approx(whole.upper.catch, rel=1e-4)


def test_the_largest_squares_are_those_of_the_routine() -> None:
    shown = told("catch_maps", **YEARS, lower=10).lower
    catch = bluecloud_catalogs.open_catalog("fisheries")["tuna_atlas_catch"].read()
    rows = fisheries.catch_rows_at_scale(catch, resolution=10, period="all", by=())
    rows = rows.sort_values("catch", ascending=False)
    first = rows.iloc[0]
    assert (shown.largest[0].west, shown.largest[0].south) == (first["lon"] - 5, first["lat"] - 5)
    assert shown.largest[0].catch == pytest.approx(first["catch"], rel=1e-4)
    assert shown.largest[0].share == pytest.approx(first["catch"] / rows["catch"].sum(), rel=1e-4)


def test_the_statistics_are_those_of_the_routine() -> None:
    shown = told("scales", **YEARS, species="YFT", downgrade="area")
    catch = bluecloud_catalogs.open_catalog("fisheries")["tuna_atlas_catch"].read(species="YFT")
    table = fisheries.scale_statistics(
        catch, resolutions=fisheries.RESOLUTIONS, downgrade="area"
    ).set_index("resolution")
    assert [row.width for row in shown.rows] == [1, 2.5, 5, 10, 20, 30]
    for row in shown.rows:
        assert row.half == table.loc[row.width, "cells_50"]
        assert row.entropy == pytest.approx(table.loc[row.width, "entropy"], rel=1e-3)
        assert row.gini == pytest.approx(table.loc[row.width, "gini"], rel=1e-3)
    assert shown.rows[1].entropy_low is None  # 2.5 is no multiple of 1
    assert shown.taylor == pytest.approx(table.attrs["taylor_slope"], rel=1e-2)
    assert shown.rows[0].modelled > shown.rows[2].modelled == 0


def test_what_was_asked_before_is_not_computed_again() -> None:
    for kept, question in ((maps._gridded, "catch_maps"), (statistics._statistics, "scales")):
        told(question, **YEARS)
        computed = kept.cache_info().misses
        told(question, **YEARS)
        assert kept.cache_info().misses == computed
    told("stock")
    computed = stocks._assessed.cache_info().misses
    told("stock", source="simulated")
    assert stocks._assessed.cache_info().misses == computed


def test_a_stock_of_known_size_has_its_yield_in_the_interval() -> None:
    shown = told("stock")
    (msy,) = (number for number in shown.numbers if number.name == "msy")
    assert msy.low < 10_000 < msy.high  # r k / 4, of r 0.4 and k 100,000 t
    assert shown.converged
    assert not shown.warning
    assert shown.indexed
    assert sum(state.chance for state in shown.states) == pytest.approx(1, abs=1e-4)
    assert [point.year for point in shown.track] == list(range(1975, 2020))
    assert shown.now_low.biomass < shown.track[-1].biomass < shown.now_high.biomass
    assert 400 <= len(shown.dots) <= 600


def test_the_states_are_the_quarters_that_the_dots_are_in() -> None:
    shown = told("stock")
    chances = {state.name: state.chance for state in shown.states}
    healthy = np.mean([dot.biomass >= 1 and dot.fishing <= 1 for dot in shown.dots])
    overfished = np.mean([dot.biomass < 1 and dot.fishing > 1 for dot in shown.dots])
    assert chances["healthy"] == pytest.approx(healthy, abs=0.06)
    assert chances["overfished"] == pytest.approx(overfished, abs=0.06)


def test_a_file_of_ones_own_is_assessed(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    fisheries.simulated_stock(years=20)[["year", "catch"]].to_csv(path, index=False)
    shown = told("stock", source="file", file=str(path), end_low=0.2, end_high=0.6)
    assert not shown.indexed
    assert shown.origin.titles == ("mine.csv",)
    assert shown.file == str(path)
    assert not shown.origin.synthetic

    fisheries.simulated_stock(years=21)[["year", "catch"]].to_csv(path, index=False)
    os.utime(path, (0, 0))  # another time than that of the first, however quick
    again = told("stock", source="file", file=str(path), end_low=0.2, end_high=0.6)
    assert len(again.track) == len(shown.track) + 1


@pytest.mark.parametrize(
    ("question", "asked", "said"),
    [
        ("catch_maps", {**YEARS, "upper": 7}, "one of 1, 2.5"),
        ("catch_maps", {**YEARS, "species": "XXX"}, "no catch of XXX"),
        ("catch_maps", {"first_year": 2021, "last_year": 2019}, "the first comes first"),
        ("catch_maps", {**YEARS, "gear": "09.32", "upper": 1, "downgrade": "drop"}, "left out"),
        ("scales", {**YEARS, "downgrade": "guess"}, "downgrade"),
        ("stock", {"source": "atlas"}, "10"),  # years are needed, the sample has three
        ("stock", {"source": "file", "file": "nowhere.csv"}, "no such file"),
        ("stock", {"start_low": 2}, "start_low"),
        ("stock", {"end_low": 0.5}, "both"),
    ],
)
def test_what_cannot_be_is_refused_in_words(question: str, asked: Any, said: str) -> None:
    shown = answered("fisheries", question, json.dumps(asked))
    assert isinstance(shown, Refusal), shown
    assert said in shown.message
