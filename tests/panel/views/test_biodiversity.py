"""What the biodiversity view is answered, from the samples alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

import bluecloud_catalogs
from bluecloud_routines import biodiversity
from bluecloud_views import answered
from bluecloud_views.biodiversity import mapping
from bluecloud_views.biodiversity.series import means
from bluecloud_views.wire import Refusal

TOWS: dict[str, Any] = {
    "data": "plankton_tows_synthetic",
    "taxon": "Calanus finmarchicus",
    "first_year": 2006,
    "last_year": 2017,
}
OBIS: dict[str, Any] = {**TOWS, "data": "obis_measurements", "first_year": 2010, "last_year": 2020}
HOW: dict[str, Any] = {"corr_length_km": 300, "epsilon2": 10}


@pytest.fixture(autouse=True)
def samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def told(name: str, **asked: object) -> Any:
    shown = answered("biodiversity", name, json.dumps(asked))
    assert len(shown.model_dump_json()) < 300_000
    return shown


def refused(name: str, **asked: object) -> Refusal:
    shown = told(name, **asked)
    assert isinstance(shown, Refusal)
    return shown


def test_the_map_is_the_routines_north_first() -> None:
    shown = told("abundance_map", **OBIS, **HOW)
    measurements: Any = bluecloud_catalogs.open_catalog("biodiversity").obis_measurements.read(
        taxa=[104464], bbox=[-75.0, 35.0, 25.0, 75.0], time=["2010", "2020"]
    )
    table = biodiversity.abundance_observations(measurements)
    land = bluecloud_catalogs.land([-75.0, 35.0, 25.0, 75.0])
    sea = biodiversity.sea_mask(land.geometry, bbox=[-75, 35, 25, 75], resolution=1.0)
    direct = biodiversity.zooplankton_map(table, sea, **HOW, cv_fraction=0)
    for field, name in ((shown.abundance, "abundance_log1p"), (shown.error, "relative_error")):
        np.testing.assert_allclose(
            np.array(field.values, dtype=float)[::-1], direct[name].to_numpy(), rtol=6e-3, atol=1e-9
        )
        assert (field.west, field.south, field.east, field.north) == (-75.5, 34.5, 25.5, 75.5)
    assert shown.used == len(table)
    assert shown.origin.synthetic
    assert len(shown.origin.citations) > 1


def test_a_tow_without_the_taxon_counts_as_nothing_found() -> None:
    found = {each.name: each.found for each in told("choices", data=TOWS["data"]).taxa}
    shown = told("abundance_map", **TOWS, **HOW)
    assert len(found) == 20
    assert found["Calanus finmarchicus"] == 4765
    assert shown.used == 36 * 12 * 12  # tows a month, months and years: the reader's own


def test_a_sample_is_what_was_observed_and_what_the_map_makes_of_it() -> None:
    shown = told("abundance_map", **TOWS, **HOW, month=6)
    result = mapping._mapped(mapping.MapAsked(**TOWS, **HOW, month=6))
    rows = biodiversity.residual_table(result)
    for sample in shown.samples:
        assert sample.observed == pytest.approx(np.log1p(sample.abundance), abs=1e-3)
        assert sample.residual == pytest.approx(rows["residual"][int(sample.id)], rel=1e-2)
        assert sample.date[5:7] == "06"
    worst = max(shown.samples, key=lambda each: abs(each.residual))
    assert shown.missed[0] == worst.id
    assert {*shown.missed} <= {each.id for each in shown.samples}


def test_a_moved_slider_is_answered_from_the_samples_that_are_there() -> None:
    told("abundance_map", **TOWS, **HOW)
    before = mapping._mapped.cache_info()
    told("abundance_map", **TOWS, **HOW)
    assert mapping._mapped.cache_info().hits == before.hits + 1
    sea = mapping._sea.cache_info().misses
    told("abundance_map", **TOWS, **{**HOW, "corr_length_km": 150})
    assert mapping._mapped.cache_info().misses == before.misses + 1
    assert mapping._sea.cache_info().misses == sea


def test_lengths_are_judged_by_the_same_samples_left_out() -> None:
    shown = told("length_errors", **OBIS, epsilon2=10)
    assert shown.best_km == shown.lengths_km[int(np.argmin(shown.missed_rms))]
    assert shown.left_out == 720 // 5
    assert min(shown.missed_rms) < shown.mean_rms  # the sample has a pattern to be found
    assert shown.suggested_km > 0
    assert told("length_errors", **OBIS, epsilon2=10) is shown  # the length is not what is asked


def test_few_samples_suggest_no_length_and_are_mapped_all_the_same() -> None:
    few = {**OBIS, "first_year": 2012, "last_year": 2012, "month": 3}
    assert told("abundance_map", **few, **HOW).used == 10
    shown = told("length_errors", **few, epsilon2=10)
    assert shown.suggested_km is None
    assert shown.unsuggested


def test_means_are_of_logarithms_with_students_interval() -> None:
    both, alone = means(pd.Series([0.0, np.e**2 - 1, 3.0]), pd.Index([2001, 2001, 2002]))
    assert (both.when, both.samples, alone.when, alone.samples) == (2001, 2, 2002, 1)
    assert both.mean == pytest.approx(np.e - 1, rel=1e-3)  # of ln(1 + x): 0 and 2
    assert both.low == 0  # 1 - 12.706 is below any abundance
    assert both.high == pytest.approx(np.exp(1 + 12.706) - 1, rel=1e-3)
    assert (alone.mean, alone.low, alone.high) == (3.0, None, None)


def test_a_series_counts_every_sample_once() -> None:
    shown = told("taxon_series", **TOWS, month=6)
    assert [each.when for each in shown.by_year] == list(range(2006, 2018))
    assert sum(each.samples for each in shown.by_year) == shown.samples == 36 * 12
    assert sum(each.samples for each in shown.by_month) == 36 * 12 * 12
    halves = [
        told("taxon_series", **TOWS, box=box).samples
        for box in ([-30, 45, -20, 60], [-20, 45, -11, 60])
    ]
    assert sum(halves) == 36 * 12 * 12
    assert told("taxon_series", **TOWS, box=[10, 45, 20, 60]).by_year == ()


def test_what_cannot_be_asked_is_refused_with_what_can() -> None:
    assert (
        "Temora longicornis" in refused("abundance_map", **{**TOWS, "taxon": "Homo"}, **HOW).message
    )
    assert "the first comes first" in refused("taxon_series", **{**TOWS, "last_year": 2005}).message
    assert (
        "no samples"
        in refused(
            "abundance_map", **{**TOWS, "first_year": 2030, "last_year": 2031}, **HOW
        ).message
    )
    assert refused("abundance_map", **TOWS, epsilon2=10, corr_length_km=5).kind == "ValidationError"
    assert refused("abundance_map", **{**OBIS, "taxon": "Acartia"}, **HOW).kind == "ValuesError"
