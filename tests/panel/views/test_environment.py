"""What the view of the environment's indicators is answered, from the samples alone."""

from __future__ import annotations

import json
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest

import bluecloud_catalogs
from bluecloud_routines import environment
from bluecloud_views import answered
from bluecloud_views.environment import profiles, spells, winters
from bluecloud_views.environment.places import Place
from bluecloud_views.environment.profiles import Heat, Patterns
from bluecloud_views.environment.spells import Heatwaves, HeatwaveYear
from bluecloud_views.environment.winters import Footprint, Storms
from bluecloud_views.wire import Refusal, Shown

Answer = TypeVar("Answer", bound=Shown)

ALL = [1.75, 38.75, 5.75, 41.75]
SPELLS = {"baseline_first": 1991, "baseline_last": 2020, "percentile": 90, "cold": False}
YEAR = {"first_day": "2019-01-01", "last_day": "2019-12-31"}
ATLANTIC = [-75, 20, 0, 65]
STORMS = {"baseline_first": 1991, "baseline_last": 2020, "percentile": 98}
NORTH_SEA = [-5, 51, 9, 61]


@pytest.fixture(autouse=True)
def _samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def ask(kind: type[Answer], name: str, **asked: object) -> Answer:
    """What a question answers, which is small enough to be sent at every move of a slider."""
    found = answered("environment", name, json.dumps(asked))
    assert isinstance(found, kind), found
    assert len(found.model_dump_json()) < 300_000
    return found


def refused(name: str, **asked: object) -> str:
    found = answered("environment", name, json.dumps(asked))
    assert isinstance(found, Refusal)
    return found.message


@pytest.mark.parametrize(
    ("indicator", "notebook"),
    [
        ("heatwaves", "marine_heatwaves"),
        ("heat", "ocean_heat_content"),
        ("patterns", "ocean_patterns"),
        ("storms", "storm_severity"),
    ],
)
def test_an_indicator_begins_where_its_data_are(indicator: str, notebook: str) -> None:
    place = ask(Place, "place", indicator=indicator)
    assert place.notebook == notebook
    assert place.west < place.east
    assert place.south < place.north
    assert place.first_day < place.last_day


def test_the_calendar_holds_every_day_of_every_event() -> None:
    calendar = ask(Heatwaves, "heatwaves", bbox=ALL, **SPELLS)
    assert calendar.years == tuple(range(1982, 2024))
    assert sum(map(sum, calendar.days)) == sum(event.days for event in calendar.events)
    assert calendar.origin.synthetic
    assert calendar.short == ""
    # The sample has a heatwave of 45 days from 10 June 2003 in it.
    june = calendar.worst[calendar.years.index(2003)][5]
    assert june == max(e.category for e in calendar.events if e.start.startswith("2003-06"))


def test_the_events_are_those_of_the_mean_of_the_box() -> None:
    box = [2.5, 39.5, 4.0, 41.0]
    calendar = ask(Heatwaves, "heatwaves", bbox=box, **SPELLS)
    data = bluecloud_catalogs.open_catalog("environment")["sst_daily_synthetic"].read()
    part = data["sst"].sel(longitude=slice(2.5, 4.0), latitude=slice(39.5, 41.0))
    assert calendar.cells == int(part[0].notnull().sum())
    result = environment.marine_heatwaves(environment.area_mean(part), baseline=(1991, 2020))
    table = environment.heatwave_events(result)
    assert [event.peak for event in calendar.events] == [
        f"{peak:%Y-%m-%d}" for peak in table["peak"]
    ]
    np.testing.assert_allclose(
        [event.greatest for event in calendar.events], table["intensity_max"], rtol=5e-3
    )


def test_a_day_with_a_category_is_beyond_the_threshold_or_joins_two_that_are() -> None:
    year = ask(HeatwaveYear, "heatwave_year", bbox=ALL, year=2003, **SPELLS)
    assert year.first_day == "2003-01-01"
    assert len(year.temperature) == len(year.category) == 365
    days = pd.DataFrame({"sst": year.temperature, "limit": year.threshold, "kind": year.category})
    below = days[(days["kind"] > 0) & (days["sst"] < days["limit"])]
    assert len(below) <= 2
    assert (days["kind"] > 0).sum() >= 45


def test_cold_spells_are_colder() -> None:
    cold = ask(Heatwaves, "heatwaves", bbox=ALL, **{**SPELLS, "cold": True})
    assert cold.events
    assert all(event.greatest < 0 for event in cold.events)


def test_a_short_baseline_stands_and_is_said_to_be_short() -> None:
    asked = {**SPELLS, "baseline_first": 2006}
    assert "15 years" in ask(Heatwaves, "heatwaves", bbox=ALL, **asked).short


def test_another_year_of_the_same_calendar_is_not_computed_anew() -> None:
    asked = {**SPELLS, "percentile": 93.5}
    ask(Heatwaves, "heatwaves", bbox=ALL, **asked)
    before = spells._found.cache_info().misses
    for year in (1999, 2003):
        ask(HeatwaveYear, "heatwave_year", bbox=ALL, year=year, **asked)
    assert spells._found.cache_info().misses == before


def test_heatwaves_that_cannot_be_found_say_why() -> None:
    assert "the data are from 2 to 5.5" in refused("heatwaves", bbox=[50, 0, 60, 10], **SPELLS)
    late = {**SPELLS, "baseline_last": 2030}
    assert "1991-2030 is not covered" in refused("heatwaves", bbox=ALL, **late)
    assert "percentile" in refused("heatwaves", bbox=ALL, **{**SPELLS, "percentile": 40})
    assert "1982 to 2023" in refused("heatwave_year", bbox=ALL, year=1950, **SPELLS)


def test_heat_grows_with_the_layer_and_every_profile_counts_in_one_month() -> None:
    upper, lower = (
        ask(Heat, "heat", bbox=ATLANTIC, layer_bottom=bottom, **YEAR) for bottom in (300, 700)
    )
    assert lower.total == len(lower.profiles) == 144
    assert sum(month.profiles for month in lower.months) == lower.total - lower.without
    for less, more in zip(upper.profiles, lower.profiles, strict=True):
        assert less.heat is not None
        assert more.heat is not None
        assert less.heat < more.heat


def test_the_heat_of_a_profile_is_the_routine_s() -> None:
    first = ask(Heat, "heat", bbox=ATLANTIC, layer_bottom=300, **YEAR).profiles[0]
    assert first.id == "SYNTHETIC01 1"
    assert first.day == "2019-01-09"
    assert first.heat == pytest.approx(5.828)  # of the notebook's table, GJ m-2
    assert first.mixed_layer == pytest.approx(428, abs=0.5)


def test_a_layer_that_no_profile_spans_has_no_months() -> None:
    deep = ask(Heat, "heat", bbox=ATLANTIC, layer_bottom=1900, **YEAR)
    assert deep.without == deep.total == 144
    assert deep.months == ()


def test_every_profile_has_one_class_and_classes_go_from_cold_to_warm() -> None:
    found = ask(Patterns, "patterns", bbox=ATLANTIC, classes=3, **YEAR)
    counted = pd.Series([profile.kind for profile in found.profiles]).value_counts()
    for each in found.classes:
        assert sum(each.by_month) == counted[each.kind]
        assert each.share == pytest.approx(counted[each.kind] / len(found.profiles), abs=1e-3)
        assert len(each.middle) == len(found.pressure)
        assert all(np.array(each.low) <= each.high)
    means = [np.mean(each.middle) for each in found.classes]
    assert means == sorted(means)


def test_the_same_profiles_are_read_and_sorted_once() -> None:
    asked = {"bbox": [-60, 25, -5, 60], **YEAR}
    ask(Patterns, "patterns", classes=2, **asked)
    casts = profiles._casts.cache_info().misses
    classes = profiles._sorted.cache_info().misses
    ask(Heat, "heat", layer_bottom=200, **asked)
    ask(Patterns, "patterns", classes=2, **asked)
    assert profiles._casts.cache_info().misses == casts
    assert profiles._sorted.cache_info().misses == classes


def test_a_region_without_profiles_says_so() -> None:
    message = refused("heat", bbox=[10, 30, 20, 40], layer_bottom=300, **YEAR)
    assert "no profile is in the box" in message


def test_the_severest_storm_is_first_and_its_footprint_has_its_area() -> None:
    found = ask(Storms, "storms", bbox=NORTH_SEA, **STORMS)
    severities = [storm.severity for storm in found.storms]
    assert severities == sorted(severities, reverse=True)
    hit = ask(Footprint, "footprint", bbox=NORTH_SEA, rank=1, **STORMS).excess
    cells = [value for row in hit.values for value in row if value is not None]
    assert max(cells) == pytest.approx(hit.high, rel=0.1)
    step = 2.0  # degrees
    rows = hit.north - step / 2 - step * np.arange(len(hit.values))
    area = [
        np.cos(np.deg2rad(latitude)) * sum(value is not None for value in row)
        for latitude, row in zip(rows, hit.values, strict=True)
    ]
    expected = sum(area) * (step * 111.2) ** 2 / 1000
    assert found.storms[0].area == pytest.approx(expected, rel=0.02)


def test_winters_add_up_the_severity_of_their_days() -> None:
    found = ask(Storms, "storms", bbox=[-15, 47, 15, 63], **STORMS)
    wind = bluecloud_catalogs.open_catalog("environment")["wind_daily_synthetic"].read()
    severity = environment.storm_severity(
        wind["wind_speed"],
        percentile=98,
        months=[10, 11, 12, 1, 2, 3],
        baseline=(1991, 2020),
        min_threshold=9.0,
    )["severity"]
    assert sum(winter.severity for winter in found.winters) == pytest.approx(
        float(severity.sum()) / 1000, rel=1e-3
    )
    # The first winter lacks its autumn, the last its spring.
    assert [winter.year for winter in found.winters if not winter.whole] == [1991, 2021]


def test_another_storm_of_the_same_list_is_not_sought_anew() -> None:
    ask(Storms, "storms", bbox=NORTH_SEA, **STORMS)
    before = winters._found.cache_info().misses
    ask(Footprint, "footprint", bbox=NORTH_SEA, rank=3, **STORMS)
    assert winters._found.cache_info().misses == before


def test_storms_of_a_box_that_is_too_small_are_refused() -> None:
    assert "two or more values" in refused("storms", bbox=[0, 50, 1, 51], **STORMS)
    assert "rank" in refused("footprint", bbox=NORTH_SEA, rank=26, **STORMS)
